"""Fine-tuning the encoder, with PyTorch, which nothing else needs: what runs later is the ONNX file written here."""

from __future__ import annotations

import random
import shutil
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import msgspec

from pipeline.errors import ModelError
from pipeline.stance.encoder import GROUPS
from pipeline.train.data import Pair
from pipeline.train.export import export
from pipeline.train.network import IGNORED, Row, build, libraries, row, tensors
from pipeline.train.words import Fidelity, Lesson, learn_words

PRETRAINED = {
    "all-MiniLM-L6-v2": "53aa51172d142c89d9012cce15ae4d6cc0ca6895895114379cacb4fab128d9db",
    "all-mpnet-base-v2": "78c0197b6159d92658e319bc1d72e4c73a9a03dd03815e70e555c5ef05615658",
}
"""The sha256 of the published ``model.safetensors`` of the encoders that training may start from."""


class Tuning(msgspec.Struct, frozen=True):
    """Settings of the fine-tuning. Rates are per step at their highest; the weights are of the losses."""

    epochs: int = 2
    batch_size: int = 24
    rate: float = 5e-5
    head_rate: float = 5e-4
    warm_up: float = 0.1
    dropout: float = 0.1
    label_smoothing: float = 0.05
    modality_weight: float = 0.4
    tone_weight: float = 0.4
    tones: int = 2500
    """Sentences of NewsMTSC that are learned from for their tone alone."""
    bfloat16: bool = True
    """Compute in bfloat16: ten times as fast on a processor that can, slow on one that cannot."""
    seed: int = 2014


def fine_tune(
    pairs: Sequence[Pair],
    held_out: Sequence[Pair],
    pretrained: Path,
    out: Path,
    tuning: Tuning,
    say: Callable[[str], None],
) -> tuple[str, Fidelity]:
    """Fine-tune an encoder on labelled pairs and write ``encoder.onnx``, its weights and ``tokenizer.json``.

    After each epoch the state is saved beside the result; a training that was broken off goes on from there.

    Args:
        pairs: What to learn from.
        held_out: Other pairs, to measure on how well the network tells the words that its decisions rest on.
        pretrained: A folder with ``config.json``, ``model.safetensors`` and ``tokenizer.json``.
        out: The folder to write to.
        tuning: The settings.
        say: Called with a line now and then.

    Returns:
        The name of the pretrained encoder, and how well the words are told.

    Raises:
        ModelError: PyTorch is not installed, or the pretrained encoder is none of those known.
    """
    torch, transformers = libraries()
    from tokenizers import Tokenizer

    name = _identify(pretrained)
    torch.manual_seed(tuning.seed)
    tokenizer = Tokenizer.from_file(str(pretrained / "tokenizer.json"))
    rows = [row(tokenizer, pair.example, (pair.stance, pair.modality, pair.tone)) for pair in pairs]
    network = build(torch, transformers, pretrained, tuning.dropout)
    optimizer, schedule = _optimizer(torch, network, tuning, len(rows))
    state = out / "encoder.training.pt"
    first = _restore(torch, state, network, optimizer, schedule) if state.is_file() else 0
    for epoch in range(first, tuning.epochs):
        torch.manual_seed(tuning.seed + epoch)
        _epoch(torch, network, _batches(rows, tuning, epoch), (optimizer, schedule), tuning, say)
        _save(torch, state, epoch + 1, network, optimizer, schedule)
        say(f"epoch {epoch + 1} of {tuning.epochs} done")
    fidelity = learn_words(torch, network, tokenizer, (pairs, held_out), Lesson(), say)
    export(torch, network.eval(), out)
    shutil.copyfile(pretrained / "tokenizer.json", out / "tokenizer.json")
    state.unlink(missing_ok=True)
    return name, fidelity


def _identify(pretrained: Path) -> str:
    from pipeline.store import sha256_file

    weights = pretrained / "model.safetensors"
    if not weights.is_file():
        raise ModelError(f"{weights}: is missing; give the folder of {' or '.join(PRETRAINED)} with --encoder")
    sha = sha256_file(weights)
    name = next((name for name, known in PRETRAINED.items() if known == sha), None)
    if name is None:
        raise ModelError(f"{weights}: is not a published {' or '.join(PRETRAINED)} (its sha256 differs); get it again")
    return name


def _save(torch: Any, state: Path, epoch: int, *parts: Any) -> None:
    partial = state.with_name(state.name + ".partial")
    torch.save({"epoch": epoch, "parts": [part.state_dict() for part in parts]}, partial)
    partial.replace(state)


def _restore(torch: Any, state: Path, *parts: Any) -> int:
    saved = torch.load(state, weights_only=True)
    for part, values in zip(parts, saved["parts"], strict=True):
        part.load_state_dict(values)
    return int(saved["epoch"])


def _optimizer(torch: Any, network: Any, tuning: Tuning, count: int) -> tuple[Any, Any]:
    total = tuning.epochs * -(-count // tuning.batch_size)
    warm = max(1, int(tuning.warm_up * total))
    groups = [{"params": network.encoder.parameters(), "lr": tuning.rate}]
    groups.append({"params": network.head.parameters(), "lr": tuning.head_rate})
    optimizer = torch.optim.AdamW(groups, weight_decay=0.01)

    def factor(step: int) -> float:
        return float(step / warm if step < warm else max(0.02, (total - step) / (total - warm)))

    return optimizer, torch.optim.lr_scheduler.LambdaLR(optimizer, factor)


def _batches(rows: Sequence[Row], tuning: Tuning, epoch: int) -> list[list[Row]]:
    """Batches of rows of like length, in an order that the seed and the epoch decide."""
    chance = random.Random(f"{tuning.seed}:{epoch}")
    shuffled = chance.sample(rows, len(rows))
    pool = tuning.batch_size * 20
    pools = [sorted(shuffled[at : at + pool], key=lambda row: len(row.ids)) for at in range(0, len(rows), pool)]
    size = tuning.batch_size
    found = [each[at : at + size] for each in pools for at in range(0, len(each), size)]
    chance.shuffle(found)
    return found


def _epoch(
    torch: Any,
    network: Any,
    found: list[list[Row]],
    tools: tuple[Any, Any],
    tuning: Tuning,
    say: Callable[[str], None],
) -> None:
    optimizer, schedule = tools
    network.train()
    total = 0.0
    for number, batch in enumerate(found, start=1):
        with torch.autocast("cpu", dtype=torch.bfloat16, enabled=tuning.bfloat16):
            logits = network.logits(*tensors(torch, batch, network.padding))
        loss = _loss(torch, logits.float(), batch, tuning)
        optimizer.zero_grad()
        loss.backward()
        torch.nn.utils.clip_grad_norm_(network.parameters(), 1.0)
        optimizer.step()
        schedule.step()
        total += float(loss.detach())
        if number % 50 == 0:
            say(f"step {number} of {len(found)}: loss {total / number:.3f}")


def _loss(torch: Any, logits: Any, batch: list[Row], tuning: Tuning) -> Any:
    """The weighted cross-entropy of each group of labels."""
    weights = (1.0, tuning.modality_weight, tuning.tone_weight)
    sizes = [len(names) for names in GROUPS.values()]
    total = logits.new_zeros(())
    for group, (part, weight) in enumerate(zip(logits.split(sizes, 1), weights, strict=True)):
        labels = torch.tensor([row.labels[group] for row in batch])
        # The mean over no label at all is not a number; a batch may hold sentences with a tone alone.
        if bool((labels != IGNORED).any()):
            total = total + weight * torch.nn.functional.cross_entropy(
                part, labels, ignore_index=IGNORED, label_smoothing=tuning.label_smoothing
            )
    return total
