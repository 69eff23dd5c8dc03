"""Training: the encoder from a pretrained one (with PyTorch), and the heads that decide (in seconds, without)."""

from __future__ import annotations

import platform
from collections import Counter
from importlib import metadata
from pathlib import Path
from typing import TYPE_CHECKING

import msgspec

from pipeline.errors import PipelineError
from pipeline.store import replacing, sha256_file
from pipeline.train.data import is_held_out, read_pairs, read_tones
from pipeline.train.heads import Figures, Fitting, fit_heads, matrix

if TYPE_CHECKING:
    from rich.console import Console

__all__ = ["Card", "train"]

CARD_NAME = "figures.json"


class Card(msgspec.Struct, frozen=True):
    """What ``figures.json`` in the folder of models says: what the models were made of, and how good they are."""

    data: dict[str, str]
    pairs: dict[str, int]
    held_out: dict[str, Figures]
    held_out_by_source: dict[str, dict[str, Figures]]
    fitting: Fitting
    models: dict[str, str]
    versions: dict[str, str]


def train(labelled: Path, out: Path, pretrained: Path | None, newsmtsc: Path | None, console: Console) -> Card:
    """Train the models, measure them on held-out initiators and write ``figures.json`` beside them.

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
    for_heads = [pair for pair in pairs if is_held_out(pair.group)]
    for_encoder = [pair for pair in pairs if not is_held_out(pair.group)]
    if not for_heads:
        raise PipelineError(f"{labelled}: has too few initiators to hold any out; label sentences of more of them")
    out.mkdir(parents=True, exist_ok=True)
    if pretrained is not None:
        from pipeline.train.encoder import Tuning, fine_tune

        tones = [pair for pair in read_tones(newsmtsc) if not is_held_out(pair.group)] if newsmtsc else []
        fine_tune([*for_encoder, *tones], pretrained, out, Tuning(), console.print)
    from pipeline.stance.encoder import FILES, Encoder

    console.print(f"{len(for_heads)} pairs of held-out initiators for the heads")
    figures, by_source = fit_heads(matrix(Encoder(out), for_heads), for_heads, out, Fitting())
    files = sorted(labelled.glob("*.jsonl")) + ([newsmtsc] if newsmtsc else [])
    card = Card(
        data={file.name: sha256_file(file) for file in files},
        pairs={"encoder": len(for_encoder), "heads": len(for_heads), **Counter(pair.source for pair in pairs)},
        held_out=figures,
        held_out_by_source=by_source,
        fitting=Fitting(),
        models={
            name: sha256_file(out / name) for name in sorted((*FILES, "stance.skops", "modality.skops", "tone.skops"))
        },
        versions={"python": platform.python_version(), "scikit-learn": metadata.version("scikit-learn")},
    )
    with replacing(out / CARD_NAME) as file:
        file.write(msgspec.json.format(msgspec.json.encode(card), indent=2).decode() + "\n")
    _show(card, console)
    return card


def _show(card: Card, console: Console) -> None:
    from rich.table import Table

    table = Table("head", "pairs", "accuracy", "mean F1", "F1 by label", "calibration error")
    for name, figures in card.held_out.items():
        by_label = ", ".join(f"{label} {score:.2f}" for label, score in figures.f1.items())
        row = (f"{figures.accuracy:.3f}", f"{figures.f1_mean:.3f}", by_label, f"{figures.calibration_error:.3f}")
        table.add_row(name, str(figures.pairs), *row)
    console.print(table)
