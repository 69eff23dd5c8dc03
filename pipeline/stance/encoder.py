"""The encoder: a fine-tuned sentence encoder that reads an example and weighs every label, run by ONNX Runtime.

Beside the labels it tells for each token what the stances' logits would lose without the token's word. Leaving words
out one by one (Li et al. 2016) would take a pass for each; a small network over the encoder's inner states has learned
to predict the outcome (Schwab and Karlen 2019), so that the words cost nothing.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

from pipeline.errors import ModelError
from pipeline.records import MODALITIES, STANCES, TONES
from pipeline.stance.example import CLOSE, OPEN, Example, Span, mark

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

GROUPS: Mapping[str, tuple[str, ...]] = {
    "stance": STANCES,
    "modality": MODALITIES,
    "tone": TONES,
}
"""The labels of the encoder's logits by group, in order."""

FILES = ("encoder.onnx", "tokenizer.json")
MAX_TOKENS = 160
_MAX_CHARACTERS = 900
"""A longer sentence is read around its first mention of the target only; characters."""


class Reading(NamedTuple):
    """What the encoder made of one example.

    ``logits`` has the shape (n_labels,) in the order of ``GROUPS``; ``losses`` (n_tokens, n_stances) are what the
    stances' logits would lose without the token's word; ``offsets`` say which characters of the sentence a token
    covers, or None.
    """

    logits: NDArray[np.float32]
    losses: NDArray[np.float32]
    offsets: tuple[Span | None, ...]


class Encoder:
    """A loaded encoder. Examples are read one by one, so that none depends on which others come with it.

    Args:
        folder: The folder with the files named in ``FILES``.

    Raises:
        ModelError: A file is missing or damaged.
    """

    def __init__(self, folder: Path) -> None:
        import onnxruntime
        from tokenizers import Tokenizer

        for name in FILES:
            if not (folder / name).is_file():
                raise ModelError(f"{folder / name}: is missing; check the repository out again, or give --models")
        options = onnxruntime.SessionOptions()
        # One thread: two runs add up floats in the same order, and processes do not fight over the cores.
        options.intra_op_num_threads = 1
        options.inter_op_num_threads = 1
        try:
            self._tokenizer: Any = Tokenizer.from_file(str(folder / "tokenizer.json"))
            self._session: Any = onnxruntime.InferenceSession(str(folder / "encoder.onnx"), options)
        except Exception as error:  # noqa: BLE001 - both libraries raise bare exceptions of their own on a damaged file
            reason = str(error).splitlines()[0]
            raise ModelError(f"{folder}: cannot be loaded ({reason}); check the repository out again") from None

    def read(self, examples: Iterable[Example]) -> Iterator[Reading]:
        """Read examples, in order."""
        import numpy as np

        for example in examples:
            encoding, offsets = encode(self._tokenizer, example)
            inputs = {
                "input_ids": np.array([encoding.ids], dtype=np.int64),
                "target_mask": np.array([target_mask(encoding.tokens)], dtype=np.float32),
            }
            logits, losses = self._session.run(["logits", "losses"], inputs)
            yield Reading(logits[0], losses[0], offsets)


def target_mask(tokens: Sequence[str]) -> list[float]:
    """For each token 1 where it is a mark around the target's words, else 0; everywhere 1 where nothing is marked.

    >>> target_mask(["talks", "with", "«", "oslo", "»"])
    [0.0, 0.0, 1.0, 0.0, 1.0]
    """
    marks = [float(token in (OPEN, CLOSE)) for token in tokens]
    return marks if any(marks) else [1.0] * len(marks)


def encode(tokenizer: Any, example: Example) -> tuple[Any, tuple[Span | None, ...]]:
    """Tokenize an example: its context and its sentence with the target marked, then the two parties' names.

    Returns:
        The encoding, at most ``MAX_TOKENS`` long, and for each token the characters of the sentence that it covers, or
        None for what is not of the sentence.
    """
    sentence, spans, cut = _window(example)
    # The context names the target only where the sentence does not.
    context = example.context if example.target else mark(example.context, example.context_target)
    lead = f"{context} | " if context else ""
    parties = f"{example.initiator_name} and {example.target_name}"
    tokenizer.no_padding()
    tokenizer.no_truncation()
    encoding = tokenizer.encode(lead + mark(sentence, spans), parties)
    if len(encoding.ids) > MAX_TOKENS and lead:
        lead = ""
        encoding = tokenizer.encode(mark(sentence, spans), parties)
    if len(encoding.ids) > MAX_TOKENS:
        tokenizer.enable_truncation(MAX_TOKENS)
        encoding = tokenizer.encode(mark(sentence, spans), parties)
    places = _unmarked(len(sentence), spans)
    offsets = tuple(
        _place(start - len(lead), end - len(lead), places, cut) if sequence == 0 and start >= len(lead) else None
        for (start, end), sequence in zip(encoding.offsets, encoding.sequence_ids, strict=True)
    )
    return encoding, offsets


def whole_words(sentence: str, offsets: Sequence[Span | None]) -> Iterator[tuple[Span, list[int]]]:
    """The words of a sentence with the places of their tokens, in order.

    >>> list(whole_words("It failed.", [None, (0, 2), (3, 7), (7, 9), (9, 10), None]))
    [((0, 2), [1]), ((3, 9), [2, 3]), ((9, 10), [4])]
    """
    span: Span | None = None
    tokens: list[int] = []
    for at, place in enumerate(offsets):
        if place is None:
            continue
        if span and (place[0] > span[1] or not _is_inside_word(sentence, place[0])):
            yield span, tokens
            span, tokens = None, []
        span = (span[0] if span else place[0], place[1])
        tokens.append(at)
    if span:
        yield span, tokens


def _is_inside_word(sentence: str, at: int) -> bool:
    return at > 0 and sentence[at - 1].isalnum() and sentence[at].isalnum()


def _window(example: Example) -> tuple[str, tuple[tuple[int, int], ...], int]:
    """The part of the sentence that is read, its spans, and where it starts in the sentence."""
    if len(example.sentence) <= _MAX_CHARACTERS:
        return example.sentence, example.target, 0
    first = example.target[0][0] if example.target else 0
    start = max(0, min(first - _MAX_CHARACTERS // 2, len(example.sentence) - _MAX_CHARACTERS))
    end = start + _MAX_CHARACTERS
    inside = tuple((a - start, b - start) for a, b in example.target if start <= a and b <= end)
    return example.sentence[start:end], inside, start


def _unmarked(length: int, spans: tuple[tuple[int, int], ...]) -> list[int | None]:
    """For each character of the marked sentence its place in the unmarked one, or None for a mark."""
    opens, closes = {start for start, _ in spans}, {end for _, end in spans}
    places: list[int | None] = []
    for at in range(length + 1):
        places += [None] * (at in closes) + [None] * (at in opens) + [at]
    return places


def _place(start: int, end: int, places: list[int | None], cut: int) -> tuple[int, int] | None:
    covered = [place for place in places[start:end] if place is not None]
    return (covered[0] + cut, covered[-1] + 1 + cut) if covered else None
