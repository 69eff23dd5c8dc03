"""Work spread over processes."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from conftest import environment
from hypothesis import given
from hypothesis import strategies as st

from pipeline.errors import PipelineError, RecordError
from pipeline.parallel import batches, ordered_map


def double(item: int) -> int:
    # The first take longest, so that results come in another order than the work.
    time.sleep(0.02 if item < 2 else 0)
    return 2 * item


def refuse(item: int) -> int:
    if item == 3:
        raise RecordError("articles.jsonl", 3, "is broken")
    return item


def die(item: int) -> int:
    if item == 1:
        os._exit(1)
    return item


@pytest.mark.parametrize("processes", [1, 2])
def test_results_come_in_the_order_of_the_work(processes: int) -> None:
    assert list(ordered_map(double, range(20), processes)) == [2 * item for item in range(20)]


@pytest.mark.parametrize("processes", [1, 2])
def test_no_more_work_is_taken_than_is_being_done(processes: int) -> None:
    taken = 0

    def endless() -> Iterator[int]:
        nonlocal taken
        while True:
            taken += 1
            yield taken

    results = ordered_map(double, endless(), processes)
    assert [next(results) for _ in range(5)] == [2, 4, 6, 8, 10]
    results.close()  # type: ignore[attr-defined]
    assert taken <= 5 + 3 * processes


@pytest.mark.parametrize("processes", [1, 2])
def test_an_error_of_the_work_is_raised_as_it_was(processes: int) -> None:
    with pytest.raises(RecordError) as error:
        list(ordered_map(refuse, range(9), processes))
    assert str(error.value) == "articles.jsonl:3: is broken"
    assert (error.value.file, error.value.line, error.value.problem) == ("articles.jsonl", 3, "is broken")


@pytest.mark.parametrize("processes", [1, 2])
def test_an_error_of_what_gives_the_work_is_raised_as_it_was(processes: int) -> None:
    def items() -> Iterator[int]:
        yield 1
        raise RecordError("articles.jsonl", 2, "is broken")

    with pytest.raises(RecordError, match=r"^articles\.jsonl:2: is broken$"):
        list(ordered_map(double, items(), processes))


def test_a_process_that_is_killed_is_reported_with_the_remedy() -> None:
    with pytest.raises(PipelineError) as error:
        list(ordered_map(die, range(9), 2))
    message = "a worker process was killed, perhaps for want of memory; use fewer --processes"
    assert str(error.value) == message


ORPHANS = """
import os, sys, time
from pipeline.parallel import ordered_map
from test_parallel import report_and_wait
if __name__ == "__main__":
    list(ordered_map(report_and_wait, [sys.argv[1]] * 2, 2))
"""


def report_and_wait(folder: str) -> None:
    """Note this process's id, then be busy for as long as it takes to be found."""
    (Path(folder) / str(os.getpid())).touch()
    time.sleep(60)


@pytest.mark.skipif(sys.platform == "win32", reason="there are no signals")
def test_no_process_outlives_a_killed_parent(tmp_path: Path) -> None:
    script, ids = tmp_path / "script.py", tmp_path / "ids"
    script.write_text(ORPHANS, encoding="utf-8")
    ids.mkdir()
    path = os.pathsep.join([environment()["PYTHONPATH"], str(Path(__file__).parent)])
    parent = subprocess.Popen(
        [sys.executable, str(script), str(ids)], env=environment(PYTHONPATH=path), stderr=subprocess.DEVNULL
    )
    wait_until(lambda: len(list(ids.iterdir())) == 2)
    parent.send_signal(signal.SIGKILL)
    parent.wait()
    wait_until(lambda: not any(is_alive(int(file.name)) for file in ids.iterdir()))


def wait_until(holds: object, seconds: float = 50) -> None:
    assert callable(holds)
    end = time.monotonic() + seconds
    while not holds():
        assert time.monotonic() < end
        time.sleep(0.05)


def is_alive(pid: int) -> bool:
    status = Path(f"/proc/{pid}/stat")
    if Path("/proc/self/stat").exists():
        # A process that nobody waits for stays listed as a zombie.
        return status.exists() and status.read_text().rpartition(")")[2].split()[0] != "Z"
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    return True


@given(st.lists(st.text(max_size=5), max_size=30), st.integers(1, 8))
def test_batches_are_full_but_for_the_last_and_hold_all(items: list[str], limit: int) -> None:
    made = list(batches(items, len, limit))
    assert [item for batch in made for item in batch] == items
    sizes = [[max(1, len(item)) for item in batch] for batch in made]
    assert all(sum(size) >= limit for size in sizes[:-1])
    assert all(sum(size[:-1]) < limit for size in sizes)
    assert [] not in made


def test_items_without_size_do_not_pile_up() -> None:
    assert max(map(len, batches([""] * 100, len, 10))) == 10
