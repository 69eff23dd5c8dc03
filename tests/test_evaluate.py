"""A run measured against gold."""

from __future__ import annotations

import io
import itertools
import json
import random
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import msgspec
import pytest
from rich.console import Console

from pipeline.config import Party, ReportConfig, Subject
from pipeline.errors import PipelineError, RecordError, RunError
from pipeline.evaluate import calibration_error, evaluate, show_evaluation
from pipeline.records import (
    LINKS,
    MODALITIES,
    STANCES,
    Alignment,
    Article,
    Claim,
    Document,
    Judgement,
    Link,
    Mention,
    PairRelation,
    Sentence,
    Stance,
)
from pipeline.report import report
from pipeline.store import Run

SHARED = Path(__file__).parents[2] / "shared"
SCORER = SHARED / "tools" / "score.py"
TEXT = "Mu opened its gates. The two sides sang. Thule sulked. Lemuria slept."
PLACES = [(0, 20), (21, 40), (41, 54), (55, 69)]


def article(article_id: str, text: str = TEXT, source: str = "") -> Article:
    return Article(article_id, None, None, None, None, "t", source or f"{article_id}.txt", "0" * 64, text)


def sentence(article_id: str, index: int, start: int, end: int, text: str = TEXT) -> Sentence:
    return Sentence(f"{article_id}:{index}", article_id, index, 0, "body", start, end, text[start:end])


def judge(sentence_id: str, target: str, stance: Stance, **more: Any) -> Judgement:
    source = sentence_id.partition(":")[0]
    row = Judgement(source, sentence_id, target, stance, 0.0, 0.5, "asserted", "neutral", ())
    return msgspec.structs.replace(row, **more)


def mention(sentence_id: str, target: str, link: Link) -> Mention:
    return Mention(sentence_id.partition(":")[0], sentence_id, 0, 2, TEXT[:2], None, target, link)


def gold(
    start: int, end: int, target: str | None, stance: Any = None, source: str = "a", **more: Any
) -> dict[str, Any]:
    label = {"stance": stance, "modality": "asserted"} if target else {}
    return {"article": source, "start": start, "end": end, "text": TEXT[start:end], "target": target, **label, **more}


def write(prefix: Path, kind: str, rows: Sequence[Any]) -> None:
    Path(f"{prefix}.{kind}.jsonl").write_text("".join(json.dumps(row) + "\n" for row in rows), encoding="utf-8")


def write_run(folder: Path, documents: Sequence[Document], alignments: Sequence[Alignment], subject: Subject) -> Run:
    run = Run(folder)
    run.write("articles", [each.article for each in documents])
    run.write("sentences", [row for each in documents for row in each.sentences])
    run.write("entities", [row for each in documents for row in each.mentions])
    run.write("stances", [row for each in documents for row in each.judgements])
    run.write("report", report(documents, alignments, subject, "t", ReportConfig()))
    return run


@pytest.fixture
def prefix(tmp_path: Path) -> Path:
    """Gold of one article: four pairs that count, one that is not sure, one sentence without a target."""
    rows = [
        gold(*PLACES[0], "mu", "positive"),
        gold(*PLACES[1], "mu", ["mixed", "positive"]),
        gold(*PLACES[2], "thule", "negative"),
        gold(*PLACES[2], "mu", "neutral", sure=False),
        gold(*PLACES[3], None),
        gold(*PLACES[0], "lemuria", "negative"),
    ]
    write(tmp_path / "gold", "stance", rows)
    return tmp_path / "gold"


@pytest.fixture
def run(tmp_path: Path) -> Run:
    """A run of that article: three pairs right, one that gold is not sure of, one wrong, one missed."""
    judgements = (
        judge("a:0", "mu", "positive", confidence=0.9),
        judge("a:1", "mu", "mixed", confidence=0.7, modality="hedged"),
        judge("a:2", "mu", "negative"),
        judge("a:2", "thule", "positive", confidence=0.95),
        judge("a:3", "lemuria", "negative"),
    )
    mentions = (
        mention("a:0", "mu", "carried"),
        mention("a:0", "mu", "capital"),
        mention("a:1", "mu", "carried"),
        mention("a:3", "lemuria", "name"),
    )
    sentences = tuple(sentence("a", index, *place) for index, place in enumerate(PLACES))
    subject = Subject(Party("x", "X"), tuple(Party(name, name.title()) for name in ("mu", "thule", "lemuria")))
    (tmp_path / "run").mkdir()
    return write_run(tmp_path / "run", [Document(article("a"), sentences, mentions, judgements)], [], subject)


def test_figures_of_a_small_run_are_as_counted_by_hand(run: Run, prefix: Path) -> None:
    found = evaluate(run, prefix)
    assert (found.articles, found.articles_missing, found.gold_pairs, found.run_pairs) == (1, 0, 4, 4)
    assert found.link_f1 == 0.75
    assert found.counts == {"positive": (1, 1, 0), "negative": (0, 1, 2), "mixed": (1, 0, 0), "neutral": (0, 0, 0)}
    assert found.stance_f1 == (2 / 3 + 0) / 2
    assert found.stance_f1_4 == (2 / 3 + 0 + 1) / 3
    assert found.modality_acc == 2 / 3
    assert found.author_acc is found.relation_acc is found.pair_f1 is found.pair_rel_acc is None


def test_pairs_are_counted_by_the_first_way_in_which_they_are_linked(run: Run, prefix: Path) -> None:
    found = evaluate(run, prefix)
    assert found.links == {
        "name": (0, 1),
        "demonym": (0, 0),
        "capital": (1, 0),
        "leader": (0, 0),
        "member": (0, 0),
        "carried": (1, 0),
        "unlinked": (1, 0),
    }
    assert found.recall == {"named": 1, "carried": 1, "unlinked": 1, "missed": 1}


def test_calibration_is_measured_over_the_pairs_that_both_have(run: Run, prefix: Path) -> None:
    # 0.9 right and 0.95 wrong share a bin; 0.7 right has its own.
    assert evaluate(run, prefix).calibration_error == pytest.approx((abs(1 - 1.85) + 0.3) / 3)


def test_calibration_puts_certainty_in_the_last_bin_and_nothing_is_no_figure() -> None:
    assert calibration_error([(1.0, True), (0.0, False)]) == 0.0
    assert calibration_error([(1.0, False)]) == 1.0
    assert calibration_error([]) is None


def test_gold_knows_an_article_by_the_stem_of_its_file(tmp_path: Path, prefix: Path) -> None:
    subject = Subject(Party("x", "X"), (Party("mu", "Mu"),))
    source = Document(
        article("z", source="deep/a.txt"), (sentence("z", 0, *PLACES[0]),), (), (judge("z:0", "mu", "positive"),)
    )
    found = evaluate(write_run(tmp_path, [source], [], subject), prefix)
    assert (found.articles_missing, found.run_pairs, found.link_f1) == (0, 1, 0.4)


def test_of_two_sentences_inside_one_of_gold_the_stronger_stands(tmp_path: Path, prefix: Path) -> None:
    subject = Subject(Party("x", "X"), (Party("mu", "Mu"),))
    halves = (sentence("a", 0, 0, 9), sentence("a", 1, 10, 30))
    judgements = (judge("a:0", "mu", "negative", score=-0.3), judge("a:1", "mu", "positive", score=0.6))
    found = evaluate(write_run(tmp_path, [Document(article("a"), halves, (), judgements)], [], subject), prefix)
    assert (found.run_pairs, found.counts["positive"], found.counts["negative"]) == (1, (1, 0, 0), (0, 0, 2))


def test_an_article_that_the_run_lacks_is_counted(run: Run, prefix: Path) -> None:
    with Path(f"{prefix}.stance.jsonl").open("a", encoding="utf-8") as file:
        file.write(json.dumps(gold(*PLACES[0], "mu", "positive", source="b")) + "\n")
    found = evaluate(run, prefix)
    assert (found.articles, found.articles_missing, found.gold_pairs) == (2, 1, 5)


def test_gold_of_another_text_is_noticed(run: Run, prefix: Path) -> None:
    assert evaluate(run, prefix).texts_changed == 0
    write(prefix, "stance", [{**gold(*PLACES[0], "mu", "positive"), "text": "Mu shut its gates."}])
    assert evaluate(run, prefix).texts_changed == 1


def test_authors_relations_and_pairs_are_measured(tmp_path: Path) -> None:
    subject = Subject(Party("x", "X"), (Party("mu", "Mu"), Party("thule", "Thule")))
    documents = [
        Document(
            article(name),
            tuple(sentence(name, index, *place) for index, place in enumerate(PLACES)),
            (),
            (
                judge(f"{name}:0", "mu", stance),
                judge(f"{name}:1", "mu", stance),
                judge(f"{name}:2", "thule", "neutral"),
            ),
        )
        for name, stance in (("a", STANCES[0]), ("b", STANCES[1]))
    ]
    alignments = [
        Alignment("t", "mu", Claim("a", "a:0"), Claim("b", "b:0"), 0.5, "contradicts", 0.5),
        Alignment("t", "mu", Claim("a", "a:1"), Claim("b", "b:1"), 0.5, "qualifies", 0.5),
        Alignment("t", "mu", Claim("a", "a:0"), Claim("b", "b:1"), 0.5, "qualifies", 0.5),
    ]
    prefix = tmp_path / "gold"
    write(prefix, "stance", [gold(*place, "mu", "positive", source=name) for name in "ab" for place in PLACES])
    authors = [
        ("a", "mu", ["positive", "mixed"]),
        ("b", "mu", "mixed"),
        ("a", "thule", "neutral"),
        ("b", "thule", "absent"),
    ]
    write(prefix, "author", [dict(zip(("article", "target", "stance"), row, strict=True)) for row in authors])
    sides = [
        (0, 0, "contradicts", True),
        (1, 1, "corroborates", True),
        (2, 2, "qualifies", True),
        (0, 1, "qualifies", False),
    ]
    write(
        prefix,
        "pairs",
        [
            {
                "target": "mu",
                "a": {"article": "a", "start": PLACES[a][0], "end": PLACES[a][1]},
                "b": {"article": "b", "start": PLACES[b][0], "end": PLACES[b][1]},
                "relation": relation,
                "sure": sure,
            }
            for a, b, relation, sure in sides
        ],
    )
    found = evaluate(write_run(tmp_path, documents, alignments, subject), prefix)
    assert found.author_acc == 0.5
    assert found.relation_acc == 0.0
    assert (found.pair_p, found.pair_r, found.pair_f1, found.pair_rel_acc) == (1.0, 2 / 3, 0.8, 0.5)


def message(run: Run, prefix: Path, kind: type[PipelineError]) -> str:
    with pytest.raises(kind) as caught:
        evaluate(run, prefix)
    return str(caught.value)


def test_gold_that_is_missing_is_named(run: Run, tmp_path: Path) -> None:
    path = f"{tmp_path / 'nothing'}.stance.jsonl"
    assert message(run, tmp_path / "nothing", RunError) == (
        f"{path}: is missing; give the path of the gold files up to .stance.jsonl"
    )


def test_gold_that_is_empty_is_named(run: Run, tmp_path: Path) -> None:
    write(tmp_path / "none", "stance", [])
    path = f"{tmp_path / 'none'}.stance.jsonl"
    assert message(run, tmp_path / "none", RunError) == f"{path}: is empty; give gold with at least one sentence"


@pytest.mark.parametrize(
    ("kind", "row", "problem"),
    [
        ("stance", {**gold(0, 20, "mu"), "modality": "asserted"}, '"stance" is missing'),
        ("stance", {"article": "a", "start": 0, "end": 2, "target": "mu", "stance": "mixed"}, '"modality" is missing'),
        ("stance", {"article": "a", "end": 20, "target": None}, '"start" is missing'),
        ("author", {"article": "a", "target": "mu", "stance": "good"}, "\"stance\" cannot be 'good'"),
        ("pairs", {"target": "mu", "a": {"article": "a"}, "b": {}, "relation": "qualifies"}, '"a.start" is missing'),
    ],
)
def test_a_broken_line_of_gold_is_named(run: Run, prefix: Path, kind: str, row: Any, problem: str) -> None:
    write(prefix, kind, [row])
    assert message(run, prefix, RecordError) == f"{prefix}.{kind}.jsonl:1: {problem}"


def test_a_line_of_gold_that_is_no_json_is_named(run: Run, prefix: Path) -> None:
    Path(f"{prefix}.author.jsonl").write_text("\n{\n", encoding="utf-8")
    assert message(run, prefix, RecordError).startswith(f"{prefix}.author.jsonl:2: not a whole line of JSON (")


@pytest.mark.parametrize(
    ("name", "command"),
    [
        ("articles", "ingest CORPUS --out"),
        ("sentences", "segment"),
        ("entities", "entities"),
        ("stances", "stance"),
        ("report", "report"),
    ],
)
def test_a_file_that_the_run_lacks_is_named(run: Run, prefix: Path, name: str, command: str) -> None:
    write(prefix, "author", [{"article": "a", "target": "mu", "stance": "positive"}])
    run.file(name).unlink()
    assert (
        message(run, prefix, RunError) == f"{run.file(name)}: is missing; write it with: visavis {command} {run.path}"
    )


def test_the_report_is_not_needed_where_gold_has_no_authors_and_pairs(run: Run, prefix: Path) -> None:
    run.file("report").unlink()
    assert evaluate(run, prefix).author_acc is None


def test_the_figures_are_printed_plain(run: Run, prefix: Path) -> None:
    out = io.StringIO()
    show_evaluation(evaluate(run, prefix), Console(file=out, width=80))
    shown = out.getvalue()
    assert shown.isascii()
    rows = [line.split() for line in shown.splitlines()]
    for row in (
        ["link_f1", "0.750"],
        ["author_acc", "no", "gold"],
        ["+", "positive", "1", "1", "0", "0.667"],
        ["capital", "1", "0", "1.000"],
        ["demonym", "0", "0", "none"],
        ["missed", "1", "0.250"],
    ):
        assert row in rows


def noisy(rng: random.Random, rows: list[dict[str, Any]], text: str, name: str) -> Document:
    """A run's document made from gold: sentences cut and joined, judgements lost, added and changed."""
    cuts = sorted({row["start"] for row in rows} | {row["end"] for row in rows})
    cuts = [cut for cut in cuts if rng.random() > 0.15] + [cut + 7 for cut in cuts if rng.random() > 0.9]
    cuts = sorted({cut for cut in cuts if cut < len(text)})
    sentences = [sentence(name, index, *ends, text) for index, ends in enumerate(itertools.pairwise(cuts))]
    targets = sorted({row["target"] for row in rows if row["target"]})
    judgements = [
        Judgement(
            name,
            each.sentence_id,
            target,
            rng.choice(STANCES),
            rng.uniform(-1, 1),
            0.5,
            rng.choice(MODALITIES),
            "neutral",
            (),
        )
        for each in sentences
        for target in targets
        if rng.random()
        < (0.7 if any(each.start <= row["start"] < each.end and row["target"] == target for row in rows) else 0.1)
    ]
    mentions = [
        Mention(name, row.sentence_id, 0, 1, text[:1], None, row.target, rng.choice(LINKS)) for row in judgements
    ]
    return Document(article(name, text), tuple(sentences), tuple(mentions), tuple(judgements))


@pytest.mark.skipif(not SCORER.is_file(), reason="needs the scorer beside the repository")
@pytest.mark.parametrize("seed", range(6))
def test_the_figures_are_those_of_the_scorer_to_the_last_digit(tmp_path: Path, seed: int) -> None:
    rng = random.Random(seed)
    prefix = SHARED / "gold" / "seeds"
    rows = [json.loads(line) for line in Path(f"{prefix}.stance.jsonl").read_text(encoding="utf-8").splitlines()]
    names = sorted({row["article"] for row in rows})[: 1 if seed == 0 else None]
    documents = [
        noisy(
            rng,
            [row for row in rows if row["article"] == name],
            (SHARED / "seeds" / f"{name}.txt").read_bytes().decode("utf-8-sig").replace("\r\n", "\n"),
            name,
        )
        for name in names
    ]
    targets = sorted({row["target"] for row in rows if row["target"]})
    relations: tuple[PairRelation, ...] = ("corroborates", "contradicts", "qualifies")
    alignments = [
        Alignment(
            "t",
            a.target,
            Claim(a.article_id, a.sentence_id),
            Claim(b.article_id, b.sentence_id),
            0.5,
            rng.choice(relations),
            0.5,
        )
        for a in documents[0].judgements
        for b in documents[-1].judgements
        if a.article_id != b.article_id and a.target == b.target and rng.random() < 0.4
    ]
    subject = Subject(Party("x", "X"), tuple(Party(target, target) for target in targets))
    run = write_run(tmp_path, documents, alignments, subject)
    scored = subprocess.run(
        [sys.executable, str(SCORER), str(tmp_path), str(prefix), "--json"], capture_output=True, check=True, text=True
    )
    expected = json.loads(scored.stdout)
    found = evaluate(run, prefix)
    assert {label: list(found.counts[label]) for label in STANCES[:2]} == expected.pop("counts")
    assert {name: getattr(found, name) for name in expected} == expected
    assert sum(map(sum, found.links.values())) == found.run_pairs
    assert sum(found.recall.values()) == found.gold_pairs
    assert found.texts_changed == 0
