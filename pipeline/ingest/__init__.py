"""Ingest: articles as they come (text, Markdown, HTML, JSONL) become :class:`~pipeline.records.Article` records.

:func:`sources` lists raw articles, :func:`extract` turns one into a record or says why it is set aside, and
:func:`settle` makes ids unique and drops repeats. :func:`ingest` is the last two together.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from functools import partial
from typing import Any

from pipeline.config import IngestConfig
from pipeline.ingest.extraction import extract
from pipeline.ingest.listing import Source, lines, sources
from pipeline.ingest.settling import settle
from pipeline.records import Article, Rejected

__all__ = ["Source", "extract", "ingest", "lines", "settle", "sources"]


def ingest(
    sources: Iterable[Source], config: IngestConfig, map: Callable[..., Iterable[Any]] = map
) -> Iterator[Article | Rejected]:
    """Turn raw articles into records.

    Args:
        sources: Raw articles, of one corpus or several; read once, one at a time.
        config: The stage's settings.
        map: Applies a function to every source; give a pool's ``imap`` to use several processes.

    Returns:
        First what was set aside, by source and line, then the articles, by topic and id.
    """
    return settle(map(partial(extract, config=config), sources))
