"""``corpus.toml`` and the settings of the stages."""

from __future__ import annotations

import ast
from pathlib import Path
from typing import Any

import msgspec
import pytest
from conftest import CORPUS, ROOT
from hypothesis import given
from hypothesis import strategies as st

from pipeline.config import (
    Corpus,
    Metadata,
    Party,
    Settings,
    Subject,
    find_config,
    read_corpus,
    slug,
    write_corpus,
)
from pipeline.errors import ConfigError

PARTIES = '[initiator]\nid = "a"\nname = "A"\n[[target]]\nid = "b"\nname = "B"\n'


def read(tmp_path: Path, text: str | bytes) -> Corpus:
    path = tmp_path / "corpus.toml"
    path.write_bytes(text if isinstance(text, bytes) else text.encode())
    return read_corpus(path)


def test_what_may_be_left_out_is_left_out(tmp_path: Path) -> None:
    assert read(tmp_path, "") == Corpus()
    assert Corpus().subject() is None


def test_all_fields_are_read(tmp_path: Path) -> None:
    text = (
        '\ufefftopic = "t"\n[initiator]\nid = "a"\nname = "A"\naliases = ["x"]\n'
        '[[target]]\nid = "b"\nname = "B"\nmembers = ["m"]\nleaders = ["l"]\n'
        '[article."f.txt"]\nauthor = "Ann Lee"\ndate = "2014-11"\n'
    )
    initiator, target = Party("a", "A", aliases=("x",)), Party("b", "B", members=("m",), leaders=("l",))
    article = {"f.txt": Metadata(author="Ann Lee", date="2014-11")}
    corpus = read(tmp_path, text)
    assert corpus == Corpus("t", initiator, (target,), article)
    assert corpus.subject() == Subject(initiator, (target,))


def test_a_date_of_tomls_own_kind_is_taken(tmp_path: Path) -> None:
    assert read(tmp_path, '[article."f.txt"]\ndate = 2014-11-25').article == {"f.txt": Metadata(date="2014-11-25")}
    assert read(tmp_path, '[article."f.txt"]\ndate = 2014-11-25T10:00:00Z').article["f.txt"].date == "2014-11-25"


def test_the_samples_configuration_is_read() -> None:
    subject = read_corpus(CORPUS / "corpus.toml").subject()
    assert subject is not None
    assert [party.id for party in subject.parties()][:2] == ["north_korea", "russia"]


@pytest.mark.parametrize(
    ("text", "message"),
    [
        (
            "topic = north",
            ":1: is not TOML (Invalid value, column 9); mend this line, with strings in quotation marks",
        ),
        (
            '[initiator]\nid = "a',
            ": is not TOML (Unterminated string (at end of document)); mend it, with strings in quotation marks",
        ),
        (b'topic = "caf\xe9"', ": is not UTF-8; save it as UTF-8"),
        ("topic = 5", ': "topic" must be str | null, not int'),
        ('topic = ""', ': "topic" must be str of length >= 1'),
        ('subject = "a"', ': "subject" is not known here'),
        ('[initiator]\nid = "a"', ': "initiator.name" is missing'),
        ('[initiator]\nid = "a"\nname = "A"\nalias = "x"', ': "initiator.alias" is not known here'),
        ('[[target]]\nid = "b"\nname = "B"\nmembers = "m"', ': "target[0].members" must be array, not str'),
        ('[target]\nid = "b"', ': "target" must be array, not object'),
        (
            '[initiator]\nid = "a"\nname = "A"',
            ": [[target]] is missing; add it, or leave out both to have them discovered",
        ),
        (
            '[[target]]\nid = "a"\nname = "A"',
            ": [initiator] is missing; add it, or leave out both to have them discovered",
        ),
        (
            PARTIES + '[[target]]\nid = "a"\nname = "C"',
            ': the id "a" is used twice; the initiator and each target need their own',
        ),
        ("article = 3", ': "article" must be a table for each file, such as [article."name.txt"]'),
        ('[article]\nauthor = "x"', ': "article" must be a table for each file, such as [article."name.txt"]'),
        ('[article."f.txt"]\nby = "x"', ': article "f.txt": "by" is not known here'),
        ('[article."f.txt"]\ntitle = 5', ': article "f.txt": "title" must be str | null, not int'),
        (
            '[article."f.txt"]\ndate = "May 2011"',
            ': article "f.txt": "date" must be a date such as 2014, 2014-11 or 2014-11-25',
        ),
    ],
)
def test_a_broken_configuration_is_refused_with_its_place(tmp_path: Path, text: str | bytes, message: str) -> None:
    with pytest.raises(ConfigError) as error:
        read(tmp_path, text)
    assert str(error.value) == f"{tmp_path / 'corpus.toml'}{message}"


def test_a_missing_configuration_is_refused_with_its_path(tmp_path: Path) -> None:
    with pytest.raises(ConfigError) as error:
        read_corpus(find_config(tmp_path))
    path = tmp_path / "corpus.toml"
    assert str(error.value) == f"{path}: cannot be read (No such file or directory); give a folder with a corpus.toml"


def test_a_configuration_is_named_by_its_folder_or_its_path(tmp_path: Path) -> None:
    assert find_config(tmp_path) == tmp_path / "corpus.toml"
    assert find_config(tmp_path / "other.toml") == tmp_path / "other.toml"


NAMES = st.one_of(
    st.text(st.characters(exclude_categories=["Cs"]), min_size=1),
    st.sampled_from(
        ['"', "'", "\\", '"""', "'''", "a\nb", "\r\n", "\t", "é", "日本", "\x7f", "\x00", "#", "[x]", "😀"]
    ),
)
PARTY = st.builds(Party, NAMES, NAMES, *[st.lists(NAMES, max_size=3).map(tuple)] * 3)


@given(NAMES, st.lists(PARTY, min_size=2, max_size=4, unique_by=lambda party: party.id))
def test_a_written_configuration_is_read_as_it_was(
    tmp_path_factory: pytest.TempPathFactory, topic: str, parties: list[Party]
) -> None:
    subject = Subject(parties[0], tuple(parties[1:]))
    corpus = read(tmp_path_factory.mktemp("corpus"), write_corpus(topic, subject))
    assert (corpus.topic, corpus.subject()) == (topic, subject)


@given(st.text())
def test_a_slug_is_a_name_for_a_folder(name: str) -> None:
    made = slug(name)
    assert made
    assert not set(made) & set("/\\.:\n\0")
    assert slug(made) == made


def settings_fields() -> list[tuple[str, str]]:
    return [
        (stage.name, field.name)
        for stage in msgspec.structs.fields(Settings)
        for field in msgspec.structs.fields(type(stage.default))
    ]


def fields_read() -> set[str]:
    """Names of attributes read from something called config or settings, or a stage of the settings."""
    stages = {field.name for field in msgspec.structs.fields(Settings)}
    found: set[str] = set()
    for path in sorted((ROOT / "pipeline").rglob("*.py")):
        if path.name == "config.py":
            continue
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Attribute) and isinstance(node.ctx, ast.Load):
                base: Any = node.value
                name = base.attr if isinstance(base, ast.Attribute) else getattr(base, "id", "")
                if name.strip("_") in {"config", "settings", *stages}:
                    found.add(node.attr)
    return found


@pytest.mark.parametrize(("stage", "field"), settings_fields())
def test_every_setting_is_read_by_some_module(stage: str, field: str) -> None:
    assert stage in fields_read()
    assert field in fields_read()
