"""Where a name does not mean what it seems to: ``the East China Sea``, ``South American``, ``Denzel Washington``."""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import cache
from typing import Any

from pipeline.entities.countries import find, table
from pipeline.entities.gazetteer import Found, Gazetteer, normalize
from pipeline.records import Link, Mention

_DATELINE = re.compile(
    r"[A-Z][A-Z .,'’/-]+(?:, [A-Z][\w. ]+)?(?: \([^)]{2,30}\))? ?(?:—|–|--|-)(?: |(?=[A-Z][a-z]))"
    r"|[A-Z][A-Z .'’]{2,30} \([A-Z][\w ./]{1,20}\)[:,]? "
)
_GOVERNMENT = re.compile(
    r"(?i)\b(?:government|ministry|regime|administration|leadership|embassy|parliament|army|forces?|officials?|department)s?\b"
)
_TITLED = re.compile(
    r"['’]s |\s*(?:President|Prime|Premier|Foreign|Defen[cs]e|King|Queen|Chancellor|Minister|Secretary)\b"
)
_HONORIFIC = r"(?:Mr|Mrs|Ms|Dr|Prof|Rep|Sen|Gov|Judge|Justice|Coach|Congressman|Congresswoman|Senator)\.?"
_SURNAME = re.compile(r" (?:O'|[Mm]ac|[Vv]an |[Dd]e )?[A-Z][a-z]+\b(?! and )")
_SHOUTED_US = re.compile(r"(?:^|.*\b(?:THE|WITH|AND|VS\.?|AGAINST|FROM|IN|TO|,)) ?$")
_BLOCKING = ("WORK_OF_ART", "FAC", "LAW", "EVENT", "PRODUCT", "LANGUAGE")
_IN_THE_MIDDLE = re.compile(r"[A-Z][\w.-]* \0 [A-Z]")
_OF_TWO_WORDS = re.compile(r"[\w.]+ [A-Z]\w+$")


@cache
def _traps() -> dict[str, Any]:
    return table("traps")


@cache
def _beside(side: str) -> dict[str, re.Pattern[str]]:
    """Patterns of the words before or after a name that make it another name, by how the name begins."""
    patterns: dict[str, re.Pattern[str]] = {}
    for begins, listed in _traps()[side].items():
        words = "|".join(re.escape(word) for word in sorted(listed, key=lambda word: (-len(word), word)))
        written = {"before": rf"\b(?:{words})[ -]$", "of": rf"\b(?:{words}) of (?:the )?$", "after": rf" (?:{words})\b"}
        patterns[begins] = re.compile(rf"(?: [a-z]+)? (?:{words})\b" if begins == "capital" else written[side])
    return patterns


def dateline(text: str) -> int:
    """How many characters at the start of a paragraph say where it was written.

    >>> dateline("LONDON (Reuters) - Talks failed."), dateline("Talks failed.")
    (19, 0)
    """
    match = _DATELINE.match(text)
    return match.end() if match else 0


class Traps:
    """Tells for one article whether a surface form found in it stands for something else than its bearer.

    Args:
        article: The article's text, looked through for namesakes.
        entities: spaCy's entities of the article.
        gazetteer: The names of the parties.
    """

    def __init__(self, article: str, entities: Sequence[Mention], gazetteer: Gazetteer) -> None:
        self._article = normalize(article)
        self._persons = sorted({normalize(entity.text) for entity in entities if entity.label == "PERSON"})
        self._gazetteer = gazetteer
        self._namesakes: dict[str, bool] = {}
        self._known_persons: dict[str, bool] = {}

    def catch(self, found: Found, sentence: str, entities: Sequence[Mention], offset: int) -> bool:
        """Whether a surface form is a trap.

        Args:
            found: What the gazetteer found; offsets are of ``sentence``.
            sentence: The sentence, normalized.
            entities: spaCy's entities of the sentence.
            offset: Where the sentence starts in the article; characters.
        """
        before, surface, after = sentence[: found.start], sentence[found.start : found.end], sentence[found.end :]
        links = {name.link for name in found.names}
        if links <= {"leader"}:
            return False
        if any(_applies(key, surface, links) and words.match(after) for key, words in _beside("after").items()):
            return True
        leading = [*_beside("before").items(), *_beside("of").items()]
        if any((key == "any" or surface.startswith(key)) and words.search(before) for key, words in leading):
            return True
        if surface == "US" and sentence.isupper() and not _SHOUTED_US.match(before):
            return True
        if surface in _traps()["names"]["given"] and _SURNAME.match(after) and not _TITLED.match(after):
            return True
        inside = _inside_longer_name(found, surface, links, entities, offset)
        return inside or self._is_someone(surface, entities, found, offset) or self._is_namesake(surface, found)

    def _is_someone(self, surface: str, entities: Sequence[Mention], found: Found, offset: int) -> bool:
        """Whether a name that is also a given or family name is a person's here."""
        if surface not in _traps()["names"]["people"]:
            return False
        start, end = found.start + offset, found.end + offset
        labels = {entity.label for entity in entities if entity.start <= start and end <= entity.end}
        return "GPE" not in labels and self._is_known_person(surface)

    def _is_known_person(self, surface: str) -> bool:
        """Whether the article names a person by that name with a title or in full; a label alone is often wrong."""
        if surface not in self._known_persons:
            pattern = rf"\b{_HONORIFIC} (?:[A-Z][\w.]+ )?{re.escape(surface)}\b"
            in_full = any(surface in person.split() and _is_longer(person, surface) for person in self._persons)
            self._known_persons[surface] = in_full or bool(re.search(pattern, self._article))
        return self._known_persons[surface]

    def _is_namesake(self, surface: str, found: Found) -> bool:
        """Whether the article's other words speak for a place or person of the same name."""
        if surface not in self._namesakes:
            self._namesakes[surface] = self._speaks_against(surface) or self._is_rival(surface, found)
        return self._namesakes[surface]

    def _speaks_against(self, surface: str) -> bool:
        entry = next((entry for entry in _traps()["names"]["namesake"] if entry["name"] == surface), None)
        if entry is None:
            return False
        speaks_for = self._count(entry["for"])
        return speaks_for > 0 and speaks_for > self._count(entry["against"])

    def _is_rival(self, surface: str, found: Found) -> bool:
        """Whether a word that several countries share is another country's here: ``Dominican`` is rarely Dominica's."""
        for entry in _traps()["names"]["rivals"]:
            if surface not in entry["words"]:
                continue
            own = {place.name for name in found.names for place in self._gazetteer.places[name.party]}
            mine = [name for name in entry["places"] if name in own]
            others = [name for name in entry["places"] if name not in own]
            if not mine:
                continue
            named, rivals = (self._count(_plain_words(names, entry["words"])) for names in (mine, others))
            return rivals > named if rivals or named else mine[0] != entry["places"][0]
        return False

    def _count(self, words: Sequence[str]) -> int:
        alternatives = "|".join(re.escape(word) for word in sorted(words, key=lambda word: (-len(word), word)))
        return len(re.findall(rf"(?<!\w)(?:{alternatives})(?!\w)", self._article))


def _applies(key: str, surface: str, links: set[Link]) -> bool:
    """Whether the words after a name that stand under ``key`` matter for it.

    An adjective before "Post" or "Agreement" is the country's ("the Chinese Post"); "Chinese Sea" does not occur.
    """
    if key == "any":
        return not links <= {"demonym"}
    return links <= {"capital"} if key == "capital" else surface.startswith(key)


def _plain_words(names: Sequence[str], shared: Sequence[str]) -> list[str]:
    """The names, demonyms and capitals of places that are theirs alone."""
    kinds: tuple[Link, ...] = ("name", "demonym", "capital")
    found = [place for name in names if (place := find(name))]
    return [word for place in found for word, kind in place.words if kind in kinds and word not in shared]


def _inside_longer_name(found: Found, surface: str, links: set[Link], entities: Sequence[Mention], offset: int) -> bool:
    """Whether the words lie inside a longer name of a person, a work, a law, or (for a capital) of an organisation."""
    start, end = found.start + offset, found.end + offset
    for entity in entities:
        inside = entity.start <= start and end <= entity.end and (entity.start, entity.end) != (start, end)
        if not inside or not _is_longer(entity.text, surface):
            continue
        if entity.label == "PERSON" and "demonym" not in links and not _OF_TWO_WORDS.match(surface):
            return not _TITLED.match(entity.text.split(surface, 1)[-1])
        if entity.label in _BLOCKING and "demonym" not in links:
            return True
        if entity.label == "ORG" and links == {"capital"} and not _GOVERNMENT.search(entity.text):
            return entity.text.startswith(surface)
        if entity.label == "ORG" and _IN_THE_MIDDLE.search(entity.text.replace(surface, "\0", 1)):
            return True
    return False


def _is_longer(entity: str, surface: str) -> bool:
    """Whether an entity names more than the words found and an article or possessive around them."""
    return bool(re.sub(r"(?i)^the\s+|['’]s?$", "", normalize(entity)).replace(surface, "", 1).strip())
