"""Whoever waits for a short answer does not wait for the end of a job."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path

import psutil
from tests.workbench.test_loop import label_some, paint

import labelgraft
from labelgraft.jobs.records import JobState, JobStatus
from labelgraft.workbench.front_door import Workbench
from labelgraft.workbench.project import ProjectBench

PATIENCE_SECONDS = 45.0


@contextmanager
def long_job(bench: Workbench, project: ProjectBench) -> Iterator[JobStatus]:
    """A map that is being laid out, and whose process gets no further in the meantime."""
    pid = bench._engine.for_jobs.pid
    assert pid is not None
    process = psutil.Process(pid)
    process.suspend()
    try:
        yield project.start_map(rearrange=True)
    finally:
        process.resume()


def ended(bench: Workbench, job: JobStatus) -> JobState:
    deadline = time.monotonic() + PATIENCE_SECONDS
    while (now := bench.job(job.number).state) is JobState.RUNNING and time.monotonic() < deadline:
        time.sleep(0.02)
    return now


def test_every_short_answer_is_there_before_a_long_job_ends(bench: Workbench, tmp_path: Path) -> None:
    project = bench.new_project("beside", classes=["red", "green", "blue"], backbone="color-histogram")
    project.add_images(paint(tmp_path / "pictures", 10))
    label_some(project, 12)
    project.map()
    project.train()
    usual = [each.card.image_id for each in project.next(5)]
    with ThreadPoolExecutor(1) as waiting, long_job(bench, project) as job:
        queue = waiting.submit(project.next, 5).result(PATIENCE_SECONDS)
        for answer in (project.map_preview, project.bridges, project.describe_islands, project.try_model):
            assert waiting.submit(answer).result(PATIENCE_SECONDS) is not None
        assert bench.job(job.number).state is JobState.RUNNING
    assert [each.card.image_id for each in queue] == usual
    assert ended(bench, job) is JobState.FINISHED


def test_a_queue_does_not_wait_for_a_learning_curve_or_a_comparison(bench: Workbench, tmp_path: Path) -> None:
    project = bench.new_project("queue", classes=["red", "green", "blue"], backbone="color-histogram")
    project.add_images(paint(tmp_path / "pictures", 10))
    label_some(project, 24)
    project.train()
    project.map()
    usual = [each.card.image_id for each in project.next(5)]
    pid = bench._engine.for_jobs.pid
    assert pid is not None
    for work in (project.compare_backbones, project._curve):
        with ThreadPoolExecutor(2) as waiting:
            process = psutil.Process(pid)
            process.suspend()
            try:
                long_answer = waiting.submit(work)
                wait_until(lambda: bench._engine.for_jobs.is_busy)
                queue = waiting.submit(project.next, 5).result(PATIENCE_SECONDS)
                assert not long_answer.done()
            finally:
                process.resume()
            assert long_answer.result(PATIENCE_SECONDS) is not None
        assert [each.card.image_id for each in queue] == usual


def test_a_comparison_does_not_wait_for_a_job(bench: Workbench, tmp_path: Path) -> None:
    project = bench.new_project("comparison", classes=["red", "green", "blue"], backbone="color-histogram")
    project.add_images(paint(tmp_path / "pictures", 10))
    label_some(project, 12)
    project.map()
    with ThreadPoolExecutor(1) as waiting, long_job(bench, project) as job:
        wait_until(lambda: bench._engine.for_jobs.is_busy)
        assert waiting.submit(project.compare_backbones).result(PATIENCE_SECONDS) is not None
        assert bench.job(job.number).state is JobState.RUNNING
    assert ended(bench, job) is JobState.FINISHED


def wait_until(there: Callable[[], bool]) -> None:
    deadline = time.monotonic() + PATIENCE_SECONDS
    while not there():
        assert time.monotonic() < deadline
        time.sleep(0.01)


def test_each_compute_process_starts_when_it_is_first_needed_and_ends_with_the_workspace(
    tmp_path: Path,
) -> None:
    with labelgraft.open(tmp_path / "w", create=True) as bench:
        project = bench.new_project("p", classes=["red"], backbone="color-histogram")
        project.add_images(paint(tmp_path / "pictures", 2))
        assert bench._engine._computing == {}
        project.next(1)
        assert set(bench._engine._computing) == {"answers"}
        project.map()
        pids = [each.pid for each in bench._engine._computing.values()]
    assert len(pids) == 2
    assert not any(pid is None or psutil.pid_exists(pid) for pid in pids)
