"""A run's own process: `python -m labelgraft.learning.finetuning.process RUN_FOLDER`.

Reads request.json and the arrays, climbs the ladder, writes metrics while it goes and result.json or
failure.json at the end. A stop file or SIGTERM ends it after the running step; killed, it goes on where it
was when started again.
"""

from __future__ import annotations

import os
import signal
import sys
import traceback
from collections.abc import Callable
from dataclasses import asdict
from pathlib import Path
from typing import Any

import torch

from labelgraft.errors import JobCancelled, LabelgraftError
from labelgraft.learning.finetuning.base import base_source
from labelgraft.learning.finetuning.checkpoints import write_head
from labelgraft.learning.finetuning.ladder import Climbed, climb
from labelgraft.learning.finetuning.names import FAILURE, MODEL, RESULT, write_json
from labelgraft.learning.finetuning.request import Arrays, Request
from labelgraft.learning.finetuning.run_folder import RunFolder


def main(folder: Path) -> int:
    """Exit code: 0 if the run finished or was stopped, 1 if it failed."""
    return guarded(folder, _work)


def guarded(folder: Path, work: Callable[[RunFolder], None]) -> int:
    """Does the work of a run; whatever ends it is written into its folder. The exit code is as of `main`."""
    interrupted = _listen_for_signals()
    try:
        work(RunFolder(folder, interrupted=interrupted))
    except JobCancelled as error:
        write_json(folder / RESULT, {"state": "stopped", "model": None, "reason": str(error)}, durable=True)
    except LabelgraftError as error:
        _fail(folder, type(error).__name__, str(error))
        return 1
    except Exception as error:  # noqa: BLE001  (the job's outermost frame: the user sees it, the rest goes on)
        traceback.print_exc()
        _fail(
            folder,
            "JobFailed",
            f"The training ended by a fault of ours: {type(error).__name__}: {error}. Its last checkpoint is "
            "kept; start it again to go on from there. The whole message is in the run's output.txt.",
        )
        return 1
    return 0


def _work(run: RunFolder) -> None:
    request = Request.read(run.path)
    be_a_good_neighbour(request.threads, request.nice)
    _run(run.path, request, run)


def _run(folder: Path, request: Request, run: RunFolder) -> None:
    settings = request.settings
    weights = "random" if settings.head == "scratch" else settings.weights
    source = base_source(request.backbone, weights=type(settings.weights)(weights), seed=settings.seed)
    climbed = climb(source, request, Arrays.read(folder), run)
    write_head(folder / MODEL, climbed.header, climbed.network.trained_tensors())
    write_json(folder / RESULT, _result(climbed), durable=True)


def _result(climbed: Climbed) -> dict[str, Any]:
    """How the run ended, as JSON values."""
    score = climbed.score
    return {
        "state": "stopped" if climbed.stopped else "finished",
        "model": MODEL,
        "reason": climbed.rungs[-1].reason,
        "rungs": [asdict(rung) for rung in climbed.rungs],
        "frozen_blocks": climbed.header.frozen_blocks,
        "held_out": None
        if score is None
        else {"accuracy": score.accuracy, "loss": score.loss, "count": score.count},
        "held_out_scores": None if score is None else score.scores.tolist(),
    }


def _fail(folder: Path, kind: str, reason: str) -> None:
    write_json(folder / FAILURE, {"kind": kind, "reason": reason}, durable=True)


def be_a_good_neighbour(threads: int, nice: int) -> None:
    """Low priority, that many threads (0: all cores but one), and sums in the same order every time."""
    if hasattr(os, "nice"):
        os.nice(nice)
    torch.set_num_threads(threads or max(1, (os.cpu_count() or 2) - 1))
    torch.use_deterministic_algorithms(True, warn_only=True)


def _listen_for_signals() -> Callable[[], bool]:
    """Says whether SIGTERM or an interrupt has come since, or the process that started this one is gone.

    An orphan would go on writing while another process resumes the same run.
    """
    came: list[int] = []
    parent = os.getppid()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda received, _: came.append(received))
    return lambda: bool(came) or os.getppid() != parent


if __name__ == "__main__":
    sys.exit(main(Path(sys.argv[1])))
