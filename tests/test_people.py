"""People who stand for a party in an article."""

from __future__ import annotations

import re

import pytest

from pipeline.config import Party, Subject
from pipeline.entities.gazetteer import Gazetteer
from pipeline.entities.people import People
from pipeline.records import Mention


def named(text: str, persons: tuple[str, ...], *targets: Party | str, initiator: str = "Ruritania") -> list[str]:
    """Who is found in a text, as ``words=party``; ``persons`` are PERSON entities wherever they stand."""
    parties = tuple(t if isinstance(t, Party) else Party(t.lower().replace(" ", "_"), t) for t in targets)
    gazetteer = Gazetteer(Subject(Party("initiator", initiator), parties))
    spans = [
        (match.start(), match.end())
        for person in sorted(persons, key=len, reverse=True)
        for match in re.finditer(rf"\b{re.escape(person)}\b", text)
    ]
    outer = [s for s in spans if not any(o != s and o[0] <= s[0] and s[1] <= o[1] for o in spans)]
    entities = [Mention("a", "a:0", s, e, text[s:e], "PERSON", None, None) for s, e in sorted(set(outer))]
    people = People(text, entities, gazetteer)
    return [f"{text[start:end]}={name.party}" for start, end, name in people.find(text)]


@pytest.mark.parametrize(
    "text",
    [
        "The Danish prime minister, Jane Doe, spoke. Doe left.",
        "Denmark’s prime minister, Jane Doe, spoke. Doe left.",
        "Denmark's former deputy foreign minister Jane Doe spoke. Doe left.",
        "Jane Doe, the Danish foreign minister, spoke. Doe left.",
        "Jane Doe, foreign minister of Denmark, spoke. Doe left.",
        "Prime Minister Jane Doe of Denmark spoke. Doe left.",
        "The Copenhagen government of Jane Doe fell. Doe left.",
    ],
)
def test_an_official_introduced_with_a_title_stands_for_the_party(text: str) -> None:
    assert named(text, ("Jane Doe", "Doe"), "Denmark") == ["Jane Doe=denmark", "Doe=denmark"]


def test_the_head_of_a_body_stands_for_it() -> None:
    text = "Jane Doe, head of the European Commission, spoke. Ms. Doe left."
    assert named(text, ("Jane Doe", "Doe"), "European Commission") == [
        "Jane Doe=european_commission",
        "Doe=european_commission",
    ]


@pytest.mark.parametrize(
    "text",
    [
        "In Copenhagen, President Jane Doe spoke.",
        "After Danish talks with President Jane Doe it rained.",
        "President Jane Doe, who met the Danish foreign minister, spoke.",
        "President Jane Doe, and the Danish foreign minister, spoke.",
        "Danish officials told President Jane Doe to wait.",
        "Jane Doe visited Denmark.",
        "It was for Denmark. President Jane Doe spoke.",
    ],
)
def test_a_title_beside_another_countrys_name_makes_no_leader(text: str) -> None:
    assert named(text, ("Jane Doe",), "Denmark") == []


def test_an_official_of_two_parties_is_of_neither() -> None:
    text = "The Danish envoy Jane Doe spoke. Later the Swedish envoy Jane Doe left."
    assert named(text, ("Jane Doe",), "Denmark", "Sweden") == []


def test_a_leader_known_by_full_name_is_known_by_family_name_after() -> None:
    text = "Park Geun-hye spoke. Angela Merkel, too. Merkel left."
    assert named(text, ("Park Geun-hye", "Angela Merkel", "Merkel"), "Germany", "South Korea") == [
        "Park Geun-hye=south_korea",
        "Angela Merkel=germany",
        "Merkel=germany",
    ]


def test_a_leaders_rare_family_name_is_enough_and_a_common_one_needs_a_title() -> None:
    assert named("Then Macron agreed.", ("Macron",), "France") == ["Macron=france"]
    assert named("Then Brown agreed.", ("Brown",), "United Kingdom") == []
    assert named("Then Prime Minister Brown agreed.", ("Brown",), "United Kingdom") == ["Brown=united_kingdom"]


def test_a_leaders_family_name_is_not_a_namesakes() -> None:
    assert named("Jean Macron, a baker, agreed. Macron left.", ("Jean Macron", "Macron"), "France") == []


def test_a_party_that_is_a_person_is_known_by_family_name_and_title() -> None:
    text = "Barack Obama spoke. Mr. Obama left. The Obama administration stayed, and the president slept."
    assert (
        named(text, ("Barack Obama", "Obama"), "Barack Obama")
        == ["Barack Obama=barack_obama"] + ["Obama=barack_obama"] * 2
    )


def test_a_party_that_is_a_person_need_not_be_named_in_full() -> None:
    assert named("Even President Obama laughed.", ("Obama",), "Barack Obama") == ["Obama=barack_obama"]


def test_initials_and_nicknames_are_the_same_person() -> None:
    text = "Donald J. Trump spoke. Trump left."
    assert named(text, ("Donald J. Trump", "Trump"), "Donald Trump") == [
        "Donald J. Trump=donald_trump",
        "Trump=donald_trump",
    ]
    text = "Bibi Netanyahu spoke. Netanyahu left."
    assert named(text, ("Bibi Netanyahu", "Netanyahu"), "Benjamin Netanyahu")[-1] == "Netanyahu=benjamin_netanyahu"


def test_a_son_is_not_his_father() -> None:
    assert named("Donald Trump Jr. tweeted.", ("Donald Trump",), "Donald Trump") == []


def test_a_familys_name_is_nobodys() -> None:
    assert named("Liz Cheney spoke. The Cheney family split.", ("Liz Cheney", "Cheney"), "Liz Cheney") == [
        "Liz Cheney=liz_cheney"
    ]


def test_a_family_name_that_two_bear_is_the_ones_named_far_more_often() -> None:
    text = "Mary Roe met Ann Roe. Roe left."
    assert named(text, ("Mary Roe", "Ann Roe", "Roe"), "Mary Roe") == ["Mary Roe=mary_roe"]
    text = "Mary Roe spoke. Mary Roe sang. Ann Roe slept. Roe left."
    assert named(text, ("Mary Roe", "Ann Roe", "Roe"), "Mary Roe")[-1] == "Roe=mary_roe"


def test_two_parties_of_one_family_keep_their_own_names() -> None:
    text = "Mary Roe met Ann Roe. Ann Roe left."
    assert named(text, ("Mary Roe", "Ann Roe"), "Mary Roe", "Ann Roe") == [
        "Mary Roe=mary_roe",
        "Ann Roe=ann_roe",
        "Ann Roe=ann_roe",
    ]


def test_a_body_that_has_the_shape_of_a_persons_name_lends_no_family_name() -> None:
    assert named("NHS England said so. Rain fell on England.", (), "NHS England") == []
