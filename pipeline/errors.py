"""Errors that a user can mend; the command line turns each into one ``Error:`` line."""

from __future__ import annotations


class PipelineError(Exception):
    """Something the user can put right. The message names the file, the line where there is one, and the remedy."""


class RecordError(PipelineError):
    """A line of a JSONL file is not the record it should be.

    Args:
        file: The file's name as the user knows it.
        line: The line, counted from 1.
        problem: What is wrong with it.
    """

    def __init__(self, file: str, line: int, problem: str) -> None:
        super().__init__(f"{file}:{line}: {problem}")
        self.file = file
        self.line = line
        self.problem = problem

    def __reduce__(self) -> tuple[type[RecordError], tuple[str, int, str]]:
        # An exception is pickled on its way from another process, by default with its message as the one argument.
        return type(self), (self.file, self.line, self.problem)


class ConfigError(PipelineError):
    """A ``corpus.toml`` does not say what it must."""


class CorpusError(PipelineError):
    """A corpus cannot be read at all, or holds nothing to compare."""


class RunError(PipelineError):
    """A run folder lacks a file or holds one that does not fit the others."""


class ModelError(PipelineError):
    """A model is missing or is not the one that the code expects."""
