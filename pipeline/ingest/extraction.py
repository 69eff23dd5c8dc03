"""One raw article to a record, or the reason why it is set aside."""

from __future__ import annotations

import hashlib
import re
from pathlib import PurePosixPath

import msgspec

from pipeline.config import IngestConfig, Metadata
from pipeline.ingest.dates import iso_date
from pipeline.ingest.decoding import RefusedError, clean, decode_bytes
from pipeline.ingest.listing import Source
from pipeline.ingest.markup import read_html
from pipeline.ingest.metadata import find_metadata
from pipeline.records import Article, Name, Rejected, decode

_HTML = (".html", ".htm")


class _Line(msgspec.Struct, frozen=True):
    """A line of a JSONL corpus; fields not named here are ignored."""

    text: str
    article_id: Name | None = None
    title: str | None = None
    author: str | None = None
    publisher: str | None = None
    date: str | None = None
    topic: Name | None = None
    source: str | None = None
    url: str | None = None


def extract(source: Source, config: IngestConfig) -> Article | Rejected:
    """Turn a raw article into a record.

    What ``corpus.toml`` says of the article goes before the fields of a JSONL line or page, and those before what is
    found in the text.

    Args:
        source: The raw article.
        config: The stage's settings.

    Returns:
        The article, whose id is unique only after :func:`~pipeline.ingest.settle`; or why it is set aside.
    """
    if source.rejected:
        return source.rejected
    try:
        return _extract(source, source.content or b"", config)
    except RefusedError as error:
        return Rejected(source.source, source.line, error.reason, error.detail)


def _extract(source: Source, content: bytes, config: IngestConfig) -> Article:
    path = PurePosixPath(source.source)
    fields: _Line | None = None
    stated = Metadata()
    if source.line is not None:
        fields = _parse(content)
        text = clean(fields.text.removeprefix("\ufeff"))
        stated = Metadata(fields.title, fields.author, fields.publisher, iso_date(fields.date or ""))
    elif path.suffix.lower() in _HTML:
        text, stated = read_html(decode_bytes(content, html=True))
    else:
        text = decode_bytes(content)
    if len(text) > config.max_characters:
        allowed = f"{config.max_characters:,} allowed"
        raise RefusedError("too_large", f"has {len(text):,} characters, {allowed}; split it or raise the limit")
    about = _merge(source.metadata, stated, find_metadata(text))
    given = fields.article_id if fields else None
    return Article(
        article_id=safe_id(given or (path.stem if source.line is None else f"{path.stem}-{source.line}")),
        title=about.title,
        author=about.author,
        publisher=about.publisher,
        date=about.date,
        topic=(fields.topic if fields else None) or source.topic,
        source=(fields.source or fields.url if fields else None) or source.source,
        sha256=hashlib.sha256(text.encode()).hexdigest(),
        text=text,
    )


def _parse(content: bytes) -> _Line:
    """One line of JSONL.

    Raises:
        RefusedError: It is not JSON, or not an article.
    """
    try:
        return decode(msgspec.json.decode(decode_bytes(content)), _Line)
    except msgspec.DecodeError as error:
        raise RefusedError("invalid", f"not a whole line of JSON ({error})") from None
    except RecursionError:
        raise RefusedError("invalid", "is nested too deeply to be an article") from None
    except ValueError as error:
        raise RefusedError("invalid", str(error)) from None


def _merge(*stated: Metadata) -> Metadata:
    """Of each field the first value that is not blank.

    >>> _merge(Metadata(title=" "), Metadata(title="B", author="Ann Lee"), Metadata(title="C"))
    Metadata(title='B', author='Ann Lee', publisher=None, date=None)
    """
    values = [[(value or "").strip() for value in msgspec.structs.astuple(one)] for one in stated]
    return Metadata(*(next(filter(None, field), None) for field in zip(*values, strict=True)))


def safe_id(name: str) -> str:
    """A name as an id: without blanks, colons and slashes, which separate ids from what follows them.

    >>> safe_id("talks in: Oslo/2014")
    'talks_in_Oslo_2014'
    """
    return re.sub(r"[\s:/\\]+", "_", name)
