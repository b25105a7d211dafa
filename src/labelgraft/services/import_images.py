"""Add images to a project: list them, take them in shard by shard, give them the labels that they came with.

Three parts that a job runs one after the other: `plan` once, `take_in` once per shard, `finish` once. Each may run
twice after a kill and then leaves the same as once: files are known by path, size and time, images by their bytes.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from labelgraft.domain.annotation import Author, AuthorKind
from labelgraft.domain.dataset import Answer, Dataset
from labelgraft.domain.ids import ClassId, ContentHash, ImageId, ProjectId
from labelgraft.domain.image import NewImage, RefusedFile
from labelgraft.domain.operation import Cause, Operation
from labelgraft.domain.reports import DuplicateFile, ImportReport
from labelgraft.formats import detect, registry
from labelgraft.formats.pixels import Limits
from labelgraft.services.embedding_spaces import store_shard
from labelgraft.services.ingest import IngestPool
from labelgraft.services.ingest_messages import NetworkChoice, Output, Shard, ShardResult
from labelgraft.services.scan_files import scan_files, split_into_shards
from labelgraft.storage import annotations, classes, images, labelling, operations, projects
from labelgraft.storage.workspace import Workspace

Json = dict[str, Any]


@dataclass(frozen=True, slots=True)
class ImportRequest:
    """What to import. format_name None = found out. key: makes the labels' operation happen once."""

    project_id: ProjectId
    source: Path
    format_name: str | None
    labels: bool
    key: str


@dataclass(frozen=True, slots=True)
class Source:
    """A source read: its images by absolute path, what was refused, and what it was taken for."""

    dataset: Dataset
    files: tuple[tuple[str, str], ...]
    refused: tuple[RefusedFile, ...]
    format_name: str
    reason: str


def read_source(request: ImportRequest) -> Source:
    """Find out the format and list the images as (absolute path, folder). Raises BadFormat, BadInput, UnknownName."""
    if request.format_name is None:
        guess = detect.detect(request.source)
        chosen, reason = guess.format, guess.reason
    else:
        chosen, reason = registry.get(request.format_name), f"Read as {request.format_name}, as asked."
    if chosen.name == "folder":
        scan = scan_files(request.source)
        files = tuple((file.path, file.folder) for file in scan.files)
        return Source(Dataset((), ()), files, scan.refused, chosen.name, reason)
    dataset = chosen.read(request.source)
    files = tuple(
        (image.source, str(Path(image.path).parent.as_posix()).strip(".")) for image in dataset.images
    )
    refused = tuple(
        RefusedFile(image.path, "the file named in the data set is not there")
        for image in dataset.images
        if not image.source
    )
    kept = tuple(file for file in files if file[0])
    return Source(dataset, kept, dataset.refused + refused, chosen.name, reason)


def plan(workspace: Workspace, request: ImportRequest, workers: int) -> list[Json]:
    """The steps of an import: first what the listing found, then the shards of files that are not known yet."""
    source = read_source(request)
    with workspace.database.reading() as connection:
        known = images.known_files(connection, request.project_id)
    fresh = [(path, folder) for path, folder in dict(source.files).items() if not is_known(path, known)]
    found = {
        "known": len(dict(source.files)) - len(fresh),
        "refused": [[refused.path, refused.reason] for refused in source.refused],
        "format": source.format_name,
        "reason": source.reason,
    }
    shards = split_into_shards(fresh, workers=workers)
    return [{"found": found}, *({"files": [list(file) for file in shard]} for shard in shards)]


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
    workspace: Workspace, project_id: ProjectId, files: Sequence[Sequence[str]], pool: IngestPool,
    network: NetworkChoice | None, limits: Limits,
) -> Json:  # fmt: skip
    """Decode, thumbnail and embed one shard, and add its images to the project."""
    outputs = {Output.THUMBNAILS} | ({Output.EMBEDDING} if network is not None else set())
    shard = Shard(tuple(path for path, _ in files), frozenset(outputs), network, limits)
    result = pool.submit(shard).result()
    keep_thumbnails(workspace, result)
    if network is not None:
        store_shard(workspace, network.backbone, result)
    added, duplicates = add_records(
        workspace, project_id, dict((path, folder) for path, folder in files), result
    )
    return {
        "added": added,
        "duplicates": duplicates,
        "refused": [[refused.path, refused.reason] for refused in result.refused],
    }


def keep_thumbnails(workspace: Workspace, result: ShardResult) -> None:
    """Keep the thumbnails of a shard, unless all of its images have theirs already."""
    missing = set(workspace.thumbnails.missing(result.rows))
    if missing:
        workspace.thumbnails.write_shard(list(result.rows), list(result.thumbnails), result.sheet)


def add_records(
    workspace: Workspace, project_id: ProjectId, folders: dict[str, str], result: ShardResult
) -> tuple[int, list[list[str]]]:
    """Add what is new, note what has the bytes of another image: (images added, [[path, original]])."""
    with workspace.database.writing() as connection:
        known = dict(images.known(connection, project_id, result.rows))
        new: dict[ContentHash, NewImage] = {}
        copies = []
        for record in result.records:
            if record.content_hash in known or record.content_hash in new:
                copies.append(record)
                continue
            new[record.content_hash] = NewImage(
                record.content_hash, record.path, folders[record.path], record.width_px, record.height_px,
                record.file_bytes, record.modified_ns,
            )  # fmt: skip
        added = images.add(connection, project_id, list(new.values()))
        known.update(zip(new, added, strict=True))
        originals = {
            image.id: image.path
            for image in images.of_ids(connection, [known[c.content_hash] for c in copies])
        }
        duplicates = []
        for copy in copies:
            image_id = known[copy.content_hash]
            if originals[image_id] == copy.path:
                continue
            images.add_duplicate(
                connection,
                project_id,
                image_id,
                copy.path,
                file_bytes=copy.file_bytes,
                file_modified_ns=copy.modified_ns,
            )
            duplicates.append([copy.path, originals[image_id]])
    return len(added), duplicates


def finish(workspace: Workspace, request: ImportRequest, results: Sequence[Json]) -> ImportReport:
    """Give the images the labels and splits that they came with, as one operation, and sum up."""
    found, shards = results[0]["found"], results[1:]
    operation = import_labels(workspace, request) if request.labels and found["format"] != "folder" else None
    refused = [*found["refused"], *(row for shard in shards for row in shard["refused"])]
    return ImportReport(
        added=sum(shard["added"] for shard in shards),
        known=found["known"],
        duplicates=tuple(DuplicateFile(*row) for shard in shards for row in shard["duplicates"]),
        refused=tuple(RefusedFile(*row) for row in refused),
        labelled=0 if operation is None else operation.image_count,
        operation_id=None if operation is None else operation.id,
        format_name=found["format"],
        format_reason=found["reason"],
    )


def import_labels(workspace: Workspace, request: ImportRequest) -> Operation | None:
    """The labels and splits of the source; None if it has no label for an image without one.

    An import never overwrites what a person said: images that have a label keep it.
    """
    source = read_source(request)
    dataset, name = source.dataset, request.source.name
    author = Author(AuthorKind.IMPORT, name)
    with workspace.database.writing() as connection:
        done = operations.by_idempotency_key(connection, request.project_id, request.key)
        if done is not None:
            return done
        ids = classes.ensure(connection, request.project_id, dataset.class_names)
        by_path = {path: row[2] for path, row in images.known_files(connection, request.project_id).items()}
        multi_label = projects.get(connection, request.project_id).multi_label
        give = labels_to_give(dataset, by_path, ids, multi_label)
        for image_id in annotations.columns(connection, request.project_id).image_ids.tolist():
            give.pop(image_id, None)
        splits = {
            by_path[i.source]: i.split for i in dataset.images if i.split is not None and i.source in by_path
        }
        if splits:
            words = f"Splits of {len(splits):,} images from {name}"
            labelling.set_split(
                connection, request.project_id, splits, author=author, cause=Cause.IMPORT, summary=words
            )
        if not give:
            return None
        return labelling.set_classes(
            connection, request.project_id, give, author=author, cause=Cause.IMPORT,
            summary=f"{len(give):,} labels from {name}",
            detail={"source": str(request.source), "format": source.format_name}, idempotency_key=request.key,
        )  # fmt: skip


def labels_to_give(
    dataset: Dataset, by_path: dict[str, ImageId], ids: dict[str, ClassId], multi_label: bool
) -> dict[ImageId, tuple[ClassId, ...]]:
    """The classes of each accepted image; a single-label project takes the first of several."""
    give: dict[ImageId, tuple[ClassId, ...]] = {}
    for image in dataset.images:
        image_id = by_path.get(image.source)
        if image_id is None or not image.class_names or image.answer is not Answer.ACCEPT or image_id in give:
            continue
        wanted = tuple(ids[name] for name in image.class_names)
        give[image_id] = wanted if multi_label else wanted[:1]
    return give
