"""Which files and lines of a corpus are articles."""

from __future__ import annotations

import errno
import io
import os
import pickle
from pathlib import Path

import pytest

from pipeline.config import Corpus, Metadata
from pipeline.errors import CorpusError
from pipeline.ingest import Source, lines, sources
from pipeline.records import Rejected


def listed(path: Path, max_bytes: int = 1000, articles: dict[str, Metadata] | None = None) -> list[Source]:
    return list(sources(path, Corpus(article=articles or {}), "sea", max_bytes))


def write(path: Path, content: str | bytes = "Ferries sail.") -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(content if isinstance(content, bytes) else content.encode())
    return path


def test_articles_of_every_kind_are_listed_in_order_of_their_names_without_subfolders(tmp_path: Path) -> None:
    for name in ("b.txt", "a.md", "d.HTM", "c.html", "e.jsonl", "sub/f.txt"):
        write(tmp_path / name)
    assert [(one.source, one.line) for one in listed(tmp_path)] == [
        ("a.md", None),
        ("b.txt", None),
        ("c.html", None),
        ("d.HTM", None),
        ("e.jsonl", 1),
    ]


def test_what_is_no_article_is_passed_over(tmp_path: Path) -> None:
    for name in ("a.txt", "corpus.toml", ".hidden.txt", ".git/b.txt", "photo.png", "README", "notes.docx"):
        write(tmp_path / name)
    (tmp_path / "folder.txt").mkdir()
    assert listed(tmp_path) == [Source("sea", "a.txt", None, b"Ferries sail.")]


def test_each_line_of_jsonl_is_an_article_with_its_number(tmp_path: Path) -> None:
    file = write(tmp_path / "a.jsonl", b'\xef\xbb\xbf{"text": "One"}\r\n\n  \n{"text": "Two"}')
    assert listed(file) == [
        Source("sea", "a.jsonl", 1, b'{"text": "One"}\r\n'),
        Source("sea", "a.jsonl", 4, b'{"text": "Two"}'),
    ]
    with file.open("rb") as opened:
        assert list(lines(opened, "a.jsonl", "sea")) == listed(file)


def test_one_file_can_be_given(tmp_path: Path) -> None:
    write(tmp_path / "b.txt")
    assert [one.source for one in listed(write(tmp_path / "a.txt"))] == ["a.txt"]


def test_what_the_corpus_says_of_a_file_goes_with_it(tmp_path: Path) -> None:
    write(tmp_path / "a.txt")
    write(tmp_path / "b.txt")
    assert [one.metadata.author for one in listed(tmp_path, articles={"b.txt": Metadata(author="Max Moe")})] == [
        None,
        "Max Moe",
    ]


def test_files_and_lines_beyond_the_limit_are_set_aside(tmp_path: Path) -> None:
    write(tmp_path / "a.txt", "x" * 11)
    write(tmp_path / "b.txt", "x" * 10)
    write(tmp_path / "c.jsonl", "x" * 10 + "\n" + "y" * 35 + "\nz\n")
    remedy = "has more than the 10 bytes allowed; split it or raise the limit"
    assert [one.rejected or one.content for one in listed(tmp_path, max_bytes=10)] == [
        Rejected("a.txt", None, "too_large", f"the file {remedy}"),
        b"x" * 10,
        Rejected("c.jsonl", 1, "too_large", f"the line {remedy}"),
        Rejected("c.jsonl", 2, "too_large", f"the line {remedy}"),
        b"z\n",
    ]


class Counting(io.BytesIO):
    """A file that knows how much was read from it at a time."""

    largest = 0

    def readline(self, size: int | None = -1, /) -> bytes:
        line = super().readline(size)
        self.largest = max(self.largest, len(line))
        return line


def test_a_line_beyond_the_limit_is_never_in_memory_whole() -> None:
    file = Counting(b"x" * 10_000 + b"\nshort\n")
    assert [one.line for one in lines(file, "a.jsonl", "sea", max_bytes=100)] == [1, 2]
    assert file.largest == 101


def test_files_are_read_only_when_asked_for(tmp_path: Path) -> None:
    write(tmp_path / "a.txt")
    last = write(tmp_path / "b.txt")
    found = sources(tmp_path, Corpus(), "sea", 1000)
    next(found)
    last.write_text("Changed.")
    assert next(found).content == b"Changed."


def test_jsonl_in_utf16_is_set_aside_whole(tmp_path: Path) -> None:
    file = write(tmp_path / "a.jsonl", '{"text": "One"}\n{"text": "Two"}\n'.encode("utf-16"))
    assert [one.rejected for one in listed(file)] == [
        Rejected("a.jsonl", None, "undecodable", "is UTF-16; save it as UTF-8")
    ]


def test_links_are_followed_only_within_the_corpus(tmp_path: Path) -> None:
    outside = write(tmp_path / "outside/secret.txt")
    corpus = tmp_path / "corpus"
    inside = write(corpus / "a.txt", "Inside.")
    (corpus / "b.txt").symlink_to(inside)
    (corpus / "c.txt").symlink_to(outside)
    (corpus / "d").symlink_to(outside.parent)
    (corpus / "e.txt").symlink_to(corpus / "e.txt")
    links = {one.source: one.rejected.detail if one.rejected else one.content for one in listed(corpus)}
    assert links == {
        "a.txt": b"Inside.",
        "b.txt": b"Inside.",
        "c.txt": "is a link that leads out of the corpus; put a copy of the file in its place",
        "e.txt": "cannot be read (Too many levels of symbolic links); make it readable",
    }


def test_what_is_no_regular_file_is_set_aside_without_waiting_for_it(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "a.txt")
    assert [one.rejected for one in listed(tmp_path)] == [
        Rejected("a.txt", None, "unreadable", "is not a regular file; remove it")
    ]


@pytest.mark.parametrize("name", ["a.txt", "a.jsonl"])
def test_an_unreadable_file_is_set_aside(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str) -> None:
    def refuse(path: Path, mode: str) -> None:
        raise PermissionError(errno.EACCES, os.strerror(errno.EACCES), str(path))

    write(tmp_path / name)
    monkeypatch.setattr(Path, "open", refuse)
    assert [one.rejected for one in listed(tmp_path)] == [
        Rejected(name, None, "unreadable", "cannot be read (Permission denied); make it readable")
    ]


def test_a_file_name_that_is_not_utf8_can_still_be_written_down(tmp_path: Path) -> None:
    write(Path(os.fsdecode(os.fsencode(tmp_path) + b"/caf\xe9.txt")))
    assert [one.source for one in listed(tmp_path)] == ["caf\ufffd.txt"]


def test_a_source_can_be_sent_to_another_process() -> None:
    source = Source("sea", "a.txt", None, b"text", Metadata(title="T"), Rejected("a.txt", None, "empty", "why"))
    assert pickle.loads(pickle.dumps(source)) == source


def test_a_missing_path_is_an_error_that_names_the_remedy(tmp_path: Path) -> None:
    path = tmp_path / "none"
    with pytest.raises(CorpusError) as error:
        sources(path, Corpus(), "sea", 1000)
    assert str(error.value) == f"{path}: does not exist; give a folder of articles or a .jsonl file"


def test_a_folder_without_articles_is_an_error_that_names_the_remedy(tmp_path: Path) -> None:
    write(tmp_path / "photo.png")
    with pytest.raises(CorpusError) as error:
        sources(tmp_path, Corpus(), "sea", 1000)
    assert str(error.value) == f"{tmp_path}: holds no article; put .txt, .md, .html or .jsonl files there"


def test_a_file_of_another_kind_is_an_error_that_names_the_remedy(tmp_path: Path) -> None:
    path = write(tmp_path / "a.pdf")
    with pytest.raises(CorpusError) as error:
        sources(path, Corpus(), "sea", 1000)
    wanted = "give a folder of articles or a .txt, .md, .html or .jsonl file"
    assert str(error.value) == f"{path}: is no article; {wanted}"
