"""The command line: its help, its errors, its exit codes, and what goes through pipes."""

from __future__ import annotations

import json
import re
import shlex
import shutil
import statistics
import subprocess
import time
from pathlib import Path
from typing import Any

import pytest
from conftest import (
    CORPUS,
    ROOT,
    STAGES,
    Outcome,
    command,
    copy_corpus,
    environment,
    files,
    process,
    skipped,
    visavis,
    write_corpus_folder,
)
from typer.main import get_command
from typer.testing import CliRunner

from pipeline import __version__, cli, spacy_model
from pipeline.config import read_corpus
from pipeline.errors import ModelError
from pipeline.records import MODALITIES, STANCES, TONES
from pipeline.store import Run

COMMANDS = ("run", *STAGES, "show", "schema", "evaluate", "train")
FERRIES = "Ferries return\n\nLemuria and Norway agreed on ferries. Norway praised the talks with Denmark.\n"
PARTIES = '[initiator]\nid = "norway"\nname = "Norway"\n[[target]]\nid = "denmark"\nname = "Denmark"\n'


def error(outcome: Outcome) -> str:
    """The one line that a command failed with."""
    assert outcome.code == 1, outcome.err
    assert outcome.out == ""
    lines = outcome.err.splitlines()
    assert len(lines) == 1, outcome.err
    return lines[0]


# Help


def test_the_commands_are_those_of_the_stages_and_a_few_beside() -> None:
    group: Any = get_command(cli.app)
    assert tuple(group.commands) == COMMANDS


def example(name: str) -> str:
    found = re.findall(r"^ *Example: (visavis .*)$", visavis(name, "--help").out, re.MULTILINE)
    assert len(found) == 1
    return str(found[0])


@pytest.mark.parametrize("name", COMMANDS)
def test_every_command_says_what_it_does_and_gives_an_example(name: str) -> None:
    outcome = visavis(name, "--help")
    assert (outcome.code, outcome.err) == (0, "")
    assert re.search(r"\n\n  [A-Z][^\n]+(\n  [^\n]+)*\.\n", outcome.out)
    assert example(name).startswith(f"visavis {name} ")
    assert visavis(name, "-h") == outcome


def test_every_option_of_every_command_has_help() -> None:
    group: Any = get_command(cli.app)
    bare = [
        (name, parameter.name)
        for name, each in group.commands.items()
        for parameter in each.params
        if not getattr(parameter, "help", None)
    ]
    assert bare == []


@pytest.fixture(scope="module")
def workplace(tmp_path_factory: pytest.TempPathFactory, sample_run: Path, models: Path) -> Path:
    """A checkout as the examples expect it: a corpus, few labels, models, runs, and gold beside it."""
    base = tmp_path_factory.mktemp("workplace")
    place = base / "visavis"
    copy_corpus(place / "corpus")
    (place / "corpus" / "labelled").mkdir()
    (place / "corpus" / "labelled" / "few.jsonl").write_text("".join(labelled()), encoding="utf-8")
    shutil.copytree(models, place / "models")
    for name in ("sample", "seeds"):
        shutil.copytree(sample_run, place / "runs" / name)
    gold = base / "shared" / "gold"
    gold.mkdir(parents=True)
    rows = [
        {"article": row.article_id, "start": sentence.start, "end": sentence.end, "target": row.target}
        | {"stance": row.stance, "modality": row.modality}
        for document in Run(sample_run).documents("sentences", "stances")
        for row in document.judgements
        for sentence in document.sentences
        if sentence.sentence_id == row.sentence_id
    ]
    (gold / "seeds.stance.jsonl").write_text("".join(json.dumps(row) + "\n" for row in rows), encoding="utf-8")
    return place


def labelled() -> list[str]:
    """Labelled sentences of many initiators, for heads that need not be good."""
    return [
        json.dumps(
            {
                "initiator": f"Initiator {number}",
                "context": "",
                "sentence": f"Port {number} {'hailed' if stance == 'positive' else 'shunned'} its neighbour in May.",
                "target": "neighbour",
                "stance": stance,
                "modality": MODALITIES[(number + at) % len(MODALITIES)],
                "tone": TONES[(number + at) % len(TONES)],
            }
        )
        + "\n"
        for number in range(150)
        for at, stance in enumerate(STANCES)
    ]


@pytest.mark.model
@pytest.mark.parametrize("name", COMMANDS)
def test_the_example_of_every_command_runs(name: str, workplace: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(workplace)
    arguments = shlex.split(example(name))[1:]
    if name in ("run", *STAGES):
        arguments.append("--force")
    # The figures of so few labels are no better than undefined, which scikit-learn warns of.
    outcome = process(*arguments, cwd=workplace) if name == "train" else visavis(*arguments)
    assert outcome.code == 0, outcome.err
    assert outcome.out or outcome.err


def test_help_is_there_at_once(tmp_path: Path) -> None:
    def seconds() -> float:
        begun = time.perf_counter()
        outcome = process("--help", cwd=tmp_path)
        assert outcome.code == 0
        return time.perf_counter() - begun

    def median() -> float:
        return statistics.median(seconds() for _ in range(5))

    # Another try, as others may be at work on the machine.
    assert median() < 0.3 or median() < 0.3


def test_nothing_heavy_is_loaded_for_help(tmp_path: Path) -> None:
    code = "import sys, pipeline.cli; print(*sorted({name.split('.')[0] for name in sys.modules}))"
    done = subprocess.run(
        [*command()[:1], "-c", code], cwd=tmp_path, env=environment(), capture_output=True, check=True
    )
    heavy = {"spacy", "numpy", "sklearn", "trafilatura", "onnxruntime", "rich", "multiprocessing", "jsonlines"}
    assert not heavy & set(done.stdout.decode().split())


def test_the_version_is_printed() -> None:
    assert visavis("--version") == Outcome(0, f"visavis {__version__}\n", "")


def test_completion_is_offered() -> None:
    variables = {"_VISAVIS_COMPLETE": "complete_bash", "COMP_WORDS": "visavis se", "COMP_CWORD": "1"}
    result = CliRunner().invoke(cli.app, [], env=variables, prog_name="visavis")
    assert result.stdout.split() == ["segment"]


# Wrong command lines


@pytest.mark.parametrize(
    "arguments",
    [
        ("run",),
        ("run", "corpus", "--procesess", "2"),
        ("run", "corpus", "--processes", "0"),
        ("run", "corpus", "--max-characters", "0"),
        ("segment",),
        ("nothing",),
        ("schema", "run"),
        ("train",),
        ("ingest", "-"),
        ("ingest", "-", "corpus", "--out", "-"),
        ("ingest", "corpus", "--out", "-"),
    ],
)
def test_a_wrong_command_line_exits_with_2(arguments: tuple[str, ...]) -> None:
    outcome = visavis(*arguments)
    assert outcome.code == 2
    assert outcome.out == ""
    assert outcome.err.splitlines()[-1].startswith("Error: ")


def test_without_a_command_help_is_shown() -> None:
    outcome = visavis()
    assert outcome.code == 2
    assert "Usage: visavis" in outcome.out + outcome.err


# Errors that a user can mend


def test_a_corpus_that_is_not_there(tmp_path: Path) -> None:
    path = tmp_path / "nothing"
    assert error(visavis("run", path, "--out", tmp_path / "run")) == (
        f"Error: {path}: does not exist; give a folder of articles or a .jsonl file"
    )
    assert list((tmp_path / "run").iterdir()) == []


def test_a_corpus_without_articles(tmp_path: Path) -> None:
    path = write_corpus_folder(tmp_path / "corpus", {}, PARTIES)
    assert error(visavis("run", path, "--out", tmp_path / "run")) == (
        f"Error: {path}: holds no article; put .txt, .md, .html or .jsonl files there"
    )


def test_a_corpus_of_which_nothing_can_be_taken_in(tmp_path: Path) -> None:
    path = write_corpus_folder(tmp_path / "corpus", {"a.txt": "", "b.txt": " \n"}, PARTIES)
    run = tmp_path / "run"
    assert error(visavis("run", path, "--out", run)) == (
        f"Error: {path}: no article could be taken in; see why in {run / 'rejected.jsonl'}"
    )
    assert [row.source for row in Run(run).read("rejected")] == ["a.txt", "b.txt"]


def test_a_run_folder_that_cannot_be_made(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("", encoding="utf-8")
    for out, reason in ((tmp_path / "file", "File exists"), (tmp_path / "file" / "run", "Not a directory")):
        assert error(visavis("run", CORPUS, "--out", out)) == (
            f"Error: {out}: cannot be made ({reason}); give another folder with --out"
        )


def test_a_run_that_would_be_written_over_its_corpus(tmp_path: Path) -> None:
    path = write_corpus_folder(tmp_path / "corpus", {"a.txt": FERRIES}, PARTIES)
    line = json.dumps({"text": FERRIES}) + "\n"
    (path / "articles.jsonl").write_text(line, encoding="utf-8")
    for corpus in (path, path / "articles.jsonl"):
        assert error(visavis("run", corpus, "--out", path)) == (
            f"Error: {corpus}: is where the run is written; give another folder with --out"
        )
    assert (path / "articles.jsonl").read_text(encoding="utf-8") == line


@pytest.mark.parametrize("name", [*STAGES[1:], "show"])
def test_a_run_that_is_not_there(name: str, tmp_path: Path) -> None:
    run = tmp_path / "run"
    missing, maker = ("report", f"report {run}") if name == "show" else ("articles", f"ingest CORPUS --out {run}")
    assert error(visavis(name, run)) == (f"Error: {run / missing}.jsonl: is missing; write it with: visavis {maker}")
    assert not run.exists()


@pytest.mark.parametrize(("name", "missing"), [("entities", "sentences"), ("stance", "sentences")])
def test_a_stage_whose_input_is_not_written_yet(name: str, missing: str, tmp_path: Path) -> None:
    assert visavis("ingest", CORPUS, "--out", tmp_path).code == 0
    made_by = {"sentences": "segment"}[missing]
    assert error(visavis(name, tmp_path)) == (
        f"Error: {tmp_path / missing}.jsonl: is missing; write it with: visavis {made_by} {tmp_path}"
    )


@pytest.mark.model
@pytest.mark.parametrize("name", ["stance", "align", "report"])
def test_a_stage_before_targets_are_known(name: str, run_copy: Path) -> None:
    (run_copy / "run.json").unlink()
    assert error(visavis(name, run_copy)) == (
        f"Error: {run_copy}: has no targets yet; find them with: visavis entities {run_copy}"
    )


@pytest.mark.model
def test_missing_and_damaged_models(run_copy: Path, models: Path, tmp_path: Path) -> None:
    nowhere = tmp_path / "nowhere"
    assert error(visavis("stance", run_copy, "--models", nowhere)) == (
        f"Error: {nowhere}: there is no folder of models there; give one with --models"
    )
    nowhere.mkdir()
    assert error(visavis("stance", run_copy, "--models", nowhere)).startswith(f"Error: {nowhere}")
    for name in ("stance.skops", "tokenizer.json"):
        broken = shutil.copytree(models, tmp_path / f"without-{name}")
        (broken / name).write_bytes((broken / name).read_bytes()[:1000])
        before = files(run_copy)
        assert re.fullmatch(
            rf"Error: {re.escape(str(broken))}(/[\w.]+)?: cannot be loaded \(.*\); .*",
            error(visavis("stance", run_copy, "--models", broken)),
        )
        (broken / name).unlink()
        assert re.fullmatch(
            rf"Error: {re.escape(str(broken / name))}: is missing; .*",
            error(visavis("stance", run_copy, "--models", broken)),
        )
        assert files(run_copy) == before


def test_a_missing_spacy_model(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def missing() -> tuple[str, str]:
        raise ModelError("the spaCy model is not installed; install it with: pip")

    assert visavis("ingest", CORPUS, "--out", tmp_path).code == 0
    monkeypatch.setattr(spacy_model, "name_and_version", missing)
    assert error(visavis("segment", tmp_path)) == ("Error: the spaCy model is not installed; install it with: pip")


def test_a_damaged_ledger(tmp_path: Path) -> None:
    (tmp_path / "run.json").write_text("{", encoding="utf-8")
    assert error(visavis("run", CORPUS, "--out", tmp_path)) == (
        f"Error: {tmp_path / 'run.json'}: cannot be read (Input data was truncated); "
        "delete it, and the run is done afresh"
    )


def test_an_error_in_its_own_process_has_no_traceback(tmp_path: Path) -> None:
    outcome = process("segment", "nowhere", cwd=tmp_path)
    assert (
        error(outcome)
        == "Error: nowhere/articles.jsonl: is missing; write it with: visavis ingest CORPUS --out nowhere"
    )


def test_a_broken_configuration(tmp_path: Path) -> None:
    path = write_corpus_folder(tmp_path / "corpus", {"a.txt": FERRIES}, "[initiator]\n")
    assert error(visavis("run", path, "--out", tmp_path / "run")) == (
        f'Error: {path / "corpus.toml"}: "initiator.id" is missing'
    )


def test_a_configuration_that_is_not_there(tmp_path: Path) -> None:
    path = tmp_path / "no.toml"
    assert error(visavis("run", CORPUS, "--config", path, "--out", tmp_path / "run")) == (
        f"Error: {path}: cannot be read (No such file or directory); give a folder with a corpus.toml"
    )


# Articles set aside


@pytest.mark.model
def test_articles_set_aside_are_told_each_time_with_exit_3(tmp_path: Path, models: Path) -> None:
    articles = {"a.txt": FERRIES, "b.txt": "", "c.txt": FERRIES}
    corpus = write_corpus_folder(tmp_path / "corpus", articles, PARTIES)
    run = tmp_path / "run"
    warning = f"Warning: 2 articles were set aside; see why in {run / 'rejected.jsonl'}"
    first = visavis("run", corpus, "--out", run, "--models", models)
    assert (first.code, first.err.splitlines()[-1]) == (3, warning)
    assert [(row.source, row.reason) for row in Run(run).read("rejected")] == [
        ("b.txt", "empty"),
        ("c.txt", "duplicate"),
    ]
    second = visavis("run", corpus, "--out", run, "--models", models)
    assert (second.code, second.err.splitlines()[-1]) == (3, warning)
    assert skipped(second) == list(STAGES)


def test_the_limit_of_an_articles_length_can_be_set(tmp_path: Path) -> None:
    corpus = write_corpus_folder(tmp_path / "corpus", {"a.txt": FERRIES, "b.txt": FERRIES * 2}, PARTIES)
    outcome = visavis("ingest", corpus, "--out", tmp_path / "run", "--max-characters", str(len(FERRIES)))
    assert outcome.code == 3
    (row,) = Run(tmp_path / "run").read("rejected")
    assert (row.source, row.reason) == ("b.txt", "too_large")
    assert visavis("ingest", corpus, "--out", tmp_path / "run").code == 0


# Pipes


def as_jsonl(corpus: Path) -> bytes:
    rows = [
        {"article_id": path.stem, "topic": "ferries", "source": path.name, "text": path.read_text(encoding="utf-8")}
        for path in sorted(corpus.glob("*.txt"))
    ]
    return "".join(json.dumps(row) + "\n" for row in rows).encode()


def test_ingest_and_segment_pass_on_what_they_write_to_a_folder(tmp_path: Path) -> None:
    articles = {"a.txt": FERRIES, "b.txt": f"By Ann Lee\n\n{FERRIES}The “second” day…\r\n", "c.txt": ""}
    corpus = write_corpus_folder(tmp_path / "corpus", articles, 'topic = "ferries"\n' + PARTIES)
    run = tmp_path / "run"
    assert visavis("ingest", corpus, "--out", run).code == 3
    assert visavis("segment", run).code == 0
    streamed = visavis("ingest", "-", "--out", "-", stdin=as_jsonl(corpus))
    assert streamed.code == 3
    assert streamed.out == (run / "articles.jsonl").read_text(encoding="utf-8")
    assert re.fullmatch(r"Warning: stdin:3: empty: .*\n", streamed.err)
    assert visavis("segment", "-", stdin=streamed.out.encode()) == Outcome(
        0, (run / "sentences.jsonl").read_text(encoding="utf-8"), ""
    )
    again = visavis("ingest", "-", "--out", "-", stdin=streamed.out.encode())
    assert again == Outcome(0, streamed.out, "")


def test_a_repeated_article_on_standard_input_is_told(tmp_path: Path) -> None:
    line = json.dumps({"article_id": "a", "text": FERRIES}).encode() + b"\n"
    outcome = visavis("ingest", "-", "--out", "-", stdin=line * 2)
    assert outcome.code == 3
    assert outcome.out.count("\n") == 1
    assert re.fullmatch(r'Warning: stdin: duplicate: article "a" repeats .*\n', outcome.err)


def test_a_configuration_applies_to_standard_input(tmp_path: Path) -> None:
    write_corpus_folder(tmp_path, {}, 'topic = "ferries"\n')
    line = json.dumps({"text": FERRIES}).encode()
    outcome = visavis("ingest", "-", "--out", "-", "--config", tmp_path, stdin=line)
    assert json.loads(outcome.out)["topic"] == "ferries"


def test_a_broken_article_on_standard_input() -> None:
    assert error(visavis("segment", "-", stdin=b'{"article_id": "a"}\n')) == 'Error: stdin:1: "title" is missing'


@pytest.mark.model
@pytest.mark.parametrize("tail", ["head -n 2", "true"])
def test_a_reader_of_a_pipe_may_leave_early(tail: str, sample_run: Path, tmp_path: Path) -> None:
    words = shlex.join([*command("show"), str(sample_run), "--full"])
    script = f"set -o pipefail; {words} | {tail}"
    done = subprocess.run(["bash", "-c", script], cwd=tmp_path, env=environment(), capture_output=True, check=False)
    assert (done.returncode, done.stderr) == (0, b"")


def test_a_reader_of_records_may_leave_early(tmp_path: Path) -> None:
    script = f"set -o pipefail; {shlex.join([*command('schema')])} | true"
    done = subprocess.run(["bash", "-c", script], cwd=tmp_path, env=environment(), capture_output=True, check=False)
    assert (done.returncode, done.stderr) == (0, b"")


def test_quiet_says_nothing(tmp_path: Path) -> None:
    assert visavis("ingest", CORPUS, "--out", tmp_path / "run", "--quiet") == Outcome(0, "", "")


def test_the_models_come_with_the_package_or_the_checkout(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert cli.default_models() == ROOT / "models"
    (tmp_path / "pipeline" / "models").mkdir(parents=True)
    monkeypatch.setattr(cli, "__file__", str(tmp_path / "pipeline" / "cli.py"))
    assert cli.default_models() == tmp_path / "pipeline" / "models"


@pytest.mark.model
def test_show_names_the_parties_and_takes_one_target(sample_run: Path) -> None:
    outcome = visavis("show", sample_run, "--target", "Russia")
    assert (outcome.code, outcome.err) == (0, "")
    assert "Russia" in outcome.out
    unknown = error(visavis("show", sample_run, "--target", "atlantis"))
    subject = read_corpus(CORPUS / "corpus.toml").subject()
    assert subject is not None
    assert unknown.startswith('Error: report.jsonl: no target "atlantis"; choose one of: ')
    assert unknown.endswith(", ".join(party.id for party in subject.target))
