"""Add images to a project: list them, take them in shard by shard, give them the labels that they came with.

Three parts that a job runs one after the other: `plan` once, `take_in` once per shard, `finish` once. Each may run
twice after a kill and then leaves the same as once: files are known by path, size and time, images by their bytes.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from labelgraft.domain.ids import ContentHash, ImageId, ProjectId
from labelgraft.domain.image import Image, NewImage, RefusedFile
from labelgraft.domain.reports import DuplicateFile, ImportReport
from labelgraft.formats.pixels import Limits
from labelgraft.services.below_roots import Roots
from labelgraft.services.embedding_spaces import store_shard
from labelgraft.services.import_instances import import_instances
from labelgraft.services.import_labels import Given, import_labels
from labelgraft.services.ingest import IngestPool
from labelgraft.services.ingest_messages import FileRecord, NetworkChoice, Output, Shard, ShardResult
from labelgraft.services.read_source import ImportRequest, read_source
from labelgraft.services.same_bytes import copies
from labelgraft.services.scan_files import LEADS_OUT, split_into_shards
from labelgraft.storage import images, projects
from labelgraft.storage.workspace import Workspace

Json = dict[str, Any]


def plan(workspace: Workspace, request: ImportRequest, workers: int) -> list[Json]:
    """The steps of an import: first what the listing found, then the shards of files that are not known yet.

    A file of a shard is [path, folder, the image that this path was imported as or None, the number that it gets as a
    new image]. Numbers follow the listing and copies go with the first of their bytes, so that the images are the same
    whichever shard is finished first.
    """
    source = read_source(request, workspace.uploads_folder)
    with workspace.database.reading() as connection:
        known = images.known_files(connection, request.project_id)
    listed = dict(source.files)
    fresh = [path for path in listed if not is_known(path, known)]
    with workspace.database.writing() as connection:
        first = images.reserve(connection, len(fresh))
    files = {
        path: [path, listed[path], known[path][2] if path in known else None, first + place]
        for place, path in enumerate(fresh)
    }
    found = {
        "known": len(listed) - len(fresh),
        "refused": [[refused.path, refused.reason] for refused in source.refused],
        "format": source.format_name,
        "reason": source.reason,
    }
    copied = copies(fresh)
    behind: defaultdict[str, list[str]] = defaultdict(list)
    for copy, original in copied.items():
        behind[original].append(copy)
    shards = split_into_shards([path for path in fresh if path not in copied], workers=workers)
    whole = [[*shard, *(copy for path in shard for copy in behind[path])] for shard in shards]
    return [{"found": found}, *({"files": [files[path] for path in shard]} for shard in whole)]


def is_known(path: str, known: dict[str, tuple[int, int, ImageId]]) -> bool:
    """True if a file of that path, size and time of change was taken in before."""
    there = known.get(path)
    if there is None:
        return False
    try:
        status = Path(path).stat()
    except OSError:
        return False
    return (status.st_size, status.st_mtime_ns) == there[:2]


def take_in(
    workspace: Workspace, project_id: ProjectId, files: Sequence[Sequence[Any]], pool: IngestPool,
    network: NetworkChoice | None, limits: Limits, within: Sequence[str] | None = None,
) -> Json:  # fmt: skip
    """Decode, thumbnail and embed one shard, and add its images to the project.

    within: as in ImportRequest; asked again, as a file may have become a link since it was listed.
    """
    outputs = {Output.THUMBNAILS} | ({Output.EMBEDDING} if network is not None else set())
    roots = None if within is None else Roots([*within, workspace.uploads_folder])
    here = tuple(path for path, *_ in files if roots is None or path in roots)
    kept = set(here)
    elsewhere = [RefusedFile(path, LEADS_OUT) for path, *_ in files if path not in kept]
    shard = Shard(here, frozenset(outputs), network, limits)
    result = pool.submit(shard).result().with_refused(elsewhere)
    keep_thumbnails(workspace, result)
    if network is not None:
        store_shard(workspace, network.backbone, result)
    found = {path: FoundFile(folder, image_id, number) for path, folder, image_id, number in files}
    taken = add_records(workspace, project_id, found, result)
    refused = [*result.refused, *taken.changed]
    return {
        "added": taken.added,
        "known": taken.known,
        "moved": taken.moved,
        "duplicates": [[copy.path, copy.original] for copy in taken.duplicates],
        "refused": [[each.path, each.reason] for each in refused],
    }


def keep_thumbnails(workspace: Workspace, result: ShardResult) -> None:
    """Keep the thumbnails of a shard, unless all of its images have theirs already."""
    missing = set(workspace.thumbnails.missing(result.rows))
    if missing:
        workspace.thumbnails.write_shard(list(result.rows), list(result.thumbnails), result.sheet)


@dataclass(frozen=True, slots=True)
class FoundFile:
    """A file of a shard. image_id: the image that its path was imported as, None if it is new; number: its number then."""

    folder: str
    image_id: ImageId | None
    number: int


@dataclass(slots=True)
class Taken:
    """What became of the files of a shard. known: touched, with the same bytes as before."""

    added: int = 0
    known: int = 0
    moved: int = 0
    duplicates: list[DuplicateFile] = field(default_factory=list)
    changed: list[RefusedFile] = field(default_factory=list)


def add_records(
    workspace: Workspace, project_id: ProjectId, found: dict[str, FoundFile], result: ShardResult
) -> Taken:
    """Add what is new; note what has the bytes of another image, moved, or changed since its import."""
    with workspace.database.writing() as connection:
        images.hold(connection)
        known = dict(images.known(connection, project_id, result.rows))
        earlier = {each.image_id for each in found.values() if each.image_id is not None}
        there = {each.id: each for each in images.of_ids(connection, sorted({*known.values(), *earlier}))}
        taken = Taken()
        new: dict[ContentHash, FileRecord] = {}
        seen: list[FileRecord] = []
        for record in result.records:
            was = found[record.path].image_id
            if was is not None and is_changed(there[was], record):
                taken.changed.append(changed_file(there[was]))
            elif record.content_hash in known or record.content_hash in new:
                seen.append(record)
            else:
                new[record.content_hash] = record
        rows = [new_image(record, found[record.path].folder) for record in new.values()]
        added = images.add(
            connection, project_id, rows, [found[record.path].number for record in new.values()]
        )
        taken.added = len(added)
        known.update(zip(new, added, strict=True))
        places = {image_id: image.path for image_id, image in there.items()}
        places.update((i, record.path) for i, record in zip(added, new.values(), strict=True))
        again = [(known[record.content_hash], record) for record in seen]
        for image_id, record in again:
            kept = {"file_bytes": record.file_bytes, "file_modified_ns": record.modified_ns}
            place = places[image_id]
            if place != record.path and Path(place).exists():
                images.add_duplicate(connection, project_id, image_id, record.path, **kept)
                taken.duplicates.append(DuplicateFile(record.path, place))
                continue
            images.relink(connection, image_id, record.path, **kept)
            places[image_id] = record.path
            if place != record.path:
                taken.moved += 1
            elif found[record.path].image_id is not None:
                taken.known += 1
            else:  # an earlier life of this step added it, and was killed before it could say so
                taken.added += 1
    return taken


def is_changed(was: Image, record: FileRecord) -> bool:
    """True if an image's own file holds other bytes now (a former copy of it may: that is a new image)."""
    return was.path == record.path and was.content_hash != record.content_hash


def changed_file(was: Image) -> RefusedFile:
    """What is said of a file that changed."""
    return RefusedFile(
        was.path,
        f"its bytes changed since it was imported as image {was.id}, which keeps its labels; nothing was added. "
        "Put the old file back, or give the new one another name",
    )


def new_image(record: FileRecord, folder: str) -> NewImage:
    """A file's record as an image to add."""
    return NewImage(
        record.content_hash, record.path, folder, record.width_px, record.height_px, record.file_bytes,
        record.modified_ns,
    )  # fmt: skip


def finish(workspace: Workspace, request: ImportRequest, results: Sequence[Json]) -> ImportReport:
    """Give the images the labels and splits that they came with, as one operation, and sum up."""
    found, shards = results[0]["found"], results[1:]
    given = Given()
    if request.labels and found["format"] != "folder":
        detail: Json = {"source": str(request.source), "format": found["format"]}
        dataset = read_source(request, workspace.uploads_folder).dataset
        with workspace.database.reading() as connection:
            draws = projects.get(connection, request.project_id).task.draws_shapes
        give = import_instances if draws else import_labels
        given = give(
            workspace, request.project_id, dataset, name=request.name or request.source.name, detail=detail,
            key=request.key,
        )  # fmt: skip
    refused = [*found["refused"], *(row for shard in shards for row in shard["refused"])]
    return ImportReport(
        added=sum(shard["added"] for shard in shards),
        known=found["known"] + sum(shard["known"] for shard in shards),
        duplicates=tuple(DuplicateFile(*row) for shard in shards for row in shard["duplicates"]),
        refused=(*(RefusedFile(*row) for row in refused), *given.refused),
        labelled=given.labelled,
        operation_id=None if given.operation is None else given.operation.id,
        format_name=found["format"],
        format_reason=found["reason"],
        moved=sum(shard["moved"] for shard in shards),
        kept=given.kept,
        set_aside=given.set_aside,
        rejected=given.rejected,
        instances=given.instances,
        mended=dict(given.mended),
    )
