"""The overview of a project."""

from __future__ import annotations

from labelgraft.server.dependencies import ProjectById
from labelgraft.server.resource import resource
from labelgraft.server.schemas.overview import Overview, overview_of

router = resource("overview")


@router.get("/projects/{project_id}/overview", operation_id="get_overview")
def get_overview(project: ProjectById) -> Overview:
    """What to do next, progress, quality so far, whether more labels are worth it, time left. Answers at once; the learning
    curve is computed meanwhile.
    """
    return overview_of(project.overview())
