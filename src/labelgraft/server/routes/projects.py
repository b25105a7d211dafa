"""Projects."""

from __future__ import annotations

from labelgraft.server.dependencies import Bench, ProjectById
from labelgraft.server.resource import resource
from labelgraft.server.schemas.projects import NewProject, ProjectFacts

router = resource("projects")


@router.get("/projects", operation_id="list_projects")
def list_projects(bench: Bench) -> list[ProjectFacts]:
    """Every project, oldest first."""
    return [ProjectFacts.model_validate(each.info) for each in bench.projects()]


@router.post("/projects", operation_id="new_project", status_code=201)
def new_project(bench: Bench, wanted: NewProject) -> ProjectFacts:
    """Begin a project."""
    made = bench.new_project(
        wanted.name,
        task=wanted.task,
        multi_label=wanted.multi_label,
        classes=wanted.classes,
        backbone=wanted.backbone,
    )
    return ProjectFacts.model_validate(made.info)


@router.get("/projects/{project_id}", operation_id="get_project")
def get_project(project: ProjectById) -> ProjectFacts:
    """One project."""
    return ProjectFacts.model_validate(project.info)
