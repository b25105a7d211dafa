"""Exports that wait to be downloaded, in the workspace's folder `exports`: one folder each."""

from __future__ import annotations

import shutil
import time
from pathlib import Path

KEPT_DAYS = 30
"""The labels are in the database: an export can always be made again."""


def sweep(folder: Path) -> None:
    """Delete exports that are old, and what a killed process left half-written; the workspace is not in use yet."""
    if not folder.exists():
        return
    for each in folder.iterdir():
        age_days = (time.time() - each.stat().st_mtime) / 86_400
        if each.name.startswith(".") or age_days > KEPT_DAYS:
            shutil.rmtree(each, ignore_errors=True)
