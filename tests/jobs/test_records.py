from __future__ import annotations

import os
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from dataclasses import replace
from pathlib import Path

import pytest

from labelgraft.errors import JobFailed, OutOfMemory, UnknownName
from labelgraft.jobs import records
from labelgraft.jobs.controls import current_step
from labelgraft.jobs.owner import Owner, this_process
from labelgraft.jobs.rate import RateMeter
from labelgraft.jobs.reasons import explain
from labelgraft.jobs.records import JobState, JobStatus


def written(folder: Path) -> JobStatus:
    number = records.claim_number(folder)
    records.write(folder, records.new_status(number, "import", "Photos", {"path": "photos"}, "images", 2))
    return records.get(folder, number)


def test_a_record_reads_back_as_it_was_written(tmp_path: Path) -> None:
    status = replace(written(tmp_path), done=3, total=9, rate=1.5, seconds_left=4.0, message="reading")
    records.write(tmp_path, status)
    assert records.get(tmp_path, 1) == status
    assert (status.progress.done, status.progress.unit) == (3, "images")


def test_numbers_are_given_once_also_to_many_at_the_same_time(tmp_path: Path) -> None:
    with ThreadPoolExecutor(8) as pool:
        numbers = list(pool.map(lambda _: records.claim_number(tmp_path), range(40)))
    assert sorted(numbers) == list(range(1, 41))


def test_a_workspace_without_jobs_lists_none(tmp_path: Path) -> None:
    assert records.list_jobs(tmp_path) == []


def test_a_record_that_cannot_be_read_hides_no_other(tmp_path: Path) -> None:
    written(tmp_path)
    written(tmp_path)
    (records.job_folder(tmp_path, 1) / "job.json").write_text("{half")
    records.claim_number(tmp_path)
    assert [status.number for status in records.list_jobs(tmp_path)] == [2]
    with pytest.raises(UnknownName):
        records.get(tmp_path, 1)


def test_a_running_job_whose_process_is_gone_reads_as_interrupted(tmp_path: Path) -> None:
    status = written(tmp_path)
    assert status.state is JobState.RUNNING
    with subprocess.Popen([sys.executable, "-c", "pass"]) as gone:
        gone.wait()
    records.write(tmp_path, replace(status, owner=Owner(gone.pid, "1")))
    assert records.get(tmp_path, 1).state is JobState.INTERRUPTED


def test_a_process_that_got_the_same_pid_later_is_another_one() -> None:
    assert this_process().alive()
    if Path("/proc").exists():
        assert not Owner(os.getpid(), "1").alive()


def test_the_rate_is_that_of_the_last_while_and_ignores_what_was_done_before() -> None:
    meter = RateMeter(5000, now=0.0)
    assert meter.rate(0.0) == 0.0
    assert meter.seconds_left(6000, 0.0) is None
    for second in range(1, 101):
        speed = 10 if second <= 50 else 20
        meter.add(5000 + second * 10 + max(0, second - 50) * (speed - 10), float(second))
    assert meter.rate(100.0) == pytest.approx(20, rel=0.05)
    assert meter.seconds_left(5000 + 1500 + 200, 100.0) == pytest.approx(10, rel=0.05)


def test_time_left_goes_down_between_bursts_and_the_rate_falls_when_nothing_ends() -> None:
    meter = RateMeter(0, now=0.0)
    meter.add(100, 10.0)
    meter.add(200, 20.0)
    assert meter.seconds_left(400, 20.0) == pytest.approx(20)
    assert meter.seconds_left(400, 25.0) == pytest.approx(15)
    assert meter.rate(25.0) == pytest.approx(10)
    assert meter.rate(100.0) == pytest.approx(2)


@pytest.mark.parametrize(
    ("error", "kind", "says"),
    [
        (MemoryError(), OutOfMemory, "the memory is full"),
        (BrokenProcessPool("a child died"), OutOfMemory, "fewer workers"),
        (OSError(28, "No space left on device"), JobFailed, "the disk is full"),
        (ZeroDivisionError("division by zero"), JobFailed, "ZeroDivisionError: division by zero"),
        (KeyError(), JobFailed, "KeyError"),
    ],
)
def test_an_error_becomes_a_sentence_that_says_what_to_do(
    tmp_path: Path, error: Exception, kind: type[JobFailed], says: str
) -> None:
    explained = explain(error, written(tmp_path))
    assert type(explained) is kind
    assert str(explained).startswith("Job 1, Photos, stopped: ")
    assert says in str(explained)
    assert "labelgraft jobs resume 1" in str(explained)
    assert "\n" not in str(explained)


def test_outside_of_a_job_the_controls_do_nothing() -> None:
    current_step().report(3, "reading", total=9)
    assert not current_step().stop_requested()
