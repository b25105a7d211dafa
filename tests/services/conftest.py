"""A workspace with a project, worker processes, and small distinct pictures."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np
import pytest
from PIL import Image
from tests.services.import_bench import HISTOGRAM, Bench

from labelgraft.domain.project import Task
from labelgraft.services.ingest import IngestPool
from labelgraft.storage import projects
from labelgraft.storage.workspace import Workspace


@pytest.fixture(scope="session")
def pool() -> Iterator[IngestPool]:
    with IngestPool(workers=1, network=HISTOGRAM) as pool:
        yield pool


@pytest.fixture
def bench(tmp_path: Path, pool: IngestPool) -> Iterator[Bench]:
    with Workspace.open(tmp_path / "workspace", create=True) as workspace:
        with workspace.database.writing() as connection:
            project = projects.create(
                connection, name="p", task=Task.CLASSIFICATION, multi_label=False, backbone="color-histogram"
            )
        yield Bench(workspace, project.id, pool)


@pytest.fixture
def picture() -> Callable[[Path, int], Path]:
    """Writes a small picture that is different for each number."""

    def draw(path: Path, number: int) -> Path:
        path.parent.mkdir(parents=True, exist_ok=True)
        pixels = np.random.default_rng(number).integers(0, 256, (24, 32, 3), np.uint8)
        Image.fromarray(pixels).save(path)
        return path

    return draw
