import json
import os
import re
import shlex
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from pipeline.config import read_corpus
from pipeline.records import RECORDS
from tools import readme

ROOT = Path(__file__).resolve().parent.parent
README = (ROOT / "README.md").read_text(encoding="utf-8")
HELP = {name: readme.help_of(name) for name in readme.commands()}


@pytest.mark.parametrize("name", sorted(HELP))
def test_every_command_is_in_the_readme_with_its_help(name: str) -> None:
    assert f"<code>visavis {name}</code>" in README
    assert f"```text\n{HELP[name]}\n```" in README


@pytest.mark.parametrize("name", sorted(HELP))
def test_every_command_says_what_it_does_and_gives_an_example(name: str) -> None:
    usage, _, rest = HELP[name].partition("\n\n")
    assert usage.startswith(f"Usage: visavis {name} [OPTIONS]")
    assert re.match(r"  [A-Z][^\n]+", rest)
    assert f"Example: visavis {name} " in HELP[name]


def test_the_help_of_the_whole_command_line_is_in_the_readme() -> None:
    assert f"```text\n{readme.help_of()}\n```" in README


def test_the_readme_has_no_command_that_is_not_there() -> None:
    documented = re.findall(r"<code>visavis (\w+)</code>", README)
    assert sorted(documented) == sorted(HELP)


def test_help_does_not_depend_on_the_terminal(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COLUMNS", "50")
    assert {name: readme.help_of(name) for name in HELP} == HELP


@pytest.mark.parametrize("name", sorted(RECORDS))
def test_the_fields_of_every_file_are_in_the_readme(name: str) -> None:
    assert f"### {name}.jsonl\n\n{readme.fields(name)}\n" in README


def test_the_fields_of_the_run_and_of_its_authors_are_in_the_readme() -> None:
    assert readme.run_fields() in README
    assert readme.position_fields() in README


def test_every_meaning_is_that_of_a_field(monkeypatch: pytest.MonkeyPatch) -> None:
    used = set()

    class Meanings(dict[str, str]):
        def __getitem__(self, key: str) -> str:
            used.add(key)
            return super().__getitem__(key)

    monkeypatch.setattr(readme, "MEANINGS", Meanings(readme.MEANINGS))
    for name in RECORDS:
        readme.fields(name)
    readme.run_fields()
    readme.position_fields()
    assert used == set(readme.MEANINGS)


def test_the_figures_of_the_models_are_in_the_readme() -> None:
    assert readme.figures() in README
    assert readme.encoder() in README
    assert readme.words() in README


@pytest.mark.parametrize("line", [line for block in readme.blocks(README, "sh") for line in block.splitlines()])
def test_a_command_shown_but_not_run_is_a_make_target_or_well_known(line: str) -> None:
    words = shlex.split(line)
    if words[0] == "make":
        assert words[1] in make_targets()
    else:
        assert line in ("python -m pip install .", "visavis --install-completion")


def test_make_targets_in_the_readme_are_in_the_makefile() -> None:
    named = set(re.findall(r"`make (\w+)", README))
    assert named
    assert named <= make_targets()


def test_links_in_the_readmes_lead_to_files() -> None:
    for path in (ROOT / "README.md", ROOT / "models" / "README.md", ROOT / "corpus" / "labelled" / "README.md"):
        for link in re.findall(r"\]\(([^)#]+)\)", path.read_text(encoding="utf-8")):
            assert (path.parent / link).exists(), f"{path}: {link}"


def test_same_passes_over_times_gaps_and_last_digits_only() -> None:
    real = "a: 2 (1.2 s)\nscore 0.51, 89% sure\nb\nc\nd"
    assert readme.same("a: 2 (3.4 s)\nscore 0.50, 90% sure\nb\nc\nd", real)
    assert readme.same("a: 2 (3.4 s)\n[...]\nc\n[...]", real)
    assert readme.same("[...]", real)
    assert not readme.same("a: 3 (1.2 s)\n[...]", real)
    assert not readme.same("a: 2 (1.2 s)\nscore 0.51, 80% sure\n[...]", real)
    assert not readme.same("a: 2 (1.2 s)\n[...]\nc", real)
    assert not readme.same("a: 2 (1.2 s)\n[...]\nd\n[...]\nb\n[...]", real)
    assert not readme.same("a: 2 (1.2 s)", real)


def test_trimmed_output_keeps_the_table_and_the_beginning_of_one_section() -> None:
    rule = "-" * 9
    pairs = ["  corroborates, 9% sure", "    one", "  qualifies, 8% sure", "    two"]
    shown = [
        "topic",
        "table",
        "",
        "Russia",
        rule,
        "left out",
        "",
        "Japan",
        rule,
        "kept",
        *pairs,
        "",
        "Europe",
        rule,
        "no",
    ]
    kept = ["topic", "table", readme.GAP, "Japan", rule, "kept", *pairs[:2], readme.GAP]
    assert readme.trimmed("\n".join(shown)) == "\n".join(kept)


@pytest.fixture(scope="module")
def workplace(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with what the README speaks of: the sample corpus, its own small articles, and the command."""
    folder = tmp_path_factory.mktemp("readme")
    shutil.copytree(ROOT / "corpus", folder / "corpus", ignore=shutil.ignore_patterns("labelled"))
    [articles] = readme.blocks(README, "jsonl")
    [configuration] = readme.blocks(README, "toml")
    (folder / "articles.jsonl").write_text(articles, encoding="utf-8")
    for corpus in ("ferry-talks", "harbour-news"):
        (folder / corpus).mkdir()
        for line in articles.splitlines():
            article = json.loads(line)
            (folder / corpus / f"{article['article_id']}.txt").write_text(article["text"], encoding="utf-8")
    (folder / "ferry-talks" / "corpus.toml").write_text(configuration, encoding="utf-8")
    command = folder / "bin" / "visavis"
    command.parent.mkdir()
    command.write_text(f'#!/bin/sh\nexec {shlex.quote(sys.executable)} -m pipeline "$@"\n', encoding="utf-8")
    command.chmod(0o755)
    return folder


@pytest.mark.model
def test_the_readmes_commands_print_what_it_shows(workplace: Path) -> None:
    environment = {
        **{name: value for name, value in os.environ.items() if name not in ("FORCE_COLOR", "TTY_COMPATIBLE")},
        "PATH": f"{workplace / 'bin'}{os.pathsep}{os.environ['PATH']}",
        "PYTHONPATH": str(ROOT),
        "PYTHONIOENCODING": "utf-8",
        "COLUMNS": str(readme.WIDTH),
    }
    shown = [part for block in readme.blocks(README, "console") for part in block.removeprefix("$ ").split("\n$ ")]
    assert len(shown) > 5
    for part in shown:
        command, _, output = part.partition("\n")
        done = subprocess.run(
            command,
            shell=True,
            cwd=workplace,
            env=environment,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            encoding="utf-8",
            check=False,
        )
        assert readme.same(output, done.stdout), f"{command}\n{done.stdout}"
        assert done.returncode == (1 if output.startswith("Error: ") else 0), f"{command}\n{done.stdout}"


@pytest.mark.model
def test_the_readmes_python_example_runs(workplace: Path) -> None:
    [example] = readme.blocks(README, "python")
    done = subprocess.run(
        [sys.executable, "-W", "error::DeprecationWarning:pipeline", "-c", example],
        cwd=workplace,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
        capture_output=True,
        encoding="utf-8",
        check=False,
    )
    assert (done.returncode, done.stderr) == (0, "")
    lines = [line.split() for line in done.stdout.splitlines()]
    assert [line[:2] for line in lines] == [["Sweden", "berg"], ["Sweden", "holm"]]


def test_the_readmes_corpus_toml_is_one(workplace: Path) -> None:
    corpus = read_corpus(workplace / "ferry-talks" / "corpus.toml")
    subject = corpus.subject()
    assert subject is not None
    assert [party.id for party in subject.parties()] == ["norway", "sweden", "baltic_states"]


def make_targets() -> set[str]:
    """The targets that the Makefile says something about."""
    return set(re.findall(r"^(\w+):.*## ", (ROOT / "Makefile").read_text(encoding="utf-8"), re.MULTILINE))
