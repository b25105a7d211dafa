"""Descriptions as data."""

from __future__ import annotations

import json
from typing import Any

import pytest

from labelgraft.errors import BadInput, BadSetting, LabelgraftError, UnknownName
from labelgraft.learning.detectors.described import (
    DetectorDescription,
    InputLayout,
    OutputKind,
    OutputLayout,
    description_from_json,
    description_to_json,
)
from labelgraft.learning.detectors.registry import PRESETS, preset


@pytest.mark.parametrize("description", PRESETS, ids=lambda each: each.name)
def test_a_description_survives_json(description: DetectorDescription) -> None:
    assert description_from_json(json.loads(json.dumps(description_to_json(description)))) == description


@pytest.mark.parametrize(
    ("part", "key", "value"),
    [
        ("input", "width_px", 0),
        ("input", "height_px", 10**9),
        ("input", "std", [1, 0, 1]),
        ("input", "scale", "nan"),
        ("input", "fit", "squeeze"),
        ("input", "pad_value", 256),
        ("output", "nms_iou", 1.5),
        ("output", "strides", []),
        ("output", "names", [["boxes", "b"]]),
        ("output", "kind", "ssd"),
        ("output", "surprise", 1),
    ],
)
def test_a_description_that_cannot_be_is_refused(part: str, key: str, value: Any) -> None:
    content: Any = description_to_json(PRESETS[0])
    content[part][key] = value
    with pytest.raises(BadInput):
        description_from_json(content)


def test_a_model_needs_names_of_classes_and_points_a_skeleton() -> None:
    rows = (("rows", "r"),)
    with pytest.raises(BadSetting, match="names of its classes"):
        DetectorDescription("m", InputLayout(8, 8), OutputLayout(OutputKind.YOLOX, rows), ())
    with pytest.raises(BadSetting, match="skeleton"):
        DetectorDescription("m", InputLayout(8, 8), OutputLayout(OutputKind.KEYPOINTS, rows), ("person",))
    layout = OutputLayout(OutputKind.CLASS_MAP, (("map", "m"),))
    with pytest.raises(BadSetting, match="background"):
        DetectorDescription("m", InputLayout(8, 8), layout, ("a",), background=1)


def test_presets_are_found_by_name() -> None:
    assert preset("yolox_nano").class_names[0] == "person"
    with pytest.raises(UnknownName, match="Did you mean 'fastestdet'"):
        preset("fastdet")
    assert issubclass(UnknownName, LabelgraftError)
