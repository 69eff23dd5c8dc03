"""A run folder is resumed, not redone; killed at any moment, it is whole; and one input gives one output."""

from __future__ import annotations

import json
import random
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from functools import partial
from pathlib import Path

import pytest
from conftest import CORPUS, STAGES, command, copy_corpus, environment, files, process, skipped, visavis

from pipeline.store import Run

pytestmark = pytest.mark.model


@pytest.fixture
def corpus(tmp_path: Path) -> Path:
    return copy_corpus(tmp_path / "corpus")


def again(run: Path, corpus: Path, models: Path, *options: str) -> list[str]:
    """Run a second time; gives the stages that were done."""
    outcome = visavis("run", corpus, "--out", run, "--models", models, *options)
    assert outcome.code == 0, outcome.err
    return [stage for stage in STAGES if stage not in skipped(outcome)]


def edit(path: Path, old: str, new: str) -> None:
    text = path.read_text(encoding="utf-8")
    assert old in text
    path.write_text(text.replace(old, new, 1), encoding="utf-8")


# What is done again


def test_a_second_run_skips_all_and_touches_nothing(run_copy: Path, corpus: Path, models: Path) -> None:
    times = {path: path.stat().st_mtime_ns for path in run_copy.iterdir()}
    assert again(run_copy, corpus, models) == []
    assert {path: path.stat().st_mtime_ns for path in run_copy.iterdir()} == times


def test_each_command_skips_what_is_done(run_copy: Path, models: Path) -> None:
    for stage in STAGES[1:]:
        options = ("--models", models) if stage == "stance" else ()
        assert visavis(stage, run_copy, *options).err == f"{stage}: unchanged, skipped\n"


def test_force_does_all_again_with_the_same_outcome(run_copy: Path, corpus: Path, models: Path) -> None:
    before = files(run_copy)
    assert again(run_copy, corpus, models, "--force") == list(STAGES)
    assert files(run_copy) == before


def test_a_changed_article_redoes_all(run_copy: Path, corpus: Path, models: Path) -> None:
    (name,) = (path for path in corpus.glob("*.txt"))
    with name.open("a", encoding="utf-8") as file:
        file.write("\nJapan praised North Korea.\n")
    assert again(run_copy, corpus, models) == list(STAGES)


def test_an_article_that_only_has_a_new_time_redoes_nothing(run_copy: Path, corpus: Path, models: Path) -> None:
    for path in corpus.iterdir():
        path.touch()
    assert again(run_copy, corpus, models) == []


def test_a_changed_byline_redoes_what_reads_articles(run_copy: Path, corpus: Path, models: Path) -> None:
    edit(corpus / "corpus.toml", 'publisher = "Visavis project"', 'publisher = "Visavis"')
    assert again(run_copy, corpus, models) == list(STAGES)


def test_a_changed_target_leaves_the_sentences(run_copy: Path, corpus: Path, models: Path) -> None:
    edit(corpus / "corpus.toml", 'aliases = ["Blue House"]', "aliases = []")
    assert again(run_copy, corpus, models) == ["ingest", "entities", "stance", "align", "report"]


def test_a_comment_redoes_nothing_but_ingest(run_copy: Path, corpus: Path, models: Path) -> None:
    edit(corpus / "corpus.toml", "[initiator]", "# Who reaches out.\n[initiator]")
    assert again(run_copy, corpus, models) == ["ingest"]


def test_another_model_redoes_the_stances(run_copy: Path, corpus: Path, models: Path, tmp_path: Path) -> None:
    changed = shutil.copytree(models, tmp_path / "models")
    (changed / "more.bin").write_bytes(b"1")
    assert again(run_copy, corpus, changed) == ["stance"]
    (changed / "README.md").write_text("A card.", encoding="utf-8")
    assert again(run_copy, corpus, changed) == []


@pytest.mark.parametrize(
    ("name", "stage"),
    [
        ("articles", "ingest"),
        ("rejected", "ingest"),
        ("sentences", "segment"),
        ("entities", "entities"),
        ("stances", "stance"),
        ("alignments", "align"),
        ("report", "report"),
    ],
)
def test_a_file_that_was_changed_or_removed_is_made_again(
    name: str, stage: str, run_copy: Path, corpus: Path, models: Path
) -> None:
    before = files(run_copy)
    path = run_copy / f"{name}.jsonl"
    content = path.read_bytes()
    for broken in (content[: len(content) // 2], content + b"{}\n", None):
        if broken is None:
            path.unlink()
        else:
            path.write_bytes(broken)
        if broken != content:
            assert again(run_copy, corpus, models) == [stage]
            assert files(run_copy) == before


def test_a_single_stage_refuses_a_truncated_file_with_the_remedy(run_copy: Path) -> None:
    path = run_copy / "stances.jsonl"
    lines = path.read_bytes().count(b"\n")
    path.write_bytes(path.read_bytes()[:-20])
    outcome = visavis("align", run_copy)
    message = f"Error: stances.jsonl:{lines}: not a whole line of JSON (Input data was truncated)\n"
    assert (outcome.code, outcome.err) == (1, message)


def test_a_ledger_that_was_removed_redoes_all_with_the_same_outcome(run_copy: Path, corpus: Path, models: Path) -> None:
    before = files(run_copy)
    (run_copy / "run.json").unlink()
    assert again(run_copy, corpus, models) == list(STAGES)
    assert files(run_copy) == before


def test_what_one_stage_wrote_alone_is_recorded(run_copy: Path, models: Path, tmp_path: Path) -> None:
    changed = shutil.copytree(models, tmp_path / "models")
    (changed / "more.bin").write_bytes(b"1")
    assert visavis("stance", run_copy, "--models", changed).code == 0
    assert "more.bin" in json.loads((run_copy / "run.json").read_text(encoding="utf-8"))["models"]


# Killed


def is_whole(run: Path) -> None:
    """Every file that a reader would open holds records to its last line."""
    for path in run.glob("*.jsonl"):
        content = path.read_bytes()
        assert not content or content.endswith(b"\n")
        list(Run(run).read(path.stem))
    if (run / "run.json").exists():
        json.loads((run / "run.json").read_bytes())


def kill(arguments: list[str], cwd: Path, ready: Callable[[], bool], delay: float) -> bool:
    """Start a command, and kill it some time after something has come about; tells whether it still ran."""
    started = subprocess.Popen(arguments, cwd=cwd, env=environment(), stderr=subprocess.DEVNULL)
    end = time.monotonic() + 120
    while not ready() and started.poll() is None and time.monotonic() < end:
        time.sleep(0.002)
    time.sleep(delay)
    started.send_signal(signal.SIGKILL)
    return started.wait() == -signal.SIGKILL


def has(run: Path, pattern: str) -> bool:
    return any(run.glob(pattern))


@pytest.mark.skipif(sys.platform == "win32", reason="there are no signals")
@pytest.mark.parametrize("discovers", [False, True])
def test_a_run_killed_again_and_again_ends_as_if_undisturbed(
    discovers: bool, corpus: Path, models: Path, sample_run: Path, tmp_path: Path
) -> None:
    run, undisturbed = tmp_path / "run", sample_run
    options = ["--processes", "2"] if discovers else []
    if discovers:
        (corpus / "corpus.toml").unlink()
        undisturbed = tmp_path / "undisturbed"
        assert visavis("run", corpus, "--out", undisturbed, "--models", models).code == 0
    moments = ["run.json", "entities.*partial", "stances.jsonl.partial"]
    chance = random.Random(2014 + discovers)
    words = command("run", corpus, "--out", run, "--models", models, *options)
    killed = 0
    for moment in moments:
        killed += kill(words, tmp_path, partial(has, run, moment), chance.uniform(0, 0.4))
        is_whole(run)
    assert killed
    assert visavis("run", corpus, "--out", run, "--models", models).code == 0
    assert files(run) == files(undisturbed)
    assert again(run, corpus, models) == []


# One input, one output


@pytest.mark.parametrize(("processes", "seed", "place"), [("2", "0", "here"), ("1", "1", "there")])
def test_processes_hash_seed_and_working_directory_change_nothing(
    processes: str, seed: str, place: str, models: Path, sample_run: Path, tmp_path: Path
) -> None:
    (tmp_path / place).mkdir()
    options = ("--out", "run", "--models", models, "--processes", processes)
    outcome = process("run", CORPUS, *options, cwd=tmp_path / place, PYTHONHASHSEED=seed)
    assert outcome.code == 0, outcome.err
    assert files(tmp_path / place / "run") == files(sample_run)
