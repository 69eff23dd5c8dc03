"""Align: which sentences of different authors speak of the same matter of a target, and how they relate.

A baseline: sentences are vectors of their words (TF-IDF over the topic, the parties' names left out); two sentences
speak of the same matter when the cosine of their vectors, raised where both take the same side, is high enough; and
how they relate follows from their stances.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from functools import cache
from typing import TYPE_CHECKING, Any, NamedTuple

from pipeline.config import AlignConfig
from pipeline.records import Alignment, Claim, Document, Judgement, PairRelation, Sentence

if TYPE_CHECKING:
    from scipy.sparse import csr_array

__all__ = ["align", "relation"]


class _Row(NamedTuple):
    """A judged sentence; ``at`` is its article's place in the topic, ``text`` leaves the parties' names out."""

    at: int
    sentence: Sentence
    judgement: Judgement
    text: str


def align(documents: Sequence[Document], targets: Sequence[str], config: AlignConfig) -> Iterator[Alignment]:
    """Pair the judged sentences of different articles of one topic, target by target.

    Args:
        documents: The articles of one topic with their sentences, mentions and judgements, in order.
        targets: The ids of the targets, in the order in which they are aligned.
        config: The similarity from which two sentences are paired, and what taking the same side adds to it.

    Yields:
        Pairs by target, then by position of ``a`` and ``b``; ``a`` is of the earlier article. ``confidence`` is that
        in the relation, were the matter the same: the product of the confidences of both stances.
    """
    rows = _rows(documents)
    vectors = _vectors([row.text for row in rows])
    if vectors is None:
        return
    for target in targets:
        chosen = [index for index, row in enumerate(rows) if row.judgement.target == target]
        cosines = vectors[chosen] @ vectors[chosen].T
        for i, j, cosine in _entries(cosines):
            a, b = rows[chosen[i]], rows[chosen[j]]
            similarity = _similarity(cosine, a.judgement, b.judgement, config)
            if a.at < b.at and similarity >= config.min_similarity:
                yield Alignment(
                    topic=documents[a.at].article.topic,
                    target=target,
                    a=Claim(a.sentence.article_id, a.sentence.sentence_id),
                    b=Claim(b.sentence.article_id, b.sentence.sentence_id),
                    similarity=similarity,
                    relation=relation(a.judgement, b.judgement),
                    confidence=round(a.judgement.confidence * b.judgement.confidence, 4),
                )


def relation(a: Judgement, b: Judgement) -> PairRelation:
    """How two sentences on the same matter relate, by their stances: alike, opposed, or neither."""
    if a.stance == b.stance:
        return "corroborates"
    return "contradicts" if {a.stance, b.stance} == {"positive", "negative"} else "qualifies"


def _similarity(cosine: float, a: Judgement, b: Judgement, config: AlignConfig) -> float:
    same_side = a.stance == b.stance != "neutral"
    return round(min(1.0, cosine + config.same_side * same_side), 4)


def _rows(documents: Sequence[Document]) -> list[_Row]:
    """The judgements in order of article and position, each with its sentence."""
    rows: list[_Row] = []
    for at, document in enumerate(documents):
        sentences = {sentence.sentence_id: sentence for sentence in document.sentences}
        texts = {sentence.sentence_id: _without_parties(sentence, document) for sentence in document.sentences}
        for judgement in document.judgements:
            rows.append(_Row(at, sentences[judgement.sentence_id], judgement, texts[judgement.sentence_id]))
    return rows


def _without_parties(sentence: Sentence, document: Document) -> str:
    """The sentence with the names of the initiator and the targets left out."""
    text = sentence.text
    for mention in sorted(document.mentions, key=lambda mention: -mention.start):
        is_name = mention.initiator or (mention.target is not None and mention.link != "carried")
        if mention.sentence_id == sentence.sentence_id and is_name:
            start, end = mention.start - sentence.start, mention.end - sentence.start
            text = text[:start] + " " * (end - start) + text[end:]
    return text


def _vectors(texts: Sequence[str]) -> csr_array | None:
    """Unit vectors of texts, of shape (n_texts, n_words), or None where no word is left."""
    from sklearn.feature_extraction.text import TfidfVectorizer

    vectorizer = TfidfVectorizer(analyzer=_stems, sublinear_tf=True)
    try:
        return vectorizer.fit_transform(texts).tocsr()
    except ValueError:
        return None


def _stems(text: str) -> list[str]:
    return [str(_stemmer().stemWord(word)) for word in re.findall(r"[^\W\d_]{3,}|\d[\d.,]*\d|\d", text.lower())]


@cache
def _stemmer() -> Any:
    import snowballstemmer

    return snowballstemmer.stemmer("english")


def _entries(matrix: csr_array) -> Iterator[tuple[int, int, float]]:
    """The entries of a sparse matrix by row and column."""
    entries = matrix.tocoo()
    yield from sorted(zip(entries.row.tolist(), entries.col.tolist(), entries.data.tolist(), strict=True))
