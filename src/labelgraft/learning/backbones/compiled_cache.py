"""Keeps converted networks, so that a process starts without torch.

Loading the default network takes the import of torch and timm and a conversion, some seconds; read back from
here it takes the import of OpenVINO and a compilation, a tenth of that, and none of torch's memory.
"""

from __future__ import annotations

import hashlib
import shutil
import tempfile
from importlib.metadata import version
from pathlib import Path
from typing import Any

from labelgraft.domain.backbone import Backbone
from labelgraft.learning.backbones.openvino_backend import openvino

LAYOUT = "1"
HALF_WRITTEN = ".writing-"
"""How the folder of a network begins that is not whole yet."""


def place_of(folder: Path, backbone: Backbone, weights_digest: str) -> Path:
    """The folder of one converted network; other weights, sizes or versions have another folder."""
    facts = [LAYOUT, backbone.architecture, repr(backbone.preprocessing), weights_digest]
    facts += [f"{name} {version(name)}" for name in ("openvino", "timm")]
    return folder / hashlib.sha256("\\n".join(facts).encode()).hexdigest()[:32]


def read(place: Path) -> Any | None:
    """The converted network, or None if it is not there or cannot be read."""
    if not (place / "network.xml").is_file():
        return None
    try:
        return openvino().Core().read_model(place / "network.xml")
    except RuntimeError:
        return None


def write(place: Path, model: Any) -> None:
    """Written beside and renamed: another process sees the whole or nothing, and the first writer wins."""
    place.parent.mkdir(parents=True, exist_ok=True)
    beside = Path(tempfile.mkdtemp(dir=place.parent, prefix=HALF_WRITTEN))
    try:
        openvino().save_model(model, beside / "network.xml", compress_to_fp16=False)
        if place.exists() and read(place) is None:
            shutil.rmtree(place)
        beside.rename(place)
    except OSError:
        shutil.rmtree(beside, ignore_errors=True)
        if not place.exists():
            raise
