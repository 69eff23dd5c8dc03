"""``run.json``, and what decides whether a stage is done again."""

from __future__ import annotations

import json
import os
import sys
from pathlib import Path

import pytest

from pipeline import __version__, ledger
from pipeline.config import IngestConfig, Party, Subject
from pipeline.errors import RunError
from pipeline.ledger import (
    Ledger,
    fingerprint,
    finished,
    is_current,
    read_ledger,
    sha256_inputs,
    sha256_models,
    sha256_package,
    write_ledger,
)
from pipeline.store import Run, sha256_file

SUBJECT = Subject(Party("a", "A", aliases=('"x"',)), (Party("b", "B"),))


def test_a_ledger_comes_back_as_it_was_with_the_versions(tmp_path: Path) -> None:
    run = Run(tmp_path)
    made = Ledger(stated={"t": None}, subjects={"t": SUBJECT}, discovered=["t"], models={"m": "0"})
    write_ledger(run, made)
    found = read_ledger(run)
    assert (found.stated, found.subjects, found.discovered) == ({"t": None}, {"t": SUBJECT}, ["t"])
    assert found.visavis == __version__
    assert {"python", "spacy", "scikit-learn", "onnxruntime"} <= found.versions.keys()


def test_there_is_an_empty_ledger_before_the_first(tmp_path: Path) -> None:
    assert read_ledger(Run(tmp_path)) == Ledger()


@pytest.mark.parametrize("content", [b"", b"{", b"[]", b'{"stages": 5}', b'{"visavis": "\xff"}', b"[" * 100_000])
def test_a_damaged_ledger_is_refused_with_the_remedy(tmp_path: Path, content: bytes) -> None:
    (tmp_path / "run.json").write_bytes(content)
    with pytest.raises(RunError) as error:
        read_ledger(Run(tmp_path))
    message = str(error.value)
    assert message.startswith(f"{tmp_path / 'run.json'}: cannot be read (")
    assert message.endswith("); delete it, and the run is done afresh")
    assert "\n" not in message


def test_a_fingerprint_depends_on_the_stage_and_each_part() -> None:
    made = [
        fingerprint("segment", inputs={"articles": "0"}),
        fingerprint("segment", inputs={"articles": "1"}),
        fingerprint("segment", inputs={"articles": "0"}, settings=IngestConfig()),
        fingerprint("segment", inputs={"articles": "0"}, settings=IngestConfig(max_bytes=1)),
        fingerprint("segment", inputs={"articles": "0"}, subjects={"t": SUBJECT}),
        fingerprint("segment", inputs={"articles": "0"}, subjects={"t": None}),
        fingerprint("align", inputs={"articles": "0"}),
    ]
    assert len(set(made)) == len(made)
    assert made[0] == fingerprint("segment", inputs={"articles": "0"})


def test_a_fingerprint_depends_on_the_libraries(monkeypatch: pytest.MonkeyPatch) -> None:
    before = fingerprint("ingest")
    monkeypatch.setattr(ledger, "_versions", lambda: {"trafilatura": "0.0"})
    assert fingerprint("ingest") != before


def test_a_stage_is_current_while_its_files_and_parts_are_the_same(tmp_path: Path) -> None:
    run, known = Run(tmp_path), Ledger()
    file = run.file("sentences")
    file.write_text("{}\n", encoding="utf-8")
    assert not is_current(run, known, "segment", "f")
    known.stages["segment"] = finished(run, "f", [file], {"sentences": 1}, 0.5)
    assert is_current(run, known, "segment", "f")
    assert not is_current(run, known, "segment", "g")
    assert not is_current(run, known, "align", "f")
    file.write_text("{ }\n", encoding="utf-8")
    assert not is_current(run, known, "segment", "f")
    file.unlink()
    assert not is_current(run, known, "segment", "f")


def test_outputs_are_named_without_the_folder(tmp_path: Path) -> None:
    file = Run(tmp_path).file("report")
    file.write_text("", encoding="utf-8")
    assert finished(Run(tmp_path), "f", [file], {}, 0.0).outputs == {"report.jsonl": sha256_file(file)}


def test_inputs_are_the_files_of_a_corpus(tmp_path: Path) -> None:
    (tmp_path / "sub").mkdir()
    for name in ("b.txt", "a.txt", ".hidden", "corpus.toml"):
        (tmp_path / name).write_text(name, encoding="utf-8")
    found = sha256_inputs(tmp_path)
    assert list(found) == ["a.txt", "b.txt", "corpus.toml"]
    assert found["a.txt"] == sha256_file(tmp_path / "a.txt")
    assert sha256_inputs(tmp_path / "a.txt") == {"a.txt": found["a.txt"]}
    assert sha256_inputs(tmp_path / "nothing") == {}


@pytest.mark.skipif(sys.platform == "darwin", reason="its names are always UTF-8")
def test_a_file_name_that_is_not_utf_8_can_be_written_down(tmp_path: Path) -> None:
    for name in (b"caf\xe9.txt", b"caf\xe8.txt"):
        Path(os.fsdecode(bytes(tmp_path) + b"/" + name)).write_text("x", encoding="utf-8")
    found = sha256_inputs(tmp_path)
    assert list(found) == ["caf\\xe8.txt", "caf\\xe9.txt"]
    write_ledger(Run(tmp_path), Ledger(inputs=found))
    assert read_ledger(Run(tmp_path)).inputs == found


def test_what_documents_the_models_is_no_model(tmp_path: Path) -> None:
    for name in ("b.skops", "README.md", ".DS_Store", "a.skops.partial", "encoder.onnx"):
        (tmp_path / name).write_text(name, encoding="utf-8")
    assert list(sha256_models(tmp_path)) == ["b.skops", "encoder.onnx"]


def test_a_package_has_one_hash_of_what_is_in_it(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    package = tmp_path / "some_model"
    package.mkdir()
    (package / "__init__.py").write_text("raise ImportError", encoding="utf-8")
    monkeypatch.syspath_prepend(tmp_path)
    before = sha256_package("some_model")
    (package / "weights").write_text("1", encoding="utf-8")
    assert len(before) == 64
    assert sha256_package("some_model") not in (before, "")


def test_the_ledger_is_written_for_people_too(tmp_path: Path) -> None:
    write_ledger(Run(tmp_path), Ledger(subjects={"t": SUBJECT}))
    text = (tmp_path / "run.json").read_text(encoding="utf-8")
    assert text.startswith('{\n  "visavis": ')
    assert text.endswith("}\n")
    assert json.loads(text)["subjects"]["t"]["initiator"]["aliases"] == ['"x"']
