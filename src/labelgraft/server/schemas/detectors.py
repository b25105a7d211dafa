"""Schemas of models that find shapes: files to add, what was recognised in them, what they would propose."""

from __future__ import annotations

from typing import Annotated, Any, Self

from pydantic import Field, model_validator

from labelgraft.domain.finding import THRESHOLD, FoundInImage, WantedClass
from labelgraft.domain.scorecard import DetectorFacts as DetectorFactsValue
from labelgraft.domain.selector import Selector
from labelgraft.domain.shapes.shape import ShapeKind
from labelgraft.server.schemas.base import Count, Id, Name, Schema, Share
from labelgraft.server.schemas.imports import LONGEST_PATH
from labelgraft.server.schemas.selection import ImageSelector
from labelgraft.server.schemas.shapes import AnyShape, wire_of

MOST_CLASSES = 10_000

Side = Annotated[int, Field(ge=1, le=8192)]


class DetectorSource(Schema):
    """An ONNX file: at a place below a root, or uploaded; and what its user says of it."""

    source: str | None = Field(
        None, min_length=1, max_length=LONGEST_PATH, examples=["/home/ada/yolox_nano.onnx"],
        description="A file below a root of this server.",
    )  # fmt: skip
    upload_id: Id | None = Field(None, description="An upload of one file.", examples=[None])
    input_px: tuple[Side, Side] | None = Field(
        None,
        description="Width and height of its input, for files that take any size.",
        examples=[[640, 640]],
    )
    class_names: list[str] | None = Field(
        None, max_length=MOST_CLASSES, description="Its classes in its own order; null: as the file says.",
        examples=[None],
    )  # fmt: skip
    changes: dict[str, Any] = Field(
        default_factory=dict, description="Parts of its description that are otherwise than recognised.",
        examples=[{"input": {"bgr": False}}],
    )  # fmt: skip

    @model_validator(mode="after")
    def _one_source(self) -> Self:
        if (self.source is None) == (self.upload_id is None):
            raise ValueError("expected either source or upload_id")
        return self


class ClassUse(Schema):
    """One of a model's classes that is proposed."""

    index: Count = Field(description="In the model's own order.", examples=[0])
    theirs: str = Field(description="What the model calls it.", examples=["person"])
    class_id: Id = Field(description="The class of the project.", examples=[2])
    ours: str = Field(description="Its name.", examples=["pedestrian"])
    threshold: Share = Field(description="How sure the model must be.", examples=[THRESHOLD])


class DetectorOffer(Schema):
    """What was recognised in a file; nothing was added."""

    name: str = Field(description="The file.", examples=["yolox_nano.onnx"])
    digest: str = Field(description="SHA-256 of its bytes.")
    bytes: Count = Field(description="Its size.", examples=[3_664_000])
    sentence: str = Field(description="What it is, or why no description fits.")
    assumed: list[str] = Field(description="What no file can tell: look at some results.")
    description: dict[str, Any] | None = Field(description="How it is read; null where nothing fits.")
    kind: ShapeKind | None = Field(description="What it finds.", examples=["box"])
    class_names: list[str] = Field(
        description="Its classes in its own order; empty names are never found.", examples=[["person", "car"]]
    )
    uses: list[ClassUse] = Field(description="Those that a class of the project is called like.")
    licence: str = Field(description="As far as it is known.", examples=["Apache-2.0"])
    problem: str = Field(description="Why this project has no use for it; empty where it has.")


class WantedUse(Schema):
    """A class of the model as a class of the project."""

    theirs: Name = Field(description="What the model calls it.", examples=["person"])
    ours: Name = Field(description="The class of the project.", examples=["pedestrian"])
    threshold: Share | None = Field(
        None, description="How sure it must be; null: as the others.", examples=[0.4]
    )


class NewDetector(DetectorSource):
    """A file to add as a model."""

    name: Name | None = Field(None, description="By default that of the file.", examples=["people"])
    classes: list[WantedUse] | None = Field(
        None, max_length=MOST_CLASSES,
        description="Which of its classes are proposed as what; others are left out. Null: those that are called alike.",
    )  # fmt: skip
    threshold: Share = Field(THRESHOLD, description="How sure it must be where nothing else is said.")

    def wanted(self) -> list[WantedClass] | None:
        """The mapping as values."""
        if self.classes is None:
            return None
        return [WantedClass(each.theirs, each.ours, each.threshold) for each in self.classes]


class DetectorFacts(Schema):
    """What is known of a model that finds shapes."""

    file: str = Field(description="As it was called when it was added.", examples=["yolox_nano.onnx"])
    licence: str = Field(description="As far as it is known.", examples=["Apache-2.0"])
    sentence: str = Field(description="What it was recognised as.")
    assumed: list[str] = Field(description="What no file can tell.")
    description: dict[str, Any] = Field(description="How it is read.")
    uses: list[ClassUse] = Field(description="Its classes that are proposed.")


def facts_of_detector(found: DetectorFactsValue | None) -> DetectorFacts | None:
    """The facts as they go over the wire."""
    if found is None:
        return None
    return DetectorFacts(
        file=found.file, licence=found.licence, sentence=found.sentence, assumed=list(found.assumed),
        description=dict(found.description), uses=[ClassUse.model_validate(use) for use in found.uses],
    )  # fmt: skip


class ShapeTrial(Schema):
    """What to try a model on."""

    model_id: Id | None = Field(None, description="By default the active model.", examples=[1])
    selector: ImageSelector | None = Field(
        None, description="Choose among these; by default all unfinished ones."
    )
    image_ids: list[Id] | None = Field(
        None, min_length=1, max_length=100_000, description="The same by number.", examples=[[3, 17]]
    )
    count: int = Field(12, ge=1, le=200, description="How many images.")
    seed: int = Field(0, ge=0, le=2**31 - 1, description="Which images are drawn.")

    @model_validator(mode="after")
    def _one_way(self) -> Self:
        if self.selector is not None and self.image_ids is not None:
            raise ValueError("choose the images by selector or by image_ids, not by both")
        return self

    def chosen(self) -> Selector | None:
        """The images to choose among; None for all that nobody has finished."""
        if self.image_ids is not None:
            return Selector(images=self.image_ids)
        return None if self.selector is None else self.selector.selector()


class ImageToFind(Schema):
    """Which model is to look at an image."""

    model_id: Id | None = Field(None, description="By default the active model.", examples=[1])


class TrialShape(Schema):
    """A shape that would be proposed."""

    class_id: Id = Field(description="The class of the project.", examples=[2])
    class_name: str = Field(description="Its name.", examples=["pedestrian"])
    confidence: Share = Field(description="How sure the model is; not calibrated.", examples=[0.93])
    shape: AnyShape = Field(description="Where it is.")


class TriedImage(Schema):
    """What a model would propose for one image."""

    image_id: Id = Field(description="The image.", examples=[17])
    width_px: Id = Field(description="Of the upright image.", examples=[640])
    height_px: Id = Field(description="Of the upright image.", examples=[480])
    shapes: list[TrialShape] = Field(description="Surest first.")
    known: Count = Field(
        description="How many more it found that are drawn there already, or were rejected.", examples=[0]
    )


def tried_of(found: FoundInImage) -> TriedImage:
    """A trial as it goes over the wire."""
    return TriedImage.model_validate(
        {
            "image_id": found.image_id, "width_px": found.width_px, "height_px": found.height_px, "known": found.known,
            "shapes": [
                {
                    "class_id": one.class_id, "class_name": one.class_name, "confidence": one.confidence,
                    "shape": wire_of(one.shape),
                }
                for one in found.shapes
            ],
        }
    )  # fmt: skip
