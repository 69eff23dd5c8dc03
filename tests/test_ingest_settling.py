"""Unique ids, repeats, and one outcome whatever the order of arrival."""

from __future__ import annotations

import hashlib
import random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.ingest import settle
from pipeline.records import Article, Rejected


def article(article_id: str, text: str | None = None, topic: str = "sea", source: str | None = None) -> Article:
    source = f"{article_id}.txt" if source is None else source
    text = f"text of {topic} {source} {article_id}" if text is None else text
    sha256 = hashlib.sha256(text.encode()).hexdigest()
    return Article(article_id, None, None, None, None, topic, source, sha256, text)


def ids(*articles: Article) -> dict[str, str]:
    """The ids given, by source; the order of arrival is turned round."""
    settled = [one for one in settle(reversed(articles)) if isinstance(one, Article)]
    assert len(settled) == len(articles)
    return {f"{one.topic}/{one.source}": one.article_id for one in settled}


def test_ids_that_are_unique_are_kept() -> None:
    assert ids(article("a"), article("b")) == {"sea/a.txt": "a", "sea/b.txt": "b"}


def test_in_one_topic_the_first_keeps_its_id_and_the_others_take_their_extension_then_numbers() -> None:
    found = ids(*(article("a", source=name) for name in ("a.html", "a.md", "x/a.md", "y/a.md", "y/a.txt")))
    assert found == {
        "sea/a.html": "a",
        "sea/a.md": "a.md",
        "sea/x/a.md": "a.md-2",
        "sea/y/a.md": "a.md-3",
        "sea/y/a.txt": "a.txt",
    }


def test_in_another_topic_the_id_takes_the_topic() -> None:
    found = ids(article("a"), article("a", topic="air and sky"), article("a", topic="air and sky", source="a.md"))
    assert found == {"air and sky/a.md": "a", "air and sky/a.txt": "a.txt", "sea/a.txt": "sea-a"}


def test_an_id_made_up_never_takes_one_that_an_article_has_of_its_own() -> None:
    found = ids(article("a", source="a.html"), article("a", source="a.md"), article("a.md", source="a.md.txt"))
    assert found == {"sea/a.html": "a", "sea/a.md": "a.md-2", "sea/a.md.txt": "a.md"}


def test_an_article_from_the_web_takes_a_number() -> None:
    found = ids(article("a", source="https://example.org/1"), article("a", source="https://example.org/2"))
    assert found == {"sea/https://example.org/1": "a", "sea/https://example.org/2": "a-2"}


def test_a_text_that_differs_in_white_space_only_is_set_aside_within_its_topic() -> None:
    one, two = article("one", "Ferries sail\nagain."), article("two", "Ferries  sail again.\n")
    elsewhere = article("three", "Ferries sail again.", topic="air")
    assert list(settle([two, one, elsewhere])) == [
        Rejected(
            "two.txt", None, "duplicate", 'article "two" repeats the text of article "one"; remove one of the two'
        ),
        elsewhere,
        one,
    ]


def test_a_repeat_names_the_final_id_of_what_it_repeats() -> None:
    first = article("a", source="a.html")
    kept, repeat = article("a", "The same.", source="b/a.md"), article("z", "The same.", source="c.md")
    details = [one.detail for one in settle([repeat, kept, first]) if isinstance(one, Rejected)]
    assert details == ['article "z" repeats the text of article "a.md"; remove one of the two']


def test_of_the_lines_of_one_file_the_first_is_kept() -> None:
    lines = [article(f"f-{line}", "The same.", source="f.jsonl") for line in (10, 2, 30)]
    assert [one.article_id for one in settle(lines) if isinstance(one, Article)] == ["f-2"]


def test_rejections_come_first_by_source_and_line_then_articles_by_topic_and_id() -> None:
    items: list[Article | Rejected] = [
        article("b"),
        Rejected("f.jsonl", 10, "invalid", "x"),
        article("a", topic="zinc"),
        Rejected("f.jsonl", 9, "invalid", "x"),
        Rejected("f.jsonl", None, "unreadable", "x"),
        article("c"),
        Rejected("e.txt", None, "empty", "x"),
    ]
    settled = list(settle(items))
    assert [(one.source, one.line) for one in settled if isinstance(one, Rejected)] == [
        ("e.txt", None),
        ("f.jsonl", None),
        ("f.jsonl", 9),
        ("f.jsonl", 10),
    ]
    assert [(one.topic, one.article_id) for one in settled[4:] if isinstance(one, Article)] == [
        ("sea", "b"),
        ("sea", "c"),
        ("zinc", "a"),
    ]


ARTICLES = st.builds(
    article,
    st.sampled_from(["a", "a.md", "a-2", "b", "t-a", "é"]),
    st.sampled_from(["one", "two", "one ", "three", "four", "five"]),
    st.sampled_from(["t", "u"]),
    st.sampled_from(["a.md", "x/a.md", "a.txt", "https://example.org/a", "f.jsonl"]),
)
REJECTED = st.builds(Rejected, st.sampled_from("ab"), st.none() | st.integers(1, 3), st.just("empty"), st.just("x"))


@given(st.lists(ARTICLES | REJECTED, max_size=12), st.randoms(use_true_random=False))
def test_the_order_of_arrival_changes_nothing_and_nothing_is_lost(
    items: list[Article | Rejected], shuffler: random.Random
) -> None:
    settled = list(settle(items))
    shuffled = list(items)
    shuffler.shuffle(shuffled)
    assert list(settle(shuffled)) == settled
    assert len(settled) == len(items)
    articles = [one for one in settled if isinstance(one, Article)]
    assert len({one.article_id for one in articles}) == len(articles)
    assert len({(one.topic, " ".join(one.text.split())) for one in articles}) == len(articles)
    assert articles == sorted(articles, key=lambda one: (one.topic, one.article_id))


@given(st.lists(ARTICLES, max_size=12))
def test_settling_what_is_settled_changes_nothing(items: list[Article]) -> None:
    articles = [one for one in settle(items) if isinstance(one, Article)]
    assert list(settle(articles)) == articles


@pytest.mark.parametrize("count", [400])
def test_many_files_of_one_name_are_counted_through(count: int) -> None:
    found = ids(*(article("index", source=f"{number:04}/index.html") for number in range(count)))
    assert sorted(found.values(), key=len)[:2] == ["index", "index.html"]
    assert found[f"sea/{count - 1:04}/index.html"] == f"index.html-{count - 1}"


def test_nothing_settles_to_nothing() -> None:
    assert list(settle([])) == []
