"""Linguistic features of a sentence and one of its targets: the tenor of its words, hedges, reports, and its form."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterator, Sequence
from functools import cache
from importlib import resources
from typing import Any

import msgspec

from pipeline.stance.example import Example, Span

_WORD = re.compile(r"[^\W\d_]+(?:['’-][^\W\d_]+)*|[^\w\s]")
_CLAUSE_BREAK = re.compile(r"[,;:—–()]")
_TURN = frozenset(
    (
        "but",
        "while",
        "although",
        "though",
        "whereas",
        "yet",
        "however",
        "despite",
        "nonetheless",
        "nevertheless",
        "unless",
    )
)
_SCOPE = 6
"""Words after a negator that it reaches, within its clause."""
_NEAR = 5
"""Distance from the target, in words, at which a word counts half."""
_REVERSED = -0.8
"""What a negated word's tenor is multiplied by: a denied success is a lesser failure."""


class Word(msgspec.Struct, frozen=True):
    """A word in lower case; ``clause`` counts from 0, ``negated`` says whether a negator reaches it."""

    text: str
    stem: str
    clause: int
    negated: bool
    target: bool


@cache
def _lexicon() -> dict[str, tuple[str, ...]]:
    text = resources.files(__package__).joinpath("lexicon.toml").read_text(encoding="utf-8")
    return {kind: tuple(words) for kind, words in tomllib.loads(text).items()}


@cache
def _single(kind: str) -> frozenset[str]:
    return frozenset(word for word in _lexicon()[kind] if " " not in word)


@cache
def _stems(kind: str) -> frozenset[str]:
    return frozenset(_stem(word) for word in _single(kind))


@cache
def _valence() -> dict[str, float]:
    """The valence of words, -1 to 1, from VADER (Hutto and Gilbert 2014)."""
    from vaderSentiment.vaderSentiment import SentimentIntensityAnalyzer

    return {word: value / 4 for word, value in SentimentIntensityAnalyzer().lexicon.items() if word.isalpha()}


@cache
def _stemmer() -> Any:
    import snowballstemmer

    return snowballstemmer.stemmer("english")


@cache
def _stem(word: str) -> str:
    return str(_stemmer().stemWord(word))


def words(text: str, target: Sequence[Span] = ()) -> list[Word]:
    """The words and marks of a text.

    >>> [(word.text, word.negated) for word in words("They did not agree, but met.")][2:6]
    [('not', False), ('agree', True), (',', False), ('but', False)]
    """
    found: list[Word] = []
    clause, reach = 0, 0
    for match in _WORD.finditer(text):
        lower = match[0].lower().replace("’", "'")
        if _CLAUSE_BREAK.fullmatch(lower) or lower in _TURN:
            clause, reach = clause + 1, 0
        own = any(start <= match.start() < end for start, end in target)
        found.append(Word(lower, _stem(lower), clause, reach > 0, own))
        is_negator = lower in _single("negators") or lower.endswith("n't")
        reach = _SCOPE if is_negator else max(0, reach - 1)
    return found


def features(example: Example) -> dict[str, float]:
    """The features of one example, by name; a missing one is 0."""
    found: dict[str, float] = {}
    for name, value in _features(example):
        found[name] = found.get(name, 0.0) + value
    return found


def _features(example: Example) -> Iterator[tuple[str, float]]:
    yield "carried", float(not example.target)
    yield "title", float(example.is_title)
    yield "question", float(example.sentence.rstrip("”’\"' ").endswith("?"))
    found = words(example.sentence, example.target)
    clauses = {word.clause for word in found if word.target} or {word.clause for word in found[-1:]}
    for kind in ("hedges", "reports", "wants"):
        marked = [word for word in found if word.text in _single(kind)]
        yield kind, float(bool(marked))
        yield f"{kind}:clause", float(any(word.clause in clauses for word in marked))
    yield from _tenor(found, clauses)
    lower = example.sentence.lower()
    for kind in ("positive", "negative", "hedges"):
        yield f"phrase:{kind}", float(any(" " in phrase and phrase in lower for phrase in _lexicon()[kind]))
    if not example.target:
        for name, value in _tenor(words(example.context), set()):
            yield f"context:{name}", value


def _tenor(found: Sequence[Word], clauses: set[int]) -> Iterator[tuple[str, float]]:
    """How favourable the words are: in the sentence, in the target's clause, near the target, and after a turn."""
    at = [i for i, word in enumerate(found) if word.target]
    turn = max((i for i, word in enumerate(found) if word.text in _TURN), default=len(found))
    for i, word in enumerate(found):
        value = _value(word)
        if value:
            sign = "+" if value > 0 else "-"
            yield f"tenor{sign}", abs(value)
            yield f"tenor:clause{sign}", abs(value) * (word.clause in clauses)
            yield f"tenor:near{sign}", abs(value) / (1 + min(abs(i - j) for j in at) / _NEAR) if at else 0.0
            yield f"tenor:turn{sign}", abs(value) * (i > turn)


def _value(word: Word) -> float:
    """The tenor of a word, -1 to 1: by the lexicon of dealings between parties, else by VADER's."""
    value = float(word.stem in _stems("positive")) - float(word.stem in _stems("negative"))
    value = value or _valence().get(word.text, 0.0)
    return _REVERSED * value if word.negated else value
