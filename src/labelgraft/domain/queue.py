"""The queue: images in the order worth looking at, each with the reason."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from labelgraft.domain.ids import ImageId


class QueueOrder(StrEnum):
    """What to look at next. BOTH starts with variety and mixes in the hard ones when a model is there."""

    VARIETY = "variety"
    HARD = "hard"
    BOTH = "both"
    RANDOM = "random"


class QueueReason(StrEnum):
    """Why an image is in the queue."""

    TYPICAL = "typical"
    AMBIGUOUS = "ambiguous"
    RANDOM = "random"


@dataclass(frozen=True, slots=True)
class QueueCard:
    """One image to look at. explanation: the reason in a sentence with its numbers."""

    image_id: ImageId
    reason: QueueReason
    explanation: str
