"""HTML: the article without what surrounds it, and what the page says of it."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from contextlib import suppress

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pipeline.config import IngestConfig, Metadata
from pipeline.ingest import Source, extract
from pipeline.ingest.decoding import RefusedError
from pipeline.ingest.markup import read_html
from pipeline.records import Article

PARAGRAPHS = (
    "The two harbour towns signed a ferry agreement on Monday after eleven months of argument over fees and berths.",
    "Officials on both banks called the text a first step, though neither would say who pays for the dredging.",
    "Fishermen were less kind: they fear that the new timetable takes the best hours of the tide from them.",
)
BODY = "".join(f"<p>{paragraph}</p>\n" for paragraph in PARAGRAPHS)
TEXT = "\n".join(PARAGRAPHS)
AROUND = (
    "<script>var tracker = 'spy';</script><style>p {color: red}</style>"
    '<nav><ul><li><a href="/">Home</a></li><li><a href="/s">Subscribe now</a></li></ul></nav>'
)
BELOW = (
    '<aside class="related"><h3>Related stories</h3><ul><li><a href="/1">Mayor resigns</a></li></ul></aside>'
    '<div class="comments"><p>Great post!</p></div>'
    "<footer><p>Terms of use | Privacy policy</p></footer>"
)
META = (
    '<meta charset="utf-8"><title>Ferry deal signed | Harbour Review</title><meta name="author" content="Ann Lee">'
    '<meta property="og:site_name" content="Harbour Review">'
    '<meta property="article:published_time" content="2014-11-25T23:00:00Z">'
)
SHREDS = [
    *META.split(">"),
    "<p>",
    "</div>",
    "<h1>",
    "<table><tr>",
    "</article>",
    "&#0;",
    "&#x1F;",
    "\x00",
    "<!--",
    *PARAGRAPHS,
]
SAID = Metadata("Ferry deal signed", "Ann Lee", "Harbour Review", "2014-11-25")


def test_scripts_menus_comments_and_footers_are_left_out() -> None:
    article = f"<article><h1>Ferry deal signed</h1>{BODY}</article>"
    page = f"<html><head>{META}</head><body>{AROUND}{article}{BELOW}</body></html>"
    assert read_html(page) == (f"Ferry deal signed\n{TEXT}", SAID)


def test_a_title_that_the_extraction_left_out_is_put_first() -> None:
    assert read_html(f"<html><head>{META}</head><body>{BODY}</body></html>") == (f"Ferry deal signed\n{TEXT}", SAID)


def test_a_page_without_a_title_gets_none() -> None:
    assert read_html(f"<html><body>{BODY}</body></html>") == (TEXT, Metadata())


def test_what_a_page_says_for_machines_is_read() -> None:
    told = {
        "@context": "https://schema.org",
        "@type": "NewsArticle",
        "headline": "Ferry deal signed",
        "author": [{"@type": "Person", "name": name} for name in ("Ann Lee", "Max Moe", "Jo Poe")],
        "datePublished": "2014-11-25T10:00:00+01:00",
        "publisher": {"@type": "Organization", "name": "Harbour Review"},
    }
    page = (
        f'<html><head><script type="application/ld+json">{json.dumps(told)}</script></head><body>{BODY}</body></html>'
    )
    authors = "Ann Lee, Max Moe and Jo Poe"
    assert read_html(page)[1] == Metadata("Ferry deal signed", authors, "Harbour Review", "2014-11-25")


def test_a_byline_in_the_page_is_found_like_one_in_a_text() -> None:
    head = "<h1>Ferry deal signed</h1><p>By Ann Lee</p><p>May 2, 2011</p>"
    page = f"<html><body><article>{head}{BODY}</article></body></html>"
    found = extract(Source("sea", "a.html", None, page.encode()), IngestConfig())
    assert isinstance(found, Article)
    assert (found.title, found.author, found.date) == ("Ferry deal signed", "Ann Lee", "2011-05-02")


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "cp1252"])
def test_every_encoding_of_a_page_gives_the_same_text(encoding: str) -> None:
    page = f'<?xml version="1.0" encoding="iso-8859-1"?>\n<html><body>{BODY}<p>“Détente”, he said.</p></body></html>'
    found = extract(Source("sea", "a.htm", None, page.encode(encoding)), IngestConfig())
    assert isinstance(found, Article)
    assert found.text == f"{TEXT}\n“Détente”, he said."


@pytest.mark.parametrize(
    "page",
    [
        "<html><head><script>go()</script></head><body><div id='app'></div></body></html>",
        f"<html><head><title>Harbour Review</title></head><body>{AROUND}{BELOW}</body></html>",
        "<html><head><title>Only a title</title></head><body></body></html>",
        "<!-- nothing -->",
        "<",
        "<html>" + "<div>" * 3000,
    ],
)
def test_markup_without_an_article_is_refused(page: str) -> None:
    with pytest.raises(RefusedError) as refusal:
        read_html(page)
    assert refusal.value.reason == "no_text"
    assert refusal.value.detail == "is markup without an article; save the article itself, or its text"


@settings(deadline=None, max_examples=50)
@given(st.text(), st.lists(st.sampled_from(SHREDS), max_size=30))
def test_any_broken_page_is_read_or_refused(text: str, shreds: list[str]) -> None:
    with suppress(RefusedError):
        read_html(text)
    with suppress(RefusedError):
        read_html("".join(shreds))


def read_elsewhere(page: str, hash_seed: str) -> subprocess.CompletedProcess[bytes]:
    """Read a page in a process of its own, which has no log handlers."""
    code = (
        "from pipeline.ingest import Source, extract; from pipeline.config import IngestConfig\n"
        f"print(extract(Source('sea', 'a.html', None, {page.encode()!r}), IngestConfig()))"
    )
    env = {**os.environ, "PYTHONHASHSEED": hash_seed, "PYTHONPATH": os.pathsep.join(sys.path)}
    return subprocess.run([sys.executable, "-c", code], env=env, check=True, capture_output=True)


def test_a_refused_page_leaves_nothing_on_standard_error() -> None:
    done = read_elsewhere("<", "0")
    assert (b"no_text" in done.stdout, done.stderr) == (True, b"")


def test_the_seed_of_hashes_changes_nothing() -> None:
    page = f"<html><head>{META}</head><body>{AROUND}<article>{BODY}</article>{BELOW}</body></html>"
    outputs = {read_elsewhere(page, seed).stdout for seed in ("1", "2", "3")}
    assert len(outputs) == 1
    assert b"Ferry deal signed" in outputs.pop()
