"""Teaching an encoder which words its decisions rest on: amortised leave-one-out.

A word's weight is what a stance's logit loses when the word is left out (Li et al. 2016, "Understanding neural networks
through representation erasure"). Here a small network learns to predict that loss from the encoder's inner states
(Schwab and Karlen 2019, "CXPlain"), so that reading a sentence once is enough.
"""

from __future__ import annotations

import random
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any, NamedTuple

import msgspec

from pipeline.records import STANCES
from pipeline.stance.encoder import encode, whole_words
from pipeline.stance.example import Example, Span
from pipeline.train.data import Pair
from pipeline.train.network import row, tensors

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

_BATCH = 32
_TOP = 3
_LONGEST = 700
"""Longer sentences are left out of the lesson; characters."""


class Lesson(msgspec.Struct, frozen=True):
    """Settings: how many pairs are taken apart, and how their words are learned from."""

    pairs: int = 1500
    measured: int = 200
    epochs: int = 8
    batch_size: int = 512
    rate: float = 1e-3
    weight_decay: float = 1e-3
    seed: int = 2014


class Fidelity(msgspec.Struct, frozen=True):
    """What the logit of the chosen stance loses, against the mean of the others, without three words of a sentence.

    ``top``: the three that the network names; ``best``: those that leaving out one by one names; ``any``: three words
    on average. Losses of single words are summed. Measured on pairs that the encoder did not learn from.
    """

    pairs: int
    top: float
    best: float
    any: float


class _Taken(NamedTuple):
    """A sentence taken apart: its logits, tokens of each word, and what the stances lose without each word."""

    logits: NDArray[np.float32]
    tokens: list[list[int]]
    losses: NDArray[np.float32]
    states: Any


def learn_words(
    torch: Any,
    network: Any,
    tokenizer: Any,
    pairs: tuple[Sequence[Pair], Sequence[Pair]],
    lesson: Lesson,
    say: Callable[[str], None],
) -> Fidelity:
    """Train the network's ``words`` on what its decisions lose without each word, and measure it.

    Args:
        torch: PyTorch.
        network: A fine-tuned network; nothing else of it changes.
        tokenizer: Its tokenizer.
        pairs: What to learn from, and what to measure on.
        lesson: The settings.
        say: Called with a line now and then.
    """
    network.eval()
    chance = random.Random(lesson.seed)
    taken = []
    for source, count in zip(pairs, (lesson.pairs, lesson.measured), strict=True):
        fitting = [pair for pair in source if pair.stance and len(pair.example.sentence) <= _LONGEST]
        chosen = chance.sample(fitting, min(count, len(fitting)))
        found = []
        for number, pair in enumerate(chosen, start=1):
            found.append(_take_apart(torch, network, tokenizer, pair.example))
            if number % 100 == 0:
                say(f"words of {number} of {len(chosen)} sentences left out one by one")
        taken.append(found)
    _fit(torch, network.words, taken[0], lesson)
    return _fidelity(torch, network.words, taken[1])


def _take_apart(torch: Any, network: Any, tokenizer: Any, example: Example) -> _Taken:
    import numpy as np

    encoding, offsets = encode(tokenizer, example)
    words = [
        (span, tokens)
        for span, tokens in whole_words(example.sentence, offsets)
        if example.sentence[slice(*span)].strip(".,;:!?") and not _overlaps(span, example.target)
    ]
    variants = [example, *(_without(example, span) for span, _ in words)]
    logits = np.concatenate(
        [_logits(torch, network, tokenizer, variants[at : at + _BATCH]) for at in range(0, len(variants), _BATCH)]
    )[:, : len(STANCES)]
    losses = logits[:1] - logits[1:]
    ids = torch.tensor([encoding.ids])
    with torch.inference_mode():
        states = network.read(ids, torch.ones_like(ids))
        inner = torch.cat([states[layer] for layer in network.layers], -1)[0].half()
    return _Taken(logits[0], [tokens for _, tokens in words], losses - losses.mean(1, keepdims=True), inner)


def _logits(torch: Any, network: Any, tokenizer: Any, examples: Sequence[Example]) -> NDArray[np.float32]:
    rows = [row(tokenizer, example) for example in examples]
    with torch.inference_mode(), torch.autocast("cpu", dtype=torch.bfloat16):
        return network.logits(*tensors(torch, rows, network.padding)).float().numpy()  # type: ignore[no-any-return]


def _without(example: Example, span: Span) -> Example:
    """The example without one word of its sentence and the space after it.

    >>> _without(Example("Talks with Oslo failed.", "", "Malta", "Norway", ((11, 15),)), (0, 5)).target
    ((5, 9),)
    """
    start, end = span
    end += example.sentence[end : end + 1] == " "
    gone = end - start
    target = tuple((a - gone, b - gone) if a >= end else (a, b) for a, b in example.target)
    return msgspec.structs.replace(example, sentence=example.sentence[:start] + example.sentence[end:], target=target)


def _overlaps(span: Span, others: Sequence[Span]) -> bool:
    return any(start < span[1] and span[0] < end for start, end in others)


def _fit(torch: Any, words: Any, taken: Sequence[_Taken], lesson: Lesson) -> None:
    """Regression with Huber's loss: most words matter little, a few much."""
    rows = [(one, token, at) for one in taken for at, tokens in enumerate(one.tokens) for token in tokens]
    states = torch.stack([one.states[token] for one, token, _ in rows])
    wanted = torch.tensor([one.losses[at].tolist() for one, _, at in rows])
    optimizer = torch.optim.AdamW(words.parameters(), lr=lesson.rate, weight_decay=lesson.weight_decay)
    torch.manual_seed(lesson.seed)
    words.train()
    for epoch in range(lesson.epochs):
        for group in optimizer.param_groups:
            group["lr"] = lesson.rate * (1 - epoch / lesson.epochs)
        for batch in torch.randperm(len(rows)).split(lesson.batch_size):
            loss = torch.nn.functional.huber_loss(words(states[batch].float()), wanted[batch], delta=1.0)
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
    words.eval()


def _fidelity(torch: Any, words: Any, taken: Sequence[_Taken]) -> Fidelity:
    import numpy as np

    sums = []
    for one in taken:
        if len(one.tokens) < 2 * _TOP:
            continue
        with torch.inference_mode():
            by_token = words(one.states.float()).numpy()
        predicted = _margin(np.array([by_token[tokens].mean(0) for tokens in one.tokens]), one.logits)
        real = _margin(one.losses, one.logits)
        named = np.argsort(-predicted, kind="stable")[:_TOP]
        sums.append((real[named].sum(), np.sort(real)[-_TOP:].sum(), real.mean() * _TOP))
    top, best, any_ = np.array(sums).mean(0).round(3).tolist()
    return Fidelity(len(sums), top, best, any_)


def _margin(losses: NDArray[np.float32], logits: NDArray[np.float32]) -> NDArray[np.float32]:
    label = int(logits.argmax())
    others = [at for at in range(len(STANCES)) if at != label]
    return losses[:, label] - losses[:, others].mean(1)  # type: ignore[no-any-return]
