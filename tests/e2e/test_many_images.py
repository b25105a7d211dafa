"""Ten thousand images in one import: progress with rate and time left, cancel in the middle, then the rest."""

from __future__ import annotations

import io
import json
import os
import signal
import struct
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import psutil
import pytest
from PIL import Image
from tests.e2e.command_line import CommandLine

from labelgraft.workbench.front_door import list_jobs

pytestmark = pytest.mark.slow

COUNT = 10_000
PARENT_MB = 500
"""What the process that runs the import may grow to; the workers have their own bound."""


def many_photos(folder: Path) -> Path:
    """Small JPEGs, each different: one picture with its number in a comment, in 20 folders."""
    buffer = io.BytesIO()
    pixels = np.random.default_rng(0).integers(0, 256, (6, 8, 3), np.uint8)
    Image.fromarray(pixels).resize((96, 72)).save(buffer, "JPEG")
    start, rest = buffer.getvalue()[:2], buffer.getvalue()[2:]
    for number in range(COUNT):
        place = folder / f"{number % 20:02d}"
        place.mkdir(parents=True, exist_ok=True)
        comment = b"\xff\xfe" + struct.pack(">HI", 6, number)
        (place / f"{number}.jpg").write_bytes(start + comment + rest)
    return folder


def watched(process: subprocess.Popen[str]) -> Iterator[int]:
    """While a call runs, every 50 ms: the resident memory of its main process in MB."""
    parent = psutil.Process(process.pid)
    while process.poll() is None:
        try:
            yield parent.memory_info().rss // 1_000_000
        except psutil.NoSuchProcess:
            return
        time.sleep(0.05)


def test_ten_thousand_images_with_progress_cancel_and_resume(tmp_path: Path) -> None:
    photos = many_photos(tmp_path / "photos")
    run = CommandLine(tmp_path / "workspace")
    run("project", "new", "p", "--backbone", "color-histogram")

    process = run.start("images", "add", "p", str(photos))
    rates, lefts, peak_mb = [], [], 0
    for megabytes in watched(process):
        peak_mb = max(peak_mb, megabytes)
        for job in list_jobs(run.workspace)[:1]:
            rates += [job.rate] if job.rate else []
            lefts += [job.seconds_left] if job.seconds_left else []
            if job.done >= COUNT // 3:
                os.killpg(process.pid, signal.SIGINT)  # as Ctrl+C does: to the whole group
                break
        else:
            continue
        break
    ended = run.ended(process)
    assert (ended.code, json.loads(ended.said)["error"]["code"]) == (130, "JobCancelled")
    assert "What was finished is kept. Go on with: labelgraft jobs resume 1" in ended.said
    assert rates
    assert lefts
    (job,) = list_jobs(run.workspace)
    assert (str(job.state), job.total) == ("cancelled", COUNT)
    assert COUNT // 3 <= job.done < COUNT

    began = time.monotonic()
    process = run.start("jobs", "resume", "1")
    peak_mb = max(peak_mb, *watched(process))
    report = run.ended(process).json
    print(
        f"{(COUNT - job.done) / (time.monotonic() - began):.0f} images/s after the resume, parent {peak_mb} MB"
    )
    assert (report["added"], report["known"], report["duplicates"], report["refused"]) == (COUNT, 0, [], [])
    assert run("project", "show", "p")["images"] == COUNT
    again = run("images", "add", "p", str(photos))
    assert (again["added"], again["known"]) == (0, COUNT)
    assert peak_mb < PARENT_MB
