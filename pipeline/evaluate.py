"""A run measured against gold: what was found, how it was judged, and where the errors are.

Gold is written after the codebook. Gold sentences are found in the run by offset: a sentence of the run stands for the
gold sentence that it overlaps most (the first of equals), so that another way of splitting sentences is no error by
itself. Where a gold label is a list, each of its members is right. A gold row that is not sure is neither asked for nor
held against a run.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Mapping
from itertools import combinations
from pathlib import Path
from typing import TYPE_CHECKING

import msgspec

from pipeline.gold import GoldAuthor, GoldPair, GoldStance, Place, match_articles, match_sentences, options, read_gold
from pipeline.records import LINKS, STANCES, Judgement, Link, Mention, PairReport, ReportRecord, Stance, TargetReport
from pipeline.report.relations import relation
from pipeline.store import Run

if TYPE_CHECKING:
    from rich.console import Console

Key = tuple[Place, str]
"""A sentence-target pair."""

BINS = 10
NAMED = "named"
MISSED = "missed"
UNLINKED = "unlinked"
"""A pair of the run without any mention of its target."""


class Evaluation(msgspec.Struct, frozen=True):
    """The figures of a run. Shares are 0-1, not rounded; None where there is no gold to measure against.

    ``counts`` has true positives, false positives and false negatives of each stance label, end to end. ``links`` has,
    for each way in which the run linked a sentence to a target, how many of its pairs gold has, and how many not; a
    pair linked in several ways counts for the first of them. ``recall`` says how the gold pairs were found: ``named``
    (in any way but ``carried``), ``carried``, ``unlinked`` (judged, but without a mention), or ``missed``.
    """

    articles: int
    articles_missing: int
    """Gold articles that the run has no sentence of."""
    texts_changed: int
    """Gold sentences whose text the run's article does not hold in their place; the gold is then of another text."""
    gold_pairs: int
    run_pairs: int
    link_f1: float
    """Sentence-target pairs found, whatever their stance."""
    stance_f1: float
    """Mean F1 of positive and negative, end to end: a pair not found, or found where gold has none, is an error."""
    stance_f1_4: float
    """Mean F1 of the four labels over the pairs that both have."""
    modality_acc: float
    author_acc: float | None
    relation_acc: float | None
    pair_p: float | None
    pair_r: float | None
    pair_f1: float | None
    pair_rel_acc: float | None
    calibration_error: float | None
    """Expected calibration error of ``confidence`` over the pairs that both have, in ten bins."""
    counts: dict[Stance, tuple[int, int, int]]
    links: dict[str, tuple[int, int]]
    recall: dict[str, int]


def evaluate(run: Run, gold_prefix: Path) -> Evaluation:
    """Measure a run against gold.

    Args:
        run: The run; its report is needed only where there is gold for authors or pairs.
        gold_prefix: What the gold files' names begin with, up to ``.stance.jsonl``; ``.author.jsonl`` and
            ``.pairs.jsonl`` are read where they are there.

    Raises:
        RunError: There is no gold at that place, or the run lacks a file.
        RecordError: A line of the gold or of the run is not what it should be.
    """
    gold = read_gold(gold_prefix)
    names, texts_changed = match_articles(run.read("articles"), gold.stances)
    places, articles = match_sentences(run.read("sentences"), gold.stances, names)
    sure = {(row.place, row.target): row.sure for row in gold.stances if row.target}
    want = {(row.place, row.target): row for row in gold.stances if row.target and sure[row.place, row.target]}
    unsure = sure.keys() - want.keys()
    got: dict[Key, Judgement] = {}
    for row in run.read("stances"):
        place = places.get(row.sentence_id)
        # Two of the run's sentences inside one gold sentence: the stronger judgement stands.
        if place and (key := (place, row.target)) not in unsure:
            got[key] = max(got.get(key, row), row, key=lambda each: abs(each.score))
    both = [key for key in want if key in got]
    truth = {key: _truth(row, got.get(key)) for key, row in want.items()}
    counts = {label: _count(label, truth, got, want, got) for label in STANCES}
    shared = [_count(label, truth, got, both, both) for label in STANCES if any(truth[key] == label for key in both)]
    kinds = _kinds(run.read("entities"), places, got)
    report = list(run.read("report")) if gold.authors or gold.pairs else []
    author_acc, relation_acc = _authors(gold.authors, report, names)
    pair_p, pair_r, pair_f1, pair_rel_acc = _pairs(gold.pairs, report, places)
    return Evaluation(
        articles=len({row.article for row in gold.stances}),
        articles_missing=len({row.article for row in gold.stances} - articles),
        texts_changed=texts_changed,
        gold_pairs=len(want),
        run_pairs=len(got),
        link_f1=_f1(len(both), len(got) - len(both), len(want) - len(both)),
        stance_f1=_mean([_f1(*counts["positive"]), _f1(*counts["negative"])]),
        stance_f1_4=_mean([_f1(*each) for each in shared]),
        modality_acc=_mean([got[key].modality in options(want[key].modality) for key in both]),
        author_acc=author_acc,
        relation_acc=relation_acc,
        pair_p=pair_p,
        pair_r=pair_r,
        pair_f1=pair_f1,
        pair_rel_acc=pair_rel_acc,
        calibration_error=calibration_error([(got[key].confidence, truth[key] == got[key].stance) for key in both]),
        counts=counts,
        links=_links(kinds, want),
        recall=_recall(kinds, want),
    )


def _truth(gold: GoldStance, run: Judgement | None) -> Stance:
    """The gold label of a pair: of several right ones the one that the run chose, else the first."""
    right: tuple[Stance, ...] = options(gold.stance)
    return run.stance if run and run.stance in right else right[0]


def _count(
    label: Stance,
    truth: Mapping[Key, Stance],
    got: Mapping[Key, Judgement],
    asked: Iterable[Key],
    given: Iterable[Key],
) -> tuple[int, int, int]:
    """True positives, false positives and false negatives of a label."""
    right = sum(truth[key] == row.stance == label for key, row in got.items() if key in truth)
    of_run = sum(got[key].stance == label for key in given)
    return right, of_run - right, sum(truth[key] == label for key in asked) - right


def _f1(right: int, wrong: int, missed: int) -> float:
    return 2 * right / (2 * right + wrong + missed) if right else 0.0


def _mean(values: Collection[float]) -> float:
    return sum(values) / len(values) if values else 0.0


def calibration_error(pairs: Collection[tuple[float, bool]]) -> float | None:
    """How far confidence is from the share that is right, over ten bins weighted by their pairs.

    Args:
        pairs: Confidence (0-1) and whether the judgement is right.

    >>> calibration_error([(0.75, True), (0.75, False)])
    0.25
    """
    bins: defaultdict[int, list[tuple[float, bool]]] = defaultdict(list)
    for confidence, right in pairs:
        bins[min(int(confidence * BINS), BINS - 1)].append((confidence, right))
    gaps = [abs(sum(right - confidence for confidence, right in bins[each])) for each in sorted(bins)]
    return sum(gaps) / len(pairs) if pairs else None


def _kinds(mentions: Iterable[Mention], places: Mapping[str, Place], got: Collection[Key]) -> dict[Key, str]:
    """The way in which each pair of the run was linked: of several, the first in the order of ``LINKS``."""
    links: dict[Key, Link] = {}
    for row in mentions:
        place = places.get(row.sentence_id)
        if place and row.target and row.link:
            key = (place, row.target)
            links[key] = min(row.link, links.get(key, row.link), key=LINKS.index)
    return {key: links.get(key, UNLINKED) for key in got}


def _links(kinds: Mapping[Key, str], want: Collection[Key]) -> dict[str, tuple[int, int]]:
    found = Counter((kind, key in want) for key, kind in kinds.items())
    return {kind: (found[kind, True], found[kind, False]) for kind in (*LINKS, UNLINKED)}


def _recall(kinds: Mapping[Key, str], want: Iterable[Key]) -> dict[str, int]:
    ways = Counter(kinds.get(key, MISSED) for key in want)
    named = sum(ways[kind] for kind in LINKS if kind != "carried")
    return {NAMED: named, **{way: ways[way] for way in ("carried", UNLINKED, MISSED)}}


def _authors(
    gold: Iterable[GoldAuthor], report: Iterable[ReportRecord], names: Mapping[str, str]
) -> tuple[float | None, float | None]:
    """The share of author labels that are right, and of the relations that follow from them."""
    want = {(row.article, row.target): options(row.stance) for row in gold}
    if not want:
        return None, None
    got = {
        (names.get(each.article_id, each.article_id), record.target): each.stance
        for record in report
        if isinstance(record, TargetReport)
        for each in record.authors
    }
    checks = []
    for a, b in combinations(sorted(want), 2):
        if a[1] == b[1] and "absent" not in want[a] + want[b]:
            allowed = {relation(x, y) for x in want[a] for y in want[b]}
            checks.append(a in got and b in got and relation(got[a], got[b]) in allowed)
    right = _mean([got.get(key, "absent") in labels for key, labels in want.items()])
    return right, _mean(checks) if checks else None


def _pairs(
    gold: Collection[GoldPair], report: Iterable[ReportRecord], places: Mapping[str, Place]
) -> tuple[float | None, float | None, float | None, float | None]:
    """Precision, recall and F1 of the aligned pairs, and the share of those found with the right relation.

    Only pairs between articles that gold pairs at all are held against the run.
    """
    want = {(row.target, frozenset((row.a.place, row.b.place))): row for row in gold}
    if not want:
        return None, None, None, None
    scope = {frozenset(place[0] for place in sides) for _, sides in want}
    unsure = {(row.target, frozenset((row.a.place, row.b.place))) for row in gold if not row.sure}
    asked = want.keys() - unsure
    got = {}
    for record in report:
        if isinstance(record, PairReport):
            a, b = places.get(record.a.sentence_id), places.get(record.b.sentence_id)
            if a and b and frozenset((a[0], b[0])) in scope:
                got[record.target, frozenset((a, b))] = record.relation
    given = got.keys() - unsure
    found = asked & given
    return (
        len(found) / len(given) if given else 0.0,
        len(found) / len(asked) if asked else 0.0,
        _f1(len(found), len(given) - len(found), len(asked) - len(found)),
        _mean([got[key] in options(want[key].relation) for key in found]),
    )


def show_evaluation(evaluation: Evaluation, console: Console) -> None:
    """Print the figures as plain tables."""
    from rich.text import Text

    from pipeline.terminal import Terminal

    terminal = Terminal(console)
    figures = terminal.table("Figure", "Value")
    for name in evaluation.__struct_fields__:
        value = getattr(evaluation, name)
        if not isinstance(value, dict):
            shown = "no gold" if value is None else f"{value:.3f}" if isinstance(value, float) else str(value)
            figures.add_row(name, shown)
    terminal.block(figures)
    terminal.blank()
    labels = terminal.table("Stance", "Right", "Wrong", "Missed", "F1")
    for label, counts in evaluation.counts.items():
        labels.add_row(terminal.label(label), *map(str, counts), f"{_f1(*counts):.3f}")
    terminal.block(labels)
    terminal.blank()
    links = terminal.table("Linked by", "Right", "Wrong", "Precision")
    for kind, (right, wrong) in evaluation.links.items():
        links.add_row(kind, str(right), str(wrong), f"{right / (right + wrong):.3f}" if right + wrong else "none")
    terminal.block(links)
    terminal.blank()
    recall = terminal.table("Gold pairs", "Number", "Share")
    for way, number in evaluation.recall.items():
        recall.add_row(way, str(number), f"{number / max(1, evaluation.gold_pairs):.3f}")
    terminal.block(recall)
    if evaluation.texts_changed:
        terminal.blank()
        problem = "gold sentences hold another text than the run's articles in their place: is the gold of these files?"
        terminal.line(Text(f"{evaluation.texts_changed} {problem}"))
