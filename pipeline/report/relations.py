"""How authors relate on a target, and the aligned pairs quoted."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import combinations

from pipeline.records import (
    Alignment,
    PairReport,
    PairwiseRelation,
    Position,
    QuotedClaim,
    Relation,
    Sentence,
    Stance,
)
from pipeline.report.authors import rounded

TWO = 2
"""The number of articles whose relation is one word."""


def relation(a: Stance, b: Stance) -> Relation:
    """The relation of two authors' labels, after the codebook.

    >>> relation("positive", "negative"), relation("mixed", "negative")
    ('disagree', 'differ')
    """
    if a == b:
        return "agree"
    return "disagree" if {a, b} == {"positive", "negative"} else "differ"


def relations(article_ids: Sequence[str], positions: Iterable[Position]) -> Relation | tuple[PairwiseRelation, ...]:
    """How the authors of a topic relate on one target.

    Args:
        article_ids: All articles of the topic, in order.
        positions: Those that write about the target, at least one.

    Returns:
        One word where the topic has two articles or one. Else one relation for each two articles of which at least
        one writes about the target, in the order of the articles; which one it is where only one does, ``authors``
        of the same record says.
    """
    stances = {position.article_id: position.stance for position in positions}
    pairwise = tuple(
        PairwiseRelation(a, b, relation(stances[a], stances[b]) if a in stances and b in stances else "only_one")
        for a, b in combinations(article_ids, 2)
        if a in stances or b in stances
    )
    if len(article_ids) > TWO:
        return pairwise
    return pairwise[0].relation if pairwise else "only_one"


def words(relation: Relation | tuple[PairwiseRelation, ...]) -> tuple[Relation, ...]:
    """The relations of a target report as plain words, one for each pair of articles."""
    return (relation,) if isinstance(relation, str) else tuple(pair.relation for pair in relation)


def agreement(found: Sequence[Relation]) -> float | None:
    """The share (0-1) of pairs with the same label among those where both write; None where there is no such pair.

    >>> agreement(["agree", "differ", "only_one"])
    0.5
    """
    comparable = [word for word in found if word != "only_one"]
    return rounded(comparable.count("agree") / len(comparable)) if comparable else None


def pair_reports(
    alignments: Iterable[Alignment],
    targets: Sequence[str],
    sentences: Mapping[str, Sentence],
    places: Mapping[str, tuple[int, int]],
) -> Iterator[PairReport]:
    """The aligned pairs, quoted, by the order of their targets, then by the place of ``a``, then of ``b``.

    Args:
        alignments: The aligned pairs of one topic, in any order.
        targets: The ids of the targets, in order.
        sentences: The sentences they name, by id.
        places: The place of each sentence by id: of its article in the topic, and of itself in its article.
    """
    rank = {target: place for place, target in enumerate(targets)}
    for row in sorted(
        alignments, key=lambda row: (rank[row.target], places[row.a.sentence_id], places[row.b.sentence_id])
    ):
        yield PairReport(
            topic=row.topic,
            target=row.target,
            a=_quote(sentences[row.a.sentence_id]),
            b=_quote(sentences[row.b.sentence_id]),
            relation=row.relation,
            similarity=rounded(row.similarity),
            confidence=rounded(row.confidence),
        )


def _quote(sentence: Sentence) -> QuotedClaim:
    return QuotedClaim(sentence.article_id, sentence.sentence_id, sentence.start, sentence.end, sentence.text)
