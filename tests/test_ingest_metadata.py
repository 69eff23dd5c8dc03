"""Title, author, publisher and date as articles state them."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.config import Metadata
from pipeline.ingest.bylines import byline
from pipeline.ingest.metadata import date_line, find_metadata, publisher

BODY = "The ferry between the two ports sailed again.\n\nNobody was more surprised than its captain.\n"


def test_a_byline_under_the_title_is_found() -> None:
    text = "Why the ferry line keeps losing passengers\nBy Ann Lee\n" + BODY
    assert find_metadata(text) == Metadata(title="Why the ferry line keeps losing passengers", author="Ann Lee")


def test_a_date_under_the_title_is_found_and_what_follows_the_body_is_no_metadata() -> None:
    text = (
        "The Long Strait – Ferries and Fears\n\nMarch 3, 2015\n\n"
        + BODY
        + "\nNext: Max Van Moe on what the new bridge means for both ports\n\n"
        "The views expressed in this article are those of the author and do not reflect the views of the Institute.\n\n"
        "About the Author\n"
    )
    assert find_metadata(text) == Metadata(title="The Long Strait – Ferries and Fears", date="2015-03-03")


@pytest.mark.parametrize(
    ("head", "author"),
    [
        ("Ferries sail\nBy Jane Doe", "Jane Doe"),
        ("Ferries sail\n\nby Jane Doe", "Jane Doe"),
        ("By Jane Doe\n\nFerries sail", "Jane Doe"),  # above the title
        ("Ferries sail\nBy JANE DOE and JOHN ROE, Reuters", "Jane Doe and John Roe"),
        ("Ferries sail\nBy Ann Lee, Max Moe and Jo Poe", "Ann Lee, Max Moe and Jo Poe"),
        ("Ferries sail\nBy Jane Doe, Harbour Press", "Jane Doe"),  # a comma without "and" begins what she works for
        ("Ferries sail\nBy Jane Doe in Oslo and John Roe in Bergen", "Jane Doe and John Roe"),
        ("Ferries sail\nBy Jane Doe for the Harbour Review", "Jane Doe"),
        ("Ferries sail\nBy Jane Doe Staff Writer", "Jane Doe"),
        ("Ferries sail\nBy JANE DOE NOV. 25, 2014", "Jane Doe"),
        ("Ferries sail\nBy Jane Doe | November 25, 2014", "Jane Doe"),
        ("Ferries sail\nBy J. R. O’Roe-Smith", "J. R. O’Roe-Smith"),
        ("Ferries sail\nBy Ludwig van der Moe and María de la Cruz", "Ludwig van der Moe and María de la Cruz"),
        ("Ferries sail\nBy April May", "April May"),  # months that are names
        ("Ferries sail\nBy\nJane Doe", "Jane Doe"),
        ("Ferries sail\nWritten by Jane Doe", "Jane Doe"),
        ("Ferries sail\nAuthor: Jane Doe, Senior Fellow", "Jane Doe"),
        ("Ferries sail\nJane Doe\nNovember 25, 2014", "Jane Doe"),
        ("Ferries sail\nNovember 25, 2014 | Jane Doe", "Jane Doe"),
        ("Ferries sail\nPosted on November 25, 2014 by Jane Doe", "Jane Doe"),
        ("Ferries sail\nThe strait is calm again, for now.\nBy Jane Doe", "Jane Doe"),  # under a subtitle
        ("# Ferries sail\n\n*By Jane Doe*", "Jane Doe"),
        ("# Ferries sail\n\n**By [Jane Doe](https://example.org/jane)**", "Jane Doe"),
        ("OPINION\nFerries sail\nBy Jane Doe", "Jane Doe"),
    ],
)
def test_bylines_are_read_in_their_many_shapes(head: str, author: str) -> None:
    found = find_metadata(f"{head}\n\n{BODY}")
    assert (found.title, found.author) == ("Ferries sail", author)


@pytest.mark.parametrize(
    "line",
    [
        "By Friday the talks had failed.",
        "By Friday Evening",
        "By the end of the year, Norway will have paid.",
        "By New Year’s Eve, Oslo had agreed",
        "By Ann Lee’s count the fee doubled.",
        "By Ann Lee was the first book on it.",
        "By May Day, Oslo had agreed.",
        "By May Day, Oslo had agreed to all of it" + " and to more" * 12,
        "By land and sea",
        "By 2014",
        "Bypass Road Opens",
    ],
)
def test_a_sentence_that_begins_with_by_is_no_byline(line: str) -> None:
    assert byline(line) is None
    assert find_metadata(f"Ferries sail\n{line}\n{BODY}").author is None


def test_a_byline_far_below_the_title_is_none() -> None:
    assert find_metadata("Ferries sail\n\n" + "They wait.\n\n" * 2 + "By Ann Lee\n\n" + BODY).author == "Ann Lee"
    assert find_metadata("Ferries sail\n\n" + "They wait.\n\n" * 3 + "By Ann Lee\n\n" + BODY).author is None


def test_a_name_before_a_bar_is_the_author_unless_the_article_is_about_it() -> None:
    named = find_metadata("Jane Doe | Why ferries sink\n\n" + BODY)
    assert (named.author, named.title) == ("Jane Doe", "Why ferries sink")
    topic = find_metadata("New Holland | Why ferries sink\n\nNew Holland waits. New Holland pays. So does its fleet.\n")
    assert (topic.author, topic.title) == (None, "New Holland | Why ferries sink")


def test_an_author_note_names_the_author_only_where_it_has_text() -> None:
    head = "Ferries sail\n\n" + BODY
    assert find_metadata(head + "\nAbout the Author\n\nJane Doe is a fellow of the Institute.\n").author == "Jane Doe"
    assert find_metadata(head + "\nAbout the Author\n\nRead more about ferries here.\n").author is None


@pytest.mark.parametrize(
    "line",
    [
        "November 25, 2014",
        "25 Nov 2014",
        "Published: 2014-11-25",
        "Published 2014-11-25T08:00:00+01:00",
        "Nov. 25, 2014, 10:05 a.m.",
        "Tuesday, November 25, 2014 at 10:05 AM ET",
        "Updated 25 Nov 2014 10:05 GMT",
        "New York, November 25, 2014",
        "OSLO | 25.11.2014",
        "November 25, 2014 · 5 min read",
    ],
)
def test_date_lines_are_read_in_their_many_shapes(line: str) -> None:
    assert date_line(line) == "2014-11-25"
    assert find_metadata(f"Ferries sail\n\n{line}\n\n{BODY}") == Metadata(title="Ferries sail", date="2014-11-25")


@pytest.mark.parametrize(
    "line",
    ["On November 25, 2014 the ferry sank.", "November 25, 2014: the day the ferry sank", "Since 2014", "May 5"],
)
def test_a_line_that_says_more_than_a_date_is_no_date_line(line: str) -> None:
    assert date_line(line) is None


def test_a_date_in_the_body_is_not_the_date_of_the_article() -> None:
    assert find_metadata("Ferries sail\n\n" + BODY * 6 + "\n25 November 2014\n").date is None


@pytest.mark.parametrize(
    ("line", "name"),
    [
        ("Source: Harbour Review", "Harbour Review"),
        ("Publisher: The Harbour Review", "The Harbour Review"),
        ("© 2014 Harbour Review", "Harbour Review"),
        ("Copyright (c) 2012-2014 Harbour Review. All rights reserved.", "Harbour Review"),
        ("© Harbour Review, 2014", "Harbour Review"),
        ("Originally published in *Harbour Review*.", "Harbour Review"),
        ("This essay was first published by the Harbour Review on May 2, 2014.", "Harbour Review"),
        ("First appeared in Harbour Review in May 2014", "Harbour Review"),
    ],
)
def test_publishers_are_read_at_the_end(line: str, name: str) -> None:
    assert find_metadata(f"Ferries sail\n\n{BODY}\n{line}\n").publisher == name


@pytest.mark.parametrize(
    "line",
    [
        "Source: https://example.org/ferries",
        "Source: see the table below",
        "It first appeared in Oslo.",
        "© 2014",
        "Source:",
    ],
)
def test_what_names_no_publisher_gives_none(line: str) -> None:
    assert publisher(line) is None


def test_front_matter_is_read() -> None:
    text = (
        '---\ntitle: "Ferries: a history"\nauthor: [Jane Doe, John Roe]\ndate: 25 Nov 2014\npublisher: Harbour Review\n'
        "tags: sea\n---\n\n# Another heading\n\n" + BODY
    )
    assert find_metadata(text) == Metadata(
        "Ferries: a history", "Jane Doe and John Roe", "Harbour Review", "2014-11-25"
    )


@pytest.mark.parametrize(
    ("text", "title"),
    [
        ("# A *calm* strait #\n\n" + BODY, "A calm strait"),
        ("A calm strait\n=============\n\n" + BODY, "A calm strait"),
        ("![ferry](ferry.png)\n\nA calm strait\n\n" + BODY, "A calm strait"),
        ("Who pays for the strait?\n\n" + BODY, "Who pays for the strait?"),
        ("Trade with the U.S.\n\n" + BODY, "Trade with the U.S."),
        (BODY, None),
        ("“We shall not sail again this winter.”\n\n" + BODY, None),
        ("The captain had never seen the two\nports so empty as on that\nmorning.\n", None),  # wrapped prose
        ("A calm strait\n", None),  # a text of one line is body
        ("The boats were " + "very, " * 40 + "late\n\n" + BODY, None),
    ],
)
def test_the_first_line_is_the_title_only_if_it_reads_like_one(text: str, title: str | None) -> None:
    assert find_metadata(text).title == title


@given(st.text())
def test_any_text_has_metadata_or_none_without_an_error(text: str) -> None:
    find_metadata(text)


MARKS = [
    "By",
    "and",
    "Jane",
    "Doe",
    ",",
    "|",
    ".",
    "-",
    "(",
    "©",
    "2014",
    "May",
    "5",
    "in",
    "*",
    "#",
    ":",
    "[]",
    "---",
    "\n",
]


@given(st.lists(st.sampled_from(MARKS)))
def test_any_mixture_of_marks_and_names_is_read_without_an_error(parts: list[str]) -> None:
    find_metadata(" ".join(parts))
