"""The comparison as printed for a person."""

from __future__ import annotations

import io
import re
from collections.abc import Iterator, Mapping, Sequence

import pytest
from rich.console import Console

from pipeline.config import Party, ReportConfig, Subject
from pipeline.errors import RunError
from pipeline.records import (
    STANCES,
    Alignment,
    Article,
    Claim,
    Document,
    Judgement,
    Modality,
    PairRelation,
    ReportRecord,
    Sentence,
    Stance,
)
from pipeline.report import report
from pipeline.show import show
from pipeline.terminal import clean

Row = tuple[str, str, Stance, Modality, float]
SUBJECT = Subject(
    Party("atlantis", "Atlantis"), (Party("lemuria", "Lemuria"), Party("mu", "Mu"), Party("thule", "Ultima Thule"))
)
NAMES = {"atlantis": "Atlantis", "thule": "Ultima Thule"}


def row(text: str, stance: Stance, target: str = "lemuria", sure: float = 0.8, modality: Modality = "asserted") -> Row:
    return (text, target, stance, modality, sure)


def document(article_id: str, author: str | None, rows: Sequence[Row], **more: str | None) -> Document:
    """An article whose sentence ``x:0`` is judged by the first row, and so on."""
    sentences, judgements, start = [], [], 0
    for index, (text, target, stance, modality, sure) in enumerate(rows):
        sentence_id = f"{article_id}:{index}"
        sentences.append(Sentence(sentence_id, article_id, index, 0, "body", start, start + len(text), text))
        judgements.append(Judgement(article_id, sentence_id, target, stance, 0.0, sure, modality, "neutral", ()))
        start += len(text) + 1
    text = " ".join(each.text for each in sentences)
    title, publisher, date = more.get("title"), more.get("publisher"), more.get("date")
    article = Article(article_id, title, author, publisher, date, "t", f"{article_id}.txt", "0" * 64, text)
    return Document(article, tuple(sentences), (), tuple(judgements))


def align(a: str, b: str, relation: PairRelation = "corroborates") -> Alignment:
    return Alignment("t", "lemuria", Claim(a.partition(":")[0], a), Claim(b.partition(":")[0], b), 0.4, relation, 0.7)


def records(documents: Sequence[Document], alignments: Sequence[Alignment] = ()) -> Iterator[ReportRecord]:
    return report(documents, alignments, SUBJECT, "t", ReportConfig())


def shown(
    documents: Sequence[Document],
    alignments: Sequence[Alignment] = (),
    *,
    width: int = 80,
    target: str | None = None,
    full: bool = False,
    encoding: str = "utf-8",
) -> str:
    """What is printed where the output is no terminal."""
    raw = io.BytesIO()
    console = Console(file=io.TextIOWrapper(raw, encoding=encoding, write_through=True), width=width)
    by_id = {each.article.article_id: each for each in documents}
    show(records(documents, alignments), by_id, console, names=NAMES, target=target, full=full)
    return raw.getvalue().decode(encoding)


def coloured(documents: Sequence[Document]) -> str:
    out = io.StringIO()
    console = Console(file=out, width=80, force_terminal=True, color_system="standard")
    show(records(documents), {each.article.article_id: each for each in documents}, console)
    return out.getvalue()


def squeezed(text: str) -> str:
    return " ".join(text.split())


ADA = document(
    "essay",
    "Ada Quill",
    [
        row("The ferries to Lemuria run again.", "positive", sure=0.9),
        row("Its customs men may turn them back.", "negative", sure=0.7, modality="hedged"),
        row("They sail on Mondays.", "neutral"),
        row("Mu keeps its harbour shut.", "negative", "mu"),
    ],
    title="Two doors",
    date="2031-05-02",
)
TIDAL = document(
    "column",
    None,
    [row("No ferry has reached Lemuria in years.", "negative", sure=0.84)],
    publisher="The Tidal Review",
)


def test_the_page_of_two_authors_reads_like_this() -> None:
    assert (
        shown([ADA, TIDAL], [align("essay:0", "column:0", "contradicts")])
        == """\
t
================================================================================
Atlantis toward Lemuria, Mu and Ultima Thule, in 2 articles:
  Ada Quill: "Two doors", 2031-05-02
  The Tidal Review: without a title, no date

  Target         Ada Quill              The Tidal Review       Relation
 -----------------------------------------------------------------------------
  Lemuria        +/- mixed 0.18 (3)     - negative -1.00 (1)   differ
  Mu             - negative -1.00 (1)   (nothing)              only Ada Quill
  Ultima Thule   (nothing)              (nothing)              nobody
 Scores run from -1 to 1; in brackets the sentences that bear on the target.

Lemuria
--------------------------------------------------------------------------------
The two differ: Ada Quill is mixed (3 sentences: 1 positive, 1 negative, 1
neutral) and The Tidal Review is negative (1 sentence: 1 negative).

Ada Quill: +/- mixed, score 0.18 (interval -1.00 to 1.00)
  + "The ferries to Lemuria run again."
    asserted, 90% sure, essay:0
  - "Its customs men may turn them back."
    hedged, 70% sure, essay:1

The Tidal Review: - negative, score -1.00 (interval -1.00 to 1.00)
  - "No ferry has reached Lemuria in years."
    asserted, 84% sure, column:0

On the same matter: 1 pair (1 contradicts)
  contradicts, 70% sure
    Ada Quill: + "The ferries to Lemuria run again." (essay:0)
    The Tidal Review: - "No ferry has reached Lemuria in years." (column:0)

Said by one only
  Ada Quill: 2 of 3 sentences
    - "Its customs men may turn them back." (essay:1)
    . "They sail on Mondays." (essay:2)

Mu
--------------------------------------------------------------------------------
Only Ada Quill writes about it, and is negative (1 sentence: 1 negative).

Ada Quill: - negative, score -1.00 (interval -1.00 to 1.00)
  - "Mu keeps its harbour shut."
    asserted, 80% sure, essay:3
"""
    )


@pytest.mark.parametrize("width", [30, 60, 80, 200])
def test_nothing_is_wider_than_the_terminal_or_ends_in_spaces(width: int) -> None:
    long = row("Lemuria and its neighbours " * 20 + "q" * 300, "mixed")
    documents = [ADA, TIDAL, document("third", "Cy", [long]), document("fourth", "Di", [long])]
    for line in shown(documents, [align("third:0", "fourth:0")], width=width).splitlines():
        assert len(line) <= width
        assert line == line.rstrip()


def test_without_a_terminal_there_is_no_colour_and_all_but_quotations_is_ascii() -> None:
    text = shown([ADA, TIDAL, document("third", "Cy", [row("Lemuria is and is not.", "mixed")])])
    assert text.isascii()
    assert "\x1b" not in text


def test_in_a_terminal_marks_stand_beside_the_colours() -> None:
    text = coloured([ADA, TIDAL])
    assert "\x1b[32m+" in text
    assert "\x1b[33m± mixed" in text
    bare = re.sub(r"\x1b\[[0-9;]*m", "", text)
    for mark in ("+ “The ferries", "- “Its customs", "· “They sail"):
        assert mark in bare


def test_quoted_text_is_not_read_as_markup_or_emoji() -> None:
    text = "[red]Lemuria[/red] said [link=x]yes[/] and :smile: [/oops]."
    for output in (
        shown([document("a", "[b]Bo[/b]", [row(text, "positive")])]),
        coloured([document("a", "Bo", [row(text, "mixed")])]),
    ):
        assert text in squeezed(output)


def test_control_characters_and_direction_overrides_are_not_shown() -> None:
    evil = "Lemuria \x1b]0;title\x07\x1b[2Jis\u202e dnik \u2066\u200b\u200fkind\x9b31m.\r\n\tYes."
    source = document("a\x1b[1m", "Bo\u202e\x07", [row(evil, "positive")], title="T\x1b[31mitle")
    text = shown([source])
    assert not re.search("[\x00-\x09\x0b-\x1f\x7f-\x9f\u200b\u200f\u202a-\u202e\u2066-\u2069]", text)
    assert '"Lemuria ]0;title[2Jis dnik kind31m. Yes."' in squeezed(text)


def test_clean_keeps_the_joiners_that_scripts_need_and_replaces_lone_surrogates() -> None:
    assert clean("می\u200cخواهم \ud800 x\u00a0y") == "می\u200cخواهم \ufffd x y"


@pytest.mark.parametrize(
    ("encoding", "quoted"),
    [("utf-8", "“Lemuria’s café” – 漢"), ("latin-1", '"Lemuria\'s café" - ?'), ("ascii", '"Lemuria\'s caf?" - ?')],
)
def test_what_the_output_cannot_encode_is_put_in_other_characters(encoding: str, quoted: str) -> None:
    text = shown([document("a", "Bo", [row("“Lemuria’s café” – 漢", "positive")])], encoding=encoding)
    assert f'"{quoted}"' in text


def test_only_the_first_few_are_quoted_and_the_way_to_all_is_told() -> None:
    many = document("a", "Bo", [row(f"Lemuria did number {number}.", "positive") for number in range(7)])
    text = shown([many, TIDAL])
    assert text.count("Lemuria did number") == 6
    assert text.count("4 more; all of them with --target lemuria --full\n") == 2
    full = shown([many, TIDAL], full=True)
    assert full.count("Lemuria did number") == 14
    assert "--full" not in full


def test_contradictions_are_shown_before_other_pairs() -> None:
    kinds: tuple[PairRelation, ...] = ("qualifies", "corroborates", "contradicts")
    many = document("a", "Bo", [row(f"Lemuria did number {number}.", "positive") for number in range(3)])
    text = shown([many, TIDAL], [align(f"a:{number}", "column:0", kind) for number, kind in enumerate(kinds)])
    assert "On the same matter: 3 pairs (1 contradicts, 1 corroborates, 1 qualifies)" in text
    assert re.findall(r"^  (\w+), 70% sure$", text, re.MULTILINE) == ["contradicts", "corroborates", "qualifies"]


def test_a_wide_terminal_shows_the_sides_of_a_pair_beside_each_other() -> None:
    text = shown([ADA, TIDAL], [align("essay:0", "column:0")], width=150)
    assert re.search(r"Ada Quill: \+ \"The ferries .* The Tidal Review: - \"No ferry", text)


def test_many_authors_have_a_row_each() -> None:
    voices = [
        document(f"a{number}", f"Writer Number {number}", [row("Lemuria is as it is.", STANCES[number % 4])])
        for number in range(6)
    ]
    text = shown([*voices, ADA])
    assert "  Lemuria        Writer Number 0   + positive 1.00 (1)" in text
    assert "                 Writer Number 1   - negative -1.00 (1)" in text
    assert "7 of 7 authors write about it, 2 positive, 2 negative, 2 mixed and 1 neutral;" in squeezed(text)
    assert "by pairs of authors: 3 agree, 4 disagree, 14 differ." in squeezed(text)
    assert "only Ada Quill" in text


def test_two_articles_of_one_author_are_told_apart() -> None:
    text = shown([document(name, "Bo", [row("Lemuria waits.", "neutral")]) for name in ("first", "second")])
    assert "Bo (first): . neutral" in text
    assert "Bo (second): . neutral" in text


def test_a_voice_without_author_and_publisher_goes_by_its_article() -> None:
    assert "letter: . neutral" in shown([document("letter", " ", [row("Lemuria waits.", "neutral")])])


def test_of_a_single_voice_no_sentence_is_quoted_twice() -> None:
    text = shown([ADA])
    assert text.count("The ferries to Lemuria run again.") == 1
    assert 'Also said\n  Ada Quill: 1 of 3 sentences\n    . "They sail on Mondays." (essay:2)\n' in text


@pytest.mark.parametrize("wanted", ["thule", "mu", "MU", "ultima thule"])
def test_one_target_can_be_shown_alone_by_id_or_name(wanted: str) -> None:
    text = shown([ADA, TIDAL], target=wanted)
    assert ("Mu keeps" in text) == (wanted.lower() == "mu")
    assert "The ferries" not in text
    assert "\n  Lemuria " not in text


def test_a_target_that_is_not_there_is_refused_with_those_that_are() -> None:
    with pytest.raises(RunError) as caught:
        shown([ADA, TIDAL], target="ys")
    assert str(caught.value) == 'report.jsonl: no target "ys"; choose one of: lemuria, mu, thule'


class Fetched(Mapping[str, Document]):
    """Documents that are fetched one by one, and the order in which they were."""

    def __init__(self, documents: Sequence[Document]) -> None:
        self.documents = {each.article.article_id: each for each in documents}
        self.asked: list[str] = []

    def __getitem__(self, key: str) -> Document:
        self.asked.append(key)
        return self.documents[key]

    def __iter__(self) -> Iterator[str]:
        return iter(self.documents)

    def __len__(self) -> int:
        return len(self.documents)


def test_topics_are_shown_one_after_the_other_and_articles_fetched_once_when_shown() -> None:
    fetched = Fetched([ADA, TIDAL])
    passed: list[tuple[str, list[str]]] = []

    def lines() -> Iterator[ReportRecord]:
        for topic, documents in (("first", [ADA]), ("second", [TIDAL])):
            for record in report(documents, [], SUBJECT, topic, ReportConfig()):
                passed.append((topic, list(fetched.asked)))
                yield record

    out = io.StringIO()
    show(lines(), fetched, Console(file=out, width=80))
    assert out.getvalue().index("first\n===") < out.getvalue().index("second\n===")
    assert fetched.asked == ["essay", "column"]
    assert ("second", ["essay"]) in passed
    assert ("second", ["essay", "column"]) not in passed


def test_topics_without_the_target_are_passed_over() -> None:
    other = Subject(Party("atlantis", "Atlantis"), (Party("ys", "Ys"),))
    lines = [
        *records([ADA, TIDAL]),
        *report([document("b", "Bo", [row("Ys sank.", "negative", "ys")])], [], other, "u", ReportConfig()),
    ]
    out = io.StringIO()
    show(
        lines,
        Fetched([ADA, TIDAL, document("b", "Bo", [row("Ys sank.", "negative", "ys")])]),
        Console(file=out),
        target="ys",
    )
    assert out.getvalue().startswith("u\n===")
    assert "Ys sank." in out.getvalue()


def test_an_empty_report_says_so() -> None:
    out = io.StringIO()
    show([], {}, Console(file=out))
    assert out.getvalue() == "The report is empty: there was nothing to compare.\n"


def test_a_report_without_its_head_is_refused() -> None:
    with pytest.raises(RunError) as caught:
        show(list(records([ADA]))[1:], {}, Console(file=io.StringIO()))
    assert str(caught.value) == 'report.jsonl: topic "t" has no comparison; run visavis report again'


def test_a_report_of_articles_that_are_not_there_is_refused() -> None:
    with pytest.raises(RunError) as caught:
        show(records([ADA, TIDAL]), {"essay": ADA}, Console(file=io.StringIO()))
    assert str(caught.value) == 'report.jsonl: article "column" is not in articles.jsonl; run visavis report again'


def test_a_report_of_judgements_that_are_not_there_is_refused() -> None:
    bare = Document(ADA.article, ADA.sentences)
    with pytest.raises(RunError) as caught:
        show(records([ADA]), {"essay": bare}, Console(file=io.StringIO()))
    assert str(caught.value) == (
        'report.jsonl: sentence "essay:0" is not judged on target "lemuria"; run visavis report again'
    )
