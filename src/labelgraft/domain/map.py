"""A map: a two-dimensional layout of one embedding; each retraining adds a round."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from labelgraft.domain.arrays import Floats, Ints
from labelgraft.domain.ids import MapRoundId, ModelId


@dataclass(frozen=True, slots=True)
class MapRound:
    """One round of a project's map; its coordinates are kept beside it.

    number: 1, 2, ... within the project. embedding: what was laid out, in words. model_id: None before any
    model. median_move: against the previous round, in map radii, over the images in both; None for the first
    or re-arranged round. purity: share of a labelled image's nearest labelled images (k = 15) that have its
    class; None with too few labels.
    """

    id: MapRoundId
    number: int
    embedding: str
    model_id: ModelId | None
    method: str
    image_count: int
    median_move: float | None
    purity: float | None
    seconds: float
    created_at: datetime


@dataclass(frozen=True, slots=True)
class MapColumns:
    """The points of a round as columns of equal length N, ordered by image.

    image_ids: (N,) int64. xy: (N, 2) float32, in the frame of round 1 (centre near 0, radius near 1).
    islands: (N,) int64, the island's number from 0, -1 for none.
    """

    image_ids: Ints
    xy: Floats
    islands: Ints


@dataclass(frozen=True, slots=True)
class Island:
    """A cluster on the map.

    name: from its labels, else "island N". purity: share of its labelled images in the commonest class, None
    while nothing in it is labelled. centre_x, centre_y, radius: in map units.
    """

    number: int
    name: str
    image_count: int
    labelled_count: int
    purity: float | None
    centre_x: float
    centre_y: float
    radius: float
