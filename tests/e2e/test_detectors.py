"""A user's detector from the terminal: added, tried, killed in the middle, taken up again."""

from __future__ import annotations

import os
import shutil
import signal
import time
from collections.abc import Callable
from pathlib import Path

import pytest
from tests.e2e.command_line import CommandLine

pytestmark = pytest.mark.slow


@pytest.fixture
def terminal(
    tmp_path: Path, shared_data: Callable[[str], Path], shared_weights: Path
) -> tuple[CommandLine, Path]:
    photos = tmp_path / "photos"
    photos.mkdir()
    for photo in sorted((shared_data("raccoon") / "images").glob("*.jpg"))[:60]:
        shutil.copy(photo, photos)
    call = CommandLine(tmp_path / "workspace")
    call("project", "new", "woods", "--task", "detection", "--classes", "animal")
    call("images", "add", "woods", str(photos), "--no-embed")
    return call, shared_weights / "FastestDet.onnx"


def test_a_job_that_is_killed_with_its_workers_goes_on_where_it_was(
    terminal: tuple[CommandLine, Path],
) -> None:
    call, weights = terminal
    count = call("project", "show", "woods")["images"]
    assert count > 50
    said = call.fails(2, "models", "add", "woods", str(weights))
    assert "Say which is which" in said
    made = call(
        "models",
        "add",
        "woods",
        str(weights),
        "--map",
        "dog=animal:0.3",
        "--map",
        "cat=animal",
        "--threshold",
        "0.2",
    )
    assert made["class_names"] == ["animal"]
    tried = call("predict", "woods", "--model", "FastestDet", "--dry-run")
    assert len(tried) == 12
    running = call.start("predict", "woods", "--model", "FastestDet")
    deadline = time.monotonic() + 60
    log = call.workspace / "jobs"
    while not any('"done": 0,' not in each.read_text() for each in find_jobs(log)):
        assert time.monotonic() < deadline
        time.sleep(0.01)
    os.killpg(running.pid, signal.SIGKILL)
    running.communicate()
    (job,) = [each for each in call("jobs", "list") if each["kind"] == "find-shapes"]
    assert job["state"] == "interrupted", job
    resumed = call("jobs", "resume", str(job["number"]))
    assert resumed["images"] == count
    (made_by_model,) = [each for each in call("history", "woods") if each["cause"] == "model-run"]
    assert made_by_model["summary"] == (
        f"FastestDet proposed {resumed['shapes']} shapes in {resumed['with_shapes']} of {count} images"
    )
    whole = call("predict", "woods", "--model", "FastestDet")
    assert (whole["shapes"], whole["per_class"]) == (resumed["shapes"], resumed["per_class"])


def find_jobs(folder: Path) -> list[Path]:
    return [each for each in folder.glob("*/job.json") if "find-shapes" in each.read_text()]
