"""Raw articles to records: every format, every reason to set one aside, and what goes before what."""

from __future__ import annotations

import hashlib
import json
from multiprocessing import get_context
from pathlib import Path

import pytest

from pipeline.config import Corpus, IngestConfig, Metadata, read_corpus
from pipeline.ingest import Source, extract, ingest, sources
from pipeline.records import RECORDS, Article, Reason, Rejected, decode, encode

CONFIG = IngestConfig(max_characters=5000)
BODY = "The ferry between the two ports sailed again.\n\nNobody was more surprised than its captain.\n"
SHARED = Path(__file__).parents[2] / "shared"


def article(source: Source, config: IngestConfig = CONFIG) -> Article:
    found = extract(source, config)
    assert isinstance(found, Article), found
    assert decode(json.loads(encode(found)), RECORDS["articles"]) == found
    return found


def rejected(source: Source, config: IngestConfig = CONFIG) -> Rejected:
    found = extract(source, config)
    assert isinstance(found, Rejected), found
    assert found.source == source.source
    assert found.line == source.line
    return found


def file(content: str | bytes, name: str = "a.txt", metadata: Metadata | None = None) -> Source:
    return Source(
        "sea", name, None, content if isinstance(content, bytes) else content.encode(), metadata or Metadata()
    )


def line(fields: object, metadata: Metadata | None = None) -> Source:
    content = fields if isinstance(fields, bytes) else json.dumps(fields).encode()
    return Source("sea", "feed.jsonl", 7, content, metadata or Metadata())


@pytest.mark.parametrize("name", ["a.txt", "a.md"])
@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "cp1252"])
def test_plain_text_and_markdown_are_taken_as_they_are(name: str, encoding: str) -> None:
    text = "“Détente” at sea\n\nBy Ann Lee\n\n" + BODY + "  \n"
    assert article(file(text.replace("\n", "\r\n").encode(encoding), name)) == Article(
        article_id="a",
        title="“Détente” at sea",
        author="Ann Lee",
        publisher=None,
        date=None,
        topic="sea",
        source=name,
        sha256=hashlib.sha256(text.encode()).hexdigest(),
        text=text,
    )


def test_a_line_of_jsonl_may_give_every_field() -> None:
    fields = {
        "article_id": "first: talks/2014",
        "title": "Ferries sail",
        "author": "Ann Lee",
        "publisher": "Harbour Review",
        "date": "July 2, 2010",
        "topic": "ports",
        "source": "https://example.org/ferries",
        "url": "https://example.org/other",
        "text": "\ufeffOne.\r\nTwo.",
        "main_entities": ["Ann Lee"],
    }
    found = article(line(fields))
    assert found.text == "One.\nTwo."
    assert (found.article_id, found.topic, found.source) == ("first_talks_2014", "ports", "https://example.org/ferries")
    assert (found.title, found.author, found.publisher) == ("Ferries sail", "Ann Lee", "Harbour Review")
    assert found.date == "2010-07-02"


def test_a_line_of_jsonl_needs_only_a_text() -> None:
    found = article(line({"text": BODY}))
    assert (found.article_id, found.topic, found.source, found.title) == ("feed-7", "sea", "feed.jsonl", None)


def test_the_url_of_a_line_is_its_source_where_it_names_none() -> None:
    assert article(line({"text": BODY, "url": "https://example.org/a"})).source == "https://example.org/a"


def test_null_fields_and_dates_that_cannot_be_read_are_as_if_not_given() -> None:
    found = article(line({"text": BODY, "title": None, "author": " ", "date": "last Tuesday"}))
    assert (found.title, found.author, found.date) == (None, None, None)


def test_the_corpus_goes_before_the_fields_and_the_fields_before_the_text() -> None:
    text = "Title in the text\n\nBy Tess Text\n\nPublished: 2001-01-01\n\nPublisher: Text Review\n\n" + BODY
    fields = {"text": text, "title": "Title in the field", "author": "Fay Field", "publisher": "Field Review"}
    said = Metadata(title="Title in the corpus", author="Cora Corpus")
    for given, title, author, publisher in [
        (file(text), "Title in the text", "Tess Text", "Text Review"),
        (line(fields), "Title in the field", "Fay Field", "Field Review"),
        (line(fields, said), "Title in the corpus", "Cora Corpus", "Field Review"),
        (file(text, metadata=said), "Title in the corpus", "Cora Corpus", "Text Review"),
    ]:
        found = article(given)
        assert (found.title, found.author, found.publisher, found.date) == (title, author, publisher, "2001-01-01")


@pytest.mark.parametrize(
    ("source", "reason", "detail"),
    [
        (file(" \n"), "empty", "has no text; give it one or remove it"),
        (line({"text": " \n"}), "empty", "has no text; give it one or remove it"),
        (file(b"%PDF-1.4"), "binary", "is a PDF, not text; save it as plain text, Markdown or HTML"),
        (
            line({"text": "a\0b"}),
            "binary",
            "is not text (it holds control characters); save it as plain text, Markdown or HTML",
        ),
        (file("Переговоры".encode("cp1251")), "undecodable", "is in an encoding that cannot be told; save it as UTF-8"),
        (file("x" * 5001), "too_large", "has 5,001 characters, 5,000 allowed; split it or raise the limit"),
        (line({"text": "x" * 5001}), "too_large", "has 5,001 characters, 5,000 allowed; split it or raise the limit"),
        (
            file("<html><body><script>go()</script></body></html>", "a.html"),
            "no_text",
            "is markup without an article; save the article itself, or its text",
        ),
        (line({"title": "No text"}), "invalid", '"text" is missing'),
        (line({"text": 7}), "invalid", '"text" must be str, not int'),
        (line({"text": BODY, "author": ["Ann Lee"]}), "invalid", '"author" must be str | null, not array'),
        (line({"text": BODY, "topic": ""}), "invalid", '"topic" must be str of length >= 1'),
        (line([BODY]), "invalid", "must be object, not array"),
        (line(b'{"text": "cut o'), "invalid", "not a whole line of JSON (Input data was truncated)"),
        (line(b"[" * 100_000), "invalid", "is nested too deeply to be an article"),
    ],
)
def test_a_broken_article_is_set_aside_with_reason_and_remedy(source: Source, reason: Reason, detail: str) -> None:
    assert rejected(source) == Rejected(source.source, source.line, reason, detail)


def test_half_of_a_surrogate_pair_is_invalid_and_never_reaches_a_record() -> None:
    assert rejected(line(b'{"text": "\\ud83d alone"}')).reason == "invalid"


def test_a_rejection_from_the_listing_is_passed_on() -> None:
    why = Rejected("a.txt", None, "unreadable", "cannot be read")
    assert extract(Source("sea", "a.txt", None, None, rejected=why), CONFIG) is why


def test_a_text_just_within_the_limit_is_kept() -> None:
    assert len(article(file("x" * 5000)).text) == 5000


def folder(path: Path) -> Path:
    (path / "a.txt").write_text("Ferries sail\nBy Ann Lee\n" + BODY)
    (path / "b.md").write_text("# Ferries sink\n\nBy Max Moe\n\n" + BODY)
    (path / "c.txt").write_bytes(b"\0\1")
    (path / "d.txt").write_text("Ferries  sail\nBy Ann Lee\n" + BODY)
    return path


def test_a_folder_becomes_records_with_rejections_first(tmp_path: Path) -> None:
    found = list(ingest(sources(folder(tmp_path), Corpus(), "sea", 1000), CONFIG))
    assert [one.source for one in found] == ["c.txt", "d.txt", "a.txt", "b.md"]
    assert found[1] == Rejected(
        "d.txt", None, "duplicate", 'article "d" repeats the text of article "a"; remove one of the two'
    )


def test_processes_give_what_one_process_gives(tmp_path: Path) -> None:
    path = folder(tmp_path)
    with get_context("spawn").Pool(2) as pool:
        many = list(ingest(sources(path, Corpus(), "sea", 1000), CONFIG, pool.imap))
    assert many == list(ingest(sources(path, Corpus(), "sea", 1000), CONFIG))


@pytest.mark.skipif(not SHARED.is_dir(), reason="needs the folder shared beside the repository")
def test_no_real_news_article_is_set_aside() -> None:
    found = list(ingest(sources(SHARED / "datasets/basil/articles.jsonl", Corpus(), "basil", 10**6), IngestConfig()))
    assert [one for one in found if isinstance(one, Rejected)] == []
    assert len(found) == 300


@pytest.mark.skipif(not SHARED.is_dir(), reason="needs the folder shared beside the repository")
def test_author_and_date_of_real_articles_are_found_in_their_texts() -> None:
    corpus = read_corpus(SHARED / "seeds/corpus.toml")
    for told, publisher in [(corpus, "CIGI"), (Corpus(), None)]:
        raw = sources(SHARED / "seeds", told, "t", 10**6)
        found = [one for one in ingest(raw, IngestConfig()) if isinstance(one, Article)]
        assert [(one.author, one.date, one.publisher) for one in found] == [
            (None, "2014-11-25", publisher),
            ("Andrei Lankov", None, None),
        ]
        assert all(one.title and one.text.startswith(one.title) for one in found)
