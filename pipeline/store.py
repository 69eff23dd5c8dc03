"""A run folder on disk: reading its files as checked records, and writing them so that each is always whole."""

from __future__ import annotations

import hashlib
import os
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import IO, Any, Generic, TypeVar

import jsonlines
import msgspec

from pipeline import records
from pipeline.errors import RecordError, RunError
from pipeline.records import Article, Document, Judgement, Mention, Sentence

R = TypeVar("R")

PARTIAL = ".partial"
"""Ending of a file that is still being written; what a killed run leaves under it is written over."""

MADE_BY = {
    "articles": "ingest",
    "sentences": "segment",
    "entities": "entities",
    "stances": "stance",
    "alignments": "align",
    "report": "report",
}
"""The command that writes each file, by the file's stem."""


@contextmanager
def replacing(path: Path) -> Iterator[IO[str]]:
    """Open a file beside ``path`` for writing, and put it in place of ``path`` only when all was written.

    Raises:
        RunError: It cannot be written there.
    """
    partial = path.with_name(path.name + PARTIAL)
    try:
        file = partial.open("w", encoding="utf-8", newline="\n")
    except OSError as error:
        raise RunError(f"{path}: cannot be written ({error.strerror}); make its folder writable") from None
    try:
        with file:
            yield file
            file.flush()
            os.fsync(file.fileno())
        os.replace(partial, path)
    except BaseException:
        partial.unlink(missing_ok=True)
        raise


def replace_bytes(path: Path, data: bytes) -> None:
    """Write a file beside ``path`` and put it in its place."""
    partial = path.with_name(path.name + PARTIAL)
    partial.write_bytes(data)
    os.replace(partial, path)


def sha256_file(path: Path) -> str:
    """The sha256 of a file, as hex."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def write_lines(file: IO[str], lines: Iterable[Any]) -> int:
    """Write records as JSON lines; returns how many."""
    writer = jsonlines.Writer(file, dumps=records.encode)
    count = 0
    for record in lines:
        writer.write(record)
        count += 1
    return count


def read_lines(file: IO[bytes] | IO[str], record: type[R], name: str) -> Iterator[tuple[int, R]]:
    """Read JSON lines as checked records, each with its line number, counted from 1. Blank lines are passed over.

    Raises:
        RecordError: A line is not JSON, or not such a record.
    """
    lines: Iterable[bytes | str] = file
    for line, text in enumerate(lines, start=1):
        if not text.strip():
            continue
        try:
            value = msgspec.json.decode(text)
        except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
            raise RecordError(name, line, f"not a whole line of JSON ({error})") from None
        try:
            yield line, records.decode(value, record)
        except ValueError as error:
            raise RecordError(name, line, str(error)) from None


class _Groups(Generic[R]):
    """The records of one file handed out article by article, in the order of ``articles.jsonl``."""

    def __init__(self, file: IO[bytes], record: type[R], name: str) -> None:
        self._name = name
        self._stem = name.split(".", maxsplit=1)[0]
        self._lines = read_lines(file, record, name)
        self._next: tuple[int, Any] | None = next(self._lines, None)

    def take(self, article_id: str) -> Iterator[tuple[int, R]]:
        """The records of one article, each with its line."""
        while self._next is not None and self._next[1].article_id == article_id:
            yield self._next
            self._next = next(self._lines, None)

    def fail(self, line: int, problem: str) -> RecordError:
        """The error of one line, with its remedy."""
        return RecordError(self._name, line, f"{problem}; run visavis {MADE_BY[self._stem]} again")

    def finish(self) -> None:
        """Make sure that all was handed out.

        Raises:
            RecordError: A record was left over whose article is not there, or not in this place.
        """
        if self._next is not None:
            line, record = self._next
            raise self.fail(line, f'article "{record.article_id}" is not in articles.jsonl, or not in this order')


class Run:
    """A run folder.

    Args:
        path: The folder.
    """

    def __init__(self, path: Path) -> None:
        self.path = path

    def file(self, name: str) -> Path:
        """The path of one of the run's files, by its stem in ``records.RECORDS``."""
        return self.path / f"{name}.jsonl"

    def require(self, name: str) -> Path:
        """The path of a file that must be there.

        Raises:
            RunError: It is not; the message names the command that writes it.
        """
        path = self.file(name)
        if not path.is_file():
            given = f"CORPUS --out {self.path}" if name == "articles" else self.path
            raise RunError(f"{path}: is missing; write it with: visavis {MADE_BY[name]} {given}")
        return path

    def read(self, name: str) -> Iterator[Any]:
        """The records of one file, in file order."""
        path = self.require(name)
        with path.open("rb") as file:
            for _, record in read_lines(file, records.RECORDS[name], path.name):
                yield record

    def write(self, name: str, lines: Iterable[Any]) -> int:
        """Write one file, whole or not at all; returns the number of records."""
        with replacing(self.file(name)) as file:
            return write_lines(file, lines)

    def documents(self, *names: str, entities: Path | None = None) -> Iterator[Document]:
        """The articles in file order, each joined with its records of the files named.

        Args:
            names: Any of ``sentences``, ``entities``, ``stances``.
            entities: A file to read the mentions from, instead of ``entities.jsonl``.

        Raises:
            RecordError: A record does not fit the article or the sentence that it names.
        """
        paths = {name: self.require(name) for name in names} | ({"entities": entities} if entities else {})
        with ExitStack() as opened:
            groups: dict[str, _Groups[Any]] = {
                name: _Groups(opened.enter_context(path.open("rb")), records.RECORDS[name], path.name)
                for name, path in paths.items()
            }
            for article in self.read("articles"):
                taken = {name: list(group.take(article.article_id)) for name, group in groups.items()}
                _check_sentences(article, taken.get("sentences", []), groups)
                if "sentences" in taken:
                    sentences = {row.sentence_id: row for _, row in taken["sentences"]}
                    for name, rows in taken.items():
                        if name != "sentences":
                            _check_bearing(article, rows, groups[name], sentences)
                yield Document(article, *(tuple(row for _, row in taken.get(name, ())) for name in _JOINED))
            for group in groups.values():
                group.finish()

    def by_article(self, *names: str) -> Mapping[str, Document]:
        """The articles by id, each joined with its records when it is asked for; cheap when asked for in file order."""
        return _ByArticle(lambda: self.documents(*names))


class _ByArticle(Mapping[str, Document]):
    """Articles fetched by reading on in their file, or over it again."""

    def __init__(self, read: Callable[[], Iterator[Document]]) -> None:
        self._read = read
        self._ahead = read()

    def __getitem__(self, article_id: str) -> Document:
        for documents in (self._ahead, self._read()):
            self._ahead = documents
            for document in documents:
                if document.article.article_id == article_id:
                    return document
        raise KeyError(article_id)

    def __iter__(self) -> Iterator[str]:
        return (document.article.article_id for document in self._read())

    def __len__(self) -> int:
        return sum(1 for _ in self._read())


_JOINED = ("sentences", "entities", "stances")


def _check_sentences(article: Article, rows: list[tuple[int, Any]], groups: Mapping[str, _Groups[Any]]) -> None:
    """Hold sentences against their article: each has an id of its own, stands there, and after the one before."""
    ids: set[str] = set()
    end = 0
    for line, row in rows:
        _check_span(article, line, row, groups["sentences"])
        if row.start < end:
            raise groups["sentences"].fail(line, f'sentence "{row.sentence_id}" begins before the end of the last one')
        if row.sentence_id in ids:
            raise groups["sentences"].fail(line, f'sentence "{row.sentence_id}" is there twice')
        ids.add(row.sentence_id)
        end = row.end


def _check_bearing(
    article: Article, rows: list[tuple[int, Any]], group: _Groups[Any], sentences: Mapping[str, Sentence]
) -> None:
    """Hold mentions and judgements against the sentences that they are of: offsets lie inside."""
    for line, row in rows:
        sentence = sentences.get(row.sentence_id)
        if sentence is None:
            raise group.fail(line, f'sentence "{row.sentence_id}" is not in sentences.jsonl')
        if isinstance(row, Mention):
            _check_span(article, line, row, group)
        for span in row.rationale if isinstance(row, Judgement) else (row,):
            if not sentence.start <= span.start < span.end <= sentence.end:
                raise group.fail(line, f'{span.start}..{span.end} is not inside sentence "{sentence.sentence_id}"')


def _check_span(article: Article, line: int, row: Sentence | Mention, group: _Groups[Any]) -> None:
    if row.start >= row.end or article.text[row.start : row.end] != row.text:
        raise group.fail(line, f'"text" is not what article "{article.article_id}" holds at {row.start}..{row.end}')
