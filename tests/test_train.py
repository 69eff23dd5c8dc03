"""Reading labelled pairs, holding initiators out, and fitting the heads."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from pipeline.errors import ModelError, PipelineError, RecordError
from pipeline.stance.encoder import target_mask
from pipeline.stance.example import Example
from pipeline.stance.model import load_head
from pipeline.train import train
from pipeline.train.data import Pair, is_held_out, read_pairs, read_tones
from pipeline.train.heads import Fitting, fit_heads

LABELLED = Path(__file__).parent.parent / "corpus" / "labelled"
ROW: dict[str, Any] = {
    "initiator": "Malta",
    "context": "Talks with Oslo began.",
    "sentence": "Oslo and Oslo again agreed.",
    "target": "Oslo",
    "stance": "positive",
    "modality": "asserted",
    "tone": "neutral",
}


def write(folder: Path, *rows: dict[str, Any], name: str = "written.jsonl") -> Path:
    (folder / name).write_text("".join(json.dumps(row) + "\n" for row in rows), encoding="utf-8")
    return folder


def test_a_target_is_found_in_the_sentence_or_else_in_the_context(tmp_path: Path) -> None:
    carried = ROW | {"sentence": "It failed.", "stance": "negative", "name": "Norway", "style": "oblique"}
    here, before = read_pairs(write(tmp_path, ROW, carried), None)
    assert here.example == Example(ROW["sentence"], ROW["context"], "Malta", "Oslo", ((0, 4), (9, 13)))
    assert before == Pair(
        *(Example("It failed.", ROW["context"], "Malta", "Norway", (), ((11, 15),)), "negative", "asserted", "neutral"),
        *("Malta", "written oblique"),
    )


def test_a_sentence_that_bears_on_nothing_is_no_pair(tmp_path: Path) -> None:
    nothing = ROW | {"target": None, "stance": None, "modality": None, "tone": None}
    assert len(read_pairs(write(tmp_path, nothing, ROW), None)) == 1


@pytest.mark.parametrize(
    ("change", "problem"),
    [
        ({"stance": "good"}, "\"stance\" cannot be 'good'"),
        ({"tone": None}, "a row with a target needs stance, modality and tone"),
        ({"sentence": ""}, '"sentence" must be str of length >= 1'),
    ],
)
def test_a_broken_row_is_named(tmp_path: Path, change: dict[str, Any], problem: str) -> None:
    with pytest.raises(RecordError) as caught:
        read_pairs(write(tmp_path, ROW, ROW | change), None)
    assert str(caught.value) == f"{tmp_path / 'written.jsonl'}:2: {problem}"


def test_a_folder_without_pairs_is_refused(tmp_path: Path) -> None:
    with pytest.raises(PipelineError) as caught:
        read_pairs(tmp_path, None)
    assert str(caught.value) == f"{tmp_path}: holds no labelled pairs; give another folder with --labelled"


def test_labels_by_offset_take_their_sentence_from_newsmtsc(tmp_path: Path) -> None:
    sentence = {"primary_gid": "x_1", "sentence_normalized": "Doe praised Roe.", "targets": []}
    targets = [
        {"from": 0, "to": 3, "mention": "Doe", "polarity": 6.0},
        {"from": 1, "to": 3, "mention": "Roe", "polarity": 4.0},
    ]
    data = write(tmp_path, sentence | {"targets": targets}, name="data.json") / "data.json"
    label = {"primary_gid": "x_1", "initiator": "Doe", "from": 12, "to": 15, "target": "Roe"}
    folder = tmp_path / "labels"
    folder.mkdir()
    write(folder, label | {key: ROW[key] for key in ("stance", "modality", "tone")}, name="newsmtsc.labels.jsonl")
    (pair,) = read_pairs(folder, data)
    assert pair.example == Example("Doe praised Roe.", "", "Doe", "Roe", ((12, 15),))
    (tone,) = read_tones(data)
    assert (tone.example.target, tone.tone, tone.stance) == (((0, 3),), "positive", None)


def test_no_initiator_is_on_both_sides_and_the_shares_are_as_said() -> None:
    pairs = read_pairs(LABELLED, None)
    held_out = {pair.group for pair in pairs if is_held_out(pair.group)}
    assert not held_out & {pair.group for pair in pairs if not is_held_out(pair.group)}
    assert 0.08 < sum(pair.group in held_out for pair in pairs) / len(pairs) < 0.16


def test_every_labelled_pair_of_the_project_names_its_target_or_carries_it_over() -> None:
    pairs = read_pairs(LABELLED, None)
    assert len(pairs) > 7000
    lost = [pair for pair in pairs if not pair.example.target and not pair.example.context_target]
    assert len(lost) / len(pairs) < 0.06


def test_heads_learn_what_the_columns_say_and_are_measured_on_other_initiators(tmp_path: Path) -> None:
    chance = np.random.default_rng(1)
    stances, modalities, tones = ["positive", "negative"], ["asserted", "hedged"], ["neutral", "negative"]
    signal = chance.integers(0, 2, size=(300, 3))
    example = Example("Oslo agreed.", "", "Malta", "Oslo", ((0, 4),))
    pairs = [
        Pair(example, stances[a], modalities[b], tones[c], f"g{at % 20}", "made")
        for at, (a, b, c) in enumerate(signal.tolist())
    ]
    seen = np.hstack([signal[:, [0]], chance.random((300, 1)), signal[:, [1]]]).astype(float)
    figures, by_source = fit_heads(seen, pairs, tmp_path, Fitting())
    assert figures["stance"].accuracy == figures["modality"].accuracy == 1.0
    # The columns say nothing of the tone, so a head that scored well on it would have seen the answers.
    assert figures["tone"].accuracy < 0.65
    assert by_source["stance"]["made"] == figures["stance"]
    head = load_head(tmp_path / "stance.skops")
    assert head.predict(seen).tolist() == [pair.stance for pair in pairs]


def test_training_needs_initiators_to_hold_out(tmp_path: Path) -> None:
    from rich.console import Console

    write(tmp_path, ROW)
    with pytest.raises(PipelineError) as caught:
        train(tmp_path, tmp_path / "models", None, None, Console(quiet=True))
    assert str(caught.value) == f"{tmp_path}: has too few initiators to hold some out; label sentences of more of them"


def test_an_unknown_pretrained_encoder_is_refused(tmp_path: Path) -> None:
    from pipeline.train.encoder import _identify

    with pytest.raises(ModelError, match=r"model\.safetensors: is missing; give the folder of all-MiniLM-L6-v2 or"):
        _identify(tmp_path)
    (tmp_path / "model.safetensors").write_bytes(b"other weights")
    with pytest.raises(ModelError, match=r"is not a published all-MiniLM-L6-v2 or all-mpnet-base-v2 \(its sha256"):
        _identify(tmp_path)


def test_where_nothing_is_marked_every_token_counts() -> None:
    assert target_mask(["a", "b"]) == [1.0, 1.0]
