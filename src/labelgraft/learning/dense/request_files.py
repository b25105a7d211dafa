"""A dense request as the files of a run's folder: dense.json, and one array file for each picture.

Safe to import without torch: the parent writes these files.
"""

from __future__ import annotations

import json
import shutil
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from labelgraft.domain.training import TrainingSettings
from labelgraft.errors import BadFormat
from labelgraft.learning.dense.truth import Truth
from labelgraft.learning.dense.views import Picture
from labelgraft.learning.finetuning.names import write_json

REQUEST, PICTURES = "dense.json", "pictures"


@dataclass(frozen=True, slots=True, kw_only=True)
class RunFacts:
    """What a run is asked for besides its images. kind: of the head. threads: 0 = all cores but one."""

    kind: str
    settings: TrainingSettings
    backbone: str
    class_names: tuple[str, ...]
    data_version: str = ""
    threads: int = 0
    nice: int = 10


@dataclass(frozen=True, slots=True, eq=False)
class Taught:
    """One image of a run."""

    picture: Picture
    truth: Truth
    held_out: bool


def write(folder: Path, facts: RunFacts, images: Iterable[Taught]) -> int:
    """Writes a request; dense.json comes last, so a folder with it is whole. Gives the number of images."""
    place = folder / PICTURES
    place.mkdir(exist_ok=True)
    rows: list[dict[str, Any]] = []
    for number, one in enumerate(images):
        np.save(place / f"{number}.npy", one.picture.pixels, allow_pickle=False)
        rows.append(
            {
                "key": one.picture.key,
                "size": [one.picture.width_px, one.picture.height_px],
                "boxes": one.truth.boxes.tolist(),
                "classes": one.truth.classes.tolist(),
                "held_out": one.held_out,
            }
        )
    values = {
        "kind": facts.kind, "settings": facts.settings.as_mapping(), "backbone": facts.backbone,
        "class_names": list(facts.class_names), "data_version": facts.data_version, "threads": facts.threads,
        "nice": facts.nice, "images": rows,
    }  # fmt: skip
    write_json(folder / REQUEST, values, durable=True)
    return len(rows)


def read(folder: Path) -> tuple[RunFacts, list[Taught]]:
    """The inverse; pictures stay on the disk, memory-mapped. Raises BadFormat."""
    file = folder / REQUEST
    try:
        values: dict[str, Any] = json.loads(file.read_text())
        rows = values.pop("images")
        values["settings"] = TrainingSettings.from_mapping(values["settings"])
        values["class_names"] = tuple(values["class_names"])
        return RunFacts(**values), [_taught(folder, number, row) for number, row in enumerate(rows)]
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise BadFormat(f"{file}: this is no training request ({error!r}). Nothing was trained.") from error


def delete(folder: Path) -> None:
    """Takes the pictures and kept maps of a finished run away; the request itself stays."""
    shutil.rmtree(folder / PICTURES, ignore_errors=True)
    for file in folder.glob("activations-*.npy"):
        file.unlink()


def _taught(folder: Path, number: int, row: dict[str, Any]) -> Taught:
    pixels = np.load(folder / PICTURES / f"{number}.npy", mmap_mode="r", allow_pickle=False)
    boxes = np.array(row["boxes"], np.float64).reshape(-1, 4)
    truth = Truth(boxes, np.array(row["classes"], np.int64))
    return Taught(Picture(row["key"], pixels, *row["size"]), truth, bool(row["held_out"]))
