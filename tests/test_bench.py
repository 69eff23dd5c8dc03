import sys
from pathlib import Path

import pytest

import bench

HOLM = "Norway and Sweden made progress on the ferry line. Stockholm agreed to share the costs of the port.\n"
BERG = "The ferry talks between Norway and Sweden have stalled. Stockholm refuses to pay for the port.\n"
CONFIG = """
topic = "ferry"
initiator = {id = "norway", name = "Norway"}
target = [{id = "sweden", name = "Sweden"}]
"""


@pytest.fixture
def corpus(tmp_path: Path) -> Path:
    folder = tmp_path / "ferry"
    folder.mkdir()
    for name, text in {"a.txt": HOLM, "b.txt": BERG, "c.txt": HOLM + BERG, "corpus.toml": CONFIG}.items():
        (folder / name).write_text(text, encoding="utf-8")
    return folder


@pytest.mark.model
def test_every_stage_is_measured_on_the_articles_asked_for(corpus: Path, tmp_path: Path) -> None:
    work = tmp_path / "work"
    work.mkdir()
    found = bench.bench(corpus, [1], 2, work)
    assert (found.articles, found.rejected, found.sentences) == (2, 0, 4)
    assert [row.what for row in found.rows] == [
        "nlp.pipe, all components",
        "nlp.pipe, those that Visavis uses",
        "ingest",
        *bench.STAGES,
        "run: all stages",
    ]
    for row in found.rows:
        assert row.processes == 1
        assert row.seconds > 0
        assert row.largest > 10
        assert row.rate == round(4 / row.seconds, 1)
    assert found.help_seconds > 0
    lines = bench.table(found).splitlines()
    assert lines[1] == f"2 articles (0 set aside), 4 sentences, {len(HOLM + BERG)} characters"
    assert len({len(line) for line in lines if line.startswith("|")}) == 1


def test_a_process_is_measured_with_its_children(tmp_path: Path) -> None:
    hungry = "b = bytearray(b'x') * 60_000_000; import time; time.sleep(0.5)"
    code = f"import subprocess, sys; subprocess.run([sys.executable, '-c', {hungry!r}], check=True)"
    row = bench.measure([sys.executable, "-c", code], tmp_path, "child", 1)
    assert row.largest > 57
    assert row.total is None or row.total > 57
    assert row.seconds > 0.5


def test_a_command_that_fails_is_an_error_with_its_message(tmp_path: Path) -> None:
    with pytest.raises(bench.BenchError) as error:
        bench.measure([sys.executable, "-c", "import sys; sys.exit('no such corpus')"], tmp_path, "ingest", 1)
    assert str(error.value) == "ingest failed: no such corpus"


def test_the_first_lines_of_jsonl_are_a_corpus_too(tmp_path: Path) -> None:
    (tmp_path / "from").mkdir()
    (tmp_path / "to").mkdir()
    (tmp_path / "from" / "a.jsonl").write_bytes(b'{"text": "One."}\n{"text": "Two."}\n')
    smaller = bench._first(tmp_path / "from" / "a.jsonl", 1, tmp_path / "to")
    assert smaller.read_bytes() == b'{"text": "One."}\n'
