"""The stages on a run folder: what each reads and writes, what is skipped, and how the work is spread."""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from contextlib import AbstractContextManager
from functools import cached_property
from itertools import chain, groupby
from pathlib import Path
from typing import Any, NamedTuple, TypeVar

from pipeline import work
from pipeline.config import CONFIG_NAME, Corpus, Settings, Subject, find_config, read_corpus, slug
from pipeline.errors import ConfigError, CorpusError, ModelError, RunError
from pipeline.ledger import (
    Ledger,
    fingerprint,
    finished,
    is_current,
    read_ledger,
    sha256_inputs,
    sha256_models,
    sha256_package,
    write_ledger,
)
from pipeline.parallel import batches, ordered_map
from pipeline.records import RECORDS, Article, Document, Rejected
from pipeline.store import PARTIAL, Run, replacing, sha256_file, write_lines
from pipeline.subjects import by_topic, discover_subjects, settle_subjects

T = TypeVar("T")

_BATCH = 60_000
"""Characters of articles that one process works on at a time."""
_RECOGNISED = f"entities.recognised{PARTIAL}"
"""A file of the entities stage that lasts only as long as it does."""


class Progress(NamedTuple):
    """How a runner tells what it does: ``say`` prints a line, ``track`` shows how far an iteration has come."""

    say: Callable[[str], None]
    track: Callable[[Iterable[Any], str, int | None], AbstractContextManager[Iterable[Any]]]


class Runner:
    """Does the stages of one run folder.

    Args:
        run: The folder; ``ingest`` makes it where it is missing.
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
        self.ledger: Ledger = read_ledger(run)
        self.ledger.settings = settings

    # The stages

    def ingest(self, corpora: list[Path], config: Path | None) -> int:
        """Ingest corpora into ``articles.jsonl`` and ``rejected.jsonl``; returns how many articles were set aside."""
        from pipeline.ingest import settle

        self._make_folder(corpora)
        given = [(path, *self._corpus(path, config)) for path in corpora]
        inputs = {
            f"{number}:{name}": sha
            for number, (path, _, _) in enumerate(given)
            for name, sha in sha256_inputs(path).items()
        }
        parts = {
            "inputs": inputs,
            "corpora": [(corpus, topic) for _, corpus, topic in given],
            "settings": self.settings.ingest,
        }

        def do() -> dict[str, int]:
            subjects: dict[str, Subject | None] = {}
            counts: Counter[str] = Counter(articles=0, rejected=0)
            extracted = chain.from_iterable(self._extract(*corpus, subjects) for corpus in given)
            stated: dict[str, Subject | None] = {}
            with replacing(self.run.file("articles")) as taken:
                with (
                    self.progress.track(settle(extracted), "ingest", None) as settled,
                    replacing(self.run.file("rejected")) as refused,
                ):
                    for record in settled:
                        if isinstance(record, Rejected):
                            write_lines(refused, [record])
                            counts["rejected"] += 1
                        else:
                            write_lines(taken, [record])
                            counts["articles"] += 1
                            stated[record.topic] = subjects[record.topic]
                if not counts["articles"]:
                    # Raised before the articles of an earlier run are replaced.
                    why = self.run.file("rejected")
                    raise CorpusError(f"{corpora[0]}: no article could be taken in; see why in {why}")
            self.ledger.stated, self.ledger.subjects, self.ledger.discovered = stated, {}, []
            self.ledger.inputs = inputs
            return dict(counts)

        self._do("ingest", parts, ["articles", "rejected"], do)
        return self.ledger.stages["ingest"].counts["rejected"]

    def segment(self) -> None:
        """Write ``sentences.jsonl``."""

        def do() -> dict[str, int]:
            self.ledger.models |= self._spacy
            return self._write("segment", "sentences", work.segment_batch, self._batches())

        parts = {"inputs": self._hash("articles"), "models": self._spacy}
        self._do("segment", parts, ["sentences"], do)

    def entities(self, config: Path | None = None) -> None:
        """Write ``entities.jsonl``; topics without a subject have it discovered."""
        inputs = self._hash("articles", "sentences")
        missing = settle_subjects(self.run, self.ledger, config)

        def parts() -> dict[str, Any]:
            subjects, settings = self.ledger.subjects, self.settings.discover
            return {"inputs": inputs, "models": self._spacy, "subjects": subjects, "settings": settings}

        def do() -> dict[str, int]:
            self.ledger.models |= self._spacy
            # A run that was killed while it discovered may have left it.
            (self.run.path / _RECOGNISED).unlink(missing_ok=True)
            if not missing:
                batch = (work.SubjectBatch(documents) for documents in self._with_subjects("sentences"))
                return self._write("entities", "entities", work.recognise_and_link_batch, batch)
            return self._discover_and_link(missing)

        self._do("entities", parts(), ["entities"], do, after=parts)

    def stance(self) -> None:
        """Write ``stances.jsonl``."""
        if not self.models.is_dir():
            raise ModelError(f"{self.models}: there is no folder of models there; give one with --models")
        inputs = self._hash("articles", "sentences", "entities")
        models = sha256_models(self.models)

        def do() -> dict[str, int]:
            self.ledger.models = {**self._spacy, **models}
            batch = (
                work.StanceBatch(documents, self.models, self.settings.stance)
                for documents in self._with_subjects("sentences", "entities")
            )
            return self._write("stance", "stances", work.stance_batch, batch)

        subjects = self._subjects()
        parts = {"inputs": inputs, "models": models, "subjects": subjects, "settings": self.settings.stance}
        self._do("stance", parts, ["stances"], do)

    def align(self) -> None:
        """Write ``alignments.jsonl``."""

        def do() -> dict[str, int]:
            topics = (
                work.TopicBatch(topic, documents, [], subject, self.settings)
                for topic, documents, subject in self._topics("sentences", "entities", "stances")
            )
            return self._write("align", "alignments", work.align_batch, topics)

        inputs = self._hash("articles", "sentences", "entities", "stances")
        parts = {"inputs": inputs, "subjects": self._subjects(), "settings": self.settings.align}
        self._do("align", parts, ["alignments"], do)

    def report(self) -> None:
        """Write ``report.jsonl``."""

        def do() -> dict[str, int]:
            return {"records": self._write("report", "report", work.report_batch, self._report_batches())["report"]}

        inputs = self._hash("articles", "sentences", "stances", "alignments")
        parts = {"inputs": inputs, "subjects": self._subjects(), "settings": self.settings.report}
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
        told = ", ".join(f"{count:,} {name}" for name, count in counts.items() if count or name != "rejected")
        self.progress.say(f"{stage}: {told} ({seconds:.1f} s)")

    def _write(self, stage: str, name: str, function: Callable[[T], list[Any]], items: Iterable[T]) -> dict[str, int]:
        results = chain.from_iterable(ordered_map(function, items, self.processes))
        with self.progress.track(results, stage, None) as tracked:
            return {name: self.run.write(name, tracked)}

    def _hash(self, *names: str) -> dict[str, str]:
        return {name: sha256_file(self.run.require(name)) for name in names}

    @cached_property
    def _spacy(self) -> dict[str, str]:
        """The spaCy model and the sha256 of it."""
        from pipeline import spacy_model

        name, version = spacy_model.name_and_version()
        return {f"{name}=={version}": sha256_package(name)}

    def _subjects(self) -> dict[str, Subject | None]:
        """The subjects that the entities stage linked to.

        Raises:
            RunError: It has not done so since the articles were ingested.
        """
        if not self.ledger.subjects:
            raise RunError(f"{self.run.path}: has no targets yet; find them with: visavis entities {self.run.path}")
        return self.ledger.subjects

    def _batches(self, *names: str, entities: Path | None = None) -> Iterator[list[Document]]:
        """The documents in batches that do not depend on the number of processes."""
        documents = self.run.documents(*names, entities=entities)
        yield from batches(documents, lambda document: len(document.article.text), _BATCH)

    def _with_subjects(self, *names: str, entities: Path | None = None) -> Iterator[list[tuple[Document, Subject]]]:
        for documents in self._batches(*names, entities=entities):
            known = [(document, self.ledger.subjects.get(document.article.topic)) for document in documents]
            yield [(document, subject) for document, subject in known if subject is not None]

    def _topics(self, *names: str) -> Iterator[tuple[str, list[Document], Subject]]:
        for topic, group in by_topic(self.run.documents(*names)):
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

    def _make_folder(self, corpora: list[Path]) -> None:
        written = {file.resolve() for file in (self.run.path, *map(self.run.file, RECORDS))}
        for path in corpora:
            if path.resolve() in written:
                raise CorpusError(f"{path}: is where the run is written; give another folder with --out")
        try:
            self.run.path.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            problem = f"cannot be made ({error.strerror}); give another folder with --out"
            raise RunError(f"{self.run.path}: {problem}") from None

    def _corpus(self, path: Path, config: Path | None) -> tuple[Corpus, str]:
        """A corpus's configuration, and the topic of its articles that name none."""
        beside = path / CONFIG_NAME
        corpus = Corpus()
        if config is not None:
            corpus = read_corpus(find_config(config))
        elif path.is_dir() and beside.is_file():
            corpus = read_corpus(beside)
        whole = path.resolve()
        return corpus, corpus.topic or slug(whole.name if path.is_dir() else whole.stem)

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

    def _discover_and_link(self, missing: list[str]) -> dict[str, int]:
        """Find entities, choose the missing subjects by them, then link."""
        recognised = self.run.path / _RECOGNISED
        try:
            found = chain.from_iterable(ordered_map(work.recognise_batch, self._batches("sentences"), self.processes))
            with self.progress.track(found, "entities", None) as tracked, recognised.open("w", encoding="utf-8") as out:
                write_lines(out, tracked)
            documents = self.run.documents("sentences", entities=recognised)
            settings = self.settings.discover
            discover_subjects(self.run, self.ledger, missing, documents, settings, self.progress.say)
            batch = (
                work.SubjectBatch(documents) for documents in self._with_subjects("sentences", entities=recognised)
            )
            return self._write("entities", "entities", work.link_batch, batch)
        finally:
            recognised.unlink(missing_ok=True)
