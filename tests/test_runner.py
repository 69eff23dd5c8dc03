"""The stages on a run folder: whose configuration holds, and what is discovered, written down and edited."""

from __future__ import annotations

import json
import tomllib
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import msgspec
import pytest
import tomli_w
from conftest import Outcome, files, make_runner, process, skipped, visavis, write_corpus_folder

from pipeline import entities as entities_stage
from pipeline.config import Settings, read_corpus
from pipeline.entities import Gazetteer, link, recognise
from pipeline.errors import RunError
from pipeline.ledger import read_ledger
from pipeline.records import Document, Judgement, Mention, Sentence
from pipeline.segment import load as load_segmenter
from pipeline.segment import segment
from pipeline.spacy_model import load as load_spacy
from pipeline.stance import load as load_stance
from pipeline.stance import stance
from pipeline.store import Run

pytestmark = pytest.mark.model

FERRIES = {
    "a.txt": "Norway returns\n\nNorway and Denmark agreed on ferries. Norway praised the talks in the end.\n",
    "b.txt": "No ferries\n\nNorway quarrelled with Denmark again. Later Norway withdrew the offer that Norway made.\n",
}
TRADE = {
    "c.txt": "Trade grows\n\nJapan and Brazil signed a pact. Japan welcomed the envoys of Brazil in Tokyo.\n",
    "d.txt": "Trade stalls\n\nJapan warned Brazil over tariffs. Later Japan withdrew the offer that Japan made.\n",
}


def party(name: str, **more: Any) -> dict[str, Any]:
    return {"id": name.lower(), "name": name, **more}


def config(initiator: str, *targets: str, topic: str | None = None) -> str:
    said: dict[str, Any] = {"topic": topic} if topic else {}
    return tomli_w.dumps(said | {"initiator": party(initiator), "target": [party(name) for name in targets]})


def targets(run: Path) -> dict[str, list[str]]:
    """The ids of the targets that the report is about, by topic."""
    return {
        row["topic"]: row["targets"]
        for row in map(json.loads, (run / "report.jsonl").read_text(encoding="utf-8").splitlines())
        if row["record"] == "comparison"
    }


def done(*arguments: str | Path) -> Outcome:
    outcome = visavis(*arguments)
    assert outcome.code == 0, outcome.err
    return outcome


# Corpora and their configuration


def test_each_of_several_corpora_keeps_its_configuration(tmp_path: Path) -> None:
    first = write_corpus_folder(tmp_path / "ferries", FERRIES, config("Norway", "Denmark"))
    second = write_corpus_folder(tmp_path / "trade", TRADE, config("Japan", "Brazil", topic="pacts"))
    done("run", first, second, "--out", tmp_path / "run")
    assert targets(tmp_path / "run") == {"ferries": ["denmark"], "pacts": ["brazil"]}
    sources = [(row.topic, row.source) for row in Run(tmp_path / "run").read("articles")]
    assert sources == [("ferries", "a.txt"), ("ferries", "b.txt"), ("pacts", "c.txt"), ("pacts", "d.txt")]


def test_one_topic_with_two_configurations_is_refused(tmp_path: Path) -> None:
    first = write_corpus_folder(tmp_path / "x", FERRIES, config("Norway", "Denmark", topic="same"))
    second = write_corpus_folder(tmp_path / "y", TRADE, config("Japan", "Brazil", topic="same"))
    outcome = visavis("run", first, second, "--out", tmp_path / "run")
    assert (outcome.code, outcome.err) == (
        1,
        f'Error: {second}: topic "same" has another corpus.toml already; give it a topic of its own\n',
    )
    assert not list((tmp_path / "run").iterdir())


@pytest.mark.parametrize("name", ["other", "other/corpus.toml", "renamed.toml"])
def test_a_configuration_given_goes_before_the_corpus_own(name: str, tmp_path: Path) -> None:
    corpus = write_corpus_folder(tmp_path / "ferries", FERRIES, config("Norway", "Denmark"))
    given = config("Denmark", "Norway", topic="turned")
    write_corpus_folder(tmp_path / "other", {}, given)
    (tmp_path / "renamed.toml").write_text(given, encoding="utf-8")
    done("run", corpus, "--config", tmp_path / name, "--out", tmp_path / "run")
    assert targets(tmp_path / "run") == {"turned": ["norway"]}


def test_a_configuration_given_to_entities_holds_until_the_next_run(tmp_path: Path) -> None:
    corpus = write_corpus_folder(tmp_path / "ferries", FERRIES, config("Norway", "Denmark"))
    other = write_corpus_folder(tmp_path / "other", {}, config("Denmark", "Norway"))
    run = tmp_path / "run"
    done("run", corpus, "--out", run)
    before = files(run)
    done("entities", run, "--config", other)
    for stage in ("stance", "align", "report"):
        done(stage, run)
    assert targets(run) == {"ferries": ["norway"]}
    done("run", corpus, "--out", run)
    assert files(run) == before


def test_the_topic_of_a_folder_is_its_whole_name(tmp_path: Path) -> None:
    corpus = write_corpus_folder(tmp_path / "Ferries v1.2", FERRIES, config("Norway", "Denmark"))
    done("ingest", corpus, "--out", tmp_path / "run")
    assert {row.topic for row in Run(tmp_path / "run").read("articles")} == {"ferries_v1_2"}


def test_nothing_that_can_be_taken_in_leaves_the_articles_of_before(tmp_path: Path) -> None:
    corpus = write_corpus_folder(tmp_path / "ferries", FERRIES, config("Norway", "Denmark"))
    run = tmp_path / "run"
    done("ingest", corpus, "--out", run)
    before = (run / "articles.jsonl").read_bytes()
    write_corpus_folder(corpus, dict.fromkeys(FERRIES, ""))
    assert visavis("ingest", corpus, "--out", run).code == 1
    assert (run / "articles.jsonl").read_bytes() == before
    assert [row.reason for row in Run(run).read("rejected")] == ["empty", "empty"]


def test_the_models_and_versions_are_written_down(sample_run: Path, models: Path) -> None:
    ledger = read_ledger(Run(sample_run))
    assert {file.name for file in models.iterdir() if file.suffix != ".md"} <= ledger.models.keys()
    assert any(name.startswith("en_core_web_sm") for name in ledger.models)
    assert all(len(sha) == 64 for sha in [*ledger.models.values(), *ledger.inputs.values()])
    assert ledger.settings == Settings()


# Discovery


def test_a_folder_without_configuration_is_discovered_and_written_down(tmp_path: Path) -> None:
    corpus, run = write_corpus_folder(tmp_path / "ferries", FERRIES), tmp_path / "run"
    outcome = done("run", corpus, "--out", run)
    file = run / "corpus.toml"
    assert f"ferries: Norway toward Denmark; edit {file} and run again to change this" in outcome.err.splitlines()
    found = read_corpus(file)
    assert found.topic == "ferries"
    subject = found.subject()
    assert subject is not None
    assert [each.name for each in subject.parties()] == ["Norway", "Denmark"]
    assert not list(run.glob("*.partial"))
    assert not (corpus / "corpus.toml").exists()
    before = files(run)
    again = done("run", corpus, "--out", run)
    assert len(skipped(again)) == 6
    assert files(run) == before


def test_what_is_edited_in_a_discovered_configuration_holds_and_stays(tmp_path: Path) -> None:
    corpus, run = write_corpus_folder(tmp_path / "ferries", FERRIES), tmp_path / "run"
    done("run", corpus, "--out", run)
    edited = "# mine\n" + config("Denmark", "Norway", topic="ferries")
    (run / "corpus.toml").write_text(edited, encoding="utf-8")
    outcome = done("run", corpus, "--out", run)
    assert skipped(outcome) == ["ingest", "segment"]
    assert targets(run) == {"ferries": ["norway"]}
    done("run", corpus, "--out", run, "--force")
    assert targets(run) == {"ferries": ["norway"]}
    # Another article changes nothing in it either.
    write_corpus_folder(corpus, {"e.txt": "Ferries again\n\nDenmark and Norway met.\n"})
    done("run", corpus, "--out", run)
    assert (run / "corpus.toml").read_text(encoding="utf-8") == edited
    assert targets(run) == {"ferries": ["norway"]}


def test_a_discovered_configuration_that_is_removed_is_made_again(tmp_path: Path) -> None:
    corpus, run = write_corpus_folder(tmp_path / "ferries", FERRIES), tmp_path / "run"
    done("run", corpus, "--out", run)
    before = files(run)
    (run / "corpus.toml").unlink()
    done("run", corpus, "--out", run)
    assert files(run) == before


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("topic = north", ":1: is not TOML (Invalid value, column 9); mend this line, with strings in quotation marks"),
        (
            config("Norway", "Denmark", topic="boats"),
            ': "topic" must stay "ferries", the topic of the articles; change it back',
        ),
        (
            config("Norway", "Denmark") + '[article."a.txt"]\nauthor = "Ann Lee"\n',
            ": [article] is not read here; put it in a corpus.toml beside the articles",
        ),
    ],
)
def test_a_discovered_configuration_edited_badly_is_refused(text: str, message: str, tmp_path: Path) -> None:
    corpus, run = write_corpus_folder(tmp_path / "ferries", FERRIES), tmp_path / "run"
    done("run", corpus, "--out", run)
    (run / "corpus.toml").write_text(text, encoding="utf-8")
    outcome = visavis("run", corpus, "--out", run)
    assert (outcome.code, outcome.err.splitlines()[-1]) == (1, f"Error: {run / 'corpus.toml'}{message}")


def test_another_corpus_in_the_same_run_folder_is_discovered_anew(tmp_path: Path) -> None:
    first, second = write_corpus_folder(tmp_path / "x", FERRIES), write_corpus_folder(tmp_path / "y", TRADE)
    run = tmp_path / "run"
    done("run", first, "--out", run)
    kept = (run / "corpus.toml").read_bytes()
    done("run", second, "--out", run)
    assert targets(run) == {"y": ["brazil"]}
    assert (run / "corpus.toml").read_bytes() == kept
    assert len(skipped(done("run", second, "--out", run))) == 6


def jsonl(path: Path, rows: Sequence[tuple[str, str]]) -> Path:
    lines = (json.dumps({"topic": topic, "text": text}) + "\n" for topic, text in rows)
    path.write_text("".join(lines), encoding="utf-8")
    return path


def test_topics_of_one_file_are_discovered_each(tmp_path: Path) -> None:
    rows = [("Trade pacts", text) for text in TRADE.values()] + [("ferries", text) for text in FERRIES.values()]
    run = tmp_path / "run"
    outcome = done("run", jsonl(tmp_path / "news.jsonl", rows), "--out", run)
    assert [line for line in outcome.err.splitlines() if " toward " in line] == [
        f"{topic}: {told}; edit {run / 'topics' / folder / 'corpus.toml'} and run again to change this"
        for topic, told, folder in (
            ("Trade pacts", "Japan toward Brazil", "trade_pacts"),
            ("ferries", "Norway toward Denmark", "ferries"),
        )
    ]
    assert targets(run) == {"Trade pacts": ["brazil"], "ferries": ["denmark"]}
    (run / "topics" / "ferries" / "corpus.toml").write_text(config("Denmark", "Norway"), encoding="utf-8")
    done("run", tmp_path / "news.jsonl", "--out", run)
    assert targets(run) == {"Trade pacts": ["brazil"], "ferries": ["norway"]}


def test_topics_of_like_names_share_no_configuration(tmp_path: Path) -> None:
    rows = [("the talks", text) for text in TRADE.values()] + [("The Talks!", text) for text in FERRIES.values()]
    run = tmp_path / "run"
    corpus = jsonl(tmp_path / "news.jsonl", rows)
    done("run", corpus, "--out", run)
    found = {tomllib.loads(path.read_text())["topic"]: path.parent.name for path in run.rglob("corpus.toml")}
    assert found == {"The Talks!": "the_talks", "the talks": "the_talks_2"}
    assert targets(run) == {"The Talks!": ["denmark"], "the talks": ["brazil"]}
    assert len(skipped(done("run", corpus, "--out", run))) == 6


def test_a_topic_of_any_length_has_a_folder(tmp_path: Path) -> None:
    rows = [("long " * 100, text) for text in TRADE.values()] + [("ferries", text) for text in FERRIES.values()]
    done("run", jsonl(tmp_path / "news.jsonl", rows), "--out", tmp_path / "run")
    assert len(targets(tmp_path / "run")) == 2


def test_nothing_to_discover_is_an_error_with_the_remedy(tmp_path: Path) -> None:
    corpus, run = write_corpus_folder(tmp_path / "x", {"a.txt": "It rained. It rained again.\n"}), tmp_path / "run"
    outcome = visavis("run", corpus, "--out", run)
    assert (outcome.code, outcome.err.splitlines()[-2:]) == (
        1,
        [
            "x: names fewer than two entities, so there is nothing to compare",
            f"Error: {run}: no initiator and targets could be discovered; name them with --config",
        ],
    )
    assert not list(run.glob("*.partial"))


def test_a_topic_with_nothing_to_discover_stands_aside(tmp_path: Path) -> None:
    rows = [("rain", "It rained. It rained again."), *(("ferries", text) for text in FERRIES.values())]
    corpus, run = jsonl(tmp_path / "news.jsonl", rows), tmp_path / "run"
    done("run", corpus, "--out", run)
    assert targets(run) == {"ferries": ["denmark"]}
    assert len(skipped(done("run", corpus, "--out", run))) == 6


# Files that do not fit


def test_articles_of_a_topic_that_is_in_two_pieces_are_refused(run_copy: Path) -> None:
    run = Run(run_copy)
    first, second = run.read("articles")
    between = msgspec.structs.replace(first, article_id="between", topic="another")
    run.write("articles", [first, between, second])
    for name in ("sentences", "entities", "stances", "alignments"):
        run.write(name, [])
    with pytest.raises(RunError) as error:
        make_runner(run_copy).align()
    assert str(error.value) == (f'articles.jsonl: topic "{first.topic}" is not in one piece; run visavis ingest again')


def test_pairs_of_a_topic_that_is_not_there_are_refused(run_copy: Path) -> None:
    text = (run_copy / "alignments.jsonl").read_text(encoding="utf-8")
    (run_copy / "alignments.jsonl").write_text(text.replace('"topic":"north', '"topic":"south'), encoding="utf-8")
    with pytest.raises(RunError) as error:
        make_runner(run_copy).report()
    assert str(error.value) == (
        'alignments.jsonl: topic "south-korea-outreach-2014" is not in articles.jsonl; run visavis align again'
    )


# The command line and the functions behind it


def grouped(documents: Sequence[Document], size: int) -> list[Sequence[Document]]:
    return [documents[at : at + size] for at in range(0, len(documents), size)]


@pytest.mark.parametrize("size", [1, 8])
def test_commands_write_what_the_stages_give_at_any_batch_size(
    size: int, sample_run: Path, models: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    run = Run(sample_run)
    articles = [Document(article) for article in run.read("articles")]
    segmenter, recogniser = load_segmenter(), load_spacy(())
    segmenter.batch_size = recogniser.batch_size = size
    monkeypatch.setattr(entities_stage, "_BATCH", size)
    cut: list[Sentence] = [row for group in grouped(articles, size) for row in segment(group, segmenter)]
    assert cut == list(run.read("sentences"))

    (subject,) = (each for each in read_ledger(run).subjects.values() if each)
    documents = list(run.documents("sentences"))
    linked: list[Mention] = [
        row for group in grouped(documents, size) for row in link(recognise(group, recogniser), Gazetteer(subject))
    ]
    assert linked == list(run.read("entities"))

    documents = list(run.documents("sentences", "entities"))
    model = load_stance(models)
    judged: list[Judgement] = [
        row for group in grouped(documents, size) for row in stance(group, subject, model, Settings().stance)
    ]
    assert judged == list(run.read("stances"))


def test_progress_is_told_line_by_line_where_nobody_watches(tmp_path: Path) -> None:
    corpus = write_corpus_folder(tmp_path / "ferries", FERRIES, config("Norway", "Denmark"))
    outcome = process("ingest", corpus, "--out", "run", cwd=tmp_path)
    assert outcome.out == ""
    assert outcome.err.startswith("ingest: 2 articles (")
    assert outcome.err.count("\n") == 1
