"""How the package is built: who may import whom, and that everything public says what it is."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest
from conftest import ROOT, STAGES

PACKAGE = ROOT / "pipeline"
MODULES = sorted(PACKAGE.rglob("*.py"))
BASE = {"pipeline", "pipeline.records", "pipeline.config", "pipeline.errors", "pipeline.spacy_model"}
TREES = {path: ast.parse(path.read_text(encoding="utf-8")) for path in MODULES}


def dotted(path: Path) -> str:
    return ".".join(path.relative_to(ROOT).with_suffix("").parts).removesuffix(".__init__")


def imports(path: Path) -> Iterator[str]:
    """The modules that a module imports anywhere, also inside functions, and what it takes from packages."""
    for node in ast.walk(TREES[path]):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{path}: relative import"
            module = node.module or ""
            yield module
            for alias in node.names:
                whole = f"{module}.{alias.name}"
                if (ROOT / Path(*whole.split("."))).with_suffix(".py").is_file():
                    yield whole


def names(path: Path) -> str:
    return path.relative_to(PACKAGE).as_posix()


@pytest.mark.parametrize("stage", STAGES)
def test_a_stage_imports_records_and_its_own_modules_only(stage: str) -> None:
    own = f"pipeline.{stage}"
    found = {
        (names(path), name)
        for path in MODULES
        if (PACKAGE / stage) in path.parents
        for name in imports(path)
        if name.split(".")[0] == "pipeline" and name not in BASE and name != own and not name.startswith(f"{own}.")
    }
    assert found == set()


def test_the_command_line_alone_imports_typer() -> None:
    assert [names(path) for path in MODULES if any(name.split(".")[0] == "typer" for name in imports(path))] == [
        "cli.py"
    ]


def test_no_stage_and_no_record_imports_what_runs_them() -> None:
    above = {f"pipeline.{name}" for name in ("cli", "runner", "work", "parallel", "progress", "subjects", "ledger")}
    may = {"cli.py", "runner.py", "progress.py", "subjects.py", "__main__.py"}
    assert [names(path) for path in MODULES if names(path) not in may and above & set(imports(path))] == []


@pytest.mark.parametrize("path", MODULES, ids=names)
def test_nothing_is_pickled(path: Path) -> None:
    banned = {"pickle", "cPickle", "dill", "cloudpickle", "joblib", "shelve", "marshal"}
    assert not {name.split(".")[0] for name in imports(path)} & banned


@pytest.mark.parametrize("path", MODULES, ids=names)
def test_everything_public_has_a_docstring(path: Path) -> None:
    assert undocumented(TREES[path], "module") == []


def undocumented(node: ast.Module | ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef, name: str) -> list[str]:
    found = [] if ast.get_docstring(node) else [name]
    if isinstance(node, ast.Module | ast.ClassDef):
        for child in node.body:
            public = isinstance(child, ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef) and child.name[0] != "_"
            if public and not (isinstance(child, ast.FunctionDef) and is_overload(child)):
                assert isinstance(child, ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef)
                found += undocumented(child, child.name)
    return found


def is_overload(function: ast.FunctionDef) -> bool:
    return any(isinstance(each, ast.Name) and each.id == "overload" for each in function.decorator_list)


def test_the_modules_are_those_of_the_stages_and_a_few_beside() -> None:
    packages = {path.parent.name for path in MODULES if path.name == "__init__.py" and path.parent != PACKAGE}
    assert packages == {*STAGES, "train"}


@pytest.mark.parametrize("path", MODULES, ids=names)
def test_a_module_is_read_in_one_sitting(path: Path) -> None:
    assert len(path.read_text(encoding="utf-8").splitlines()) <= 400
