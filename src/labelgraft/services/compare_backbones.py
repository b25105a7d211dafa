"""Score every embedded backbone on the labels so far, and recommend one."""

from __future__ import annotations

from labelgraft.domain.comparison import BackboneScore, Comparison
from labelgraft.domain.ids import ProjectId
from labelgraft.errors import BadInput
from labelgraft.learning import comparison
from labelgraft.learning.resident import Resident
from labelgraft.services.embedding_spaces import embedded_backbones, read_vectors
from labelgraft.services.read_labels import need_labels, read_labels
from labelgraft.storage.workspace import Workspace


def compare_backbones(workspace: Workspace, project_id: ProjectId, resident: Resident) -> Comparison:
    """Leave-one-out neighbours and a cross-validated linear probe of every backbone whose embedding the labelled
    images have, all on the same images.

    Raises NothingLabelled, NotEnoughLabels, BadInput.
    """  # fmt: skip
    labels = need_labels(read_labels(workspace, project_id))
    vectors = []
    for name in embedded_backbones(workspace):
        try:
            vectors.append((name, read_vectors(workspace, project_id, name)))
        except BadInput:
            continue  # embedded for another project only
    for _, each in vectors:
        labels = labels.of(each.image_ids)
    scores: tuple[BackboneScore, ...] = tuple(
        resident.call("labelgraft.learning.comparison.score", name, each.of(labels.image_ids), labels.targets)
        for name, each in vectors
    )
    ranked = tuple(sorted(scores, key=lambda score: -score.probe.value))
    return Comparison(ranked, comparison.recommend(ranked), len(labels.image_ids), len(labels.class_names))
