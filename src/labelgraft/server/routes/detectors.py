"""Detectors: a user's file becomes a model of the project, is tried on a few images, looks at one."""

from __future__ import annotations

from typing import Annotated

from fastapi import Path

from labelgraft.domain.finding import DetectorFile
from labelgraft.domain.intake import ImportSource
from labelgraft.server.dependencies import Bench, Options, ProjectById
from labelgraft.server.options import ServerOptions
from labelgraft.server.resource import resource
from labelgraft.server.schemas.base import Id
from labelgraft.server.schemas.detectors import (
    DetectorOffer,
    DetectorSource,
    ImageToFind,
    NewDetector,
    ShapeTrial,
    TriedImage,
    tried_of,
)
from labelgraft.server.schemas.instances import ImageInstances, instances_of
from labelgraft.server.schemas.models import Model, model_of
from labelgraft.workbench.front_door import Workbench

router = resource("models")


@router.post("/projects/{project_id}/detectors/check", operation_id="check_detector")
def check_detector(
    project: ProjectById, bench: Bench, options: Options, wanted: DetectorSource
) -> DetectorOffer:
    """What an ONNX file is, how its output is read, and which of its classes the project has; nothing is added."""
    return DetectorOffer.model_validate(project.look_at_detector(file_of(bench, options, wanted)))


@router.post("/projects/{project_id}/detectors", operation_id="add_detector", status_code=201)
def add_detector(project: ProjectById, bench: Bench, options: Options, wanted: NewDetector) -> Model:
    """Add an ONNX file as a model that proposes shapes. It is copied; nothing of it is run but its network."""
    model = project.add_detector_file(
        file_of(bench, options, wanted), wanted=wanted.wanted(), threshold=wanted.threshold, name=wanted.name
    )
    return model_of(model, project.info.active_model_id)


@router.post("/projects/{project_id}/predictions/shapes", operation_id="try_shapes")
def try_shapes(project: ProjectById, wanted: ShapeTrial) -> list[TriedImage]:
    """A dry run: the shapes that a model would propose for a few images; nothing is written."""
    selector = wanted.chosen()
    ids = None if selector is None else project.choose(selector).image_ids
    found = project.try_finding(wanted.model_id, images=ids, count=wanted.count, seed=wanted.seed)
    return [tried_of(each) for each in found]


@router.post("/projects/{project_id}/images/{image_id}/predictions", operation_id="find_in_image")
def find_in_image(
    project: ProjectById,
    image_id: Annotated[Id, Path(description="The image's number.")],
    wanted: ImageToFind,
) -> ImageInstances:
    """Have a model look at one image now; its shapes take the place of its own open proposals there."""
    return instances_of(project.find_in_image(image_id, wanted.model_id))


def file_of(bench: Workbench, options: ServerOptions, wanted: DetectorSource) -> DetectorFile:
    """The file that a request names. Raises UnknownPlace, UnknownName, BadInput."""
    source: ImportSource = (
        bench.source_of_upload(wanted.upload_id)
        if wanted.upload_id is not None
        else bench.source_below(options.roots, wanted.source or "")
    )
    place = bench.one_file(source)
    return DetectorFile(place, place.name, wanted.input_px, tuple(wanted.class_names or ()), wanted.changes)
