"""An image with everything that is said of it."""

from __future__ import annotations

from dataclasses import dataclass

from labelgraft.domain.annotation import Annotation
from labelgraft.domain.image import Image
from labelgraft.domain.proposal import Proposal, ProposedShape


@dataclass(frozen=True, slots=True)
class ImageDetails:
    """An image, its labels, oldest first, and its proposals, surest first."""

    image: Image
    labels: tuple[Annotation, ...]
    proposals: tuple[Proposal, ...]


@dataclass(frozen=True, slots=True)
class DetailsPage:
    """Some images in the order of their numbers; next_after continues the list, None at its end."""

    rows: tuple[ImageDetails, ...]
    next_after: int | None


@dataclass(frozen=True, slots=True)
class ImageInstances:
    """An image, what is drawn in it, oldest first, and the open proposals, surest first."""

    image: Image
    instances: tuple[Annotation, ...]
    proposals: tuple[ProposedShape, ...]
