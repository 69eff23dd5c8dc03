"""The report stage: what each author thinks of each target, how they relate, and what only one of them says.

The voices compared are articles: two articles by one author are two voices, and the author's name is carried along.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence

from pipeline.config import ReportConfig, Subject
from pipeline.errors import RunError
from pipeline.records import (
    STANCES,
    Alignment,
    Comparison,
    Document,
    Judgement,
    Position,
    ReportRecord,
    Sentence,
    TargetReport,
)
from pipeline.report.authors import position
from pipeline.report.relations import agreement, pair_reports, relations, words

__all__ = ["report"]


def report(
    documents: Sequence[Document],
    alignments: Sequence[Alignment],
    subject: Subject,
    topic: str,
    config: ReportConfig,
) -> Iterator[ReportRecord]:
    """The report of one topic.

    Args:
        documents: The topic's articles with their sentences and judgements, in order.
        alignments: The topic's aligned pairs, in any order.
        subject: The initiator and the targets, in the order in which they are reported.
        topic: The topic.
        config: Weights, threshold and bootstrap.

    Yields:
        The comparison, a record for each target that at least one article bears on, and the aligned pairs by target
        and position. Scores, intervals and shares are rounded to four digits.

    Raises:
        RunError: A judgement or an aligned pair names a target or a sentence that is not there.
    """
    targets = [party.id for party in subject.target]
    sentences = {sentence.sentence_id: sentence for document in documents for sentence in document.sentences}
    places = {
        sentence.sentence_id: (number, place)
        for number, document in enumerate(documents)
        for place, sentence in enumerate(document.sentences)
    }
    judged = _by_target(documents, targets, sentences)
    _check(alignments, topic, judged)
    article_ids = [document.article.article_id for document in documents]
    records = [
        TargetReport(
            topic=topic,
            target=party.id,
            name=party.name,
            relation=relations(article_ids, positions),
            authors=positions,
            unpaired=_unpaired(party.id, judged[party.id], alignments, places),
        )
        for party in subject.target
        if (positions := _positions(documents, judged[party.id], config))
    ]
    yield _comparison(documents, alignments, records, subject, topic)
    yield from records
    yield from pair_reports(alignments, targets, sentences, places)


def _by_target(
    documents: Sequence[Document], targets: Sequence[str], sentences: Mapping[str, Sentence]
) -> dict[str, dict[str, list[Judgement]]]:
    """The judgements by target, then by article."""
    judged: dict[str, dict[str, list[Judgement]]] = {target: {} for target in targets}
    for document in documents:
        for row in document.judgements:
            if row.target not in judged:
                problem = f'target "{row.target}" is not a target of the subject; run visavis entities again'
                raise RunError(f"stances.jsonl: {problem}")
            if row.sentence_id not in sentences:
                problem = f'sentence "{row.sentence_id}" is not in sentences.jsonl; run visavis stance again'
                raise RunError(f"stances.jsonl: {problem}")
            judged[row.target].setdefault(row.article_id, []).append(row)
    return judged


def _check(
    alignments: Sequence[Alignment], topic: str, judged: Mapping[str, Mapping[str, Sequence[Judgement]]]
) -> None:
    """Hold the aligned pairs against the judgements that they pair."""
    known = {
        (target, row.sentence_id) for target, articles in judged.items() for rows in articles.values() for row in rows
    }
    for pair in alignments:
        if pair.topic != topic:
            raise RunError(f'alignments.jsonl: topic "{pair.topic}" is not "{topic}"; run visavis align again')
        for claim in (pair.a, pair.b):
            if (pair.target, claim.sentence_id) not in known:
                problem = f'sentence "{claim.sentence_id}" is not judged on target "{pair.target}"'
                raise RunError(f"alignments.jsonl: {problem}; run visavis align again")


def _positions(
    documents: Sequence[Document], judged: Mapping[str, Sequence[Judgement]], config: ReportConfig
) -> tuple[Position, ...]:
    """The positions on one target of the articles that write about it, in the order of the articles."""
    return tuple(
        position(
            document,
            judged[document.article.article_id],
            {sentence.sentence_id: place for place, sentence in enumerate(document.sentences)},
            config,
        )
        for document in documents
        if document.article.article_id in judged
    )


def _unpaired(
    target: str,
    judged: Mapping[str, Sequence[Judgement]],
    alignments: Sequence[Alignment],
    places: Mapping[str, tuple[int, int]],
) -> tuple[str, ...]:
    """The judged sentences of one target that stand in none of its aligned pairs, by position."""
    paired = {claim.sentence_id for row in alignments if row.target == target for claim in (row.a, row.b)}
    alone = {row.sentence_id for rows in judged.values() for row in rows} - paired
    return tuple(sorted(alone, key=lambda sentence_id: places[sentence_id]))


def _comparison(
    documents: Sequence[Document],
    alignments: Sequence[Alignment],
    records: Sequence[TargetReport],
    subject: Subject,
    topic: str,
) -> Comparison:
    """The head of the report. Its counts always have the same keys.

    ``sentences`` counts those that can be judged (title and body), ``bearing`` those of them that bear on a target,
    ``targets`` the targets that somebody writes about; relations are counted over targets and pairs of articles.
    """
    found = [word for record in records for word in words(record.relation)]
    judgements = [row for document in documents for row in document.judgements]
    stances = Counter(row.stance for row in judgements)
    pairs = Counter(row.relation for row in alignments)
    authors = Counter(found)
    return Comparison(
        topic=topic,
        initiator=subject.initiator.id,
        articles=tuple(document.article.article_id for document in documents),
        targets=tuple(party.id for party in subject.target),
        agreement=agreement(found),
        counts={
            "articles": len(documents),
            "sentences": sum(len(document.judged()) for document in documents),
            "bearing": len({row.sentence_id for row in judgements}),
            "targets": len(records),
            "judgements": len(judgements),
            **{stance: stances[stance] for stance in STANCES},
            "alignments": len(alignments),
            **{relation: pairs[relation] for relation in ("corroborates", "contradicts", "qualifies")},
            "unpaired": sum(len(record.unpaired) for record in records),
            **{relation: authors[relation] for relation in ("agree", "disagree", "differ", "only_one")},
        },
    )
