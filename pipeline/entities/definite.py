"""Definite descriptions: ``the commission`` for the European Commission, once the article has named it."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from pipeline.entities.gazetteer import Gazetteer, Name

Span = tuple[int, int, Name]
"""Start and end within a sentence, and whom the words stand for."""

_DEFINITE = re.compile(
    r"(?:the|this|that|his|her|its|their|our) (?:(?:full|whole|entire|same|powerful|governing|ruling) )?$",
    re.IGNORECASE,
)
_ANOTHER = re.compile(r" (?:of|for|in|at) (?:the )?[A-ZÀ-Ý]| (?:\w+ )?(?:of|for) [a-z]")
_OWN = re.compile(r"(?:his|her|its|their|our) ", re.IGNORECASE)


class Definites:
    """Follows one article and tells whom a common noun with an article stands for.

    The noun of a party's name (``commission``) stands for it after the party has been named, until another body of the
    kind is (``a Senate commission``).

    Args:
        gazetteer: The names of the parties.
    """

    def __init__(self, gazetteer: Gazetteer) -> None:
        self._heads = gazetteer.heads
        self._common = gazetteer.common
        nouns = "|".join(sorted(self._heads, key=lambda noun: (-len(noun), noun)))
        self._pattern = re.compile(rf"\b(?:{nouns})\b", re.IGNORECASE) if nouns else None
        self._last: dict[str, Name | None] = {}
        self._seen: set[str] = set()

    def find(self, plain: str, named: Sequence[Span]) -> Iterator[Span]:
        """The descriptions in the next sentence.

        Args:
            plain: The sentence, normalized.
            named: What it names outright, in order of position.
        """
        for match in self._pattern.finditer(plain) if self._pattern else ():
            noun = match[0].lower()
            inside = next((span for span in named if span[0] <= match.start() < span[1]), None)
            if inside is not None:
                if inside[2].party in self._heads[noun]:
                    self._last[noun] = inside[2]
                continue
            article = _DEFINITE.search(plain[: match.start()])
            if article is None or _OWN.match(article[0]):
                self._last[noun] = None
                continue
            known = self._seen | {name.party for _, end, name in named if end <= match.start()}
            name = self._bearer(noun, known, capital=match[0][0].isupper() and not plain.isupper())
            if name and not _ANOTHER.match(plain, match.end()):
                yield article.start(), match.end(), name
        self._seen |= {name.party for _, _, name in named}

    def _bearer(self, noun: str, known: set[str], *, capital: bool) -> Name | None:
        """Whom a noun stands for: the last body of the kind named, or the only party of that kind.

        The party must have been named, unless it is a common noun itself or a capital marks the noun as a name.
        """
        if noun in self._last:
            return self._last[noun]
        parties = [party for party in self._heads[noun] if capital or party in known | self._common]
        return Name(parties[0], "name") if len(parties) == 1 else None
