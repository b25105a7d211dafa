"""Two jobs that run at once share the worker processes, each with a network of its own."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

import labelgraft
from labelgraft.workbench.ingest_jobs import sweep_converted

COUNT = 24


def photos(folder: Path, first: int) -> Path:
    folder.mkdir()
    for number in range(first, first + COUNT):
        pixels = np.random.default_rng(number).integers(0, 256, (48, 64, 3), np.uint8)
        Image.fromarray(pixels).save(folder / f"{number}.png")
    return folder


@pytest.mark.slow
def test_an_import_with_one_network_and_an_embedding_with_another_run_side_by_side(tmp_path: Path) -> None:
    with (
        labelgraft.open(tmp_path / "workspace", create=True) as bench,
        ThreadPoolExecutor(2) as threads,
    ):
        old = bench.new_project("old", backbone="color-histogram")
        old.add_images(photos(tmp_path / "old", 0), embed=False)
        workers = bench._engine.ingest.pool(None).process_ids()
        new = bench.new_project("new", backbone="efficientnet-lite0")
        importing = threads.submit(new.add_images, photos(tmp_path / "new", COUNT))
        embedding = threads.submit(old.embed, "color-histogram")
        added, embedded = importing.result(), embedding.result()
        assert bench._engine.ingest.pool(None).process_ids() == workers
        again = new.embed("efficientnet-lite0")
    assert (added.added, added.refused) == (COUNT, ())
    assert (embedded.embedded, embedded.refused) == (COUNT, ())
    assert (again.embedded, again.known) == (0, COUNT)


def test_networks_that_a_kill_left_half_written_are_swept_at_open(tmp_path: Path) -> None:
    with labelgraft.open(tmp_path / "workspace", create=True):
        pass
    converted = tmp_path / "workspace" / "converted"
    (converted / ".writing-abc").mkdir(parents=True)
    (converted / ".writing-abc" / "network.bin").write_bytes(b"half")
    (converted / "0123").mkdir()
    with labelgraft.open(tmp_path / "workspace"):
        assert [each.name for each in converted.iterdir()] == ["0123"]
    sweep_converted(tmp_path / "not there")
