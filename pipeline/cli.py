"""The command line: one command for each stage, ``run`` for all of them, and what reads, checks and trains.

Nothing heavy is imported before a command needs it, so that ``visavis --help`` is there at once.
"""

from __future__ import annotations

import os
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer
from typer.core import TyperGroup

from pipeline import __version__
from pipeline.config import Corpus, IngestConfig, Settings, find_config, read_corpus
from pipeline.errors import PipelineError

if TYPE_CHECKING:
    from rich.console import Console

    from pipeline.runner import Runner

STREAM = Path("-")
EXIT_ERROR = 1
EXIT_REJECTED = 3
USUAL = IngestConfig()


class _Group(TyperGroup):
    """Turns the errors that a user can mend into one line and an exit code."""

    def invoke(self, ctx: Any) -> Any:
        try:
            return super().invoke(ctx)
        except PipelineError as error:
            typer.echo(f"Error: {error}", err=True)
        except BrokenPipeError:
            # The reader of a pipe has seen enough. What is left to flush at exit goes nowhere.
            os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
            raise typer.Exit from None
        except OSError as error:
            typer.echo(f"Error: {error.filename or 'file'}: {error.strerror or error}", err=True)
        raise typer.Exit(EXIT_ERROR)


app = typer.Typer(
    name="visavis",
    cls=_Group,
    no_args_is_help=True,
    rich_markup_mode=None,
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
    help="Compare what several authors wrote about one undertaking, target by target, each judgement with its source.",
    epilog="Example: visavis run corpus --out runs/sample",
)

RunFolder = Annotated[Path, typer.Argument(metavar="RUN", help="The folder of a run.", show_default=False)]
Models = Annotated[
    Path | None,
    typer.Option(help="The folder of models.", show_default="the models that come with visavis", metavar="DIR"),
]
Processes = Annotated[int, typer.Option(min=1, help="How many processes work; the result is the same.", metavar="N")]
Force = Annotated[bool, typer.Option("--force", help="Do it again even where nothing changed.")]
Quiet = Annotated[bool, typer.Option("--quiet", "-q", help="Say nothing but errors.")]
MaxCharacters = Annotated[
    int, typer.Option(min=1, help="Articles with more characters than this are set aside.", metavar="N")
]
Config = Annotated[
    Path | None,
    typer.Option(
        help="A corpus.toml, or a folder with one, to use instead of the corpus's own.",
        metavar="PATH",
        show_default=False,
    ),
]


def _version(wanted: bool) -> None:
    if wanted:
        typer.echo(f"visavis {__version__}")
        raise typer.Exit


@app.callback()
def _main(
    version: Annotated[
        bool, typer.Option("--version", callback=_version, is_eager=True, help="Show the version and leave.")
    ] = False,
) -> None:
    pass


@app.command(epilog="Example: visavis run corpus --out runs/sample --processes 2")
def run(
    corpora: Annotated[
        list[Path],
        typer.Argument(metavar="CORPUS...", help="Folders of articles, or .jsonl files.", show_default=False),
    ],
    out: Annotated[Path, typer.Option(help="The folder of the run.", metavar="RUN")] = Path("runs/latest"),
    config: Config = None,
    models: Models = None,
    max_characters: MaxCharacters = USUAL.max_characters,
    processes: Processes = 1,
    force: Force = False,
    quiet: Quiet = False,
) -> None:
    """Do all stages; what is unchanged since the last time is skipped."""
    runner = _runner(out, models, processes, force, quiet, _settings(max_characters))
    rejected = runner.ingest(corpora, config)
    runner.segment()
    runner.entities()
    runner.stance()
    runner.align()
    runner.report()
    if not quiet:
        typer.echo(f"report: {out / 'report.jsonl'}; read it with: visavis show {out}", err=True)
    _leave(out, rejected)


@app.command(epilog="Example: visavis ingest corpus --out runs/sample")
def ingest(
    corpora: Annotated[
        list[Path],
        typer.Argument(
            metavar="CORPUS...", help="Folders of articles, .jsonl files, or - for JSONL on standard input."
        ),
    ],
    out: Annotated[Path, typer.Option(help="The folder of the run, or - for standard output.", metavar="RUN")] = Path(
        "runs/latest"
    ),
    config: Config = None,
    max_characters: MaxCharacters = USUAL.max_characters,
    processes: Processes = 1,
    force: Force = False,
    quiet: Quiet = False,
) -> None:
    """Read articles.

    Text, Markdown, HTML or JSONL become articles.jsonl; what cannot be read is set aside in rejected.jsonl.
    """
    if STREAM in (out, *corpora):
        if (out, corpora) != (STREAM, [STREAM]):
            raise typer.BadParameter("- stands for standard input and output together: visavis ingest - --out -")
        _ingest_stream(config, _settings(max_characters).ingest)
        return
    runner = _runner(out, None, processes, force, quiet, _settings(max_characters))
    _leave(out, runner.ingest(corpora, config))


@app.command(epilog="Example: visavis segment runs/sample")
def segment(
    folder: Annotated[
        Path,
        typer.Argument(
            metavar="RUN", help="The folder of a run, or - for articles on standard input.", show_default=False
        ),
    ],
    processes: Processes = 1,
    force: Force = False,
    quiet: Quiet = False,
) -> None:
    """Cut articles into sentences: title, byline, body and furniture, with their offsets."""
    if folder == STREAM:
        _segment_stream()
        return
    _runner(folder, None, processes, force, quiet).segment()


@app.command(epilog="Example: visavis entities runs/sample")
def entities(
    folder: RunFolder, config: Config = None, processes: Processes = 1, force: Force = False, quiet: Quiet = False
) -> None:
    """Find named entities, and which sentences bear on which targets."""
    _runner(folder, None, processes, force, quiet).entities(config)


@app.command(epilog="Example: visavis stance runs/sample --processes 2")
def stance(
    folder: RunFolder, models: Models = None, processes: Processes = 1, force: Force = False, quiet: Quiet = False
) -> None:
    """Judge each sentence toward each target it bears on: stance, modality, tone, and the words that decided."""
    _runner(folder, models, processes, force, quiet).stance()


@app.command(epilog="Example: visavis align runs/sample")
def align(folder: RunFolder, processes: Processes = 1, force: Force = False, quiet: Quiet = False) -> None:
    """Pair the sentences of different authors that speak of the same matter."""
    _runner(folder, None, processes, force, quiet).align()


@app.command(epilog="Example: visavis report runs/sample")
def report(folder: RunFolder, processes: Processes = 1, force: Force = False, quiet: Quiet = False) -> None:
    """Write the comparison: each author's stance on each target, how they relate, and what one alone says."""
    _runner(folder, None, processes, force, quiet).report()


@app.command(epilog="Example: visavis show runs/sample --target russia")
def show(
    folder: RunFolder,
    target: Annotated[str | None, typer.Option(help="Show this target only, by id or name.", metavar="TARGET")] = None,
    full: Annotated[bool, typer.Option("--full", help="Quote everything, not the first few.")] = False,
) -> None:
    """Print the comparison to the terminal."""
    from pipeline.ledger import read_ledger
    from pipeline.show import show as print_report
    from pipeline.store import Run

    opened = Run(folder)
    opened.require("report")
    subjects = (subject for subject in read_ledger(opened).subjects.values() if subject is not None)
    names = {party.id: party.name for subject in subjects for party in subject.parties()}
    documents = opened.by_article("sentences", "stances")
    print_report(opened.read("report"), documents, _console(), names=names, target=target, full=full)


@app.command(epilog="Example: visavis schema sentences")
def schema(
    record: Annotated[
        str | None, typer.Argument(metavar="[RECORD]", help="A file's stem, such as sentences; without it, all.")
    ] = None,
) -> None:
    """Print the JSON Schema of a file's lines."""
    import json

    from pipeline.records import RECORDS
    from pipeline.records import schema as schema_of

    if record is not None and record not in RECORDS:
        raise typer.BadParameter(f'there is no record "{record}"; choose one of: {", ".join(RECORDS)}')
    shown: dict[str, Any] = schema_of(record) if record else {name: schema_of(name) for name in RECORDS}
    typer.echo(json.dumps(shown, indent=2, ensure_ascii=False))


@app.command(epilog="Example: visavis evaluate runs/seeds ../shared/gold/seeds")
def evaluate(
    folder: RunFolder,
    gold: Annotated[
        Path,
        typer.Argument(
            metavar="GOLD",
            help="Gold files, by what their names have in common: GOLD.stance.jsonl and so on.",
            show_default=False,
        ),
    ],
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON instead of a table.")] = False,
) -> None:
    """Measure a run against gold labels."""
    from pipeline.evaluate import evaluate as measure
    from pipeline.evaluate import show_evaluation
    from pipeline.records import encode
    from pipeline.store import Run

    evaluation = measure(Run(folder), gold)
    if as_json:
        typer.echo(encode(evaluation))
    else:
        show_evaluation(evaluation, _console())


@app.command(epilog="Example: visavis train --heads")
def train(
    labelled: Annotated[Path, typer.Option(help="The folder of labelled sentences.", metavar="DIR")] = Path(
        "corpus/labelled"
    ),
    out: Annotated[Path, typer.Option(help="Where the models go.", metavar="DIR")] = Path("models"),
    heads: Annotated[
        bool, typer.Option("--heads", help="Fit the heads again on the encoder that is there; takes seconds.")
    ] = False,
    encoder: Annotated[
        Path | None, typer.Option(help="The pretrained encoder to start from; needs the train extra.", metavar="DIR")
    ] = None,
    newsmtsc: Annotated[
        Path | None,
        typer.Option(help="NewsMTSC's train.jsonl, which some labels and the tone are learned on.", metavar="FILE"),
    ] = None,
) -> None:
    """Train the models on labelled sentences, and say how good they are on sentences held out."""
    from rich.console import Console

    from pipeline.train import train as fit

    if not heads and encoder is None:
        raise typer.BadParameter("give --heads to fit the heads alone, or --encoder with the encoder to start from")
    fit(labelled, out, None if heads else encoder, newsmtsc, Console(stderr=True))


def _settings(max_characters: int) -> Settings:
    """The settings with another limit for articles, and for their files in proportion."""
    max_bytes = max_characters * USUAL.max_bytes // USUAL.max_characters
    return Settings(ingest=IngestConfig(max_characters=max_characters, max_bytes=max_bytes))


def _console() -> Console:
    from rich.console import Console

    class PipedConsole(Console):
        def on_broken_pipe(self) -> None:
            raise BrokenPipeError

    return PipedConsole()


def _runner(
    out: Path, models: Path | None, processes: int, force: bool, quiet: bool, settings: Settings | None = None
) -> Runner:
    from pipeline.progress import progress
    from pipeline.runner import Runner
    from pipeline.store import Run

    return Runner(Run(out), models or default_models(), settings or Settings(), processes, force, progress(quiet))


def default_models() -> Path:
    """The folder of models that comes with the package, or with the repository it is used from."""
    package = Path(__file__).parent
    installed = package / "models"
    return installed if installed.is_dir() else package.parent / "models"


def _leave(out: Path, rejected: int) -> None:
    """End with the exit code that says so where articles were set aside."""
    if rejected:
        articles = "1 article was" if rejected == 1 else f"{rejected} articles were"
        typer.echo(f"Warning: {articles} set aside; see why in {out / 'rejected.jsonl'}", err=True)
        raise typer.Exit(EXIT_REJECTED)


def _ingest_stream(config: Path | None, settings: IngestConfig) -> None:
    from pipeline.ingest import ingest as read_articles
    from pipeline.ingest import lines
    from pipeline.records import Rejected
    from pipeline.store import write_lines

    corpus = read_corpus(find_config(config)) if config else Corpus()
    rejected = 0
    sources = lines(sys.stdin.buffer, "stdin", corpus.topic or "stdin", settings.max_bytes)
    for record in read_articles(sources, settings):
        if isinstance(record, Rejected):
            place = record.source if record.line is None else f"{record.source}:{record.line}"
            typer.echo(f"Warning: {place}: {record.reason}: {record.detail}", err=True)
            rejected += 1
        else:
            write_lines(sys.stdout, [record])
    if rejected:
        raise typer.Exit(EXIT_REJECTED)


def _segment_stream() -> None:
    from pipeline.records import Article, Document
    from pipeline.segment import load
    from pipeline.segment import segment as cut
    from pipeline.store import read_lines, write_lines

    documents = (Document(article) for _, article in read_lines(sys.stdin.buffer, Article, "stdin"))
    write_lines(sys.stdout, cut(documents, load()))


def main() -> None:
    """Run the command line."""
    for stream in (sys.stdout, sys.stdin):
        reconfigure = getattr(stream, "reconfigure", None)
        if reconfigure and not stream.isatty():
            reconfigure(encoding="utf-8")
    app()
