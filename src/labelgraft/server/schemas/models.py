"""Schemas of models."""

from __future__ import annotations

from datetime import datetime
from typing import Any, Self

from pydantic import Field, model_validator

from labelgraft.domain.model import Model as ModelValue
from labelgraft.domain.scorecard import ModelDetails as ModelDetailsValue
from labelgraft.domain.selector import Selector
from labelgraft.server.schemas.base import Count, Id, Name, Schema, Share, Text
from labelgraft.server.schemas.detectors import DetectorFacts, facts_of_detector
from labelgraft.server.schemas.measures import Interval, Quality
from labelgraft.server.schemas.runs import Run, Rung, run_of
from labelgraft.server.schemas.selection import ImageSelector


class Model(Schema):
    """A trained model."""

    id: Id = Field(description="Its number.", examples=[1])
    name: str = Field(description="What it is called.", examples=["linear-1"])
    description: str = Field(description="What its author wrote.", examples=[""])
    head: str = Field(
        description="linear, mlp, finetune or scratch; detector for an added file.",
        examples=["linear"],
    )
    backbone: str = Field(description="The network underneath.", examples=["efficientnet-lite0"])
    class_names: list[str] = Field(description="The classes it knows.", examples=[["cat", "dog"]])
    active: bool = Field(description="Whether its proposals are the ones shown.", examples=[True])
    run_id: Id | None = Field(description="The run that made it.", examples=[1])
    quality: Quality | None = Field(description="On images it was not trained on; null with too few labels.")
    labels_used: Count = Field(description="Labels it was trained on.", examples=[50])
    created_at: datetime = Field(description="When it was made.")


class ShapeClassQuality(Schema):
    """One class of a model that finds shapes, on the held-out images."""

    class_name: str = Field(description="The class.", examples=["raccoon"])
    figure: Share | None = Field(
        description="The figure that decides, of this class; null without such objects.", examples=[0.84]
    )
    found: Share = Field(
        description="Of the objects that are there, those found with some confidence.", examples=[0.9]
    )
    right: Share = Field(
        description="Of those named with some confidence, those that are there.", examples=[0.8]
    )
    support: Count = Field(description="Objects that are there.", examples=[23])


class ShapeQuality(Schema):
    """How good a model that finds shapes was on images held out from its training."""

    name: str = Field(description="Of the figure that decides.", examples=["AP50"])
    figures: dict[str, Share] = Field(
        description="All of all classes together.", examples=[{"ap": 0.4, "ap50": 0.8}]
    )
    count: Count = Field(description="Held-out images.", examples=[12])
    per_class: list[ShapeClassQuality] = Field(description="Each class.")


class ModelDetails(Model):
    """A model with everything that one must know to use it or to make it again."""

    run: Run | None = Field(description="The run that made it.")
    settings: dict[str, Any] = Field(description="Of its training.")
    labels: dict[str, Any] = Field(
        description="How many were trained on and held out, and the name of exactly these."
    )
    versions: dict[str, str] = Field(description="Of the software.", examples=[{"labelgraft": "0.1.0"}])
    rungs: list[Rung] = Field(description="Of the ladder; empty for heads.")
    embedding: dict[str, str] = Field(
        description="Which vectors its head reads: backbone, weights, engine, precision."
    )
    temperature: float = Field(description="Divides its logits, so that its confidence means what it says.")
    digest: str = Field(description="SHA-256 of its weights.")
    seconds: float | None = Field(description="Its training took.", examples=[1.4])
    proposed_images: Count = Field(
        description="Images that have proposals of it, which go when it is deleted.", examples=[34]
    )
    bytes: Count = Field(description="Its files take.", examples=[120_000])
    detector: DetectorFacts | None = Field(
        description="Where it finds shapes; null for models of whole images."
    )
    shape_quality: ShapeQuality | None = Field(
        description="Where it finds shapes and images were held out from its training."
    )


class ModelChanges(Schema):
    """What to change of a model."""

    name: Name | None = Field(
        None, description="A new name; no other model may have it.", examples=["breeds"]
    )
    description: Text | None = Field(None, description="A new description.", examples=["with the new photos"])


class PairedDifference(Schema):
    """How much more often the first is right than the second, on the same images."""

    value: float = Field(description="Difference of the accuracies, -1 to 1.", examples=[0.02])
    low: float = Field(description="Lower end of its 95 % interval.", examples=[-0.01])
    high: float = Field(description="Upper end.", examples=[0.05])
    only_first: Count = Field(description="Images that only the first got right.", examples=[4])
    only_second: Count = Field(description="Images that only the second got right.", examples=[2])
    p_value: Share = Field(
        description="Of the exact McNemar test that both are equally good.", examples=[0.69]
    )


class ClassDuel(Schema):
    """One class with both models."""

    class_name: str = Field(description="The class.", examples=["cat"])
    first: Interval = Field(description="Share of its images that the first gets right.")
    second: Interval = Field(description="Share of its images that the second gets right.")


class Differing(Schema):
    """An image that two models answer differently."""

    image_id: Id = Field(description="The image.", examples=[17])
    truth: str | None = Field(description="Its label; null without one.", examples=["cat"])
    first: str = Field(description="What the first says.", examples=["cat"])
    first_share: Share = Field(description="How sure, calibrated.", examples=[0.93])
    second: str = Field(description="What the second says.", examples=["dog"])
    second_share: Share = Field(description="How sure, calibrated.", examples=[0.61])


class ModelDuel(Schema):
    """Two models side by side."""

    first_id: Id = Field(description="The first.", examples=[1])
    second_id: Id = Field(description="The second.", examples=[2])
    images: Count = Field(description="Labelled images they were compared on.", examples=[120])
    measured_on: str = Field(description="Which images, in words.")
    first: Interval | None = Field(description="Accuracy of the first; null without images.")
    second: Interval | None = Field(description="Accuracy of the second; null without images.")
    difference: PairedDifference | None = Field(description="First minus second; null without images.")
    verdict: str = Field(description="Which is better, or that it is not clear, in words.")
    per_class: list[ClassDuel] = Field(description="Each class that has such images.")
    differing_count: Count = Field(description="Labelled images they answer differently.", examples=[6])
    differing: list[Differing] = Field(description="The first of them, the surest mistake first.")
    unlabelled: Count = Field(description="Images without a label that both have scored.", examples=[880])
    unlabelled_agree: Share | None = Field(description="The share of those they agree on.", examples=[0.97])
    disputed: list[Differing] = Field(description="Those they do not agree on, the surest dispute first.")


class LiveScore(Schema):
    """What a person's answers say of a model's proposals."""

    model_id: Id = Field(description="The model.", examples=[1])
    looked_at: Count = Field(description="Proposals that a person answered one by one.", examples=[40])
    confirmed: Count = Field(description="Of those, where the person's answer is the model's.", examples=[37])
    corrected: Count = Field(description="Of those, where it is another.", examples=[3])
    share: Interval | None = Field(description="Confirmed of looked at; null before any.")
    accepted_in_bulk: Count = Field(
        description="Answered together with others, which says less.", examples=[600]
    )
    corrected_after: Count = Field(description="Of those, where the label is another by now.", examples=[1])
    rejected_in_bulk: Count = Field(
        description="Rejected together with others, and without a label since.", examples=[12]
    )
    words: str = Field(description="What it says, in words.")


class ClassShare(Schema):
    """A class and its probability."""

    class_name: str = Field(description="The class.", examples=["cat"])
    share: Share = Field(description="Calibrated.", examples=[0.98])


class TrialAnswer(Schema):
    """What a model would say of one image."""

    image_id: Id = Field(description="The image.", examples=[17])
    answers: list[ClassShare] = Field(description="Surest first, ten at the most.")
    label: str | None = Field(description="The class a person gave; null without one.", examples=[None])


class Prediction(Schema):
    """Proposals to make."""

    model_id: Id | None = Field(None, description="By default the active model.", examples=[1])
    selector: ImageSelector | None = Field(None, description="For these images alone; by default for all.")
    image_ids: list[Id] | None = Field(
        None, min_length=1, max_length=100_000, description="The same by number, in place of a selector.",
        examples=[[3, 17]],
    )  # fmt: skip
    dry_run: bool = Field(False, description="Write nothing; tell what it would say of a few images.")
    count: int = Field(12, ge=1, le=200, description="How many images of a dry run.")
    seed: int = Field(0, ge=0, le=2**31 - 1, description="Of a dry run.")

    @model_validator(mode="after")
    def _one_way(self) -> Self:
        if self.selector is not None and self.image_ids is not None:
            raise ValueError("choose the images by selector or by image_ids, not by both")
        return self

    def chosen(self) -> Selector | None:
        """The images that it is for; None for all."""
        if self.image_ids is not None:
            return Selector(images=self.image_ids)
        return None if self.selector is None else self.selector.selector()


def facts_of(model: ModelValue, active_model_id: int | None) -> dict[str, Any]:
    """The fields of a model; its folder stays here."""
    return {
        "id": model.id, "name": model.name, "description": model.description, "head": model.head,
        "backbone": model.backbone, "class_names": list(model.class_names), "active": model.id == active_model_id,
        "run_id": model.run_id, "labels_used": model.labels_used, "created_at": model.created_at,
        "quality": None if model.quality is None else Quality.model_validate(model.quality),
    }  # fmt: skip


def model_of(model: ModelValue, active_model_id: int | None) -> Model:
    """A model as it goes over the wire."""
    return Model(**facts_of(model, active_model_id))


def details_of(found: ModelDetailsValue) -> ModelDetails:
    """A model with its provenance as it goes over the wire."""
    return ModelDetails(
        **facts_of(found.model, found.model.id if found.active else None),
        run=None if found.run is None else run_of(found.run), settings=dict(found.settings),
        labels=dict(found.labels), versions=dict(found.versions), rungs=[Rung(**each) for each in found.rungs],
        embedding=dict(found.embedding), temperature=found.temperature, digest=found.digest, seconds=found.seconds,
        proposed_images=found.proposed_images,
        bytes=found.bytes,
        detector=facts_of_detector(found.detector),
        shape_quality=None if found.shape_quality is None else ShapeQuality.model_validate(found.shape_quality),
    )  # fmt: skip
