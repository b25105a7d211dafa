"""Choose images by one gesture: a list, a region or an island of a map round, a filter, or several of these together."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict
from typing import Any

import numpy as np

from labelgraft.domain.arrays import Ints
from labelgraft.domain.ids import ImageId, ProjectId
from labelgraft.domain.image import STATE_CODES, ImageFilter, ImageState
from labelgraft.domain.map import MapColumns, MapRound
from labelgraft.domain.operation import Cause
from labelgraft.domain.selection import Selection, inside_lasso, inside_rectangle
from labelgraft.domain.selector import Selector
from labelgraft.errors import BadInput, BadSetting, UnknownName
from labelgraft.services.compact_vectors import CompactVectors
from labelgraft.services.filter_images import filtered_rows
from labelgraft.storage import maps, marks
from labelgraft.storage.workspace import Workspace

UNLABELLED = tuple(
    STATE_CODES.index(state) for state in (ImageState.NEW, ImageState.PROPOSED, ImageState.DRAFT)
)
FEWEST_CORNERS = 3
DEEPEST = 8
"""Selectors within selectors."""


def select_images(
    workspace: Workspace, project_id: ProjectId, selector: Selector, compact: CompactVectors
) -> Selection:
    """The images that a selector means, in the order of their numbers.

    Raises BadSetting unless the selector names exactly one way of choosing; UnknownName for an island or round that is
    not there; BadInput where no round or no such image is there.
    """
    chosen, cause, detail, words = _chosen(workspace, project_id, selector, compact, 1)
    return Selection(tuple(ImageId(each) for each in chosen.tolist()), cause, detail, words)


Chosen = tuple[Ints, Cause, dict[str, Any], str]


def _chosen(
    workspace: Workspace, project_id: ProjectId, selector: Selector, compact: CompactVectors, depth: int
) -> Chosen:
    _check_ways(selector, depth)
    if selector.add is not None:
        chosen, cause, detail, words = _together(workspace, project_id, selector, compact, depth)
    elif selector.images is not None:
        chosen, cause, detail, words = _by_ids(workspace, project_id, selector.images)
    elif selector.filter is not None:
        chosen, cause, detail, words = _by_filter(workspace, project_id, selector.filter, compact)
    else:
        chosen, cause, detail, words = _by_map(workspace, project_id, selector)
    if len(selector.leave_out):
        chosen = chosen[~np.isin(chosen, np.asarray(selector.leave_out, np.int64))]
        detail = {**detail, "left_out": [int(each) for each in selector.leave_out]}
    if selector.unlabelled_only:
        with workspace.database.reading() as connection:
            marked = marks.of_ids(connection, project_id, chosen)
        chosen = marked.image_ids[np.isin(marked.states, UNLABELLED)]
    return chosen, cause, detail, words


def _check_ways(selector: Selector, depth: int) -> None:
    given = list(selector.ways())
    if len(given) != 1:
        found = " and ".join(given) or "nothing"
        raise BadSetting(
            "Choose the images in one way: by images, lasso, rectangle, island, filter or add; "
            f"found {found}. Nothing was changed."
        )
    if depth > DEEPEST:
        raise BadSetting(f"The selection nests more than {DEEPEST} levels. Nothing was changed.")


def _together(
    workspace: Workspace, project_id: ProjectId, selector: Selector, compact: CompactVectors, depth: int
) -> Chosen:
    added = [_chosen(workspace, project_id, each, compact, depth + 1) for each in selector.add or ()]
    taken = [_chosen(workspace, project_id, each, compact, depth + 1) for each in selector.subtract]
    none = np.zeros(0, np.int64)
    chosen = np.unique(np.concatenate([none, *(each[0] for each in added)]))
    chosen = chosen[~np.isin(chosen, np.concatenate([none, *(each[0] for each in taken)]))]
    detail = {"add": [each[2] for each in added], "subtract": [each[2] for each in taken]}
    cause = Cause.LASSO if any(each[1] is Cause.LASSO for each in added) else Cause.HAND
    words = " and ".join(dict.fromkeys(each[3] for each in added if each[3]))
    less = " and ".join(dict.fromkeys(each[3] for each in taken if each[3]))
    return chosen, cause, detail, f"{words} without those {less}" if less else words


def _by_ids(workspace: Workspace, project_id: ProjectId, image_ids: Sequence[int]) -> Chosen:
    wanted = np.unique(np.asarray(image_ids, np.int64))
    with workspace.database.reading() as connection:
        known = marks.of_ids(connection, project_id, wanted).image_ids
    missing = wanted[~np.isin(wanted, known)]
    if len(missing):
        raise BadInput(
            f"images: {', '.join(map(str, missing[:5]))} {'is' if len(missing) == 1 else 'are'} not in this project. "
            "Nothing was changed. `labelgraft images list` shows the ids."
        )
    return wanted, Cause.HAND, {}, ""


def _by_filter(
    workspace: Workspace, project_id: ProjectId, wanted: ImageFilter, compact: CompactVectors
) -> Chosen:
    columns, rows = filtered_rows(workspace, project_id, wanted, compact)
    named = {name: value for name, value in asdict(wanted).items() if value is not None}
    only_text = list(named) == ["path_contains"]
    words = f"with {wanted.path_contains!r} in their path" if only_text else "by a filter"
    return columns.image_ids[rows], Cause.HAND, {"filter": named}, words


def _by_map(workspace: Workspace, project_id: ProjectId, selector: Selector) -> Chosen:
    shown = map_round(workspace, project_id, selector.round_number)
    with workspace.database.reading() as connection:
        columns = maps.columns(connection, workspace.maps_folder, shown.id)
    on_round = {"round": shown.number}
    if selector.lasso is not None:
        if len(selector.lasso) < FEWEST_CORNERS:
            raise BadSetting(
                f"lasso: found {len(selector.lasso)} corners, expected {FEWEST_CORNERS} or more. Nothing was changed."
            )
        hit = inside_lasso(selector.lasso, columns.xy)
        detail = {**on_round, "lasso": [list(corner) for corner in selector.lasso]}
        return columns.image_ids[hit], Cause.LASSO, detail, f"by lasso on round {shown.number}"
    if selector.rectangle is not None:
        hit = inside_rectangle(selector.rectangle, columns.xy)
        detail = {**on_round, "rectangle": list(selector.rectangle)}
        return columns.image_ids[hit], Cause.LASSO, detail, f"by rectangle on round {shown.number}"
    return _of_island(columns, shown, selector.island)


def _of_island(columns: MapColumns, shown: MapRound, island: int | None) -> Chosen:
    hit = columns.islands == island
    if not hit.any():
        numbers = (str(number) for number in np.unique(columns.islands[columns.islands >= 0]))
        raise UnknownName("island", str(island), numbers)
    detail = {"round": shown.number, "island": island}
    return columns.image_ids[hit], Cause.LASSO, detail, f"of island {island} on round {shown.number}"


def map_round(workspace: Workspace, project_id: ProjectId, number: int | None) -> MapRound:
    """A round of the project's map by its number, the last one for None. Raises BadInput, UnknownName."""
    with workspace.database.reading() as connection:
        rounds = maps.list_all(connection, project_id)
    if not rounds:
        raise BadInput("There is no map of this project yet. Make one first: labelgraft map PROJECT")
    if number is None:
        return rounds[-1]
    found = next((each for each in rounds if each.number == number), None)
    if found is None:
        raise UnknownName("map round", str(number), (str(each.number) for each in rounds))
    return found
