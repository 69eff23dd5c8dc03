"""What a corpus says of itself (``corpus.toml``) and the defaults of each stage."""

from __future__ import annotations

import datetime
import re
import tomllib
from pathlib import Path
from typing import Any

import msgspec

from pipeline.errors import ConfigError
from pipeline.records import Date, Name, problem

CONFIG_NAME = "corpus.toml"


class Party(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The initiator or a target. A country's capital, demonym and common names are known from its ``name``."""

    id: Name
    name: Name
    aliases: tuple[Name, ...] = ()
    members: tuple[Name, ...] = ()
    leaders: tuple[Name, ...] = ()


class Metadata(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What an article's own text does not say."""

    title: str | None = None
    author: str | None = None
    publisher: str | None = None
    date: Date | None = None


class Subject(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Who reaches out to whom: the part of a ``corpus.toml`` that one topic is compared by."""

    initiator: Party
    target: tuple[Party, ...]

    def parties(self) -> tuple[Party, ...]:
        """The initiator, then the targets."""
        return (self.initiator, *self.target)


class Corpus(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A ``corpus.toml``. ``initiator`` and ``target`` may be left out; they are then discovered."""

    topic: Name | None = None
    initiator: Party | None = None
    target: tuple[Party, ...] = ()
    article: dict[str, Metadata] = {}

    def subject(self) -> Subject | None:
        """The initiator and the targets, or None where they are to be discovered."""
        return Subject(self.initiator, self.target) if self.initiator and self.target else None


class IngestConfig(msgspec.Struct, frozen=True):
    """Defaults of ``ingest``."""

    max_characters: int = 1_000_000
    """A longer article is set aside; characters of its text."""
    max_bytes: int = 16_000_000
    """A larger file, or line of JSONL, is set aside unread: markup and escapes around so many characters."""


class DiscoverConfig(msgspec.Struct, frozen=True):
    """Defaults of the discovery of an initiator and targets."""

    max_targets: int = 8
    min_mentions: int = 2
    """Mentions of an entity in all articles of a topic, below which it is no target."""


class StanceConfig(msgspec.Struct, frozen=True):
    """Defaults of ``stance``."""

    rationale_words: int = 5
    """Most words that a rationale names."""
    rationale_weight: float = 0.1
    """Words that weigh less are not named, unless all do: then the one that weighs most is."""


class AlignConfig(msgspec.Struct, frozen=True):
    """Defaults of ``align``."""

    min_similarity: float = 0.12
    """Similarity (0-1) from which two sentences speak of the same matter."""
    same_side: float = 0.1
    """What it adds to the similarity that both sentences take the same side."""


class ReportConfig(msgspec.Struct, frozen=True):
    """Defaults of ``report``."""

    weight_asserted: float = 1.0
    weight_hedged: float = 0.7
    weight_reported: float = 0.5
    threshold: float = 0.25
    """Score from which an author's stance is positive, and below whose negative it is negative (codebook)."""
    bootstrap_samples: int = 1000
    interval: float = 0.9
    """Coverage (0-1) of the interval around an author's score."""
    seed: int = 2014


class Settings(msgspec.Struct, frozen=True):
    """The settings of every stage; ``run.json`` records them."""

    ingest: IngestConfig = IngestConfig()
    discover: DiscoverConfig = DiscoverConfig()
    stance: StanceConfig = StanceConfig()
    align: AlignConfig = AlignConfig()
    report: ReportConfig = ReportConfig()


def slug(name: str) -> str:
    """An id made from a name.

    >>> slug("United Nations"), slug("Côte d’Ivoire")
    ('united_nations', 'côte_d_ivoire')
    """
    return re.sub(r"\W+", "_", name.lower()).strip("_") or "_"


def find_config(path: Path) -> Path:
    """The ``corpus.toml`` that a folder or a file path names."""
    return path / CONFIG_NAME if path.is_dir() else path


def read_corpus(path: Path) -> Corpus:
    """Read a ``corpus.toml``.

    Raises:
        ConfigError: The file cannot be read, is not TOML, or does not describe a corpus.
    """
    try:
        table = tomllib.loads(path.read_text(encoding="utf-8-sig"))
        articles = _articles(table.pop("article", {}))
        corpus = msgspec.structs.replace(msgspec.convert(table, type=Corpus), article=articles)
    except OSError as error:
        raise ConfigError(f"{path}: cannot be read ({error.strerror}); give a folder with a {CONFIG_NAME}") from None
    except UnicodeDecodeError:
        raise ConfigError(f"{path}: is not UTF-8; save it as UTF-8") from None
    except tomllib.TOMLDecodeError as error:
        raise ConfigError(_not_toml(path, str(error))) from None
    except msgspec.ValidationError as error:
        raise ConfigError(f"{path}: {problem(error)}") from None
    except ValueError as error:
        raise ConfigError(f"{path}: {error}") from None
    if bool(corpus.initiator) != bool(corpus.target):
        missing = "[[target]]" if corpus.initiator else "[initiator]"
        raise ConfigError(f"{path}: {missing} is missing; add it, or leave out both to have them discovered")
    seen: set[str] = set()
    for party in (*([corpus.initiator] if corpus.initiator else []), *corpus.target):
        if party.id in seen:
            raise ConfigError(
                f'{path}: the id "{party.id}" is used twice; the initiator and each target need their own'
            )
        seen.add(party.id)
    return corpus


def _articles(tables: Any) -> dict[str, Metadata]:
    """What a ``corpus.toml`` says of single articles, by file name; dates of TOML's own kind are taken too.

    Raises:
        ValueError: A table does not describe an article; the message names it.
    """
    if not isinstance(tables, dict) or not all(isinstance(table, dict) for table in tables.values()):
        raise ValueError('"article" must be a table for each file, such as [article."name.txt"]')
    articles = {}
    for name, table in tables.items():
        date = table.get("date")
        said = table | {"date": date.isoformat()[:10]} if isinstance(date, datetime.date) else table
        try:
            articles[name] = msgspec.convert(said, type=Metadata)
        except msgspec.ValidationError as error:
            raise ValueError(f'article "{name}": {problem(error)}') from None
    return articles


def _not_toml(path: Path, problem: str) -> str:
    """The message for a file that is not TOML, with its line where the parser tells it."""
    place = re.search(r" \(at line (\d+), column (\d+)\)$", problem)
    if place is None:
        return f"{path}: is not TOML ({problem}); mend it, with strings in quotation marks"
    said = f"{problem[: place.start()]}, column {place[2]}"
    return f"{path}:{place[1]}: is not TOML ({said}); mend this line, with strings in quotation marks"


def write_corpus(topic: str, subject: Subject) -> str:
    """The text of a ``corpus.toml`` to edit."""
    import tomli_w

    parties = [
        {key: value for key, value in msgspec.to_builtins(party).items() if value} for party in subject.parties()
    ]
    return tomli_w.dumps({"topic": topic, "initiator": parties[0], "target": parties[1:]})
