"""Files of a run: written whole, read one article at a time, and refused where they do not fit each other."""

from __future__ import annotations

import json
import tracemalloc
from collections.abc import Iterator
from itertools import islice
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.errors import RecordError, RunError
from pipeline.records import Article, Document, Judgement, Rationale, Sentence
from pipeline.store import Run, read_lines, replacing, sha256_file

TEXT = "Mu sang. Thule slept."
PLACES = ((0, 8), (9, 21))


def article(article_id: str, text: str = TEXT) -> Article:
    return Article(article_id, None, None, None, None, "t", f"{article_id}.txt", "0", text)


def sentences(article_id: str) -> list[Sentence]:
    return [
        Sentence(f"{article_id}:{index}", article_id, index, 0, "body", start, end, TEXT[start:end])
        for index, (start, end) in enumerate(PLACES)
    ]


def mention(article_id: str, **change: Any) -> dict[str, Any]:
    row = {
        "article_id": article_id,
        "sentence_id": f"{article_id}:0",
        "start": 0,
        "end": 2,
        "text": "Mu",
        "label": "GPE",
        "target": "mu",
        "link": "name",
    }
    return row | change


def judgement(article_id: str, start: int = 0, end: int = 2) -> Judgement:
    rationale = (Rationale(start, end, 0.5),)
    return Judgement(article_id, f"{article_id}:0", "mu", "positive", 0.1, 0.5, "asserted", "neutral", rationale)


@pytest.fixture
def run(tmp_path: Path) -> Run:
    made = Run(tmp_path)
    made.write("articles", [article("a"), article("b")])
    made.write("sentences", [*sentences("a"), *sentences("b")])
    made.write("entities", [])
    made.write("stances", [judgement("a"), judgement("b")])
    put(made, "entities", [mention("a"), mention("b")])
    return made


def put(run: Run, name: str, rows: list[dict[str, Any]]) -> None:
    run.file(name).write_text("".join(json.dumps(row) + "\n" for row in rows), encoding="utf-8")


def rows(run: Run, name: str) -> list[dict[str, Any]]:
    return [json.loads(line) for line in run.file(name).read_text(encoding="utf-8").splitlines()]


def read_all(run: Run) -> list[Document]:
    return list(run.documents("sentences", "entities", "stances"))


# Lines


@pytest.mark.parametrize(
    ("line", "problem"),
    [
        ('{"article_id": "a"', "not a whole line of JSON (Input data was truncated)"),
        ("hello", "not a whole line of JSON (JSON is malformed: invalid character (byte 0))"),
        ("[" * 100_000, "not a whole line of JSON (maximum recursion depth exceeded while deserializing an object)"),
        ("5", "must be object, not int"),
        ("{}", '"article_id" is missing'),
    ],
)
def test_a_broken_line_is_named_by_file_and_number(run: Run, line: str, problem: str) -> None:
    with run.file("articles").open("a", encoding="utf-8") as file:
        file.write(f"\n{line}\n")
    with pytest.raises(RecordError) as error:
        list(run.read("articles"))
    assert str(error.value) == f"articles.jsonl:4: {problem}"


def test_a_line_that_is_not_utf_8_is_named(tmp_path: Path) -> None:
    path = tmp_path / "x.jsonl"
    path.write_bytes(b'\n{"article_id": "\xff"}\n')
    with path.open("rb") as file, pytest.raises(RecordError, match=r"^x\.jsonl:2: not a whole line of JSON \(.*\)$"):
        list(read_lines(file, Article, "x.jsonl"))


def test_blank_lines_are_passed_over_and_counted(run: Run) -> None:
    text = run.file("articles").read_text(encoding="utf-8")
    run.file("articles").write_text("\n \n" + text.replace("\n", "\r\n\n"), encoding="utf-8")
    with run.file("articles").open("rb") as file:
        assert [(line, row.article_id) for line, row in read_lines(file, Article, "x")] == [(3, "a"), (5, "b")]


def test_line_separators_inside_a_text_end_no_line(tmp_path: Path) -> None:
    run = Run(tmp_path)
    run.write("articles", [article("a", "one\u2028two\x85three\r\nfour\x0bfive")])
    assert [row.text for row in run.read("articles")] == ["one\u2028two\x85three\r\nfour\x0bfive"]


def test_a_missing_file_is_named_with_the_command_that_writes_it(tmp_path: Path) -> None:
    made = (("articles", "ingest CORPUS --out"), ("stances", "stance"), ("alignments", "align"))
    for name, command in made:
        with pytest.raises(RunError) as error:
            list(Run(tmp_path).read(name))
        assert str(error.value) == f"{tmp_path / name}.jsonl: is missing; write it with: visavis {command} {tmp_path}"


# Joining


def test_articles_are_joined_with_what_is_theirs(run: Run) -> None:
    first, second = read_all(run)
    assert (first.article, list(first.sentences)) == (article("a"), sentences("a"))
    assert [row.article_id for row in first.mentions] == ["a"]
    assert list(second.judgements) == [judgement("b")]


def test_files_not_asked_for_are_not_read(run: Run) -> None:
    run.file("stances").write_text("broken", encoding="utf-8")
    assert [document.judgements for document in run.documents("sentences", "entities")] == [(), ()]


def test_an_article_may_have_nothing(run: Run) -> None:
    put(run, "sentences", [row for row in rows(run, "sentences") if row["article_id"] == "b"])
    put(run, "entities", [mention("b")])
    put(run, "stances", [])
    assert [len(document.sentences) for document in read_all(run)] == [0, 2]


def moved(**change: Any) -> list[dict[str, Any]]:
    return [mention("a"), mention("b", **change)]


@pytest.mark.parametrize(
    ("name", "made", "message"),
    [
        ("entities", moved(start=1, end=3), '2: "text" is not what article "b" holds at 1..3'),
        ("entities", moved(start=0, end=0, text=""), '2: "text" is not what article "b" holds at 0..0'),
        ("entities", moved(start=500, end=502), '2: "text" is not what article "b" holds at 500..502'),
        ("entities", moved(start=9, end=14, text="Thule"), '2: 9..14 is not inside sentence "b:0"'),
        ("entities", moved(sentence_id="b:7"), '2: sentence "b:7" is not in sentences.jsonl'),
        ("entities", moved(sentence_id="a:0"), '2: sentence "a:0" is not in sentences.jsonl'),
        (
            "entities",
            [mention("b"), mention("a")],
            '2: article "a" is not in articles.jsonl, or not in this order',
        ),
        ("entities", [mention("zz")], '1: article "zz" is not in articles.jsonl, or not in this order'),
    ],
)
def test_a_mention_that_does_not_fit_is_refused(run: Run, name: str, made: list[dict[str, Any]], message: str) -> None:
    put(run, name, made)
    with pytest.raises(RecordError) as error:
        read_all(run)
    assert str(error.value) == f"entities.jsonl:{message}; run visavis entities again"


@pytest.mark.parametrize(
    ("at", "change", "message"),
    [
        (0, {"end": 7}, '1: "text" is not what article "a" holds at 0..7'),
        (0, {"start": 500, "end": 500, "text": ""}, '1: "text" is not what article "a" holds at 500..500'),
        (1, {"start": 0, "end": 8, "text": "Mu sang."}, '2: sentence "a:1" begins before the end of the last one'),
        (1, {"sentence_id": "a:0"}, '2: sentence "a:0" is there twice'),
        (3, {"article_id": "a"}, '4: article "a" is not in articles.jsonl, or not in this order'),
    ],
)
def test_a_sentence_that_does_not_fit_is_refused(run: Run, at: int, change: dict[str, Any], message: str) -> None:
    found = rows(run, "sentences")
    found[at] |= change
    put(run, "sentences", found)
    with pytest.raises(RecordError) as error:
        list(run.documents("sentences"))
    assert str(error.value) == f"sentences.jsonl:{message}; run visavis segment again"


def test_a_rationale_outside_its_sentence_is_refused(run: Run) -> None:
    run.write("stances", [judgement("a"), judgement("b", 9, 14)])
    with pytest.raises(RecordError) as error:
        read_all(run)
    assert str(error.value) == 'stances.jsonl:2: 9..14 is not inside sentence "b:0"; run visavis stance again'


def test_a_truncated_file_is_refused(run: Run) -> None:
    whole = run.file("stances").read_bytes()
    run.file("stances").write_bytes(whole[: len(whole) - 20])
    with pytest.raises(RecordError, match=r"^stances\.jsonl:2: not a whole line of JSON \(Input data was truncated\)$"):
        read_all(run)


def test_documents_are_read_when_they_are_asked_for(run: Run) -> None:
    with run.file("articles").open("a", encoding="utf-8") as file:
        file.write("broken\n")
    assert [document.article.article_id for document in islice(run.documents("sentences"), 2)] == ["a", "b"]


def test_memory_does_not_grow_with_the_number_of_articles(tmp_path: Path) -> None:
    def peak(count: int) -> int:
        run = Run(tmp_path / str(count))
        run.path.mkdir()
        ids = [f"{number:06}" for number in range(count)]
        run.write("articles", (article(each, TEXT + "x" * 5_000) for each in ids))
        run.write("sentences", (row for each in ids for row in sentences(each)))
        tracemalloc.start()
        for _ in run.documents("sentences"):
            pass
        found = tracemalloc.get_traced_memory()[1]
        tracemalloc.stop()
        return found

    assert peak(400) < 2 * peak(20)


def test_articles_are_fetched_by_id_in_any_order(run: Run) -> None:
    documents = run.by_article("sentences")
    assert [documents[each].article.article_id for each in ("a", "b", "a", "b", "b")] == ["a", "b", "a", "b", "b"]
    assert (list(documents), len(documents), "c" in documents) == (["a", "b"], 2, False)


# Writing


def test_a_write_that_fails_leaves_the_old_file_and_nothing_else(run: Run) -> None:
    before = sorted((path.name, sha256_file(path)) for path in run.path.iterdir())

    def fails() -> Iterator[Article]:
        yield article("c")
        raise ValueError("no")

    with pytest.raises(ValueError, match="no"):
        run.write("articles", fails())
    assert sorted((path.name, sha256_file(path)) for path in run.path.iterdir()) == before


def test_the_old_file_stays_until_all_is_written(run: Run) -> None:
    before = run.file("articles").read_bytes()
    with replacing(run.file("articles")) as file:
        file.write("new\n")
        file.flush()
        assert run.file("articles").read_bytes() == before
    assert run.file("articles").read_bytes() == b"new\n"


def test_what_a_killed_run_left_is_written_over(run: Run) -> None:
    (run.path / "articles.jsonl.partial").write_text("half a li", encoding="utf-8")
    assert run.write("articles", [article("c")]) == 1
    assert [row.article_id for row in run.read("articles")] == ["c"]
    assert not list(run.path.glob("*.partial"))


def test_a_file_that_cannot_be_written_is_named_with_the_remedy(tmp_path: Path) -> None:
    run = Run(tmp_path / "nowhere")
    with pytest.raises(RunError) as error:
        run.write("articles", [])
    path = tmp_path / "nowhere" / "articles.jsonl"
    assert str(error.value) == f"{path}: cannot be written (No such file or directory); make its folder writable"


@given(st.lists(st.text(st.characters(exclude_categories=["Cs"])), max_size=5))
def test_every_record_is_one_line_that_ends(tmp_path_factory: pytest.TempPathFactory, texts: list[str]) -> None:
    run = Run(tmp_path_factory.mktemp("run"))
    assert run.write("articles", [article(str(at), text) for at, text in enumerate(texts)]) == len(texts)
    content = run.file("articles").read_bytes()
    assert content.count(b"\n") == len(texts)
    assert content.endswith(b"\n") or not texts
    assert [row.text for row in run.read("articles")] == texts
