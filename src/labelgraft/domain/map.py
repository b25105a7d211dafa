"""A map: a two-dimensional layout of one embedding; each retraining adds a round."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from labelgraft.domain.arrays import Floats, Ints
from labelgraft.domain.ids import ImageId, MapRoundId, ModelId


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


class OddReason(StrEnum):
    """Why an image does not fit its island."""

    LABEL = "label"
    PROPOSAL = "proposal"
    UNLIKE = "unlike"


@dataclass(frozen=True, slots=True)
class OddOne:
    """A member of an island that may not belong there.

    reason: its label, or its proposal, is not the island's class; or it looks unlike the rest. class_name: of that label
    or proposal, None where it has neither. oddness: distance from the rest in the island's robust standard deviations;
    None where the round's embedding is not kept any more.
    """

    image_id: ImageId
    reason: OddReason
    class_name: str | None
    oddness: float | None


@dataclass(frozen=True, slots=True)
class IslandReport:
    """An island with what is odd in it.

    class_name: the commonest class of its labels, else of its proposals; None with neither. proposal_count: its images
    with only a proposal. odd_ones: wrong labels first, then wrong proposals, then the unlike, the oddest first.
    odd_count: all of them, of which odd_ones are the first.
    """

    island: Island
    class_name: str | None
    proposal_count: int
    odd_count: int
    odd_ones: tuple[OddOne, ...]


@dataclass(frozen=True, slots=True)
class Bridge:
    """Images whose nearest neighbours in the embedding are split between two islands, the most evenly split first.

    Of each at least a third of its 15 neighbours lie in either island. first, second: islands, first < second.
    purity: share of its labelled images in the commonest class, None while nothing in it is labelled.
    """

    first: int
    second: int
    first_name: str
    second_name: str
    image_ids: tuple[ImageId, ...]
    labelled_count: int
    purity: float | None


@dataclass(frozen=True, slots=True)
class Move:
    """One image on two rounds, in map radii; islands are -1 for none."""

    image_id: ImageId
    distance: float
    island_before: int
    island_after: int


@dataclass(frozen=True, slots=True)
class Moves:
    """What moved between two rounds.

    median: over the images in both. changed_island: images that left an island for another. largest: the farthest first.
    """

    before: int
    after: int
    images: int
    median: float
    changed_island: int
    largest: tuple[Move, ...]
