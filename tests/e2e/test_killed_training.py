"""A fine-tuning killed with its whole process group goes on as the same run, from its last checkpoint."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import labelgraft
from labelgraft.domain.model import RunState
from labelgraft.domain.training import WeightsKind


def test_a_killed_fine_tuning_goes_on_as_the_same_run(
    shared_data: Callable[[str], Path], tmp_path: Path
) -> None:
    photos = shared_data("catsdogs") / "images"
    chosen = sorted(photos.glob("cat.*"))[:32] + sorted(photos.glob("dog.*"))[:32]
    rows = "\n".join(f"{path},{path.name[:3]}" for path in chosen)
    (tmp_path / "labels.csv").write_text(f"path,label\n{rows}\n")
    root = tmp_path / "workspace"
    with labelgraft.open(root, create=True) as bench:
        bench.new_project("pets").add_images(tmp_path / "labels.csv")
    command = [sys.executable, "-m", "labelgraft", "-w", str(root)]
    wanted = ["train", "pets", "--head", "finetune", "--epochs", "12", "--augmentation", "none"]
    training = subprocess.Popen([*command, *wanted], start_new_session=True, stderr=subprocess.DEVNULL)
    metrics = root / "runs" / "1" / "metrics.jsonl"
    deadline = time.monotonic() + 120
    while not (metrics.exists() and metrics.read_bytes().count(b"\n") >= 2):
        assert time.monotonic() < deadline
        assert training.poll() is None
        time.sleep(0.05)
    os.killpg(training.pid, signal.SIGKILL)
    training.wait()
    before = metrics.read_bytes().splitlines()[:2]
    with labelgraft.open(root) as bench:
        pets = bench.project("pets")
        assert [run.state for run in pets.runs()] == [RunState.INTERRUPTED]
        (job,) = bench.interrupted_jobs()
        bench.resume_job(job.number)
        (run,) = pets.runs()
        assert run.state is RunState.FINISHED
        model = pets.model()
        assert model.run_id == run.id
        assert run.settings["weights"] == WeightsKind.PRETRAINED
    assert metrics.read_bytes().splitlines()[:2] == before
    epochs = [json.loads(line)["epoch"] for line in metrics.read_bytes().splitlines()]
    assert epochs == sorted(set(epochs))
