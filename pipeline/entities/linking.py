"""Which sentences bear on which targets, and by which words."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

import msgspec

from pipeline.entities.carried import Before, carries
from pipeline.entities.definite import Definites, Span
from pipeline.entities.forms import acronym
from pipeline.entities.gazetteer import Gazetteer, Name, normalize
from pipeline.entities.people import People
from pipeline.entities.traps import Traps, dateline
from pipeline.records import Document, Mention, Sentence

_NAME = r"[A-Z][\w'-]+(?: (?:of|for|the|and|on|[A-Z][\w'-]+))*"
_EXPLAINED = re.compile(rf"(?P<name>{_NAME}) \((?:the )?(?P<acronym>[A-Z][A-Za-z.&]{{1,7}})\)")
_LONG_NAME = re.compile(r"[A-Z][\w'-]+(?: (?:(?:of|for|the|and|on) )*[A-Z][\w'-]+)+")


def link_article(document: Document, gazetteer: Gazetteer) -> Iterator[Mention]:
    """The mentions of one article: spaCy's entities, and the words that bear on a target.

    Args:
        document: An article with its sentences and, as mentions, spaCy's entities.
        gazetteer: The names of the parties.

    Yields:
        Mentions in order of position. An entity that is exactly the name of a target is one mention with both.
    """
    gathered: dict[str, list[Mention]] = {sentence.sentence_id: [] for sentence in document.sentences}
    for entity in document.mentions:
        gathered[entity.sentence_id].append(entity)
    named = _Named(document, gazetteer)
    people = {party for _, party in gazetteer.persons}
    before: _Judged | None = None
    for sentence in document.sentences:
        entities = gathered[sentence.sentence_id]
        if sentence.kind not in ("title", "body"):
            yield from entities
            continue
        links = [_mention(sentence, span, gazetteer.initiator) for span in named.spans(sentence, entities)]
        persons = {m.target or gazetteer.initiator for m in links} & people
        # Persons who are no party count too: they may be meant by "he" in the next sentence.
        persons |= {entity.text for entity in entities if entity.label == "PERSON" and not _overlapped(entity, links)}
        targets = tuple(dict.fromkeys(m.target for m in links if m.target))
        opens = before is None or before.sentence.paragraph != sentence.paragraph
        if not targets and before is not None and sentence.kind == "body" == before.sentence.kind:
            links += list(_carried(sentence, entities, links, before, gazetteer))
            targets = tuple(dict.fromkeys(m.target for m in links if m.target))
        yield from _merge(entities, links)
        before = _Judged(sentence, targets, opens, frozenset(persons)) if targets else None


class _Judged(msgspec.Struct, frozen=True):
    """A sentence that bears on targets, whether it opens its paragraph, and the persons in it."""

    sentence: Sentence
    targets: tuple[str, ...]
    opens: bool
    persons: frozenset[str]


class _Named:
    """What the sentences of one article name outright, in order."""

    def __init__(self, document: Document, gazetteer: Gazetteer) -> None:
        self._article = document.article.text
        self._gazetteer = gazetteer
        self._traps = Traps(self._article, document.mentions, gazetteer)
        self._people = People(self._article, document.mentions, gazetteer)
        self._definites = Definites(gazetteer)
        self._explained = _explained(self._article, gazetteer)
        forms = sorted(self._explained, key=lambda form: (-len(form), form))
        self._pattern = re.compile(rf"(?<![\w@#-])(?:{'|'.join(map(re.escape, forms))})(?!\w)") if forms else None

    def spans(self, sentence: Sentence, entities: Sequence[Mention]) -> list[Span]:
        """Start, end and bearer of what a sentence names, in order of position."""
        plain = normalize(sentence.text)
        skip = dateline(plain) if sentence.kind == "body" and self._starts_paragraph(sentence) else 0
        spans: list[Span] = []
        for found in self._gazetteer.find(plain):
            if found.start >= skip and not self._traps.catch(found, plain, entities, sentence.start):
                spans += [(found.start, found.end, name) for name in found.names]
        others: list[Span] = list(self._people.find(plain))
        if self._pattern:
            others += [
                (match.start(), match.end(), self._explained[match[0]]) for match in self._pattern.finditer(plain)
            ]
        spans += [other for other in others if not _overlaps(other, spans)]
        spans.sort(key=lambda span: span[:2])
        described = [span for span in self._definites.find(plain, spans) if not _overlaps(span, spans)]
        return sorted([*spans, *described], key=lambda span: span[:2])

    def _starts_paragraph(self, sentence: Sentence) -> bool:
        before = self._article[: sentence.start].rstrip(" ")
        return not before or before.endswith("\n")


def _overlapped(entity: Mention, links: Sequence[Mention]) -> bool:
    return any(link.start < entity.end and entity.start < link.end for link in links)


def _overlaps(span: Span, others: Sequence[Span]) -> bool:
    return any(start < span[1] and span[0] < end for start, end, _ in others)


def _mention(sentence: Sentence, span: Span, initiator: str) -> Mention:
    start, end, name = span
    mine = name.party == initiator
    return Mention(
        article_id=sentence.article_id,
        sentence_id=sentence.sentence_id,
        start=sentence.start + start,
        end=sentence.start + end,
        text=sentence.text[start:end],
        label=None,
        target=None if mine else name.party,
        link=None if mine else name.link,
        initiator=mine,
    )


def _carried(
    sentence: Sentence,
    entities: Sequence[Mention],
    links: Sequence[Mention],
    before: _Judged,
    gazetteer: Gazetteer,
) -> Iterator[Mention]:
    """What a sentence that names no target takes over from the sentence before."""
    people = {party for _, party in gazetteer.persons}
    known = " ".join(gazetteer.initiator_words)
    names = [entity for entity in entities if entity.label in ("PERSON", "ORG", "GPE", "NORP")]
    named = min((name.start - sentence.start for name in (*names, *links)), default=None)
    new_subject = any(
        name.start - sentence.start <= len("The ") and name.text not in before.sentence.text and name.text not in known
        for name in names
    )
    for target in before.targets:
        context = Before(
            text=before.sentence.text,
            targets=len(before.targets),
            opens=before.opens,
            same_paragraph=sentence.paragraph == before.sentence.paragraph,
            person=target in people,
            plural=target in gazetteer.plural,
            other_person=bool(before.persons - {target} if target in people else before.persons & people),
            known=known,
        )
        if span := carries(sentence.text, context, named, new_subject):
            yield _mention(sentence, (*span, Name(target, "carried")), "")


def _explained(text: str, gazetteer: Gazetteer) -> dict[str, Name]:
    """Names that the article gives a party beside its own.

    An acronym in brackets, ``European Court of Justice (ECJ)``; and where the party goes by an acronym (``FBI``), the
    name whose initials it is.
    """
    plain = normalize(text)
    explained: dict[str, Name] = {}
    for match in _EXPLAINED.finditer(plain):
        for found in gazetteer.find(match["name"]):
            if found.end == len(match["name"]) and found.names[0].link == "name":
                explained[match["acronym"]] = found.names[0]
    for match in _LONG_NAME.finditer(plain):
        name = match[0].removeprefix("The ")
        if re.fullmatch(r"[A-Z]{3,6}", letters := acronym(name)):
            for found in gazetteer.find(letters):
                if found.names[0].link == "name" and not gazetteer.places[found.names[0].party]:
                    explained.setdefault(name, found.names[0])
    return explained


def _merge(entities: Sequence[Mention], links: Sequence[Mention]) -> list[Mention]:
    """One mention for an entity and a link over the same words; all in order of position."""
    labels = {(entity.start, entity.end): entity.label for entity in entities}
    linked = [_labelled(mention, labels.get((mention.start, mention.end))) for mention in links]
    spans = {(mention.start, mention.end) for mention in linked}
    rest = [entity for entity in entities if (entity.start, entity.end) not in spans]
    return sorted([*rest, *linked], key=lambda m: (m.start, m.end, m.target or "", m.link or ""))


def _labelled(mention: Mention, label: str | None) -> Mention:
    return msgspec.structs.replace(mention, label=label)
