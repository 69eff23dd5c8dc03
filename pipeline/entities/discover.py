"""Who reaches out to whom, found from the entities that a topic's articles share."""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Iterable
from functools import cache

import msgspec

from pipeline.config import DiscoverConfig, Party, Subject, slug
from pipeline.entities.countries import find, places
from pipeline.entities.gazetteer import normalize
from pipeline.entities.traps import dateline
from pipeline.records import Document

_LABELS = ("GPE", "NORP", "ORG", "PERSON", "LOC")


class _Seen(msgspec.Struct):
    """Which articles name a candidate at all and in their titles, and how often they do."""

    articles: set[str]
    titles: set[str]
    mentions: int = 0
    person: bool = False


def discover(documents: Iterable[Document], config: DiscoverConfig) -> Subject | None:
    """Choose an initiator and targets for one topic.

    The initiator is the entity in the most titles, of those in the most articles, and of those the most often named;
    the targets are the next ones that more than one article names. A country counts under all its names, a person
    under the fullest.

    Args:
        documents: The articles of one topic with their entities as mentions.
        config: How many targets, and how often one must be named.

    Returns:
        The subject, or None where the articles name fewer than two entities.
    """
    seen: dict[str, _Seen] = {}
    count = 0
    for document in documents:
        count += 1
        own = {normalize(name or "").lower() for name in (document.article.author, document.article.publisher)}
        titles = {s.sentence_id for s in document.sentences if s.kind == "title"}
        told_from = {s.sentence_id: s.start + dateline(s.text) for s in document.sentences if s.kind == "body"}
        for mention in document.mentions:
            name = _canonical(mention.text)
            if mention.label not in _LABELS or name is None or name.lower() in own:
                continue
            if mention.start < told_from.get(mention.sentence_id, 0) or (mention.label == "NORP" and not find(name)):
                continue
            entry = seen.setdefault(name, _Seen(set(), set()))
            entry.articles.add(document.article.article_id)
            entry.mentions += 1
            if mention.sentence_id in titles:
                entry.titles.add(document.article.article_id)
            entry.person |= mention.label == "PERSON"
    _merge_persons(seen)
    ranked = sorted(seen, key=lambda name: (*_rank(seen[name]), name))
    frequent = [name for name in ranked if seen[name].mentions >= config.min_mentions]
    shared = [name for name in frequent if count == 1 or len(seen[name].articles) > 1]
    chosen = (shared if len(shared) > 1 else frequent if len(frequent) > 1 else ranked)[: config.max_targets + 1]
    if not chosen[1:]:
        return None
    parties = [Party(id=_id(name, chosen[:at]), name=name) for at, name in enumerate(chosen)]
    return Subject(parties[0], tuple(parties[1:]))


def _rank(entry: _Seen) -> tuple[int, int, int]:
    return -len(entry.titles), -len(entry.articles), -entry.mentions


def _id(name: str, earlier: list[str]) -> str:
    same = sum(slug(other) == slug(name) for other in earlier)
    return slug(name) + (f"_{same + 1}" if same else "")


def _canonical(text: str) -> str | None:
    """The name that an entity counts under.

    >>> _canonical("the Kremlin’s"), _canonical("Americans"), _canonical("Jane Doe's"), _canonical("11 percent")
    ('Russia', 'United States', 'Jane Doe', None)
    """
    name = re.sub(r"^[Tt]he |['’]s?$", "", normalize(" ".join(text.split())))
    if place := _bearers().get(name):
        return place
    return name if re.fullmatch(r"[A-ZÀ-Ý][^\d@#/|]{2,60}|[A-Z]{2,}", name) else None


@cache
def _bearers() -> dict[str, str]:
    bearers: dict[str, str] = {}
    for place in places().values():
        for surface, link in place.words:
            if link != "leader":
                bearers.setdefault(normalize(surface), place.name)
    return bearers


def _merge_persons(seen: dict[str, _Seen]) -> None:
    """Count a family name under the full name that bears it, where there is just one."""
    bearers: dict[str, list[str]] = defaultdict(list)
    for name, entry in seen.items():
        if entry.person and " " in name:
            bearers[name.split()[-1]].append(name)
    for family, names in sorted(bearers.items()):
        fullest = min(names, key=lambda name: (-seen[name].mentions, name))
        others = [name for name in (*names, family) if name != fullest and name in seen]
        ends = Counter(name.split()[0][0] for name in names)
        if len(ends) > 1:
            others = [name for name in others if name == family]
        for name in others:
            entry = seen.pop(name)
            target = seen[fullest]
            target.articles |= entry.articles
            target.titles |= entry.titles
            target.mentions += entry.mentions
