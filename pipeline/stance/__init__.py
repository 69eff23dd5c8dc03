"""Stance: how the author of a sentence judges the outreach to each target that the sentence bears on."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import Protocol

from pipeline.config import StanceConfig, Subject
from pipeline.records import STANCES, Document, Judgement, Rationale, Sentence
from pipeline.stance.example import Example, examples
from pipeline.stance.model import Prediction, StanceModel, load

__all__ = ["Judge", "StanceModel", "load", "stance"]


class Judge(Protocol):
    """Anything that judges examples: one prediction per example, in order, none depending on the others."""

    def predict(self, examples: Sequence[Example]) -> Iterator[Prediction]:
        """Judge examples."""
        ...


def stance(documents: Iterable[Document], subject: Subject, model: Judge, config: StanceConfig) -> Iterator[Judgement]:
    """Judge every sentence-target pair.

    Args:
        documents: Articles of one subject with their sentences and mentions.
        subject: The initiator and the targets.
        model: What judges.
        config: How many words a rationale names.

    Yields:
        Judgements in order of article, position and the subject's targets.
    """
    for document in documents:
        pairs = list(examples(document, subject))
        predictions = model.predict([example for _, _, example in pairs])
        for (sentence, target, _), prediction in zip(pairs, predictions, strict=True):
            yield _judgement(sentence, target, prediction, config)


def _judgement(sentence: Sentence, target: str, prediction: Prediction, config: StanceConfig) -> Judgement:
    chances = dict(zip(STANCES, prediction.probabilities, strict=True))
    return Judgement(
        article_id=sentence.article_id,
        sentence_id=sentence.sentence_id,
        target=target,
        stance=prediction.stance,
        score=_rounded(chances["positive"] - chances["negative"]),
        confidence=_rounded(chances[prediction.stance]),
        modality=prediction.modality,
        tone=prediction.tone,
        rationale=_rationale(sentence, prediction, config),
    )


def _rationale(sentence: Sentence, prediction: Prediction, config: StanceConfig) -> tuple[Rationale, ...]:
    """The words that weigh most, for or against, in order of position."""
    words = [
        (span, weight) for span, weight in prediction.words if any(c.isalnum() for c in sentence.text[slice(*span)])
    ]
    ranked = sorted(words, key=lambda word: (-abs(word[1]), word[0]))
    heavy = [word for word in ranked if abs(word[1]) >= config.rationale_weight] or ranked[:1]
    return tuple(
        Rationale(sentence.start + start, sentence.start + end, _rounded(weight))
        for (start, end), weight in sorted(heavy[: config.rationale_words])
    )


def _rounded(value: float) -> float:
    """Four digits, and no negative zero: what is beyond them differs between machines."""
    return round(value, 4) + 0.0
