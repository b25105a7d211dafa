"""Schemas of the queue."""

from __future__ import annotations

from pydantic import Field

from labelgraft.domain.queue import QueueReason
from labelgraft.server.schemas.base import Id, Schema
from labelgraft.server.schemas.images import ImageDetails


class Card(Schema):
    """One image worth looking at."""

    image_id: Id = Field(description="The image.", examples=[17])
    reason: QueueReason = Field(description="Why it is here.")
    explanation: str = Field(
        description="The reason in a sentence with its numbers.",
        examples=["Typical of 41 images that have no label yet."],
    )
    image: ImageDetails = Field(description="What is said of it, with its proposals.")


class Queue(Schema):
    """Images in the order worth looking at."""

    cards: list[Card] = Field(description="The first is the most worth it.")
