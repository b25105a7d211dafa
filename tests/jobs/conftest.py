"""A runner with the counting job, and the trace that its steps leave."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).parents[2]))  # the program that the tests kill is their library too

from tests.jobs.jobs_to_run import counting

from labelgraft.jobs.runner import JobRunner

MakeRunner = Callable[[Path], JobRunner]


@pytest.fixture
def make_runner() -> Iterator[MakeRunner]:
    """A runner on a folder that knows the counting jobs; closed after the test."""
    made: list[JobRunner] = []

    def make(folder: Path) -> JobRunner:
        folder.mkdir(exist_ok=True)
        runner = JobRunner(folder)
        runner.register(counting(folder))
        runner.register(counting(folder, concurrency=2))
        made.append(runner)
        return runner

    yield make
    for runner in made:
        runner.close()


@pytest.fixture
def runner(tmp_path: Path, make_runner: MakeRunner) -> JobRunner:
    """A runner on the test's folder."""
    return make_runner(tmp_path)
