"""Sentences: where each begins and ends in its article, and what kind of text it is.

The article is cut into paragraphs, the paragraphs into sentences by rules; a boundary that the rules leave open (is
``the U.S. Senator`` one sentence or two?) is settled by the pipeline, and only the text around it is parsed.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from itertools import islice
from typing import TYPE_CHECKING, NamedTuple

from pipeline.errors import ModelError
from pipeline.records import Article, Document, Kind, Sentence
from pipeline.segment.furniture import is_furniture_sentence
from pipeline.segment.kinds import kinds
from pipeline.segment.paragraphs import Paragraph, paragraphs
from pipeline.segment.sentences import Question, clean, find_boundaries, spans

if TYPE_CHECKING:
    from spacy.language import Language

__all__ = ["load", "segment"]

UNNEEDED = ("tagger", "attribute_ruler", "lemmatizer", "ner", "senter")
"""Components of the English model that no sentence boundary depends on."""

WINDOW = 64
"""Articles whose open boundaries are put to the pipeline together."""


class _Part(NamedTuple):
    """A paragraph on its way to sentences; ``splits`` are settled boundaries, ``questions`` open ones."""

    paragraph: Paragraph
    kind: Kind
    text: str
    splits: list[int]
    questions: list[Question]


def load() -> Language:
    """Load the pipeline that :func:`segment` needs, with tok2vec and parser only.

    Raises:
        ModelError: The model is not installed; the message gives the install command.
    """
    from pipeline import spacy_model

    return spacy_model.load(UNNEEDED)


def segment(documents: Iterable[Document], nlp: Language) -> Iterator[Sentence]:
    """Cut articles into sentences, lazily, in the order given.

    Args:
        documents: Articles; only ``Document.article`` is read.
        nlp: A pipeline that sets sentence boundaries.

    Yields:
        The sentences of each article in order of position. They do not overlap and cross no paragraph; what lies
        between them is white space and markup.

    Raises:
        ModelError: ``nlp`` sets no sentence boundaries.
    """
    remaining = iter(documents)
    while window := [document.article for document in islice(remaining, WINDOW)]:
        prepared = [(article, _parts(article)) for article in window]
        texts = [question.text for _, parts in prepared for part in parts for question in part.questions]
        answers = _sentence_starts(texts, nlp)
        for article, parts in prepared:
            yield from _sentences(article, parts, answers)


def _parts(article: Article) -> list[_Part]:
    """The paragraphs of an article with their kinds, their settled boundaries and the open ones."""
    found = paragraphs(article.text)
    parts = []
    for paragraph, kind in zip(found, kinds(article, found), strict=True):
        text = clean(article.text[paragraph.start : paragraph.end])
        whole = kind in ("title", "byline") or paragraph.front_matter
        splits, questions = ([], []) if whole else find_boundaries(text)
        parts.append(_Part(paragraph, kind, text, splits, questions))
    return parts


def _sentence_starts(texts: list[str], nlp: Language) -> Iterator[list[int]]:
    """Where the pipeline begins sentences in each text, in characters."""
    docs = nlp.pipe(texts)
    for doc in docs:
        if len(doc) > 1 and not doc.has_annotation("SENT_START"):
            raise ModelError(
                'the spaCy pipeline sets no sentence boundaries; add one with: nlp.add_pipe("sentencizer")'
            )
        yield [token.idx for token in doc if token.is_sent_start]


def _sentences(article: Article, parts: list[_Part], answers: Iterator[list[int]]) -> Iterator[Sentence]:
    """The sentences of one article; takes the answers to its parts' questions."""
    index = 0
    number = 0
    for part in parts:
        splits = part.splits + [at for question in part.questions for at in question.settle(next(answers))]
        original = article.text[part.paragraph.start : part.paragraph.end]
        found = spans(original, part.text, sorted(splits))
        for start, end in found:
            text = original[start:end]
            furniture = part.kind == "body" and is_furniture_sentence(text)
            yield Sentence(
                sentence_id=f"{article.article_id}:{index}",
                article_id=article.article_id,
                index=index,
                paragraph=number,
                kind="furniture" if furniture else part.kind,
                start=part.paragraph.start + start,
                end=part.paragraph.start + end,
                text=text,
            )
            index += 1
        number += bool(found)
