"""Dates as they are written, to ISO; never relative to today."""

from __future__ import annotations

import datetime
import re
from functools import lru_cache
from typing import Any

_MONTH = (
    r"(?:jan(?:uary)?|feb(?:ruary)?|mar(?:ch)?|apr(?:il)?|may|june?|july?|aug(?:ust)?|sept?(?:ember)?|oct(?:ober)?"
    r"|nov(?:ember)?|dec(?:ember)?)\b\.?"
)
_YEAR = r"(?:1[5-9]|20)\d\d(?!\d)"
_DAY = r"(?<!\d)[0-3]?\d(?:st|nd|rd|th)?"

DATE = re.compile(
    rf"""(?:
        \b{_YEAR}-[01]?\d-[0-3]?\d(?:T[\d:.]+(?:Z|[+-][\d:]+)?)?
      | \b{_YEAR}/[01]?\d/[0-3]?\d(?!\d)
      | \b{_MONTH}\s+{_DAY},?\s+{_YEAR}
      | {_DAY}(?:\s+of)?\s+{_MONTH},?\s+{_YEAR}
      | (?<!\d)[0-3]?\d(?P<sep>[./-])[0-3]?\d(?P=sep){_YEAR}
    )""",
    re.IGNORECASE | re.VERBOSE,
)
"""A date with its day, month and year."""

_ISO = re.compile(rf"({_YEAR})(?:-(\d\d))?(?:-(\d\d))?(?:[T ].*)?")
_NUMERIC = re.compile(r"(\d{1,2})([./-])(\d{1,2})\2\d{4}")
_MONTH_YEAR = re.compile(rf"{_MONTH},?\s+{_YEAR}", re.IGNORECASE)

_SETTINGS: dict[str, Any] = {
    "PARSERS": ["absolute-time"],
    "REQUIRE_PARTS": ["year", "month", "day"],
    "RELATIVE_BASE": datetime.datetime(2000, 1, 1),
    "RETURN_AS_TIMEZONE_AWARE": False,
    "TIMEZONE": "UTC",
}


def iso_date(text: str) -> str | None:
    """A date in ISO form, of the day where it is stated; the day as it was where the author wrote.

    None where there is no date, or one that can be read in two ways.

    >>> iso_date("July 2, 2010"), iso_date("2010-07-02T23:30:00-08:00"), iso_date("Nov. 25, 2014, 10:05 a.m.")
    ('2010-07-02', '2010-07-02', '2014-11-25')
    >>> iso_date("March 2011"), iso_date("2011"), iso_date("25.4.2011"), iso_date("4/5/2011"), iso_date("yesterday")
    ('2011-03', '2011', '2011-04-25', None, None)
    """
    text = text.strip()
    if match := _ISO.fullmatch(text):
        return _checked(match[1], match[2], match[3])
    if match := DATE.search(text):
        return _parsed(match[0])
    if _MONTH_YEAR.fullmatch(text):
        day = _parsed(f"1 {text}")
        return day[:7] if day else None
    return None


def _checked(year: str, month: str | None, day: str | None) -> str | None:
    """An ISO date, unless its month or day does not exist."""
    try:
        datetime.date(int(year), int(month or 1), int(day or 1))
    except ValueError:
        return None
    return "-".join(part for part in (year, month, day) if part)


_MONTHS = 12


@lru_cache(maxsize=1024)
def _parsed(text: str) -> str | None:
    """What ``dateparser`` makes of one date with day, month and year."""
    numeric = _NUMERIC.fullmatch(text)
    if numeric and numeric[2] != "." and numeric[1] != numeric[3] and max(int(numeric[1]), int(numeric[3])) <= _MONTHS:
        return None
    order = "DMY" if numeric and (numeric[2] == "." or int(numeric[1]) > _MONTHS) else "MDY"
    text = re.sub(r"(?<=\d)T[\d:.]+.*$", "", text)
    if re.match(r"\d{4}", text):
        return _checked(*re.sub(r"\b(\d)\b", r"0\1", text.replace("/", "-")).split("-"))

    import dateparser  # type: ignore[import-untyped, unused-ignore]

    text = re.sub(r"\s+of\s+", " ", text, flags=re.IGNORECASE)
    found = dateparser.parse(text, languages=["en"], settings={**_SETTINGS, "DATE_ORDER": order})
    return found.date().isoformat() if found else None
