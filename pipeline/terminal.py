"""Printing for a person: text made safe to show, wrapped, and without spaces at the end of lines.

Nothing shown is read as markup. Where the output is no terminal, all that is not quoted is ASCII.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Sequence

from rich.box import Box
from rich.console import Console, RenderableType
from rich.table import Table
from rich.text import Text

from pipeline.records import Stance

MARKS: dict[Stance, str] = {"positive": "+", "negative": "-", "mixed": "±", "neutral": "·"}
PLAIN_MARKS: dict[Stance, str] = {"positive": "+", "negative": "-", "mixed": "+/-", "neutral": "."}
STYLES: dict[str, str] = {
    **{"positive": "green", "negative": "red", "mixed": "yellow", "neutral": "dim"},
    **{"agree": "green", "disagree": "red", "differ": "yellow", "only_one": "dim"},
    **{"corroborates": "green", "contradicts": "red", "qualifies": "yellow"},
}
_JOINERS = "\u200c\u200d"
"""Invisible, but some scripts cannot be written without them."""
_TYPOGRAPHIC = str.maketrans(
    {"‘": "'", "’": "'", "“": '"', "”": '"', "–": "-", "—": "--", "…": "...", "±": "+/-", "·": "."}
)
_RULED = "    \n    \n -- \n    \n    \n -- \n    \n    \n"
"""A table with a line below its head and between its sections, as rich draws it."""


def clean(text: str) -> str:
    r"""Text as it may be shown: on one line, without control characters, direction overrides and invisible marks.

    >>> clean("one\n two\x1b[31m \u202ethree")
    'one two[31m three'
    """
    spaced = "".join(" " if character.isspace() else character for character in text)
    shown = (
        "\ufffd" if unicodedata.category(character) == "Cs" else character
        for character in spaced
        if character in _JOINERS or unicodedata.category(character) not in ("Cc", "Cf")
    )
    return " ".join("".join(shown).split())


def several(count: int, noun: str) -> str:
    """A number of things.

    >>> several(1, "pair"), several(2, "pair")
    ('1 pair', '2 pairs')
    """
    return f"{count} {noun}" if count == 1 else f"{count} {noun}s"


def listed(items: Sequence[str]) -> str:
    """Items in a sentence.

    >>> listed(["one", "two", "three"])
    'one, two and three'
    """
    return f"{', '.join(items[:-1])} and {items[-1]}" if len(items) > 1 else "".join(items)


class Terminal:
    """A console, and how this program writes to it.

    Args:
        console: Where to print. Its width decides the layout; without a terminal, ``plain`` is true.
    """

    def __init__(self, console: Console) -> None:
        self.console = console
        self.plain = not console.is_terminal or console.options.ascii_only
        self.marks = PLAIN_MARKS if self.plain else MARKS

    @property
    def width(self) -> int:
        """The width of a line, in columns."""
        return self.console.width

    def safe(self, text: str) -> str:
        """Text from outside, cleaned, and with what the output cannot encode put in other characters."""
        text = clean(text)
        encoding = self.console.encoding
        try:
            text.encode(encoding)
        except UnicodeEncodeError:
            text = text.translate(_TYPOGRAPHIC).encode(encoding, "replace").decode(encoding)
        return text

    def quoted(self, text: str) -> str:
        """Text from outside in quotation marks."""
        return f'"{self.safe(text)}"' if self.plain else f"“{self.safe(text)}”"

    def label(self, stance: Stance) -> Text:
        """A stance with its mark and colour."""
        return Text(f"{self.marks[stance]} {stance}", STYLES[stance])

    def blank(self) -> None:
        """Print an empty line."""
        self.console.print()

    def line(self, text: Text, indent: int = 0, hang: int | None = None) -> None:
        """Print one text, wrapped, its first line indented by ``indent`` and the others by ``hang`` columns."""
        hang = indent if hang is None else hang
        for number, line in enumerate(text.wrap(self.console, max(1, self.width - max(indent, hang)))):
            line.rstrip()
            self._print(Text(" " * (hang if number else indent)) + line)

    def heading(self, title: str, under: str) -> None:
        """Print a title and a line of ``under`` below it."""
        self.line(Text(self.safe(title), "bold"))
        self._print(Text(under * min(self.width, 80)))

    def table(self, *columns: str) -> Table:
        """An empty table with these heads, which are shown as they are."""
        table = Table(box=Box(_RULED if self.plain else _RULED.replace("-", "─"), ascii=self.plain))
        for column in columns:
            table.add_column(Text(column), overflow="fold")
        return table

    def sides(self, left: Text, right: Text, indent: int = 0) -> None:
        """Print two texts beside each other."""
        grid = Table.grid(padding=(0, 3, 0, 0), expand=True)
        for _ in range(2):
            grid.add_column(ratio=1, overflow="fold")
        grid.add_row(left, right)
        self.block(grid, indent)

    def block(self, renderable: RenderableType, indent: int = 0) -> None:
        """Print a table or the like."""
        options = self.console.options.update(width=max(1, self.width - indent))
        for segments in self.console.render_lines(renderable, options, pad=False):
            shown = [(segment.text, segment.style or "") for segment in segments if not segment.control]
            line = Text.assemble(*shown)
            line.rstrip()
            if line:
                self._print(Text(" " * indent) + line)

    def _print(self, line: Text) -> None:
        self.console.print(line, soft_wrap=True)
