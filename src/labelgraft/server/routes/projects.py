"""Projects."""

from __future__ import annotations

from fastapi import Response

from labelgraft.server.dependencies import Bench, ProjectById
from labelgraft.server.resource import resource
from labelgraft.server.schemas.projects import NewProject, ProjectCard, ProjectChanges, ProjectStatus, card_of

router = resource("projects")


@router.get("/projects", operation_id="list_projects")
def list_projects(bench: Bench) -> list[ProjectCard]:
    """Every project at a glance, oldest first."""
    return [card_of(each.card()) for each in bench.projects()]


@router.post("/projects", operation_id="new_project", status_code=201)
def new_project(bench: Bench, wanted: NewProject) -> ProjectCard:
    """Begin a project."""
    made = bench.new_project(
        wanted.name,
        task=wanted.task,
        multi_label=wanted.multi_label,
        classes=wanted.classes,
        skeletons={name: given.skeleton() for name, given in wanted.skeletons.items()},
        backbone=wanted.backbone,
    )
    return card_of(made.card())


@router.get("/projects/{project_id}", operation_id="get_project")
def get_project(project: ProjectById) -> ProjectCard:
    """One project at a glance."""
    return card_of(project.card())


@router.patch("/projects/{project_id}", operation_id="change_project")
def change_project(project: ProjectById, wanted: ProjectChanges) -> ProjectCard:
    """Rename a project, or take another backbone for it."""
    if wanted.name is not None:
        project.rename(wanted.name)
    if wanted.backbone is not None:
        project.use_backbone(wanted.backbone)
    return card_of(project.card())


@router.delete(
    "/projects/{project_id}", operation_id="delete_project", status_code=204, response_class=Response
)
def delete_project(project: ProjectById) -> None:
    """Delete a project with its labels and models; image files are never touched."""
    project.delete()


@router.get("/projects/{project_id}/status", operation_id="get_project_status")
def get_project_status(project: ProjectById) -> ProjectStatus:
    """How far a project has come, and what to do next."""
    return ProjectStatus.model_validate(project.status())
