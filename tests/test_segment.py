"""The segment stage as a whole."""

from __future__ import annotations

import re
from collections.abc import Iterator

import pytest
import spacy
from hypothesis import given, settings
from hypothesis import strategies as st
from spacy.language import Language

from pipeline.errors import ModelError
from pipeline.records import Article, Document, Sentence
from pipeline.segment import WINDOW, load, segment

PIECES = (
    *(
        "The envoy left. ",
        "He met Mr. Bell in the U.S. ",
        "the U.S. Navy ",
        "“Why?” he asked. ",
        "Wait... ",
        " … ",
        "é",
        "。",
    ),
    *(
        "\n",
        "\n\n",
        "# ",
        "- ",
        "> ",
        "**",
        "*",
        "_",
        "---\n",
        "1. ",
        '"',
        "”",
        "(",
        ")",
        "!",
        ".",
        "—",
        "a",
        "B",
        "5",
        ":",
    ),
    *("By Ann Lee\n", "Read more: x\n", "Orbit Inc. Bell ", "\u200b", "\ufeff", "\xa0", "\r\n", "\u2028", "😀", "\0"),
    *("[a.](b) ", "title: x\n"),
)
TEXTS = st.one_of(st.text(max_size=200), st.lists(st.sampled_from(PIECES), max_size=30).map("".join))
BETWEEN = re.compile(r"(?:[\s\ufeff\u200b\u2060#>*_\-+•·‣▪=|~`:–—]|\d{1,2}[.)]|\[[ xX]\])*")


@pytest.fixture(scope="module")
def nlp() -> Language:
    pipeline = spacy.blank("en")
    pipeline.add_pipe("sentencizer")
    return pipeline


BLANK = spacy.blank("en")
BLANK.add_pipe("sentencizer")


def document(text: str, article_id: str = "a") -> Document:
    return Document(Article(article_id, None, None, None, None, "t", "a.txt", "0", text))


def test_a_sentence_says_where_it_stands(nlp: Language) -> None:
    text = "Talks end\n\nThe envoy left. Nobody wept.\n\n- One.\n\nRead more: ferries"
    assert list(segment([document(text)], nlp)) == [
        Sentence("a:0", "a", 0, 0, "title", 0, 9, "Talks end"),
        Sentence("a:1", "a", 1, 1, "body", 11, 26, "The envoy left."),
        Sentence("a:2", "a", 2, 1, "body", 27, 39, "Nobody wept."),
        Sentence("a:3", "a", 3, 2, "body", 43, 47, "One."),
        Sentence("a:4", "a", 4, 3, "furniture", 49, 67, "Read more: ferries"),
    ]


def test_an_article_without_words_has_no_sentences(nlp: Language) -> None:
    assert list(segment([document(""), document("\n---\n\n***\n"), document("One.", "b")], nlp)) == [
        Sentence("b:0", "b", 0, 0, "body", 0, 4, "One.")
    ]


def test_a_title_is_one_sentence(nlp: Language) -> None:
    found = [sentence.text for sentence in segment([document("Talks end. What now?\n\nNobody knows it. Yet.")], nlp)]
    assert found == ["Talks end. What now?", "Nobody knows it.", "Yet."]


def test_articles_are_read_a_window_at_a_time(nlp: Language) -> None:
    read = []

    def documents() -> Iterator[Document]:
        for number in range(3 * WINDOW):
            read.append(number)
            yield document("One.", f"a{number}")

    next(segment(documents(), nlp))
    assert len(read) == WINDOW


def test_a_pipeline_without_sentence_boundaries_is_refused() -> None:
    with pytest.raises(ModelError) as error:
        list(segment([document("He left the U.S. Senate.")], spacy.blank("en")))
    assert str(error.value) == (
        'the spaCy pipeline sets no sentence boundaries; add one with: nlp.add_pipe("sentencizer")'
    )


@settings(max_examples=300, deadline=None)
@given(TEXTS)
def test_sentences_of_any_text_are_in_order_exact_and_leave_only_markup(text: str) -> None:
    end = 0
    paragraph = 0
    for index, sentence in enumerate(segment([document(text)], BLANK)):
        assert sentence.sentence_id == f"a:{index}"
        assert sentence.index == index
        assert sentence.text == text[sentence.start : sentence.end] == sentence.text.strip() != ""
        assert sentence.start >= end
        assert BETWEEN.fullmatch(text[end : sentence.start])
        assert sentence.paragraph - paragraph in ((0, 1) if index else (0,))
        end, paragraph = sentence.end, sentence.paragraph
    assert BETWEEN.fullmatch(text[end:])


@settings(max_examples=50, deadline=None)
@given(st.lists(TEXTS, max_size=6))
def test_articles_together_give_what_they_give_one_by_one(texts: list[str]) -> None:
    documents = [document(text, f"a{number}") for number, text in enumerate(texts)]
    alone = [sentence for one in documents for sentence in segment([one], BLANK)]
    assert list(segment(documents, BLANK)) == alone


@pytest.fixture(scope="module")
def english() -> Language:
    return load()


@pytest.mark.model
def test_only_what_segmentation_needs_is_loaded(english: Language) -> None:
    assert english.pipe_names == ["tok2vec", "parser"]


@pytest.mark.model
@pytest.mark.parametrize(
    "case",
    [
        "NORDHAVN — The U.S. Senate held a vote on the treaty on Tuesday, Sen. Ann Bell, D-Wash., said.| "
        "“Is it enough?” Ms. Bell asked.| “It is not.| It never was.”",
        "Orbit Inc. Chairman Bo Dahl flew to the U.S. Friday.| Norland’s envoy, J. P. Oda Jr., stayed in "
        "Washington, D.C.| Talks resume at 9 a.m. Monday … or never.",
        "Harbour officials told the F.B.I. Director Lind would not come.| He did.",
    ],
)
def test_what_the_rules_leave_open_is_settled_by_the_parser(case: str, english: Language) -> None:
    text = case.replace("|", "")
    found = [sentence.text for sentence in segment([document(f"{text}\n\nThey all went home again.")], english)]
    assert found[:-1] == case.split("| ")


@pytest.mark.model
def test_batches_do_not_change_what_the_parser_says(english: Language) -> None:
    texts = [
        "Orbit Inc. Chairman Bo Dahl flew to the U.S. Friday. Norland waited.",
        "He saw the U.N. Panel members agreed with the U.K. Prime Minister Oda did not.",
        "They waited... Nobody came to the harbour. “Why?” Norland knows.",
    ] * 3
    documents = [document(text, f"a{number}") for number, text in enumerate(texts)]
    alone = [sentence for one in documents for sentence in segment([one], english)]
    assert list(segment(documents, english)) == alone
