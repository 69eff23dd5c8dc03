"""The words that stand for the parties of a subject."""

from __future__ import annotations

import pytest

from pipeline.config import Party, Subject
from pipeline.entities import Gazetteer
from pipeline.entities.gazetteer import normalize


def gazetteer(*targets: Party | str, initiator: str = "Ruritania") -> Gazetteer:
    parties = tuple(t if isinstance(t, Party) else Party(t.lower().replace(" ", "_"), t) for t in targets)
    return Gazetteer(Subject(Party("initiator", initiator), parties))


def found(words: Gazetteer, text: str) -> list[tuple[str, str, str]]:
    return [(text[f.start : f.end], n.party, n.link) for f in words.find(text) for n in f.names]


@pytest.mark.parametrize(
    ("word", "kind"),
    [
        ("Russia", "name"),
        ("Russian Federation", "name"),
        ("Soviet Union", "name"),
        ("Russian", "demonym"),
        ("Russians", "demonym"),
        ("Moscow", "capital"),
        ("Kremlin", "capital"),
        ("Vladimir Putin", "leader"),
    ],
)
def test_a_countrys_words_are_known_from_its_name(word: str, kind: str) -> None:
    assert found(gazetteer("Russia"), f"Then {word} agreed.") == [(word, "russia", kind)]


@pytest.mark.parametrize("word", ["Germany", "Berlin", "German", "Italy", "Rome", "Italians"])
def test_a_members_words_stand_for_the_party(word: str) -> None:
    europe = Party("europe", "Europe", members=("Germany", "Italy"))
    assert found(gazetteer(europe), f"Then {word} agreed.") == [(word, "europe", "member")]


def test_a_member_that_is_a_target_itself_is_both() -> None:
    europe = Party("europe", "Europe", members=("Germany",))
    assert found(gazetteer(europe, "Germany"), "Berlin agreed.") == [
        ("Berlin", "germany", "capital"),
        ("Berlin", "europe", "member"),
    ]


def test_the_initiator_is_no_member_of_a_target() -> None:
    europe = Party("europe", "Europe", members=("Germany", "Italy"))
    assert found(gazetteer(europe, initiator="Germany"), "Berlin and Rome agreed.") == [
        ("Berlin", "initiator", "capital"),
        ("Rome", "europe", "member"),
    ]


def test_words_said_of_two_targets_stand_for_both() -> None:
    words = gazetteer(Party("a", "Arcadia", aliases=("the allies",)), Party("b", "Borduria", aliases=("the allies",)))
    assert found(words, "So the allies agreed.") == [("the allies", "a", "name"), ("the allies", "b", "name")]


def test_words_that_two_parties_have_an_equal_right_to_stand_for_neither() -> None:
    assert found(gazetteer("South Korea", initiator="North Korea"), "A Korean song.") == []


def test_a_name_said_in_the_configuration_is_stronger_than_one_known() -> None:
    words = gazetteer(Party("commission", "European Commission"), "European Union")
    assert found(words, "The European Commission sued.")[0][1] == "commission"
    assert found(gazetteer("Barack Obama", "United States"), "Barack Obama spoke.") == [
        ("Barack Obama", "barack_obama", "name")
    ]


def test_the_south_and_inter_korean_are_known_among_two_koreas() -> None:
    words = gazetteer("South Korea", initiator="North Korea")
    assert [text for text, *_ in found(words, "The South hopes for inter-Korean talks.")] == [
        "The South",
        "inter-Korean",
    ]
    assert found(gazetteer("South Korea"), "The South hopes.") == []


def test_the_european_union_is_europe_where_europe_is_no_party() -> None:
    assert [party for _, party, _ in found(gazetteer("European Union"), "Europe and Brussels agreed.")] == [
        "european_union"
    ] * 2
    both = gazetteer("European Union", "Europe")
    assert [party for _, party, _ in found(both, "Europe and the EU agreed.")] == ["europe", "european_union"]


def test_the_government_of_a_country_has_the_countrys_names_but_not_every_adjective() -> None:
    words = gazetteer("French government")
    assert [text for text, *_ in found(words, "Paris and French officials drank French wine.")] == [
        "Paris",
        "French officials",
    ]


def test_a_part_of_a_party_goes_by_the_partys_name() -> None:
    assert [text for text, *_ in found(gazetteer("House Republicans"), "The GOP and Republicans agreed.")] == [
        "GOP",
        "Republicans",
    ]
    assert found(gazetteer("House Republicans", "Senate Republicans"), "The Republicans agreed.") == []
    assert found(gazetteer("Social Democrats"), "The Democrats agreed.") == []


@pytest.mark.parametrize(
    ("name", "sentence", "words"),
    [
        ("trade unions", "Trade unions struck; one trade union did not.", ["Trade unions", "trade union"]),
        ("police", "Police fired.", ["Police"]),
        ("plaintiffs", "One plaintiff spoke.", ["plaintiff"]),
        ("Republican Lawmakers", "Republican lawmakers left.", ["Republican lawmakers"]),
        ("Supreme Court", "The supreme court sat.", ["supreme court"]),
        ("Economic Freedom Fighters", "The EFF left.", ["EFF"]),
        ("National Rifle Association", "The N.R.A. replied.", ["N.R.A."]),
        ("Democratic Alliance", "Later the DA left.", ["the DA"]),
        ("Harlow Capital", "A bid by Harlow failed.", ["Harlow"]),
        ("Harlow Capital", "In Harlow Street it rained.", []),
        ("Greens", "A Green motion failed.", ["Green"]),
        ("Greens", "Green shoots appeared.", []),
        ("the North", "He went to the north of the country.", []),
    ],
)
def test_other_forms_of_a_configured_name(name: str, sentence: str, words: list[str]) -> None:
    assert [text for text, *_ in found(gazetteer(Party("t", name)), sentence)] == words


def test_a_longer_place_hides_the_party_in_it() -> None:
    assert found(gazetteer("Guinea"), "Guinea-Bissau and Guinea agreed.") == [("Guinea", "guinea", "name")]


def test_offsets_survive_typographic_variants() -> None:
    text = "Côte d’Ivoire’s plan and Guinea‑Bissau’s"
    assert len(normalize(text)) == len(text)
    assert [t for t, *_ in found(gazetteer("Ivory Coast"), text)] == ["Côte d’Ivoire"]
