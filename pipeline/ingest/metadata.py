"""Title, author, publisher and date where the text of an article states them."""

from __future__ import annotations

import itertools
import re

import msgspec

from pipeline.config import Metadata
from pipeline.ingest.bylines import author_note, byline, leading_name, people
from pipeline.ingest.dates import DATE, iso_date

_HEAD = 10
"""Lines, blank ones not counted, among which a title, byline and date are looked for."""
_TAIL = 8
"""Lines at the end among which a publisher is looked for."""
_MAX_TITLE = 200
_MAX_UNKNOWN = 2
"""Lines under the title, such as a subtitle, that may come before a byline or date."""
_MAX_PUBLISHER_WORDS = 8
_MAX_NAME_REPEATS = 2
"""Times that the name in ``Name | Title`` may stand in the text; a subject recurs, an author hardly."""

_FRONT_MATTER = re.compile(r"\s*---[ \t]*\n(.*?)\n(?:---|\.\.\.)[ \t]*(?:\n|$)", re.DOTALL)
_FIELDS = {
    "title": "title",
    "headline": "title",
    "author": "author",
    "authors": "author",
    "byline": "author",
    "by": "author",
    "date": "date",
    "published": "date",
    "publication date": "date",
    "pubdate": "date",
    "publisher": "publisher",
    "publication": "publisher",
    "source": "publisher",
    "site": "publisher",
}
_LABELLED = re.compile(rf"({'|'.join(_FIELDS)})\s*:\s*(\S.*)", re.IGNORECASE)
_KICKER = re.compile(
    r"analysis|business|commentary|culture|economy|editorial|exclusive|features?|interview|news|op-ed|opinion"
    r"|perspectives?|politics|science|sports?|technology|world",
    re.IGNORECASE,
)

_LABEL = r"(?i:(?:first\s+|last\s+)?(?:published|posted|updated|modified|dated?)(?:\s+(?:on|at))?\s*:?\s+)"
_PLACE = r"(?:[^\W\d_a-z][\w.'’-]*(?:\s*\||(?:\s[^\W\d_a-z][\w.'’-]*){0,2}\s*[,–—·•-])\s*)"
_WEEKDAY = r"(?i:(?:mon|tues?|wed(?:nes)?|thu(?:rs)?|fri|sat(?:ur)?|sun)(?:day)?\b\.?,?\s+)"
_TIME = r"(?:[\s,|–—·•-]*(?:at\s+)?\d{1,2}[:.]\d\d(?::\d\d)?(?i:\s*[ap]\.?m\b\.?)?(?:\s*\(?[A-Z]{1,4}\b\)?)?)"
_DATE_LINE = re.compile(
    rf"{_LABEL}?{_PLACE}?{_LABEL}?{_WEEKDAY}?(?P<date>(?ix:{DATE.pattern})){_TIME}?"
    r"(?:\s*[|·•(](?P<rest>.{0,60})|\s+(?P<by>by\s.+))?[.,]?"
)

_COPYRIGHT = re.compile(
    r"(?:copyright\s*)?(?:©|\(c\)|copyright)\s*"
    r"(?:\d{4}(?:\s*[-–]\s*\d{4})?,?\s*(?:by\s+)?(?P<after>\D.*?)|(?P<before>[^\d.]+?),?\s*\d{4})"
    r"(?:[.,;|]?\s*all rights reserved.*|\.)?",
    re.IGNORECASE,
)
_APPEARED = re.compile(
    r"(?:this\s+[\w-]+\s+)?(?:was\s+|has\s+been\s+)?(?:originally|first)\s+(?:published|appeared|posted)\s+"
    r"(?:in|by|on|at|with)\s+(?P<name>.+?)(?:\s+on\s+.*|\s+in\s+[A-Z]\w+\s+\d{4}.*|[.,;(].*)?",
    re.IGNORECASE,
)


def find_metadata(text: str) -> Metadata:
    r"""What an article's text says of itself; None for what it does not.

    >>> find_metadata("Ferry talks resume\n\nBy Ann Lee\n\nMay 2, 2011\n\nThe two ports met again.\n")
    Metadata(title='Ferry talks resume', author='Ann Lee', publisher=None, date='2011-05-02')
    """
    found: dict[str, str] = {}
    front = _FRONT_MATTER.match(text)
    if front:
        for line in front[1].splitlines():
            _put(found, _labelled(line.strip()))
    lines = [line.strip() for line in text[front.end() if front else 0 :].split("\n")]
    _read_head(lines, text, found)
    filled = [plain(line) for line in lines if line]
    for line in filled[-_TAIL:]:
        _put(found, {"publisher": publisher(line)})
    if "author" not in found:
        _put(found, {"author": author_note(filled)})
    if found.get("publisher") == found.get("author"):
        found.pop("publisher", None)
    return msgspec.convert(found, type=Metadata)


def _read_head(lines: list[str], text: str, found: dict[str, str]) -> None:
    """Read the lines above the body, up to the first that belongs to it."""
    places = [place for place, line in enumerate(lines) if plain(line)][: _HEAD + 1]
    unknown = 0
    for place, after in itertools.pairwise(places):
        line = plain(lines[place])
        # Copied pages often have the author's name on the line below "By".
        below = plain(lines[after])
        said = _said(f"By {below}" if line.lower().rstrip(":") == "by" else line, text)
        if not said and "title" in found and date_line(below) and text.count(line) <= _MAX_NAME_REPEATS:
            said = {"author": people(line)}
        if any(said.values()):
            _put(found, said)
        elif "title" in found:
            unknown += 1
            if unknown > _MAX_UNKNOWN or len(line) > _MAX_TITLE:
                return
        elif not _KICKER.fullmatch(line):
            # A line that goes on in small letters on the next is the first of a wrapped paragraph.
            if not reads_like_title(line) or (after == place + 1 and lines[after][:1].islower()):
                return
            found["title"] = line


def _said(line: str, text: str) -> dict[str, str | None]:
    """What a line above the body states; empty where it states nothing."""
    if fields := _labelled(line):
        return fields
    if (match := _DATE_LINE.fullmatch(line)) and (date := iso_date(match["date"])):
        rest = (match["rest"] or match["by"] or "").strip()
        return {"date": date, "author": byline(rest) or people(rest)}
    if author := byline(line):
        return {"author": author, "date": iso_date(line) if DATE.search(line) else None}
    if (leading := leading_name(line)) and text.count(leading[0]) <= _MAX_NAME_REPEATS:
        date = date_line(leading[1])
        return {"author": leading[0], "date": date, "title": None if date else leading[1]}
    return {"publisher": name} if (name := publisher(line)) else {}


def _put(found: dict[str, str], said: dict[str, str | None]) -> None:
    """Add what is not known yet."""
    for field, value in said.items():
        if value:
            found.setdefault(field, value)


def _labelled(line: str) -> dict[str, str | None]:
    """A line such as ``Author: Ann Lee``, or one of a front-matter block.

    >>> _labelled("Author: Ann Lee"), _labelled('title: "Ferries, again"'), _labelled("Author:")
    ({'author': 'Ann Lee'}, {'title': 'Ferries, again'}, {})
    """
    match = _LABELLED.fullmatch(line)
    if not match:
        return {}
    field, value = _FIELDS[match[1].lower()], match[2].strip()
    listed = [part.strip(" \"'") for part in value[1:-1].split(",")] if value[0] + value[-1] == "[]" else [value]
    value = " and ".join(listed).strip("\"'“”")
    if field == "date":
        return {"date": date} if (date := iso_date(value)) else {}
    if field == "author":
        value = byline(f"By {value}") or value
    if field == "publisher":
        return {"publisher": name} if (name := _publisher_name(value)) else {}
    return {field: value} if len(value) <= _MAX_TITLE else {}


def plain(line: str) -> str:
    """A line without Markdown's marks for headings, emphasis, links and pictures.

    >>> plain("## A *new* [ferry](http://example.org) #"), plain("![port](port.png)"), plain("====="), plain("__init__")
    ('A new ferry', '', '', 'init')
    """
    line = re.sub(r"!\[[^\]]*\]\([^)]*\)", "", line.strip())
    line = re.sub(r"\[([^\]]+)\]\([^)]*\)", r"\1", line)
    line = re.sub(r"^#{1,6}\s+|\s+#+$", "", line)
    line = re.sub(r"(\*{1,3})(?=\S)(.+?)(?<=\S)\1", r"\2", line)
    line = re.sub(r"(?<!\w)(_{1,3})(?=\S)(.+?)(?<=\S)\1(?!\w)", r"\2", line)
    return "" if re.fullmatch(r"[=\-*_\s]*", line) else line.strip()


def reads_like_title(line: str) -> bool:
    """Whether a line reads like a headline: short and without the full stop of a sentence.

    >>> [reads_like_title(line) for line in ("Ferry talks resume", "Who pays?", "They met.", "Trade with the U.S.")]
    [True, True, False, True]
    """
    stop = re.search(r"\.[\"”’'»)]*$", line) and not re.search(r"\.\.$|\b[A-Z]\.$|\b(?:Inc|Ltd|Co|Corp|Jr|Sr)\.$", line)
    return len(line) <= _MAX_TITLE and not stop and line[-1:] not in ",;:" and any(map(str.isalpha, line))


def date_line(line: str) -> str | None:
    """The date of a line that states a date and nothing else but a place, a time, a byline or what follows a bar.

    >>> date_line("Published: Tue, 25 Nov 2014, 10:05 a.m. ET"), date_line("Oslo, November 25, 2014")
    ('2014-11-25', '2014-11-25')
    >>> date_line("On November 25, 2014 the ferry sank.")
    """
    match = _DATE_LINE.fullmatch(line)
    return iso_date(match["date"]) if match else None


def publisher(line: str) -> str | None:
    """The publisher that a line states.

    >>> publisher("© 2014 Harbour Review. All rights reserved."), publisher("Source: Harbour Review")
    ('Harbour Review', 'Harbour Review')
    >>> publisher("This essay first appeared in the Harbour Review on May 2, 2011."), publisher("Source: see below.")
    ('Harbour Review', None)
    """
    if match := _COPYRIGHT.fullmatch(line):
        return _publisher_name(match["after"] or match["before"])
    if match := _APPEARED.fullmatch(line):
        return _publisher_name(match["name"])
    match = _LABELLED.fullmatch(line)
    return _publisher_name(match[2]) if match and _FIELDS[match[1].lower()] == "publisher" else None


def _publisher_name(value: str) -> str | None:
    """A publisher's name, if it reads like one."""
    name = re.sub(r"^the\s+", "", value.strip(" \t\"'“”*_.,")).strip()
    if not name[:1].isupper() or len(name.split()) > _MAX_PUBLISHER_WORDS or "://" in name:
        return None
    return name
