"""Jobs of processes that are really killed, stopped from the keyboard, or share their work."""

from __future__ import annotations

import random
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest
from tests.jobs.jobs_to_run import traced

from labelgraft.errors import Conflict
from labelgraft.jobs import records
from labelgraft.jobs.records import JobState

PROGRAM = Path(__file__).with_name("jobs_to_run.py")
COUNT, SECONDS = 24, 0.04
SQUARES = str([n * n for n in range(COUNT)])


def process(verb: str, folder: Path, concurrency: int) -> subprocess.Popen[str]:
    command = [sys.executable, "-W", "error", str(PROGRAM), verb, str(folder)]
    return subprocess.Popen(
        [*command, str(concurrency), str(COUNT), str(SECONDS)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


def wait_for_lines(folder: Path, count: int) -> None:
    deadline = time.monotonic() + 20
    while len(traced(folder)) < count:
        assert time.monotonic() < deadline, "the job does not go on"
        time.sleep(0.002)


@pytest.mark.slow
@pytest.mark.parametrize(("concurrency", "seed"), [(1, 1), (2, 2)])
def test_a_killed_job_goes_on_and_repeats_only_what_was_in_the_middle(
    tmp_path: Path, concurrency: int, seed: int
) -> None:
    chance = random.Random(seed)
    ended: set[str] = set()
    kills = 0
    for verb in ("start", "resume", "resume"):
        lines_before = len(traced(tmp_path))
        with process(verb, tmp_path, concurrency) as running:
            wait_for_lines(tmp_path, lines_before + chance.randint(2, 16))
            time.sleep(chance.uniform(0, SECONDS))
            running.kill()
        kills += 1
        assert records.get(tmp_path, 1).state is JobState.INTERRUPTED
        began_again = {
            line.replace("begin", "end") for line in traced(tmp_path)[lines_before:] if "begin" in line
        }
        # What DBOS had no time to write down may run again: at most the steps that ran at the kill.
        assert len(began_again & ended) <= concurrency
        ended = {line for line in traced(tmp_path) if line.startswith("end")}

    with process("resume", tmp_path, concurrency) as running:
        out, err = running.communicate(timeout=60)
    assert (out.strip(), err) == (SQUARES, "")
    lines = traced(tmp_path)
    assert {line for line in lines if line.startswith("end")} == {f"end {n}" for n in range(COUNT)}
    repeated = sum(line.startswith("begin") for line in lines) - COUNT
    assert repeated <= kills * concurrency
    assert lines.count("finish") == 1
    assert lines.count("plan") <= 2
    assert records.get(tmp_path, 1).done == COUNT


@pytest.mark.parametrize("concurrency", [1, 2])
def test_ctrl_c_ends_the_running_steps_and_keeps_what_is_finished(tmp_path: Path, concurrency: int) -> None:
    with process("start", tmp_path, concurrency) as running:
        wait_for_lines(tmp_path, 6)
        running.send_signal(signal.SIGINT)
        _, err = running.communicate(timeout=30)
    assert "JobCancelled: Counting was stopped at" in err
    assert records.get(tmp_path, 1).state is JobState.CANCELLED
    begun = [line.replace("begin", "end") for line in traced(tmp_path) if line.startswith("begin")]
    assert len(begun) < COUNT
    assert set(begun) <= set(traced(tmp_path))


def test_a_job_that_another_process_runs_is_listed_and_cancelled_from_here(tmp_path: Path) -> None:
    with process("start", tmp_path, 2) as running:
        wait_for_lines(tmp_path, 6)
        (status,) = records.list_jobs(tmp_path)
        assert (status.state, status.title, status.total) == (JobState.RUNNING, "Counting", COUNT)
        records.request_cancel(tmp_path, 1)
        _, err = running.communicate(timeout=30)
    assert "JobCancelled" in err
    assert records.get(tmp_path, 1).state is JobState.CANCELLED


def test_an_interrupted_job_that_nobody_resumes_is_dismissed_by_cancel(tmp_path: Path) -> None:
    with process("start", tmp_path, 1) as running:
        wait_for_lines(tmp_path, 3)
        running.kill()
    records.request_cancel(tmp_path, 1)
    assert records.get(tmp_path, 1).state is JobState.CANCELLED
    with process("resume", tmp_path, 1) as running:
        out, _ = running.communicate(timeout=30)
    assert out.strip() == SQUARES
    with pytest.raises(Conflict):
        records.request_cancel(tmp_path, 1)


def test_a_second_process_on_the_database_takes_a_share_of_the_shards(tmp_path: Path) -> None:
    with process("listen", tmp_path, 2) as helper:
        deadline = time.monotonic() + 20
        while not (tmp_path / "jobs.sqlite").exists() and time.monotonic() < deadline:
            time.sleep(0.01)
        time.sleep(0.5)
        with process("start", tmp_path, 2) as running:
            out, err = running.communicate(timeout=60)
        assert (out.strip(), err) == (SQUARES, "")
        _, err = helper.communicate("", timeout=30)
        assert err == ""
    lines = traced(tmp_path)
    assert all(lines.count(f"end {n}") == 1 for n in range(COUNT))
    at_work, most = 0, 0
    for line in lines:
        at_work += {"begin": 1, "end": -1}.get(line.split()[0], 0)
        most = max(most, at_work)
    assert most > 2
