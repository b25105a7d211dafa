"""A proposal: an annotation by a model that nobody has accepted yet; never mixed with truth."""

from __future__ import annotations

from dataclasses import dataclass

from labelgraft.domain.arrays import Bools, Floats, Ints
from labelgraft.domain.ids import ClassId, ImageId, ModelId


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
