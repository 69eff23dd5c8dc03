"""The words that stand for the parties of a subject, and for the places that are none of them."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from functools import cache

import msgspec

from pipeline.config import Party, Subject
from pipeline.entities import forms
from pipeline.entities.countries import Place, find, places, stands_for
from pipeline.records import Link

_SAME_LENGTH = str.maketrans({"’": "'", "‘": "'", "ʼ": "'", "\u00a0": " ", "\u202f": " ", "‐": "-", "‑": "-", "–": "-"})
_COMPASS = ("North", "South", "East", "West")
_WITHIN = re.compile(r"(?:[\w,;)%]|[a-z][.:]|'s) $")
_SAID, _NAMED, _KNOWN, _DERIVED = range(4)


class Name(msgspec.Struct, frozen=True):
    """One bearer of a surface form: a party's id, and how the form stands for it."""

    party: str
    link: Link


class Found(msgspec.Struct, frozen=True):
    """A surface form found in a text; offsets are of that text."""

    start: int
    end: int
    names: tuple[Name, ...]


def normalize(text: str) -> str:
    """The text with typographic variants of apostrophe, hyphen and space made one; of the same length."""
    return text.translate(_SAME_LENGTH)


class Gazetteer:
    """Finds the words that stand for a party, the longest first, so that ``Korea`` is not found in ``North Korea``.

    Args:
        subject: The initiator and the targets.

    Attributes:
        initiator: The initiator's id.
        places: The countries and bodies that each party is, by id.
        persons: Names with the shape of a person's of the parties that are no place, with their ids.
        heads: Common nouns that may stand for a party named before (``the commission``), with the ids.
        common: Ids of the parties that are common nouns themselves (``university rectors``).
        plural: Ids of the parties whose names are plurals (``House Democrats``).
        leaders: Full names of leaders, with how they stand for whom.
        initiator_words: Every surface form of the initiator, in order.
    """

    def __init__(self, subject: Subject) -> None:
        self.initiator = subject.initiator.id
        self.places = _places(subject)
        self.persons = tuple(
            (normalize(name), party.id)
            for party in subject.parties()
            for name in (party.name, *party.aliases)
            if not self.places[party.id] and forms.may_be_person(name)
        )
        self.heads: dict[str, tuple[str, ...]] = {}
        self.common = frozenset(party.id for party in subject.parties() if party.name.islower())
        self.plural = frozenset(party.id for party in subject.parties() if forms.is_plural(party.name))
        self._inside: set[str] = set()
        ranked: dict[str, dict[str, tuple[int, Link]]] = {}
        for party in subject.parties():
            for surface, link, rank in self._surfaces(party):
                bearers = ranked.setdefault(surface, {})
                bearers[party.id] = min(bearers.get(party.id, (rank, link)), (rank, link), key=lambda found: found[0])
            nouns = {noun for name in (party.name, *party.aliases) if (noun := forms.head(name))}
            for noun in sorted(nouns.union(*(place.heads for place in self.places[party.id]))):
                self.heads[noun] = (*self.heads.get(noun, ()), party.id)
        for noun, parties in self.heads.items():
            namesakes = (
                p.id for p in subject.parties() if noun.capitalize() in f"{p.name} {' '.join(p.aliases)}".split()
            )
            self.heads[noun] = tuple(dict.fromkeys((*parties, *namesakes)))
        for surface, target in _shared(subject):
            ranked.setdefault(surface, {}).setdefault(target, (_KNOWN, "name"))
        self._names = {surface: _settle(bearers, self.initiator) for surface, bearers in ranked.items()}
        self.leaders = {s: found[0] for s, found in self._names.items() if found and found[0].link == "leader"}
        self._names |= {
            surface.upper(): names
            for surface, names in self._names.items()
            if surface[3:] and surface.upper() not in self._names
        }
        self.initiator_words = tuple(
            sorted(surface for surface, names in self._names.items() if any(n.party == self.initiator for n in names))
        )
        self._pattern = _pattern(self._names)

    def find(self, text: str) -> Iterator[Found]:
        """Every surface form of a party in a text, in order, never overlapping.

        A longer name of a place that is no party hides the party's name within it.
        """
        plain = normalize(text)
        matches = [(m.start(), -m.end(), 0, m[0]) for m in self._pattern.finditer(plain)]
        if not matches:
            return
        matches += [(m.start(), -m.end(), 1, m[0]) for m in _elsewhere().finditer(plain)]
        reached = 0
        for start, negative_end, is_elsewhere, surface in sorted(matches):
            if start < reached:
                continue
            reached = -negative_end
            names = () if is_elsewhere else self._bearers(surface)
            if names and (surface not in self._inside or _is_name_here(plain, start, reached)):
                yield Found(start, reached - surface.endswith("-"), names)

    def _bearers(self, surface: str) -> tuple[Name, ...]:
        article = "the " + surface[4:] if surface.startswith("The ") else ""
        return self._names.get(surface) or self._names.get(article) or ()

    def _surfaces(self, party: Party) -> Iterator[tuple[str, Link, int]]:
        """Every surface form of a party with its kind and rank: said in the configuration, known, or derived."""
        own = self.places[party.id]
        for name in (party.name, *party.aliases):
            for surface in (name,) if any(place.population for place in own) else forms.variants(name):
                yield normalize(surface), "name", _SAID
            if (bare := re.sub(r"^[Tt]he ", "", name)) not in _COMPASS and bare != name:
                yield normalize(bare), "name", _SAID
            if not own:
                yield from self._short(name)
                yield from _governed(name)
        for leader in party.leaders:
            yield normalize(leader), "leader", _SAID
        for member in party.members:
            yield normalize(member), "member", _SAID
            place = find(member)
            for surface, _ in place.words if place else ():
                yield normalize(surface), "member", _KNOWN
        for place in own:
            for surface, link in place.words:
                yield normalize(surface), link, _NAMED if link == "name" else _KNOWN

    def _short(self, name: str) -> Iterator[tuple[str, Link, int]]:
        for form in forms.short_forms(normalize(name)):
            if form.inside:
                self._inside.add(form.surface)
            yield form.surface, "name", _DERIVED


def _is_name_here(text: str, start: int, end: int) -> bool:
    """Whether a capital at ``start`` is not just a sentence's, and the word is not the first of a longer name."""
    return bool(_WITHIN.search(text[:start])) and not re.match(r" [A-ZÀ-Ý]", text[end:])


@cache
def _elsewhere() -> re.Pattern[str]:
    """The names of every place."""
    return _pattern({normalize(surface) for place in places().values() for surface, _ in place.words})


def _places(subject: Subject) -> dict[str, tuple[Place, ...]]:
    """The places that each party is, with the wider ones that are no party themselves."""
    found: dict[str, tuple[Place, ...]] = {}
    for party in subject.parties():
        own = [find(name) for name in (party.name, *party.aliases)]
        found[party.id] = tuple({place.name: place for place in own if place}.values())
    taken = {place.name for own in found.values() for place in own}
    wider = {
        party_id: [find(name) for place in places_of for name in place.wider if name not in taken]
        for party_id, places_of in found.items()
    }
    return {party_id: (*found[party_id], *(place for place in more if place)) for party_id, more in wider.items()}


def _governed(name: str) -> Iterator[tuple[str, Link, int]]:
    """The words for a party that is named as the government, the officials or a part of something known.

    ``French government``: France, Paris, ``French officials``; ``Doe campaign``: Doe; ``House Republicans``:
    Republicans.
    """
    if found := forms.government(name):
        base, noun = found
        place = stands_for(base)
        if place is None:
            yield normalize(base), "leader", _DERIVED
            return
        for surface, link in place.words:
            if link != "demonym":
                yield normalize(surface), link, _DERIVED
            else:
                for other in {noun: None, **dict.fromkeys(forms.governments())}:
                    yield f"{normalize(surface)} {other}", "name", _DERIVED
        return
    for word in name.split() if forms.is_faction(name) else ():
        if (place := stands_for(word)) and place.name.endswith(" Party"):
            yield from ((normalize(surface), link, _DERIVED) for surface, link in place.words)


def _shared(subject: Subject) -> Iterator[tuple[str, str]]:
    """The words that only make sense among these parties: ``the South`` and ``inter-Korean`` for two Koreas."""
    for target in subject.target:
        (mine, of), (theirs, whole) = (party.name.partition(" ")[::2] for party in (subject.initiator, target))
        if of and of == whole and {mine, theirs} <= set(_COMPASS):
            place = find(target.name)
            demonyms = [word for word, kind in place.words if kind == "demonym"] if place else []
            stems = {whole, *(word.removeprefix(f"{theirs} ") for word in demonyms)}
            words = [f"the {theirs}", f"two {whole}s", f"both {whole}s", f"North and South {whole}"]
            words += [f"{inter}-{stem}" for stem in sorted(stems) for inter in ("inter", "Inter")]
            yield from ((word, target.id) for word in words)


def _settle(bearers: dict[str, tuple[int, Link]], initiator: str) -> tuple[Name, ...]:
    """Who is meant by a surface form that several bear: the party that has the best right to it.

    A word to which two parties have an equal right (``Korean``) stands for neither, unless the configuration says that
    it stands for both or it is a member's name, which may belong to several. What stands for the initiator stands for
    no target.
    """
    members = [Name(party, link) for party, (_, link) in bearers.items() if link == "member"]
    own = [(rank, Name(party, link)) for party, (rank, link) in bearers.items() if link != "member"]
    rank = min((rank for rank, _ in own), default=_SAID)
    best = [name for rank_of_name, name in own if rank_of_name == rank]
    if mine := [name for name in best if name.party == initiator]:
        return tuple(mine) if rank == _SAID or len(best) == 1 else ()
    return (*best, *members) if rank == _SAID or len(best) == 1 else tuple(members)


def _pattern(exact: Iterable[str]) -> re.Pattern[str]:
    """One pattern for surface forms, the longest first."""
    parts = [
        ("[Tt]he " + re.escape(s[4:])) if s.startswith("the ") else re.escape(s)
        for s in sorted(exact, key=lambda surface: (-len(surface), surface))
    ]
    return re.compile(rf"(?<![\w@#])(?:{'|'.join(parts)})(?:(?<=-)|(?!\w))")
