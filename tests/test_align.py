"""Which sentences are paired, and how they relate."""

from __future__ import annotations

from collections.abc import Sequence

import pytest

from pipeline.align import align, relation
from pipeline.config import AlignConfig
from pipeline.records import Article, Document, Judgement, Mention, Sentence, Stance

Row = tuple[str, str, Stance]
"""A sentence, its target and its stance."""


def document(article_id: str, rows: Sequence[Row]) -> Document:
    text = " ".join(row[0] for row in rows)
    sentences, mentions, judgements = [], [], []
    at = 0
    for index, (said, target, stance) in enumerate(rows):
        sentence_id = f"{article_id}:{index}"
        sentences.append(Sentence(sentence_id, article_id, index, 0, "body", at, at + len(said), said))
        judgements.append(Judgement(article_id, sentence_id, target, stance, 0.0, 0.8, "asserted", "neutral", ()))
        if (found := said.find(target)) >= 0:
            start = at + found
            mentions.append(Mention(article_id, sentence_id, start, start + len(target), target, "GPE", target, "name"))
        at += len(said) + 1
    article = Article(article_id, None, None, None, None, "t", article_id, "", text)
    return Document(article, tuple(sentences), tuple(mentions), tuple(judgements))


def pairs(*documents: Document, config: AlignConfig | None = None) -> list[tuple[str, str, str]]:
    found = align(documents, ["Oslo", "Riga"], config or AlignConfig())
    return [(pair.a.sentence_id, pair.b.sentence_id, pair.relation) for pair in found]


DEBT = "Oslo forgave nine tenths of the old debt in April."
DEBT_AGAIN = "The debt was largely forgiven by Oslo last April."
FISH = "Oslo closed its northern ports to trawlers."


def test_sentences_on_the_same_matter_are_paired_and_others_are_not() -> None:
    a = document("a", [(DEBT, "Oslo", "positive"), (FISH, "Oslo", "negative")])
    b = document("b", [("A choir from Oslo sang.", "Oslo", "neutral"), (DEBT_AGAIN, "Oslo", "positive")])
    assert pairs(a, b) == [("a:0", "b:1", "corroborates")]


def test_sentences_of_one_article_and_of_different_targets_are_never_paired() -> None:
    a = document("a", [(DEBT, "Oslo", "positive"), (DEBT_AGAIN, "Oslo", "positive")])
    b = document("b", [(DEBT.replace("Oslo", "Riga"), "Riga", "positive")])
    assert pairs(a, b) == []


@pytest.mark.parametrize(
    ("first", "second", "expected"),
    [
        ("positive", "positive", "corroborates"),
        ("neutral", "neutral", "corroborates"),
        ("positive", "negative", "contradicts"),
        ("negative", "positive", "contradicts"),
        ("mixed", "negative", "qualifies"),
        ("neutral", "positive", "qualifies"),
    ],
)
def test_how_two_sentences_relate_follows_from_their_stances(first: Stance, second: Stance, expected: str) -> None:
    a, b = document("a", [(DEBT, "Oslo", first)]), document("b", [(DEBT, "Oslo", second)])
    assert relation(a.judgements[0], b.judgements[0]) == expected
    assert pairs(a, b) == [("a:0", "b:0", expected)]


def test_the_names_of_the_parties_do_not_make_two_sentences_alike() -> None:
    a = document("a", [("Oslo waits.", "Oslo", "neutral")])
    b = document("b", [("Trawlers sail, says Oslo.", "Oslo", "neutral")])
    assert pairs(a, b) == []


def test_taking_the_same_side_brings_sentences_nearer() -> None:
    a = document("a", [("Talks with Oslo about tariffs on salted herring failed again.", "Oslo", "negative")])
    b = document("b", [("Nobody in Oslo expects the new tariffs to be lifted.", "Oslo", "negative")])
    c = document("c", [("Nobody in Oslo expects the new tariffs to be lifted.", "Oslo", "neutral")])
    near = next(align([a, b], ["Oslo"], AlignConfig(min_similarity=0.0)))
    far = next(align([a, c], ["Oslo"], AlignConfig(min_similarity=0.0)))
    assert near.similarity == pytest.approx(far.similarity + AlignConfig().same_side)


def test_a_repeated_sentence_is_wholly_alike_and_the_confidence_is_that_of_both_stances() -> None:
    a, b = document("a", [(DEBT, "Oslo", "neutral")]), document("b", [(DEBT, "Oslo", "neutral")])
    (pair,) = align([a, b], ["Oslo"], AlignConfig())
    assert (pair.topic, pair.target, pair.similarity, pair.confidence) == ("t", "Oslo", 1.0, 0.64)


def test_pairs_come_by_target_then_by_position() -> None:
    a = document("a", [(DEBT, "Oslo", "positive"), (DEBT.replace("Oslo", "Riga"), "Riga", "positive")])
    b = document("b", [(DEBT.replace("Oslo", "Riga"), "Riga", "positive"), (DEBT, "Oslo", "positive")])
    assert pairs(a, b) == [("a:0", "b:1", "corroborates"), ("a:1", "b:0", "corroborates")]


@pytest.mark.parametrize("documents", [[], [document("a", [])], [document("a", [("Oslo.", "Oslo", "neutral")])]])
def test_nothing_to_pair_gives_nothing(documents: list[Document]) -> None:
    assert list(align(documents, ["Oslo"], AlignConfig())) == []
