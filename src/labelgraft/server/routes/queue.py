"""The queue: which images to look at next, and why."""

from __future__ import annotations

from typing import Annotated

from fastapi import Query

from labelgraft.domain.queue import QueueOrder
from labelgraft.server.dependencies import ProjectById
from labelgraft.server.resource import resource
from labelgraft.server.schemas.images import details_of
from labelgraft.server.schemas.queue import Card, Queue

router = resource("queue")


@router.get("/projects/{project_id}/queue", operation_id="get_queue")
def get_queue(
    project: ProjectById,
    count: Annotated[int, Query(ge=1, le=500, description="How many cards at the most.")] = 20,
    order: Annotated[
        QueueOrder, Query(description="Variety, what the model hesitates over, both, or by chance.")
    ] = QueueOrder.BOTH,
    seed: Annotated[int, Query(ge=0, le=2**31 - 1, description="Same seed, same queue.")] = 0,
) -> Queue:
    """The images most worth a label, of those nobody has answered."""
    found = project.next(count, order=order, seed=seed)
    details = {each.image.id: each for each in project.image_details([one.card.image_id for one in found])}
    return Queue(
        cards=[
            Card(
                image_id=one.card.image_id, reason=one.card.reason, explanation=one.card.explanation,
                image=details_of(details[one.card.image_id]),
            )
            for one in found
            if one.card.image_id in details
        ]
    )  # fmt: skip
