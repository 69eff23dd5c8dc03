"""What is known of countries and bodies."""

from __future__ import annotations

import pytest

from pipeline.entities.countries import find, places, stands_for


def words(name: str, kind: str) -> list[str]:
    place = find(name)
    return [word for word, link in place.words if link == kind] if place else []


@pytest.mark.parametrize(
    ("name", "common"),
    [
        ("Côte d’Ivoire", "Ivory Coast"),
        ("the Netherlands", "Netherlands"),
        ("Holland", "Netherlands"),
        ("Burma", "Myanmar"),
        ("Vatican", "Vatican City"),
        ("EU", "European Union"),
        ("Macedonia", "North Macedonia"),
        ("USA", "United States"),
    ],
)
def test_a_place_is_found_by_any_of_its_names(name: str, common: str) -> None:
    place = find(name)
    assert place is not None
    assert place.name == common


@pytest.mark.parametrize("name", ["Jane Doe", "Tea Party", "Russian", "Paris", ""])
def test_what_is_no_name_of_a_place_is_not_found(name: str) -> None:
    assert find(name) is None


@pytest.mark.parametrize(
    ("name", "demonyms"),
    [
        ("Uzbekistan", ["Uzbek", "Uzbeks"]),
        ("Denmark", ["Danish", "Dane", "Danes"]),
        ("United Kingdom", ["British", "Briton", "Britons", "Anglo-"]),
        ("Thailand", ["Thai", "Thais"]),
        ("Togo", ["Togolese"]),
    ],
)
def test_the_words_for_a_people_are_known(name: str, demonyms: list[str]) -> None:
    assert set(demonyms) <= set(words(name, "demonym"))


def test_jerusalem_is_israels_seat() -> None:
    place = stands_for("Jerusalem")
    assert place is not None
    assert place.name == "Israel"


def test_no_surface_form_is_markup_or_a_bare_office() -> None:
    surfaces = [word for place in places().values() for word, _ in place.words]
    assert [word for word in surfaces if "&" in word or ";" in word or len(word) < 2] == []
    assert [word for word in surfaces if word.startswith(("Chief ", "Governor ", "Vice ", "Gen. "))] == []
    assert "Island" not in surfaces


def test_who_heads_several_states_is_the_leader_of_the_largest() -> None:
    assert "Emmanuel Macron" in words("France", "leader")
    assert "Emmanuel Macron" not in words("New Caledonia", "leader")


def test_second_family_names_are_left_out_of_leaders() -> None:
    assert "Gustavo Petro" in words("Colombia", "leader")
    assert "Lee Jae-myung" in words("South Korea", "leader")


def test_places_are_in_a_fixed_order_by_population() -> None:
    populations = [place.population for place in places().values()]
    assert populations == sorted(populations, reverse=True)
