"""Speed and memory: each stage of the pipeline, beside bare spaCy on the same texts. ``make bench`` runs it.

Every figure is of a process of its own. The stages are timed as a user meets them, from the command to its end, with
start-up and the loading of models; bare ``nlp.pipe`` is timed without them, which is to its advantage.
"""

from __future__ import annotations

import os
import platform
import shutil
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterator
from importlib import metadata
from itertools import islice
from pathlib import Path
from typing import Annotated, Any

import msgspec
import typer

from pipeline.records import Article
from pipeline.store import Run, read_lines

ROOT = Path(__file__).resolve().parent
STAGES = ("segment", "entities", "stance", "align", "report")
UNUSED = ("tagger", "attribute_ruler", "lemmatizer", "senter")
"""Components of the spaCy model that no stage uses."""
STARTS = 5
"""How often the start-up is timed; the shortest counts."""
EXIT_REJECTED = 3
_INTERVAL = 0.05
"""Seconds between two looks at the memory of all processes."""
_MIB = 2**20


class BenchError(Exception):
    """A command that was to be measured failed."""


class Row(msgspec.Struct, frozen=True):
    """One thing measured.

    ``seconds`` is wall time (of bare ``nlp.pipe``, without start-up and loading) and ``cpu_seconds`` that of all
    processes together, from start to end; ``rate`` is in sentences per second of
    wall time, the sentences being those of the pipeline. ``largest`` is the peak memory of the largest process and
    ``total`` that of all together, shared pages counted once, in MiB; ``total`` is None where there is no ``/proc``.
    """

    what: str
    processes: int
    seconds: float
    cpu_seconds: float
    rate: float | None
    largest: float
    total: float | None


class Bench(msgspec.Struct, frozen=True):
    """All that one benchmark found, and what it ran on."""

    machine: dict[str, str | int]
    articles: int
    rejected: int
    sentences: int
    characters: int
    help_seconds: float
    rows: tuple[Row, ...]


# Measuring a process


def measure(command: list[str], cwd: Path, what: str, processes: int, allowed: tuple[int, ...] = (0,)) -> Row:
    """Run a command and measure it; ``rate`` is left open.

    Raises:
        BenchError: It failed.
    """
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    begun = time.perf_counter()
    with tempfile.TemporaryFile() as errors, tempfile.TemporaryFile() as output:
        child = subprocess.Popen(command, cwd=cwd, env=environment, stdout=output, stderr=errors)
        watch = _Watch(child.pid)
        # Popen.wait would not say what the child used.
        _, status, usage = os.wait4(child.pid, 0)
        seconds = time.perf_counter() - begun
        child.returncode = os.waitstatus_to_exitcode(status)
        total = watch.stop()
        if child.returncode not in allowed:
            errors.seek(0)
            raise BenchError(f"{what} failed: {errors.read().decode(errors='replace').strip()}")
        output.seek(0)
        printed = output.read().decode().strip()
    # Kilobytes, but on a Mac bytes.
    largest = usage.ru_maxrss / (_MIB if sys.platform == "darwin" else 1024)
    # What measures itself prints its seconds.
    own = float(printed) if what.startswith("nlp.pipe") else seconds
    cpu = usage.ru_utime + usage.ru_stime
    return Row(what, processes, round(own, 3), round(cpu, 3), None, round(largest, 1), total)


class _Watch:
    """Follows the memory of a process and all its descendants, from a thread."""

    def __init__(self, pid: int) -> None:
        self._pid = pid
        self._peak = 0
        self._done = threading.Event()
        self._thread = threading.Thread(target=self._look, daemon=True)
        self._thread.start()

    def stop(self) -> float | None:
        """End; returns the peak in MiB, or None where nothing could be seen."""
        self._done.set()
        self._thread.join()
        return round(self._peak / 1024, 1) if self._peak else None

    def _look(self) -> None:
        while not self._done.wait(_INTERVAL):
            self._peak = max(self._peak, sum(_kilobytes(pid) for pid in _family(self._pid)))


def _family(pid: int) -> Iterator[int]:
    """A process and its descendants, as far as ``/proc`` shows them."""
    yield pid
    try:
        for thread in os.listdir(f"/proc/{pid}/task"):
            for child in Path(f"/proc/{pid}/task/{thread}/children").read_text().split():
                yield from _family(int(child))
    except OSError:
        return


def _kilobytes(pid: int) -> int:
    """The memory of a process, its shared pages divided by those who share them."""
    try:
        for line in Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines():
            if line.startswith("Pss:"):
                return int(line.split()[1])
    except OSError:
        pass
    return 0


# What is measured


def pipe(articles: str, exclude: str) -> None:
    """Time bare ``nlp.pipe`` over the articles of a file and print the seconds; runs in a process of its own."""
    from pipeline import spacy_model

    nlp = spacy_model.load(tuple(exclude.split(",")) if exclude else ())
    with open(articles, "rb") as file:
        texts = [article.text for _, article in read_lines(file, Article, articles)]
    begun = time.perf_counter()
    for _ in nlp.pipe(texts, batch_size=64):
        pass
    sys.stdout.write(f"{time.perf_counter() - begun}\n")


def bench(corpus: Path, processes: list[int], articles: int | None, folder: Path) -> Bench:
    """Measure everything.

    Args:
        corpus: A folder of articles, or JSONL.
        processes: Numbers of processes to run the stages with.
        articles: How many articles to take, or None for all.
        folder: An empty folder to work in.

    Raises:
        BenchError: A command failed.
    """
    given = _first(corpus.resolve(), articles, folder) if articles else corpus.resolve()
    groups = [_stages(given, folder, count) for count in processes]
    run = Run(folder / f"run-{processes[0]}")
    texts = [article.text for article in run.read("articles")]
    sentences = sum(1 for _ in run.read("sentences"))
    bare = [
        _bare(run.file("articles"), "nlp.pipe, all components", ()),
        _bare(run.file("articles"), "nlp.pipe, those that Visavis uses", UNUSED),
    ]
    rows = [*bare, *(row for group in groups for row in group)]
    return Bench(
        machine=_machine(),
        articles=len(texts),
        rejected=sum(1 for _ in run.read("rejected")),
        sentences=sentences,
        characters=sum(map(len, texts)),
        help_seconds=_help(),
        rows=tuple(msgspec.structs.replace(row, rate=round(sentences / row.seconds, 1)) for row in rows),
    )


def _stages(corpus: Path, folder: Path, processes: int) -> list[Row]:
    """Each stage by its own command, then all of them by ``visavis run``, both from a fresh run folder."""
    run = f"run-{processes}"
    ends = ["--processes", str(processes), "--quiet"]
    visavis = [sys.executable, "-m", "pipeline"]
    allowed = (0, EXIT_REJECTED)
    taken = measure([*visavis, "ingest", str(corpus), "--out", run, *ends], folder, "ingest", processes, allowed)
    stages = [measure([*visavis, stage, run, *ends], folder, stage, processes) for stage in STAGES]
    whole = [*visavis, "run", str(corpus), "--out", f"whole-{processes}", *ends]
    return [taken, *stages, measure(whole, folder, "run: all stages", processes, allowed)]


def _bare(articles: Path, what: str, exclude: tuple[str, ...]) -> Row:
    code = "import sys; from bench import pipe; pipe(*sys.argv[1:])"
    return measure([sys.executable, "-c", code, str(articles), ",".join(exclude)], ROOT, what, 1)


def _help() -> float:
    """Seconds that ``visavis --help`` takes."""
    command = [sys.executable, "-m", "pipeline", "--help"]
    return min(measure(command, ROOT, "help", 1).seconds for _ in range(STARTS))


def _first(corpus: Path, count: int, folder: Path) -> Path:
    """A corpus of the first articles of another: files of a folder, or lines of JSONL."""
    from pipeline.config import CONFIG_NAME
    from pipeline.ingest.listing import EXTENSIONS

    if corpus.is_dir():
        smaller = folder / corpus.name
        smaller.mkdir()
        files = [file for file in sorted(corpus.iterdir()) if file.name.lower().endswith(EXTENSIONS)]
        for file in [*files[:count], corpus / CONFIG_NAME]:
            if file.is_file():
                shutil.copy(file, smaller)
        return smaller
    smaller = folder / corpus.name
    with corpus.open("rb") as lines, smaller.open("wb") as out:
        out.writelines(islice(lines, count))
    return smaller


def _machine() -> dict[str, str | int]:
    names = ("spacy", "onnxruntime")
    return {
        "system": f"{platform.system()} {platform.machine()}",
        "cores": os.cpu_count() or 1,
        "python": platform.python_version(),
        **{name: metadata.version(name) for name in names},
    }


# Showing it


def table(found: Bench) -> str:
    """The figures as a plain table, which is Markdown too."""
    about = ", ".join(f"{name} {value}" for name, value in found.machine.items())
    size = f"{found.articles:,} articles ({found.rejected:,} set aside), {found.sentences:,} sentences"
    head = ("what", "processes", "seconds", "CPU seconds", "sentences/s", "largest process, MiB", "all processes, MiB")
    cells = [head, *(_cells(row) for row in found.rows)]
    widths = [max(map(len, column)) for column in zip(*cells, strict=True)]
    lines = ["| " + " | ".join(_padded(row, widths)) + " |" for row in cells]
    rule = "|" + "|".join("-" * (width + 1) + (":" if at else "-") for at, width in enumerate(widths)) + "|"
    start = f"visavis --help: {found.help_seconds:.2f} s; nlp.pipe is timed without start-up and loading, the rest with"
    return "\n".join([about, f"{size}, {found.characters:,} characters", "", lines[0], rule, *lines[1:], "", start])


def _cells(row: Row) -> tuple[str, ...]:
    total = "" if row.total is None else f"{row.total:.0f}"
    rate = "" if row.rate is None else f"{row.rate:,.0f}"
    times = (f"{row.seconds:.1f}", f"{row.cpu_seconds:.1f}")
    return (row.what, str(row.processes), *times, rate, f"{row.largest:.0f}", total)


def _padded(row: tuple[str, ...], widths: list[int]) -> Iterator[str]:
    for at, (cell, width) in enumerate(zip(row, widths, strict=True)):
        yield cell.rjust(width) if at else cell.ljust(width)


app = typer.Typer(rich_markup_mode=None, add_completion=False)


@app.command(epilog="Example: python bench.py corpus --processes 1 --processes 4")
def main(
    corpus: Annotated[
        Path,
        typer.Argument(
            metavar="CORPUS", help="A folder of articles, or a .jsonl file.", show_default="the sample corpus"
        ),
    ] = ROOT / "corpus",
    processes: Annotated[list[int] | None, typer.Option(min=1, help="May be given several times.")] = None,
    articles: Annotated[int | None, typer.Option(min=1, help="Take the first N articles only.")] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON instead of a table.")] = False,
) -> None:
    """Measure the stages' speed and memory, beside bare spaCy on the same texts."""
    with tempfile.TemporaryDirectory() as folder:
        try:
            found = bench(corpus, processes or [1, 2], articles, Path(folder))
        except (BenchError, OSError) as error:
            typer.echo(f"Error: {error}", err=True)
            raise typer.Exit(1) from None
    output: Any = msgspec.json.format(msgspec.json.encode(found), indent=2).decode() if as_json else table(found)
    typer.echo(output)


if __name__ == "__main__":
    app()
