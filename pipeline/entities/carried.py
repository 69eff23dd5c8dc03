"""References carried over: a sentence that names no target and still bears on the one before it was about.

Cues add up to points: words for two parties at once (``both sides``), pronouns that agree with the target, definite words
for what parties do together (``the deal``), a sentence before that opens its paragraph or is about one target only; a new
name on the stage counts against. The points and the bar are a rounded logistic regression on passages written for the
project.
"""

from __future__ import annotations

import re

import msgspec

from pipeline.entities.gazetteer import normalize

_BOTH = re.compile(
    r"\b(?:both|the two|each other|one another|the pair|between them|either side|neither side|each side|bilateral|mutual|joint)"
    r"(?: (?:sides?|countr(?:y|ies)|governments?|nations?|capitals|leaders|parties|neighbou?rs|companies|men|women))?\b",
    re.IGNORECASE,
)
_OPENING = re.compile(r"[\"'“‘]?(?P<word>They|It|He|She|Both|Neither|Their|Its|His|Her|That|This|These|Those|Such)\b(?: [a-z]+)?")
_SUBJECT = re.compile(r"\b(?:they|it|he|she)\b", re.IGNORECASE)
_OBJECT = re.compile(r"\b(?:them|theirs?|him|his|hers?|its)\b", re.IGNORECASE)
_DEALINGS = re.compile(
    r"\b(?:the|an?|such|this|that|these|those) (?:[a-z]+ )?(?:relationship|relations|ties|talks|negotiations?|deals?|agreements?|treaty"
    r"|alliance|partnership|rapprochement|visits?|meetings?|summit|dispute|rift|stalemate|impasse|accord|pact|contract|offer"
    r"|proposal|merger|bid|votes?|resolution|boycott|overtures?|approach|letter|invitation|answer|reply|response|ban|sanctions"
    r"|cooperation|trade|dialogue|channel|request|settlement|ceasefire|truce|strike|licen[cs]e|loan|plan|efforts?|feelings?)\b",
    re.IGNORECASE,
)
_SUCH = re.compile(r"\b(?:[Ss]uch|[Tt]his|[Tt]hese|[Tt]hose) [a-z]+")
_CONNECTIVE = re.compile(
    r"(?:So|However|But|Yet|And|Instead|Still|Nonetheless|Nevertheless|As a result|Even so|Consequently|Therefore|Thus|Nor"
    r"|In return|Since then|Then|Later|Afterwards|Or|Even|In practice|For now|So far|Privately|In public|On paper)\b"
)
_FIRST_PERSON = re.compile(r"\b(?:I|[Ww]e|[Mm]y|[Oo]ur|me|us)\b")
_CAPITALISED = re.compile(r"(?<=[\w,;:'’)] )[A-Z][\w'’.-]+")
_WORD = re.compile(r"[a-z]{4,}")

_POINTS = {"They": 17, "It": 12, "He": 14, "This": 9, "Its": 3, "they": 7, "it": 9, "he": 8, "obj": 3}
_BAR = 22


class Before(msgspec.Struct, frozen=True):
    """What a reference could be carried over from.

    Attributes:
        text: The sentence before, which bears on the target.
        targets: How many targets it bears on.
        opens: Whether it is the first of its paragraph.
        same_paragraph: Whether the sentence in question stands in the same paragraph.
        person: Whether the target is a person.
        other_person: Whether the sentence before names another person, who might be meant by ``he``.
        known: Words that are no new name, such as the initiator's.
    """

    text: str
    targets: int
    opens: bool
    same_paragraph: bool
    person: bool
    other_person: bool
    known: str


def carries(sentence: str, before: Before, new_subject: bool) -> tuple[int, int] | None:
    """The words of a sentence that carry a reference over from the sentence before, or None where none is carried.

    Args:
        sentence: A sentence that names no target.
        before: The sentence before it, as seen from one of its targets.
        new_subject: Whether the sentence begins with a name that is new.

    Returns:
        Start and end of the carrying words in ``sentence``; the whole sentence where it merely goes on.

    >>> ties = Before("Ties with France are close.", 1, True, True, False, False, "")
    >>> carries("Several meetings have brought results for both sides.", ties, False)
    (42, 52)
    >>> carries("Rain fell in Lisbon.", ties, False)
    """
    text, earlier = normalize(sentence), normalize(before.text)
    both = _BOTH.search(text)
    pronoun, points = _pronoun(text, before)
    if both:
        points = max(points, 16) if not pronoun else points + 16
    span = both.span() if both else pronoun.span() if pronoun else None
    if not before.same_paragraph:
        opens = both is not None or (pronoun is not None and pronoun.start() <= 1)
        return span if opens and points - 6 + 11 * (before.targets == 1) >= _BAR - 1 else None
    dealings = _DEALINGS.search(text)
    connective = _CONNECTIVE.match(text)
    points += 9 * bool(dealings) + 9 * bool(connective) + 7 * text.endswith("?") + 4 * bool(_SUCH.search(text))
    points += 11 * (before.targets == 1) + 10 * before.opens
    points += 2 * min(2, len(set(_WORD.findall(text.lower())) & set(_WORD.findall(earlier.lower()))))
    points -= 6 * _brings_new_name(text, earlier, before.known) + 12 * new_subject + 5 * bool(_FIRST_PERSON.search(text))
    if points < _BAR:
        return None
    found = dealings or connective
    return span or (found.span() if found else (0, len(sentence)))


def _pronoun(text: str, before: Before) -> tuple[re.Match[str] | None, int]:
    """The pronoun that may refer to the target, and its points."""
    opening = _OPENING.match(text)
    for match, word in ((opening, opening["word"] if opening else ""), (_SUBJECT.search(text), None)):
        if match is None:
            continue
        name = match[0].lower() if word is None else _KINDS.get(word, "This")
        name = "he" if name == "she" else name
        if not _agrees(name, before):
            continue
        return match, _POINTS[name] + 6 * (name == "He" and before.person)
    match = _OBJECT.search(text)
    return (match, _POINTS["obj"]) if match else (None, 0)


_KINDS = {"They": "They", "Both": "They", "Neither": "They", "It": "It", "He": "He", "She": "He"} | dict.fromkeys(
    ("Their", "Its", "His", "Her"), "Its"
)


def _agrees(pronoun: str, before: Before) -> bool:
    if pronoun in ("He", "he"):
        return not before.other_person
    return pronoun not in ("It", "it") or not before.person


def _brings_new_name(text: str, earlier: str, known: str) -> bool:
    names = (match[0].removesuffix("'s") for match in _CAPITALISED.finditer(text))
    return any(name not in earlier and name not in known and name != "I" for name in names)
