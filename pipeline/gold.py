"""Gold files after the codebook, and where their sentences stand in a run."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from pathlib import Path, PurePath
from typing import Annotated, Any, Literal, TypeVar

import msgspec

from pipeline.errors import RecordError, RunError
from pipeline.records import Article, Modality, Name, Offset, PairRelation, Sentence, Stance
from pipeline.store import read_lines

R = TypeVar("R")
Place = tuple[str, int, int]
"""A gold sentence: its article as gold calls it, start and end."""
AuthorStance = Stance | Literal["absent"]
_SOME = msgspec.Meta(min_length=1)


class GoldStance(msgspec.Struct, frozen=True):
    """A line of ``*.stance.jsonl``; ``target`` is None for a sentence that bears on none."""

    article: Name
    start: Offset
    end: Offset
    target: Name | None
    text: str | None = None
    stance: Stance | Annotated[tuple[Stance, ...], _SOME] | None = None
    modality: Modality | Annotated[tuple[Modality, ...], _SOME] | None = None
    sure: bool = True

    @property
    def place(self) -> Place:
        """The sentence."""
        return (self.article, self.start, self.end)


class GoldAuthor(msgspec.Struct, frozen=True):
    """A line of ``*.author.jsonl``; ``absent`` is an author who does not write about the target."""

    article: Name
    target: Name
    stance: AuthorStance | Annotated[tuple[AuthorStance, ...], _SOME]


class GoldClaim(msgspec.Struct, frozen=True):
    """A side of a gold pair."""

    article: Name
    start: Offset
    end: Offset

    @property
    def place(self) -> Place:
        """The sentence."""
        return (self.article, self.start, self.end)


class GoldPair(msgspec.Struct, frozen=True):
    """A line of ``*.pairs.jsonl``."""

    target: Name
    a: GoldClaim
    b: GoldClaim
    relation: PairRelation | Annotated[tuple[PairRelation, ...], _SOME]
    sure: bool = True


class Gold(msgspec.Struct, frozen=True):
    """Gold files, read; ``authors`` and ``pairs`` are empty where their file is not there."""

    stances: tuple[GoldStance, ...]
    authors: tuple[GoldAuthor, ...]
    pairs: tuple[GoldPair, ...]


def options(label: Any) -> tuple[Any, ...]:
    """The labels that are right: a gold label is one, or several."""
    return label if isinstance(label, tuple) else (label,)


def read_gold(prefix: Path) -> Gold:
    """Read the gold files whose names begin with a prefix.

    Raises:
        RunError: The file of stances is not there, or empty.
        RecordError: A line is not what the codebook says.
    """
    path = Path(f"{prefix}.stance.jsonl")
    if not path.is_file():
        raise RunError(f"{path}: is missing; give the path of the gold files up to .stance.jsonl")
    stances = []
    for line, row in _lines(path, GoldStance):
        if row.target and not (row.stance and row.modality):
            raise RecordError(str(path), line, f'"{"modality" if row.stance else "stance"}" is missing')
        stances.append(row)
    if not stances:
        raise RunError(f"{path}: is empty; give gold with at least one sentence")
    authors = tuple(row for _, row in _lines(Path(f"{prefix}.author.jsonl"), GoldAuthor))
    pairs = tuple(row for _, row in _lines(Path(f"{prefix}.pairs.jsonl"), GoldPair))
    return Gold(tuple(stances), authors, pairs)


def _lines(path: Path, record: type[R]) -> list[tuple[int, R]]:
    if not path.is_file():
        return []
    with path.open("rb") as file:
        return list(read_lines(file, record, str(path)))


def match_articles(articles: Iterable[Article], gold: Iterable[GoldStance]) -> tuple[dict[str, str], int]:
    """Find the articles of a run in gold, by their id or by the stem of the file they came from.

    Returns:
        What gold calls each article that it knows, by article id; and how many gold sentences hold another text than
        their article in that place.
    """
    by_article: defaultdict[str, list[GoldStance]] = defaultdict(list)
    for row in gold:
        by_article[row.article].append(row)
    names: dict[str, str] = {}
    changed: set[Place] = set()
    for article in articles:
        called = (article.article_id, PurePath(article.source).stem)
        name = next((each for each in called if each in by_article), None)
        if name is not None:
            names[article.article_id] = name
            rows = by_article[name]
            changed |= {row.place for row in rows if row.text not in (None, article.text[row.start : row.end])}
    return names, len(changed)


def match_sentences(
    sentences: Iterable[Sentence], gold: Iterable[GoldStance], names: Mapping[str, str]
) -> tuple[dict[str, Place], set[str]]:
    """Find the sentences of a run in gold, each where it overlaps most, in the first of equals.

    Returns:
        The gold sentence that each sentence stands for, by sentence id; and the gold articles that have sentences.
    """
    by_article: defaultdict[str, list[Place]] = defaultdict(list)
    for place in sorted({row.place for row in gold}):
        by_article[place[0]].append(place)
    found: dict[str, Place] = {}
    articles: set[str] = set()
    for row in sentences:
        name = names.get(row.article_id)
        if name is not None:
            articles.add(name)
            overlaps = [(min(row.end, end) - max(row.start, start), -start) for _, start, end in by_article[name]]
            best = max(range(len(overlaps)), key=overlaps.__getitem__)
            if overlaps[best][0] > 0:
                found[row.sentence_id] = by_article[name][best]
    return found, articles
