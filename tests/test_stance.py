"""From mentions to judgements: examples, linguistic features, the encoder's view, and the model's labels."""

from __future__ import annotations

import math
import re
import shutil
from collections.abc import Iterator, Sequence
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.cli import default_models
from pipeline.config import Party, StanceConfig, Subject
from pipeline.errors import ModelError
from pipeline.records import STANCES, Article, Document, Judgement, Kind, Mention, Rationale, Sentence
from pipeline.stance import load, stance
from pipeline.stance.encoder import Encoder, encode
from pipeline.stance.example import Example, examples
from pipeline.stance.features import _features, features, words
from pipeline.stance.model import FEATURES, Prediction, StanceModel

SUBJECT = Subject(Party("malta", "Malta"), (Party("oslo", "Oslo"), Party("riga", "Riga")))


def document(*rows: tuple[str, Kind]) -> Document:
    """An article of sentences in one paragraph; each target is mentioned where its name stands."""
    sentences: list[Sentence] = []
    mentions: list[Mention] = []
    at = 0
    for index, (said, kind) in enumerate(rows):
        sentences.append(Sentence(f"a:{index}", "a", index, 0, kind, at, at + len(said), said))
        for party in SUBJECT.target:
            if (found := said.find(party.name)) >= 0:
                start, end = at + found, at + found + len(party.name)
                mentions.append(Mention("a", f"a:{index}", start, end, party.name, "GPE", party.id, "name"))
            elif "both sides" in said and party.id == "oslo":
                start = at + said.find("both sides")
                mentions.append(Mention("a", f"a:{index}", start, start + 10, "both sides", None, party.id, "carried"))
        at += len(said) + 1
    text = " ".join(said for said, _ in rows)
    return Document(Article("a", None, None, None, None, "t", "a", "", text), tuple(sentences), tuple(mentions))


class Length:
    """Judges by the length of the sentence, and names its first word."""

    def predict(self, examples: Sequence[Example]) -> Iterator[Prediction]:
        for example in examples:
            first = example.sentence.split()[0]
            chance = (0.1, 0.7, 0.1, 0.1) if len(example.sentence) < 30 else (0.6, 0.2, 0.1, 0.1)
            label = STANCES[chance.index(max(chance))]
            yield Prediction(label, "asserted", "neutral", chance, (((0, len(first)), -0.5), ((0, 0), 2.0)))


def test_every_target_of_a_title_or_body_sentence_is_judged_once_in_order() -> None:
    read = document(
        ("Oslo and Riga", "title"), ("By Oslo Riga", "byline"), ("Riga and Oslo agreed on ferries at last.", "body")
    )
    judged = list(stance([read], SUBJECT, Length(), StanceConfig()))
    assert [(row.sentence_id, row.target, row.stance) for row in judged] == [
        ("a:0", "oslo", "negative"),
        ("a:0", "riga", "negative"),
        ("a:2", "oslo", "positive"),
        ("a:2", "riga", "positive"),
    ]
    assert judged[2] == Judgement(
        *("a", "a:2", "oslo", "positive", 0.4, 0.6, "asserted", "neutral"),
        (Rationale(27, 31, -0.5),),
    )


def test_a_rationale_names_no_more_words_than_configured_and_none_without_letters() -> None:
    (judged,) = stance([document(("Oslo left.", "body"))], SUBJECT, Length(), StanceConfig(rationale_words=0))
    assert judged.rationale == ()


class Weights(Length):
    """Gives the words of every sentence the same weights, in order."""

    def __init__(self, *weights: float) -> None:
        self.weights = weights

    def predict(self, examples: Sequence[Example]) -> Iterator[Prediction]:
        for example, told in zip(examples, super().predict(examples), strict=True):
            spans = [match.span() for match in re.finditer(r"\w+", example.sentence)]
            yield told._replace(words=tuple(zip(spans, self.weights, strict=False)))


@pytest.mark.parametrize(
    ("weights", "named"),
    [
        ((0.02, -0.6, 0.3), ["did", "leave"]),
        ((0.02, -0.06, 0.03), ["did"]),
        ((0.4, -0.5, 0.6), ["did", "leave"]),
    ],
)
def test_a_rationale_names_the_heaviest_words_and_at_least_one(weights: tuple[float, ...], named: list[str]) -> None:
    read = document(("Oslo did leave.", "body"))
    (judged,) = stance([read], SUBJECT, Weights(*weights), StanceConfig(rationale_words=2))
    assert [read.article.text[word.start : word.end] for word in judged.rationale] == named


def test_the_context_is_the_body_sentence_before_and_shows_where_it_names_the_target() -> None:
    read = document(("Talks", "title"), ("Talks with Oslo began.", "body"), ("It pleased both sides.", "body"))
    (_, _, first), (_, _, second) = examples(read, SUBJECT)
    assert (first.context, first.target, first.is_title) == ("", ((11, 15),), False)
    assert (second.context, second.target, second.context_target) == ("Talks with Oslo began.", (), ((11, 15),))


def test_a_negator_reaches_the_words_after_it_up_to_the_end_of_its_clause() -> None:
    assert [word.text for word in words("It did not bring progress, only talks.") if word.negated] == [
        "bring",
        "progress",
    ]


@pytest.mark.parametrize(
    ("text", "larger", "smaller"),
    [
        ("Talks with Oslo made progress.", "tenor+", "tenor-"),
        ("Talks with Oslo collapsed.", "tenor-", "tenor+"),
        ("Talks with Oslo made no progress.", "tenor-", "tenor+"),
        ("Riga gained trust, but Oslo was rebuffed.", "tenor:clause-", "tenor:clause+"),
        ("Although Oslo complained, the deal was signed.", "tenor:turn+", "tenor:turn-"),
    ],
)
def test_the_tenor_of_words_is_where_they_stand_and_turns_when_negated(text: str, larger: str, smaller: str) -> None:
    at = text.index("Oslo")
    found = features(Example(text, "", "Malta", "Oslo", ((at, at + 4),)))
    assert found.get(larger, 0.0) > found.get(smaller, 0.0)


@given(st.text(max_size=80), st.text(max_size=40))
def test_the_heads_see_every_feature_that_there_is(sentence: str, context: str) -> None:
    for target in ((), ((0, 1),)):
        example = Example(sentence, context, "Malta", "Oslo", target)
        assert {name for name, _ in _features(example)} <= set(FEATURES) | {f"context:{name}" for name in FEATURES}
        assert all(math.isfinite(value) for value in features(example).values())


def example(sentence: str, name: str = "Oslo", context: str = "") -> Example:
    at = sentence.find(name)
    before = context.find(name)
    return Example(
        sentence,
        context,
        "Malta",
        name,
        ((at, at + len(name)),) if at >= 0 else (),
        ((before, before + len(name)),) if at < 0 <= before else (),
    )


@pytest.fixture(scope="module")
def model() -> StanceModel:
    return load(default_models())


@pytest.mark.model
@pytest.mark.parametrize(
    ("sentence", "expected"),
    [
        ("Malta and Oslo signed a far-reaching trade agreement that both welcomed warmly.", "positive"),
        ("Relations between Malta and Oslo have improved markedly over the past year.", "positive"),
        ("Talks between Malta and Oslo collapsed after the government refused every proposal.", "negative"),
        ("Oslo rejected Malta's request and recalled its ambassador.", "negative"),
        ("Malta's foreign minister will travel to Oslo on Monday.", "neutral"),
    ],
)
def test_plain_sentences_are_judged_as_anybody_would(model: StanceModel, sentence: str, expected: str) -> None:
    (prediction,) = model.predict([example(sentence)])
    assert prediction.stance == expected
    assert prediction.modality == "asserted"


@pytest.mark.model
def test_a_hedge_and_a_report_are_told_from_an_assertion(model: StanceModel) -> None:
    hedged = example("Oslo may perhaps accept the offer from Malta, but that remains to be seen.")
    reported = example("According to diplomats in Valletta, Oslo has turned the offer from Malta down.")
    assert [prediction.modality for prediction in model.predict([hedged, reported])] == ["hedged", "reported"]


@pytest.mark.model
def test_no_example_depends_on_those_it_comes_with(model: StanceModel) -> None:
    several = [
        example("Oslo agreed."),
        example("It failed.", context="Talks with Oslo began."),
        example("Riga waits.", "Riga"),
    ]
    for together, (alone,) in zip(model.predict(several), map(list, map(model.predict, zip(several))), strict=True):
        assert together.probabilities == pytest.approx(alone.probabilities, abs=1e-9)
        assert together._replace(probabilities=()) == alone._replace(probabilities=())
    assert list(model.predict([])) == []


@pytest.mark.model
def test_probabilities_add_up_and_words_are_words_of_the_sentence(model: StanceModel) -> None:
    said = "Oslo’s re-election – long awaited – pleased Valletta’s “hawks”, naïve as that sounds."
    (prediction,) = model.predict([example(said)])
    assert sum(prediction.probabilities) == pytest.approx(1.0)
    assert prediction.stance == STANCES[prediction.probabilities.index(max(prediction.probabilities))]
    told = [said[slice(*span)] for span, _ in prediction.words]
    assert {"pleased", "awaited", "naïve", "sounds"} <= set(told)
    assert [span for span, _ in prediction.words] == sorted(span for span, _ in prediction.words)


@pytest.mark.model
@pytest.mark.parametrize(
    ("sentence", "words"),
    [
        ("Talks between Malta and Oslo on the fishing grounds collapsed on Monday.", {"collapsed"}),
        ("Relations between Malta and Oslo have improved over the past year.", {"improved"}),
        ("The efforts of Malta to win Oslo over are failing for the third time this year.", {"failing"}),
        ("Oslo has rejected the request that Malta made in spring.", {"rejected"}),
        ("In the autumn Oslo welcomed the envoy whom Malta had sent.", {"welcomed"}),
    ],
)
def test_the_word_that_decided_is_named_first(model: StanceModel, sentence: str, words: set[str]) -> None:
    (prediction,) = model.predict([example(sentence)])
    span, weight = max(prediction.words, key=lambda word: word[1])
    assert sentence[slice(*span)] in words
    assert weight > 0


@pytest.mark.model
def test_leaving_out_what_is_named_costs_the_stance_more_than_leaving_out_the_rest(model: StanceModel) -> None:
    named: list[float] = []
    others: list[float] = []
    for sentence in (
        "Talks between Malta and Oslo on the fishing grounds collapsed in anger on Monday.",
        "Oslo praised the generous offer that Malta had made in the spring.",
        "For the third year in a row Oslo has blocked the loan that Malta is waiting for.",
        "The visit was a triumph for Malta, and Oslo has promised to open its ports.",
    ):
        (prediction,) = model.predict([example(sentence)])
        best = STANCES.index(prediction.stance)
        ranked = sorted((word for word in prediction.words if word[0][1] - word[0][0] > 1), key=lambda word: -word[1])
        for rank, ((start, end), _) in enumerate(ranked):
            if sentence[start:end] != "Oslo":
                (without,) = model.predict([example(sentence[:start] + sentence[end + 1 :])])
                loss = prediction.probabilities[best] - without.probabilities[best]
                (named if rank < 3 else others).append(loss)
    assert sum(named) / len(named) > 3 * max(0.01, sum(others) / len(others))


@pytest.mark.model
@given(st.text(min_size=1, max_size=60), st.text(max_size=30), st.integers(0, 60), st.integers(1, 9))
def test_tokens_cover_the_characters_they_say(sentence: str, context: str, start: int, length: int) -> None:
    spans = ((start, start + length),) if start + length <= len(sentence) else ()
    from tokenizers import Tokenizer

    tokenizer = Tokenizer.from_file(str(default_models() / "tokenizer.json"))
    encoding, offsets = encode(tokenizer, Example(sentence, context, "Malta", "Oslo", spans))
    assert len(offsets) == len(encoding.ids)
    covered = [place for place in offsets if place is not None]
    assert all(0 <= a < b <= len(sentence) for a, b in covered)
    assert covered == sorted(covered)


@pytest.mark.model
def test_a_sentence_of_any_length_is_judged_around_its_target(model: StanceModel) -> None:
    long = "and so on " * 2000 + "talks with Oslo collapsed in anger and distrust " + "and so on " * 2000
    (prediction,) = model.predict([example(long, context="Ferries sail. " * 500)])
    assert prediction.stance == "negative"
    assert all(long[slice(*span)].strip() for span, _ in prediction.words)


def test_a_missing_model_says_what_to_do(tmp_path: Path) -> None:
    with pytest.raises(ModelError) as caught:
        load(tmp_path)
    assert (
        str(caught.value)
        == f"{tmp_path / 'encoder.onnx'}: is missing; check the repository out again, or give --models"
    )


@pytest.mark.model
def test_a_damaged_model_says_what_to_do(tmp_path: Path) -> None:
    for file in default_models().iterdir():
        shutil.copy(file, tmp_path)
    (tmp_path / "stance.skops").write_bytes(b"PK no")
    with pytest.raises(
        ModelError, match=r"stance\.skops: cannot be loaded .*; make it again with: visavis train --heads"
    ):
        load(tmp_path)
    (tmp_path / "encoder.onnx").write_bytes(b"no")
    with pytest.raises(ModelError, match=r": cannot be loaded .*; check the repository out again"):
        Encoder(tmp_path)
