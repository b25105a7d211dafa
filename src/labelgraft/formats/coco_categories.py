"""The categories of a COCO file: class names, and the skeletons of their keypoints."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from typing import Any

from labelgraft.domain.shapes.keypoints import Skeleton
from labelgraft.errors import BadFormat, BadShape
from labelgraft.formats.coco_ids import Ids, is_id
from labelgraft.formats.format import is_text
from labelgraft.formats.json_text import MEND, NOTHING

_OURS = "labelgraft"
_KEYS = ("keypoints", "skeleton", _OURS)


def category_map(categories: Sequence[Any], name: str) -> dict[int | str, str]:
    """id -> class name. Raises: BadFormat, as annotations mean nothing without sound categories."""
    found = dict[int | str, str]()
    for at, category in enumerate(categories):
        sound = isinstance(category, dict) and is_id(category.get("id"))
        if not sound or not isinstance(category.get("name"), str) or not is_text(category["name"]):
            raise BadFormat(
                f"{name}, categories[{at}]: found {str(category)[:80]}, expected an object with id and name. "
                f"{NOTHING} {MEND}"
            )
        if category["id"] in found:
            raise BadFormat(f"{name}, categories[{at}]: id {category['id']!r} stands twice. {NOTHING} {MEND}")
        found[category["id"]] = category["name"]
    return found


def skeletons_of(categories: Iterable[Mapping[str, Any]]) -> dict[str, Skeleton]:
    """class name -> skeleton, of the categories that have a sound one."""
    found = dict[str, Skeleton]()
    for category in categories:
        skeleton = _skeleton(category)
        if skeleton is not None:
            found.setdefault(category["name"], skeleton)
    return found


def categories_of(
    class_names: Sequence[str], foreign: Sequence[Mapping[str, Any]], skeletons: Mapping[str, Skeleton]
) -> list[dict[str, Any]]:
    """A row per class, the foreign ones as they were but for a changed skeleton."""
    by_name = dict[str, list[Mapping[str, Any]]]()
    for category in foreign:
        by_name.setdefault(category["name"], []).append(category)
    ids = Ids(category["id"] for category in foreign)
    made = list[dict[str, Any]]()
    for name in class_names:
        rows = by_name.get(name) or [{"id": ids.give(None), "name": name, "supercategory": ""}]
        wanted = skeletons.get(name)
        if skeletons_of(rows).get(name) != wanted:
            rows = [{k: v for k, v in row.items() if k not in _KEYS} for row in rows]
            rows = [{**row, **_skeleton_fields(wanted)} for row in rows]
        made += [dict(row) for row in rows]
    return made


def _skeleton(category: Mapping[str, Any]) -> Skeleton | None:
    """None without names of points, or where they are not each once. Limbs that lead nowhere are left out."""
    names, limbs = category.get("keypoints"), category.get("skeleton")
    if not isinstance(names, list) or not names or not all(isinstance(name, str) for name in names):
        return None
    try:
        plain = Skeleton(tuple(names), _limbs(limbs, len(names)))
    except BadShape:
        return None
    ours = category.get(_OURS)
    return _with_ours(plain, ours) if isinstance(ours, Mapping) else plain


def _limbs(listed: Any, count: int) -> tuple[tuple[int, int], ...]:
    """COCO counts points from 1."""
    pairs = listed if isinstance(listed, list) else []
    sound = (pair for pair in pairs if isinstance(pair, list) and len(pair) == 2)
    return tuple(
        (pair[0] - 1, pair[1] - 1)
        for pair in sound
        if all(type(end) is int and 1 <= end <= count for end in pair)
    )


def _with_ours(plain: Skeleton, ours: Mapping[str, Any]) -> Skeleton:
    mirrored, sigmas = ours.get("mirrored", []), ours.get("sigmas", [])
    try:
        return replace(plain, mirrored=tuple(mirrored), sigmas=tuple(sigmas))
    except (BadShape, TypeError):
        return plain


def _skeleton_fields(skeleton: Skeleton | None) -> dict[str, Any]:
    if skeleton is None:
        return {}
    ours: dict[str, Any] = {"mirrored": list(skeleton.mirrored)} if skeleton.mirrored else {}
    ours |= {"sigmas": list(skeleton.sigmas)} if skeleton.sigmas else {}
    limbs = [[one + 1, other + 1] for one, other in skeleton.limbs]
    made: dict[str, Any] = {"keypoints": list(skeleton.names), "skeleton": limbs}
    return {**made, _OURS: ours} if ours else made
