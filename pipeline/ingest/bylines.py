"""People's names in the lines above an article."""

from __future__ import annotations

import itertools
import re

from pipeline.ingest.dates import DATE

_PARTICLE = r"(?:de|da|dos|di|del|della|der|den|du|van|von|bin|ibn|al|el|la|le|ten|ter|zu|y|e|[Ss]t\.)"
_WORD = r"(?:(?:[^\W\d_a-z]\.-?)+|(?:al-|[dDlLO]['’])?[^\W\d_a-z][^\W\d_]*(?:['’-][^\W\d_]+)*\.?)"
_NAME = rf"{_WORD}(?:\s+(?:{_PARTICLE}\s+)*{_WORD}){{1,4}}"
_NAMES = re.compile(rf"(?P<names>{_NAME}(?:(?:,\s+{_NAME})*,?\s+(?:and|&|AND|with)\s+{_NAME})?)(?P<rest>.*)", re.DOTALL)
_BY = re.compile(r"(?:(?:written|words|story|report|analysis|opinion|commentary|text)\s+)?by:?\s+", re.IGNORECASE)
_ABOUT = re.compile(r"about the (?:author|writer)s?:?", re.IGNORECASE)

_NO_NAME = re.compile(
    r"(?:(?:mon|tues|wednes|thurs|fri|satur|sun)day|january|february|march|july|(?:septem|octo|novem|decem)ber"
    r"|this|that|these|those|it|there|when|what|why|how|who|where|which|or|but|not|all)[.,]?|.*['’]s",
    re.IGNORECASE,
)
"""Words that begin a phrase in capitals and are in no name; April, May, June and August are."""

_ROLES = re.compile(
    r"\s+(?:staff|special|senior|chief|associate|foreign|contributing)?\s*"
    r"(?:writer|reporter|correspondent|editor|columnist|contributor)\b.*",
    re.IGNORECASE | re.DOTALL,
)

_ENDS_ABBREVIATED = re.compile(r"(?:\b[A-Z]|[AaPp]\.[Mm]|\b(?:Jr|Sr|Inc|Ltd|Co|Ph\.D|Nov|Dec))\.$")
_ROLE = re.compile(
    r"[\s,|/–—·•-]*(?:\(|[|/–—·•]|-\s|,\s*(?=[^\W\d_a-z]|(?:senior|staff|special|associate|former|chief|a|an|the)\b)"
    r"|(?:in|at|for|of)\s+(?=[^\W\d_a-z]|the\s)|$)"
)
_MAX_LINE = 150


def byline(line: str) -> str | None:
    """The authors that a line beginning with "By" names, without what they are or work for.

    >>> byline("By JANE DOE and JOHN O’ROE, Reuters"), byline("By Ann van der Lee | May 2, 2011")
    ('Jane Doe and John O’Roe', 'Ann van der Lee')
    >>> byline("By Friday the talks had failed."), byline("By Friday Evening"), byline("By land and sea")
    (None, None, None)
    """
    match = _BY.match(line)
    if not match or len(line) > _MAX_LINE or (_ends_sentence(line) and not DATE.search(line)):
        return None
    return _people(line[match.end() :])


def leading_name(line: str) -> tuple[str, str] | None:
    """The name before a bar and what follows it, as in ``Jane Doe | Title``.

    >>> leading_name("Ann Lee | Why the ferry talks sank"), leading_name("What now | Ann Lee")
    (('Ann Lee', 'Why the ferry talks sank'), None)
    """
    name, bar, rest = line.partition(" | ")
    found = people(name) if bar and rest.strip() else None
    return (found, rest.strip()) if found else None


def people(text: str) -> str | None:
    """Names and nothing else.

    >>> people("Ann Lee, Max Moe & Jo St. Clair"), people("Ann Lee's view"), people("the minister")
    ('Ann Lee, Max Moe and Jo St. Clair', None, None)
    """
    match = _NAMES.fullmatch(text.strip())
    return _people(text) if match and not match["rest"] else None


def author_note(lines: list[str]) -> str | None:
    """The author whom a note under an "About the author" heading introduces, if there is such a note.

    >>> author_note(["It ended.", "About the Author", "Ann Lee is a fellow at the Ferry Institute."])
    'Ann Lee'
    >>> author_note(["It ended.", "About the Author"])
    """
    for heading, note in itertools.pairwise(lines):
        if _ABOUT.fullmatch(heading):
            match = _NAMES.match(note)
            return _people(match["names"]) if match and re.match(r",|\s+(?:is|was|are|were)\b", match["rest"]) else None
    return None


def _people(text: str) -> str | None:
    """The names that a text begins with, if what follows can stand after a name."""
    if DATE.search(text):
        text = DATE.split(text, maxsplit=1)[0].rstrip(" ,|–—·•-(")
        text = re.sub(r"\s+(?:on|published|posted|updated):?$", "", text, flags=re.IGNORECASE)
    text = re.sub(r"\s+in\s+[A-Z][\w-]+(?:\s[A-Z][\w-]+)?(?=\s+and\s|,)", "", text)  # Ann Lee in Oslo and Max Moe
    match = _NAMES.match(_ROLES.sub("", text.strip()))
    if not match or not _ROLE.match(match["rest"]):
        return None
    names = re.sub(r",?\s+(?:and|&|AND|with)\s+", " and ", " ".join(match["names"].split()))
    words = names.split(" ")
    if any(map(_NO_NAME.fullmatch, words)):
        return None
    return " ".join(_cased(word) for word in words)


def _cased(word: str) -> str:
    """A word of a name, in capitals only where it has them.

    >>> [_cased(word) for word in ("DOE", "O'ROE", "J.R.", "SMITH-LEE,", "McKAY", "Lee")]
    ['Doe', "O'Roe", 'J.R.', 'Smith-Lee,', 'McKAY', 'Lee']
    """
    return re.sub(r"[^\W\d_]{3,}", lambda part: part[0].capitalize() if part[0].isupper() else part[0], word)


def _ends_sentence(line: str) -> bool:
    return line.endswith((".", "!", "?", "…")) and not _ENDS_ABBREVIATED.search(line)
