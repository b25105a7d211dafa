"""What is drawn in the images of a project, as a data set's instances."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from labelgraft.domain.dataset import DatasetInstance, Loss, Severity
from labelgraft.domain.ids import ImageId
from labelgraft.domain.image import Image, ImageState
from labelgraft.domain.project import LabelClass
from labelgraft.domain.proposal import ProposalState
from labelgraft.storage import annotations as truth
from labelgraft.storage import proposed_shapes

if TYPE_CHECKING:
    from sqlalchemy import Connection

EXAMPLES = 5


@dataclass(frozen=True, slots=True)
class Drawn:
    """instances: of the images that count, perhaps none. left_out: the others, and why."""

    instances: Mapping[ImageId, tuple[DatasetInstance, ...]]
    left_out: tuple[Loss, ...]


def read_drawn(
    c: Connection, images: Sequence[Image], known: Sequence[LabelClass], *, drafts: bool, with_proposals: bool
) -> Drawn:
    """The instances of finished images; of drafts where they are asked for.

    with_proposals: also images that nobody answered, with the open proposals for them.
    """
    names = {each.id: each.name for each in known}
    states = {ImageState.LABELLED} | ({ImageState.DRAFT} if drafts else set())
    drawn = [image.id for image in images if image.state in states]
    asked = [image.id for image in images if with_proposals and image.state is ImageState.PROPOSED]
    instances = {
        image_id: tuple(
            DatasetInstance(names[one.class_id], one.shape, one.traits)
            for one in listed
            if one.shape is not None
        )
        for image_id, listed in truth.of_images(c, drawn).items()
    }
    for image_id, proposed in proposed_shapes.of_images(c, asked).items():
        instances[image_id] = tuple(
            DatasetInstance(names[one.class_id], one.shape, confidence=one.confidence)
            for one in proposed
            if one.state is ProposalState.OPEN
        )
    others = [image.path for image in images if image.id not in instances]
    loss = Loss(
        Severity.NOTE, "images not written: nobody has finished them", len(others), tuple(others[:EXAMPLES])
    )
    return Drawn(instances, (loss,) if others else ())
