"""Training: the encoder from a pretrained one (with PyTorch), and the heads that decide (in seconds, without)."""

from __future__ import annotations

import platform
import random
from collections import Counter
from importlib import metadata
from pathlib import Path
from typing import TYPE_CHECKING

import msgspec

from pipeline.errors import PipelineError
from pipeline.store import replacing, sha256_file
from pipeline.train.data import Pair, is_held_out, read_pairs, read_tones
from pipeline.train.encoder import Tuning, fine_tune
from pipeline.train.heads import Figures, Fitting, fit_heads, matrix
from pipeline.train.words import Fidelity

if TYPE_CHECKING:
    from rich.console import Console

__all__ = ["HeadsCard", "train"]

ENCODER_CARD = "encoder.json"
HEADS_CARD = "heads.json"


class EncoderCard(msgspec.Struct, frozen=True):
    """What ``encoder.json`` says: how the encoder was made, and how well it tells the words that decided."""

    pretrained: str
    pairs: int
    tones: int
    data: dict[str, str]
    tuning: Tuning
    words: Fidelity
    models: dict[str, str]
    versions: dict[str, str]


class HeadsCard(msgspec.Struct, frozen=True):
    """What ``heads.json`` says: how the heads were made, and how good encoder and heads are on held-out initiators."""

    pairs: dict[str, int]
    held_out: dict[str, Figures]
    held_out_by_source: dict[str, dict[str, Figures]]
    data: dict[str, str]
    fitting: Fitting
    models: dict[str, str]
    versions: dict[str, str]


def train(labelled: Path, out: Path, pretrained: Path | None, newsmtsc: Path | None, console: Console) -> HeadsCard:
    """Train the models, measure them on held-out initiators and write their cards beside them.

    Args:
        labelled: The folder of labelled sentences.
        out: The folder of models.
        pretrained: The encoder to fine-tune from; None keeps the one in ``out``.
        newsmtsc: NewsMTSC's ``train.jsonl``, or None to do without its sentences.
        console: Where to tell of it.

    Raises:
        PipelineError: There is nothing to learn from, or no encoder.
    """
    pairs = read_pairs(labelled, newsmtsc)
    held_out = [pair for pair in pairs if is_held_out(pair.group)]
    if not held_out or len(held_out) == len(pairs):
        raise PipelineError(f"{labelled}: has too few initiators to hold some out; label sentences of more of them")
    data = {
        file.name: sha256_file(file) for file in (*sorted(labelled.glob("*.jsonl")), *([newsmtsc] if newsmtsc else []))
    }
    out.mkdir(parents=True, exist_ok=True)
    if pretrained is not None:
        _train_encoder(pairs, held_out, data, pretrained, newsmtsc, out, console)
    return _train_heads(held_out, data, out, console)


def _train_encoder(
    pairs: list[Pair],
    held_out: list[Pair],
    data: dict[str, str],
    pretrained: Path,
    newsmtsc: Path | None,
    out: Path,
    console: Console,
) -> None:
    tuning = Tuning()
    learned = [pair for pair in pairs if not is_held_out(pair.group)]
    tones = [pair for pair in read_tones(newsmtsc) if not is_held_out(pair.group)] if newsmtsc else []
    chosen = random.Random(tuning.seed).sample(tones, min(tuning.tones, len(tones)))
    name, fidelity = fine_tune([*learned, *chosen], held_out, pretrained, out, tuning, console.print)
    files = [*sorted(out.glob("encoder.onnx*")), out / "tokenizer.json"]
    versions = _versions("torch", "transformers", "onnx", "onnxruntime", "tokenizers")
    card = EncoderCard(name, len(learned), len(chosen), data, tuning, fidelity, _hashes(files), versions)
    _write_card(out / ENCODER_CARD, card)


def _train_heads(pairs: list[Pair], data: dict[str, str], out: Path, console: Console) -> HeadsCard:
    from pipeline.stance.encoder import Encoder

    console.print(f"{len(pairs)} pairs of held-out initiators for the heads")
    figures, by_source = fit_heads(matrix(Encoder(out), pairs), pairs, out, Fitting())
    card = HeadsCard(
        pairs=dict(sorted(Counter(pair.source for pair in pairs).items())),
        held_out=figures,
        held_out_by_source=by_source,
        data=data,
        fitting=Fitting(),
        models=_hashes(sorted(out.glob("*.skops"))),
        versions=_versions("scikit-learn", "skops", "numpy", "onnxruntime", "tokenizers"),
    )
    _write_card(out / HEADS_CARD, card)
    _show(card, console)
    return card


def _hashes(files: list[Path]) -> dict[str, str]:
    return {file.name: sha256_file(file) for file in files}


def _versions(*names: str) -> dict[str, str]:
    return {"python": platform.python_version(), **{name: metadata.version(name) for name in names}}


def _write_card(path: Path, card: EncoderCard | HeadsCard) -> None:
    with replacing(path) as file:
        file.write(msgspec.json.format(msgspec.json.encode(card), indent=2).decode() + "\n")


def _show(card: HeadsCard, console: Console) -> None:
    from rich.table import Table

    table = Table("head", "pairs", "accuracy", "mean F1", "F1 by label", "calibration error")
    for name, figures in card.held_out.items():
        by_label = ", ".join(f"{label} {score:.2f}" for label, score in figures.f1.items())
        row = (f"{figures.accuracy:.3f}", f"{figures.f1_mean:.3f}", by_label, f"{figures.calibration_error:.3f}")
        table.add_row(name, str(figures.pairs), *row)
    console.print(table)
