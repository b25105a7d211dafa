"""Backbones: which there are, which suits a project's labels, and embedding with one."""

from __future__ import annotations

from labelgraft.server.dependencies import Bench, ProjectById
from labelgraft.server.resource import resource
from labelgraft.server.schemas.backbones import BackboneFacts, Comparison, Embedding, backbone_of
from labelgraft.server.schemas.jobs import JobStarted, job_of

router = resource("backbones")


@router.get("/backbones", operation_id="list_backbones")
def list_backbones(bench: Bench) -> list[BackboneFacts]:
    """The catalogue of pretrained networks, with their speed on this machine."""
    return [backbone_of(each) for each in bench.backbones()]


@router.get("/projects/{project_id}/backbones/compare", operation_id="compare_backbones")
def compare_backbones(project: ProjectById) -> Comparison:
    """How well each embedded backbone separates the labels so far, with intervals; needs two labels of two classes."""
    return Comparison.model_validate(project.compare_backbones())


@router.post("/projects/{project_id}/embeddings", operation_id="embed", status_code=202)
def embed(project: ProjectById, wanted: Embedding) -> JobStarted:
    """Embed every image with a backbone; what is embedded is not done again."""
    return JobStarted(job=job_of(project.start_embed(wanted.backbone, use=wanted.use)))
