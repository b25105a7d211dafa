"""What a gesture on the map or in the gallery means, before anything is done with it."""

from __future__ import annotations

import numpy as np
from fastapi import Response

from labelgraft.server.dependencies import ProjectById
from labelgraft.server.resource import resource
from labelgraft.server.schemas.selection import ImageSelector, Selected

router = resource("selection")


@router.post("/projects/{project_id}/selection", operation_id="select_images", response_model=Selected)
def select_images(project: ProjectById, wanted: ImageSelector) -> Response:
    """The images that a selector means, the odd ones first."""
    chosen = project.choose(wanted.selector())
    ids, oddness = project.odd_ones_first(chosen)
    told = [None if np.isnan(each) else each for each in np.round(oddness.astype(float), 2).tolist()]
    # Validated as it was made: a hundred thousand numbers are not looked at one by one again.
    found = Selected.model_construct(image_ids=ids.tolist(), oddness=told, count=len(ids), words=chosen.words)
    return Response(found.model_dump_json(), media_type="application/json")
