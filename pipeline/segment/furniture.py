"""Wording of what stands around an article without being part of it: pointers, disclaimers, credits, author notes."""

from __future__ import annotations

import re

MAX_POINTER_WORDS = 40
MAX_NOTICE_WORDS = 90

_SITES = r"(?:twitter|facebook|instagram|linkedin|youtube|telegram|whatsapp|mastodon|bluesky|threads|google news|X\b)"

_SHARING = r"(?:share|print|e-?mail|tweet|save|comments?|reprints?|leave a (?:comment|reply))"
_TEXT = r"(?:article|piece|post|story|essay|commentary|op-ed|column|blog)"
_ONCE = r"(?:originally|first|also|previously)"
_OUT = r"(?:published|appeared|republished|reprinted)"
_NAMES = r"(?-i:[A-Z][\w.’'-]+(?:(?:,? and|,| in| at| for| from| of)? [A-Z][\w.’'-]+)*)"
_WORK = (
    r"(?:(?:additional|with|further) )?(?:reporting|research|writing|editing|compiled|translat(?:ed|ion))"
    r"(?: and \w+ing)? by"
)
_OPINIONS = r"\b(?:views?|opinions?)\b"


def _compiled(*patterns: str) -> tuple[re.Pattern[str], ...]:
    return tuple(re.compile(pattern, re.IGNORECASE) for pattern in patterns)


_POINTERS = _compiled(
    r"(?:up )?(?:next|previous)(?: (?:article|post|story|page))?\s*:\s",
    r"(?:read|see|watch|listen|hear)(?: (?:more|also|next|now|here|on))?\s*[:»→>|]\s",
    r"(?:read|learn|see|find out|view|hear) more\b(?!\s+(?:than|like|into|of)\b)[^.]*\.?$",
    r"(?:read|see) also\b|see related\b",
    r"related(?: (?:articles?|stor(?:y|ies)|content|coverage|links?|posts?|news|topics?|reading))?\s*(?::|$)",
    r"(?:more from|more on|you may also like|recommended(?: for you| reading))\b[^.!?]*$",
    r"(?:most (?:read|popular)|trending(?: now)?|editors?['’]s? picks?|what to read next)\b[^.!?]*$",
    r"(?:please )?(?:click|tap) (?:here|below|on)\b",
    rf"(?:you can )?follow\s.{{1,80}}\b(?:on|at)\s.{{0,20}}{_SITES}",
    r"(?:follow|like|join|find) us(?: (?:on|at|here)\b|[.!]?$)",
    r"(?:please )?sign up\s+(?:for|to|here|now|today)\b"
    r"(?=.*\b(?:newsletter|e-?mail|updates|alerts?|briefing|inbox|free|here|our)\b)",
    r"(?:please )?subscribe\s+(?:to|now|here|today|for)\b|subscribe[.!]?$",
    r"(?:please )?(?:donate|support us|become a member|join our|download (?:the|our|this))\b[^.]*\.?$",
    r"(?:story continues|article continues|continue reading|continues? below|scroll down)\b",
    r"\(?(?:advertisement|sponsored(?: content)?|promoted)\)?[:.]?$",
    rf"{_SHARING}(?: (?:on|via|this|article|story|post|page|with|facebook|twitter|e-?mail|linkedin|x))*[:.!]?$",
    r"share (?:this|on)\b[^.]*$",
    r"(?:site|main) (?:mobile )?navigation$|skip to (?:main )?content|back to top$|go to (?:top|home)",
    r"(?:tags?|topics?|keywords|categor(?:y|ies)|filed under|posted in|labels?)\s*:",
    r"\d+ min(?:ute)?s? read$|\d+ comments?$|reading time\b",
)
"""Beginnings of short paragraphs that lead away from the article."""

_CREDITS = _compiled(
    rf"[\[(—–-]*\s*{_WORK} {_NAMES}(?:\s*[;,|.]\s*(?:and )?{_WORK} {_NAMES})*[\s.)\]]*$",
    r".{0,200}\bcontribut(?:ed|ing) (?:\w+ )?(?:to|for) this (?:report|story|article|piece|post)\b",
    r"(?-i:(?:[A-Z][\w.’'-]+,? (?:and )?){2,12})(?:contributed (?:reporting|research)\b"
    r"|reported from (?-i:(?:[A-Z][\w.’'-]+,?\s?){1,4})(?:$|,? and (?-i:[A-Z])))",
)
"""Beginnings of paragraphs and last sentences that name who reported and edited."""

_PICTURES = _compiled(
    r"(?:file |stock |cover |main |header )?(?:photo|image|picture|photograph|illustration|graphic|video)s?"
    r"(?: credits?| by| courtesy(?: of)?)?\s*[:/|©]",
    rf"(?:photo|image|picture|photograph|illustration|graphic)s? (?:by|courtesy(?: of)?) {_NAMES}"
    rf"(?:\s?/\s?{_NAMES})?[.)]*$",
    r"file photo\b|(?:photo |image )?(?:credit|caption)s?\s*:\s",
    r".{0,400}[.!?)”]\s?(?-i:(?:Photo )?Credit(?::\s*)?[A-Z][\w.’-]+\s[A-Z])",
    r".{0,300}(?:\bgetty images|\bap photo(?:/.{1,40})?|\bafp(?:/| via )getty.*"
    r"|/(?-i:AFP|AP|EPA|TASS|Xinhua|Reuters))\)?\.?$",
    r"!\[[^\]]*\]\([^)]*\)$",
)
"""Beginnings of paragraphs that are captions or name who took a picture."""

_DISCLAIMERS = _compiled(
    rf".{{0,40}}{_OPINIONS}.{{0,40}}\bexpressed\s+(?:(?:in|on) (?:this|the above) "
    r"|in the (?:article|piece|post|text)\b|here(?:in)?\b"
    r"|above\b|by the authors?\b|by (?:contribut|guest|columnists|our|\w+ contributors)"
    r"|are (?:solely |entirely |purely )?(?:those|his|her|their|my|the author))",
    rf".{{0,40}}{_OPINIONS}.{{0,80}}\bare (?:\w+ly )?those of the (?:authors?|writers?|contributors?)\b",
    rf"(?:all |the |these |any )?{_OPINIONS}(?: and {_OPINIONS})?(?: (?:are|represent))(?: \w+ly)? "
    r"(?:his|her|their|my|the author’s|the author's) own",
    r".{0,300}\b(?:do|does) not necessarily (?:reflect|represent)\b.{0,60}"
    r"\b(?:views?|opinions?|positions?|polic(?:y|ies)) of\b.{0,60}"
    r"\b(?:board|editors?|staff|publisher|institut|cent(?:er|re)\b|organi[sz]ation|employer|magazine|newspaper|website)",
)
"""Beginnings of paragraphs in which the publisher says that opinions are not its own."""

_RIGHTS = _compiled(
    r"(?:©|\(c\)\s*(?:copyright|\d{4})|copyright\s*(?:©|\(c\)|\d{4}|by\b))",
    r".{0,400}\ball rights reserved\b",
    r".{0,200}\bmay not be (?:published|reproduced|republished|reprinted|broadcast|redistributed)\b"
    r".{0,100}\b(?:permission|consent|rewritten|redistributed)\b",
)
"""Beginnings of paragraphs and last sentences on who owns the text."""

_NOTICES = _compiled(
    rf"(?:an? (?:\w+ )?version of )?this {_TEXT} (?:was|has been|is|(?={_ONCE}))\s?(?:\w+ )?(?:{_ONCE} )?"
    rf"(?:{_OUT}|adapted|updated|revised|corrected|posted)\b",
    rf"(?:this (?:report|analysis|interview)|the {_TEXT}) (?:was )?(?:originally|first) {_OUT}\b",
    rf"{_ONCE} {_OUT} (?:in|by|on|at)\b[^,;.]{{0,80}}(?:, \d{{4}})?\.?$",
    r"(?:re)?(?:published|printed) (?:with|by) permission\b",
    r"(?:an? )?(?:earlier|previous) version of this (?:article|story|post|piece)\b",
    r"(?:editor|publisher|author)['’]?s?['’]? note\s*:|(?:correction|clarification)\s*:",
)
"""Beginnings of paragraphs in which the publisher says where the text appeared and how it was changed."""

_ANYWHERE = (*_CREDITS, *_PICTURES, *_DISCLAIMERS, *_RIGHTS, *_NOTICES)

_AUTHOR_HEADING = re.compile(
    r"(?:about (?:the )?(?:authors?|writers?|contributors?|experts?)"
    r"|author(?:\(s\)|s)?(?: bio(?:graphy)?)?|(?:the )?contributors?)\s*:?",
    re.IGNORECASE,
)
_NOTES_HEADING = re.compile(
    r"(?:(?:end|foot)?notes|references|sources|bibliography|works cited|further reading|acknowledge?ments?"
    r"|related|comments?|share|tags)\s*:?",
    re.IGNORECASE,
)
_NAME = r"(?:(?:Dr|Prof|Amb|Sir)\.?\s)?[A-Z][\w.'’-]+(?:\s+(?:[A-Z][\w.'’-]*|de|van|von|bin|al)){1,3}"
_ROLE = (
    r"(?i:fellow|professor|lecturer|correspondent|columnist|editor|journalist|author of|researcher|scholar|contributor"
    r"|analyst|reporter|writer|director|expert|associate|student|candidate|consultant|historian|economist|ambassador"
    r"|member of)"
)
_AUTHOR_NOTE = re.compile(
    rf"(?P<name>{_NAME})[*_]*(?:,[^,.]{{1,60}},)?\s+(?:is|was|are|serves as|works as)\s+"
    rf"(?:(?:[\w’'-]+\s+){{0,6}}{_ROLE}\b|based in\b)"
    r"|The (?:author|writer)\s+(?:is|was|teaches|works|writes|served)\b"
)
_PRESENT_POST = re.compile(
    r"\b(?:is|are) (?:an? )?(?:[\w’'-]+\s+){0,4}(?:fellow|professor|lecturer|columnist|correspondent|reporter"
    r"|journalist|writer|contributor|researcher|scholar|analyst)s?\s+(?:at|for|with|in|based|of|to|covering|who)\b"
    r"|\bauthor of\b|\bfreelance\b|\bfollow (?:him|her|them)\b",
    re.IGNORECASE,
)


def _any(patterns: tuple[re.Pattern[str], ...], text: str) -> bool:
    return any(pattern.match(text) for pattern in patterns)


def is_furniture_paragraph(text: str) -> bool:
    """Whether a paragraph's wording marks it as furniture wherever it stands.

    >>> is_furniture_paragraph("Read more: Trade talks resume"), is_furniture_paragraph("Next, the talks will resume.")
    (True, False)
    """
    text = text.strip("*_ ")
    words = len(text.split())
    if words > MAX_NOTICE_WORDS:
        return False
    return (words <= MAX_POINTER_WORDS and _any(_POINTERS, text)) or _any(_ANYWHERE, text)


def is_furniture_sentence(text: str) -> bool:
    """Whether a sentence in a body paragraph is a credit or a notice set at its end."""
    return len(text.split()) <= MAX_POINTER_WORDS and _any(_CREDITS + _RIGHTS, text)


def is_author_heading(text: str) -> bool:
    """Whether a line heads a note on the author."""
    return bool(_AUTHOR_HEADING.fullmatch(text.strip("*_ ")))


def is_notes_heading(text: str) -> bool:
    """Whether a line heads notes, references or links."""
    return bool(_NOTES_HEADING.fullmatch(text.strip("*_ ")))


def is_author_note(text: str, author: str | None) -> bool:
    """Whether a paragraph says who the author is; to be asked of the last paragraphs only.

    Args:
        text: The paragraph.
        author: The article's author where known; a note on somebody else then is none.
    """
    text = text.strip("*_ ")
    match = _AUTHOR_NOTE.match(text)
    if not match or len(text.split()) > MAX_NOTICE_WORDS:
        return False
    if match["name"] and author:
        return match["name"].split()[-1] in author.split()
    return not match["name"] or bool(_PRESENT_POST.search(text))
