"""The report as a person reads it in a terminal: who says what of each target, quoted, and how they relate.

Nothing is told by colour alone. Only the topic being shown is held in memory.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from types import MappingProxyType
from typing import TypeVar

from rich.console import Console
from rich.text import Text

from pipeline.errors import RunError
from pipeline.records import (
    STANCES,
    Comparison,
    Document,
    Judgement,
    PairRelation,
    PairReport,
    PairwiseRelation,
    Position,
    QuotedClaim,
    Relation,
    ReportRecord,
    Stance,
    TargetReport,
)
from pipeline.terminal import STYLES, Terminal, listed, several

T = TypeVar("T")

FEW = 3
"""Quotations shown in each place unless all are asked for."""
MAX_COLUMNS = 4
"""Authors that have a column each; more have a row each."""
WIDE = 120
"""Width from which the sides of a pair stand beside each other, in columns of the terminal."""

COMPARABLE: tuple[Relation, ...] = ("agree", "disagree", "differ")
PAIR_ORDER: tuple[PairRelation, ...] = ("contradicts", "corroborates", "qualifies")
"""The order in which pairs are shown: a contradiction is what a reader looks for."""


def show(
    records: Iterable[ReportRecord],
    documents: Mapping[str, Document],
    console: Console,
    *,
    names: Mapping[str, str] = MappingProxyType({}),
    target: str | None = None,
    full: bool = False,
) -> None:
    """Print the comparison of each topic, one after the other.

    Args:
        records: The records of a report, in the order of ``report.jsonl``.
        documents: The articles by id, with sentences and judgements. It is asked once for each article, when its topic
            is printed, and may fetch it then.
        console: Where to print; its width decides the layout.
        names: The names of parties by id, where the report itself has none: the initiator, and targets that nobody
            writes about.
        target: Show this target alone, by id or name; topics without it are passed over.
        full: Quote everything, not the first few.

    Raises:
        RunError: The records do not fit each other or the documents, or no topic has the target.
    """
    terminal = Terminal(console)
    known: dict[str, None] = {}
    shown = 0
    for head, targets, pairs in _topics(records):
        found = [each for each in head.targets if target is None or _is(each, target, targets, names)]
        known |= dict.fromkeys(head.targets)
        if found or target is None:
            if shown:
                terminal.blank()
            _Page(terminal, head, targets, pairs, documents, names, full).print(found)
            shown += 1
    if target is not None and known and not shown:
        raise RunError(f'report.jsonl: no target "{target}"; choose one of: {", ".join(known)}')
    if not shown:
        terminal.line(Text("The report is empty: there was nothing to compare."))


def _topics(
    records: Iterable[ReportRecord],
) -> Iterator[tuple[Comparison, dict[str, TargetReport], list[PairReport]]]:
    """The records topic by topic: the head, the targets by id, the pairs."""
    head: Comparison | None = None
    targets: dict[str, TargetReport] = {}
    pairs: list[PairReport] = []
    for record in records:
        if isinstance(record, Comparison):
            if head:
                yield head, targets, pairs
            head, targets, pairs = record, {}, []
        elif not head or record.topic != head.topic:
            raise RunError(f'report.jsonl: topic "{record.topic}" has no comparison; run visavis report again')
        elif isinstance(record, TargetReport):
            targets[record.target] = record
        else:
            pairs.append(record)
    if head:
        yield head, targets, pairs


def _is(target_id: str, wanted: str, targets: Mapping[str, TargetReport], names: Mapping[str, str]) -> bool:
    name = targets[target_id].name if target_id in targets else names.get(target_id, target_id)
    return wanted.casefold() in (target_id.casefold(), name.casefold())


def _voices(documents: Mapping[str, Document]) -> dict[str, str]:
    """What each article's voice is called: its author, else its publisher, else its id; never two the same."""
    articles = {key: document.article for key, document in documents.items()}
    named = {key: (article.author or article.publisher or "").strip() or key for key, article in articles.items()}
    often = Counter(named.values())
    return {key: f"{name} ({key})" if often[name] > 1 else name for key, name in named.items()}


def _counted(votes: Mapping[Stance, int]) -> str:
    """The sentences of an author by stance: ``3 sentences: 2 positive, 1 neutral``."""
    kinds = ", ".join(f"{votes[stance]} {stance}" for stance in STANCES if votes.get(stance))
    return f"{several(sum(votes.values()), 'sentence')}: {kinds}"


def _pairwise(relations: Iterable[PairwiseRelation]) -> str:
    """How many pairs of authors stand how, of those where both write: ``1 agree, 2 differ``."""
    counts = Counter(pair.relation for pair in relations)
    return ", ".join(f"{counts[kind]} {kind}" for kind in COMPARABLE if counts[kind])


class _Page:
    """One topic on its way to the terminal. What comes from outside is made safe on its way into a text."""

    def __init__(
        self,
        terminal: Terminal,
        head: Comparison,
        targets: Mapping[str, TargetReport],
        pairs: Sequence[PairReport],
        documents: Mapping[str, Document],
        names: Mapping[str, str],
        full: bool,
    ) -> None:
        self.terminal, self.head, self.targets, self.pairs, self.full = terminal, head, targets, pairs, full
        try:
            self.documents = {article_id: documents[article_id] for article_id in head.articles}
        except KeyError as error:
            problem = f'article "{error.args[0]}" is not in articles.jsonl; run visavis report again'
            raise RunError(f"report.jsonl: {problem}") from None
        self.sentences = {row.sentence_id: row.text for each in self.documents.values() for row in each.sentences}
        self.judgements = {
            (row.sentence_id, row.target): row for each in self.documents.values() for row in each.judgements
        }
        self.voices = {key: terminal.safe(voice) for key, voice in _voices(self.documents).items()}
        self.names = {**names, **{target_id: row.name for target_id, row in targets.items()}}

    def print(self, target_ids: Sequence[str]) -> None:
        """The heading, the table, and a section for each of the targets."""
        self.heading()
        self.table(target_ids)
        for target_id in target_ids:
            if target_id in self.targets:
                self.section(self.targets[target_id])

    def heading(self) -> None:
        """The subject and the articles."""
        self.terminal.heading(self.head.topic, "=")
        targets = listed([self.name(target_id) for target_id in self.head.targets])
        articles = several(len(self.documents), "article")
        self.terminal.line(Text(f"{self.name(self.head.initiator)} toward {targets}, in {articles}:"))
        for article_id, document in self.documents.items():
            article = document.article
            title = self.terminal.quoted(article.title) if article.title else "without a title"
            about = f": {title}, {article.date or 'no date'}"
            self.terminal.line(Text.assemble((self.voices[article_id], "bold"), about), 2, 4)
        self.terminal.blank()

    def name(self, party_id: str) -> str:
        return self.terminal.safe(self.names.get(party_id) or party_id)

    def table(self, target_ids: Sequence[str]) -> None:
        """Targets by authors; a row for each target and author where there are many authors."""
        few = len(self.documents) <= MAX_COLUMNS
        table = self.terminal.table(
            "Target", *(self.voices.values() if few else ("Author", "Author's stance")), "Relation"
        )
        for target_id in target_ids:
            report = self.targets.get(target_id)
            positions = {position.article_id: position for position in report.authors} if report else {}
            name, relation = Text(self.name(target_id)), self.relation(report)
            if few:
                table.add_row(name, *(self.cell(positions.get(key)) for key in self.documents), relation)
            elif not positions:
                table.add_row(name, Text(""), Text(""), relation, end_section=True)
            else:
                for left, (key, position) in enumerate(positions.items(), start=1 - len(positions)):
                    voice = Text(self.voices[key])
                    table.add_row(name, voice, self.cell(position), relation, end_section=not left)
                    name = relation = Text("")
        self.terminal.block(table)
        self.terminal.line(
            Text("Scores run from -1 to 1; in brackets the sentences that bear on the target.", "dim"), 1
        )

    def cell(self, position: Position | None) -> Text:
        """An author's label, score and number of sentences."""
        if position is None:
            return Text("(nothing)", "dim")
        return Text.assemble(
            self.terminal.label(position.stance), f" {position.score:.2f} ({sum(position.votes.values())})"
        )

    def relation(self, report: TargetReport | None) -> Text:
        """The relation of a target's authors in words."""
        if report is None:
            return Text("nobody", STYLES["only_one"])
        if len(report.authors) == 1:
            return Text(f"only {self.voices[report.authors[0].article_id]}", STYLES["only_one"])
        if isinstance(report.relation, str):
            return Text(report.relation, STYLES[report.relation])
        return Text(_pairwise(report.relation))

    def section(self, report: TargetReport) -> None:
        """One target: the relation, the evidence, the pairs, and what one author alone says."""
        self.terminal.blank()
        self.terminal.heading(report.name, "-")
        self.terminal.line(Text(self.sentence(report)))
        for position in report.authors:
            self.evidence(position, report.target)
        self.aligned([pair for pair in self.pairs if pair.target == report.target], report.target)
        self.unpaired(report)

    def sentence(self, report: TargetReport) -> str:
        """The relation in one plain sentence, from the counts."""
        described = [f"{each.stance} ({_counted(each.votes)})" for each in report.authors]
        voices = [self.voices[each.article_id] for each in report.authors]
        if len(report.authors) == 1:
            return f"Only {voices[0]} writes about it, and is {described[0]}."
        if isinstance(report.relation, str):
            both = listed([f"{voice} is {each}" for voice, each in zip(voices, described, strict=True)])
            return f"The two {report.relation}: {both}."
        stances = Counter(each.stance for each in report.authors)
        labels = listed([f"{stances[stance]} {stance}" for stance in STANCES if stances[stance]])
        writing = f"{len(report.authors)} of {len(self.documents)} authors write about it, {labels}"
        return f"{writing}; by pairs of authors: {_pairwise(report.relation)}."

    def evidence(self, position: Position, target_id: str) -> None:
        """Where one author stands, and the sentences it rests on: who stands behind each, and how sure it is."""
        low, high = position.interval
        figures = f", score {position.score:.2f} (interval {low:.2f} to {high:.2f})"
        voice = (self.voices[position.article_id], "bold")
        self.terminal.blank()
        self.terminal.line(Text.assemble(voice, ": ", self.terminal.label(position.stance), figures))
        for sentence_id in self.some(position.evidence):
            row = self.judgement(sentence_id, target_id)
            hang = len(self.terminal.marks[row.stance]) + 3
            corrected = ", corrected by hand" if row.corrected else ""
            about = f"{row.modality}, {row.confidence:.0%} sure{corrected}, {self.terminal.safe(sentence_id)}"
            self.terminal.line(self.quotation(row), 2, hang)
            self.terminal.line(Text(about, "dim"), hang)
        self.more(position.evidence, target_id, 2)

    def aligned(self, pairs: Sequence[PairReport], target_id: str) -> None:
        """The pairs of claims on the same matter, contradictions first."""
        if not pairs:
            return
        counts = Counter(pair.relation for pair in pairs)
        kinds = ", ".join(f"{counts[kind]} {kind}" for kind in PAIR_ORDER if counts[kind])
        self.terminal.blank()
        self.terminal.line(Text.assemble(("On the same matter", "bold"), f": {several(len(pairs), 'pair')} ({kinds})"))
        for pair in self.some(sorted(pairs, key=lambda pair: PAIR_ORDER.index(pair.relation))):
            self.terminal.line(
                Text.assemble((pair.relation, STYLES[pair.relation]), f", {pair.confidence:.0%} sure"), 2
            )
            left, right = self.side(pair.a, target_id), self.side(pair.b, target_id)
            if self.terminal.width >= WIDE:
                self.terminal.sides(left, right, 4)
            else:
                self.terminal.line(left, 4, 6)
                self.terminal.line(right, 4, 6)
        self.more(pairs, target_id, 2)

    def side(self, claim: QuotedClaim, target_id: str) -> Text:
        voice = (self.voices[claim.article_id], "bold")
        return Text.assemble(voice, ": ", self.referred(self.judgement(claim.sentence_id, target_id)))

    def unpaired(self, report: TargetReport) -> None:
        """What each author says of a target that is in no pair; of a single author, what is not quoted yet."""
        alone = len(report.authors) == 1
        quoted = set(report.authors[0].evidence if alone else ())
        rows = [self.judgement(each, report.target) for each in report.unpaired if each not in quoted]
        if not rows:
            return
        self.terminal.blank()
        self.terminal.line(Text("Also said" if alone else "Said by one only", "bold"))
        for position in report.authors:
            own = [row for row in rows if row.article_id == position.article_id]
            if own:
                share = f": {len(own)} of {several(sum(position.votes.values()), 'sentence')}"
                self.terminal.line(Text.assemble((self.voices[position.article_id], "bold"), share), 2)
            for row in self.some(own):
                self.terminal.line(self.referred(row), 4, len(self.terminal.marks[row.stance]) + 5)
            self.more(own, report.target, 4)

    def judgement(self, sentence_id: str, target_id: str) -> Judgement:
        row = self.judgements.get((sentence_id, target_id))
        if row is None or sentence_id not in self.sentences:
            problem = f'sentence "{sentence_id}" is not judged on target "{target_id}"; run visavis report again'
            raise RunError(f"report.jsonl: {problem}")
        return row

    def quotation(self, row: Judgement) -> Text:
        words = self.terminal.quoted(self.sentences[row.sentence_id])
        return Text.assemble((self.terminal.marks[row.stance], STYLES[row.stance]), f" {words}")

    def referred(self, row: Judgement) -> Text:
        return Text.assemble(self.quotation(row), (f" ({self.terminal.safe(row.sentence_id)})", "dim"))

    def some(self, items: Sequence[T]) -> Sequence[T]:
        return items if self.full else items[:FEW]

    def more(self, items: Sequence[object], target_id: str, indent: int) -> None:
        """Say how many were not shown, and how to see them."""
        left = len(items) - len(self.some(items))
        if left:
            hint = f"{left} more; all of them with --target {self.terminal.safe(target_id)} --full"
            self.terminal.line(Text(hint, "dim"), indent)
