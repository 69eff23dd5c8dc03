"""References carried over to a sentence that names no target."""

from __future__ import annotations

import pytest

from pipeline.config import Party, Subject
from pipeline.entities import Gazetteer, link
from pipeline.entities.carried import Before, carries
from pipeline.records import Article, Document, Mention, Sentence

TIES = Before("Ties with France are close.", 1, True, True, False, False, False, "Ruritania")


def carried(text: str, *targets: str, persons: tuple[str, ...] = (), initiator: str = "Ruritania") -> list[str]:
    """What is carried over in a text: a line is a paragraph, ``|`` ends a sentence, ``#`` marks a byline."""
    records: list[Sentence] = []
    at = 0
    for number, paragraph in enumerate(text.split("\n")):
        for sentence in paragraph.split("|"):
            kind = "byline" if "#" in sentence else "body"
            at_end = at + len(sentence)
            index = len(records)
            records.append(Sentence(f"a:{index}", "a", index, number, kind, at, at_end, sentence))  # type: ignore[arg-type]
            at = at_end + 1
    mentions = tuple(
        Mention("a", record.sentence_id, start, start + len(name), name, "PERSON", None, None)
        for record in records
        for name in persons
        for start in [text.find(name, record.start, record.end)]
        if start >= 0
    )
    article = Article("a", None, None, None, None, "t", "a.txt", "", text)
    parties = tuple(Party(name.lower().replace(" ", "_"), name) for name in targets)
    gazetteer = Gazetteer(Subject(Party("initiator", initiator), parties))
    found = link([Document(article, tuple(records), mentions)], gazetteer)
    return [f"{m.sentence_id}:{m.target}:{m.text}" for m in found if m.link == "carried"]


@pytest.mark.parametrize(
    ("sentence", "words"),
    [
        ("Several meetings have brought results for both sides.", "both sides"),
        ("The two countries have signed nothing since.", "The two countries"),
        ("They trade more than ever.", "They trade"),
        ("It has agreed to a loan.", "It has"),
        ("Such feelings run deep.", "Such feelings"),
        ("This decision was long in the making.", "This decision"),
        ("The latter course is not considered.", "The latter course"),
        ("However, nothing was signed.", "However"),
        ("Nothing has come of the talks.", "the talks"),
        ("Has anything been gained?", "Has anything been gained?"),
        ("A lot of close partners quarrel.", "A lot of close partners quarrel."),
    ],
)
def test_words_that_carry(sentence: str, words: str) -> None:
    span = carries(sentence, TIES, None, False)
    assert span is not None
    assert sentence[slice(*span)] == words


@pytest.mark.parametrize(
    "sentence",
    ["Rain fell in Lisbon.", "Bakers in Lisbon raised prices.", "I have my doubts about Lisbon."],
)
def test_a_sentence_on_something_else_carries_nothing(sentence: str) -> None:
    later = Before("Ties with France are close.", 1, False, True, False, False, False, "Ruritania")
    assert carries(sentence, later, sentence.find("Lisbon"), False) is None


def test_a_pronoun_refers_to_a_name_before_it() -> None:
    later = Before("France signed.", 1, False, True, False, False, False, "")
    assert carries("Slowly its harvest failed.", later, None, False) is not None
    assert carries("Slowly Spain lost its harvest.", later, 7, False) is None


def test_it_is_neither_a_person_nor_a_plural() -> None:
    person = Before("Jane Doe spoke of it.", 2, False, True, True, False, False, "")
    plural = Before("The unions spoke of it.", 2, False, True, False, True, False, "")
    country = Before("France spoke of it.", 2, True, True, False, False, False, "")
    assert carries("It was late.", person, None, False) is None
    assert carries("It was late.", plural, None, False) is None
    assert carries("It was late.", country, None, False) == (0, 6)


def test_he_is_the_person_named_before_unless_there_are_two() -> None:
    assert carried("Jane Doe left.|She had waited.", "Jane Doe", persons=("Jane Doe",)) == ["a:1:jane_doe:She had"]
    text = "Jane Doe met Ann Poe.|She had waited."
    assert carried(text, "Jane Doe", persons=("Jane Doe", "Ann Poe")) == []


def test_a_quoted_he_is_not_the_speaker() -> None:
    assert carried("Jane Doe spoke.|“She should pay for it.”", "Jane Doe", persons=("Jane Doe",)) == []


def test_every_target_of_the_sentence_before_is_carried_by_words_for_several() -> None:
    text = "France and Spain signed.|Both sides were relieved."
    assert carried(text, "France", "Spain") == ["a:1:france:Both sides", "a:1:spain:Both sides"]


def test_a_reference_is_carried_on_from_a_carried_one() -> None:
    text = "Ties with France are close.|Both sides trade.|They meet often."
    assert [line[:10] for line in carried(text, "France")] == ["a:1:france", "a:2:france"]


def test_a_sentence_on_something_else_ends_it() -> None:
    assert (
        carried(
            "Ties with France are close.|Rain fell in Lisbon, in Porto and at sea all week.|They meet often.", "Spain"
        )
        == []
    )


def test_a_new_subject_is_not_what_the_sentence_before_was_about() -> None:
    text = "Ties with France are close.|Jane Doe sells close copies."
    assert carried(text, "France", persons=("Jane Doe",)) == []


def test_a_sentence_that_names_a_target_takes_nothing_over() -> None:
    assert carried("Ties with France are close.|Both sides envy Spain.", "France", "Spain") == []


def test_across_paragraphs_only_strong_words_carry() -> None:
    assert carried("Ties with France are close.\nBoth sides trade.", "France") == ["a:1:france:Both sides"]
    assert carried("Ties with France are close.\nTies of this kind are rare.", "France") == []


def test_nothing_is_carried_out_of_a_byline_or_into_one() -> None:
    assert carried("By our man in France #\nThey meet often.", "France") == []
    assert carried("Ties with France are close.\nThey wrote this #", "France") == []
