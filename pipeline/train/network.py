"""The network that is trained, and how pairs go into it; needs PyTorch."""

from __future__ import annotations

from pathlib import Path
from typing import Any, NamedTuple

from pipeline.errors import ModelError
from pipeline.records import STANCES
from pipeline.stance.encoder import GROUPS, encode, target_mask
from pipeline.stance.example import Example

IGNORED = -100
"""The label that the loss leaves out."""
_WORDS_SIZE = 64
_WORDS_DROPOUT = 0.2


class Row(NamedTuple):
    """A tokenized example; labels are numbers by group."""

    ids: list[int]
    mask: list[float]
    labels: list[int]


def row(tokenizer: Any, example: Example, labels: tuple[str | None, ...] = ()) -> Row:
    """Tokenize an example; ``labels`` are by group, None where nobody gave one."""
    encoding, _ = encode(tokenizer, example)
    numbers = [
        names.index(label) if label else IGNORED for names, label in zip(GROUPS.values(), labels, strict=bool(labels))
    ]
    return Row(encoding.ids, target_mask(encoding.tokens), numbers)


def tensors(torch: Any, batch: list[Row], padding: int) -> tuple[Any, Any, Any]:
    """Token ids, the targets' marks and the attention mask of a batch, each of shape (n, longest)."""
    longest = max(len(one.ids) for one in batch)
    ids = torch.full((len(batch), longest), padding, dtype=torch.long)
    marks, attention = torch.zeros(ids.shape), torch.zeros_like(ids)
    for at, one in enumerate(batch):
        ids[at, : len(one.ids)] = torch.tensor(one.ids)
        marks[at, : len(one.ids)] = torch.tensor(one.mask)
        attention[at, : len(one.ids)] = 1
    return ids, marks, attention


def libraries() -> tuple[Any, Any]:
    """PyTorch and transformers.

    Raises:
        ModelError: One of them is not installed.
    """
    try:
        import torch
        import transformers
    except ImportError:
        raise ModelError("fine-tuning needs PyTorch; install it with: pip install visavis[train]") from None
    return torch, transformers


def build(torch: Any, transformers: Any, pretrained: Path, dropout: float) -> Any:
    """The encoder with one linear layer over the mean of its last states and over their mean at the target's marks.

    Over its inner states stands a small network that predicts what leaving a token's word out would take from the
    logits of the stances; it is trained when the rest is done.
    """

    class Network(torch.nn.Module):  # type: ignore[misc]
        def __init__(self) -> None:
            super().__init__()
            self.encoder = transformers.AutoModel.from_pretrained(
                pretrained, local_files_only=True, attn_implementation="eager"
            )
            config = self.encoder.config
            self.padding = config.pad_token_id
            self.dropout = torch.nn.Dropout(dropout)
            self.head = torch.nn.Linear(2 * config.hidden_size, sum(len(names) for names in GROUPS.values()))
            self.layers = [layer for layer in range(2, config.num_hidden_layers + 1, 2)]
            self.words = torch.nn.Sequential(
                torch.nn.LayerNorm(len(self.layers) * config.hidden_size),
                torch.nn.Dropout(_WORDS_DROPOUT),
                torch.nn.Linear(len(self.layers) * config.hidden_size, _WORDS_SIZE),
                torch.nn.GELU(),
                torch.nn.Dropout(_WORDS_DROPOUT),
                torch.nn.Linear(_WORDS_SIZE, len(STANCES)),
            )

        def read(self, input_ids: Any, attention_mask: Any) -> Any:
            """The states of all layers, from the embeddings to the last."""
            return self.encoder(
                input_ids=input_ids, attention_mask=attention_mask, output_hidden_states=True
            ).hidden_states

        def decide(self, states: Any, target_mask: Any, attention_mask: Any) -> Any:
            """The logits, of shape (n, n_labels), from the last states."""
            whole = attention_mask.unsqueeze(-1).float()
            marks = target_mask.unsqueeze(-1) * whole
            mean = (states * whole).sum(1) / whole.sum(1)
            at_target = (states * marks).sum(1) / marks.sum(1)
            return self.head(torch.cat([self.dropout(mean), self.dropout(at_target)], -1))

        def logits(self, input_ids: Any, target_mask: Any, attention_mask: Any) -> Any:
            states = self.encoder(input_ids=input_ids, attention_mask=attention_mask).last_hidden_state
            return self.decide(states.float(), target_mask, attention_mask)

        def losses(self, states: Any) -> Any:
            """What the stances would lose without each token's word, of shape (n, n_tokens, n_stances)."""
            return self.words(torch.cat([states[layer] for layer in self.layers], -1).float())

        def forward(self, input_ids: Any, target_mask: Any) -> Any:
            """What is exported: logits and losses."""
            attention_mask = torch.ones_like(input_ids)
            states = self.read(input_ids, attention_mask)
            return self.decide(states[-1], target_mask, attention_mask), self.losses(states)

    return Network()
