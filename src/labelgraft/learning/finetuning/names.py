"""Names of the files of a run's folder, which parent and child agree on. Safe to import without torch."""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import Any

METRICS, NOTES, PROGRESS, STOP = "metrics.jsonl", "notes.jsonl", "progress.json", "stop"
CHECKPOINTS, RUNGS = "checkpoints", "rungs"
RESULT, FAILURE, OUTPUT = "result.json", "failure.json", "output.txt"
MODEL = "model.safetensors"


def write_json(file: Path, values: dict[str, Any], *, durable: bool = False) -> None:
    """A JSON file that only ever appears whole; `durable`: on the disk before this returns."""
    beside = file.with_name(file.name + ".part")
    with beside.open("w") as opened:
        json.dump(values, opened)
        if durable:
            opened.flush()
            os.fsync(opened.fileno())
    beside.replace(file)
