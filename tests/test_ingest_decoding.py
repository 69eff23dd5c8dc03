"""Encodings, line ends, and what is not text."""

from __future__ import annotations

import codecs

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.ingest.dates import iso_date
from pipeline.ingest.decoding import RefusedError, clean, decode_bytes

SENTENCE = "The café owners of Zürich said: “We won’t pay – not a cent of the €5.”"

PRINTABLE = st.characters(exclude_categories=["Cs", "Cc"], exclude_characters="\ufeff")
TEXTS = st.text(PRINTABLE | st.just("\n"), min_size=1).filter(lambda text: not text.isspace())
# Windows-1252 is believed only where most letters are plain ones, as in any Western language.
WESTERN_LETTERS = [
    letter for byte in range(0x80, 0x100) if (letter := bytes([byte]).decode("cp1252", "ignore")) and letter.isalpha()
]
WESTERN_WORDS = st.tuples(
    st.text("abcdefgh", min_size=3), st.sampled_from(WESTERN_LETTERS), st.sampled_from("xyz ,.\n")
)


def begins_otherwise(text: str) -> bool:
    """Not the first bytes of a file format, which hypothesis would have to find by chance."""
    return not text.startswith(("%PDF-", "{\\rtf", "%!PS-", "GIF8", "RIFF", "PK", "BZh", "7z"))


@given(TEXTS.filter(begins_otherwise), st.sampled_from(["utf-8", "utf-8-sig"]))
def test_any_text_in_utf8_comes_back(text: str, encoding: str) -> None:
    assert decode_bytes(text.encode(encoding)) == text


@given(TEXTS, st.sampled_from([(codecs.BOM_UTF16_LE, "utf-16-le"), (codecs.BOM_UTF16_BE, "utf-16-be")]))
def test_any_text_in_marked_utf16_comes_back(text: str, encoding: tuple[bytes, str]) -> None:
    mark, name = encoding
    if not text.startswith("\0"):
        assert decode_bytes(mark + text.encode(name)) == text


@given(st.lists(WESTERN_WORDS, min_size=1))
def test_western_words_in_windows_1252_come_back(words: list[tuple[str, str, str]]) -> None:
    text = "".join(before + letter + after for before, letter, after in words)
    assert decode_bytes(text.encode("cp1252")) == text


@given(TEXTS.filter(begins_otherwise))
def test_line_ends_of_windows_and_old_macs_become_newlines(text: str) -> None:
    assert decode_bytes(text.replace("\n", "\r\n").encode()) == text
    assert decode_bytes(text.replace("\n", "\r").encode()) == text


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "cp1252", "utf-16", "utf-32"])
def test_quotation_marks_accents_and_dashes_survive_every_encoding(encoding: str) -> None:
    assert decode_bytes(SENTENCE.encode(encoding)) == SENTENCE


def test_only_the_first_byte_order_mark_is_removed() -> None:
    assert decode_bytes("\ufeffone\ufefftwo".encode()) == "one\ufefftwo"


def test_a_page_is_read_in_the_encoding_it_declares() -> None:
    page = '<html><head><meta charset="koi8-r"></head><body>Переговоры начались</body></html>'
    assert decode_bytes(page.encode("koi8-r"), html=True) == page


def test_a_page_in_utf8_that_declares_another_encoding_is_still_utf8() -> None:
    page = '<meta charset="koi8-r"><p>Détente</p>'
    assert decode_bytes(page.encode(), html=True) == page


def test_a_page_that_declares_latin1_is_windows_1252() -> None:
    page = '<meta http-equiv="Content-Type" content="text/html; charset=iso-8859-1"><p>“Détente”</p>'
    assert decode_bytes(page.encode("cp1252"), html=True) == page


REFUSED = [
    (b"", "empty", "has no text; give it one or remove it"),
    (b"\xef\xbb\xbf \r\n\t", "empty", "has no text; give it one or remove it"),
    (b"%PDF-1.7 ...", "binary", "is a PDF, not text; save it as plain text, Markdown or HTML"),
    (b"PK\x03\x04....", "binary", "is a ZIP or office file, not text; save it as plain text, Markdown or HTML"),
    (b"\x89PNG\r\n\x1a\n", "binary", "is an image, not text; save it as plain text, Markdown or HTML"),
    (b"{\\rtf1 Talks}", "binary", "is an RTF file, not text; save it as plain text, Markdown or HTML"),
    (b"talks\0began", "binary", "is not text (it holds NUL bytes); save it as plain text, Markdown or HTML"),
    (
        b"a\x01\x02\x03\x04b",
        "binary",
        "is not text (it holds control characters); save it as plain text, Markdown or HTML",
    ),
    (b"\xff\xfea\x00b", "undecodable", "begins as UTF-16 but is not; save it as UTF-8"),
    (b"\xef\xbb\xbfcaf\xe9", "undecodable", "begins as UTF-8 but is not; save it as UTF-8"),
    ("Переговоры начались".encode("koi8-r"), "undecodable", "is in an encoding that cannot be told; save it as UTF-8"),
    (
        b"The byte \x81 is nothing in any of them",
        "undecodable",
        "is in an encoding that cannot be told; save it as UTF-8",
    ),
    ("Détente für Zürich".encode()[:-1] + b"\xe2", "undecodable", "is broken UTF-8 at byte 20; save it as UTF-8 again"),
]


@pytest.mark.parametrize(("content", "reason", "detail"), REFUSED)
def test_what_is_not_text_is_refused_with_reason_and_remedy(content: bytes, reason: str, detail: str) -> None:
    with pytest.raises(RefusedError) as refusal:
        decode_bytes(content)
    assert (refusal.value.reason, refusal.value.detail) == (reason, detail)


def test_a_page_in_another_encoding_than_declared_is_refused() -> None:
    with pytest.raises(RefusedError) as refusal:
        decode_bytes(b'<meta charset="euc-jp"><p>\xff\xff\xff</p>', html=True)
    assert refusal.value.detail == "says that its encoding is euc_jp but is not; save it as UTF-8"


def test_a_declared_codec_that_makes_no_text_is_refused() -> None:
    with pytest.raises(RefusedError) as refusal:
        decode_bytes(b'<meta charset="base64"><p>caf\xe9</p>', html=True)
    assert refusal.value.reason == "undecodable"


def test_a_stray_control_character_does_not_make_a_text_binary() -> None:
    assert clean("Talks\x0c began\x07") == "Talks\x0c began\x07"


@pytest.mark.parametrize(
    ("written", "date"),
    [
        ("2014-11-25", "2014-11-25"),
        ("2014-11-25T23:59:59-11:00", "2014-11-25"),
        ("2010-07-02T10:00:00Z", "2010-07-02"),
        ("2014/3/5", "2014-03-05"),
        ("November 25, 2014", "2014-11-25"),
        ("NOVEMBER 25, 2014", "2014-11-25"),
        ("Sept. 9 2014", "2014-09-09"),
        ("25th of November, 2014", "2014-11-25"),
        ("Tue, 25 Nov 2014 10:00:00 GMT", "2014-11-25"),
        ("25/11/2014", "2014-11-25"),
        ("11/25/2014", "2014-11-25"),
        ("4.5.2014", "2014-05-04"),
        ("4/4/2014", "2014-04-04"),
        ("4/5/2014", None),
        ("May 2014", "2014-05"),
        ("2014-05", "2014-05"),
        ("2014", "2014"),
        ("2014-13-01", None),
        ("February 30, 2014", None),
        ("yesterday", None),
        ("two days ago", None),
        ("May 5", None),
        ("5 May 14", None),
        ("1416900000", None),
        ("soon", None),
        ("", None),
    ],
)
def test_dates_become_iso_and_never_depend_on_today(written: str, date: str | None) -> None:
    assert iso_date(written) == date
