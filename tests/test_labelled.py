"""The labelled sentences: how many there are, of what, and that none is there twice."""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Iterator
from pathlib import Path

import pytest
from datasketch import MinHash, MinHashLSH

from pipeline.store import read_lines
from pipeline.train.data import NEWS_LABELS, Labelled, LabelledByOffset

FOLDER = Path(__file__).parent.parent / "corpus" / "labelled"
_ALIKE = 0.6
NEWS = FOLDER / NEWS_LABELS


def written() -> Iterator[Labelled]:
    for path in sorted(FOLDER.glob("*.jsonl")):
        if path != NEWS:
            with path.open("rb") as file:
                yield from (row for _, row in read_lines(file, Labelled, str(path)))


def real() -> list[LabelledByOffset]:
    with NEWS.open("rb") as file:
        return [row for _, row in read_lines(file, LabelledByOffset, str(NEWS))]


@pytest.fixture(scope="module")
def rows() -> list[Labelled]:
    return list(written())


def test_there_are_enough_pairs_of_enough_subjects_and_no_label_prevails(rows: list[Labelled]) -> None:
    pairs = [row for row in rows if row.target]
    news = real()
    stances = Counter(row.stance for row in pairs) + Counter(row.stance for row in news)
    assert len(pairs) + len(news) >= 8000
    assert len(news) >= 1500
    assert len({row.initiator for row in pairs}) >= 60
    assert len({row.name or row.target for row in pairs}) >= 200
    assert len({row.field for row in pairs if row.field}) >= 8
    assert max(stances.values()) <= 0.4 * stances.total()
    assert sum(row.style == "oblique" for row in pairs) <= 0.2 * len(pairs)


def test_many_sentences_judge_two_targets_differently_and_many_references_are_carried(rows: list[Labelled]) -> None:
    sentences: dict[tuple[str, str], list[Labelled]] = defaultdict(list)
    for row in rows:
        if row.target:
            sentences[row.initiator, row.sentence].append(row)
    differently = [each for each in sentences.values() if len({row.stance for row in each}) > 1]
    assert sum(map(len, differently)) >= sum(map(len, sentences.values())) / 3
    pairs = [row for row in rows if row.target]
    assert sum(row.target not in row.sentence for row in pairs if row.target) >= len(pairs) / 6


def test_a_fifth_was_labelled_twice(rows: list[Labelled]) -> None:
    labelled: list[Labelled | LabelledByOffset] = [row for row in rows if row.target]
    labelled += real()
    assert sum(row.second is not None for row in labelled) >= len(labelled) / 5
    assert all(row.second or row.recheck for row in labelled if row.first)


def test_no_sentence_is_nearly_another(rows: list[Labelled]) -> None:
    """Versions of one sentence in a contrast are meant to be alike."""
    index = MinHashLSH(threshold=_ALIKE, num_perm=64)
    seen: dict[str, tuple[Labelled, MinHash]] = {}
    for row in rows:
        if row.sentence in seen:
            continue
        words = re.findall(r"\w+", row.sentence.lower())
        sketch = MinHash(num_perm=64)
        for at in range(max(1, len(words) - 2)):
            sketch.update(" ".join(words[at : at + 3]).encode())
        for other, its_sketch in map(seen.__getitem__, index.query(sketch)):
            is_version = row.contrast is not None and row.contrast == other.contrast
            assert is_version or sketch.jaccard(its_sketch) < _ALIKE, (row.sentence, other.sentence)
        seen[row.sentence] = (row, sketch)
        index.insert(row.sentence, sketch)
