"""The sample corpus through all stages with the real models: every file fits the others."""

from __future__ import annotations

import hashlib
import json
from collections import Counter
from pathlib import Path

import pytest
from conftest import CORPUS, STAGES, visavis

from pipeline.config import Subject, read_corpus
from pipeline.ledger import read_ledger
from pipeline.records import Alignment, Comparison, Document, PairReport, TargetReport
from pipeline.store import Run

pytestmark = pytest.mark.model


@pytest.fixture(scope="module")
def run(sample_run: Path) -> Run:
    return Run(sample_run)


@pytest.fixture(scope="module")
def documents(run: Run) -> list[Document]:
    return list(run.documents("sentences", "entities", "stances"))


@pytest.fixture(scope="module")
def subject() -> Subject:
    found = read_corpus(CORPUS / "corpus.toml").subject()
    assert found is not None
    return found


def test_the_run_folder_holds_the_public_files_and_no_others(sample_run: Path) -> None:
    names = ("articles", "rejected", "sentences", "entities", "stances", "alignments", "report")
    assert sorted(path.name for path in sample_run.iterdir()) == sorted(
        ["run.json", *(f"{name}.jsonl" for name in names)]
    )


def test_the_articles_are_the_files_of_the_corpus(documents: list[Document]) -> None:
    articles = [document.article for document in documents]
    assert [article.source for article in articles] == ["charm-offensive-digest.txt", "failing-diplomacy-digest.md"]
    for article in articles:
        assert article.text == (CORPUS / article.source).read_text(encoding="utf-8")
        assert article.sha256 == hashlib.sha256(article.text.encode()).hexdigest()
        assert article.topic == "north-korea-outreach-2014"
        assert article.publisher == "Visavis project"
    assert [article.date for article in articles] == ["2014-11-25", "2014-09"]
    assert "Lankov" in (articles[1].author or "")


def test_sentences_leave_out_nothing_but_space_and_marks(documents: list[Document]) -> None:
    for document in documents:
        text = document.article.text
        ends = [0, *(sentence.end for sentence in document.sentences)]
        starts = [*(sentence.start for sentence in document.sentences), len(text)]
        between = "".join(text[end:start] for end, start in zip(ends, starts, strict=True))
        assert not any(character.isalnum() for character in between)
        assert Counter(sentence.kind for sentence in document.sentences)["title"] == 1
        assert [sentence.index for sentence in document.sentences] == list(range(len(document.sentences)))


def test_every_linked_sentence_is_judged_once_for_each_target(documents: list[Document], subject: Subject) -> None:
    order = [party.id for party in subject.target]
    for document in documents:
        places = {sentence.sentence_id: sentence.index for sentence in document.sentences}
        linked = {(row.sentence_id, row.target) for row in document.mentions if row.target}
        judged = [(row.sentence_id, row.target) for row in document.judgements]
        assert set(judged) == linked
        assert judged == sorted(linked, key=lambda pair: (places[pair[0]], order.index(str(pair[1]))))
        assert all(bool(row.target) == bool(row.link) for row in document.mentions)
        assert {sentence.sentence_id for sentence in document.judged()} >= {pair[0] for pair in linked}


def test_every_target_is_found_by_both_authors_or_one(documents: list[Document], subject: Subject) -> None:
    found = {row.target for document in documents for row in document.judgements}
    assert found == {party.id for party in subject.target}


def test_every_judgement_names_words_of_its_sentence(documents: list[Document]) -> None:
    for document in documents:
        for row in document.judgements:
            assert 1 <= len(row.rationale) <= 5
            words = [document.article.text[word.start : word.end] for word in row.rationale]
            assert all(word.strip() == word and word for word in words)


def test_aligned_pairs_join_two_articles_on_one_target(run: Run, documents: list[Document]) -> None:
    judged = {
        (row.target, row.sentence_id): number
        for number, document in enumerate(documents)
        for row in document.judgements
    }
    pairs: list[Alignment] = list(run.read("alignments"))
    assert pairs
    for pair in pairs:
        assert judged[pair.target, pair.a.sentence_id] < judged[pair.target, pair.b.sentence_id]


def test_the_report_counts_what_the_stages_wrote(run: Run, documents: list[Document], subject: Subject) -> None:
    rows = list(run.read("report"))
    (head,) = (row for row in rows if isinstance(row, Comparison))
    targets = [row for row in rows if isinstance(row, TargetReport)]
    pairs = [row for row in rows if isinstance(row, PairReport)]
    assert rows == [head, *targets, *pairs]
    assert (head.initiator, head.targets) == (subject.initiator.id, tuple(party.id for party in subject.target))
    judgements = [row for document in documents for row in document.judgements]
    assert head.counts["judgements"] == len(judgements)
    assert head.counts["alignments"] == len(pairs) == sum(1 for _ in run.read("alignments"))
    for row in targets:
        for position in row.authors:
            mine = [
                each.stance
                for each in judgements
                if (each.article_id, each.target) == (position.article_id, row.target)
            ]
            assert {stance: count for stance, count in position.votes.items() if count} == Counter(mine)
    for pair in pairs:
        for claim in (pair.a, pair.b):
            (document,) = (each for each in documents if each.article.article_id == claim.article_id)
            assert document.article.text[claim.start : claim.end] == claim.text


def test_the_ledger_knows_every_stage_and_input(run: Run) -> None:
    ledger = read_ledger(run)
    assert tuple(ledger.stages) == STAGES
    assert list(ledger.inputs) == [
        "0:charm-offensive-digest.txt",
        "0:corpus.toml",
        "0:failing-diplomacy-digest.md",
    ]
    assert ledger.discovered == []


def test_the_comparison_is_shown_with_every_target_and_author(sample_run: Path, subject: Subject) -> None:
    outcome = visavis("show", sample_run)
    assert (outcome.code, outcome.err) == (0, "")
    for party in subject.target:
        assert party.name in outcome.out
    assert "Lankov" in outcome.out
    assert "CIGI" in outcome.out


def test_a_run_is_measured_against_gold(sample_run: Path, tmp_path: Path) -> None:
    (document, *_) = Run(sample_run).documents("sentences", "stances")
    row = document.judgements[0]
    (sentence,) = (each for each in document.sentences if each.sentence_id == row.sentence_id)
    gold = {"article": row.article_id, "start": sentence.start, "end": sentence.end, "target": row.target}
    gold |= {"stance": row.stance, "modality": row.modality}
    (tmp_path / "gold.stance.jsonl").write_text(json.dumps(gold) + "\n", encoding="utf-8")
    outcome = visavis("evaluate", sample_run, tmp_path / "gold", "--json")
    assert (outcome.code, outcome.err) == (0, "")
    found = json.loads(outcome.out)
    assert (found["gold_pairs"], found["modality_acc"], found["counts"][row.stance][0]) == (1, 1.0, 1)
