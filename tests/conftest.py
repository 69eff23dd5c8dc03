"""What several test modules share: the command line in this process or in its own, and one real run of the sample."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path
from typing import NamedTuple

import pytest
from hypothesis import HealthCheck, settings
from typer.testing import CliRunner

from pipeline.cli import app
from pipeline.config import Settings
from pipeline.progress import progress
from pipeline.runner import Runner
from pipeline.store import Run

ROOT = Path(__file__).resolve().parent.parent
CORPUS = ROOT / "corpus"
MODELS = ROOT / "models"
STAGES = ("ingest", "segment", "entities", "stance", "align", "report")

# A busy machine is no defect.
settings.register_profile("patient", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("patient")


class Outcome(NamedTuple):
    """What a command left: exit code, standard output and standard error."""

    code: int
    out: str
    err: str


def visavis(*arguments: str | Path, stdin: bytes = b"") -> Outcome:
    """Run a command in this process, where models stay loaded from one command to the next."""
    result = CliRunner().invoke(app, [str(argument) for argument in arguments], input=stdin, prog_name="visavis")
    if result.exception is not None and not isinstance(result.exception, SystemExit):
        raise result.exception
    return Outcome(result.exit_code, result.stdout_bytes.decode(), result.stderr_bytes.decode())


def command(*arguments: str | Path) -> list[str]:
    """The words that run a command in a process of its own."""
    return [sys.executable, "-m", "pipeline", *map(str, arguments)]


def environment(**variables: str) -> dict[str, str]:
    """The environment for a process of its own, in any working directory."""
    return {**os.environ, "PYTHONPATH": str(ROOT), **variables}


def process(*arguments: str | Path, cwd: Path, stdin: bytes = b"", **variables: str) -> Outcome:
    """Run a command in a process of its own."""
    words, variables = command(*arguments), environment(**variables)
    done = subprocess.run(words, cwd=cwd, env=variables, input=stdin, capture_output=True, check=False)
    return Outcome(done.returncode, done.stdout.decode(), done.stderr.decode())


def files(run: Path) -> dict[str, bytes]:
    """The files of a run folder by name, without ``run.json``, the only one with times in it."""
    found = sorted(path for path in run.rglob("*") if path.is_file() and path.name != "run.json")
    return {path.relative_to(run).as_posix(): path.read_bytes() for path in found}


def skipped(outcome: Outcome) -> list[str]:
    """The stages that a command said it skipped."""
    return [line.split(":")[0] for line in outcome.err.splitlines() if line.endswith(": unchanged, skipped")]


def copy_corpus(to: Path) -> Path:
    """A copy of the sample's articles and its ``corpus.toml``."""
    to.mkdir(parents=True)
    for file in sorted(CORPUS.iterdir()):
        if file.is_file():
            shutil.copy(file, to)
    return to


def write_corpus_folder(folder: Path, articles: dict[str, str], config: str | None = None) -> Path:
    """A folder of articles by file name, with or without a ``corpus.toml``."""
    folder.mkdir(parents=True, exist_ok=True)
    for name, text in articles.items():
        (folder / name).write_text(text, encoding="utf-8")
    if config is not None:
        (folder / "corpus.toml").write_text(config, encoding="utf-8")
    return folder


def make_runner(folder: Path, models: Path = MODELS) -> Runner:
    """A runner on a folder that tells nothing; does no stage by itself."""
    return Runner(Run(folder), models, Settings(), 1, False, progress(quiet=True))


@pytest.fixture(scope="session")
def models(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The models in a folder where nothing changes them while the tests run."""
    return shutil.copytree(MODELS, tmp_path_factory.mktemp("models") / "models")


@pytest.fixture(scope="session")
def sample_run(tmp_path_factory: pytest.TempPathFactory, models: Path) -> Path:
    """The run folder of the sample corpus, which no test may change."""
    folder = tmp_path_factory.mktemp("sample") / "run"
    outcome = visavis("run", CORPUS, "--out", folder, "--models", models)
    assert outcome.code == 0, outcome.err
    return folder


@pytest.fixture
def run_copy(sample_run: Path, tmp_path: Path) -> Path:
    """A copy of the sample's run folder that a test may change."""
    return shutil.copytree(sample_run, tmp_path / "run")
