"""Make ids unique and set repeats aside, with memory that does not grow with the number of articles."""

from __future__ import annotations

import hashlib
import re
import sqlite3
from collections.abc import Iterable, Iterator
from contextlib import closing
from itertools import chain, count
from urllib.parse import urlsplit

import msgspec

from pipeline.ingest.extraction import safe_id
from pipeline.records import Article, Rejected

_TABLES = """
PRAGMA journal_mode = OFF;
CREATE TABLE rejected (source TEXT, line INTEGER, reason TEXT, detail TEXT);
CREATE TABLE arrived (
    number INTEGER PRIMARY KEY, topic TEXT, id TEXT, source TEXT, text_digest BLOB, digest BLOB, row BLOB
);
CREATE TABLE kept (number INTEGER PRIMARY KEY, topic TEXT, final TEXT);
CREATE TABLE used (name TEXT PRIMARY KEY, times INTEGER) WITHOUT ROWID;
"""

# Ids of one JSONL file end in its line: the shorter id first puts line 2 before line 10.
_ORDER = "source, length(id), id, digest"

_KEEP_FIRST = f"""
CREATE TABLE ranked AS
SELECT number, topic, id, source, digest, text_digest,
    row_number() OVER (PARTITION BY topic, text_digest ORDER BY {_ORDER}) AS nth FROM arrived;
CREATE INDEX ranked_nth ON ranked (nth, topic, text_digest);
INSERT INTO kept
SELECT number, topic, CASE row_number() OVER (PARTITION BY id ORDER BY topic, {_ORDER}) WHEN 1 THEN id END
FROM ranked WHERE nth = 1;
CREATE UNIQUE INDEX kept_final ON kept (final);
CREATE TABLE nameless AS
SELECT number, ranked.topic, id, source FROM ranked JOIN kept USING (number) WHERE final IS NULL
ORDER BY ranked.topic, {_ORDER};
"""

_REPEATS = """
INSERT INTO rejected
SELECT repeat.source, NULL, 'duplicate',
    'article "' || repeat.id || '" repeats the text of article "' || kept.final || '"; remove one of the two'
FROM ranked AS repeat JOIN ranked AS first ON first.nth = 1
    AND first.topic = repeat.topic AND first.text_digest = repeat.text_digest
JOIN kept ON kept.number = first.number WHERE repeat.nth > 1
"""

_ARTICLES = "SELECT final, row FROM kept JOIN arrived USING (number) ORDER BY kept.topic, final"
_REJECTED = "SELECT source, line, reason, detail FROM rejected ORDER BY source, line, detail, reason"

_EXTENSION = re.compile(r"\.(txt|md|html?|jsonl)$", re.IGNORECASE)


def settle(extracted: Iterable[Article | Rejected]) -> Iterator[Article | Rejected]:
    """Give every article an id of its own and set aside those that repeat another's text within the topic.

    Whatever order the articles arrive in, the outcome is the same: of several articles with one id, or one text, the
    first by topic and source keeps it. Another of the same topic is called ``a.md``, then ``a.md-2``; one of another
    topic ``topic-a``.

    Args:
        extracted: What :func:`~pipeline.ingest.extract` gave, in any order.

    Yields:
        What was set aside, by source and line; then the articles, by topic and id.
    """
    # An empty name is a database of SQLite's own on disk, which it deletes on closing.
    with closing(sqlite3.connect("", isolation_level=None)) as base:
        base.executescript(_TABLES)
        base.execute("BEGIN")
        for item in extracted:
            _store(base, item)
        base.execute("COMMIT")
        base.executescript(_KEEP_FIRST)
        base.execute("BEGIN")
        _name_the_rest(base)
        base.execute(_REPEATS)
        base.execute("COMMIT")
        for source, line, reason, detail in base.execute(_REJECTED):
            yield Rejected(source, line, reason, detail)
        for final, row in base.execute(_ARTICLES):
            article = msgspec.json.decode(row, type=Article)
            yield article if article.article_id == final else msgspec.structs.replace(article, article_id=final)


def _store(base: sqlite3.Connection, item: Article | Rejected) -> None:
    """Write down one article or rejection."""
    if isinstance(item, Rejected):
        base.execute("INSERT INTO rejected VALUES (?, ?, ?, ?)", (item.source, item.line, item.reason, item.detail))
        return
    row = msgspec.json.encode(item)
    text_digest = _digest(" ".join(item.text.split()).encode())
    columns = (item.topic, item.article_id, item.source, text_digest, _digest(row), row)
    base.execute("INSERT INTO arrived VALUES (NULL, ?, ?, ?, ?, ?, ?)", columns)


def _digest(content: bytes) -> bytes:
    return hashlib.sha256(content).digest()


def _name_the_rest(base: sqlite3.Connection) -> None:
    """Find an id for every article that was not the first to have its own."""
    for number, topic, taken, source in base.execute("SELECT * FROM nameless ORDER BY rowid"):
        (holder,) = base.execute("SELECT topic FROM kept WHERE final = ?", (taken,)).fetchone()
        *bare, last = _names(taken, topic, source, elsewhere=holder != topic)
        (times,) = base.execute("SELECT max(times) FROM used WHERE name = ?", (last,)).fetchone()
        # A thousand files of one name: counting goes on where the last of them left it.
        numbers = count(times or 2)
        for name in chain([] if times else [*bare, last], (f"{last}-{number}" for number in numbers)):
            if not base.execute("SELECT 1 FROM kept WHERE final = ?", (name,)).fetchone():
                base.execute("UPDATE kept SET final = ? WHERE number = ?", (name, number))
                break
        base.execute("INSERT OR REPLACE INTO used VALUES (?, ?)", (last, next(numbers)))


def _names(taken: str, topic: str, source: str, *, elsewhere: bool) -> list[str]:
    """Other ids for an article, best first, before counting begins.

    >>> _names("a", "oslo talks", "x/a.md", elsewhere=True), _names("a", "oslo talks", "x/a.md", elsewhere=False)
    (['oslo_talks-a', 'oslo_talks-a.md'], ['a.md'])
    """
    name = f"{safe_id(topic)}-{taken}" if elsewhere else taken
    names = [name] if elsewhere else []
    if extension := _EXTENSION.search(urlsplit(source).path if "://" in source else source):
        names.append(name + extension[0].lower())
    return names or [name]
