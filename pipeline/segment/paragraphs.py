"""Paragraphs of plain text and Markdown, as offsets into the text."""

from __future__ import annotations

import itertools
import re
from typing import Literal, NamedTuple

from pipeline.segment.byline import is_byline, is_date

MAX_WRAP_WIDTH = 200
"""Columns; text whose lines are longer is not taken for hard-wrapped."""

SHORT_LINE = 0.7
"""Share of the wrap width: where the next line's first word would have fitted into this, a wrapped line was ended on
purpose."""

BROKEN = 0.3
"""Share of line breaks in mid-sentence from which a text is hard-wrapped."""

FILLED = 0.8
"""Share of lines with no room for the next word from which, given ``MIN_BREAKS``, one break in mid-sentence
is enough."""

MIN_BREAKS = 3

MIN_WRAPPED_LINE = 30
"""Characters of a line below which its having no end mark says nothing about wrapping."""

_MARKER = re.compile(
    r"""
    (?:\s*(?:
        (?P<heading>\#{1,6})(?=\s)
        | (?P<quote>>)
        | (?P<bullet>[-*+•·‣▪](?=\s) | \d{1,2}[.)](?=\s) | \[[\ xX]\](?=\s))
    ))+\s*
    """,
    re.VERBOSE,
)
_CLOSING_HASHES = re.compile(r"\s+#+$")
_MARKUP = re.compile(r"[\s\-*_=#>|:~`+•·‣▪–—]*")
_END_MARK = re.compile(r"[.!?:;…][\"'”’»)\]*_]*$")
_FRONT_MATTER = re.compile(r"\s*---[ \t]*\n((?:[ \t#].*\n|[\w-]+:.*\n|-\s.*\n|[ \t]*\n)+)(?:---|\.\.\.)[ \t]*(?:\n|$)")
_WIDE = "\ufeff\u200b\u2060"


class Paragraph(NamedTuple):
    """A paragraph without its marker and the white space around it; offsets in characters of the article's text."""

    start: int
    end: int
    heading: bool = False
    bullet: bool = False
    front_matter: bool = False


class _Line(NamedTuple):
    """A line: its text without white space at the end, and what its marker says."""

    start: int
    text: str
    content: int
    kind: Literal["blank", "rule", "heading", "bullet", "quote", "table", "text"]

    @property
    def words(self) -> str:
        return self.text[self.content :]


def paragraphs(text: str) -> list[Paragraph]:
    r"""The paragraphs of a text, in order.

    Blank lines separate paragraphs, and so do headings, bullets and rules. A single line break separates too, unless
    the text is hard-wrapped, which is decided for the text as a whole.

    >>> paragraphs("# Talks\nThey met.\nThey left.")
    ... # doctest: +NORMALIZE_WHITESPACE
    [Paragraph(start=2, end=7, heading=True, bullet=False, front_matter=False),
     Paragraph(start=8, end=17, heading=False, bullet=False, front_matter=False),
     Paragraph(start=18, end=28, heading=False, bullet=False, front_matter=False)]
    """
    found: list[Paragraph] = []
    offset = 0
    if front := _FRONT_MATTER.match(text):
        offset = front.end()
        found += [_trimmed(text, front.start(1), front.end(1))._replace(front_matter=True)] if front[1].strip() else []
    lines = _lines(text, offset)
    width = _wrap_width(lines)
    block: list[_Line] = []
    for line in lines:
        if block and (line.kind in ("blank", "rule") or _separate(block[-1], line, width)):
            found.append(
                _paragraph(text, block, underlined=line.kind == "rule" and line.text.lstrip()[:1] in ("=", "-"))
            )
            block = []
        if line.kind not in ("blank", "rule"):
            block.append(line)
    if block:
        found.append(_paragraph(text, block))
    return [paragraph for paragraph in found if paragraph.end > paragraph.start]


def _lines(text: str, offset: int) -> list[_Line]:
    """Read lines with their offsets and markers."""
    lines = []
    for raw in text[offset:].split("\n"):
        line = raw.rstrip()
        marker = _MARKER.match(line)
        kind: Literal["blank", "rule", "heading", "bullet", "quote", "table", "text"] = "text"
        if not line.strip(_WIDE + " \t"):
            kind = "blank"
        elif _MARKUP.fullmatch(line):
            kind = "blank" if line.strip() == ">" else "rule"
        elif marker:
            kind = "heading" if marker["heading"] else "bullet" if marker["bullet"] else "quote"
        elif line.lstrip().startswith("|"):
            kind = "table"
        content = marker.end() if marker else len(line) - len(line.lstrip())
        lines.append(_Line(offset, line, content, kind))
        offset += len(raw) + 1
    return lines


def _wrap_width(lines: list[_Line]) -> int | None:
    """The column at which the text is wrapped, or None where single lines are paragraphs.

    Wrapped lines break off in mid-sentence: the line has no end mark and the next begins in lower case. In a third of
    the breaks, or in fewer where nearly every line was filled as far as the next word allowed, that is no accident.
    """
    pairs = [
        (left, right)
        for left, right in itertools.pairwise(lines)
        if left.kind in ("text", "bullet", "quote") and right.kind in ("text", "quote")
    ]
    if not pairs:
        return None
    lengths = sorted(len(left.text) for left, _ in pairs)
    width = lengths[-1 - len(lengths) // 20]
    if width > MAX_WRAP_WIDTH:
        return None
    broken = sum(
        len(left.text) >= MIN_WRAPPED_LINE
        and not _END_MARK.search(left.text)
        and right.words[:1].islower()
        and not is_byline(right.words)
        for left, right in pairs
    )
    filled = sum(_room(left, right) > width for left, right in pairs)
    wrapped = broken >= len(pairs) * BROKEN or (broken and len(pairs) >= MIN_BREAKS and filled >= len(pairs) * FILLED)
    return width if wrapped else None


def _room(left: _Line, right: _Line) -> int:
    """The length that the left line would have with the right line's first word."""
    return len(left.text) + 1 + len(right.words.split(maxsplit=1)[0] if right.words else "")


def _separate(left: _Line, right: _Line, width: int | None) -> bool:
    """Whether two lines with no blank line between them belong to two paragraphs."""
    if width is None or "heading" in (left.kind, right.kind) or "table" in (left.kind, right.kind):
        return True
    if right.kind == "bullet" or (left.kind == "quote") != (right.kind == "quote" or left.kind == "bullet"):
        return right.kind == "bullet" or "quote" in (left.kind, right.kind)
    if is_byline(left.words) or is_byline(right.words) or is_date(left.words) or is_date(right.words):
        return True
    if right.words[:1].islower():
        return False
    indented = left.kind == "text" and right.content >= left.content + 2 and bool(_END_MARK.search(left.text))
    return indented or _room(left, right) < width * SHORT_LINE


def _paragraph(text: str, block: list[_Line], underlined: bool = False) -> Paragraph:
    """Make a paragraph of its lines; ``underlined`` says that a rule follows at once."""
    first, last = block[0], block[-1]
    end = last.start + len(last.text)
    heading = first.kind == "heading" or (underlined and len(block) == 1 and not _END_MARK.search(first.text))
    if first.kind == "heading" and (closing := _CLOSING_HASHES.search(first.words)):
        end = first.start + first.content + closing.start()
    trimmed = _trimmed(text, first.start + first.content, end)
    return trimmed._replace(heading=heading, bullet=first.kind == "bullet")


def _trimmed(text: str, start: int, end: int) -> Paragraph:
    """A paragraph without white space, marks of zero width included, at its ends."""
    while start < end and (text[start].isspace() or text[start] in _WIDE):
        start += 1
    while end > start and (text[end - 1].isspace() or text[end - 1] in _WIDE):
        end -= 1
    return Paragraph(start, end)
