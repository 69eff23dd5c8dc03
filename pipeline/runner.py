"""The stages on a run folder: what each reads and writes, what is skipped, and how the work is spread."""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from contextlib import AbstractContextManager
from itertools import chain, groupby
from pathlib import Path
from typing import Any, NamedTuple, TypeVar

from pipeline import work
from pipeline.config import CONFIG_NAME, Corpus, Settings, Subject, find_config, read_corpus, slug, write_corpus
from pipeline.errors import ConfigError, CorpusError, RunError
from pipeline.ledger import (
    Ledger,
    fingerprint,
    finished,
    is_current,
    read_ledger,
    sha256_folder,
    write_ledger,
)
from pipeline.parallel import batches, ordered_map
from pipeline.records import Article, Document, Rejected
from pipeline.store import PARTIAL, Run, replacing, sha256_file, write_lines

T = TypeVar("T")

_BATCH = 60_000
"""Characters of articles that one process works on at a time."""
_RECOGNISED = "recognised"
"""A file of the entities stage that lasts only as long as it does."""


class Progress(NamedTuple):
    """How a runner tells what it does: ``say`` prints a line, ``track`` shows how far an iteration has come."""

    say: Callable[[str], None]
    track: Callable[[Iterable[Any], str, int | None], AbstractContextManager[Iterable[Any]]]


class Runner:
    """Does the stages of one run folder.

    Args:
        run: The folder; it is made where it is missing.
        models: The folder of models.
        settings: The stages' settings.
        processes: How many processes work.
        force: Do a stage again even where its inputs are unchanged.
        progress: Where to tell of it.
    """

    def __init__(
        self, run: Run, models: Path, settings: Settings, processes: int, force: bool, progress: Progress
    ) -> None:
        self.run = run
        self.models = models
        self.settings = settings
        self.processes = processes
        self.force = force
        self.progress = progress
        try:
            run.path.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise RunError(f"{run.path}: cannot be made ({error.strerror}); give another folder with --out") from None
        self.ledger: Ledger = read_ledger(run)
        self.ledger.settings = settings

    # The stages

    def ingest(self, corpora: list[Path], config: Path | None) -> int:
        """Ingest corpora into ``articles.jsonl`` and ``rejected.jsonl``; returns how many articles were set aside."""
        from pipeline.ingest import settle

        given = [(path, *self._corpus(path, config)) for path in corpora]
        inputs = {f"{number}:{name}": sha for number, (path, _, _) in enumerate(given) for name, sha in _hashes(path)}
        parts = {
            "inputs": inputs,
            "corpora": [(corpus, topic) for _, corpus, topic in given],
            "settings": self.settings.ingest,
        }
        subjects: dict[str, Subject | None] = {}

        def do() -> dict[str, int]:
            counts: Counter[str] = Counter(articles=0, rejected=0)
            extracted = chain.from_iterable(self._extract(*corpus, subjects) for corpus in given)
            files = replacing(self.run.file("articles")), replacing(self.run.file("rejected"))
            with (
                self.progress.track(settle(extracted), "ingest", None) as settled,
                files[0] as taken,
                files[1] as refused,
            ):
                for record in settled:
                    is_refused = isinstance(record, Rejected)
                    write_lines(refused if is_refused else taken, [record])
                    counts["rejected" if is_refused else "articles"] += 1
            if not counts["articles"]:
                raise CorpusError(f"{corpora[0]}: no article could be taken in; see why in {self.run.file('rejected')}")
            self.ledger.subjects = dict(sorted(subjects.items()))
            self.ledger.discovered = []
            self.ledger.inputs = inputs
            return dict(counts)

        self._do("ingest", parts, ["articles", "rejected"], do)
        return self.ledger.stages["ingest"].counts["rejected"]

    def segment(self) -> None:
        """Write ``sentences.jsonl``."""
        from pipeline import spacy_model

        def do() -> dict[str, int]:
            return self._write("segment", "sentences", work.segment_batch, self._batches())

        self._do(
            "segment", {"inputs": self._hash("articles"), "models": spacy_model.name_and_version()}, ["sentences"], do
        )

    def entities(self, config: Path | None = None) -> None:
        """Write ``entities.jsonl``; topics without a subject have it discovered."""
        from pipeline import spacy_model

        self._subjects(config)
        missing = [topic for topic, subject in self.ledger.subjects.items() if subject is None]
        inputs = self._hash("articles", "sentences")

        def parts() -> dict[str, Any]:
            return {"inputs": inputs, "models": spacy_model.name_and_version(), "subjects": self.ledger.subjects}

        def do() -> dict[str, int]:
            if not missing:
                batch = (work.SubjectBatch(documents) for documents in self._with_subjects("sentences"))
                return self._write("entities", "entities", work.recognise_and_link_batch, batch)
            return self._discover_and_link(missing)

        self._do("entities", parts(), ["entities"], do, after=parts)

    def stance(self) -> None:
        """Write ``stances.jsonl``."""
        models = sha256_folder(self._models())

        def do() -> dict[str, int]:
            batch = (
                work.StanceBatch(documents, self.models, self.settings.stance)
                for documents in self._with_subjects("sentences", "entities")
            )
            return self._write("stance", "stances", work.stance_batch, batch)

        inputs = self._hash("articles", "sentences", "entities")
        parts = {"inputs": inputs, "models": models, "subjects": self.ledger.subjects, "settings": self.settings.stance}
        self._do("stance", parts, ["stances"], do)
        self.ledger.models = {"spacy": "==".join(_spacy()), "stance": models}

    def align(self) -> None:
        """Write ``alignments.jsonl``."""

        def do() -> dict[str, int]:
            topics = (
                work.TopicBatch(topic, documents, [], subject, self.settings)
                for topic, documents, subject in self._topics("sentences", "entities", "stances")
            )
            return self._write("align", "alignments", work.align_batch, topics)

        inputs = self._hash("articles", "sentences", "entities", "stances")
        parts = {"inputs": inputs, "subjects": self.ledger.subjects, "settings": self.settings.align}
        self._do("align", parts, ["alignments"], do)

    def report(self) -> None:
        """Write ``report.jsonl``."""

        def do() -> dict[str, int]:
            return self._write("report", "report", work.report_batch, self._report_batches())

        inputs = self._hash("articles", "sentences", "stances", "alignments")
        parts = {"inputs": inputs, "subjects": self.ledger.subjects, "settings": self.settings.report}
        self._do("report", parts, ["report"], do)

    # What they share

    def _do(
        self,
        stage: str,
        parts: dict[str, Any],
        names: list[str],
        do: Callable[[], dict[str, int]],
        after: Callable[[], dict[str, Any]] | None = None,
    ) -> None:
        """Do a stage, unless it was done from just these parts; ``after`` gives the parts where doing it adds some."""
        wanted = fingerprint(stage, **parts)
        if not self.force and is_current(self.run, self.ledger, stage, wanted):
            self.progress.say(f"{stage}: unchanged, skipped")
            return
        begun = time.perf_counter()
        counts = do()
        seconds = time.perf_counter() - begun
        wanted = fingerprint(stage, **after()) if after else wanted
        self.ledger.stages[stage] = finished(self.run, wanted, [self.run.file(name) for name in names], counts, seconds)
        write_ledger(self.run, self.ledger)
        told = ", ".join(f"{count:,} {name}" for name, count in counts.items() if count or name == names[0])
        self.progress.say(f"{stage}: {told} ({seconds:.1f} s)")

    def _write(self, stage: str, name: str, function: Callable[[T], list[Any]], items: Iterable[T]) -> dict[str, int]:
        results = chain.from_iterable(ordered_map(function, items, self.processes))
        with self.progress.track(results, stage, None) as tracked:
            return {name: self.run.write(name, tracked)}

    def _hash(self, *names: str) -> dict[str, str]:
        return {name: sha256_file(self.run.require(name)) for name in names}

    def _models(self) -> Path:
        if not self.models.is_dir():
            from pipeline.errors import ModelError

            raise ModelError(f"{self.models}: there is no folder of models there; give one with --models")
        return self.models

    def _batches(self, *names: str, entities: Path | None = None) -> Iterator[list[Document]]:
        """The documents in batches that do not depend on the number of processes."""
        documents = self.run.documents(*names, entities=entities)
        yield from batches(documents, lambda document: len(document.article.text), _BATCH)

    def _with_subjects(self, *names: str, entities: Path | None = None) -> Iterator[list[tuple[Document, Subject]]]:
        for documents in self._batches(*names, entities=entities):
            known = [(document, self.ledger.subjects.get(document.article.topic)) for document in documents]
            yield [(document, subject) for document, subject in known if subject is not None]

    def _topics(self, *names: str) -> Iterator[tuple[str, list[Document], Subject]]:
        """The documents topic by topic; the articles of a topic follow each other in ``articles.jsonl``."""
        for topic, group in groupby(self.run.documents(*names), key=lambda document: document.article.topic):
            subject = self.ledger.subjects.get(topic)
            if subject is not None:
                yield topic, list(group), subject

    def _report_batches(self) -> Iterator[work.TopicBatch]:
        alignments = groupby(self.run.read("alignments"), key=lambda row: row.topic)
        ahead = next(alignments, None)
        for topic, documents, subject in self._topics("sentences", "stances"):
            rows = []
            if ahead is not None and ahead[0] == topic:
                rows = list(ahead[1])
                ahead = next(alignments, None)
            yield work.TopicBatch(topic, documents, rows, subject, self.settings)
        if ahead is not None:
            raise RunError(f'alignments.jsonl: topic "{ahead[0]}" is not in articles.jsonl; run visavis align again')

    # Corpora and subjects

    def _corpus(self, path: Path, config: Path | None) -> tuple[Corpus, str]:
        """A corpus's configuration, and the topic of its articles that name none."""
        beside = path / CONFIG_NAME
        corpus = Corpus()
        if config is not None:
            corpus = read_corpus(find_config(config))
        elif path.is_dir() and beside.is_file():
            corpus = read_corpus(beside)
        return corpus, corpus.topic or slug(path.resolve().stem)

    def _extract(
        self, path: Path, corpus: Corpus, topic: str, subjects: dict[str, Subject | None]
    ) -> Iterator[Article | Rejected]:
        """The articles of one corpus; notes the subject of each of its topics in ``subjects``."""
        from pipeline.ingest import sources

        config = self.settings.ingest
        listed = sources(path, corpus, topic, config.max_bytes)
        sized = batches(listed, lambda source: len(source.content or b""), _BATCH)
        work_items = (work.IngestBatch(batch, config) for batch in sized)
        for record in chain.from_iterable(ordered_map(work.extract_batch, work_items, self.processes)):
            if isinstance(record, Article):
                subject = corpus.subject()
                if subjects.setdefault(record.topic, subject) != subject:
                    raise ConfigError(
                        f'{path}: topic "{record.topic}" has another {CONFIG_NAME} already; give it a topic of its own'
                    )
            yield record

    def _subjects(self, config: Path | None) -> None:
        """Complete the subjects from a configuration given, or from what was discovered before and perhaps edited."""
        if not self.ledger.subjects:
            for article in self.run.read("articles"):
                self.ledger.subjects.setdefault(article.topic, None)
        given = read_corpus(find_config(config)).subject() if config else None
        for topic in self.ledger.subjects:
            saved = self._discovered_file(topic)
            if given is not None:
                self.ledger.subjects[topic] = given
            elif saved.is_file() and (self.ledger.subjects[topic] is None or topic in self.ledger.discovered):
                self.ledger.subjects[topic] = read_corpus(saved).subject()
                self.ledger.discovered = sorted({*self.ledger.discovered, topic})

    def _discovered_file(self, topic: str) -> Path:
        """Where a discovered subject is written: beside the run's files, or by topic where there are several."""
        if len(self.ledger.subjects) == 1:
            return self.run.path / CONFIG_NAME
        return self.run.path / "topics" / slug(topic) / CONFIG_NAME

    def _discover_and_link(self, missing: list[str]) -> dict[str, int]:
        """Find entities, choose the missing subjects by them, then link."""
        found = chain.from_iterable(ordered_map(work.recognise_batch, self._batches("sentences"), self.processes))
        recognised = self.run.path / f"entities.{_RECOGNISED}{PARTIAL}"
        with self.progress.track(found, "entities", None) as tracked, recognised.open("w", encoding="utf-8") as file:
            write_lines(file, tracked)
        try:
            self._discover(missing, recognised)
            batch = (
                work.SubjectBatch(documents) for documents in self._with_subjects("sentences", entities=recognised)
            )
            return self._write("entities", "entities", work.link_batch, batch)
        finally:
            recognised.unlink(missing_ok=True)

    def _discover(self, missing: list[str], recognised: Path) -> None:
        from pipeline.entities import discover

        documents = self.run.documents("sentences", entities=recognised)
        for topic, group in groupby(documents, key=lambda document: document.article.topic):
            if topic not in missing:
                continue
            subject = discover(group, self.settings.discover)
            self.ledger.subjects[topic] = subject
            if subject is None:
                self.progress.say(f"{topic}: names fewer than two entities, so there is nothing to compare")
                continue
            self.ledger.discovered = sorted({*self.ledger.discovered, topic})
            file = self._discovered_file(topic)
            file.parent.mkdir(parents=True, exist_ok=True)
            with replacing(file) as out:
                out.write(write_corpus(topic, subject))
            names = ", ".join(party.name for party in subject.target)
            told = f"{topic}: {subject.initiator.name} toward {names}"
            self.progress.say(f"{told}; edit {file} and run again to change this")
        if all(subject is None for subject in self.ledger.subjects.values()):
            raise CorpusError(f"{self.run.path}: no initiator and targets could be discovered; name them with --config")


def _hashes(path: Path) -> Iterator[tuple[str, str]]:
    """The name and sha256 of each file that a corpus may take articles from."""
    files = sorted(path.iterdir()) if path.is_dir() else [path]
    for file in files:
        if file.is_file() and not file.name.startswith("."):
            try:
                yield file.name, sha256_file(file)
            except OSError:
                yield file.name, "unreadable"


def _spacy() -> tuple[str, str]:
    from pipeline import spacy_model

    return spacy_model.name_and_version()
