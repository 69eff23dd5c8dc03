"""The report stage: positions, relations, pairs and what is left over."""

from __future__ import annotations

import json
import os
import random
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pipeline.config import Party, ReportConfig, Subject
from pipeline.errors import RunError
from pipeline.records import (
    MODALITIES,
    STANCES,
    Alignment,
    Article,
    Claim,
    Comparison,
    Document,
    Judgement,
    Modality,
    PairRelation,
    PairReport,
    PairwiseRelation,
    Position,
    Sentence,
    Stance,
    TargetReport,
    encode,
)
from pipeline.report import report
from pipeline.report.authors import position
from pipeline.report.relations import relation

Vote = tuple[str, Stance, Modality, float]

SUBJECT = Subject(
    Party("atlantis", "Atlantis"),
    (Party("lemuria", "Lemuria"), Party("mu", "Mu"), Party("thule", "Thule")),
)
CONFIG = ReportConfig()


def vote(stance: Stance, modality: Modality = "asserted", confidence: float = 0.8, target: str = "lemuria") -> Vote:
    return (target, stance, modality, confidence)


def document(article_id: str, votes: Sequence[Vote], author: str | None = None) -> Document:
    """An article with a byline, then a sentence for each vote: ``x:1`` holds the first."""
    texts = [f"By {article_id}.", *(f"Sentence {number} of {article_id}." for number in range(1, len(votes) + 1))]
    text = " ".join(texts)
    sentences = tuple(
        Sentence(
            f"{article_id}:{index}",
            article_id,
            index,
            0,
            "body" if index else "byline",
            text.index(words),
            text.index(words) + len(words),
            words,
        )
        for index, words in enumerate(texts)
    )
    judgements = tuple(
        Judgement(article_id, f"{article_id}:{index}", target, stance, 0.0, confidence, modality, "neutral", ())
        for index, (target, stance, modality, confidence) in enumerate(votes, start=1)
    )
    article = Article(article_id, None, author, None, None, "t", f"{article_id}.txt", "0" * 64, text)
    return Document(article, sentences, (), judgements)


def align(a: str, b: str, relation: PairRelation = "corroborates", target: str = "lemuria") -> Alignment:
    return Alignment("t", target, Claim(a.partition(":")[0], a), Claim(b.partition(":")[0], b), 0.333333, relation, 0.5)


def position_of(*votes: Vote, config: ReportConfig = CONFIG) -> Position:
    source = document("x", votes)
    return position(source, source.judgements, {f"x:{index}": index for index in range(len(votes) + 1)}, config)


def targets_of(documents: Sequence[Document], alignments: Sequence[Alignment] = ()) -> list[TargetReport]:
    records = report(documents, alignments, SUBJECT, "t", CONFIG)
    return [record for record in records if isinstance(record, TargetReport)]


def head_of(documents: Sequence[Document], alignments: Sequence[Alignment] = ()) -> Comparison:
    head = next(report(documents, alignments, SUBJECT, "t", CONFIG))
    assert isinstance(head, Comparison)
    return head


def test_hedged_and_reported_votes_weigh_less() -> None:
    found = position_of(vote("positive"), vote("negative", "hedged"), vote("negative", "reported"), vote("mixed"))
    assert found.score == round((1 - 0.7 - 0.5) / (1 + 0.7 + 0.5 + 1), 4)
    assert found.stance == "mixed"
    assert found.votes == {"positive": 1, "negative": 2, "mixed": 1, "neutral": 0}


@pytest.mark.parametrize(
    ("positive", "negative", "mixed", "stance", "score"),
    [
        (5, 3, 0, "positive", 0.25),
        (3, 5, 0, "negative", -0.25),
        (1, 1, 0, "mixed", 0.0),
        (1, 0, 4, "mixed", 0.2),
        (0, 0, 2, "mixed", 0.0),
        (0, 1, 0, "negative", -1.0),
    ],
)
def test_the_label_follows_the_score_with_the_threshold_itself_on_the_outer_side(
    positive: int, negative: int, mixed: int, stance: Stance, score: float
) -> None:
    votes = [vote("positive")] * positive + [vote("negative")] * negative + [vote("mixed")] * mixed
    found = position_of(*votes)
    assert (found.stance, found.score) == (stance, score)


def test_an_author_without_votes_is_neutral_and_rests_on_all_sentences() -> None:
    found = position_of(vote("neutral", "reported", 0.9), vote("neutral", "asserted", 0.5), vote("neutral"))
    assert (found.stance, found.score, found.interval) == ("neutral", 0.0, (0.0, 0.0))
    assert found.votes == {"positive": 0, "negative": 0, "mixed": 0, "neutral": 3}
    assert found.evidence == ("x:3", "x:2", "x:1")


def test_evidence_is_the_voting_sentences_weightiest_first_then_by_position() -> None:
    found = position_of(
        vote("positive", "reported", 0.9),  # 0.45
        vote("neutral", "asserted", 1.0),
        vote("positive", "asserted", 0.6),
        vote("negative", "asserted", 0.6),
        vote("positive", "hedged", 1.0),  # 0.7
    )
    assert found.evidence == ("x:5", "x:3", "x:4", "x:1")


def test_a_modality_without_weight_does_not_vote() -> None:
    found = position_of(vote("positive", "reported"), config=ReportConfig(weight_reported=0.0))
    assert (found.stance, found.score, found.votes["positive"]) == ("neutral", 0.0, 1)


def test_one_vote_leaves_everything_open_and_more_of_a_kind_narrow_it() -> None:
    assert position_of(vote("negative")).interval == (-1.0, 1.0)
    lows = [position_of(*[vote("positive")] * n).interval[0] for n in (1, 3, 10, 40)]
    assert lows == sorted(set(lows))
    assert position_of(*[vote("positive")] * 40).interval[1] == 1.0


def test_the_seed_the_article_and_the_target_choose_the_draws() -> None:
    votes = [vote("positive"), vote("negative", "hedged"), vote("mixed", "reported")] * 4
    coarse = ReportConfig(bootstrap_samples=7)
    here = position_of(*votes, config=coarse).interval
    assert here == position_of(*votes, config=coarse).interval
    other = document("y", votes)
    places = {sentence.sentence_id: sentence.index for sentence in other.sentences}
    assert here != position(other, other.judgements, places, coarse).interval
    assert here != position_of(*votes, config=ReportConfig(bootstrap_samples=7, seed=1)).interval


VOTES = st.lists(
    st.builds(vote, st.sampled_from(STANCES), st.sampled_from(MODALITIES), st.floats(0, 1)), min_size=1, max_size=30
)


@settings(max_examples=60, deadline=None)
@given(VOTES, st.randoms(use_true_random=False))
def test_the_order_of_judgements_changes_nothing(votes: list[Vote], shuffler: random.Random) -> None:
    source = document("x", votes)
    places = {sentence.sentence_id: sentence.index for sentence in source.sentences}
    mixed = list(source.judgements)
    shuffler.shuffle(mixed)
    assert position(source, mixed, places, CONFIG) == position(source, source.judgements, places, CONFIG)


@settings(max_examples=60, deadline=None)
@given(VOTES)
def test_scores_and_intervals_stay_in_bounds_and_the_interval_holds_the_score(votes: list[Vote]) -> None:
    found = position_of(*votes)
    assert -1 <= found.interval[0] <= found.score <= found.interval[1] <= 1
    assert "-0.0," not in encode(found)
    assert (found.stance == "neutral") == all(stance == "neutral" for _, stance, _, _ in votes)
    if found.stance == "mixed":
        stances = {stance for _, stance, _, _ in votes}
        assert "mixed" in stances or {"positive", "negative"} <= stances


@settings(max_examples=60, deadline=None)
@given(VOTES)
def test_turning_every_vote_round_turns_the_score_round(votes: list[Vote]) -> None:
    turn: dict[Stance, Stance] = {
        "positive": "negative",
        "negative": "positive",
        "mixed": "mixed",
        "neutral": "neutral",
    }
    turned = position_of(*[(target, turn[stance], modality, sure) for target, stance, modality, sure in votes])
    found = position_of(*votes)
    assert turned.score == -found.score
    assert turned.stance == turn[found.stance]


def test_no_number_is_a_negative_zero() -> None:
    assert '"score":0.0' in encode(position_of(vote("negative"), vote("positive")))
    assert '"score":0.0' in encode(position_of(vote("mixed", "hedged")))


def test_the_records_come_in_order_and_targets_nobody_writes_about_are_left_out() -> None:
    one = document("a", [vote("positive", target="mu"), vote("negative")], "Ada Quill")
    two = document("b", [vote("positive", target="mu"), vote("positive")])
    pairs = [align("a:1", "b:1", target="mu"), align("a:2", "b:2", "contradicts")]
    records = list(report([one, two], pairs, SUBJECT, "t", CONFIG))
    assert [type(record) for record in records] == [Comparison, TargetReport, TargetReport, PairReport, PairReport]
    assert [(row.target, row.name) for row in records if isinstance(row, TargetReport)] == [
        ("lemuria", "Lemuria"),
        ("mu", "Mu"),
    ]
    assert [row.target for row in records if isinstance(row, PairReport)] == ["lemuria", "mu"]
    head = records[0]
    assert isinstance(head, Comparison)
    assert (head.initiator, head.articles, head.targets) == ("atlantis", ("a", "b"), ("lemuria", "mu", "thule"))
    assert head.agreement == 0.5
    first = records[1]
    assert isinstance(first, TargetReport)
    assert [row.author for row in first.authors] == ["Ada Quill", None]


def test_counts_have_the_same_keys_for_an_empty_topic() -> None:
    full = head_of([document("a", [vote("positive")]), document("b", [vote("mixed")])], [align("a:1", "b:1")])
    empty = head_of([])
    assert list(empty.counts) == list(full.counts)
    assert set(empty.counts.values()) == {0}
    assert full.counts == {
        "articles": 2,
        "sentences": 2,
        "bearing": 2,
        "targets": 1,
        "judgements": 2,
        "positive": 1,
        "negative": 0,
        "mixed": 1,
        "neutral": 0,
        "alignments": 1,
        "corroborates": 1,
        "contradicts": 0,
        "qualifies": 0,
        "unpaired": 0,
        "agree": 0,
        "disagree": 0,
        "differ": 1,
        "only_one": 0,
    }


@pytest.mark.parametrize("a", STANCES)
@pytest.mark.parametrize("b", STANCES)
def test_the_relation_is_symmetric_and_agreement_is_having_the_same_label(a: Stance, b: Stance) -> None:
    assert relation(a, b) == relation(b, a)
    assert (relation(a, b) == "agree") == (a == b)
    assert (relation(a, b) == "disagree") == ({a, b} == {"positive", "negative"})


def test_two_articles_relate_in_one_word() -> None:
    one = document("a", [vote("positive"), vote("neutral", target="mu")])
    two = document("b", [vote("negative")])
    assert [record.relation for record in targets_of([one, two])] == ["disagree", "only_one"]
    assert head_of([one, two]).agreement == 0.0


def test_one_article_alone_has_nothing_to_agree_with() -> None:
    one = document("a", [vote("positive")])
    assert [record.relation for record in targets_of([one])] == ["only_one"]
    assert head_of([one]).agreement is None


def test_more_articles_relate_pair_by_pair_without_the_pairs_that_are_silent() -> None:
    silent = [document(name, []) for name in ("b", "d")]
    one, two = document("a", [vote("positive")]), document("c", [vote("positive")])
    (found,) = targets_of([one, silent[0], two, silent[1]])
    assert found.relation == (
        PairwiseRelation("a", "b", "only_one"),
        PairwiseRelation("a", "c", "agree"),
        PairwiseRelation("a", "d", "only_one"),
        PairwiseRelation("b", "c", "only_one"),
        PairwiseRelation("c", "d", "only_one"),
    )
    assert [row.article_id for row in found.authors] == ["a", "c"]


def test_two_articles_of_one_author_are_two_voices() -> None:
    (found,) = targets_of([document("a", [vote("positive")], "Ada"), document("b", [vote("negative")], "Ada")])
    assert found.relation == "disagree"
    assert [(row.article_id, row.author) for row in found.authors] == [("a", "Ada"), ("b", "Ada")]


def test_unpaired_are_the_judged_sentences_in_no_pair_of_that_target() -> None:
    one = document("a", [vote("positive"), vote("neutral"), vote("positive", target="mu")])
    two = document("b", [vote("negative"), vote("positive", target="mu"), vote("neutral")])
    lemuria, mu = targets_of([one, two], [align("a:2", "b:1")])
    assert lemuria.unpaired == ("a:1", "b:3")
    assert mu.unpaired == ("a:3", "b:2")


def test_pairs_are_sorted_by_position_and_quoted() -> None:
    one = document("a", [vote("neutral")] * 11)
    two = document("b", [vote("neutral")] * 2)
    pairs = [align("a:11", "b:1"), align("a:2", "b:2"), align("a:2", "b:1")]
    found = [row for row in report([one, two], pairs, SUBJECT, "t", CONFIG) if isinstance(row, PairReport)]
    assert [(row.a.sentence_id, row.b.sentence_id) for row in found] == [
        ("a:2", "b:1"),
        ("a:2", "b:2"),
        ("a:11", "b:1"),
    ]
    assert (found[0].a.text, found[0].similarity, found[0].confidence) == ("Sentence 2 of a.", 0.3333, 0.5)
    for row in found:
        assert one.article.text[row.a.start : row.a.end] == row.a.text


def test_a_judgement_on_something_that_is_no_target_is_refused() -> None:
    with pytest.raises(RunError) as caught:
        list(report([document("a", [vote("positive", target="ys")])], [], SUBJECT, "t", CONFIG))
    assert str(caught.value) == (
        'stances.jsonl: target "ys" is not a target of the subject; run visavis entities again'
    )


def test_a_judgement_on_a_sentence_that_is_not_there_is_refused() -> None:
    source = document("a", [vote("positive")])
    broken = msgspec.structs.replace(source, sentences=source.sentences[:1])
    with pytest.raises(RunError) as caught:
        list(report([broken], [], SUBJECT, "t", CONFIG))
    assert str(caught.value) == ('stances.jsonl: sentence "a:1" is not in sentences.jsonl; run visavis stance again')


def test_a_pair_that_does_not_fit_the_judgements_is_refused() -> None:
    one, two = document("a", [vote("positive")]), document("b", [vote("positive", target="mu")])
    with pytest.raises(RunError) as caught:
        list(report([one, two], [align("a:1", "b:1")], SUBJECT, "t", CONFIG))
    assert str(caught.value) == (
        'alignments.jsonl: sentence "b:1" is not judged on target "lemuria"; run visavis align again'
    )


def test_a_pair_of_another_topic_is_refused() -> None:
    one, two = document("a", [vote("positive")]), document("b", [vote("positive")])
    with pytest.raises(RunError) as caught:
        list(report([one, two], [align("a:1", "b:1")], SUBJECT, "u", CONFIG))
    assert str(caught.value) == 'alignments.jsonl: topic "t" is not "u"; run visavis align again'


SCRIPT = """
from tests.test_report import CONFIG, SUBJECT, align, document, vote
from pipeline.records import encode
from pipeline.report import report
votes = [vote("positive"), vote("negative", "hedged"), vote("mixed", "reported"), vote("positive", target="mu")]
documents = [document(name, votes) for name in "abc"]
for record in report(documents, [align("a:1", "b:2"), align("b:3", "c:1")], SUBJECT, "t", CONFIG):
    print(encode(record))
"""


def test_the_report_does_not_depend_on_the_hash_seed() -> None:
    root = Path(__file__).parents[1]
    outputs = [
        subprocess.run(
            [sys.executable, "-c", SCRIPT],
            cwd=root,
            env={**os.environ, "PYTHONHASHSEED": seed, "PYTHONPATH": str(root)},
            capture_output=True,
            check=True,
            text=True,
        ).stdout
        for seed in ("1", "2")
    ]
    assert outputs[0] == outputs[1]
    assert [json.loads(line)["record"] for line in outputs[0].splitlines()] == [
        "comparison",
        "target",
        "target",
        "pair",
        "pair",
    ]
