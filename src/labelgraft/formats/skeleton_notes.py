"""Skeletons in labelgraft.json, for formats whose own files have no place for them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from labelgraft.domain.shapes.keypoints import Skeleton
from labelgraft.errors import BadShape
from labelgraft.formats.sidecar import Sidecar


def skeleton_notes(skeletons: Mapping[str, Skeleton]) -> dict[str, object]:
    """The note of all skeletons; nothing without any."""
    if not skeletons:
        return {}
    told = {
        name: {"names": one.names, "limbs": one.limbs, "mirrored": one.mirrored, "sigmas": one.sigmas}
        for name, one in skeletons.items()
    }
    return {"skeletons": told}


def skeletons_from(known: Sidecar) -> dict[str, Skeleton]:
    """The skeletons of a note; what is none is left out."""
    listed = known.notes.get("skeletons")
    told: dict[str, Any] = listed if isinstance(listed, dict) else {}
    found = {name: _skeleton(value) for name, value in told.items()}
    return {name: one for name, one in found.items() if one is not None}


def _skeleton(value: Any) -> Skeleton | None:
    try:
        limbs = tuple((int(one), int(other)) for one, other in value["limbs"])
        return Skeleton(tuple(value["names"]), limbs, tuple(value["mirrored"]), tuple(value["sigmas"]))
    except (BadShape, KeyError, TypeError, ValueError):
        return None
