"""The stance model: the encoder's logits and the linguistic features, decided on by calibrated linear heads."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

from pipeline.errors import ModelError
from pipeline.records import MODALITIES, STANCES, TONES, Modality, Stance, Tone
from pipeline.stance.encoder import GROUPS, Encoder, Reading, whole_words
from pipeline.stance.example import Example, Span
from pipeline.stance.features import features

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

HEADS = tuple(GROUPS)

_TRUSTED = ("sklearn.calibration._CalibratedClassifier", "sklearn.calibration._TemperatureScaling")


class Prediction(NamedTuple):
    """The labels of one example.

    ``probabilities`` are of the stances in the order of ``STANCES``, calibrated. ``words`` are spans of the sentence
    with what the encoder's logit of the chosen stance would lose without them against the mean of the others, as
    predicted.
    """

    stance: Stance
    modality: Modality
    tone: Tone
    probabilities: tuple[float, ...]
    words: tuple[tuple[Span, float], ...]


class StanceModel:
    """An encoder and the heads that decide.

    Args:
        encoder: Reads the examples.
        heads: A fitted scikit-learn classifier for each of ``HEADS``, over the columns of :func:`columns`.
    """

    def __init__(self, encoder: Encoder, heads: Mapping[str, Any]) -> None:
        self._encoder = encoder
        self._heads = heads

    def predict(self, examples: Sequence[Example]) -> Iterator[Prediction]:
        """Judge examples, in order."""
        import numpy as np

        readings = list(self._encoder.read(examples))
        if not readings:
            return
        matrix = columns(examples, np.stack([reading.logits for reading in readings]))
        chances = {name: self._chances(name, matrix) for name in HEADS}
        stances = [str(label) for label in self._heads["stance"].classes_]
        for row, (example, reading) in enumerate(zip(examples, readings, strict=True)):
            ordered = {label: float(chances["stance"][row, at]) for at, label in enumerate(stances)}
            best = max(STANCES, key=lambda label: ordered[label])
            yield Prediction(
                stance=best,
                modality=MODALITIES[self._best("modality", chances, row, MODALITIES)],
                tone=TONES[self._best("tone", chances, row, TONES)],
                probabilities=tuple(ordered[label] for label in STANCES),
                words=tuple(_words(example.sentence, reading, STANCES.index(best))),
            )

    def _chances(self, name: str, matrix: NDArray[np.float64]) -> NDArray[np.float64]:
        return self._heads[name].predict_proba(matrix)  # type: ignore[no-any-return]

    def _best(self, name: str, chances: Mapping[str, NDArray[np.float64]], row: int, labels: Sequence[str]) -> int:
        return labels.index(str(self._heads[name].classes_[chances[name][row].argmax()]))


FEATURES: tuple[str, ...] = (
    *("carried", "title", "question"),
    *(f"{kind}{where}" for kind in ("hedges", "reports", "wants") for where in ("", ":clause")),
    *(f"tenor{where}{sign}" for where in ("", ":clause", ":near", ":turn") for sign in "+-"),
    *(f"phrase:{kind}" for kind in ("positive", "negative", "hedges")),
    *(f"context:tenor{sign}" for sign in "+-"),
)
"""The linguistic features that the heads see, in the order of their columns after the encoder's."""


def columns(examples: Iterable[Example], logits: NDArray[np.float32]) -> NDArray[np.float64]:
    """What the heads see: the encoder's log-probabilities by group of labels, then the linguistic features.

    Args:
        examples: What was read.
        logits: What the encoder made of them, of shape (n_examples, n_labels).

    Returns:
        A matrix of shape (n_examples, n_labels + n_features).
    """
    import numpy as np

    found = [features(example) for example in examples]
    linguistic = np.array([[row.get(name, 0.0) for name in FEATURES] for row in found])
    groups, start = [], 0
    for labels in GROUPS.values():
        group = logits[:, start : start + len(labels)].astype(np.float64)
        group = group - group.max(axis=1, keepdims=True)
        groups.append(group - np.log(np.exp(group).sum(axis=1, keepdims=True)))
        start += len(labels)
    return np.hstack([*groups, linguistic])


def _words(sentence: str, reading: Reading, label: int) -> Iterator[tuple[Span, float]]:
    """Whole words of the sentence with what one stance would lose without them against the others, in order."""
    others = [at for at in range(len(STANCES)) if at != label]
    margin = reading.losses[:, label] - reading.losses[:, others].mean(axis=1)
    for span, tokens in whole_words(sentence, reading.offsets):
        yield span, float(margin[tokens].mean())


def load(folder: Path) -> StanceModel:
    """Load the stance model.

    Args:
        folder: The folder of models, with the encoder's files and ``stance.skops``, ``modality.skops``, ``tone.skops``.

    Raises:
        ModelError: A file is missing or damaged, or holds types that a model has no use for.
    """
    return StanceModel(Encoder(folder), {name: load_head(folder / f"{name}.skops") for name in HEADS})


def load_head(path: Path) -> Any:
    """Load one head; nothing but the named scikit-learn types is ever built from the file.

    Raises:
        ModelError: It is missing or damaged, or holds other types.
    """
    from skops import io

    if not path.is_file():
        raise ModelError(f"{path}: is missing; check the repository out again, or make it with: visavis train --heads")
    try:
        return io.load(path, trusted=list(_TRUSTED))
    except Exception as error:  # noqa: BLE001 - skops raises whatever the zip or the JSON inside raises
        reason = str(error).splitlines()[0]
        raise ModelError(f"{path}: cannot be loaded ({reason}); make it again with: visavis train --heads") from None
