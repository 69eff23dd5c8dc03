"""The kind of each paragraph, from its wording and its place in the article."""

from __future__ import annotations

import re

from pipeline.records import Article, Kind
from pipeline.segment import byline, furniture
from pipeline.segment.paragraphs import Paragraph

HEAD = 8
"""Paragraphs from the top among which title and bylines are looked for."""

TAIL = 4
"""Paragraphs from the end among which a note on the author is looked for."""

MIN_ARTICLE = 4
"""Paragraphs; in a shorter text a last line without an end mark is no heading left over."""

HEADLINE_WORDS = 25
LEFT_OVER_WORDS = 6
PROSE_WORDS = 30
"""Words from which a paragraph is prose, whatever it ends with."""

SENTENCE_WORDS = 6
"""Words from which a paragraph with an end mark is prose."""

PARTICLE = 4
"""Characters up to which a word of a heading may begin in lower case."""

NOTES_SHARE = 0.3
"""Share of an article's text above which a section is no appendix, whatever its heading says."""

_PROSE = re.compile(r"[.!?…:][\"'”’»)\]*_]*$")
_FULL_STOP = re.compile(r"\.[\"'”’»)\]*_]*$")
_QUOTES = str.maketrans("‘’“”–—", "''\"\"--")


def kinds(article: Article, paragraphs: list[Paragraph]) -> list[Kind]:
    """The kind of each paragraph, in their order."""
    texts = [article.text[paragraph.start : paragraph.end] for paragraph in paragraphs]
    found: list[Kind | None] = [_by_wording(text, paragraph) for text, paragraph in zip(texts, paragraphs, strict=True)]
    title = _title(article, texts, found)
    if title is not None:
        found[title] = "title"
        for number in range(title + 1, min(len(texts), HEAD)):
            if _normal(texts[number]) == _normal(texts[title]):
                found[number] = "furniture"
    head = _head(texts, found)
    _mark_bylines(article, texts, found, head)
    _mark_tail(article, texts, paragraphs, found, head)
    return [kind or "body" for kind in found]


def _by_wording(text: str, paragraph: Paragraph) -> Kind | None:
    return "furniture" if paragraph.front_matter or furniture.is_furniture_paragraph(text) else None


def _normal(text: str | None) -> str:
    """A line as it is compared: no markup, plain quotation marks, lower case."""
    return " ".join((text or "").strip("#*_ ").translate(_QUOTES).casefold().split())


def _title(article: Article, texts: list[str], found: list[Kind | None]) -> int | None:
    """The paragraph that is the article's title, or None."""
    wanted = _normal(article.title)
    for number, text in enumerate(texts[:HEAD]):
        if wanted and len(text) < 2 * len(wanted) + 9 and _normal(text) == wanted and not byline.is_date(text):
            return number
    known = _known(article)
    first = next(
        (
            number
            for number, text in enumerate(texts[:HEAD])
            if found[number] is None and not _is_line(text) and _normal(text) not in known
        ),
        None,
    )
    if first is None or first == len(texts) - 1:
        return None
    return first if _is_headline(texts[first]) else None


def _is_headline(text: str) -> bool:
    """Whether the first line reads like a headline: short, one line, no full stop."""
    short = "\n" not in text and len(text.split()) <= HEADLINE_WORDS
    return short and not _FULL_STOP.search(text) and not text.endswith((":", ",", ";"))


def _head(texts: list[str], found: list[Kind | None]) -> int:
    """How many paragraphs stand before the first one of prose; at most ``HEAD``."""
    for number, text in enumerate(texts[:HEAD]):
        words = len(text.split())
        if found[number] is None and (
            words > PROSE_WORDS or (words >= SENTENCE_WORDS and _PROSE.search(text) and not _is_line(text))
        ):
            return number
    return min(len(texts), HEAD)


def _known(article: Article) -> set[str]:
    """The author's and the publisher's name, as they are compared."""
    return {_normal(name) for name in (article.author, article.publisher) if name}


def _is_line(text: str) -> bool:
    """Whether a line by its wording says who wrote the article, or when."""
    return byline.is_byline(text) or byline.is_date(text) or byline.is_stamp(text) or byline.is_agency(text)


def _mark_bylines(article: Article, texts: list[str], found: list[Kind | None], head: int) -> None:
    """Mark author, date and publisher lines at the top, and stamps anywhere."""
    known = _known(article)
    for number, text in enumerate(texts):
        if found[number] is not None:
            continue
        at_top = number < head and (_is_line(text) or _normal(text) in known)
        at_end = number >= len(texts) - TAIL and (byline.is_date(text) or byline.is_stamp(text))
        if at_top or at_end:
            found[number] = "byline"
    for order in (range(1, head), range(head - 2, -1, -1)):
        for number in order:
            beside = found[max(number - 1, 0)], found[min(number + 1, head - 1)]
            if found[number] is None and "byline" in beside and byline.is_name_or_affiliation(texts[number]):
                found[number] = "byline"


def _mark_tail(
    article: Article, texts: list[str], paragraphs: list[Paragraph], found: list[Kind | None], head: int
) -> None:
    """Mark notes on the author, notes and headings that nothing follows, at the end of the article."""
    _mark_sections(texts, paragraphs, found, head)
    for number in range(max(head + 1, len(texts) - TAIL), len(texts)):
        if found[number] is None and furniture.is_author_note(texts[number], article.author):
            found[number] = "furniture"
    last = next((number for number in range(len(texts) - 1, head, -1) if found[number] is None), 0)
    if last >= MIN_ARTICLE - 1 and not paragraphs[last].bullet:
        text = texts[last]
        title_case = all(word[:1].isupper() or len(word) <= PARTICLE for word in text.split())
        if paragraphs[last].heading or (len(text.split()) <= LEFT_OVER_WORDS and title_case and text[-1:].isalnum()):
            found[last] = "furniture"


def _mark_sections(texts: list[str], paragraphs: list[Paragraph], found: list[Kind | None], head: int) -> None:
    """Mark what follows a heading such as "About the author" or "Notes" up to the next heading."""
    total = sum(map(len, texts))
    for number in range(head, len(texts)):
        text = texts[number]
        if found[number] == "title" or not (furniture.is_author_heading(text) or furniture.is_notes_heading(text)):
            continue
        end = next((n for n in range(number + 1, len(texts)) if paragraphs[n].heading), len(texts))
        if end < len(texts) and not paragraphs[number].heading:
            continue
        small = sum(map(len, texts[number:end])) <= total * NOTES_SHARE
        for inside in range(number, end if small else number):
            found[inside] = "furniture"
