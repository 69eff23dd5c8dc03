"""Fitting and measuring the heads: calibrated linear classifiers over the encoder's logits and linguistic features."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import msgspec

from pipeline.evaluate import calibration_error
from pipeline.stance.encoder import Encoder
from pipeline.stance.model import HEADS, columns
from pipeline.store import replace_bytes
from pipeline.train.data import Pair

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

_FOLDS = 5


class Fitting(msgspec.Struct, frozen=True):
    """Settings of the heads; ``regularisation`` is scikit-learn's ``C``."""

    regularisation: float = 0.03
    max_iterations: int = 2000
    seed: int = 2014


class Figures(msgspec.Struct, frozen=True):
    """How good one head is on pairs of initiators that neither it nor the encoder saw, 0 to 1.

    ``f1`` is by label; ``f1_mean`` the mean over positive and negative for stance, over all labels for the others.
    """

    pairs: int
    accuracy: float
    f1_mean: float
    f1: dict[str, float]
    calibration_error: float


def matrix(encoder: Encoder, pairs: Sequence[Pair]) -> NDArray[np.float64]:
    """What the heads see of pairs, of shape (n_pairs, n_columns)."""
    import numpy as np

    examples = [pair.example for pair in pairs]
    return columns(examples, np.stack([reading.logits for reading in encoder.read(examples)]))


def fit_heads(
    seen: NDArray[np.float64], pairs: Sequence[Pair], out: Path, fitting: Fitting
) -> tuple[dict[str, Figures], dict[str, dict[str, Figures]]]:
    """Fit the heads, write ``stance.skops`` and so on, and measure them by cross-validation over initiators.

    Args:
        seen: What :func:`matrix` gives for the pairs.
        pairs: Pairs that the encoder has not seen.
        out: The folder to write to.
        fitting: The settings.

    Returns:
        The figures of each head over all pairs, and by source of the pairs.
    """
    import numpy as np
    from skops import io

    figures: dict[str, Figures] = {}
    by_source: dict[str, dict[str, Figures]] = {}
    sources = np.array([pair.source for pair in pairs])
    for name in HEADS:
        labels = np.array([getattr(pair, name) for pair in pairs])
        groups = [pair.group for pair in pairs]
        chances, classes = _out_of_fold(seen, labels, groups, fitting)
        figures[name] = _measure(name, labels, chances, classes)
        by_source[name] = {
            str(source): _measure(name, labels[sources == source], chances[sources == source], classes)
            for source in np.unique(sources)
        }
        model = _classifier(fitting, list(_folds(seen, labels, groups, fitting))).fit(seen, labels)
        replace_bytes(out / f"{name}.skops", io.dumps(model))
    return figures, by_source


def _classifier(fitting: Fitting, folds: list[Any]) -> Any:
    """Multinomial logistic regression on standardised columns, its temperature fitted on folds (Guo et al. 2017)."""
    from sklearn.calibration import CalibratedClassifierCV
    from sklearn.linear_model import LogisticRegression
    from sklearn.pipeline import make_pipeline
    from sklearn.preprocessing import StandardScaler

    linear = make_pipeline(
        StandardScaler(), LogisticRegression(C=fitting.regularisation, max_iter=fitting.max_iterations)
    )
    return CalibratedClassifierCV(linear, method="temperature", cv=folds, ensemble=False)


def _folds(seen: Any, labels: Any, groups: Sequence[str], fitting: Fitting) -> Any:
    from sklearn.model_selection import GroupKFold

    return GroupKFold(_FOLDS, shuffle=True, random_state=fitting.seed).split(seen, labels, groups)


def _out_of_fold(
    seen: NDArray[np.float64], labels: NDArray[np.str_], groups: Sequence[str], fitting: Fitting
) -> tuple[NDArray[np.float64], list[str]]:
    """The probabilities that heads fitted on other initiators give each pair."""
    import numpy as np

    classes = sorted(set(labels.tolist()))
    chances = np.zeros((len(labels), len(classes)))
    for rest, held in _folds(seen, labels, groups, fitting):
        inner = list(_folds(seen[rest], labels[rest], [groups[at] for at in rest], fitting))
        chances[held] = _classifier(fitting, inner).fit(seen[rest], labels[rest]).predict_proba(seen[held])
    return chances, classes


def _measure(name: str, labels: NDArray[np.str_], chances: NDArray[np.float64], classes: list[str]) -> Figures:
    from sklearn.metrics import f1_score

    found = [classes[at] for at in chances.argmax(axis=1)]
    present = sorted(Counter(labels.tolist()))
    scores = dict(zip(present, f1_score(labels, found, labels=present, average=None), strict=True))
    counted = [label for label in present if name != "stance" or label in ("positive", "negative")]
    right = [label == guess for label, guess in zip(labels.tolist(), found, strict=True)]
    return Figures(
        pairs=len(found),
        accuracy=round(sum(right) / len(right), 3),
        f1_mean=round(sum(float(scores[label]) for label in counted) / max(1, len(counted)), 3),
        f1={label: round(float(score), 3) for label, score in scores.items()},
        calibration_error=round(
            calibration_error(list(zip(chances.max(axis=1).tolist(), right, strict=True))) or 0.0, 3
        ),
    )
