"""The resident process survives whatever happens to its child, and leaves nothing behind."""

from __future__ import annotations

import os
import signal
import threading
import time
from collections.abc import Iterator

import numpy as np
import psutil
import pytest

from labelgraft.errors import BadInput, BadSetting, JobCancelled, JobFailed, OutOfMemory
from labelgraft.learning.principal import preview
from labelgraft.learning.resident import Resident

PREVIEW = "labelgraft.learning.principal.preview"
NEIGHBOURS = "labelgraft.learning.neighbours.nearest_neighbours"
LAYOUT = "labelgraft.learning.projection.first_round"

EMBEDDING = np.random.default_rng(0).normal(size=(30, 8)).astype(np.float32)
LONG_WORK = np.random.default_rng(0).normal(size=(30_000, 64)).astype(np.float32)


@pytest.fixture(scope="module")
def shared() -> Iterator[Resident]:
    with Resident() as resident:
        yield resident


def test_a_call_gives_what_the_function_gives_here(shared: Resident) -> None:
    assert np.array_equal(shared.call(PREVIEW, EMBEDDING), preview(EMBEDDING))


def test_the_same_child_answers_the_next_call(shared: Resident) -> None:
    shared.call(PREVIEW, EMBEDDING)
    first = shared.pid
    shared.call(PREVIEW, EMBEDDING)
    assert shared.pid == first is not None


def test_an_error_of_ours_arrives_with_its_type_and_words(shared: Resident) -> None:
    spoilt = EMBEDDING.copy()
    spoilt[3, 2] = np.nan
    with pytest.raises(BadInput, match="row 3"):
        shared.call(PREVIEW, spoilt)
    assert len(shared.call(PREVIEW, EMBEDDING)) == 30


def test_any_other_error_becomes_a_failed_job_with_its_trace(shared: Resident) -> None:
    with pytest.raises(JobFailed, match="TypeError") as failure:
        shared.call(PREVIEW, EMBEDDING, unknown=1)
    assert "Traceback" in failure.value.__notes__[0]


@pytest.mark.parametrize(
    "function",
    ["os.system", "labelgraft.services.purge", "labelgraft.learning.os.system", "labelgraft.learning._x.y",
     "labelgraft.learning.principal._main_directions"],
)  # fmt: skip
def test_only_public_functions_of_the_learning_room_run(shared: Resident, function: str) -> None:
    with pytest.raises((BadSetting, JobFailed)):
        shared.call(function, "true")


def test_what_a_child_reports_reaches_the_caller(shared: Resident) -> None:
    heard: list[tuple[float, str]] = []
    shared.call(LAYOUT, EMBEDDING, progress=lambda share, doing: heard.append((share, doing)))
    assert heard[0] == (0.0, "finding neighbours")
    assert heard[-1][0] == 1.0


def test_calls_from_many_threads_each_get_their_own_answer(shared: Resident) -> None:
    answers: dict[int, int] = {}

    def ask(count: int) -> None:
        answers[count] = len(shared.call(PREVIEW, EMBEDDING[:count]))

    threads = [threading.Thread(target=ask, args=(count,)) for count in range(2, 12)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert answers == {count: count for count in range(2, 12)}


@pytest.mark.parametrize(
    ("sent", "expected", "words"),
    [(signal.SIGKILL, OutOfMemory, "memory ran out"), (signal.SIGSEGV, JobFailed, "Segmentation fault")],
)
def test_a_killed_child_fails_its_request_in_words_and_the_next_one_works(
    sent: signal.Signals, expected: type[JobFailed], words: str
) -> None:
    with Resident() as resident:
        resident.call(PREVIEW, EMBEDDING)
        child = resident.pid
        assert child is not None
        threading.Timer(0.3, os.kill, (child, sent)).start()
        with pytest.raises(expected, match=words):
            resident.call(NEIGHBOURS, LONG_WORK)
        assert len(resident.call(PREVIEW, EMBEDDING)) == 30
        assert resident.pid != child


def test_a_child_killed_while_idle_is_replaced_without_a_word() -> None:
    with Resident() as resident:
        resident.call(PREVIEW, EMBEDDING)
        assert resident.pid is not None
        psutil.Process(resident.pid).kill()
        deadline = time.monotonic() + 5
        while resident.pid is not None and time.monotonic() < deadline:
            time.sleep(0.01)
        assert len(resident.call(PREVIEW, EMBEDDING)) == 30


def test_a_cancelled_request_ends_at_once_and_the_next_one_works() -> None:
    with Resident() as resident:
        started = time.monotonic()
        with pytest.raises(JobCancelled):
            resident.call(LAYOUT, LONG_WORK, cancelled=lambda: time.monotonic() - started > 0.5)
        assert time.monotonic() - started < 3
        threading.Timer(0.5, resident.cancel).start()
        with pytest.raises(JobCancelled):
            resident.call(LAYOUT, LONG_WORK)
        assert len(resident.call(PREVIEW, EMBEDDING)) == 30


def test_closing_ends_the_child_and_leaves_no_zombie() -> None:
    resident = Resident()
    resident.call(PREVIEW, EMBEDDING)
    child = resident.pid
    assert child is not None
    resident.close()
    resident.close()
    assert not psutil.pid_exists(child)
    with pytest.raises(JobFailed, match="closed"):
        resident.call(PREVIEW, EMBEDDING)


def test_the_child_ends_when_its_parent_is_killed() -> None:
    import subprocess
    import sys

    script = (
        "import numpy as np, time\n"
        "from labelgraft.learning.resident import Resident\n"
        "resident = Resident()\n"
        f"resident.call({PREVIEW!r}, np.eye(5, dtype=np.float32))\n"
        "print(resident.pid, flush=True)\n"
        "time.sleep(60)\n"
    )
    parent = subprocess.Popen([sys.executable, "-c", script], stdout=subprocess.PIPE, text=True)
    assert parent.stdout
    child = psutil.Process(int(parent.stdout.readline()))
    parent.kill()
    parent.wait()
    parent.stdout.close()
    psutil.wait_procs([child], timeout=5)
    assert not child.is_running() or child.status() == psutil.STATUS_ZOMBIE
