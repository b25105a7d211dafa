"""Looks at a user's file: which description fits it, with what the user says of it laid over."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np

from labelgraft.errors import BadInput
from labelgraft.learning.detectors.described import (
    DetectorDescription,
    description_from_json,
    description_to_json,
)
from labelgraft.learning.detectors.guess import guess
from labelgraft.learning.detectors.onnx_detector import OnnxDetector


@dataclass(frozen=True, slots=True)
class Look:
    """description: as JSON, None where none fits. sentence: which, or why not. assumed: what no file can tell."""

    description: Mapping[str, Any] | None
    sentence: str
    assumed: tuple[str, ...] = ()


def look_at(
    path: Path, *, input_px: tuple[int, int] | None = None, class_names: Sequence[str] = (),
    changes: Mapping[str, Any] | None = None,
) -> Look:  # fmt: skip
    """What a file is; runs it on noise, and once more as it is described.

    Args:
        input_px, class_names: as of `guess`.
        changes: parts of the description that the user says otherwise; all of it where nothing is recognised.
    Raises: BadInput, BadSetting where the file or what is said of it cannot be used; MissingExtra.
    """
    said: dict[str, Any] = dict(changes or {})
    if class_names:
        said["class_names"] = list(class_names)
    found = guess(path, input_px=input_px, class_names=class_names)
    if found.description is None and not {"input", "output", "class_names"} <= said.keys():
        return Look(None, found.sentence)
    base = {"name": path.stem} if found.description is None else description_to_json(found.description)
    description = description_from_json(laid_over(base, said))
    _demand_that_it_runs(description, path)
    sentence = found.sentence if found.description is not None else f"{path.name} is what you describe."
    return Look(description_to_json(description), sentence, found.assumed)


def laid_over(base: Mapping[str, Any], said: Mapping[str, Any]) -> dict[str, Any]:
    """`base` with what is said otherwise, part by part. Raises: BadInput for parts that no description has."""
    unknown = said.keys() - {*DetectorDescription.__dataclass_fields__}
    if unknown:
        known = ", ".join(DetectorDescription.__dataclass_fields__)
        raise BadInput(
            f"A description has no part {sorted(unknown)[0]!r}; it has {known}. Nothing was added."
        )
    merged = dict(base)
    for name, value in said.items():
        before = merged.get(name)
        merged[name] = {**before, **value} if isinstance(before, dict) and isinstance(value, dict) else value
    return merged


def _demand_that_it_runs(description: DetectorDescription, path: Path) -> None:
    """Raises: BadInput where the file gives something else than the description says."""
    unsure = np.random.default_rng(0).integers(0, 256, (96, 128, 3), np.uint8)
    OnnxDetector(replace(description, digest=""), path).find([unsure], threshold=0.01)
