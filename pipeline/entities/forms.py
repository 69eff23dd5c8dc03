"""Other forms of a configured name: number, case, acronym, and the short forms that an article falls back on."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cache
from typing import Any

import msgspec

from pipeline.entities.countries import stands_for, table

_SMALL = ("of", "for", "the", "and", "on", "in", "de", "&")
_NO_NUMBER = re.compile(r"(?:police|media|staff|people|news|ss|us|is)$", re.IGNORECASE)
_PLURAL_PEOPLE = re.compile(r"[A-ZÀ-Ý]\w+(?:ans|ats|ists|ives|ens|als|ers)$")
_PERSON = re.compile(
    r"[A-ZÀ-Ý][\w.'-]*(?: (?:[A-ZÀ-Ý][\w'-]*\.?|al|bin|de|del|der|di|el|la|van|von)){0,3} [A-ZÀ-Ý][\w'-]+"
)


class Form(msgspec.Struct, frozen=True):
    """Another form of a name. ``inside`` forms count only within a sentence, where a capital says that it is a name."""

    surface: str
    inside: bool = False


@cache
def _words(field: str) -> frozenset[str]:
    values: dict[str, Any] = table("forms")
    return frozenset(values[field])


def variants(name: str) -> Iterator[str]:
    """A name as configured, and in the other cases and the other number in which prose writes it.

    >>> list(variants("trade unions"))
    ['trade unions', 'Trade unions', 'Trade Unions', 'trade union', 'Trade union', 'Trade Union']
    >>> list(variants("the North"))
    ['the North']
    >>> list(variants("Senate Republicans"))[:3]
    ['Senate Republicans', 'senate republicans', 'Senate republicans']
    """
    yield name
    words = name.split()
    if name.startswith(("the ", "The ")) or (len(words) == 1 and not name.islower()):
        return
    stems = [name]
    if words[-1].islower() and (other := _other_number(words[-1])):
        stems.append(" ".join([*words[:-1], other]))
    for stem in stems:
        first, *rest = stem.split()
        if first.islower():
            spoken = [stem, first[0].upper() + stem[1:], " ".join(_capital(word) for word in stem.split())]
        else:
            lower = [word if word.isupper() else word.lower() for word in rest]
            spoken = [stem, " ".join([first if first.isupper() else first.lower(), *lower]), " ".join([first, *lower])]
        for form in dict.fromkeys(spoken):
            if form != name:
                yield form


def short_forms(name: str) -> Iterator[Form]:
    """The names by which a body is called for short, whatever the article says of it.

    >>> [form.surface for form in short_forms("Economic Freedom Fighters")]
    ['EFF', 'E.F.F.']
    >>> [form.surface for form in short_forms("Harlow Capital")]
    ['the HC', 'Harlow']
    >>> [form.surface for form in short_forms("FBI")]
    ['F.B.I.']
    """
    bare = re.sub(r"^[Tt]he ", "", name)
    words = bare.split()
    if len(words) == 1:
        if re.fullmatch(r"[A-Z]{3,6}", bare):
            yield Form("".join(f"{letter}." for letter in bare))
        elif _PLURAL_PEOPLE.fullmatch(bare):
            yield Form(bare[:-1], inside=True)
        return
    letters = acronym(bare)
    if letters[2:]:
        yield Form(letters)
        yield Form("".join(f"{letter}." for letter in letters))
    elif letters:
        yield Form(f"the {letters}")
    proper, *kind = words
    known = not proper[0].isupper() or proper in _words("common") or stands_for(proper) is not None
    if not known and kind == kind[:1] and kind[0] in _words("kinds"):
        yield Form(proper, inside=not proper.isupper())
        if kind == ["Party"] and not proper.isupper():
            yield Form(f"{proper}s")


def acronym(name: str) -> str:
    """The initials of a name's words, or nothing where a word has no capital.

    >>> acronym("Federal Bureau of Investigation"), acronym("trade unions")
    ('FBI', '')
    """
    words = [word for word in re.split(r"[\s-]+", name) if word not in _SMALL]
    return "".join(word[0] for word in words) if all(re.match(r"[A-ZÀ-Ý]", word) for word in words) else ""


def head(name: str) -> str | None:
    """The common noun that an article may use for a body named in full before, as in ``the commission``.

    >>> head("European Commission"), head("Department of Justice"), head("university rectors"), head("Jane Doe")
    ('commission', 'department', 'rectors', None)
    """
    words = re.split(r" (?:of|for) ", name)[0].split()
    last = words[-1].lower()
    if len(name.split()) == 1 or last in _words("vague"):
        return None
    return last if last in _words("heads") or (words[-1].islower() and last.endswith(("s", "men"))) else None


def government(name: str) -> tuple[str, str] | None:
    """Whose government, administration or campaign a name is, and the noun.

    >>> government("French government"), government("the Doe administration"), government("Jane Doe")
    (('French', 'government'), ('Doe', 'administration'), None)
    """
    nouns = "|".join(sorted(_words("governments") | {"campaign"}))
    match = re.fullmatch(rf"(?:[Tt]he )?([A-ZÀ-Ý][\w.' -]+?)(?:'s)? ((?i:{nouns}))", name)
    return (match[1], match[2].lower()) if match else None


def is_faction(name: str) -> bool:
    """Whether all but one word of a name say which part of a party is meant.

    >>> is_faction("Senate Republicans"), is_faction("Democratic lawmakers"), is_faction("Social Democrats")
    (True, True, False)
    """
    rest = [word for word in name.lower().split() if word not in _words("factions")]
    return len(rest) == 1


def governments() -> tuple[str, ...]:
    """Nouns that after a country's adjective mean its government, in order."""
    return tuple(sorted(_words("governments")))


def is_plural(name: str) -> bool:
    """Whether a name is a plural noun.

    >>> is_plural("House Democrats"), is_plural("trade unions"), is_plural("United States"), is_plural("police")
    (True, True, False, True)
    """
    last = name.rsplit(maxsplit=1)[-1]
    return bool(_PLURAL_PEOPLE.fullmatch(last)) or last == "police" or (last.islower() and last.endswith(("s", "men")))


def may_be_person(name: str) -> bool:
    """Whether a name has the shape of a person's: given name and family name, and no word for a body.

    >>> may_be_person("Jane Q. Doe"), may_be_person("Tea Party"), may_be_person("Jane")
    (True, False, False)
    """
    bodies = _words("kinds") | _words("common")
    words = name.split()
    return bool(_PERSON.fullmatch(name)) and head(name) is None and not any(word in bodies for word in words)


def _capital(word: str) -> str:
    return word[0].upper() + word[1:]


def _other_number(noun: str) -> str | None:
    """The plural of a singular and the singular of a plural noun.

    >>> _other_number("parties"), _other_number("church"), _other_number("police"), _other_number("boss")
    ('party', 'churches', None, 'bosses')
    """
    if noun.endswith("ss"):
        return noun + "es"
    if _NO_NUMBER.search(noun):
        return None
    for plural, singular in (("ies", "y"), ("ches", "ch"), ("shes", "sh"), ("sses", "ss"), ("xes", "x"), ("s", "")):
        if noun.endswith(plural):
            return noun.removesuffix(plural) + singular
    for singular, plural in (("y", "ies"), ("ch", "ches"), ("sh", "shes"), ("x", "xes")):
        if noun.endswith(singular) and not re.search(r"[aeiou]y$", noun):
            return noun.removesuffix(singular) + plural
    return noun + "s"
