"""List the raw articles of a corpus, one at a time."""

from __future__ import annotations

import os
import stat
from collections.abc import Iterable, Iterator
from itertools import chain
from pathlib import Path
from typing import IO

import msgspec

from pipeline.config import Corpus, IngestConfig, Metadata
from pipeline.errors import CorpusError
from pipeline.records import Reason, Rejected

EXTENSIONS = (".txt", ".md", ".html", ".htm", ".jsonl")

_DEFAULT = IngestConfig()

_UTF16 = (b"\xff\xfe", b"\xfe\xff")


class Source(msgspec.Struct, frozen=True):
    """A raw article.

    ``source`` is the file's path relative to the corpus, with ``/``; ``line`` is the line of a JSONL file, counted
    from 1, whose bytes ``content`` then holds, else None. ``metadata`` is what ``corpus.toml`` says of the file. Where
    the article could not be read, ``content`` is None and ``rejected`` says why.
    """

    topic: str
    source: str
    line: int | None
    content: bytes | None
    metadata: Metadata = Metadata()
    rejected: Rejected | None = None


def sources(path: Path, corpus: Corpus, topic: str, max_bytes: int = _DEFAULT.max_bytes) -> Iterator[Source]:
    """List the articles of a folder, or of one file.

    Files are listed in order of their names and read one at a time. Hidden files, files with other extensions than
    ``EXTENSIONS`` and subfolders, which may be corpora themselves, are passed over; links that lead out of the folder
    are set aside.

    Args:
        path: The folder or file.
        corpus: What ``corpus.toml`` says; its ``article`` entries go by file name.
        topic: The topic of articles that do not name their own.
        max_bytes: A larger file, or line of JSONL, is set aside without being read whole.

    Raises:
        CorpusError: There is nothing at ``path``, it cannot be listed, or no article is in it.
    """
    if path.is_dir():
        found = _walk(path)
        first = next(found, None)
        if first is None:
            raise CorpusError(f"{path}: holds no article; put .txt, .md, .html or .jsonl files there")
        files: Iterable[Path] = chain([first], found)
        root = path
    elif not path.exists():
        raise CorpusError(f"{path}: does not exist; give a folder of articles or a .jsonl file")
    elif not path.name.lower().endswith(EXTENSIONS):
        raise CorpusError(f"{path}: is no article; give a folder of articles or a .txt, .md, .html or .jsonl file")
    else:
        files, root = (path,), path.parent
    return chain.from_iterable(_read(file, root, corpus, topic, max_bytes) for file in files)


def lines(
    file: IO[bytes], name: str, topic: str, max_bytes: int = _DEFAULT.max_bytes, metadata: Metadata | None = None
) -> Iterator[Source]:
    """List the articles of an open JSONL file; blank lines are passed over.

    Args:
        file: The file, open for reading bytes.
        name: Its name, for ``source``.
        topic: The topic of articles that do not name their own.
        max_bytes: A longer line is set aside without being read whole.
        metadata: What ``corpus.toml`` says of the file, and so of each article in it.
    """
    metadata = metadata or Metadata()
    number = 0
    while line := file.readline(max_bytes + 1):
        number += 1
        if number == 1:
            if line.startswith(_UTF16):
                yield _refused(topic, name, None, "undecodable", "is UTF-16; save it as UTF-8")
                return
            line = line.removeprefix(b"\xef\xbb\xbf")
        if len(line) > max_bytes:
            while line and not line.endswith(b"\n"):
                line = file.readline(max_bytes)
            yield _refused(topic, name, number, "too_large", _too_large("the line", max_bytes))
        elif line.strip():
            yield Source(topic, name, number, line, metadata)


def _walk(folder: Path) -> Iterator[Path]:
    """The articles in a folder, in order of their names.

    Raises:
        CorpusError: The folder cannot be listed.
    """
    try:
        with os.scandir(folder) as entries:
            found = sorted(entries, key=lambda entry: entry.name)
    except OSError as error:
        raise CorpusError(f"{folder}: cannot be listed ({error.strerror}); make it readable") from None
    for entry in found:
        is_article = entry.name.lower().endswith(EXTENSIONS) and not entry.name.startswith(".")
        if is_article and not os.path.isdir(entry):
            yield folder / entry.name


def _read(file: Path, root: Path, corpus: Corpus, topic: str, max_bytes: int) -> Iterator[Source]:
    """The articles of one file: one, or for JSONL one a line."""
    # A name that is not UTF-8 could not be written to any record.
    name = os.fsencode(file.relative_to(root).as_posix()).decode("utf-8", errors="replace")
    metadata = corpus.article.get(name) or Metadata()
    try:
        if file.is_symlink() and not Path(os.path.realpath(file)).is_relative_to(os.path.realpath(root)):
            detail = "is a link that leads out of the corpus; put a copy of the file in its place"
            yield _refused(topic, name, None, "unreadable", detail)
            return
        status = file.stat()
        if not stat.S_ISREG(status.st_mode):
            yield _refused(topic, name, None, "unreadable", "is not a regular file; remove it")
        elif file.name.lower().endswith(".jsonl"):
            with file.open("rb") as opened:
                yield from lines(opened, name, topic, max_bytes, metadata)
        elif status.st_size > max_bytes or len(content := _content(file, max_bytes)) > max_bytes:
            yield _refused(topic, name, None, "too_large", _too_large("the file", max_bytes))
        else:
            yield Source(topic, name, None, content, metadata)
    except OSError as error:
        yield _refused(topic, name, None, "unreadable", f"cannot be read ({error.strerror}); make it readable")


def _content(file: Path, max_bytes: int) -> bytes:
    """The bytes of a file, one more than the limit at most: it may have grown since it was measured."""
    with file.open("rb") as opened:
        return opened.read(max_bytes + 1)


def _too_large(what: str, max_bytes: int) -> str:
    return f"{what} has more than the {max_bytes:,} bytes allowed; split it or raise the limit"


def _refused(topic: str, name: str, line: int | None, reason: Reason, detail: str) -> Source:
    return Source(topic, name, line, None, rejected=Rejected(name, line, reason, detail))
