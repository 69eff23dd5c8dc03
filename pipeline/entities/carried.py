"""References carried over: a sentence that names no target and still bears on what the one before it was about.

Cues add up to points: words for two parties at once (``both sides``), pronouns that agree with the target, definite
words for what parties do together (``the deal``), a sentence before that opens its paragraph or is about one target
only; a new name on the stage counts against. Points and bar started as the weights of a logistic regression over
passages written for the project and were then rounded and adjusted by hand.
"""

from __future__ import annotations

import re

import msgspec

from pipeline.entities.gazetteer import normalize

_BOTH = re.compile(
    r"\b(?:both|the two|each other|one another|the pair|between them|either side|neither side|each side"
    r"|bilateral|mutual|joint)(?: (?:sides?|countr(?:y|ies)|governments?|nations?|capitals|leaders|parties|neighbou?rs"
    r"|companies|men|women))?\b",
    re.IGNORECASE,
)
_OPENING = re.compile(
    r"[\"'“‘]?(?P<word>They|It|He|She|Both|Neither|Their|Its|His|Her|That|This|These|Those|Such"
    r"|The (?:latter|former))\b(?: [a-z]+)?"
)
_SUBJECT = re.compile(r"\b(?:they|it|he|she)\b", re.IGNORECASE)
_OBJECT = re.compile(r"\b(?:them|theirs?|him|his|hers?|its)\b", re.IGNORECASE)
_DEALINGS = re.compile(
    r"\b(?:the|such|this|that|these|those) (?:[a-z]+ )?(?:relationship|relations|ties|talks|negotiations?|deals?"
    r"|agreements?|treaty|alliance|partnership|rapprochement|visits?|meetings?|summit|dispute|rift|stalemate|impasse|accord"
    r"|pact|contract|offer|proposal|merger|bid|votes?|resolution|boycott|overtures?|approach|letter|invitation|answer|reply"
    r"|response|ban|sanctions|cooperation|trade|dialogue|channel|request|settlement|ceasefire|truce|strike|licen[cs]e|loan"
    r"|plan|efforts?|feelings?)\b",
    re.IGNORECASE,
)
_SUCH = re.compile(r"\b(?:[Ss]uch|[Tt]his|[Tt]hese|[Tt]hose) [a-z]+")
_CONNECTIVE = re.compile(
    r"(?:So|However|But|Yet|And|Instead|Still|Nonetheless|Nevertheless|As a result|Even so|Consequently|Therefore|Thus"
    r"|Nor|In return|Since then|Then|Later|Afterwards|Or|Even|In practice|For now|So far|Privately|In public"
    r"|On paper)\b"
)
_QUOTED = re.compile(r"[\"“]|[^“]*”[^“]*$|[^\"]*\"$")
_SPEAKING = re.compile(r"\b(?:I|[Ww]e|[Mm]y|[Oo]ur|me|us|[Yy]ou|[Yy]our)\b")
_CAPITALISED = re.compile(r"(?<=[\w,;:'’)] )[A-Z][\w'’.-]+")
_WORD = re.compile(r"[a-z]{4,}")

_POINTS = {
    "both": 20, "They": 17, "It": 12, "He": 8, "This": 16, "Its": 6, "they": 10, "it": 9, "he": 6,
    "late they": 4, "late it": 6, "late he": 6, "object": 6, "person": 6,
    "deal": 11, "connective": 11, "such": 6, "question": 7, "one": 8, "opens": 7,
    "new": -5, "subject": -9, "speaking": -4,
}  # fmt: skip
_BAR = 14
_EARLY = 4
"""From so many words before it on, a pronoun may well refer to one of them."""


class Before(msgspec.Struct, frozen=True):
    """What a reference could be carried over from.

    Attributes:
        text: The sentence before, which bears on the target.
        targets: How many targets it bears on.
        opens: Whether it is the first of its paragraph.
        same_paragraph: Whether the sentence in question stands in the same paragraph.
        person: Whether the target is a person.
        plural: Whether the target is a plural, as "Republicans" is.
        other_person: Whether the sentence before names another person, who might be meant by ``he``.
        known: Words that are no new name, such as the initiator's.
    """

    text: str
    targets: int
    opens: bool
    same_paragraph: bool
    person: bool
    plural: bool
    other_person: bool
    known: str


def carries(sentence: str, before: Before, named: int | None, new_subject: bool) -> tuple[int, int] | None:
    """The words of a sentence that carry a reference over from the sentence before, or None where none is carried.

    Args:
        sentence: A sentence that names no target.
        before: The sentence before it, as seen from one of its targets.
        named: Where the first name in the sentence stands, to which a later pronoun refers; None where it has none.
        new_subject: Whether the sentence begins with a name that is new.

    Returns:
        Start and end of the carrying words in ``sentence``; the whole sentence where it merely goes on.

    >>> ties = Before("Ties with France are close.", 1, True, True, False, False, False, "")
    >>> carries("Several meetings have brought results for both sides.", ties, None, False)
    (42, 52)
    >>> carries("Rain fell in Lisbon.", ties, 13, False)
    """
    text, earlier = normalize(sentence), normalize(before.text)
    both = _BOTH.search(text)
    pronoun, points = _pronoun(text, before, len(text) if named is None else named)
    points += _POINTS["both"] * bool(both) + _POINTS["one"] * (before.targets == 1)
    marked = both or pronoun
    if not before.same_paragraph:
        opens = marked is not None and (marked is both or marked.start() <= 1)
        return marked.span() if marked and opens and points > _BAR else None
    cues = {"deal": _DEALINGS.search(text), "connective": _CONNECTIVE.match(text), "such": _SUCH.search(text)}
    points += sum(_POINTS[cue] for cue, match in cues.items() if match)
    points += _POINTS["question"] * text.endswith("?") + _POINTS["opens"] * before.opens
    points += 2 * min(2, len(set(_WORD.findall(text.lower())) & set(_WORD.findall(earlier.lower()))))
    points += _POINTS["new"] * _brings_new_name(text, earlier, before.known) + _POINTS["subject"] * new_subject
    points += _POINTS["speaking"] * bool(_SPEAKING.search(text))
    if points < _BAR or (before.person and not marked):
        return None
    words = marked or cues["deal"] or cues["connective"]
    return words.span() if words else (0, len(sentence))


def _pronoun(text: str, before: Before, end: int) -> tuple[re.Match[str] | None, int]:
    """The pronoun before ``end`` that may refer to the target, and its points."""
    if before.person and _QUOTED.match(text):
        # Who is named before a quotation is mostly its speaker, who does not call himself "he".
        return None, 0
    opening = _OPENING.match(text)
    if opening and _agrees(opening["word"], before):
        kind = _KINDS.get(opening["word"], "This")
        return opening, _POINTS[kind] + _POINTS["person"] * (kind == "He" and before.person)
    subject = _SUBJECT.search(text, 0, end)
    if subject and _agrees(subject[0], before):
        kind = {"she": "he"}.get(subject[0].lower(), subject[0].lower())
        early = len(text[: subject.start()].split()) < _EARLY
        if early or not before.person:
            return subject, _POINTS[kind if early else f"late {kind}"]
    match = _OBJECT.search(text, 0, end)
    return (match, _POINTS["object"]) if match else (None, 0)


_KINDS = {"They": "They", "Both": "They", "Neither": "They", "It": "It", "He": "He", "She": "He"} | dict.fromkeys(
    ("Their", "Its", "His", "Her"), "Its"
)


def _agrees(pronoun: str, before: Before) -> bool:
    if pronoun.lower() in ("he", "she", "his", "her"):
        return not before.other_person
    if pronoun.lower() in ("it", "its"):
        return not before.person and not before.plural
    return not before.person or pronoun.lower() in ("they", "their", "both", "neither", "such")


def _brings_new_name(text: str, earlier: str, known: str) -> bool:
    names = (match[0].removesuffix("'s") for match in _CAPITALISED.finditer(text))
    return any(name not in earlier and name not in known and name != "I" for name in names)
