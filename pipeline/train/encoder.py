"""Fine-tuning the encoder, with PyTorch, which nothing else needs: what runs later is the ONNX file written here."""

from __future__ import annotations

import json
import random
import shutil
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import msgspec

from pipeline.errors import ModelError
from pipeline.records import MODALITIES, STANCES, TONES
from pipeline.stance.encoder import encode, target_mask
from pipeline.train.data import Pair

PRETRAINED_SHA256 = "53aa51172d142c89d9012cce15ae4d6cc0ca6895895114379cacb4fab128d9db"
"""Of all-MiniLM-L6-v2's ``model.safetensors``, as published."""

_IGNORED = -100
"""The label that the loss leaves out."""


class Tuning(msgspec.Struct, frozen=True):
    """Settings of the fine-tuning. Rates are per step at their highest; the weights are of the losses."""

    epochs: int = 3
    batch_size: int = 32
    rate: float = 8e-5
    head_rate: float = 8e-4
    warm_up: float = 0.1
    dropout: float = 0.1
    label_smoothing: float = 0.05
    modality_weight: float = 0.4
    tone_weight: float = 0.4
    seed: int = 2014


def fine_tune(pairs: Sequence[Pair], pretrained: Path, out: Path, tuning: Tuning, say: Callable[[str], None]) -> None:
    """Fine-tune an encoder on labelled pairs and write ``encoder.onnx`` and ``tokenizer.json``.

    After each epoch the state is saved beside the result; a run that was broken off goes on from there.

    Args:
        pairs: What to learn from.
        pretrained: A folder with ``config.json``, ``model.safetensors`` and ``tokenizer.json`` of a BERT encoder.
        out: The folder to write to.
        tuning: The settings.
        say: Called with a line now and then.

    Raises:
        ModelError: PyTorch is not installed, or the pretrained encoder is not the one expected.
    """
    torch, transformers = _libraries()
    from tokenizers import Tokenizer

    _check(pretrained)
    torch.manual_seed(tuning.seed)
    tokenizer = Tokenizer.from_file(str(pretrained / "tokenizer.json"))
    tokenizer.no_padding()
    rows = [_row(tokenizer, pair) for pair in pairs]
    network = _network(torch, transformers, pretrained, tuning.dropout)
    state = out / "encoder.training.pt"
    first = _restore(torch, network, state) if state.is_file() else 0
    optimizer, schedule = _optimizer(torch, network, tuning, len(rows))
    for _ in range(first * _steps(tuning, len(rows))):
        schedule.step()
    loss = torch.nn.CrossEntropyLoss(ignore_index=_IGNORED, label_smoothing=tuning.label_smoothing)
    for epoch in range(first, tuning.epochs):
        _epoch(torch, network, _batches(rows, tuning, epoch), (optimizer, schedule, loss), tuning, say)
        torch.save({"epoch": epoch + 1, "network": network.state_dict()}, state)
        say(f"epoch {epoch + 1} of {tuning.epochs} done")
    export(torch, network.eval(), out)
    shutil.copyfile(pretrained / "tokenizer.json", out / "tokenizer.json")
    state.unlink()


def _libraries() -> tuple[Any, Any]:
    try:
        import torch
        import transformers
    except ImportError:
        raise ModelError("fine-tuning needs PyTorch; install it with: pip install visavis[train]") from None
    return torch, transformers


def _check(pretrained: Path) -> None:
    from pipeline.store import sha256_file

    weights = pretrained / "model.safetensors"
    if not weights.is_file():
        raise ModelError(f"{weights}: is missing; give the folder of all-MiniLM-L6-v2 with --encoder")
    if sha256_file(weights) != PRETRAINED_SHA256:
        raise ModelError(f"{weights}: is not the published all-MiniLM-L6-v2 (its sha256 differs); get it again")


def _row(tokenizer: Any, pair: Pair) -> tuple[list[int], list[int], list[int]]:
    """Token ids, type ids and the three labels of a pair."""
    encoding, _ = encode(tokenizer, pair.example)
    labels = ((STANCES, pair.stance), (MODALITIES, pair.modality), (TONES, pair.tone))
    return encoding.ids, encoding.type_ids, [names.index(label) if label else _IGNORED for names, label in labels]  # type: ignore[arg-type]


def _network(torch: Any, transformers: Any, pretrained: Path, dropout: float) -> Any:
    """The encoder with one linear layer over the mean of its last states and their mean at the target's marks."""

    class Network(torch.nn.Module):  # type: ignore[misc]
        def __init__(self) -> None:
            super().__init__()
            config = transformers.AutoConfig.from_pretrained(pretrained, local_files_only=True)
            self.encoder = transformers.AutoModel.from_pretrained(
                pretrained, config=config, local_files_only=True, attn_implementation="eager"
            )
            size = config.hidden_size
            self.dropout = torch.nn.Dropout(dropout)
            self.head = torch.nn.Linear(2 * size, len(STANCES) + len(MODALITIES) + len(TONES))

        def forward(self, input_ids: Any, token_type_ids: Any, target_mask: Any, attention_mask: Any = None) -> Any:
            """Logits (n, n_labels), their summands (n, n_tokens, n_labels) and the mean state (n, size)."""
            if attention_mask is None:
                attention_mask = torch.ones_like(input_ids)
            states = self.encoder(
                input_ids=input_ids, token_type_ids=token_type_ids, attention_mask=attention_mask
            ).last_hidden_state
            whole = attention_mask.unsqueeze(-1).to(states.dtype)
            marks = target_mask.unsqueeze(-1) * whole
            size = states.shape[-1]
            whole = whole / whole.sum(1, keepdim=True)
            marks = marks / marks.sum(1, keepdim=True)
            dropped = self.dropout(states)
            weights = (dropped * whole) @ self.head.weight[:, :size].T + (dropped * marks) @ self.head.weight[
                :, size:
            ].T
            return weights.sum(1) + self.head.bias, weights, (states * whole).sum(1)

    return Network()


def _restore(torch: Any, network: Any, state: Path) -> int:
    saved = torch.load(state, weights_only=True)
    network.load_state_dict(saved["network"])
    return int(saved["epoch"])


def _steps(tuning: Tuning, count: int) -> int:
    return -(-count // tuning.batch_size)


def _optimizer(torch: Any, network: Any, tuning: Tuning, count: int) -> tuple[Any, Any]:
    total = tuning.epochs * _steps(tuning, count)
    warm = max(1, int(tuning.warm_up * total))
    own = [{"params": network.encoder.parameters(), "lr": tuning.rate}]
    own.append({"params": network.head.parameters(), "lr": tuning.head_rate})
    optimizer = torch.optim.AdamW(own, weight_decay=0.01)

    def factor(step: int) -> float:
        return float(min(1.0, step / warm) if step < warm else max(0.02, (total - step) / (total - warm)))

    return optimizer, torch.optim.lr_scheduler.LambdaLR(optimizer, factor)


def _batches(rows: Sequence[Any], tuning: Tuning, epoch: int) -> list[list[Any]]:
    """Batches of rows of like length, in an order that the seed and the epoch decide."""
    chance = random.Random(f"{tuning.seed}:{epoch}")
    shuffled = chance.sample(rows, len(rows))
    pool = tuning.batch_size * 20
    pools = [sorted(shuffled[at : at + pool], key=lambda row: len(row[0])) for at in range(0, len(rows), pool)]
    found = [rows[at : at + tuning.batch_size] for rows in pools for at in range(0, len(rows), tuning.batch_size)]
    chance.shuffle(found)
    return found


def _epoch(
    torch: Any, network: Any, found: list[list[Any]], tools: tuple[Any, Any, Any], tuning: Tuning, say: Any
) -> None:
    optimizer, schedule, loss = tools
    ends = (len(STANCES), len(STANCES) + len(MODALITIES))
    network.train()
    total = 0.0
    for number, batch in enumerate(found, start=1):
        logits, _, _ = network(*_tensors(torch, batch))
        labels = [torch.tensor([row[2][at] for row in batch]) for at in range(3)]
        parts = (logits[:, : ends[0]], logits[:, ends[0] : ends[1]], logits[:, ends[1] :])
        weights = (1.0, tuning.modality_weight, tuning.tone_weight)
        terms = [
            weight * loss(part, label)
            for weight, part, label in zip(weights, parts, labels, strict=True)
            if bool((label != _IGNORED).any())
        ]
        optimizer.zero_grad()
        sum(terms).backward()
        torch.nn.utils.clip_grad_norm_(network.parameters(), 1.0)
        optimizer.step()
        schedule.step()
        total += float(sum(terms))
        if number % 50 == 0:
            say(f"step {number} of {len(found)}: loss {total / number:.3f}")


def _tensors(torch: Any, batch: list[Any]) -> tuple[Any, Any, Any, Any]:
    longest = max(len(ids) for ids, _, _ in batch)
    ids = torch.zeros((len(batch), longest), dtype=torch.long)
    types, attention = torch.zeros_like(ids), torch.zeros_like(ids)
    marks = torch.zeros(ids.shape)
    for at, (row, kinds, _) in enumerate(batch):
        ids[at, : len(row)] = torch.tensor(row)
        types[at, : len(row)] = torch.tensor(kinds)
        attention[at, : len(row)] = 1
    return ids, types, torch.from_numpy(target_mask(ids.numpy())), attention


def export(torch: Any, network: Any, out: Path) -> None:
    """Write ``encoder.onnx``, its weights as 8-bit integers."""
    from onnxruntime.quantization import QuantType, quantize_dynamic

    ids = torch.ones((1, 12), dtype=torch.long)
    exact = out / "encoder.float.onnx"
    free = {1: "tokens"}
    torch.onnx.export(
        network,
        (ids, torch.zeros_like(ids), torch.ones((1, 12))),
        str(exact),
        input_names=["input_ids", "token_type_ids", "target_mask"],
        output_names=["logits", "weights", "vector"],
        dynamic_axes={name: free for name in ("input_ids", "token_type_ids", "target_mask", "weights")},
        opset_version=17,
        dynamo=False,
    )
    quantize_dynamic(str(exact), str(out / "encoder.onnx"), weight_type=QuantType.QInt8, per_channel=True)
    exact.unlink()


def card(tuning: Tuning, counts: dict[str, int]) -> str:
    """The part of a model card that says how the encoder was made."""
    return json.dumps({"tuning": msgspec.to_builtins(tuning), "pairs": counts}, indent=2)
