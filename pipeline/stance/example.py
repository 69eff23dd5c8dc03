"""A sentence and one of its targets, as the stance models see it."""

from __future__ import annotations

from collections.abc import Iterator

import msgspec

from pipeline.config import Subject
from pipeline.records import Document, Mention, Sentence

Span = tuple[int, int]

OPEN, CLOSE = "«", "»"
"""Put around the target's words, as marks that the encoder learned in training."""


class Example(msgspec.Struct, frozen=True):
    """A sentence and one of its targets. Spans are in characters of the sentence, or of its context.

    Where the reference is carried over, ``target`` is empty and ``context_target`` says where the context, the sentence
    before, names the target.
    """

    sentence: str
    context: str
    initiator_name: str
    target_name: str
    target: tuple[Span, ...]
    context_target: tuple[Span, ...] = ()
    is_title: bool = False


def examples(document: Document, subject: Subject) -> Iterator[tuple[Sentence, str, Example]]:
    """The sentence-target pairs of an article in order of position, then of the subject's targets.

    Args:
        document: An article with its sentences and mentions.
        subject: The initiator and the targets.

    Yields:
        The sentence, the target's id and the example.
    """
    mentions: dict[str, list[Mention]] = {}
    for mention in document.mentions:
        if mention.target is not None:
            mentions.setdefault(mention.sentence_id, []).append(mention)
    before: Sentence | None = None
    for sentence in document.judged():
        own = mentions.get(sentence.sentence_id, [])
        is_next = before is not None and before.kind == "body" and before.index + 1 == sentence.index
        context = before if is_next else None
        for party in subject.target:
            if any(mention.target == party.id for mention in own):
                yield (
                    sentence,
                    party.id,
                    Example(
                        sentence=sentence.text,
                        context=context.text if context else "",
                        initiator_name=subject.initiator.name,
                        target_name=party.name,
                        target=_spans(sentence, own, party.id),
                        context_target=_spans(context, mentions.get(context.sentence_id, []), party.id)
                        if context
                        else (),
                        is_title=sentence.kind == "title",
                    ),
                )
        before = sentence


def _spans(sentence: Sentence, mentions: list[Mention], target: str) -> tuple[Span, ...]:
    """Where a sentence names a target."""
    return tuple(
        (mention.start - sentence.start, mention.end - sentence.start)
        for mention in mentions
        if mention.target == target and mention.link != "carried"
    )


def mark(text: str, spans: tuple[Span, ...]) -> str:
    """Put marks around spans.

    >>> mark("Talks with Oslo failed.", ((11, 15),))
    'Talks with «Oslo» failed.'
    """
    for start, end in sorted(spans, reverse=True):
        text = text[:start] + OPEN + text[start:end] + CLOSE + text[end:]
    return text
