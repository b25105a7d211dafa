from __future__ import annotations

import subprocess
import sys
import time
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest
import torch

from labelgraft.domain.training import EpochMetrics, TrainingSettings
from labelgraft.errors import BadFormat, BadInput, OutOfMemory, TrainingDiverged
from labelgraft.learning.finetuning import checkpoints
from labelgraft.learning.finetuning.names import METRICS
from labelgraft.learning.finetuning.parent import TrainingProcess
from labelgraft.learning.finetuning.recipe import one_hot
from labelgraft.learning.finetuning.request import Arrays, Request

BACKBONE = "random:timm:mobilenetv3_small_050#0"


def prepare(folder: Path, build: SimpleNamespace, images: int = 72, **settings: Any) -> TrainingProcess:
    folder.mkdir(parents=True, exist_ok=True)
    pixels, classes = build.coloured(images)
    Arrays(pixels, one_hot(classes, 3), np.arange(images) >= images * 2 // 3).write(folder)
    given = {
        "head": "finetune",
        "frozen_blocks": 5,
        "batch_size": 8,
        "epochs": 3,
        "device": "cpu",
        **settings,
    }
    Request(
        settings=TrainingSettings(**given), backbone=BACKBONE, class_names=("red", "green", "blue"), threads=1
    ).write(folder)
    return TrainingProcess(folder)


def wait_for_metrics(process: TrainingProcess, count: int) -> list[EpochMetrics]:
    found: list[EpochMetrics] = []
    deadline = time.monotonic() + 120
    while len(found) < count and process.running and time.monotonic() < deadline:
        found += process.new_metrics()
        time.sleep(0.005)
    return found


def tensors_of(file: Path | None) -> dict[str, torch.Tensor]:
    assert file is not None
    return checkpoints.read_head(file)[1]


@pytest.mark.slow
def test_killed_at_random_points_a_run_ends_with_the_same_bits_as_one_that_was_not(
    tmp_path: Path, build: SimpleNamespace
) -> None:
    settings: dict[str, Any] = {"epochs": 6, "full_steps": 12}
    whole = prepare(tmp_path / "whole", build, **settings)
    whole.start()
    expected = whole.wait(200)
    killed = prepare(tmp_path / "killed", build, **settings)
    draw = np.random.default_rng(0)
    for metrics_before_kill in (2, 3, 2):  # within the last blocks, across into the whole network, within it
        killed.start()
        wait_for_metrics(killed, metrics_before_kill)
        time.sleep(float(draw.uniform(0, 0.05)))
        killed.kill()
        with pytest.raises(OutOfMemory, match="killed from outside"):
            killed.wait()
    killed.start()
    result = killed.wait(200)
    assert (tmp_path / "killed" / METRICS).read_bytes() == (tmp_path / "whole" / METRICS).read_bytes()
    assert (result.held_out, result.rungs) == (expected.held_out, expected.rungs)
    mine, theirs = tensors_of(result.model_file), tensors_of(expected.model_file)
    assert mine.keys() == theirs.keys()
    assert all(torch.equal(mine[name], theirs[name]) for name in mine)


def test_a_stop_leaves_the_last_whole_epoch_usable_at_once(tmp_path: Path, build: SimpleNamespace) -> None:
    process = prepare(tmp_path / "run", build, epochs=5000, evaluation_period=2, learning_rate=1e-5)
    process.start()
    seen = wait_for_metrics(process, 1)
    result = process.stop()
    assert result.stopped
    assert "Stopped on request after" in result.reason
    assert seen[0].phase == "last blocks"
    assert seen[0].epoch == 2
    assert any(name.startswith("upper.") for name in tensors_of(result.model_file))
    progress = process.progress()
    assert progress is not None
    assert progress.seconds_left is not None


def test_a_run_that_diverges_says_why_and_what_to_try(tmp_path: Path, build: SimpleNamespace) -> None:
    process = prepare(tmp_path / "run", build, head="scratch", frozen_blocks=None, learning_rate=10.0)
    process.start()
    with pytest.raises(TrainingDiverged, match=r"the loss became (nan|inf).*--learning-rate 1\)"):
        process.wait(120)


def test_a_request_that_cannot_be_read_is_refused_before_anything_starts(tmp_path: Path) -> None:
    (tmp_path / "request.json").write_text('{"settings": {}}')
    with pytest.raises(BadFormat, match="no training request"):
        TrainingProcess(tmp_path).start()


def test_arrays_that_do_not_fit_are_told_by_the_process(tmp_path: Path, build: SimpleNamespace) -> None:
    process = prepare(tmp_path / "run", build)
    np.save(process.folder / "held_out.npy", np.zeros(3, np.bool_))
    process.start()
    with pytest.raises(BadInput, match=r"72 images in views.npy"):
        process.wait(120)


def test_the_parents_side_loads_no_torch() -> None:
    script = (
        "import sys, labelgraft.learning.finetuning.parent; "
        "assert not {'torch', 'timm', 'sklearn'} & set(sys.modules)"
    )
    subprocess.run([sys.executable, "-c", script], check=True)
