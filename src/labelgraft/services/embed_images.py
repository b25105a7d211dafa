"""Embed every image of a project with a backbone; what is embedded already is not done again."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from labelgraft.domain.backbone import Backbone
from labelgraft.domain.ids import ImageId, ProjectId
from labelgraft.domain.image import RefusedFile
from labelgraft.domain.reports import EmbedReport
from labelgraft.formats.pixels import Limits
from labelgraft.services.embedding_spaces import content_hashes, key_of, store_shard
from labelgraft.services.ingest import IngestPool
from labelgraft.services.ingest_messages import NetworkChoice, NetworkFacts, Output, Shard
from labelgraft.services.scan_files import split_into_shards
from labelgraft.storage import images
from labelgraft.storage.workspace import Workspace

Json = dict[str, Any]


def plan(
    workspace: Workspace, project_id: ProjectId, backbone: Backbone, facts: NetworkFacts, workers: int
) -> list[Json]:
    """First what is known already, then the shards of image ids without a vector by exactly this network."""
    with workspace.database.reading() as connection:
        columns = images.columns(connection, project_id)
    hashes = content_hashes(columns.hashes.tolist())
    missing = set(workspace.embeddings.space(key_of(backbone, facts)).missing(hashes))
    ids = [int(image_id) for image_id, each in zip(columns.image_ids, hashes, strict=True) if each in missing]
    known = {"known": len(hashes) - len(ids), "facts": [facts.backend, facts.precision]}
    return [known, *({"images": list(shard)} for shard in split_into_shards(ids, workers=workers))]


def embed_shard(
    workspace: Workspace, image_ids: Sequence[int], pool: IngestPool, choice: NetworkChoice, limits: Limits
) -> Json:
    """Embed one shard from its files; a file whose bytes changed since its import is refused."""
    with workspace.database.reading() as connection:
        ids = [ImageId(image_id) for image_id in image_ids]
        known = {image.path: image.content_hash for image in images.of_ids(connection, ids)}
    result = pool.submit(Shard(tuple(known), frozenset({Output.EMBEDDING}), choice, limits)).result()
    store_shard(workspace, choice.backbone, result)
    changed = [record.path for record in result.records if known[record.path] != record.content_hash]
    refused = [[each.path, each.reason] for each in result.refused]
    refused += [[path, "its bytes changed since it was imported; put the old file back"] for path in changed]
    return {"embedded": len(result.records) - len(changed), "refused": refused}


def finish(backbone: str, results: Sequence[Json]) -> EmbedReport:
    """Sum up."""
    found, shards = results[0], results[1:]
    return EmbedReport(
        backbone=backbone,
        backend=found["facts"][0],
        precision=found["facts"][1],
        embedded=sum(shard["embedded"] for shard in shards),
        known=found["known"],
        refused=tuple(RefusedFile(*row) for shard in shards for row in shard["refused"]),
    )
