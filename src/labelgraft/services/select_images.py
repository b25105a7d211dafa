"""Choose images by one gesture: a list, an island, a lasso on a map round, a text in the path."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from labelgraft.domain.arrays import Ints
from labelgraft.domain.ids import ImageId, ProjectId
from labelgraft.domain.image import STATE_CODES, ImageFilter, ImageState
from labelgraft.domain.map import MapRound
from labelgraft.domain.operation import Cause
from labelgraft.domain.selection import Selection, inside_lasso
from labelgraft.errors import BadInput, BadSetting, UnknownName
from labelgraft.storage import images, maps
from labelgraft.storage.workspace import Workspace

UNLABELLED = tuple(STATE_CODES.index(state) for state in (ImageState.NEW, ImageState.PROPOSED))


def select_images(
    workspace: Workspace, project_id: ProjectId, *, image_ids: Sequence[int] | None = None, island: int | None = None,
    lasso: Sequence[tuple[float, float]] | None = None, round_number: int | None = None,
    path_contains: str | None = None, leave_out: Sequence[int] = (), unlabelled_only: bool = False,
) -> Selection:  # fmt: skip
    """The images that one gesture means. Exactly one way of choosing must be given.

    unlabelled_only keeps images that have a label or were set aside out of it. Raises BadSetting without a way of
    choosing, UnknownName for an island that is not there, BadInput where no round or no such image is there.
    """
    ways = {"images": image_ids, "island": island, "lasso": lasso, "path": path_contains}
    given = [name for name, value in ways.items() if value is not None]
    if len(given) != 1:
        found = " and ".join(given) or "nothing"
        raise BadSetting(
            f"Choose the images in one way: by images, island, lasso or path; found {found}. Nothing was changed."
        )
    if image_ids is not None:
        chosen, cause, detail, words = _by_ids(workspace, project_id, image_ids)
    elif path_contains is not None:
        chosen, cause, detail, words = _by_path(workspace, project_id, path_contains)
    else:
        chosen, cause, detail, words = _by_map(workspace, project_id, island, lasso, round_number)
    chosen = chosen[~np.isin(chosen, np.asarray(leave_out, np.int64))]
    if unlabelled_only:
        chosen = _without_labels(workspace, project_id, chosen)
    if leave_out:
        detail = {**detail, "left_out": [int(each) for each in leave_out]}
    return Selection(tuple(ImageId(int(each)) for each in chosen), cause, detail, words)


Chosen = tuple[Ints, Cause, dict[str, Any], str]


def _by_ids(workspace: Workspace, project_id: ProjectId, image_ids: Sequence[int]) -> Chosen:
    wanted = np.unique(np.asarray(image_ids, np.int64))
    with workspace.database.reading() as connection:
        known = images.columns(connection, project_id).image_ids
    missing = wanted[~np.isin(wanted, known)]
    if len(missing):
        raise BadInput(
            f"images: {', '.join(map(str, missing[:5]))} {'is' if len(missing) == 1 else 'are'} not in this project. "
            "Nothing was changed. `labelgraft images list` shows the ids."
        )
    return wanted, Cause.HAND, {}, ""


def _by_path(workspace: Workspace, project_id: ProjectId, text: str) -> Chosen:
    with workspace.database.reading() as connection:
        found = images.every(connection, project_id, ImageFilter(path_contains=text))
    return np.asarray(found, np.int64), Cause.HAND, {"path_contains": text}, f"with {text!r} in their path"


def _by_map(
    workspace: Workspace, project_id: ProjectId, island: int | None, lasso: Sequence[tuple[float, float]] | None,
    round_number: int | None,
) -> Chosen:  # fmt: skip
    shown = map_round(workspace, project_id, round_number)
    with workspace.database.reading() as connection:
        columns = maps.columns(connection, workspace.maps_folder, shown.id)
    if lasso is not None:
        hit = inside_lasso(lasso, columns.xy)
        detail: dict[str, Any] = {"round": shown.number, "lasso": [list(corner) for corner in lasso]}
        return columns.image_ids[hit], Cause.LASSO, detail, f"by lasso on round {shown.number}"
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


def _without_labels(workspace: Workspace, project_id: ProjectId, chosen: Ints) -> Ints:
    with workspace.database.reading() as connection:
        columns = images.columns(connection, project_id)
    free = columns.image_ids[np.isin(columns.states, UNLABELLED)]
    return chosen[np.isin(chosen, free)]
