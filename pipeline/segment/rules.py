"""The rules for sentence boundaries.

A candidate is a place where a sentence may begin: after an end mark, the closing marks that belong to it, and white
space. Each rule looks at one candidate and says True (a sentence begins), False (none does), or None (no opinion).
"""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import NamedTuple

_CLOSERS = r"(?:[\"'”’»)\]}*_]|\]\([^()\s]*\)|\[\d{1,3}\])*"
_CANDIDATE = re.compile(
    rf"""
    (?P<mark>[.!?…]+)(?P<closers>{_CLOSERS}(?:\s+[”»](?=\s))?)(?P<gap>\s+)(?=\S)  # the ordinary end
    | (?<=[a-z]{{3}})(?P<noted>\.[”’"]?)\d{{1,3}}\s+(?=[“"‘(]?[A-Z])  # a footnote's number: talks.12 The
    | (?<=[a-z]{{2}})(?P<tight>[.!?])[”’)]*(?=[“‘(]?[A-Z][a-z]+[\s,])  # no space: talks.The
    """,
    re.VERBOSE,
)
_OPENERS = re.compile(r"(?:(?:…|\.{3})\s*)?[“\"‘'(\[{«¿¡*_•·‣▪\s]*")
_LAST_TOKEN = re.compile(r"[\w.&][\w.&'’]*$")


def _words(text: str) -> frozenset[str]:
    return frozenset(text.split())


TITLES = _words(
    """
    Mr Mrs Ms Mx Dr Prof Gen Sen Sens Rep Reps Gov Govs Lt Col Capt Sgt Maj Adm Cmdr Brig Cpl Pvt Rev Hon Fr
    Messrs Mme Mlle St Ste Mt Ft Atty Amb Supt Insp Det Sec Pres Asst Assoc Dept Lieut Msgr Ald
    """
)
SHORTENINGS = _words("vs v e.g i.e cf viz approx ca incl esp")
NUMBERED = _words(
    """
    No Nos Art Arts Sec Vol Vols p pp Fig Figs Ch Ed Para Paras no nos art vol fig ch para Res
    """
)
MONTHS = _words("Jan Feb Mar Apr Jun Jul Aug Sep Sept Oct Nov Dec")
OPEN_ABBREVIATIONS = _words(
    """
    Inc Corp Co Cos Ltd LLC Plc Jr Sr Bros Ave Blvd Rd Ph.D etc al Assn Mfg Est est Esq Univ Inst Intl Natl Govt
    Min Max Ala Ariz Ark Calif Colo Conn Del Fla Ga Ill Ind Kan Ky La Mass Md Mich Minn Mo Mont Neb Nev Okla Ore
    Pa Penn Tenn Tex Va Vt Wash Wis Wyo Ont Que
    """
)
STARTERS = _words(
    """
    The A An He She It They We I You This That These Those There Here But And Or Nor So Yet If When While As In On
    At For From With Without Within After Before Since Until Although Though However Moreover Nevertheless
    Nonetheless Meanwhile Still Also Then Now Not What Who Why How Where Which Whether His Her Its Their Our My
    Your Because Despite During According By To Under Over Both Some Many Most Much Few Several All Each Every
    Another Such Even Just Only Once Today Yesterday Tomorrow Perhaps Asked Between Among Instead Indeed Thus
    Hence Therefore No Nothing Nobody Everyone Everybody Everything Someone Anyone Is Are Was Were Do Does Did Has
    Have Had
    """
)
ZONES = _words("EST EDT ET CST CDT CT MST MDT MT PST PDT PT GMT UTC BST CET Eastern Central Pacific Mountain")
BRANDS = ("Yahoo!", "Jeopardy!")

_ASK = r"(?:ask(?:ed|s)|wonder(?:ed|s)|inquired|exclaim(?:ed|s)|shout(?:ed|s)|cri(?:ed|es)|quipped|demanded)\b"
_SAY = (
    r"(?:said|says|sa(?:id|ys) of|told|wrote|writes|tweeted|added|adds|replied|responded|recalled|joked|noted"
    r"|declared)\b"
    r"(?!\s+(?:that|he|she|it|they|we|I|the|there|his|her|nothing|this|a|an|in (?:his|her|a))\b)"
)
_ATTRIBUTION = re.compile(rf"(?:(?:[A-Z][\w.’'-]*|the|of|de|van|von|bin|al),?\s+){{1,7}}(?:{_ASK}|{_SAY})")
_ACRONYM = re.compile(r"(?:[A-Za-z]\.)+[A-Za-z]$")
_ENUMERATOR = re.compile(r"(?:^|[:;,]\s+|\s{2,})[(\[]?(?:\d{1,2}|[a-hA-H]|[ivx]{1,4}|[IVX]{2,4})$")
_CAMEL = re.compile(r"[a-z]{1,2}[-’']?[A-Z]")


MAX_TOKEN = 40
"""Characters looked at before and after an end mark."""


class Candidate(NamedTuple):
    """A place where a sentence may begin.

    Attributes:
        text: The paragraph.
        mark: The offset of the last end mark.
        next: The offset at which the next sentence would begin.
        end: The end mark, with what is repeated of it: ``.``, ``?!``, ``...``.
        closers: The closing marks after it.
        token: The word before it, with the full stops inside it: ``U.S``, ``Mr``.
        since: What stands before it, back to where the last sentence may have begun; its last 40 characters.
        opener: The opening marks of what follows.
        word: The first word of what follows, without opening marks.
        tight: No white space is between the two.
    """

    text: str
    mark: int
    next: int
    end: str
    closers: str
    token: str
    since: str
    opener: str
    word: str
    tight: bool


def candidates(text: str) -> list[tuple[Candidate, bool | None]]:
    """The places in a paragraph where a sentence may begin, in order, each with its verdict.

    True and False are settled; None leaves it to the parser.
    """
    found = []
    previous = 0
    for match in _CANDIDATE.finditer(text):
        candidate = _candidate(text, match, previous)
        split = next((split for rule in RULES if (split := rule(candidate)) is not None), None)
        found.append((candidate, split))
        if split is not False:
            previous = match.end()
    return found


def _candidate(text: str, match: re.Match[str], previous: int) -> Candidate:
    """Look around a match; ``previous`` is where the last sentence may have begun."""
    end = match["mark"] or match["noted"] or match["tight"]
    start = match.start()
    token = _LAST_TOKEN.search(text, max(previous, start - MAX_TOKEN), start) if end == "." else None
    opener = _OPENERS.match(text, match.end())
    begin = opener.end() if opener else match.end()
    return Candidate(
        text=text,
        mark=start + len(end) - 1,
        next=match.end(),
        end=end,
        closers=match["closers"] or "",
        token=token[0] if token else "",
        since=text[max(previous, start - MAX_TOKEN) : start],
        opener=text[match.end() : begin].strip(),
        word="".join(text[begin : begin + MAX_TOKEN].split(maxsplit=1)[:1]),
        tight=bool(match["tight"]),
    )


def no_word_before(at: Candidate) -> bool | None:
    """An ellipsis at the head of a sentence, ``… Then``, does not end one."""
    return False if not at.since.strip() and at.end.startswith((".", "…")) else None


def no_word_follows(at: Candidate) -> bool | None:
    """A dash, a bracket or another full stop goes on with the sentence."""
    first = at.word[:1]
    return None if first.isalnum() or (first in "$£€¥#@" and first) else False


def lower_case_follows(at: Candidate) -> bool | None:
    """A sentence does not begin in lower case."""
    return False if at.word[:1].islower() and not _CAMEL.match(at.word) else None


def title_or_shortening(at: Candidate) -> bool | None:
    """``Mr. Bell``, ``vs. Bell``: never the end."""
    return False if at.token in SHORTENINGS or _cased(at.token) in TITLES else None


def number_follows(at: Candidate) -> bool | None:
    """``No. 5``, ``Sept. 11``, ``p. 3``."""
    return False if at.word[:1].isdigit() and (at.token in NUMBERED or at.token in MONTHS) else None


def enumerator(at: Candidate) -> bool | None:
    """The number of an item, ``2. Trade``, begins a sentence and ends none."""
    return False if at.end == "." and not at.closers and _ENUMERATOR.search(at.since) else None


def initial(at: Candidate) -> bool | None:
    """``J. K. Bell``, ``Ann B. Bell``; ``I`` is a word more often than an initial."""
    if len(at.token) != 1 or not at.token.isupper() or at.token == "I" or at.closers:
        return None
    return True if _starts(at) else None if at.opener else False


def attribution(at: Candidate) -> bool | None:
    """``“Why now?” Ms. Bell asked`` is one sentence."""
    if at.end[-1] not in "?!" or not re.search(r"[\"'”’»]", at.closers) or at.opener or at.word in STARTERS:
        return None
    return False if _ATTRIBUTION.match(at.text, at.next) else None


def time_goes_on(at: Candidate) -> bool | None:
    """``at 5 p.m. EST``, ``at 5 p.m. Monday``."""
    if at.token.lower() not in ("a.m", "p.m"):
        return None
    word = at.word.strip(".,;)")
    return False if word in ZONES or (word.endswith("day") and word not in ("Today", "Yesterday")) else None


def abbreviation(at: Candidate) -> bool | None:
    """``U.S.``, ``Inc.``, ``Sept.`` end a sentence where the next word is one that begins sentences."""
    if not is_open_abbreviation(at):
        return None
    return True if _starts(at) else None


def brand(at: Candidate) -> bool | None:
    """A name with an exclamation mark."""
    return False if at.text.endswith(BRANDS, 0, at.mark + 1) and not at.closers and not _starts(at) else None


def plain_end(at: Candidate) -> bool | None:
    """An end mark, a space, a capital: a boundary, unless what is before or after makes it doubtful."""
    if at.tight or is_open_abbreviation(at) or len(at.token) == 1:
        return None
    if _starts(at):
        return True
    doubtful = (
        not at.word[:1].isupper()
        or at.end.endswith(("..", "…"))
        or (at.end[-1] in "?!" and bool(at.closers) and not at.opener)
        or bool(re.search(r"\.\s\.$", at.text[max(at.mark - 2, 0) : at.mark + 1]))
    )
    return None if doubtful else True


RULES: tuple[Callable[[Candidate], bool | None], ...] = (
    no_word_before,
    no_word_follows,
    lower_case_follows,
    title_or_shortening,
    number_follows,
    enumerator,
    initial,
    attribution,
    time_goes_on,
    abbreviation,
    brand,
    plain_end,
)
"""In order of precedence: the first that has an opinion decides; where none has, the parser does."""


def is_open_abbreviation(at: Candidate) -> bool:
    """Whether the word before may stand in mid-sentence with its full stop as well as at the end."""
    return at.token in OPEN_ABBREVIATIONS or at.token in MONTHS or bool(_ACRONYM.search(at.token))


def _starts(at: Candidate) -> bool:
    """Whether the next word is one that begins sentences and, after an abbreviation, hardly anything else."""
    word = re.split(r"[,;:’']", at.word, maxsplit=1)[0]
    if len(word) > len("No."):
        word = word.rstrip('.!?…”"')
    return word in STARTERS and not at.tight


def _cased(token: str) -> str:
    """An abbreviation in the case in which it is listed: ``ST`` and ``St`` are one, ``st`` is another."""
    return token.capitalize() if token.isupper() and len(token) > 1 else token
