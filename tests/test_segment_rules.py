"""Sentence boundaries inside a paragraph. In the cases, ``|`` stands where a sentence ends."""

from __future__ import annotations

import pytest
import spacy
from spacy.language import Language

from pipeline.records import Article, Document
from pipeline.segment import segment


@pytest.fixture(scope="module")
def nlp() -> Language:
    pipeline = spacy.blank("en")
    pipeline.add_pipe("sentencizer")
    return pipeline


def sentences(text: str, nlp: Language) -> list[str]:
    article = Article("a", None, None, None, None, "t", "a.txt", "0", f"{text}\n\nThe last paragraph ends here.")
    return [sentence.text for sentence in segment([Document(article)], nlp) if sentence.paragraph == 0]


@pytest.mark.parametrize(
    "case",
    [
        "Mr. Bell met Dr. Okoye and Prof. Lind in St. Gallen.| They talked.",
        "Gen. Alba and Sen. Cho met Gov. Ruiz, Rep. Day and Mrs. Oda.| Nobody smiled.",
        "MR. BELL WENT TO ST. GALLEN.| HE STAYED.",
        "It was Norland vs. Sudland, i.e. No. 2 against No. 7, e.g. in trade.| Norland won.",
        "J. K. Ameling and Ann B. Sorel wrote it.| They signed it George C.| They lied.",
        "He came on Sept. 11 and left on Dec. 3.| Nobody noticed.",
        "The ship left in Nov.| The harbour froze.",
        "The rate rose from 3.5 to 4.25 percent at 10.30 p.m. Monday.| Prices fell.",
        "They met at 9 a.m. EST and at 5 p.m. Tuesday.| No deal came.",
        "The U.S. envoy met the U.N. panel.| He then left the U.S.| The panel stayed.",
        "He works for Orbit Inc. and Vela Co. in Wash.| The firms grew.",
        "The talks failed (see p. 4 and Art. 9).| They were costly.",
        "Roe v. Norland was cited in Smith et al. (2014) as well.| It mattered.",
    ],
)
def test_an_abbreviation_ends_a_sentence_only_where_another_begins(case: str, nlp: Language) -> None:
    assert sentences(case.replace("|", ""), nlp) == case.split("| ")


@pytest.mark.parametrize(
    "case",
    [
        "“Will it hold?” he asked.| Nobody knew.",
        "“Will it hold?” Ms. Okoye asked.| “It will,” said Bell.",
        "“We won!” Foreign Minister Ann Bell said on Friday.| She laughed.",
        "“Will it hold?”| The answer came late.",
        "“What now?”| Bell said he did not know.",
        "“We tried.| We failed.| We shall try again,” she said.",
        '"We tried.| It failed."| The envoy left.',
        "She said, “We will go.”| He stayed (as he had promised.)| They parted.",
        "(He left.| She stayed.)| Then it rained.",
        "She called it “a second ‘Potemkin.’”| Others agreed.",
        "Why “Potemkin?”| Because.| So they say.",
        "She reads Yahoo! News.| He uses Yahoo!| They disagree.",
        "Why now?| Because nobody else would.| Really!| Yes.",
    ],
)
def test_quotation_marks_and_brackets_stay_with_the_sentence_they_close(case: str, nlp: Language) -> None:
    assert sentences(case.replace("|", ""), nlp) == case.split("| ")


@pytest.mark.parametrize(
    "case",
    [
        "It was late... but they went on.| It was … fine.",
        "They waited . . . and waited.| They left.",
        "They waited.| … Then they left.",
        "The plan — Will it work? — is old.",
        "The aim: trade; the means: talks – and patience.| It failed.",
        "Two things matter: 1. Trade.| 2. Peace.| Both are far.",
        "Sanctions bite.[12]| Trade fell.",
        "Sanctions bite.3| Trade fell.",
        "It was the end.|He said nothing of it.",
        "It cost $5.| 2 more came.",
        "Unrest spread.| iPhone sales fell.",
        "NORDHAVN, May 3 (Newswire) — The talks ended.| Nobody won.",
        "Read the paper at example.org/a.b?c=D.| It is short.",
        "See [the report.](http://example.org/x)| It is short.",
    ],
)
def test_dashes_ellipses_and_numbers_do_not_mislead(case: str, nlp: Language) -> None:
    assert sentences(case.replace("|", ""), nlp) == [part.strip() for part in case.split("|")]


def test_words_without_an_end_mark_stay_together_whatever_the_pipeline_says(nlp: Language) -> None:
    eager = spacy.blank("en")
    eager.add_pipe("sentencizer", config={"punct_chars": [",", ":", ";", "and", "."]})
    text = "Trade grew, slowly; the reason: fear and the U.S. Navy."
    assert sentences(text, eager) == [text]


def test_emphasis_around_a_sentence_is_left_out_and_inside_it_is_kept(nlp: Language) -> None:
    text = "**Trade grew.** The **whole** plan worked. **Peace** came. It was *late*."
    assert sentences(text, nlp) == ["Trade grew.", "The **whole** plan worked.", "**Peace** came.", "It was *late*."]
