"""A workspace that is closed while somebody still asks for work."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from PIL import Image

import labelgraft
from labelgraft.errors import JobCancelled


def test_once_closed_no_job_starts_and_the_error_says_so(tmp_path: Path) -> None:
    photos = tmp_path / "photos"
    photos.mkdir()
    for number in range(3):
        pixels = np.random.default_rng(number).integers(0, 255, (30, 40, 3), dtype=np.uint8)
        Image.fromarray(pixels).save(photos / f"{number}.png")
    with labelgraft.open(tmp_path / "workspace", create=True) as bench:
        project = bench.new_project("late", classes=["one"], backbone="color-histogram")
        project.add_images(photos)
        engine = project._engine
        before = len(engine.jobs.jobs())
    with pytest.raises(JobCancelled, match="No job was started"):
        engine.start_job("map", "Map of late", {"project_id": project.id})
    with labelgraft.open(tmp_path / "workspace") as bench:
        assert len(bench.jobs()) == before
