"""Schemas of instances: what is drawn in an image, and the gestures of the editor."""

from __future__ import annotations

from pydantic import Field

from labelgraft.domain.annotation import PLAIN, Annotation, AuthorKind, Traits, attributes_of
from labelgraft.domain.details import ImageInstances as Drawn
from labelgraft.domain.ids import AnnotationId, ClassId, ImageId, ProposalId
from labelgraft.domain.image import ImageState
from labelgraft.domain.instance_edit import ChangedInstance as Changed
from labelgraft.domain.instance_edit import EditReport, InstanceEdit
from labelgraft.domain.instance_edit import NewInstance as New
from labelgraft.domain.proposal import ProposedShape as Proposed
from labelgraft.server.schemas.base import Count, Id, Schema, Share
from labelgraft.server.schemas.operations import Operation, operation_of
from labelgraft.server.schemas.shapes import AnyShape, shape_of, wire_of

MOST_INSTANCES = 10_000
MOST_ATTRIBUTES = 100


class InstanceTraits(Schema):
    """What is said of an instance beside its class and shape."""

    occluded: bool = Field(False, description="Partly hidden.")
    truncated: bool = Field(False, description="Cut off by the image's edge.")
    crowd: bool = Field(False, description="Many drawn as one; scoring leaves it out.")
    difficult: bool = Field(False, description="Scoring may leave it out.")
    z: int = Field(0, ge=-1_000_000, le=1_000_000, description="Higher lies on top.", examples=[0])
    attributes: dict[str, str | float | bool] = Field(
        default_factory=dict,
        max_length=MOST_ATTRIBUTES,
        description="By name.",
        examples=[{"pose": "sitting"}],
    )

    def traits(self) -> Traits:
        """The same as a value."""
        return Traits(
            self.occluded, self.truncated, self.crowd, self.difficult, self.z, attributes_of(self.attributes)
        )


class Instance(Schema):
    """One annotated object."""

    id: Id = Field(description="Its number.", examples=[901])
    class_id: Id = Field(description="Its class.", examples=[2])
    shape: AnyShape = Field(description="Where it is.")
    traits: InstanceTraits = Field(description="What else is said of it.")
    author: str = Field(description="Who drew or changed it last.", examples=["ada"])
    author_kind: AuthorKind = Field(description="A person, a model or an import.")
    accepted_from: Id | None = Field(description="The model whose proposal it was.", examples=[None])


class ProposedShape(Schema):
    """A shape that a model proposes; nobody has answered it."""

    id: Id = Field(description="Its number.", examples=[4711])
    class_id: Id = Field(description="The class.", examples=[2])
    model_id: Id = Field(description="The model.", examples=[1])
    confidence: Share = Field(description="How sure the model is.", examples=[0.93])
    shape: AnyShape = Field(description="Where it is.")


class ImageInstances(Schema):
    """What is drawn in an image, and proposed."""

    image_id: Id = Field(description="The image.", examples=[17])
    revision: Count = Field(
        description="How many operations touched it; give it back with a gesture.", examples=[3]
    )
    state: ImageState = Field(description="How far its labelling has come.")
    width_px: Id = Field(description="Of the upright image.", examples=[640])
    height_px: Id = Field(description="Of the upright image.", examples=[480])
    instances: list[Instance] = Field(description="Oldest first.")
    proposals: list[ProposedShape] = Field(description="The open ones, surest first.")


class InstancesLookup(Schema):
    """Images whose shapes are wanted."""

    image_ids: list[Id] = Field(max_length=200, description="Their numbers.", examples=[[3, 17]])


class InstancesLookedUp(Schema):
    """Images with their shapes, in the order asked for."""

    images: list[ImageInstances] = Field(description="Those that are in the project.")


class NewInstance(Schema):
    """An instance that comes."""

    class_id: Id = Field(description="Its class.", examples=[2])
    shape: AnyShape = Field(description="Where it is.")
    traits: InstanceTraits | None = Field(None, description="What else is said of it; null for nothing.")
    corrects: Id | None = Field(
        None, description="The proposal that it is a correction of; it counts as accepted."
    )


class ChangedInstance(Schema):
    """An instance as it is wanted; what stays is given again."""

    id: Id = Field(description="Its number.", examples=[901])
    class_id: Id = Field(description="Its class.", examples=[2])
    shape: AnyShape = Field(description="Where it is.")
    traits: InstanceTraits | None = Field(None, description="What else is said of it; null for nothing.")


class InstanceGesture(Schema):
    """One gesture of the editor on one image; everything together is one operation."""

    new: list[NewInstance] = Field(
        default_factory=list, max_length=MOST_INSTANCES, description="Those that come."
    )
    changed: list[ChangedInstance] = Field(
        default_factory=list,
        max_length=MOST_INSTANCES,
        description="Those that are moved, edited, or given another class.",
    )
    removed: list[Id] = Field(default_factory=list, max_length=MOST_INSTANCES, description="Those that go.")
    accepted: list[Id] = Field(
        default_factory=list, max_length=MOST_INSTANCES, description="Proposals that are right."
    )
    rejected: list[Id] = Field(
        default_factory=list, max_length=MOST_INSTANCES, description="Proposals that are wrong."
    )
    finished: bool | None = Field(
        None,
        description="True: these are all, the image is labelled. False: they are not, it is opened again.",
    )
    expected_revision: Count | None = Field(
        None,
        description="Of the image as the person saw it; at another one nothing is done (409).",
        examples=[3],
    )

    def edit(self, image_id: int) -> InstanceEdit:
        """The same as the workbench takes it. Raises BadShape."""
        return InstanceEdit(
            image_id=ImageId(image_id),
            new=tuple(
                New(
                    ClassId(one.class_id), shape_of(one.shape, f"new, number {at}"), _traits(one.traits),
                    None if one.corrects is None else ProposalId(one.corrects),
                )
                for at, one in enumerate(self.new)
            ),
            changed=tuple(
                Changed(
                    AnnotationId(one.id), ClassId(one.class_id), shape_of(one.shape, f"changed, number {at}"),
                    _traits(one.traits),
                )
                for at, one in enumerate(self.changed)
            ),
            removed=tuple(map(AnnotationId, self.removed)),
            accepted=tuple(map(ProposalId, self.accepted)),
            rejected=tuple(map(ProposalId, self.rejected)),
            finished=self.finished,
        )  # fmt: skip


class InstancesChanged(Schema):
    """What a gesture of the editor did."""

    operation: Operation | None = Field(description="Null where everything was as wanted already.")
    new_ids: list[Id] = Field(
        description="Numbers of the instances that came: those of new, then those of accepted.",
        examples=[[902]],
    )
    revision: Count = Field(description="Of the image now.", examples=[4])
    notices: list[str] = Field(description="What was mended.", examples=[[]])


def _traits(given: InstanceTraits | None) -> Traits:
    return PLAIN if given is None else given.traits()


def instances_of(found: Drawn) -> ImageInstances:
    """An image with its shapes as it goes over the wire."""
    image = found.image
    return ImageInstances.model_validate(
        {
            "image_id": image.id, "revision": image.revision, "state": image.state, "width_px": image.width_px,
            "height_px": image.height_px, "instances": [_instance(one) for one in found.instances],
            "proposals": [_proposed(one) for one in found.proposals],
        }
    )  # fmt: skip


def changed_of(report: EditReport) -> InstancesChanged:
    """What a gesture did, as it goes over the wire."""
    return InstancesChanged(
        operation=None if report.operation is None else operation_of(report.operation),
        new_ids=list(report.new_ids), revision=report.revision, notices=list(report.notices),
    )  # fmt: skip


def _instance(one: Annotation) -> dict[str, object]:
    assert one.shape is not None
    said = one.traits
    return {
        "id": one.id, "class_id": one.class_id, "shape": wire_of(one.shape), "author": one.author.name,
        "author_kind": one.author.kind, "accepted_from": one.accepted_from,
        "traits": {
            "occluded": said.occluded, "truncated": said.truncated, "crowd": said.crowd, "difficult": said.difficult,
            "z": said.z, "attributes": dict(said.attributes),
        },
    }  # fmt: skip


def _proposed(one: Proposed) -> dict[str, object]:
    return {
        "id": one.id, "class_id": one.class_id, "model_id": one.model_id, "confidence": one.confidence,
        "shape": wire_of(one.shape),
    }  # fmt: skip
