"""Score a model that finds shapes by what became of its proposals in the images that people finished."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from labelgraft.domain.annotation import Annotation
from labelgraft.domain.ids import ImageId, ProjectId
from labelgraft.domain.image import ImageState
from labelgraft.domain.model import Interval, Model
from labelgraft.domain.proposal import ProposalState, ProposedShape
from labelgraft.domain.scorecard import LiveScore
from labelgraft.domain.shapes.alike import shape_iou
from labelgraft.domain.shapes.shape import Shape
from labelgraft.learning.intervals import wilson
from labelgraft.learning.scoring.resampling import image_weights, interval_of
from labelgraft.storage import annotations as truths
from labelgraft.storage import images, proposed_shapes
from labelgraft.storage.workspace import Workspace

AS_IT_WAS = 0.95
"""Overlap from which a proposal stayed as it was."""
ADJUSTED = 0.5
"""Overlap from which what stands there was made of it."""


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of the proposals for one image. missed: objects that no proposal met."""

    kept: int
    adjusted: int
    thrown_away: int
    missed: int

    @property
    def proposed(self) -> int:
        """All proposals."""
        return self.kept + self.adjusted + self.thrown_away


def score_live_shapes(workspace: Workspace, project_id: ProjectId, model: Model) -> LiveScore:
    """Of the shapes that were proposed for images that are finished now, those that stand there as they were proposed."""
    with workspace.database.reading() as connection:
        proposed: dict[ImageId, list[ProposedShape]] = defaultdict(list)
        for one in proposed_shapes.of_model(connection, project_id, model.id):
            proposed[one.image_id].append(one)
        listed = images.of_ids(connection, list(proposed))
        finished = [image for image in listed if image.state is ImageState.LABELLED]
        drawn = truths.of_images(connection, [image.id for image in finished])
    outcomes = [
        outcome_of(proposed[image.id], drawn[image.id], image.width_px, image.height_px) for image in finished
    ]
    return told(model, [one for one in outcomes if one.proposed])


def outcome_of(
    proposed: Sequence[ProposedShape], drawn: Sequence[Annotation], width_px: int, height_px: int
) -> Outcome:
    """Each proposal, the surest first, takes the object of its class that it overlaps most, if that is free.

    One that is still open in a finished image was passed over, and counts as thrown away.
    """
    free: list[tuple[int, Shape]] = [(one.class_id, one.shape) for one in drawn if one.shape is not None]
    kept = adjusted = 0
    answered = [one for one in proposed if one.state is not ProposalState.OPEN]
    for one in sorted(answered, key=lambda each: -each.confidence):
        overlaps = [
            shape_iou(one.shape, shape, width_px, height_px) if class_id == one.class_id else 0.0
            for class_id, shape in free
        ]
        best = int(np.argmax(overlaps)) if overlaps else -1
        if best < 0 or overlaps[best] < ADJUSTED:
            continue
        kept += overlaps[best] >= AS_IT_WAS
        adjusted += overlaps[best] < AS_IT_WAS
        del free[best]
    return Outcome(kept, adjusted, len(proposed) - kept - adjusted, len(free))


def told(model: Model, outcomes: Sequence[Outcome]) -> LiveScore:
    """The score with its sentence."""
    kept, proposed = (sum(getattr(one, name) for one in outcomes) for name in ("kept", "proposed"))
    if not proposed:
        words = f"No image for which {model.name} proposed shapes is finished yet."
        return LiveScore(model.id, 0, 0, 0, None, 0, 0, 0, words)
    share = share_of(outcomes)
    adjusted, away, missed = (
        sum(getattr(one, name) for one in outcomes) for name in ("adjusted", "thrown_away", "missed")
    )
    words = (
        f"Of {proposed:,} shapes proposed for {len(outcomes):,} images that are finished now, {kept:,} stand as they were "
        f"({100 * share.value:.0f} %, {100 * share.low:.0f} to {100 * share.high:.0f} %), {adjusted:,} were adjusted, and "
        f"{away:,} thrown away; {missed:,} objects were missed."
    )
    return LiveScore(model.id, proposed, kept, proposed - kept, share, 0, 0, 0, words)


def share_of(outcomes: Sequence[Outcome]) -> Interval:
    """Kept of proposed. The wider of two intervals: by drawing the images again, as the shapes of one image are alike, and
    Wilson's, which few images do not collapse.
    """
    kept = np.array([one.kept for one in outcomes], np.float64)
    proposed = np.array([one.proposed for one in outcomes], np.float64)
    value = float(kept.sum() / proposed.sum())
    weights = image_weights(len(outcomes))
    drawn = interval_of(value, (weights @ kept) / np.maximum(weights @ proposed, 1), len(outcomes))
    counted = wilson(int(kept.sum()), int(proposed.sum()))
    return Interval(value, min(drawn.low, counted.low), max(drawn.high, counted.high), int(proposed.sum()))
