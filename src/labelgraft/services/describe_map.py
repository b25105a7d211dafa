"""What there is to see on a round: islands with their odd ones, bridges between them, and what moved since another."""

from __future__ import annotations

import numpy as np

from labelgraft.domain.arrays import Bools, Floats, Ints
from labelgraft.domain.ids import ImageId, ProjectId
from labelgraft.domain.lookup import rows_of
from labelgraft.domain.map import (
    Bridge,
    Island,
    IslandReport,
    MapColumns,
    MapRound,
    Move,
    Moves,
    OddOne,
    OddReason,
)
from labelgraft.errors import BadInput
from labelgraft.learning.bridges import BridgeRows
from labelgraft.learning.islands import describe_islands, share_of_commonest
from labelgraft.learning.map_facts import MapFacts
from labelgraft.learning.resident import Resident
from labelgraft.services.embedding_spaces import Vectors, read_vectors
from labelgraft.services.map_head import own_embedding
from labelgraft.services.read_labels import Labels, read_labels
from labelgraft.storage import maps, models, projects, proposals
from labelgraft.storage.workspace import Workspace

ODD_FROM = 3.5
"""Robust standard deviations from which an image is called unlike its island."""
SHOWN_ODD_ONES = 60


def facts_of_round(
    workspace: Workspace, project_id: ProjectId, shown: MapRound, resident: Resident
) -> MapFacts:
    """Oddness and bridges of a round, in the order of its points; those never change.

    An image whose vector is gone has neither. Raises BadInput where no image of the round has a vector.
    """
    columns = round_columns(workspace, shown)
    vectors = vectors_of_round(workspace, project_id, shown, resident)
    row, there = rows_of(vectors.image_ids, columns.image_ids)
    found: MapFacts = resident.call(
        "labelgraft.learning.map_facts.examine", vectors.rows[row], columns.islands[there]
    )
    oddness: Floats = np.full(len(columns.image_ids), np.nan, np.float32)
    oddness[there] = found.oddness
    return MapFacts(oddness, tuple(on_round(bridge, np.flatnonzero(there)) for bridge in found.bridges))


def on_round(bridge: BridgeRows, rows: Ints) -> BridgeRows:
    """A bridge with its rows among all points of the round."""
    return BridgeRows(bridge.first, bridge.second, rows[bridge.rows].astype(np.int64), bridge.shares)


def vectors_of_round(
    workspace: Workspace, project_id: ProjectId, shown: MapRound, resident: Resident
) -> Vectors:
    """The vectors that a round was laid out from; the project's backbone where its model is deleted or evicted."""
    with workspace.database.reading() as connection:
        backbone = projects.get(connection, project_id).backbone
        known = {model.id: model for model in models.list_all(connection, project_id)}
    model = None if shown.model_id is None else known.get(shown.model_id)
    try:
        if model is not None:
            return own_embedding(workspace, project_id, model, resident)
        return read_vectors(workspace, project_id, backbone if shown.model_id else shown.embedding)
    except BadInput:
        return read_vectors(workspace, project_id, backbone)


def describe_round(
    workspace: Workspace, project_id: ProjectId, shown: MapRound, facts: MapFacts | None
) -> tuple[IslandReport, ...]:
    """The islands of a round by the labels and proposals of now. facts: None leaves out what looks unlike."""
    columns = round_columns(workspace, shown)
    labels = read_labels(workspace, project_id)
    given = labels.aligned(columns.image_ids)
    proposed = proposed_positions(workspace, project_id, labels, columns.image_ids)
    islands = describe_islands(columns.xy, columns.islands, given, labels.class_names)
    oddness = np.full(len(given), np.nan, np.float32) if facts is None else facts.oddness
    return tuple(report_on(island, columns, given, proposed, oddness, labels) for island in islands)


def report_on(
    island: Island, columns: MapColumns, given: Ints, proposed: Ints, oddness: Floats, labels: Labels
) -> IslandReport:
    """One island with its odd ones."""
    member = np.flatnonzero(columns.islands == island.number)
    labelled, waiting = given[member] >= 0, (given[member] < 0) & (proposed[member] >= 0)
    own = commonest(given[member][labelled])
    own = commonest(proposed[member][waiting]) if own is None else own
    says = np.where(labelled, given[member], np.where(waiting, proposed[member], -1))
    reasons = reasons_of(says, own, labelled, oddness[member])
    order = sorted(reasons, key=lambda at: (ORDER[reasons[at]], -float(np.nan_to_num(oddness[member[at]]))))
    return IslandReport(
        island=island,
        class_name=None if own is None else labels.class_names[own],
        proposal_count=int(waiting.sum()),
        odd_count=len(order),
        odd_ones=tuple(
            OddOne(
                ImageId(int(columns.image_ids[member[at]])),
                reasons[at],
                labels.class_names[says[at]] if says[at] >= 0 else None,
                None if np.isnan(oddness[member[at]]) else float(oddness[member[at]]),
            )
            for at in order[:SHOWN_ODD_ONES]
        ),
    )


ORDER = {OddReason.LABEL: 0, OddReason.PROPOSAL: 1, OddReason.UNLIKE: 2}


def reasons_of(says: Ints, own: int | None, labelled: Bools, oddness: Floats) -> dict[int, OddReason]:
    """Which members are odd, and why; says: (M,) class of the label or proposal, -1 for none."""
    reasons: dict[int, OddReason] = {}
    for at in np.flatnonzero(oddness >= ODD_FROM).tolist():
        reasons[at] = OddReason.UNLIKE
    if own is not None:
        for at in np.flatnonzero((says >= 0) & (says != own)).tolist():
            reasons[at] = OddReason.LABEL if labelled[at] else OddReason.PROPOSAL
    return reasons


def commonest(classes: Ints) -> int | None:
    """The commonest class, of equals the first; None of none."""
    return int(np.bincount(classes).argmax()) if len(classes) else None


def proposed_positions(workspace: Workspace, project_id: ProjectId, labels: Labels, image_ids: Ints) -> Ints:
    """(N,) the class position of each image's surest proposal, -1 without one."""
    with workspace.database.reading() as connection:
        columns = proposals.columns(connection, project_id)
    found = np.full(len(image_ids), -1, np.int64)
    surest = np.lexsort((columns.confidences, columns.image_ids))  # the last of each image is its surest
    position = {int(class_id): at for at, class_id in enumerate(labels.class_ids)}
    row, there = rows_of(image_ids, columns.image_ids[surest])
    found[row] = [position.get(int(each), -1) for each in columns.class_ids[surest][there]]
    return found


def describe_bridges(
    workspace: Workspace, project_id: ProjectId, shown: MapRound, facts: MapFacts
) -> tuple[Bridge, ...]:
    """The bridges of a round, the largest first, its islands named after the labels of now."""
    columns = round_columns(workspace, shown)
    labels = read_labels(workspace, project_id)
    given = labels.aligned(columns.image_ids)
    islands = describe_islands(columns.xy, columns.islands, given, labels.class_names)
    names = {island.number: island.name for island in islands}
    return tuple(
        Bridge(
            bridge.first, bridge.second, names[bridge.first], names[bridge.second],
            tuple(ImageId(int(i)) for i in columns.image_ids[bridge.rows]),
            int((given[bridge.rows] >= 0).sum()), share_of_commonest(given[bridge.rows]),
        )
        for bridge in facts.bridges
    )  # fmt: skip


def moves_between(workspace: Workspace, before: MapRound, after: MapRound, *, count: int) -> Moves:
    """How far images moved from one round to another, in map radii; the `count` farthest are named.

    Raises BadInput if the rounds share no image.
    """
    old, new = round_columns(workspace, before), round_columns(workspace, after)
    row, there = rows_of(old.image_ids, new.image_ids)
    if not len(row):
        raise BadInput(f"Rounds {before.number} and {after.number} have no image in common.")
    distance = np.linalg.norm(new.xy[there] - old.xy[row], axis=1)
    was, now, ids = old.islands[row], new.islands[there], new.image_ids[there]
    far = np.argsort(-distance, kind="stable")[:count]
    return Moves(
        before=before.number,
        after=after.number,
        images=len(ids),
        median=float(np.median(distance)),
        changed_island=int(((was >= 0) & (now >= 0) & (was != now)).sum()),
        largest=tuple(
            Move(ImageId(int(ids[at])), float(distance[at]), int(was[at]), int(now[at])) for at in far
        ),
    )


def round_columns(workspace: Workspace, shown: MapRound) -> MapColumns:
    """The points of a round. Raises WorkspaceDamaged."""
    with workspace.database.reading() as connection:
        return maps.columns(connection, workspace.maps_folder, shown.id)
