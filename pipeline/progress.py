"""Progress on standard error: a bar while a stage works, where somebody is looking, and a line when it is done."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from typing import Any

from pipeline.runner import Progress


def progress(quiet: bool) -> Progress:
    """How a runner tells what it does.

    Args:
        quiet: Tell nothing.
    """
    from rich.console import Console

    console = Console(stderr=True, highlight=False, markup=False, soft_wrap=True)

    @contextmanager
    def track(items: Iterable[Any], label: str, total: int | None) -> Iterator[Iterable[Any]]:
        if quiet or not console.is_terminal:
            yield items
            return
        from rich import progress as bars

        columns = (
            bars.SpinnerColumn(),
            bars.TextColumn("{task.description}"),
            bars.BarColumn(),
            bars.MofNCompleteColumn(),
            bars.TimeElapsedColumn(),
        )
        with bars.Progress(*columns, console=console, transient=True) as bar:
            yield bar.track(items, total=total, description=label)

    return Progress((lambda line: None) if quiet else (console.print), track)
