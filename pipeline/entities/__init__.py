"""Entities: the named entities of the judged sentences, and the words by which they bear on a target."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING

from pipeline.entities.discover import discover
from pipeline.entities.gazetteer import Gazetteer
from pipeline.entities.linking import link_article
from pipeline.records import Document, Mention, Sentence

if TYPE_CHECKING:
    from spacy.language import Language

__all__ = ["Gazetteer", "discover", "link", "recognise"]

_BATCH = 64
"""Paragraphs that spaCy sees at a time; spans articles."""


def recognise(documents: Iterable[Document], nlp: Language) -> Iterator[Document]:
    """Add spaCy's entities to each document as mentions, paragraph by paragraph.

    Args:
        documents: Articles with their sentences.
        nlp: A spaCy pipeline that sets ``doc.ents``.

    Yields:
        The documents in the same order, with one mention per entity in a title or body sentence.
    """
    pieces = ((document, paragraph) for document in documents for paragraph in _paragraphs(document))
    texts = ((document.article.text[p[0].start : p[-1].end] if p else "", (document, p)) for document, p in pieces)
    current: Document | None = None
    mentions: list[Mention] = []
    for doc, (document, paragraph) in nlp.pipe(texts, as_tuples=True, batch_size=_BATCH):
        if current is not None and document is not current:
            yield Document(current.article, current.sentences, tuple(mentions))
            mentions = []
        current = document
        for entity in doc.ents:
            start, end = paragraph[0].start + entity.start_char, paragraph[0].start + entity.end_char
            sentence = next((s for s in paragraph if s.start <= start and end <= s.end), None)
            if sentence is not None and sentence.kind in ("title", "body"):
                mentions.append(_entity(sentence, start, end, entity.label_))
    if current is not None:
        yield Document(current.article, current.sentences, tuple(mentions))


def link(documents: Iterable[Document], gazetteer: Gazetteer) -> Iterator[Mention]:
    """The mentions of each document: its entities, and the words that bear on a target.

    Args:
        documents: Articles with their sentences and, as mentions, their entities.
        gazetteer: The names of the initiator and the targets.

    Yields:
        Mentions in order of article and position.
    """
    for document in documents:
        yield from link_article(document, gazetteer)


def _paragraphs(document: Document) -> Iterator[tuple[Sentence, ...]]:
    """The sentences of an article by paragraph; one empty tuple for an article without sentences."""
    if not document.sentences:
        yield ()
    group: list[Sentence] = []
    for sentence in document.sentences:
        if group and sentence.paragraph != group[0].paragraph:
            yield tuple(group)
            group = []
        group.append(sentence)
    if group:
        yield tuple(group)


def _entity(sentence: Sentence, start: int, end: int, label: str) -> Mention:
    text = sentence.text[start - sentence.start : end - sentence.start]
    return Mention(sentence.article_id, sentence.sentence_id, start, end, text, label, None, None)
