"""Real photos and the default network, loaded once for all tests of the backbones."""

from __future__ import annotations

import csv
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from labelgraft.domain.arrays import Bools
from labelgraft.learning.backbones import network

Photos = list[Image.Image]


@pytest.fixture(scope="session")
def photos(shared_data: Callable[[str], Path]) -> tuple[Photos, Bools]:
    """100 photos of cats and dogs, half each, and whether each shows a dog."""
    folder = shared_data("catsdogs")
    with (folder / "labels.csv").open(newline="") as file:
        rows = list(csv.DictReader(file))[::10]
    images = []
    for row in rows:
        with Image.open(folder / row["path"]) as image:
            images.append(image.convert("RGB"))
    return images, np.array([row["label"] == "dog" for row in rows])


@pytest.fixture(scope="session")
def exact() -> network.Network:
    """The default backbone in torch, float32: what the others are held against."""
    return network.load("efficientnet-lite0", backend="torch")


@pytest.fixture(scope="session")
def converted(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder that keeps converted networks over the tests."""
    return tmp_path_factory.mktemp("converted")
