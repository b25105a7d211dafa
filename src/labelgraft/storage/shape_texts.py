"""Shapes, traits and skeletons as the text of one column, and back."""

from __future__ import annotations

import json
from typing import Any

from labelgraft.domain.annotation import PLAIN, Traits
from labelgraft.domain.shapes import shape_json
from labelgraft.domain.shapes.keypoints import Skeleton
from labelgraft.domain.shapes.shape import Shape

_FLAGS = ("occluded", "truncated", "crowd", "difficult")


def shape_text(value: Shape | None) -> str | None:
    """The text of a shape, None for none."""
    return None if value is None else shape_json.to_text(value)


def shape(text: str | None) -> Shape | None:
    """The shape of a text, None for none."""
    return None if text is None else shape_json.from_text(text, "the tables")


def traits_text(value: Traits) -> str | None:
    """Only what is said; None where nothing is."""
    if value == PLAIN:
        return None
    fields: dict[str, Any] = {name: True for name in _FLAGS if getattr(value, name)}
    if value.z:
        fields["z"] = value.z
    if value.attributes:
        fields["attributes"] = dict(value.attributes)
    return json.dumps(fields, ensure_ascii=False)


def traits(text: str | None) -> Traits:
    """The traits of a text."""
    if text is None:
        return PLAIN
    fields = json.loads(text)
    return Traits(**{**fields, "attributes": tuple(sorted(fields.get("attributes", {}).items()))})


def skeleton_text(value: Skeleton | None) -> str | None:
    """The text of a skeleton, None for none."""
    if value is None:
        return None
    return json.dumps(
        {"names": value.names, "limbs": value.limbs, "mirrored": value.mirrored, "sigmas": value.sigmas}
    )


def skeleton(text: str | None) -> Skeleton | None:
    """The skeleton of a text, None for none."""
    if text is None:
        return None
    fields = json.loads(text)
    return Skeleton(
        names=tuple(fields["names"]),
        limbs=tuple((one, other) for one, other in fields["limbs"]),
        mirrored=tuple(fields["mirrored"]),
        sigmas=tuple(fields["sigmas"]),
    )
