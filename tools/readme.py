"""The generated parts of README.md and models/README.md, each a function that a cog block there calls.

``make docs`` writes them anew; ``cog --check`` fails where one is out of date. The sample output comes from one run of
the pipeline on ``corpus/``, however many blocks show parts of it.
"""

from __future__ import annotations

import inspect
import os
import re
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Sequence
from functools import cache
from pathlib import Path
from typing import Any, get_args

import msgspec
from msgspec import inspect as types

from pipeline.ledger import Ledger
from pipeline.records import RECORDS, Kind, Link, Modality, PairRelation, Position, Reason, Relation, Stance, Tone
from pipeline.store import read_lines
from pipeline.train.data import NEWS_LABELS, Labelled, LabelledByOffset
from pipeline.train.heads import Figures
from pipeline.train.words import Fidelity

ROOT = Path(__file__).resolve().parent.parent
WIDTH = 100
"""Columns of the terminal that the sample output is made for."""
HELP_WIDTH = 80
GAP = "[...]"
"""A line that stands for any number of lines left out."""
RUN = "visavis run corpus --out runs/sample"
SHOW = "visavis show runs/sample"
SHOWN = "Japan"
"""The target whose section the sample output shows."""

_TIME = re.compile(r"\d+\.\d s\b")
_NUMBER = re.compile(r"-?\d+\.\d+|\d+(?=%)")
_TOLERANCE = 0.05
"""How far a score may be from the one in the README, and a percentage from it in hundredths."""

MEANINGS = {
    "a": "one side, of the article that comes first in `articles.jsonl`",
    "agreement": "share of the cases in which two authors write about one target that have both of the same label",
    "article_id": "the article",
    "articles": "the articles compared",
    "author": "who wrote it",
    "authors": "where each author stands; fields below",
    "b": "the other side",
    "confidence": "how sure the relation is, were the matter the same",
    "corrected": "whether a person corrected it; always false in this version",
    "counts": "how many sentences, judgements, relations and pairs of each kind there are",
    "date": "day, month or year, as exactly as it is known: `2014-11-25`, `2014-11` or `2014`",
    "detail": "what is wrong and how to mend it",
    "discovered": "the topics whose initiator and targets were discovered",
    "end": "where it ends: the offset after the last character",
    "evidence": "the ids of the sentences that the stance rests on, weightiest first",
    "index": "its number in the article, from 0",
    "initiator": "the initiator's id",
    "inputs": "sha256 of each input file",
    "interval": "where the score lies in nine of ten samples drawn from the author's sentences",
    "kind": "what it is; only titles and body sentences are judged",
    "label": "spaCy's entity label",
    "line": "its line in a JSONL file, from 1",
    "link": "how the words bear on the target",
    "modality": "who stands behind it, and how firmly",
    "models": "name and version, or sha256, of each model",
    "name": "the target's name",
    "paragraph": "the number of its paragraph in the article, from 0",
    "publisher": "who published it",
    "rationale": "the words that decided the stance",
    "reason": "why it was set aside",
    "record": "which of the three it is",
    "relation": "how the two relate",
    "score": "from negative to positive",
    "sentence_id": "the sentence, as `article_id:index`",
    "settings": "the settings of every stage",
    "sha256": "of `text`",
    "similarity": "how alike the two sentences are",
    "stated": "initiator and targets of each topic as its corpus gives them, null where they are to be discovered",
    "source": "path within the corpus, or URL",
    "stages": "for each stage a fingerprint of what it was made from, sha256 of what it wrote, counts, time",
    "stance": "how the relation between the initiator and the target is judged",
    "start": "where it starts: the offset of its first character",
    "subjects": "initiator and targets of each topic",
    "target": "the target's id",
    "targets": "the ids of all targets",
    "text": "the words at that place",
    "title": "its title",
    "tone": "how the target itself is portrayed",
    "topic": "articles of one topic are compared",
    "unpaired": "the ids of the sentences that are in no pair: what one author alone says",
    "versions": "versions of the libraries that decide the result",
    "visavis": "version of Visavis",
    "votes": "how many sentences judge it how",
    "articles.article_id": "its id: the file's name without extension, or what the JSONL says; unique in the run",
    "articles.text": "the whole text; all offsets count its characters (code points), from 0",
    "entities.initiator": "whether the words stand for the initiator",
    "entities.target": "the target that the words bear on",
    "rejected.source": "path within the corpus",
    "report.target.relation": "how the two authors relate, or for more than two a list with each pair of articles",
    "stances.confidence": "probability that the stance is right, calibrated",
    "stances.score": "probability of positive less probability of negative",
}
"""What each field means, by its name, or by file and name where that differs."""

_SCALARS: dict[type[types.Type], str] = {
    types.StrType: "text",
    types.IntType: "integer",
    types.FloatType: "number",
    types.BoolType: "true or false",
    types.NoneType: "null",
}
_LITERALS = (Stance, Modality, Tone, Kind, Link, Relation, PairRelation, Reason)
_ORDERS: dict[frozenset[Any], tuple[Any, ...]] = {frozenset(get_args(each)): get_args(each) for each in _LITERALS}
"""The values of an enumeration in the order in which it names them; msgspec sorts them."""


# Sample output


def console(command: str, output: str) -> str:
    """A block that shows a command and what it prints."""
    return f"```console\n$ {command}\n{output.strip()}\n```"


def sample_run(previous: str) -> str:
    """What ``visavis run`` prints on the sample corpus.

    Args:
        previous: The block as it is now; it is kept where no more than times and last digits differ.
    """
    return _kept(previous, console(RUN, _sample()[0]))


def sample_show(previous: str) -> str:
    """What ``visavis show`` prints on the sample corpus, trimmed: the table, and the beginning of one target's section.

    Args:
        previous: The block as it is now; it is kept where no more than last digits differ.
    """
    return _kept(previous, console(SHOW, trimmed(_sample()[1])))


def trimmed(shown: str) -> str:
    """The table of a comparison, then one target as far as the first aligned pair; ``GAP`` for what is left out."""
    lines = shown.splitlines()
    rules = [at for at, line in enumerate(lines) if line and not line.strip("-")]
    names = {lines[at - 1]: at - 1 for at in rules}
    start = names[SHOWN]
    following = [at for at in names.values() if at > start] or [len(lines)]
    section = lines[start : following[0]]
    head = "\n".join(lines[: min(names.values())]).rstrip()
    heads = [at for at, line in enumerate(section) if line[:2] == "  " != line[2:4] and line.endswith("% sure")]
    if len(heads) > 1:
        section = [*section[: heads[1]], GAP]
    elif following[0] < len(lines):
        section = [*"\n".join(section).rstrip().split("\n"), GAP]
    return "\n".join([head, GAP, *section])


def same(shown: str, real: str) -> bool:
    """Whether output in the README is real: times are passed over, and figures may differ by their last digits.

    Processors of another kind round a little differently.

    Args:
        shown: What the README shows; a line ``GAP`` stands for any lines.
        real: What the command printed.
    """
    parts: list[list[str]] = [[]]
    for line in shown.strip().splitlines():
        if line == GAP:
            parts.append([])
        else:
            parts[-1].append(line)
    lines = real.strip().splitlines()
    at = 0
    for number, part in enumerate(parts):
        last = number == len(parts) - 1
        first, end = (len(lines) - len(part) if last else at), len(lines) - len(part) + 1
        places = range(at, at + 1) if number == 0 else range(max(at, first), end)
        found = next((place for place in places if _alike(part, lines[place : place + len(part)])), None)
        if found is None:
            return False
        at = found + len(part)
    return len(parts) > 1 or at == len(lines)


def _alike(shown: Sequence[str], real: Sequence[str]) -> bool:
    return len(shown) == len(real) and all(_alike_line(*pair) for pair in zip(shown, real, strict=True))


def _alike_line(shown: str, real: str) -> bool:
    shown, real = (_TIME.sub("s", line) for line in (shown, real))
    if _NUMBER.split(shown) != _NUMBER.split(real):
        return False
    numbers = zip(_NUMBER.findall(shown), _NUMBER.findall(real), strict=True)
    return all(abs(_value(one) - _value(other)) <= _TOLERANCE for one, other in numbers)


def _value(number: str) -> float:
    return float(number) if "." in number else int(number) / 100


def _kept(previous: str, new: str) -> str:
    old = previous.strip()
    return old if old and same(old, new) else new


@cache
def _sample() -> tuple[str, str]:
    """What ``visavis run`` and ``visavis show`` print on the sample corpus."""
    with tempfile.TemporaryDirectory() as folder:
        shutil.copytree(ROOT / "corpus", Path(folder) / "corpus", ignore=shutil.ignore_patterns("labelled"))
        return visavis(RUN, Path(folder)), visavis(SHOW, Path(folder))


def visavis(command: str, folder: Path) -> str:
    """Run a command of this checkout in a folder; returns what it printed.

    Raises:
        RuntimeError: It failed.
    """
    environment = {**os.environ, "PYTHONPATH": str(ROOT), "COLUMNS": str(WIDTH), "PYTHONIOENCODING": "utf-8"}
    for name in ("FORCE_COLOR", "TTY_COMPATIBLE", "TTY_INTERACTIVE"):
        environment.pop(name, None)
    done = subprocess.run(
        [sys.executable, "-m", "pipeline", *command.split()[1:]],
        cwd=folder,
        env=environment,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        encoding="utf-8",
        check=False,
    )
    if done.returncode:
        raise RuntimeError(f"{command}: {done.stdout}")
    return done.stdout


# Commands


def help_of(*command: str) -> str:
    """The help of a command, or of the whole command line, as it looks in a terminal of 80 columns."""
    from typer.testing import CliRunner

    from pipeline.cli import app

    runner = CliRunner(env={"COLUMNS": str(HELP_WIDTH)})
    return runner.invoke(app, [*command, "--help"], prog_name="visavis").output.strip()


def commands() -> list[str]:
    """The names of the commands, in the order of ``visavis --help``."""
    from typer.core import TyperGroup
    from typer.main import get_command

    from pipeline.cli import app

    group = get_command(app)
    if not isinstance(group, TyperGroup):
        raise TypeError("the command line has no commands")
    return list(group.commands)


def command_help() -> str:
    """The help of the command line, then that of each command, folded up."""
    folded = (
        f"<details>\n<summary><code>visavis {name}</code></summary>\n\n```text\n{help_of(name)}\n```\n\n</details>"
        for name in commands()
    )
    return "\n\n".join([f"```text\n{help_of()}\n```", *folded])


# Files and their fields


def fields(name: str) -> str:
    """What one file holds: its record's description and a table of the fields.

    Args:
        name: The file's stem, in ``RECORDS``.
    """
    record = RECORDS[name]
    members = get_args(record) or (record,)
    return "\n\n".join(_described(member, name) for member in members)


def run_fields() -> str:
    """What ``run.json`` holds."""
    return _described(Ledger, "run")


def position_fields() -> str:
    """What each of the ``authors`` of a report's target holds."""
    return _described(Position, "position")


def meaning(name: str, field: str, tag: str | None = None) -> str:
    """What a field of a file means."""
    keys = [f"{name}.{tag}.{field}", f"{name}.{field}", field]
    return next(MEANINGS[key] for key in keys if key in MEANINGS)


def _described(record: Any, name: str) -> str:
    info = types.type_info(record)
    if not isinstance(info, types.StructType):
        raise TypeError(f"{name} is no record")
    tag = str(info.tag) if info.tag else None
    rows = [("record", f'`"{tag}"`', meaning(name, "record"))] if tag else []
    rows += [(field.name, kind(field.type), meaning(name, field.name, tag)) for field in info.fields]
    table = "\n".join(f"| `{field}` | {value} | {says} |" for field, value, says in rows)
    text = " ".join(_plain(inspect.cleandoc(record.__doc__)).split("\n"))
    return f"{text}\n\n| field | value | meaning |\n|---|---|---|\n{table}"


def _plain(text: str) -> str:
    return re.sub(r"\bNone\b", "null", text.replace("``", "`").replace("\n\n", "\n"))


def kind(value: types.Type) -> str:
    """The kind of value of a field, in words."""
    match value:
        case types.UnionType():
            words = " or ".join(dict.fromkeys(kind(each) for each in value.types))
        case types.LiteralType():
            words = ", ".join(f"`{each}`" for each in _ORDERS[frozenset(value.values)])
        case types.VarTupleType() | types.ListType():
            words = f"list of {kind(value.item_type)}"
        case types.TupleType():
            words = f"list of {len(value.item_types)}, each a {kind(value.item_types[0])}"
        case types.DictType():
            words = f"object with {kind(value.value_type)} values"
        case types.StructType():
            words = f"`{{{', '.join(field.name for field in value.fields)}}}`"
        case types.FloatType() if value.ge is not None:
            words = f"number, {value.ge} to {value.le}"
        case _:
            words = _SCALARS[type(value)]
    return words


# Figures


class _HeadsCard(msgspec.Struct):
    """The part of the heads' card that is shown."""

    held_out: dict[str, Figures]
    held_out_by_source: dict[str, dict[str, Figures]]


class _EncoderCard(msgspec.Struct):
    """The part of the encoder's card that is shown."""

    pretrained: str
    pairs: int
    tones: int
    words: Fidelity


def figures() -> str:
    """How good each head is on initiators held out."""
    lines = ["| what | pairs | accuracy | mean F1 | F1 by label | calibration error |", "|---|---|---|---|---|---|"]
    card = _heads_card()
    rows = [*card.held_out.items()]
    rows += [(f"stance, {name}", found) for name, found in card.held_out_by_source["stance"].items()]
    return "\n".join([*lines, *(_row(name, found) for name, found in rows)])


def encoder() -> str:
    """What the encoder is; nothing more than that where its card is missing."""
    path = ROOT / "models" / "encoder.json"
    if not path.is_file():
        return "The encoder in `models/` is a stand-in without a card."
    card = msgspec.json.decode(path.read_bytes(), type=_EncoderCard)
    size = sum(file.stat().st_size for file in (ROOT / "models").glob("encoder.onnx*"))
    return (
        f"The encoder is {card.pretrained}, fine-tuned on {card.pairs:,} labelled pairs and on {card.tones:,} NewsMTSC "
        f"sentences for their tone; its weights are 8-bit integers, {size / 1e6:.0f} MB."
    )


def words() -> str:
    """How well the words that decided are told."""
    found = msgspec.json.decode((ROOT / "models" / "encoder.json").read_bytes(), type=_EncoderCard).words
    return (
        f"On {found.pairs} pairs of held-out initiators, what the chosen stance's logit loses without the three words\n"
        f"that are named adds up to {found.top:.2f}; without the three that leaving words out one by one finds, to\n"
        f"{found.best:.2f}; without any three, to {found.any:.2f} on average."
    )


def labelled() -> str:
    """How many labelled pairs each file holds, of what."""
    lines = [
        "| file | pairs | positive | negative | mixed | neutral | initiators | targets |",
        "|---|---|---|---|---|---|---|---|",
    ]
    every: list[Labelled | LabelledByOffset] = []
    for path, rows in _labelled():
        every += rows
        lines.append(_counted(f"`{path.name}`", rows))
    return "\n".join([*lines, _counted("all", every)])


def agreement() -> str:
    """How far two labellers agreed on pairs chosen without a look at their labels, by head and label."""
    from sklearn.metrics import cohen_kappa_score

    twice = [(row.first or row, row.second) for _, rows in _labelled() for row in rows if row.second]
    lines = [
        f"On {len(twice):,} pairs, chosen without a look at their labels, before anything was settled (Cohen's kappa;",
        "by label, that label against the rest):",
        "",
        "| head | same label | kappa | by label |",
        "|---|---|---|---|",
    ]
    for head in ("stance", "modality", "tone"):
        one, two = ([str(getattr(labels, head)) for labels in each] for each in zip(*twice, strict=True))
        same = sum(a == b for a, b in zip(one, two, strict=True)) / len(one)
        by_label = ", ".join(
            f"{label} {cohen_kappa_score([a == label for a in one], [b == label for b in two]):.2f}"
            for label in sorted(set(one))
        )
        lines.append(f"| {head} | {same:.3f} | {cohen_kappa_score(one, two):.3f} | {by_label} |")
    return "\n".join(lines)


@cache
def _labelled() -> list[tuple[Path, list[Labelled | LabelledByOffset]]]:
    """The pairs of each file of labelled sentences."""
    found: list[tuple[Path, list[Labelled | LabelledByOffset]]] = []
    for path in sorted((ROOT / "corpus" / "labelled").glob("*.jsonl")):
        with path.open("rb") as file:
            if path.name == NEWS_LABELS:
                found.append((path, [row for _, row in read_lines(file, LabelledByOffset, path.name)]))
            else:
                found.append((path, [row for _, row in read_lines(file, Labelled, path.name) if row.target]))
    return found


def _counted(name: str, rows: Sequence[Labelled | LabelledByOffset]) -> str:
    stances = [sum(row.stance == label for row in rows) for label in get_args(Stance)]
    initiators = {row.initiator for row in rows}
    targets = {row.name if isinstance(row, Labelled) and row.name else row.target for row in rows}
    numbers = (len(rows), *stances, len(initiators), len(targets))
    return f"| {name} | {' | '.join(f'{number:,}' for number in numbers)} |"


def _heads_card() -> _HeadsCard:
    return msgspec.json.decode((ROOT / "models" / "heads.json").read_bytes(), type=_HeadsCard)


def _row(name: str, found: Figures) -> str:
    by_label = ", ".join(f"{label} {score:.2f}" for label, score in found.f1.items())
    numbers = (f"{value:.3f}" for value in (found.accuracy, found.f1_mean))
    return f"| {' | '.join([name, f'{found.pairs:,}', *numbers, by_label, f'{found.calibration_error:.3f}'])} |"


# Reading the README


def blocks(text: str, language: str) -> Iterator[str]:
    """The contents of the fenced blocks of one language, in order."""
    for match in re.finditer(rf"^```{language}\n(.*?)^```$", text, re.MULTILINE | re.DOTALL):
        yield match[1]
