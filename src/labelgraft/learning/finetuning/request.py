"""What a run is asked for, as the files of its folder say: request.json and three arrays.

    request.json    settings, backbone, class names, ...
    views.npy       (N, V, H, W, 3) uint8, prepared views of the labelled images, view 0 the image itself
    targets.npy     (N, C) float32, 1 where the image has the class
    held_out.npy    (N,) bool, images only measured on

Safe to import without torch: the parent writes these files.
"""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass, fields
from pathlib import Path
from typing import Any

import numpy as np

from labelgraft.domain.arrays import AnyArray, Bools, Floats, Pixels
from labelgraft.domain.training import TrainingSettings
from labelgraft.errors import BadFormat, BadInput, ShapeMismatch
from labelgraft.learning.finetuning.frozen_facts import FrozenFacts

REQUEST, VIEWS, TARGETS, HELD_OUT = "request.json", "views.npy", "targets.npy", "held_out.npy"


@dataclass(frozen=True, slots=True, kw_only=True)
class Request:
    """One run. backbone: its name in the catalogue. threads: 0 = all cores but one. nice: 0 to 19, added to
    the parent's own. data_version: names the labels. frozen: what computes the frozen part, None = torch in float32.
    """

    settings: TrainingSettings
    backbone: str
    class_names: tuple[str, ...]
    multi_label: bool = False
    data_version: str = ""
    threads: int = 0
    nice: int = 10
    frozen: FrozenFacts | None = None

    def write(self, folder: Path) -> None:
        """request.json in an existing folder."""
        values = {**asdict(self), "settings": self.settings.as_mapping()}
        (folder / REQUEST).write_text(json.dumps(values, indent=1))

    @classmethod
    def read(cls, folder: Path) -> Request:
        """The inverse. Raises BadFormat, BadSetting, UnknownName."""
        file = folder / REQUEST
        try:
            values: dict[str, Any] = json.loads(file.read_text())
            known = {field.name for field in fields(cls)}
            given = {name: value for name, value in values.items() if name in known}
            settings = TrainingSettings.from_mapping(given.pop("settings"))
            names = tuple(str(name) for name in given.pop("class_names"))
            told = given.pop("frozen", None)
            frozen = None if told is None else FrozenFacts.from_mapping(told)
            return cls(settings=settings, class_names=names, frozen=frozen, **given)
        except (OSError, ValueError, KeyError, TypeError, AttributeError) as error:
            raise BadFormat(
                f"{file}: this is no training request ({error!r}). Nothing was trained."
            ) from error


@dataclass(frozen=True, slots=True)
class Arrays:
    """The arrays of a run; `views` stays on disk, memory-mapped."""

    views: Pixels
    targets: Floats
    held_out: Bools

    def write(self, folder: Path) -> None:
        """The three files; for many images write views.npy piece by piece with `open_views` instead."""
        for name, array in ((VIEWS, self.views), (TARGETS, self.targets), (HELD_OUT, self.held_out)):
            np.save(folder / name, array, allow_pickle=False)

    @classmethod
    def read(cls, folder: Path) -> Arrays:
        """The inverse. Raises BadInput, ShapeMismatch."""
        views = _read(folder / VIEWS, np.uint8, 5)
        targets, held_out = _read(folder / TARGETS, np.float32, 2), _read(folder / HELD_OUT, np.bool_, 1)
        if not len(views) == len(targets) == len(held_out):
            raise ShapeMismatch(
                f"{folder}: {len(views)} images in {VIEWS}, {len(targets)} in {TARGETS}, {len(held_out)} in "
                f"{HELD_OUT}; expected the same number. Nothing was trained."
            )
        return cls(views, np.array(targets), np.array(held_out))


def open_views(folder: Path, image_count: int, view_count: int, input_px: int) -> Pixels:
    """views.npy as an array to fill, on disk: (image_count, view_count, input_px, input_px, 3) uint8."""
    shape = (image_count, view_count, input_px, input_px, 3)
    opened: Pixels = np.lib.format.open_memmap(folder / VIEWS, "w+", np.uint8, shape)
    return opened


def _read(file: Path, dtype: type[np.generic], dimensions: int) -> AnyArray:
    """A memory-mapped array of that type. Raises BadInput."""
    try:
        array: AnyArray = np.load(file, mmap_mode="r", allow_pickle=False)
    except (OSError, ValueError) as error:
        raise BadInput(f"{file}: this is no array file ({error}). Nothing was trained.") from error
    if array.dtype != dtype or array.ndim != dimensions:
        raise BadInput(
            f"{file}: found {array.dtype} with {array.ndim} dimensions, expected {np.dtype(dtype)} with "
            f"{dimensions}. Nothing was trained."
        )
    return array
