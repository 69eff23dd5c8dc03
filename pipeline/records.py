"""The public records: one frozen class for each kind of line that a run writes.

Offsets are 0-based and half-open, in code points of the article's ``text``. Field order is the key order in the
files. Reading goes through :func:`decode`, which refuses what is missing, mistyped or out of range.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Annotated, Any, Literal, TypeVar, get_args

import msgspec

Stance = Literal["positive", "negative", "mixed", "neutral"]
Modality = Literal["asserted", "hedged", "reported"]
Tone = Literal["positive", "negative", "neutral"]
Kind = Literal["title", "byline", "body", "furniture"]
Link = Literal["name", "demonym", "capital", "leader", "member", "carried"]
Relation = Literal["agree", "disagree", "differ", "only_one"]
PairRelation = Literal["corroborates", "contradicts", "qualifies"]
Reason = Literal["empty", "binary", "undecodable", "too_large", "duplicate", "unreadable", "invalid", "no_text"]

STANCES: tuple[Stance, ...] = get_args(Stance)
MODALITIES: tuple[Modality, ...] = get_args(Modality)
TONES: tuple[Tone, ...] = get_args(Tone)
LINKS: tuple[Link, ...] = get_args(Link)

Offset = Annotated[int, msgspec.Meta(ge=0)]
Probability = Annotated[float, msgspec.Meta(ge=0, le=1)]
Score = Annotated[float, msgspec.Meta(ge=-1, le=1)]
Name = Annotated[str, msgspec.Meta(min_length=1)]
Date = Annotated[str, msgspec.Meta(pattern=r"^[0-9]{4}(-[0-9]{2}(-[0-9]{2})?)?$")]


class Article(msgspec.Struct, frozen=True):
    """An article as ingested. ``source`` is a path relative to its corpus, or a URL; ``sha256`` is of ``text``."""

    article_id: Name
    title: str | None
    author: str | None
    publisher: str | None
    date: Date | None
    topic: Name
    source: str
    sha256: str
    text: str


class Rejected(msgspec.Struct, frozen=True):
    """An article set aside. ``line`` is the line of a JSONL corpus, counted from 1, else None."""

    source: str
    line: int | None
    reason: Reason
    detail: str


class Sentence(msgspec.Struct, frozen=True):
    """A sentence of an article; ``index`` and ``paragraph`` count from 0 within the article."""

    sentence_id: Name
    article_id: Name
    index: Offset
    paragraph: Offset
    kind: Kind
    start: Offset
    end: Offset
    text: str


class Mention(msgspec.Struct, frozen=True):
    """A named entity, or words that bear on a target; ``label`` is spaCy's, or None where spaCy saw no entity.

    ``initiator`` is true where the words stand for the initiator, which is never a target. A mention whose ``link`` is
    ``carried`` covers the words that carry the reference, or, where the sentence merely goes on about its target, the
    whole sentence.
    """

    article_id: Name
    sentence_id: Name
    start: Offset
    end: Offset
    text: str
    label: str | None
    target: str | None
    link: Link | None
    initiator: bool = False


class Rationale(msgspec.Struct, frozen=True):
    """Words that decided a stance; ``weight`` is positive where they speak for it, negative where against."""

    start: Offset
    end: Offset
    weight: float


class Judgement(msgspec.Struct, frozen=True):
    """The stance of one sentence toward one target. ``score`` is P(positive) - P(negative)."""

    article_id: Name
    sentence_id: Name
    target: Name
    stance: Stance
    score: Score
    confidence: Probability
    modality: Modality
    tone: Tone
    rationale: tuple[Rationale, ...]
    corrected: bool = False


class Document(msgspec.Struct, frozen=True):
    """An article with what the stages before have said of it, each in order of position. Not a line of any file."""

    article: Article
    sentences: tuple[Sentence, ...] = ()
    mentions: tuple[Mention, ...] = ()
    judgements: tuple[Judgement, ...] = ()

    def judged(self) -> tuple[Sentence, ...]:
        """The sentences that are judged: the title and the body, not bylines and furniture."""
        return tuple(sentence for sentence in self.sentences if sentence.kind in ("title", "body"))


class Claim(msgspec.Struct, frozen=True):
    """One side of an aligned pair."""

    article_id: Name
    sentence_id: Name


class Alignment(msgspec.Struct, frozen=True):
    """Two sentences of different authors on the same matter of one target."""

    topic: Name
    target: Name
    a: Claim
    b: Claim
    similarity: Probability
    relation: PairRelation
    confidence: Probability


class Comparison(msgspec.Struct, frozen=True, tag_field="record", tag="comparison"):
    """The head of a topic's report.

    ``agreement`` is the share, of the cases in which two authors write about one target, in which both have the same
    label; None where there is no such case.
    """

    topic: Name
    initiator: str
    articles: tuple[str, ...]
    targets: tuple[str, ...]
    agreement: Probability | None
    counts: dict[str, int]


class Position(msgspec.Struct, frozen=True):
    """An author's stance on a target, with its interval, votes and the sentences it rests on, weightiest first."""

    article_id: Name
    author: str | None
    stance: Stance
    score: Score
    interval: tuple[Score, Score]
    votes: dict[Stance, int]
    evidence: tuple[str, ...]


class PairwiseRelation(msgspec.Struct, frozen=True):
    """The relation of two authors' labels on a target."""

    a: Name
    b: Name
    relation: Relation


class TargetReport(msgspec.Struct, frozen=True, tag_field="record", tag="target"):
    """A target: where each author stands, how they relate, and what is said by one of them only."""

    topic: Name
    target: Name
    name: str
    relation: Relation | tuple[PairwiseRelation, ...]
    authors: tuple[Position, ...]
    unpaired: tuple[str, ...]


class QuotedClaim(msgspec.Struct, frozen=True):
    """One side of a reported pair, quoted."""

    article_id: Name
    sentence_id: Name
    start: Offset
    end: Offset
    text: str


class PairReport(msgspec.Struct, frozen=True, tag_field="record", tag="pair"):
    """An aligned pair, quoted."""

    topic: Name
    target: Name
    a: QuotedClaim
    b: QuotedClaim
    relation: PairRelation
    similarity: Probability
    confidence: Probability


ReportRecord = Comparison | TargetReport | PairReport

RECORDS: dict[str, Any] = {
    "articles": Article,
    "rejected": Rejected,
    "sentences": Sentence,
    "entities": Mention,
    "stances": Judgement,
    "alignments": Alignment,
    "report": ReportRecord,
}
"""The record of each file, by the file's stem."""

R = TypeVar("R")

_PROBLEMS: tuple[tuple[str, Callable[[re.Match[str]], str]], ...] = (
    (r"Object missing required field `(.+?)`(?: - at `\$\.?(.*)`)?$", lambda m: f"{_path(m[2], m[1])} is missing"),
    (
        r"Object contains unknown field `(.+?)`(?: - at `\$\.?(.*)`)?$",
        lambda m: f"{_path(m[2], m[1])} is not known here",
    ),
    (r"Expected `(.+?)`, got `(.+?)` - at `\$\.?(.*)`$", lambda m: f"{_path(m[3])} must be {m[1]}, not {m[2]}"),
    (r"Expected `(.+?)`, got `(.+?)`$", lambda m: f"must be {m[1]}, not {m[2]}"),
    (r"Invalid (?:enum )?value (.+?) - at `\$\.?(.*)`$", lambda m: f"{_path(m[2])} cannot be {m[1]}"),
    (r"Invalid enum value (.+?) - at `key` in `\$\.?(.*)`$", lambda m: f"{_path(m[2])} cannot have {m[1]}"),
    (
        r"Expected `str` matching regex .+? - at `\$\.?(.*)`$",
        lambda m: f"{_path(m[1])} must be a date such as 2014, 2014-11 or 2014-11-25",
    ),
    (r"Expected (.+?) - at `\$\.?(.*)`$", lambda m: f"{_path(m[2])} must be {m[1].replace('`', '')}"),
)


def _path(path: str | None, field: str | None = None) -> str:
    """Name a field: ``_path("a", "start")`` is ``"a.start"`` in quotation marks."""
    return '"' + ".".join(part for part in (path, field) if part) + '"'


def problem(error: msgspec.ValidationError) -> str:
    """Say a validation error in the words of the file formats.

    >>> try:
    ...     msgspec.convert({"article_id": "a"}, Claim)
    ... except msgspec.ValidationError as error:
    ...     problem(error)
    '"sentence_id" is missing'
    """
    for pattern, say in _PROBLEMS:
        if match := re.match(pattern, str(error)):
            return say(match)
    return str(error)


def decode(value: Any, record: type[R]) -> R:
    """Turn a parsed JSON object into a record.

    Raises:
        ValueError: A field is missing, mistyped or out of range; the message says which.
    """
    try:
        return msgspec.convert(value, type=record)
    except msgspec.ValidationError as error:
        raise ValueError(problem(error)) from None


def encode(record: Any) -> str:
    """One line of JSON, keys in field order, without the line end."""
    return msgspec.json.encode(record).decode()


def schema(name: str) -> dict[str, Any]:
    """The JSON Schema (2020-12) of one file's records."""
    return {"$schema": "https://json-schema.org/draft/2020-12/schema", **msgspec.json.schema(RECORDS[name])}
