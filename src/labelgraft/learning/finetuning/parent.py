"""The parent's side of a run: starts its process, reads what it writes, stops or kills it. Imports no
torch.
"""

from __future__ import annotations

import json
import subprocess
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from labelgraft import errors
from labelgraft.domain.training import EpochMetrics, TrainingProgress
from labelgraft.errors import JobFailed
from labelgraft.learning.finetuning.names import FAILURE, METRICS, NOTES, OUTPUT, PROGRESS, RESULT, STOP
from labelgraft.learning.finetuning.request import Request


@dataclass(frozen=True, slots=True)
class TrainingResult:
    """How a run ended well. model_file: None if it was stopped before anything was trained.

    rungs: name, kept and reason of each. held_out: accuracy, loss and count. held_out_scores: (n, C) scores
    of the held-out images in the order of the arrays, for calibration.
    """

    stopped: bool
    reason: str
    model_file: Path | None
    rungs: tuple[dict[str, Any], ...]
    frozen_blocks: int | None
    held_out: dict[str, Any] | None
    held_out_scores: list[list[float]] | None


class TrainingProcess:
    """One run in a folder that holds request.json and the arrays.

    `start` after a kill or a crash goes on from the last checkpoint. Nothing here waits but `wait` and
    `stop`.
    """

    def __init__(
        self,
        folder: Path,
        module: str = "labelgraft.learning.finetuning.process",
        check: Callable[[Path], object] = Request.read,
    ) -> None:
        """module: what is run in the folder. check: raises where the folder's request cannot be read."""
        self.folder, self._module, self._check = folder, module, check
        self._process: subprocess.Popen[bytes] | None = None
        self._read_to = 0

    def start(self) -> None:
        """Starts the process. Raises BadFormat, BadSetting if the request cannot be read."""
        self._check(self.folder)
        for name in (STOP, RESULT, FAILURE):
            (self.folder / name).unlink(missing_ok=True)
        self._read_to = 0
        command = [sys.executable, "-m", self._module, str(self.folder)]
        with (self.folder / OUTPUT).open("ab") as output:
            self._process = subprocess.Popen(
                command, stdin=subprocess.DEVNULL, stdout=output, stderr=subprocess.STDOUT
            )

    @property
    def running(self) -> bool:
        """True from `start` until the process has ended."""
        return self._process is not None and self._process.poll() is None

    @property
    def pid(self) -> int | None:
        """The process's number, None before `start`."""
        return self._process.pid if self._process else None

    def new_metrics(self) -> list[EpochMetrics]:
        """Epochs evaluated since the last call; a line that is still being written waits for the next."""
        file = self.folder / METRICS
        if not file.exists():
            return []
        with file.open("rb") as opened:
            opened.seek(self._read_to)
            whole, _, _ = opened.read().rpartition(b"\n")
        if not whole:
            return []
        self._read_to += len(whole) + 1
        return [EpochMetrics.from_mapping(json.loads(line)) for line in whole.splitlines()]

    def progress(self) -> TrainingProgress | None:
        """How far the run is, None before its first step."""
        values = _read_json(self.folder / PROGRESS)
        return None if values is None else TrainingProgress(**values)

    def notes(self) -> list[str]:
        """Sentences for the user so far."""
        file = self.folder / NOTES
        lines = file.read_bytes().splitlines() if file.exists() else []
        return [str(json.loads(line)["note"]) for line in lines if line.endswith(b"}")]

    def ask_to_stop(self) -> None:
        """The run ends after its running step; its last whole epoch is the model."""
        (self.folder / STOP).touch()

    def stop(self, timeout_seconds: float = 60.0) -> TrainingResult:
        """`ask_to_stop` and wait; a process that does not listen is killed, and its last checkpoint stays."""
        self.ask_to_stop()
        return self.wait(timeout_seconds)

    def kill(self) -> None:
        """Ends the process at once; what it has checkpointed stays."""
        if self._process is not None:
            self._process.kill()
            self._process.wait()

    def wait(self, timeout_seconds: float | None = None) -> TrainingResult:
        """Waits for the end. Raises what the run failed with: TrainingDiverged, OutOfMemory, ...,
        JobFailed.
        """
        if self._process is None:
            raise JobFailed("The training was not started.")
        deadline = None if timeout_seconds is None else time.monotonic() + timeout_seconds
        while self.running:
            if deadline is not None and time.monotonic() > deadline:
                self.kill()
                raise JobFailed(
                    f"The training did not end within {timeout_seconds:g} seconds and was killed. Its last "
                    "checkpoint is kept; start it again to go on from there."
                )
            time.sleep(0.02)
        return self.result()

    def result(self) -> TrainingResult:
        """How the run ended. Raises as `wait` does; JobFailed also if it ended without a word."""
        values = _read_json(self.folder / RESULT)
        if values is not None:
            model = values.get("model")
            return TrainingResult(
                stopped=values["state"] == "stopped",
                reason=str(values["reason"]),
                model_file=self.folder / model if model else None,
                rungs=tuple(values.get("rungs", ())),
                frozen_blocks=values.get("frozen_blocks"),
                held_out=values.get("held_out"),
                held_out_scores=values.get("held_out_scores"),
            )
        raise self._failure()

    def _failure(self) -> errors.LabelgraftError:
        """The error that the process left, or that its sudden end suggests."""
        told = _read_json(self.folder / FAILURE)
        if told is not None:
            kind = getattr(errors, str(told["kind"]), JobFailed)
            simple = isinstance(kind, type) and issubclass(kind, errors.JobError | errors.BadInput)
            return (kind if simple and kind.__init__ is Exception.__init__ else JobFailed)(
                str(told["reason"])
            )
        code = self._process.returncode if self._process else None
        if code is not None and code < 0:
            return errors.OutOfMemory(
                f"The training was killed from outside (signal {-code}). Mostly the system does so when "
                "memory runs out: try a smaller batch or a smaller backbone. The last checkpoint is kept; "
                "start it again to go on."
            )
        return JobFailed(
            f"The training ended without a result (exit code {code}). {self._last_words()} Its "
            "last checkpoint is kept; start it again to go on from there."
        )

    def _last_words(self) -> str:
        file = self.folder / OUTPUT
        lines = file.read_text(errors="replace").strip().splitlines() if file.exists() else []
        return f"It last said: {lines[-1][:300]}." if lines else "It said nothing."


def _read_json(file: Path) -> dict[str, Any] | None:
    if not file.exists():
        return None
    values: dict[str, Any] = json.loads(file.read_text())
    return values
