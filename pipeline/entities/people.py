"""People who stand for a party in an article: its leaders and officials by title, and a party that is a person."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Sequence
from functools import cache

from pipeline.entities.countries import table
from pipeline.entities.gazetteer import Gazetteer, Name, normalize
from pipeline.records import Mention

_TITLE = (
    r"(?i:president|prime minister|premier|chancellor|king|queen|emperor|emir|sultan|crown prince|prince|pope"
    r"|dictator|tsar|head of state|foreign secretary|minister|general secretary|secretary[- ]general"
    r"|secretary of state|secretary|leader|chairman|chairwoman|chair|chief executive|chief of staff|chief|envoy"
    r"|ambassador|spokesman|spokeswoman|spokesperson|negotiator|commissioner|director[- ]general|director|governor"
    r"|mayor|diplomat|executive|politburo member|state councill?or|lawmaker|senator|speaker|deputy|official|owner"
    r"|founder|boss|head)"
)
_KIND = (
    r"(?:(?:former|then|now|current|new|first|late|outgoing|incoming|deputy|vice|chief|top|senior|veteran|acting"
    r"|longtime|interim|powerful|supreme|general|national|foreign|prime|finance|defen[cs]e|interior|trade|economy|energy"
    r"|security|state|union|party|parliamentary|opposition|ruling|main|executive|managing|policy|special|young|old|elderly"
    r"|exiled|Foreign|Vice|Deputy|Prime|Defen[cs]e|Finance|Interior|Chief|Trade|Commerce|Energy|Security|Senate|House)"
    r"[ -]){0,4}"
)
_BEFORE = re.compile(rf"(?:'s|s')? {_KIND}{_TITLE}s?,? (?:(?:Mr|Ms|Mrs|Dr|Gen|Sir)\.? )?")
_GOVERNMENT_OF = re.compile(r"(?:'s)? (?:government|administration|regime|leadership|cabinet) (?:of|under) (?:\w+ )?")
_BESIDE = re.compile(rf",? (?:who is |who was )?(?:the |a |an |its |his |her )?{_KIND}")
_AFTER_PARTY = re.compile(rf"(?:'s|s')?,? {_KIND}{_TITLE}\b")
_AFTER_TITLE = re.compile(
    rf"(?:, (?:who is |who was )?(?:the |a |an )?{_KIND}{_TITLE}s? (?:of|for|to|at) (?:the )?| (?:of|for) (?:the )?)"
)
_TITLED = re.compile(rf"\b{_TITLE} $")
_HONORIFIC = (
    r"(?:Mr|Mrs|Ms|Miss|Dr|Sen|Rep|Gov|Gen|Sir)\.?|President|Chancellor|Premier|Prime Minister|Senator|Representative"
    r"|Secretary|Speaker|Governor|Congressman|Congresswoman|Justice|Judge|King|Queen"
)
_LEADS = re.compile(
    r"\b(?:President|Prime Minister|Premier|Chancellor|Mr\.?|Mrs\.?|Ms\.?|Secretary|Colonel|Tsar|Emperor|Pope) $"
)
_NOT_A_PERSON = re.compile(
    r" (?:family|brothers|sisters|couple|dynasty|Tower|Towers|Hotel|Foundation|Organization|University)\b|,? Jr\b"
)
_NICKNAMES = frozenset(
    {"Bill William", "Bob Robert", "Dick Richard", "Edward Ted", "Elizabeth Liz", "Jack John", "Margaret Peggy"}
)


class People:
    """The persons of one article who stand for a party.

    A person belongs to a party when the article says so beside the name (``Russia's foreign minister, Ivan Petrov``;
    ``Ivan Petrov, the Russian foreign minister``; ``President Ivan Petrov of Russia``), when the gazetteer knows the
    full name, or when the party is that person. Afterwards the family name is enough, unless others bear it too.

    Args:
        text: The article's text.
        entities: spaCy's entities of the article.
        gazetteer: The names of the parties.
    """

    def __init__(self, text: str, entities: Sequence[Mention], gazetteer: Gazetteer) -> None:
        self._text = normalize(text)
        self._gazetteer = gazetteer
        self._persons = Counter(_bare(entity.text) for entity in entities if entity.label == "PERSON")
        full = {name for name in self._persons if " " in name}
        owners = {name: owner for name in sorted(full) if (owner := self._introduced(name))}
        owners |= self._known_leaders()
        owners |= self._parties()
        self.forms = self._with_parts(owners, full | owners.keys())
        words = sorted(self.forms, key=lambda form: (-len(form), form))
        self._pattern = re.compile(rf"(?<![\w@#-])(?:{'|'.join(map(re.escape, words))})(?!\w)") if words else None

    def find(self, sentence: str) -> Iterator[tuple[int, int, Name]]:
        """The names of these persons in a sentence: start, end and whom each stands for."""
        plain = normalize(sentence)
        for match in self._pattern.finditer(plain) if self._pattern else ():
            if not _NOT_A_PERSON.match(plain, match.end()) and not self._is_other(plain, match):
                yield match.start(), match.end(), self.forms[match[0]]

    def _is_other(self, plain: str, match: re.Match[str]) -> bool:
        """Whether a family name ends the full name of somebody else: ``Jane Doe`` where ``Doe`` is John."""
        given = re.search(r"([A-ZÀ-Ý][\w'.-]*) (?:[A-Z]\. )?$", plain[: match.start()])
        return " " not in match[0] and given is not None and f"{given[1]} {match[0]}" in self._persons

    def _introduced(self, name: str) -> Name | None:
        """The party that the article puts beside a person's name with a title, if it is the same every time."""
        parties = {
            party
            for match in re.finditer(rf"\b{re.escape(name)}\b", self._text)
            for party in self._beside(match.start(), match.end())
        }
        return Name(parties.pop(), "leader") if len(parties) == 1 else None

    def _beside(self, start: int, end: int) -> Iterator[str]:
        before, after = self._text[max(0, start - 80) : start], self._text[end : end + 80]
        before, after = before.rpartition("\n")[2], after.partition("\n")[0]
        for found in self._gazetteer.find(before):
            between = before[found.end :]
            if _BEFORE.fullmatch(between) or _GOVERNMENT_OF.fullmatch(between):
                yield found.names[0].party
        for found in self._gazetteer.find(after):
            gap = after[: found.start]
            titled = gap.startswith(",") and _BESIDE.fullmatch(gap) and _AFTER_PARTY.match(after, found.end)
            of = _AFTER_TITLE.fullmatch(gap) and (gap.startswith(",") or _TITLED.search(before))
            if titled or of:
                yield found.names[0].party

    def _known_leaders(self) -> dict[str, Name]:
        """Leaders whom the gazetteer knows: by their full names, or by a family name that is nobody else's here.

        A family name that many bear (``Brown``) needs a title before it.
        """
        known: dict[str, Name] = {}
        families: dict[str, set[Name]] = {}
        for full, name in self._gazetteer.leaders.items():
            if " " in full:
                families.setdefault(full.split()[-1], set()).add(name)
                if full in self._text:
                    known[full] = name
        surnames = {person.split()[-1] for person in self._persons if " " in person}
        for word in sorted({word for person in self._persons for word in person.split()[-1:]} & families.keys()):
            if (
                len(families[word]) == 1
                and word not in surnames
                and (word not in _common_families() or self._is_titled(word))
            ):
                known[word] = next(iter(families[word]))
        return known

    def _is_titled(self, family: str) -> bool:
        return any(
            _LEADS.search(self._text[max(0, match.start() - 20) : match.start()])
            for match in re.finditer(rf"\b{family}\b", self._text)
        )

    def _parties(self) -> dict[str, Name]:
        """Parties that are persons, by every full form of their names here; by the family name where there is none."""
        found: dict[str, Name] = {}
        for name, party in self._gazetteer.persons:
            given, family = name.split()[0], name.split()[-1]
            middle = re.compile(
                rf"\b{re.escape(given)} (?:[A-Z]\.? )?{re.escape(name.split(' ', 1)[1])}\b(?! Jr\b|, Jr)"
            )
            in_full = {match[0] for match in middle.finditer(self._text)}
            others = [person for person in self._persons if person.endswith(f" {family}") and person not in in_full]
            in_full |= {person for person in others if _same_given(person.split()[0], given)}
            called = re.search(rf"\b(?:{_HONORIFIC}) {re.escape(family)}\b", self._text)
            seen = called or family in self._persons or any(person.endswith(f" {family}") for person in self._persons)
            if in_full and seen:
                found |= {form: Name(party, "name") for form in in_full}
            elif seen and not others:
                found[family] = Name(party, "name")
        return found

    def _with_parts(self, owners: dict[str, Name], full: set[str]) -> dict[str, Name]:
        """The owners' names in full, and those family and given names that can be nobody else's here."""
        forms = dict(owners)
        for at, link in ((-1, None), (0, "name")):
            bearers: dict[str, Counter[Name | None]] = {}
            for name in sorted(full):
                if " " in name:
                    votes = bearers.setdefault(name.split()[at], Counter())
                    votes[owners.get(name)] += self._text.count(name) or 1
            for part, votes in sorted(bearers.items()):
                owner, count = max(votes.items(), key=lambda vote: (vote[1], str(vote[0])))
                mostly = count >= 2 * (votes.total() - count)
                if owner and mostly and len(part) > 1 and link in (None, owner.link) and (at or part in self._persons):
                    forms.setdefault(part, owner)
        return forms


@cache
def _common_families() -> frozenset[str]:
    return frozenset(table("traps")["names"]["families"])


def _bare(name: str) -> str:
    """A person's name without possessive and title.

    >>> _bare("President Jane Doe’s"), _bare("Mr. Doe")
    ('Jane Doe', 'Doe')
    """
    return re.sub(rf"^(?:(?:{_HONORIFIC}) )+|'s?$", "", normalize(name)).strip()


def _same_given(one: str, other: str) -> bool:
    """Whether two given names can be one person's: the same initial, or a nickname.

    >>> _same_given("Bibi", "Benjamin"), _same_given("Bill", "William"), _same_given("Mary", "Liz")
    (True, True, False)
    """
    return one[0] == other[0] or " ".join(sorted((one, other))) in _NICKNAMES
