"""Paragraphs of plain text and Markdown."""

from __future__ import annotations

import textwrap

from pipeline.segment.paragraphs import paragraphs

LONG = (
    "The envoys of both countries met for the third time this year in the old town hall of Nordhavn. They spoke about "
    "fishing rights, about the bridge that neither of them wants to pay for, and about the ferry. Nothing was agreed, "
    "although both of them said afterwards that the air had been better than in the spring."
)


def texts(text: str) -> list[str]:
    return [text[paragraph.start : paragraph.end] for paragraph in paragraphs(text)]


def test_blank_lines_separate_paragraphs() -> None:
    assert texts("One.\n\n  Two. \n \t \n\nThree.") == ["One.", "Two.", "Three."]


def test_single_line_breaks_separate_where_lines_are_whole_paragraphs() -> None:
    lines = ["Talks end without result", "By Ann Lee", LONG, "A short line.", LONG]
    assert texts("\n".join(lines)) == lines


def test_hard_wrapped_lines_are_one_paragraph() -> None:
    first, second = textwrap.fill(LONG, 72), textwrap.fill(LONG, 64)
    assert texts(f"Talks end\n\n{first}\n\n{second}\n") == ["Talks end", first, second]


def test_a_short_line_ends_a_paragraph_of_hard_wrapped_text() -> None:
    first = textwrap.fill(LONG + " They went home.", 72)
    assert len(first.splitlines()[-1]) < 45
    second = textwrap.fill(LONG, 72)
    assert texts(f"Talks end\nBy Ann Lee\n{first}\n{second}") == ["Talks end", "By Ann Lee", first, second]


def test_markdown_markers_are_left_out() -> None:
    text = "# Talks end #\nOne.\n\n- first\n- second\n1. third\n> quoted\n\n***\n\nUnder\n=====\nLast."
    assert texts(text) == ["Talks end", "One.", "first", "second", "third", "quoted", "Under", "Last."]


def test_headings_and_bullets_are_told() -> None:
    found = paragraphs("## A\n\n* b\n\nC\n-----\n\nd")
    assert [(paragraph.heading, paragraph.bullet) for paragraph in found] == [
        (True, False),
        (False, True),
        (True, False),
        (False, False),
    ]


def test_front_matter_is_one_paragraph() -> None:
    text = "---\ntitle: Talks\ntags:\n  - trade\n---\n\nThey met."
    assert texts(text) == ["title: Talks\ntags:\n  - trade", "They met."]
    assert [paragraph.front_matter for paragraph in paragraphs(text)] == [True, False]


def test_a_rule_at_the_top_is_not_front_matter() -> None:
    assert texts("---\n\nThey met.\n\n---\n\nThey left.") == ["They met.", "They left."]


def test_a_wrapped_quotation_is_one_paragraph() -> None:
    quoted = textwrap.fill(LONG, 60, initial_indent="> ", subsequent_indent="> ")
    assert texts(f"{quoted}\n\nThey left.") == [quoted[2:], "They left."]


def test_a_number_that_begins_a_line_is_text_unless_it_numbers_an_item() -> None:
    assert texts("2014. It was the year.\n\n3.5 percent is little.") == [
        "2014. It was the year.",
        "3.5 percent is little.",
    ]


def test_an_empty_text_has_no_paragraphs() -> None:
    assert texts("") == texts(" \n\n\ufeff\n---\n* * *\n") == []
