"""Wording of the lines that say who wrote an article, where, and when."""

from __future__ import annotations

import re

MAX_WORDS = 25
"""Words; a longer paragraph is never a byline."""

_MONTHS = (
    r"(?:jan(?:uary)?|feb(?:ruary)?|mar(?:ch)?|apr(?:il)?|may|june?|july?|aug(?:ust)?|sept?(?:ember)?|oct(?:ober)?"
    r"|nov(?:ember)?|dec(?:ember)?)\.?"
)
_DAYS = r"(?:mon|tues?|wed(?:nes)?|thu(?:rs?)?|fri|sat(?:ur)?|sun)(?:day)?\.?"
_STAMP = r"(?:first |last |originally )?(?:published|updated|posted|modified|revised|created)(?: on| at)?:?"
_DATE_WORD = (
    rf"(?:{_MONTHS}|{_DAYS}|{_STAMP}|date:?|\d{{1,2}}:\d\d(?::\d\d)?|\d{{1,4}}(?:st|nd|rd|th)?"
    r"|\d{4}-\d\d-\d\d(?:t[\d:.]+(?:z|[+-]\d\d:?\d\d)?)?|[ap]\.?m\.?|[a-z]{1,3}t|gmt|utc|at|on|of|the)"
)
_DATE = re.compile(rf"[\s(]*{_DATE_WORD}(?:[\s,|•·/.()–—-]+{_DATE_WORD})*[\s).]*", re.IGNORECASE)
_DAY_GIVEN = re.compile(
    rf"\b{_MONTHS}\s+\d|\d(?:st|nd|rd|th)?\s+(?:of\s+)?{_MONTHS}|\d{{4}}-\d\d-\d\d|\d{{1,2}}[/.]\d{{1,2}}[/.]\d{{2,4}}",
    re.IGNORECASE,
)
_PLACE = re.compile(r"^(?:[A-Z][\w.]+\s?){1,3},\s+")
_STAMPED = re.compile(rf"^{_STAMP}\s.*\d", re.IGNORECASE)
_ENDS_SENTENCE = re.compile(r"[^\W\d_]{3,}[.!?][\"'”’)]*$")

_BY = re.compile(
    r"^[*_]*(?:(?:story|written|posted|reported|words|text|analysis|opinion|commentary)\s+)?by:?\s+", re.IGNORECASE
)
_CAPITAL = re.compile(r"[A-Z][\w.'’-]*|[A-Z]\.")
_CONNECTORS = frozenset(
    (
        "and",
        "&",
        "de",
        "del",
        "della",
        "der",
        "den",
        "di",
        "da",
        "du",
        "la",
        "le",
        "van",
        "von",
        "bin",
        "ibn",
        "al",
        "el",
        "of",
        "the",
        "for",
        "with",
        "in",
        "at",
        "|",
        "•",
        "·",
        "–",
    )
)
_NOT_NAMES = re.compile(rf"{_MONTHS}|{_DAYS}", re.IGNORECASE)
_AGENCY = re.compile(
    r"\(?(?:The )?(?:Associated Press|AP|Reuters|AFP|Agence France-Presse|Bloomberg|UPI|Xinhua|Yonhap|TASS|Kyodo"
    r"|Staff Writer|Special Correspondent|[A-Z]\w+ (?:staff|Staff))\)?"
)
_AFFILIATION = re.compile(
    r"\b(?:University|Institute|Institution|Cent(?:er|re)|Council|Foundation|School|College|Correspondent|Editor"
    r"|Writer|Contributor|Fellow|Analyst|Professor|Lecturer|Researcher|Reporter|Columnist|Director|Staff|Project|Times"
    r"|Post|News|Press|Journal|Magazine|Review)\b",
    re.IGNORECASE,
)
_NAME = re.compile(r"(?:(?:Dr|Prof|Sir|Amb)\.?\s+)?[A-Z][\w'’-]+(?:\s+(?:[A-Z][\w'’.-]*|de|van|von|bin|al)){1,3}")


def is_date(text: str) -> bool:
    """Whether a line is a date and nothing else: ``Published: May 3, 2016, 10:15 a.m. EDT``, ``Geneva, 4 May 2015``.

    >>> is_date("Last updated on 3 May 2016"), is_date("In May 2016")
    (True, False)
    """
    if len(text.split()) > MAX_WORDS or not _DAY_GIVEN.search(text):
        return False
    text = text.strip("*_ ")
    return bool(_DATE.fullmatch(text) or _DATE.fullmatch(_PLACE.sub("", text, count=1)))


def is_stamp(text: str) -> bool:
    """Whether a line says when the article was published or changed."""
    return len(text.split()) <= MAX_WORDS and bool(_STAMPED.match(text)) and not _ENDS_SENTENCE.search(text)


def is_byline(text: str) -> bool:
    """Whether a line says who wrote it: ``By Ann Lee and Bo Dahl, Example News``.

    >>> is_byline("By Ann Lee"), is_byline("By Tuesday the talks had failed")
    (True, False)
    """
    match = _BY.match(text)
    if not match or len(text.split()) > MAX_WORDS or _ENDS_SENTENCE.search(text):
        return False
    names = re.split(r"[,|•·]|\s[–—-]\s", text[match.end() :].strip("*_ "), maxsplit=1)[0].split()
    if not names or not _CAPITAL.match(names[0]) or _NOT_NAMES.fullmatch(names[0]):
        return False
    return all(_CAPITAL.fullmatch(word) or word in _CONNECTORS for word in names)


def is_agency(text: str) -> bool:
    """Whether a line is the name of a news agency or of a staff, and nothing else."""
    return bool(_AGENCY.fullmatch(text.strip("*_ ")))


def is_name_or_affiliation(text: str) -> bool:
    """Whether a line might be an author's name or post; only a byline beside it makes it one."""
    if len(text.split()) > MAX_WORDS // 2 or text[-1:] in ".?!:":
        return False
    return bool(_NAME.fullmatch(text.strip("*_ ")) or _AFFILIATION.search(text))
