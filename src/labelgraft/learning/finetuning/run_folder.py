"""The folder of a run: live metrics, progress, checkpoints, finished rungs, and how it ended.

metrics.jsonl     one evaluated epoch per line, appended
progress.json     how far it has come
notes.jsonl       sentences for the user, appended
stop              appears: finish the step, write, end
checkpoints/      of the phase that is running: last and best
rungs/            of finished phases: rung.json and head.safetensors
result.json       at the end: state, model file, what each rung gave
failure.json      instead of it: reason and kind of error
"""

from __future__ import annotations

import json
import os
import shutil
import time
from collections.abc import Callable
from dataclasses import asdict, replace
from pathlib import Path
from typing import Any

from torch import Tensor

from labelgraft.domain.training import EpochMetrics, TrainingProgress
from labelgraft.errors import JobCancelled
from labelgraft.learning.finetuning import checkpoints
from labelgraft.learning.finetuning.checkpoints import HeadHeader
from labelgraft.learning.finetuning.names import (
    CHECKPOINTS,
    METRICS,
    NOTES,
    PROGRESS,
    RUNGS,
    STOP,
    write_json,
)
from labelgraft.learning.finetuning.training import PhaseState, Watcher

_PROGRESS_EVERY_SECONDS = 0.5


class RunFolder:
    """Everything that a run reads and writes while it goes on.

    interrupted: asked after every step beside the stop file (a signal sets it).
    """

    def __init__(self, path: Path, *, interrupted: Callable[[], bool] = lambda: False) -> None:
        self.path = path
        self._interrupted = interrupted
        self._started: tuple[str, int, float] | None = None
        self._told = 0.0
        self._metrics_lines = 0
        for name in (CHECKPOINTS, RUNGS):
            (path / name).mkdir(parents=True, exist_ok=True)

    def stopping(self) -> bool:
        """True once a stop was asked for."""
        return self._interrupted() or (self.path / STOP).exists()

    def note(self, sentence: str) -> None:
        """Keeps a sentence for the user."""
        _append(self.path / NOTES, {"note": sentence})

    def progress(self, progress: TrainingProgress) -> None:
        """Keeps how far the run is, at most twice a second, with the seconds left at the rate so far."""
        now = time.monotonic()
        if self._started is None or self._started[0] != progress.phase:
            self._started = (progress.phase, progress.step - 1, now)
        if now - self._told < _PROGRESS_EVERY_SECONDS and progress.step < progress.steps:
            return
        self._told = now
        done = progress.step - self._started[1]
        left = (now - self._started[2]) / done * (progress.steps - progress.step)
        write_json(self.path / PROGRESS, asdict(replace(progress, seconds_left=round(left, 1))))

    def caching(self, done: int, total: int) -> None:
        """Progress of the pass that fills the cache. Raises JobCancelled on a stop: nothing is trained
        yet.
        """
        self.progress(TrainingProgress("activations", 1, 1, done, total, None))
        if self.stopping():
            raise JobCancelled("Stopped while the frozen blocks were computed; nothing was trained yet.")

    def watcher(self, header: HeadHeader) -> Watcher:
        """Listens to one phase: metrics, then a checkpoint, then away with those no longer needed."""

        def evaluated(metrics: EpochMetrics, state: PhaseState, _: bool) -> None:
            _append(self.path / METRICS, metrics.as_mapping())
            self._metrics_lines += 1
            described = replace(
                header, phase=metrics.phase, epoch=metrics.epoch, metrics=metrics.as_mapping()
            )
            self._keep(described, state)

        return Watcher(self.stopping, self.progress, evaluated, self.note)

    def keep_stopped(self, header: HeadHeader, state: PhaseState) -> None:
        """A checkpoint of the last whole epoch, which may lie between two evaluations."""
        if state.epoch:
            self._keep(replace(header, epoch=state.epoch), state)

    def _keep(self, header: HeadHeader, state: PhaseState) -> None:
        ladder = {"metrics_lines": self._metrics_lines}
        checkpoints.write(self._checkpoint(header.phase, state.epoch), header, state, ladder)
        wanted = {self._checkpoint(header.phase, epoch).name for epoch in (state.epoch, state.best_epoch)}
        for folder in (self.path / CHECKPOINTS).iterdir():
            if folder.name not in wanted:
                shutil.rmtree(folder)

    def _checkpoint(self, phase: str, epoch: int) -> Path:
        return self.path / CHECKPOINTS / f"{phase.replace(' ', '-')}-{epoch:06d}"

    def resume(self, phase: str) -> tuple[PhaseState | None, dict[str, Tensor] | None]:
        """The state to go on from and the tensors of its best evaluation; None, None if there are none.

        Metrics written after that state are cut off: they will be written again, equal bit for bit.
        """
        stem = phase.replace(" ", "-") + "-"
        found = [p for p in (self.path / CHECKPOINTS).glob(stem + "*") if p.suffix != ".part"]
        if not found:
            self._cut_metrics(self._lines_of_rungs())
            return None, None
        last = checkpoints.read(max(found))
        self._cut_metrics(int(last.ladder["metrics_lines"]))
        best = self._checkpoint(phase, last.state.best_epoch)
        tensors = checkpoints.read(best).tensors if best.exists() else None
        return last.state, tensors

    def _cut_metrics(self, lines: int) -> None:
        file = self.path / METRICS
        kept = file.read_bytes().splitlines(keepends=True)[:lines] if file.exists() else []
        beside = file.with_name(file.name + ".part")
        with beside.open("wb") as opened:
            opened.writelines(kept)
            opened.flush()
            os.fsync(opened.fileno())
        beside.replace(file)
        self._metrics_lines = len(kept)

    def finish_rung(
        self, name: str, header: HeadHeader, tensors: dict[str, Tensor], record: dict[str, Any]
    ) -> None:
        """Keeps a finished phase for good; its checkpoints go."""
        folder = self.path / RUNGS / name.replace(" ", "-")
        folder.mkdir(exist_ok=True)
        checkpoints.write_head(folder / checkpoints.HEAD, header, tensors)
        write_json(folder / "rung.json", {**record, "metrics_lines": self._metrics_lines}, durable=True)
        for checkpoint in (self.path / CHECKPOINTS).iterdir():
            shutil.rmtree(checkpoint)

    def finished_rung(self, name: str) -> tuple[HeadHeader, dict[str, Tensor], dict[str, Any]] | None:
        """What `finish_rung` kept, None if the phase has not finished."""
        folder = self.path / RUNGS / name.replace(" ", "-")
        if not (folder / "rung.json").exists():
            return None
        header, tensors = checkpoints.read_head(folder / checkpoints.HEAD)
        return header, tensors, json.loads((folder / "rung.json").read_text())

    def _lines_of_rungs(self) -> int:
        records = [json.loads(file.read_text()) for file in (self.path / RUNGS).glob("*/rung.json")]
        return max((int(record["metrics_lines"]) for record in records), default=0)


def _append(file: Path, values: dict[str, Any]) -> None:
    """One line at the end of a file, on the disk before this returns."""
    with file.open("ab") as opened:
        opened.write(json.dumps(values).encode() + b"\n")
        opened.flush()
        os.fsync(opened.fileno())
