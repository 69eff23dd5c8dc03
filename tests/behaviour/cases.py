"""Minimal cases of behaviour, by phenomenon: two sentences that differ in one thing, and what must come of it.

After CheckList (Ribeiro et al. 2020). In an invariance the stance must stay, whatever it is; a hedge or an attribution
must change the modality and nothing else; in all others the stance of both sentences must be the labelled one.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import msgspec

from pipeline.records import Modality, Stance
from pipeline.stance import Judge
from pipeline.stance.example import Example
from pipeline.stance.model import Prediction

CASES = Path(__file__).with_name("cases.jsonl")
INVARIANT = frozenset(("target_swap", "initiator_swap", "typography", "alias", "trailing_clause", "question"))
MODAL: dict[str, Modality] = {"hedge": "hedged", "attribution": "reported"}


class Side(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """One of the two sentences, with its labels; ``target`` are words that it has once."""

    sentence: str
    target: str
    stance: Stance
    modality: Modality
    name: str | None = None
    context: str = ""
    initiator: str | None = None


class Case(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Two sentences that differ in one thing."""

    phenomenon: str
    initiator: str
    first: Side
    second: Side

    def examples(self) -> tuple[Example, Example]:
        """Both sentences as the model sees them."""
        return self._example(self.first), self._example(self.second)

    def passes(self, first: Prediction, second: Prediction) -> bool:
        """Whether the two predictions are as they must be."""
        if self.phenomenon in INVARIANT:
            return first.stance == second.stance
        if wanted := MODAL.get(self.phenomenon):
            return first.stance == second.stance and first.modality != second.modality == wanted
        return (first.stance, second.stance) == (self.first.stance, self.second.stance)

    def _example(self, side: Side) -> Example:
        start = side.sentence.index(side.target)
        span = (start, start + len(side.target))
        return Example(side.sentence, side.context, side.initiator or self.initiator, side.name or side.target, (span,))


def read_cases() -> list[Case]:
    """All cases."""
    return [msgspec.json.decode(line, type=Case) for line in CASES.read_bytes().splitlines()]


def pass_rates(cases: Sequence[Case], judge: Judge) -> dict[str, tuple[int, int]]:
    """By phenomenon, how many cases pass and how many there are."""
    predictions = list(judge.predict([example for case in cases for example in case.examples()]))
    rates: dict[str, tuple[int, int]] = {}
    for case, first, second in zip(cases, predictions[::2], predictions[1::2], strict=True):
        passed, total = rates.get(case.phenomenon, (0, 0))
        rates[case.phenomenon] = (passed + case.passes(first, second), total + 1)
    return rates
