"""The stages as work for one process: each function takes a batch and loads its model once a process.

These are what :mod:`pipeline.parallel` hands out; the stages themselves load nothing.
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache, lru_cache
from itertools import groupby
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from pipeline.config import IngestConfig, Settings, StanceConfig, Subject
from pipeline.records import Alignment, Article, Document, Judgement, Mention, Rejected, ReportRecord, Sentence

if TYPE_CHECKING:
    from spacy.language import Language

    from pipeline.entities.gazetteer import Gazetteer
    from pipeline.ingest import Source
    from pipeline.stance import StanceModel

_WITHOUT_NER = ("tagger", "attribute_ruler", "lemmatizer", "parser", "senter")


class IngestBatch(NamedTuple):
    """Raw articles and the stage's settings."""

    sources: list[Source]
    config: IngestConfig


class SubjectBatch(NamedTuple):
    """Documents, each with the subject of its topic."""

    documents: list[tuple[Document, Subject]]


class StanceBatch(NamedTuple):
    """Documents with their subjects, the folder of models and the stage's settings."""

    documents: list[tuple[Document, Subject]]
    models: Path
    config: StanceConfig


class TopicBatch(NamedTuple):
    """All documents of one topic, its aligned pairs where they are known, its subject and the settings."""

    topic: str
    documents: list[Document]
    alignments: list[Alignment]
    subject: Subject
    settings: Settings


def extract_batch(batch: IngestBatch) -> list[Article | Rejected]:
    """Turn raw articles into records."""
    from pipeline.ingest import extract

    return [extract(source, batch.config) for source in batch.sources]


def segment_batch(documents: list[Document]) -> list[Sentence]:
    """Cut articles into sentences."""
    from pipeline.segment import segment

    return list(segment(documents, _segmenter()))


def recognise_batch(documents: list[Document]) -> list[Mention]:
    """Find named entities."""
    from pipeline.entities import recognise

    return [mention for document in recognise(documents, _recogniser()) for mention in document.mentions]


def link_batch(batch: SubjectBatch) -> list[Mention]:
    """Link sentences to targets."""
    from pipeline.entities import link

    return [
        mention
        for subject, documents in _by_subject(batch.documents)
        for mention in link(documents, _gazetteer(subject))
    ]


def recognise_and_link_batch(batch: SubjectBatch) -> list[Mention]:
    """Find named entities and link sentences to targets."""
    from pipeline.entities import recognise

    subjects = [subject for _, subject in batch.documents]
    found = recognise([document for document, _ in batch.documents], _recogniser())
    return link_batch(SubjectBatch(list(zip(found, subjects, strict=True))))


def stance_batch(batch: StanceBatch) -> list[Judgement]:
    """Judge sentence-target pairs."""
    from pipeline.stance import stance

    return [
        judgement
        for subject, documents in _by_subject(batch.documents)
        for judgement in stance(documents, subject, _judge(batch.models), batch.config)
    ]


def align_batch(batch: TopicBatch) -> list[Alignment]:
    """Align the claims of one topic."""
    from pipeline.align import align

    return list(align(batch.documents, [party.id for party in batch.subject.target], batch.settings.align))


def report_batch(batch: TopicBatch) -> list[ReportRecord]:
    """Report on one topic."""
    from pipeline.report import report

    return list(report(batch.documents, batch.alignments, batch.subject, batch.topic, batch.settings.report))


def _by_subject(documents: list[tuple[Document, Subject]]) -> Iterator[tuple[Subject, list[Document]]]:
    for subject, group in groupby(documents, key=lambda pair: pair[1]):
        yield subject, [document for document, _ in group]


@cache
def _segmenter() -> Language:
    from pipeline.segment import load

    return load()


@cache
def _recogniser() -> Language:
    from pipeline import spacy_model

    return spacy_model.load(_WITHOUT_NER)


@lru_cache(maxsize=8)
def _gazetteer(subject: Subject) -> Gazetteer:
    from pipeline.entities import Gazetteer

    return Gazetteer(subject)


@cache
def _judge(models: Path) -> StanceModel:
    from pipeline.stance import load

    return load(models)
