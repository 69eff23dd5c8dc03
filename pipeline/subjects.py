"""Who reaches out to whom in each topic of a run: as its corpora state it, or as was discovered and perhaps edited."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from itertools import count, groupby
from pathlib import Path

from pipeline.config import CONFIG_NAME, Corpus, DiscoverConfig, Subject, find_config, read_corpus, slug, write_corpus
from pipeline.errors import ConfigError, CorpusError, RunError
from pipeline.ledger import Ledger
from pipeline.records import Document
from pipeline.store import Run, replacing

_MAX_FOLDER = 80
"""Characters of a topic's folder name."""


def settle_subjects(run: Run, ledger: Ledger, config: Path | None) -> list[str]:
    """Set the ledger's subjects from what is stated, or else was discovered before and perhaps edited since.

    Args:
        run: The run.
        ledger: Its ledger, where ``subjects`` and ``discovered`` are set.
        config: A ``corpus.toml`` that goes before what the corpora state.

    Returns:
        The topics whose subject is still to be discovered.

    Raises:
        ConfigError: A ``corpus.toml`` is broken or of another topic.
    """
    stated = ledger.stated or {article.topic: None for article in run.read("articles")}
    if config is not None:
        stated = dict.fromkeys(stated, read_corpus(find_config(config)).subject())
    ledger.stated = ledger.stated or dict.fromkeys(stated)
    subjects: dict[str, Subject | None] = {}
    discovered = []
    for topic, subject in stated.items():
        subjects[topic] = subject
        if subject is None:
            file = discovered_file(run, ledger, topic)
            saved = _read_discovered(file) if file.is_file() else Corpus()
            if saved.subject():
                discovered.append(topic)
            subjects[topic] = saved.subject()
    ledger.subjects, ledger.discovered = subjects, sorted(discovered)
    return [topic for topic, subject in subjects.items() if subject is None]


def discovered_file(run: Run, ledger: Ledger, topic: str) -> Path:
    """Where a discovered subject is written: beside the run's files, or by topic where there are several.

    Raises:
        ConfigError: The file that is there was given another topic.
    """
    beside = run.path / CONFIG_NAME
    for file in _candidates(run, topic, alone=len(ledger.stated) == 1):
        if not file.is_file() or read_corpus(file).topic in (None, topic):
            break
    if file != beside and not file.is_file() and topic in ledger.discovered and beside.is_file():
        raise ConfigError(f'{beside}: "topic" must stay "{topic}", the topic of the articles; change it back')
    return file


def discover_subjects(
    run: Run,
    ledger: Ledger,
    missing: list[str],
    documents: Iterable[Document],
    config: DiscoverConfig,
    say: Callable[[str], None],
) -> None:
    """Discover the subjects that are missing, write each down as a ``corpus.toml`` and say what was chosen.

    Args:
        run: The run.
        ledger: Its ledger, where ``subjects`` and ``discovered`` are completed.
        missing: The topics to discover a subject for.
        documents: All articles of the run with their entities.
        config: The settings of the discovery.
        say: Tells the user.

    Raises:
        CorpusError: No topic of the run has a subject.
    """
    from pipeline.entities import discover

    for topic, group in by_topic(documents):
        if topic not in missing:
            continue
        subject = discover(group, config)
        ledger.subjects[topic] = subject
        if subject is None:
            say(f"{topic}: names fewer than two entities, so there is nothing to compare")
            continue
        file = discovered_file(run, ledger, topic)
        file.parent.mkdir(parents=True, exist_ok=True)
        with replacing(file) as out:
            out.write(write_corpus(topic, subject))
        ledger.discovered = sorted({*ledger.discovered, topic})
        names = ", ".join(party.name for party in subject.target)
        say(f"{topic}: {subject.initiator.name} toward {names}; edit {file} and run again to change this")
    if all(subject is None for subject in ledger.subjects.values()):
        raise CorpusError(f"{run.path}: no initiator and targets could be discovered; name them with --config")


def by_topic(documents: Iterable[Document]) -> Iterator[tuple[str, Iterator[Document]]]:
    """The documents topic by topic.

    Raises:
        RunError: A topic's articles do not follow each other.
    """
    seen: set[str] = set()
    for topic, group in groupby(documents, key=lambda document: document.article.topic):
        if topic in seen:
            raise RunError(f'articles.jsonl: topic "{topic}" is not in one piece; run visavis ingest again')
        seen.add(topic)
        yield topic, group


def _candidates(run: Run, topic: str, *, alone: bool) -> Iterator[Path]:
    """Files that a topic's subject may be in, best first: another topic of like name may have taken one."""
    if alone:
        yield run.path / CONFIG_NAME
    folder = slug(topic)[:_MAX_FOLDER]
    for number in count(1):
        yield run.path / "topics" / (folder if number == 1 else f"{folder}_{number}") / CONFIG_NAME


def _read_discovered(file: Path) -> Corpus:
    corpus = read_corpus(file)
    if corpus.article:
        raise ConfigError(f"{file}: [article] is not read here; put it in a {CONFIG_NAME} beside the articles")
    return corpus
