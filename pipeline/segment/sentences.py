"""Sentences of one paragraph: from boundaries, settled or put to the parser, to spans."""

from __future__ import annotations

import re
from bisect import bisect_left, bisect_right
from typing import NamedTuple

from pipeline.segment.rules import Candidate, candidates

MAX_CONTEXT = 1000
"""Characters of text put to the parser on either side of an open boundary, at most."""

_LINE_BREAK = re.compile(r"\n[ \t]*(?:>[ \t]*)*")
_EMPHASIS = re.compile(r"(?<![\w*_])(?:\*{1,3}|_{1,3})(?=[^\s*_])|(?<=[^\s*_])(?:\*{1,3}|_{1,3})(?![\w*_])")
_ZERO_WIDTH = str.maketrans("\ufeff\u200b\u2060", "   ")
_LEADING = re.compile(r"[\s•·‣▪]+")
_CONTENT = re.compile(r"[^\s\-*_=#>|:~`+•·‣▪–—]")


class Open(NamedTuple):
    """An open boundary: does a sentence begin at ``position``, of the paragraph?

    ``first`` and ``last`` are offsets in the text that is parsed: after the end mark, and at the boundary.
    """

    position: int
    first: int
    last: int


class Question(NamedTuple):
    """A text to parse, and the open boundaries that it settles, in order."""

    text: str
    open: list[Open]

    def settle(self, starts: list[int]) -> list[int]:
        """The boundaries that are among the parser's sentence starts, be it before or after closing marks."""
        found = []
        for at in self.open:
            nearest = bisect_left(starts, at.first)
            if nearest < len(starts) and starts[nearest] <= at.last:
                found.append(at.position)
        return found


def clean(paragraph: str) -> str:
    """A paragraph as it is parsed: line breaks, emphasis and marks of zero width become spaces, one for one."""
    text = paragraph.translate(_ZERO_WIDTH)
    if "\n" in text:
        text = _LINE_BREAK.sub(_blank, text)
    if "*" in text or "_" in text:
        text = _EMPHASIS.sub(_blank, text)
    return text


def _blank(match: re.Match[str]) -> str:
    return " " * (match.end() - match.start())


def find_boundaries(text: str) -> tuple[list[int], list[Question]]:
    """The boundaries that the rules are sure of, and those that they leave open.

    Args:
        text: A paragraph from :func:`clean`.
    """
    found = candidates(text)
    sure = [candidate.next for candidate, split in found if split]
    questions: list[Question] = []
    start = end = limit = 0
    group: list[Candidate] = []
    for candidate in (candidate for candidate, split in found if split is None):
        if group and (candidate.next > limit or candidate.mark >= end):
            questions.append(_question(text, group, start, end))
            group = []
        if not group:
            after = bisect_right(sure, candidate.mark)
            end = sure[after] if after < len(sure) else len(text)
            start = max(sure[after - 1] if after else 0, candidate.mark - MAX_CONTEXT)
            limit = start + 2 * MAX_CONTEXT
        group.append(candidate)
    if group:
        questions.append(_question(text, group, start, end))
    return sure, questions


def _question(text: str, group: list[Candidate], start: int, end: int) -> Question:
    """Put open boundaries between two settled ones, ``start`` and ``end``, into one question."""
    open_ = [Open(candidate.next, candidate.mark + 1 - start, candidate.next - start) for candidate in group]
    return Question(text[start : min(end, group[-1].next + MAX_CONTEXT)], open_)


def spans(original: str, text: str, splits: list[int]) -> list[tuple[int, int]]:
    """The sentences of a paragraph as half-open offsets, without white space, bullets and lone emphasis at the ends.

    Args:
        original: The paragraph.
        text: The same from :func:`clean`.
        splits: Where a sentence begins, in order.
    """
    found: list[tuple[int, int]] = []
    for begin, stop in zip([0, *splits], [*splits, len(text)], strict=True):
        piece = text[begin:stop]
        if not _CONTENT.search(piece):
            continue
        leading = _LEADING.match(piece)
        start = begin + (leading.end() if leading else 0)
        end = begin + len(piece.rstrip())
        found.append(_with_emphasis(original, start, end, found[-1][1] if found else 0))
    return found


def _with_emphasis(original: str, start: int, end: int, floor: int) -> tuple[int, int]:
    """Take in a mark of emphasis at one end whose partner is inside: ``**Bold** words``, not ``Bold** words``."""
    for mark in "*_":
        if original.count(mark, start, end) % 2 == 0 and original.count(mark * 2, start, end) % 2 == 0:
            continue
        if start > floor and original[start - 1] == mark:
            while start > floor and original[start - 1] == mark:
                start -= 1
        else:
            while original[end : end + 1] == mark:
                end += 1
    return start, end
