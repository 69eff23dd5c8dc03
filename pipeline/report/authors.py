"""Where each author stands on a target: votes, score, interval, label and the sentences it rests on."""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

from pipeline.config import ReportConfig
from pipeline.records import MODALITIES, STANCES, Document, Judgement, Modality, Position, Stance

if TYPE_CHECKING:
    import numpy as np

VALUES: dict[Stance, float] = {"positive": 1.0, "negative": -1.0, "mixed": 0.0}
"""What a vote counts; a neutral sentence has none."""

Cell = tuple[Stance, Modality]

CELLS: tuple[Cell, ...] = tuple((stance, modality) for stance in VALUES for modality in MODALITIES)
"""The kinds of vote there are. Votes of one kind are alike, so all sums and draws go over kinds, in this order: the
order of the judgements cannot change a digit."""


def rounded(value: float) -> float:
    """A number as reports give it: four digits, and never a negative zero.

    >>> rounded(-0.00001), rounded(2 / 3)
    (0.0, 0.6667)
    """
    return round(value, 4) + 0.0


def position(
    document: Document, judgements: Sequence[Judgement], places: Mapping[str, int], config: ReportConfig
) -> Position:
    """Where the author of one article stands on one target.

    Args:
        document: The article.
        judgements: All judgements of the article on that target, at least one, in any order.
        places: The place of each of the article's sentences in it, by sentence id.
        config: Weights, threshold and bootstrap.

    Returns:
        The position. ``votes`` counts every judged sentence; a sentence votes if it is not neutral and its modality
        weighs more than nothing. ``evidence`` names the voting sentences, or all where none votes, by weight times
        confidence, then by place.
    """
    weights: dict[Modality, float] = {
        "asserted": config.weight_asserted,
        "hedged": config.weight_hedged,
        "reported": config.weight_reported,
    }
    voting = [row for row in judgements if row.stance in VALUES and weights[row.modality] > 0]
    counts = Counter((row.stance, row.modality) for row in voting)
    votes = Counter(row.stance for row in judgements)
    score = _score(counts, weights)
    article = document.article
    evidence = sorted(
        voting or judgements,
        key=lambda row: (-weights[row.modality] * row.confidence, places[row.sentence_id]),
    )
    return Position(
        article_id=article.article_id,
        author=article.author,
        stance=_label(score, config.threshold) if voting else "neutral",
        score=score,
        interval=_interval(score, counts, weights, config, (article.article_id, judgements[0].target)),
        votes={stance: votes[stance] for stance in STANCES},
        evidence=tuple(row.sentence_id for row in evidence),
    )


def _score(counts: Mapping[Cell, int], weights: Mapping[Modality, float]) -> float:
    """The weighted mean of the votes, 0 where there are none."""
    total = value = 0.0
    # Summed by modality, so that votes turned round give the same score turned round to the last digit.
    for modality in MODALITIES:
        by_stance = {stance: counts.get((stance, modality), 0) for stance in VALUES}
        total += weights[modality] * sum(by_stance.values())
        value += weights[modality] * sum(VALUES[stance] * count for stance, count in by_stance.items())
    return rounded(value / total) if total else 0.0


def _label(score: float, threshold: float) -> Stance:
    """The label of an author who votes.

    It is drawn from the rounded score, so that the two never disagree in a report. Votes on one side alone give 1 or
    -1; a score between the thresholds therefore always has votes on both sides or mixed votes.
    """
    if score >= threshold:
        return "positive"
    return "negative" if score <= -threshold else "mixed"


def _interval(
    score: float,
    counts: Mapping[Cell, int],
    weights: Mapping[Modality, float],
    config: ReportConfig,
    key: tuple[str, str],
) -> tuple[float, float]:
    """A percentile bootstrap interval around a score, over the sentences that vote.

    A plain bootstrap of votes that all say the same has no width, which would call one sentence a certainty. So one
    vote more, of the author's mean weight and a third each positive, negative and mixed, is among those drawn from:
    one vote alone then gives [-1, 1], five of a kind about [0.4, 1], and its share fades as votes grow. The interval
    always holds the score. No votes give [0, 0].

    Returns:
        Its lower and upper end, each in [-1, 1].
    """
    n_votes = sum(counts.values())
    if not n_votes:
        return (0.0, 0.0)
    import numpy as np

    seen = np.array([counts.get(cell, 0) for cell in CELLS], dtype=float)
    weight = np.array([weights[modality] for _, modality in CELLS])
    value = np.array([VALUES[stance] for stance, _ in CELLS])
    prior = np.full(len(VALUES), 1 / len(VALUES))
    mean_weight = np.full(len(VALUES), seen @ weight / n_votes)
    drawn = _generator(config.seed, key).multinomial(
        n_votes, np.append(seen, prior) / (n_votes + 1), size=config.bootstrap_samples
    )  # (bootstrap_samples, kinds of vote)
    weight = np.append(weight, mean_weight)
    scores = drawn @ (weight * np.append(value, list(VALUES.values()))) / (drawn @ weight)
    tail = (1 - config.interval) / 2
    low, high = (rounded(float(end)) for end in np.quantile(scores, (tail, 1 - tail)))
    return (max(-1.0, min(low, score)), min(1.0, max(high, score)))


def _generator(seed: int, key: tuple[str, str]) -> np.random.Generator:
    """A random generator of its own for each article and target, the same in every process."""
    import numpy as np

    digest = hashlib.sha256("\0".join((str(seed), *key)).encode()).digest()
    return np.random.default_rng(int.from_bytes(digest, "big"))
