"""Labelled sentence-target pairs: read, checked, split by initiator, and turned into examples."""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Annotated, Any

import msgspec

from pipeline.errors import PipelineError, RecordError
from pipeline.records import Modality, Name, Stance, Tone
from pipeline.stance.example import Example, Span
from pipeline.store import read_lines

NEWS_LABELS = "newsmtsc.labels.jsonl"
_HEADS_SHARE = 12
"""Percent of the initiators whose pairs the encoder never sees: the heads are fitted and measured on them."""


class Labels(msgspec.Struct, frozen=True):
    """The labels that one person gave a pair."""

    stance: Stance
    modality: Modality
    tone: Tone


class Labelled(msgspec.Struct, frozen=True):
    """A labelled pair.

    ``target`` are the words that stand for the target, in the sentence or else in the context, the sentence before;
    ``name`` is the target's own name where that is another. A sentence that bears on none of its passage's targets has
    a row without target and labels. Versions of one sentence share a ``contrast``. ``second`` are the labels of
    somebody who had not seen the first ones, for pairs chosen without a look at their labels; ``recheck`` the same for
    pairs that were chosen because models are measured on them or because they had been labelled neutral or mixed.
    ``first`` are the first labels where the pair was settled otherwise.
    """

    initiator: Name
    context: str
    sentence: Name
    target: Name | None
    stance: Stance | None
    modality: Modality | None
    tone: Tone | None
    style: str = "plain"
    name: str | None = None
    field: str | None = None
    passage: int | None = None
    contrast: int | None = None
    first: Labels | None = None
    second: Labels | None = None
    recheck: Labels | None = None


class LabelledByOffset(msgspec.Struct, frozen=True, rename={"start": "from", "end": "to"}):
    """A labelled pair of a NewsMTSC sentence, whose text stays with that data set; offsets are half-open."""

    primary_gid: Name
    initiator: Name
    start: Annotated[int, msgspec.Meta(ge=0)]
    end: Annotated[int, msgspec.Meta(ge=0)]
    target: Name
    stance: Stance
    modality: Modality
    tone: Tone
    first: Labels | None = None
    second: Labels | None = None
    recheck: Labels | None = None


class Pair(msgspec.Struct, frozen=True):
    """An example with its labels; a label is None where nobody gave it. ``group`` is what splits go by."""

    example: Example
    stance: Stance | None
    modality: Modality | None
    tone: Tone | None
    group: str
    source: str


def read_pairs(folder: Path, newsmtsc: Path | None) -> list[Pair]:
    """Read all labelled pairs of a folder, and the NewsMTSC sentences that some labels are of.

    Args:
        folder: A folder with ``*.jsonl`` files of :class:`Labelled` rows and ``newsmtsc.labels.jsonl``.
        newsmtsc: NewsMTSC's ``train.jsonl``; without it the labels of its sentences are left out.

    Raises:
        PipelineError: The folder holds no pair.
        RecordError: A row is broken, or its target is found in neither sentence nor context.
    """
    pairs: list[Pair] = []
    for path in sorted(folder.glob("*.jsonl")):
        if path.name == NEWS_LABELS:
            pairs += _newsmtsc_pairs(path, newsmtsc) if newsmtsc else []
            continue
        with path.open("rb") as file:
            for line, row in read_lines(file, Labelled, str(path)):
                if row.target is not None:
                    pairs.append(_pair(row, path, line))
    if not pairs:
        raise PipelineError(f"{folder}: holds no labelled pairs; give another folder with --labelled")
    return pairs


def read_tones(newsmtsc: Path) -> Iterator[Pair]:
    """The sentences of NewsMTSC with the tone toward each of their targets, and no stance."""
    tones: dict[float, Tone] = {2.0: "negative", 4.0: "neutral", 6.0: "positive"}
    for row in _newsmtsc_rows(newsmtsc):
        sentence = row["sentence_normalized"]
        for target in row["targets"]:
            span = (target["from"], target["to"])
            tone = tones.get(target["polarity"])
            # Offsets of a few rows do not fit their normalised sentence.
            if tone is not None and sentence[slice(*span)] == target["mention"]:
                example = Example(sentence, "", target["mention"], target["mention"], (span,))
                yield Pair(
                    example, None, None, tone, row["primary_gid"].split("_")[0] + target["mention"], "newsmtsc tone"
                )


def is_held_out(group: str) -> bool:
    """Whether the pairs of a group are kept from the encoder."""
    return int(hashlib.sha256(group.encode()).hexdigest(), 16) % 100 < _HEADS_SHARE


def _pair(row: Labelled, path: Path, line: int) -> Pair:
    words = row.target or ""
    here, before = _occurrences(row.sentence, words), _occurrences(row.context, words)
    if row.stance is None or row.modality is None or row.tone is None:
        raise RecordError(str(path), line, "a row with a target needs stance, modality and tone")
    example = Example(row.sentence, row.context, row.initiator, row.name or words, here, () if here else before)
    return Pair(example, row.stance, row.modality, row.tone, row.initiator, f"{path.stem} {row.style}")


def _occurrences(text: str, words: str) -> tuple[Span, ...]:
    return tuple(match.span() for match in re.finditer(rf"(?<!\w){re.escape(words)}(?!\w)", text))


def _newsmtsc_rows(path: Path) -> Iterator[Any]:
    with path.open(encoding="utf-8") as file:
        for line in file:
            yield json.loads(line)


def _newsmtsc_pairs(labels: Path, newsmtsc: Path) -> list[Pair]:
    sentences = {row["primary_gid"]: row["sentence_normalized"] for row in _newsmtsc_rows(newsmtsc)}
    pairs = []
    with labels.open("rb") as file:
        for line, row in read_lines(file, LabelledByOffset, str(labels)):
            sentence = sentences.get(row.primary_gid)
            if sentence is None:
                raise RecordError(str(labels), line, f'sentence "{row.primary_gid}" is not in {newsmtsc}')
            example = Example(sentence, "", row.initiator, row.target, ((row.start, row.end),))
            pairs.append(Pair(example, row.stance, row.modality, row.tone, row.initiator, "newsmtsc real"))
    return pairs
