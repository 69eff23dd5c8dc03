"""Fine-tuning the encoder, with PyTorch, which nothing else needs: what runs later is the ONNX file written here."""

from __future__ import annotations

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

PRETRAINED = {
    "all-MiniLM-L6-v2": "53aa51172d142c89d9012cce15ae4d6cc0ca6895895114379cacb4fab128d9db",
    "all-mpnet-base-v2": "78c0197b6159d92658e319bc1d72e4c73a9a03dd03815e70e555c5ef05615658",
}
"""The sha256 of the published ``model.safetensors`` of the encoders that training may start from."""

_IGNORED = -100
"""The label that the loss leaves out."""
_PART_BYTES = 45_000_000
"""Most bytes of weights in one file."""
_BLOCK = 64
_INT8_ACTIVATIONS = 4
"""ONNX Runtime's accuracy level that multiplies in 8-bit integers."""
_SMALL_BYTES = 1024
"""Weights of fewer bytes stay in the model's own file."""


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


def fine_tune(pairs: Sequence[Pair], pretrained: Path, out: Path, tuning: Tuning, say: Callable[[str], None]) -> str:
    """Fine-tune an encoder on labelled pairs and write ``encoder.onnx``, its weights and ``tokenizer.json``.

    After each epoch the state is saved beside the result; a training that was broken off goes on from there.

    Args:
        pairs: What to learn from.
        pretrained: A folder with ``config.json``, ``model.safetensors`` and ``tokenizer.json``.
        out: The folder to write to.
        tuning: The settings.
        say: Called with a line now and then.

    Returns:
        The name of the pretrained encoder.

    Raises:
        ModelError: PyTorch is not installed, or the pretrained encoder is none of those known.
    """
    torch, transformers = _libraries()
    from tokenizers import Tokenizer

    name = _identify(pretrained)
    torch.manual_seed(tuning.seed)
    tokenizer = Tokenizer.from_file(str(pretrained / "tokenizer.json"))
    rows = [_row(tokenizer, pair) for pair in pairs]
    network = _network(torch, transformers, pretrained, tuning.dropout)
    optimizer, schedule = _optimizer(torch, network, tuning, len(rows))
    state = out / "encoder.training.pt"
    first = _restore(torch, state, network, optimizer, schedule) if state.is_file() else 0
    loss = torch.nn.CrossEntropyLoss(ignore_index=_IGNORED, label_smoothing=tuning.label_smoothing)
    for epoch in range(first, tuning.epochs):
        torch.manual_seed(tuning.seed + epoch)
        _epoch(torch, network, _batches(rows, tuning, epoch), (optimizer, schedule, loss), tuning, say)
        _save(torch, state, epoch + 1, network, optimizer, schedule)
        say(f"epoch {epoch + 1} of {tuning.epochs} done")
    export(torch, network.eval(), out)
    shutil.copyfile(pretrained / "tokenizer.json", out / "tokenizer.json")
    state.unlink(missing_ok=True)
    return name


def _libraries() -> tuple[Any, Any]:
    try:
        import torch
        import transformers
    except ImportError:
        raise ModelError("fine-tuning needs PyTorch; install it with: pip install visavis[train]") from None
    return torch, transformers


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


def _row(tokenizer: Any, pair: Pair) -> tuple[list[int], list[float], list[int]]:
    """Token ids, the target's mask and the three labels of a pair."""
    encoding, _ = encode(tokenizer, pair.example)
    named: tuple[tuple[Sequence[str], str | None], ...] = (
        (STANCES, pair.stance),
        (MODALITIES, pair.modality),
        (TONES, pair.tone),
    )
    labels = [names.index(label) if label else _IGNORED for names, label in named]
    return encoding.ids, target_mask(encoding.tokens), labels


def _network(torch: Any, transformers: Any, pretrained: Path, dropout: float) -> Any:
    """The encoder with one linear layer over the mean of its last states and over their mean at the target's marks."""

    class Network(torch.nn.Module):  # type: ignore[misc]
        def __init__(self) -> None:
            super().__init__()
            self.encoder = transformers.AutoModel.from_pretrained(
                pretrained, local_files_only=True, attn_implementation="eager"
            )
            self.size = self.encoder.config.hidden_size
            self.padding = self.encoder.config.pad_token_id
            self.dropout = torch.nn.Dropout(dropout)
            self.head = torch.nn.Linear(2 * self.size, len(STANCES) + len(MODALITIES) + len(TONES))

        def forward(self, input_ids: Any, target_mask: Any, attention_mask: Any = None) -> Any:
            """Logits (n, n_labels), their summands (n, n_tokens, n_labels) and the mean state (n, size)."""
            if attention_mask is None:
                attention_mask = torch.ones_like(input_ids)
            states = self.encoder(input_ids=input_ids, attention_mask=attention_mask).last_hidden_state.float()
            whole = attention_mask.unsqueeze(-1).float()
            marks = target_mask.unsqueeze(-1) * whole
            whole = whole / whole.sum(1, keepdim=True)
            marks = marks / marks.sum(1, keepdim=True)
            mean, at_target = self.dropout((states * whole).sum(1)), self.dropout((states * marks).sum(1))
            if self.training:
                return self.head(torch.cat([mean, at_target], -1)), None, None
            weight = self.head.weight
            weights = (states * whole) @ weight[:, : self.size].T + (states * marks) @ weight[:, self.size :].T
            return weights.sum(1) + self.head.bias, weights, mean

    return Network()


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


def _batches(rows: Sequence[Any], tuning: Tuning, epoch: int) -> list[list[Any]]:
    """Batches of rows of like length, in an order that the seed and the epoch decide."""
    chance = random.Random(f"{tuning.seed}:{epoch}")
    shuffled = chance.sample(rows, len(rows))
    pool = tuning.batch_size * 20
    pools = [sorted(shuffled[at : at + pool], key=lambda row: len(row[0])) for at in range(0, len(rows), pool)]
    size = tuning.batch_size
    found = [each[at : at + size] for each in pools for at in range(0, len(each), size)]
    chance.shuffle(found)
    return found


def _epoch(
    torch: Any,
    network: Any,
    found: list[list[Any]],
    tools: tuple[Any, Any, Any],
    tuning: Tuning,
    say: Callable[[str], None],
) -> None:
    optimizer, schedule, loss = tools
    ends = (len(STANCES), len(STANCES) + len(MODALITIES))
    network.train()
    total = 0.0
    for number, batch in enumerate(found, start=1):
        with torch.autocast("cpu", dtype=torch.bfloat16, enabled=tuning.bfloat16):
            logits, _, _ = network(*_tensors(torch, batch, network.padding))
        logits = logits.float()
        parts = (logits[:, : ends[0]], logits[:, ends[0] : ends[1]], logits[:, ends[1] :])
        labels = [torch.tensor([row[2][at] for row in batch]) for at in range(len(parts))]
        weights = (1.0, tuning.modality_weight, tuning.tone_weight)
        # The mean over no label at all is not a number; a batch may hold sentences with a tone alone.
        terms = [
            weight * loss(part, label)
            for weight, part, label in zip(weights, parts, labels, strict=True)
            if bool((label != _IGNORED).any())
        ]
        optimizer.zero_grad()
        summed = sum(terms)
        summed.backward()
        torch.nn.utils.clip_grad_norm_(network.parameters(), 1.0)
        optimizer.step()
        schedule.step()
        total += float(summed.detach())
        if number % 50 == 0:
            say(f"step {number} of {len(found)}: loss {total / number:.3f}")


def _tensors(torch: Any, batch: list[Any], padding: int) -> tuple[Any, Any, Any]:
    longest = max(len(ids) for ids, _, _ in batch)
    ids = torch.full((len(batch), longest), padding, dtype=torch.long)
    marks, attention = torch.zeros(ids.shape), torch.zeros_like(ids)
    for at, (row, mask, _) in enumerate(batch):
        ids[at, : len(row)] = torch.tensor(row)
        marks[at, : len(row)] = torch.tensor(mask)
        attention[at, : len(row)] = 1
    return ids, marks, attention


def export(torch: Any, network: Any, out: Path) -> None:
    """Write ``encoder.onnx`` with 8-bit weights, these in files of at most ``_PART_BYTES`` beside it.

    Matrices have a scale for each block of ``_BLOCK`` weights and activations are scaled as finely, so that the labels
    stay those of the float model; one scale for a whole activation changed one label in twelve.
    """
    import onnx
    from onnxruntime.quantization import QuantType, quantize_dynamic
    from onnxruntime.quantization.matmul_nbits_quantizer import MatMulNBitsQuantizer

    ids = torch.full((1, 12), 9, dtype=torch.long)
    exact, quantized = out / "float.onnx", out / "quantized.onnx"
    torch.onnx.export(
        network,
        (ids, torch.ones((1, 12))),
        str(exact),
        input_names=["input_ids", "target_mask"],
        output_names=["logits", "weights", "vector"],
        dynamic_axes={name: {1: "tokens"} for name in ("input_ids", "target_mask", "weights")},
        opset_version=17,
        dynamo=False,
    )
    quantize_dynamic(str(exact), str(quantized), weight_type=QuantType.QInt8, op_types_to_quantize=["Gather"])
    blocks = MatMulNBitsQuantizer(
        onnx.load(str(quantized)), bits=8, block_size=_BLOCK, is_symmetric=True, accuracy_level=_INT8_ACTIVATIONS
    )
    blocks.process()
    split(blocks.model.model, out)
    exact.unlink()
    quantized.unlink()


def split(model: Any, out: Path) -> None:
    """Write a model as ``encoder.onnx`` with its weights in ``encoder.onnx.1``, ``.2`` and so on."""
    import onnx
    from onnx.external_data_helper import set_external_data

    for old in out.glob("encoder.onnx*"):
        old.unlink()
    part, filled = 1, 0
    for tensor in model.graph.initializer:
        size = len(tensor.raw_data)
        if size < _SMALL_BYTES:
            continue
        if filled and filled + size > _PART_BYTES:
            part, filled = part + 1, 0
        set_external_data(tensor, location=f"encoder.onnx.{part}")
        filled += size
    onnx.save_model(model, str(out / "encoder.onnx"))
