"""A proposal: an annotation by a model that nobody has accepted yet; never mixed with truth."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from labelgraft.domain.arrays import Bools, Floats, Ints
from labelgraft.domain.ids import ClassId, ImageId, ModelId, ProposalId
from labelgraft.domain.shapes.shape import Shape


@dataclass(frozen=True, slots=True)
class Proposal:
    """A class proposed for an image; confidence is calibrated, 0 to 1."""

    image_id: ImageId
    model_id: ModelId
    class_id: ClassId
    confidence: float


@dataclass(frozen=True, slots=True)
class ProposalColumns:
    """Many proposals as columns of equal length M, ordered by image.

    image_ids, class_ids: (M,) int64. confidences: (M,) float32, 0 to 1.
    """

    image_ids: Ints
    class_ids: Ints
    confidences: Floats

    def where(self, kept: Bools) -> ProposalColumns:
        """Only some of them; kept: (M,)."""
        return ProposalColumns(self.image_ids[kept], self.class_ids[kept], self.confidences[kept])

    def rows(self) -> list[tuple[ImageId, ClassId, float]]:
        """The same as one (image, class, confidence) per proposal."""
        listed = zip(self.image_ids.tolist(), self.class_ids.tolist(), self.confidences.tolist(), strict=True)
        return [(ImageId(image), ClassId(class_), confidence) for image, class_, confidence in listed]


class ProposalState(StrEnum):
    """What became of a proposed shape."""

    OPEN = "open"
    ACCEPTED = "accepted"
    REJECTED = "rejected"


PROPOSAL_STATE_CODES: tuple[ProposalState, ...] = tuple(ProposalState)
"""In tables a state is its index here."""


@dataclass(frozen=True, slots=True)
class NewProposedShape:
    """A shape that a model has just found in an image; confidence 0 to 1."""

    image_id: ImageId
    class_id: ClassId
    confidence: float
    shape: Shape


@dataclass(frozen=True, slots=True)
class ProposedShape:
    """A shape that a model proposed; one that was accepted is a person's annotation, kept here to score the model."""

    id: ProposalId
    image_id: ImageId
    model_id: ModelId
    class_id: ClassId
    confidence: float
    shape: Shape
    state: ProposalState = ProposalState.OPEN
