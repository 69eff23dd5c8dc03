"""Bytes to text: which encoding, and whether it is text at all."""

from __future__ import annotations

import codecs
import re

from pipeline.records import Reason

_BOMS = (
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF32_LE, "utf-32-le"),  # before UTF-16, whose mark it begins with
    (codecs.BOM_UTF32_BE, "utf-32-be"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
)

_MAGIC = (
    (rb"%PDF-", "a PDF"),
    (rb"PK\x03\x04", "a ZIP or office file"),
    (rb"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", "an old office file"),
    (rb"\{\\rtf", "an RTF file"),
    (rb"%!PS-", "a PostScript file"),
    (rb"\x89PNG|GIF8[79]a|\xff\xd8\xff|RIFF....WEBP", "an image"),
    (rb"\x1f\x8b|BZh[1-9]1AY|\xfd7zXZ|7z\xbc\xaf|\x28\xb5\x2f\xfd", "a compressed file"),
)

_SAVE = "save it as plain text, Markdown or HTML"
_UTF8_SEQUENCE = re.compile(rb"[\xc2-\xdf][\x80-\xbf]|[\xe0-\xef][\x80-\xbf]{2}|[\xf0-\xf4][\x80-\xbf]{3}")
_HIGH = re.compile(rb"[\x80-\xff]")
_CONTROL = re.compile(r"[\x00-\x08\x0b\x0e-\x1f\x7f-\x9f]")
_DECLARED = re.compile(rb"""(?:charset|encoding)\s*=\s*["']?\s*([A-Za-z0-9_:.-]+)""", re.IGNORECASE)

_MAX_HIGH_SHARE = 0.3
"""Share of non-ASCII bytes, blanks not counted, above which bytes are not Western text (accents and quotation marks
make up a tenth at most; Cyrillic or Greek in a single-byte encoding nearly all)."""

_MAX_CONTROL_SHARE = 0.01


class RefusedError(Exception):
    """An article cannot be used.

    Args:
        reason: One of the reasons of ``rejected.jsonl``.
        detail: What is wrong and what to do, one sentence.
    """

    def __init__(self, reason: Reason, detail: str) -> None:
        super().__init__(detail)
        self.reason: Reason = reason
        self.detail = detail


def decode_bytes(content: bytes, *, html: bool = False) -> str:
    r"""The text of a file: no byte-order mark, line ends as ``\n``, nothing else changed.

    UTF-8, UTF-16 and UTF-32 by their mark, else UTF-8, else what HTML declares, else Windows-1252.

    Args:
        content: The whole file.
        html: Whether to believe a ``charset`` declared at the beginning.

    Raises:
        RefusedError: The content is empty, not text, or in no encoding that can be told.

    >>> decode_bytes("“Détente”\r\nin Oslo".encode("cp1252"))
    '“Détente”\nin Oslo'
    """
    for mark, encoding in _BOMS:
        if content.startswith(mark):
            try:
                return clean(content[len(mark) :].decode(encoding))
            except UnicodeDecodeError:
                raise RefusedError(
                    "undecodable", f"begins as {encoding.upper()[:6].rstrip('-')} but is not; save it as UTF-8"
                ) from None
    for pattern, name in _MAGIC:
        if re.match(pattern, content, re.DOTALL):
            raise RefusedError("binary", f"is {name}, not text; {_SAVE}")
    if b"\0" in content:
        raise RefusedError("binary", f"is not text (it holds NUL bytes); {_SAVE}")
    try:
        return clean(content.decode("utf-8"))
    except UnicodeDecodeError as error:
        position = error.start
    declared = _declared(content) if html else None
    return clean(_decode_as(content, declared) if declared else _decode_western(content, position))


def clean(text: str) -> str:
    r"""Line ends as ``\n``.

    Raises:
        RefusedError: The text is empty, or so full of control characters that it is none.

    >>> clean("Talks\r\nbegan\rtoday")
    'Talks\nbegan\ntoday'
    """
    if not text or text.isspace():
        raise RefusedError("empty", "has no text; give it one or remove it")
    controls = len(_CONTROL.findall(text))
    if "\0" in text or controls > max(2, len(text) * _MAX_CONTROL_SHARE):
        raise RefusedError("binary", f"is not text (it holds control characters); {_SAVE}")
    return text.replace("\r\n", "\n").replace("\r", "\n")


def _declared(content: bytes) -> str | None:
    """The encoding that a page declares, if it is one that Python knows; web browsers read Latin-1 as Windows-1252."""
    match = _DECLARED.search(content[:2048])
    try:
        name = codecs.lookup(match[1].decode("ascii")).name if match else None
    except LookupError:
        return None
    return None if name in ("iso8859-1", "ascii", "cp1252", "utf-8") else name


def _decode_as(content: bytes, encoding: str) -> str:
    try:
        return content.decode(encoding)
    except (UnicodeDecodeError, LookupError):  # LookupError: "charset=base64" names a codec that makes no text
        raise RefusedError(
            "undecodable", f"says that its encoding is {encoding} but is not; save it as UTF-8"
        ) from None


def _decode_western(content: bytes, position: int) -> str:
    """Windows-1252, where the bytes look like it; ``position`` is the first byte that is not UTF-8."""
    high = len(_HIGH.findall(content))
    if 2 * sum(map(len, _UTF8_SEQUENCE.findall(content))) > high:
        raise RefusedError("undecodable", f"is broken UTF-8 at byte {position}; save it as UTF-8 again")
    refusal = RefusedError("undecodable", "is in an encoding that cannot be told; save it as UTF-8")
    if high > _MAX_HIGH_SHARE * len(re.sub(rb"\s", b"", content)):
        raise refusal
    try:
        return content.decode("cp1252")
    except UnicodeDecodeError:
        raise refusal from None
