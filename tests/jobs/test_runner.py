from __future__ import annotations

import threading
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from tests.jobs.jobs_to_run import other_threads, traced

from labelgraft.domain.progress import Progress
from labelgraft.errors import AlreadyExists, Conflict, JobCancelled, JobFailed, NothingLabelled, UnknownName
from labelgraft.jobs import records
from labelgraft.jobs.controls import current_step
from labelgraft.jobs.kinds import JobKind
from labelgraft.jobs.records import JobState
from labelgraft.jobs.runner import JobRunner

KINDS = ["counting", "counting in 2"]


@pytest.mark.parametrize("kind", KINDS)
def test_a_job_gives_its_result_in_the_order_of_its_plan(runner: JobRunner, kind: str) -> None:
    assert runner.start(kind, "Squares", {"count": 5}).wait() == [0, 1, 4, 9, 16]
    (status,) = runner.jobs()
    assert (status.state, status.done, status.total, status.unit) == (JobState.FINISHED, 5, 5, "numbers")
    assert (status.title, status.arguments) == ("Squares", {"count": 5})


@pytest.mark.parametrize("kind", KINDS)
def test_a_job_without_steps_is_finished(runner: JobRunner, kind: str) -> None:
    assert runner.start(kind, "Nothing", {"count": 0}).wait() == []


def test_shards_share_the_slots(runner: JobRunner, tmp_path: Path) -> None:
    runner.start("counting", "Warm up", {"count": 1}).wait()
    (tmp_path / "trace.txt").unlink()
    runner.start("counting in 2", "Shards", {"count": 8, "seconds": 0.4}).wait()
    at_work, most = 0, 0
    for line in traced(tmp_path):
        at_work += {"begin": 1, "end": -1}.get(line.split()[0], 0)
        most = max(most, at_work)
    assert most == 2


def test_a_short_job_does_not_wait_for_the_end_of_a_long_one(runner: JobRunner) -> None:
    long = runner.start("counting in 2", "Long", {"count": 30, "seconds": 0.1})
    while long.status().done < 4:
        time.sleep(0.02)
    assert runner.start("counting in 2", "Short", {"count": 4, "seconds": 0.1}).wait() == [0, 1, 4, 9]
    assert long.status().done < 25
    assert len(long.wait()) == 30


@pytest.mark.parametrize("kind", KINDS)
def test_progress_only_grows_and_ends_complete(runner: JobRunner, kind: str) -> None:
    seen: list[Progress] = []
    runner.start(kind, "Slow", {"count": 6, "seconds": 0.15}).wait(seen.append)
    done = [each.done for each in seen]
    assert done == sorted(done)
    assert (seen[-1].done, seen[-1].total) == (6, 6)
    assert any(each.rate > 0 and each.seconds_left is not None for each in seen)


def test_a_step_tells_its_own_progress_and_message(tmp_path: Path) -> None:
    seen: list[Progress] = []

    def train(_payload: Any) -> Any:
        for epoch in range(1, 4):
            current_step().report(epoch, f"epoch {epoch}", total=3)
            time.sleep(0.2)
        return None

    kind = JobKind("train", lambda _: [None], train, lambda _a, _r: None, unit="epochs")
    with JobRunner(tmp_path) as runner:
        runner.register(kind)
        runner.start("train", "Train", {}).wait(seen.append)
    assert {each.message for each in seen} >= {"epoch 1", "epoch 2", "epoch 3"}
    assert (seen[-1].done, seen[-1].total, seen[-1].unit) == (3, 3, "epochs")


@pytest.mark.parametrize("kind", KINDS)
def test_a_failed_job_says_why_and_goes_on_with_what_is_missing(
    runner: JobRunner, tmp_path: Path, kind: str
) -> None:
    (tmp_path / "fail-3").touch()
    handle = runner.start(kind, "Squares", {"count": 6})
    with pytest.raises(
        JobFailed, match=r"Job 1, Squares, stopped: ValueError: step 3 cannot be done"
    ) as caught:
        handle.wait()
    (status,) = runner.jobs()
    assert "labelgraft jobs resume 1" in str(caught.value)
    assert str(status.log) in str(caught.value)
    assert "Traceback" in status.log.read_text()
    assert (status.state, status.reason) == (JobState.FAILED, str(caught.value))
    kept = status.done

    (tmp_path / "fail-3").unlink()
    assert runner.resume(1).wait() == [0, 1, 4, 9, 16, 25]
    lines = traced(tmp_path)
    assert lines.count("plan") == 1
    assert [lines.count(f"end {n}") for n in range(6)] == [1] * 6
    assert [lines.count(f"begin {n}") for n in range(6)] == [1, 1, 1, 2, 1, 1]
    assert kept < 6


def test_errors_of_ours_pass_through_as_they_are(tmp_path: Path) -> None:
    def plan(_arguments: dict[str, Any]) -> list[Any]:
        raise NothingLabelled("Label at least one image first.")

    with JobRunner(tmp_path) as runner:
        runner.register(JobKind("train", plan, lambda payload: payload, lambda _a, results: results))
        with pytest.raises(NothingLabelled, match=r"^Label at least one image first\.$"):
            runner.start("train", "Train", {}).wait()
        assert runner.jobs()[0].reason == "Label at least one image first."


def test_a_result_that_is_not_json_fails_the_job_and_names_it(tmp_path: Path) -> None:
    with JobRunner(tmp_path) as runner:
        runner.register(JobKind("odd", lambda _: [1], lambda _: {1, 2}, lambda _a, results: results))
        with pytest.raises(JobFailed, match="the result of step 1 must be JSON"):
            runner.start("odd", "Odd", {}).wait()


@pytest.mark.parametrize("kind", KINDS)
def test_cancel_keeps_what_is_finished_and_resume_does_the_rest(
    runner: JobRunner, tmp_path: Path, kind: str
) -> None:
    handle = runner.start(kind, "Slow", {"count": 10, "seconds": 0.1})
    wait_until(lambda: "end 2" in traced(tmp_path))
    runner.cancel(handle.number)
    with pytest.raises(JobCancelled, match=r"Slow was stopped at \d of 10 numbers"):
        handle.wait()
    after = traced(tmp_path)
    assert not any(line == "finish" for line in after)
    assert sum(line.startswith("begin") for line in after) == sum(line.startswith("end") for line in after)
    assert runner.jobs()[0].state is JobState.CANCELLED

    assert runner.resume(handle.number).wait() == [n * n for n in range(10)]
    lines = traced(tmp_path)
    assert all(lines.count(f"begin {n}") == 1 for n in range(10))


@pytest.mark.parametrize("kind", KINDS)
def test_another_process_may_cancel_by_the_folder_alone(runner: JobRunner, tmp_path: Path, kind: str) -> None:
    handle = runner.start(kind, "Slow", {"count": 30, "seconds": 0.1})
    wait_until(lambda: "end 1" in traced(tmp_path))
    records.request_cancel(tmp_path, handle.number)
    with pytest.raises(JobCancelled):
        handle.wait()
    assert len(traced(tmp_path)) < 30


def test_a_cancel_after_the_last_step_comes_too_late(tmp_path: Path) -> None:
    begun = threading.Event()

    def step(_payload: Any) -> Any:
        begun.set()
        while not current_step().stop_requested():
            time.sleep(0.01)
        return "what there is"

    with JobRunner(tmp_path) as runner:
        runner.register(JobKind("train", lambda _: [1], step, lambda _a, results: results))
        handle = runner.start("train", "Train", {})
        assert begun.wait(10)
        runner.cancel(handle.number)
        assert handle.wait() == ["what there is"]


def test_a_finished_job_is_neither_resumed_nor_cancelled(runner: JobRunner) -> None:
    runner.start("counting", "Squares", {"count": 1}).wait()
    with pytest.raises(Conflict, match="is finished"):
        runner.resume(1)
    with pytest.raises(Conflict, match="is finished"):
        runner.cancel(1)
    with pytest.raises(UnknownName):
        runner.resume(2)


def test_unknown_kinds_and_kinds_registered_twice_are_refused(runner: JobRunner, tmp_path: Path) -> None:
    with pytest.raises(UnknownName, match="Did you mean 'counting'"):
        runner.start("countin", "x", {})
    with pytest.raises(AlreadyExists):
        runner.register(JobKind("counting", lambda _: [], lambda _: None, lambda _a, _r: None))
    with pytest.raises(TypeError, match="arguments of a job must be JSON"):
        runner.start("counting", "x", {"path": tmp_path})
    assert runner.jobs() == []


def test_two_jobs_run_at_the_same_time(runner: JobRunner) -> None:
    first = runner.start("counting", "First", {"count": 4, "seconds": 0.1})
    second = runner.start("counting in 2", "Second", {"count": 4, "seconds": 0.1})
    assert (first.wait(), second.wait()) == ([0, 1, 4, 9], [0, 1, 4, 9])


def test_closing_interrupts_after_the_running_steps(runner: JobRunner, tmp_path: Path) -> None:
    runner.start("counting in 2", "Slow", {"count": 20, "seconds": 0.1})
    wait_until(lambda: "end 0" in traced(tmp_path))
    runner.close()
    (status,) = runner.interrupted()
    assert status.title == "Slow"
    assert runner.resume(status.number).wait() == [n * n for n in range(20)]
    lines = traced(tmp_path)
    assert all(lines.count(f"begin {n}") == 1 for n in range(20))


def test_interrupted_jobs_go_on_together_when_a_server_starts_again(
    runner: JobRunner, tmp_path: Path
) -> None:
    runner.start("counting in 2", "One", {"count": 20, "seconds": 0.05})
    runner.start("counting", "Two", {"count": 20, "seconds": 0.05})
    wait_until(lambda: len(traced(tmp_path)) > 4)
    runner.close()
    assert [each.wait() for each in runner.resume_interrupted()] == [[n * n for n in range(20)]] * 2
    assert runner.interrupted() == []


def test_an_idle_workspace_hands_the_engine_to_another_one(
    make_runner: Callable[[Path], JobRunner], tmp_path: Path
) -> None:
    one, other = make_runner(tmp_path / "one"), make_runner(tmp_path / "other")
    assert one.start("counting", "a", {"count": 2}).wait() == [0, 1]
    busy = other.start("counting", "b", {"count": 3, "seconds": 0.3})
    with pytest.raises(JobFailed, match="another workspace"):
        one.start("counting", "c", {"count": 2})
    busy.wait()
    assert one.start("counting", "c", {"count": 2}).wait() == [0, 1]
    assert len(one.jobs()) == 2


def test_nothing_is_printed_and_no_thread_stays(
    tmp_path: Path, make_runner: Callable[[Path], JobRunner], capfd: pytest.CaptureFixture[str]
) -> None:
    runner = make_runner(tmp_path)
    before = set(threading.enumerate())
    runner.start("counting in 2", "Squares", {"count": 4}).wait()
    runner.close()
    wait_until(lambda: not other_threads(before))
    printed = capfd.readouterr()
    assert (printed.out, printed.err) == ("", "")


def test_only_the_last_hundred_finished_jobs_are_kept(
    runner: JobRunner, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("labelgraft.jobs.runner.KEPT_JOBS", 2)
    for _ in range(4):
        runner.start("counting in 2", "Squares", {"count": 2}).wait()
    assert [status.number for status in runner.jobs()] == [4, 3, 2]
    assert runner.start("counting", "Squares", {"count": 1}).number == 5


def wait_until(condition: Callable[[], bool], seconds: float = 15.0) -> None:
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline, "waited in vain"
        time.sleep(0.01)
