"""HTML to text, by trafilatura."""

from __future__ import annotations

import re

from pipeline.config import Metadata
from pipeline.ingest.dates import iso_date
from pipeline.ingest.decoding import RefusedError

_DATES = {
    "original_date": True,
    "extensive_search": False,  # it guesses from any number in the page
    "max_date": "2199-12-31",  # the default is today
}


def read_html(page: str) -> tuple[str, Metadata]:
    """The article in a page and what the page says of it; the title, where the page gives one, is the first line.

    Args:
        page: The whole page, decoded.

    Raises:
        RefusedError: There is no article in it.
    """
    from trafilatura import bare_extraction

    document = bare_extraction(
        page,
        include_comments=False,
        favor_precision=True,  # else a page of nothing but menus passes for an article
        with_metadata=True,
        date_extraction_params=_DATES,
    )
    if document is None or isinstance(document, dict) or not (text := (document.text or "").strip()):
        raise RefusedError("no_text", "is markup without an article; save the article itself, or its text")
    found = Metadata(
        title=_line(document.title),
        author=_people(document.author),
        publisher=_line(document.sitename),
        date=iso_date(document.date or ""),
    )
    if found.title and not _folded(text).startswith(_folded(found.title)):
        text = f"{found.title}\n{text}"
    return text, found


def _line(value: str | None) -> str | None:
    return " ".join(value.split()) or None if value else None


def _folded(text: str) -> str:
    """Letters and digits only, so that a title is known again whatever its quotation marks and blanks."""
    return re.sub(r"[\W_]+", "", text[:2000].casefold())


def _people(value: str | None) -> str | None:
    """Authors as a sentence lists them.

    >>> _people("Jane Doe; John Roe; Max Moe")
    'Jane Doe, John Roe and Max Moe'
    """
    names = [name for part in (value or "").split(";") if (name := _line(part))]
    return " and ".join(filter(None, (", ".join(names[:-1]), *names[-1:]))) or None
