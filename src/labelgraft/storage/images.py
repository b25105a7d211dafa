"""Images in the database: added here, read here; state, split and folder change through operations."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import numpy as np
from sqlalchemy import Connection, select

from labelgraft.domain.arrays import AnyArray, Ints
from labelgraft.domain.ids import ContentHash, ImageId, ProjectId
from labelgraft.domain.image import (
    SPLIT_CODES,
    STATE_CODES,
    Image,
    ImageColumns,
    ImageFilter,
    ImagePage,
    NewImage,
)
from labelgraft.errors import UnknownNumber
from labelgraft.storage import counters, dialect, folders, image_search, marks
from labelgraft.storage.tables import duplicate, image, image_file, project


def reserve(c: Connection, count: int) -> int:
    """The first of `count` numbers in a row that no other image gets; those that stay unused are no harm."""
    return counters.take(c, "image", count)


def hold(c: Connection) -> None:
    """Let no other process add images until this transaction ends, so that those it adds are known or not there at all."""
    counters.hold(c, "image")


def add(
    c: Connection, project_id: ProjectId, new: Sequence[NewImage], numbers: Sequence[int] | None = None
) -> list[ImageId]:
    """Add images in this order, all new and without a split.

    The caller leaves out bytes that the project already has (`known`); the database refuses them. numbers: reserved
    for them; the next ones where not given.
    """
    folder_ids = folders.ensure(c, project_id, (n.folder for n in new))
    if not new:
        return []
    if numbers is None:
        first = reserve(c, len(new))
        numbers = range(first, first + len(new))
    ids = numbers
    dialect.insert_rows(c, image, ("id", "project_id"), [(i, project_id) for i in ids])
    marks.add(c, project_id, ids, [folder_ids[n.folder] for n in new])
    counters.count_up(c, additions_of(project_id))
    files = [
        (
            i, project_id, n.content_hash, n.path, n.width_px, n.height_px, n.file_bytes,
            n.file_modified_ns,
        )
        for i, n in zip(ids, new, strict=True)
    ]  # fmt: skip
    names = (
        "image_id", "project_id", "content_hash", "path", "width_px", "height_px", "file_bytes",
        "file_modified_ns",
    )  # fmt: skip
    dialect.insert_rows(c, image_file, names, files)
    return [ImageId(i) for i in ids]


def additions_of(project_id: ProjectId) -> str:
    """The counter of how often images were added to a project."""
    return f"additions to project {project_id}"


def additions(c: Connection, project_id: ProjectId) -> int:
    """How often images were added to a project."""
    return counters.reached(c, additions_of(project_id))


def known(c: Connection, project_id: ProjectId, hashes: Iterable[ContentHash]) -> dict[ContentHash, ImageId]:
    """Which of these bytes the project already has, and as which image."""
    statement = select(image_file.c.content_hash, image_file.c.image_id).where(
        image_file.c.project_id == project_id, dialect.among(c, image_file.c.content_hash, hashes)
    )
    return {ContentHash(content_hash): ImageId(image_id) for content_hash, image_id in c.execute(statement)}


def path_of(c: Connection, content_hash: ContentHash) -> str:
    """Where the file with these bytes lies, in whichever project. Raises: UnknownNumber."""
    mine = select(project.c.id).scalar_subquery()  # the index begins with the project
    where = image_file.c.project_id.in_(mine) & (image_file.c.content_hash == content_hash)
    found = c.execute(select(image_file.c.path).where(where).limit(1)).scalar()
    if found is None:
        raise UnknownNumber(f"There is no image with the bytes {content_hash}.")
    return str(found)


def known_files(c: Connection, project_id: ProjectId) -> dict[str, tuple[int, int, ImageId]]:
    """Every file the project refers to: path -> bytes, modified (ns), image; duplicates' files too."""
    files: dict[str, tuple[int, int, ImageId]] = {}
    for t in (image_file.c, duplicate.c):
        statement = select(t.path, t.file_bytes, t.file_modified_ns, t.image_id)
        for path, size, modified, number in c.execute(statement.where(t.project_id == project_id)):
            files.setdefault(path, (size, modified, ImageId(number)))
    return files


def add_duplicate(
    c: Connection,
    project_id: ProjectId,
    image_id: ImageId,
    path: str,
    *,
    file_bytes: int,
    file_modified_ns: int,
) -> None:
    """Remember a file whose bytes an image of the project already has; a second time changes nothing."""
    where = (duplicate.c.project_id == project_id) & (duplicate.c.path == path)
    c.execute(duplicate.delete().where(where))
    c.execute(
        duplicate.insert().values(
            project_id=project_id,
            path=path,
            image_id=image_id,
            file_bytes=file_bytes,
            file_modified_ns=file_modified_ns,
        )
    )


def duplicates(c: Connection, project_id: ProjectId) -> tuple[tuple[ImageId, str], ...]:
    """Image and path of every file whose bytes that image already has."""
    statement = select(duplicate.c.image_id, duplicate.c.path).where(duplicate.c.project_id == project_id)
    rows = c.execute(statement.order_by(duplicate.c.image_id, duplicate.c.path))
    return tuple((ImageId(image_id), path) for image_id, path in rows)


def relink(c: Connection, image_id: ImageId, path: str, *, file_bytes: int, file_modified_ns: int) -> None:
    """Say where the bytes of an image lie now; its labels and revision stay."""
    values = {"path": path, "file_bytes": file_bytes, "file_modified_ns": file_modified_ns}
    c.execute(image_file.update().where(image_file.c.image_id == image_id).values(values))


def get(c: Connection, image_id: ImageId) -> Image:
    """The image with that number.

    Raises: UnknownNumber if there is none.
    """
    return of_ids(c, [image_id])[0]


def of_ids(c: Connection, image_ids: Sequence[ImageId]) -> tuple[Image, ...]:
    """The images with these numbers, in the order asked for.

    Raises: UnknownNumber if one is missing.
    """
    statement = select(*_SHOWN).where(dialect.among(c, image_file.c.image_id, image_ids))
    rows = {row.image_id: row for row in c.execute(statement)}
    missing = [image_id for image_id in image_ids if image_id not in rows]
    if missing:
        raise UnknownNumber(
            f"There is no image {missing[0]} ({len(missing)} of {len(image_ids)} are unknown)."
        )
    found: dict[ImageId, Image] = {}
    for project_id in {row.project_id for row in rows.values()}:
        theirs = [number for number, row in rows.items() if row.project_id == project_id]
        found |= _images(c, rows, marks.of_ids(c, ProjectId(project_id), theirs))
    return tuple(found[image_id] for image_id in image_ids)


def page(
    c: Connection,
    project_id: ProjectId,
    wanted: ImageFilter = ImageFilter(),  # noqa: B008  a frozen value
    after: ImageId | None = None,
    limit: int = 100,
) -> ImagePage:
    """Images that the filter lets through, in the order of their numbers, above `after`.

    A rare combination is searched a bounded stretch at a time, so a page may be short and still continue.
    Text in a path is compared without regard to the case of ASCII letters.
    """
    found = image_search.search(c, project_id, wanted, after or 0, limit + 1)
    shown = found.image_ids[:limit]
    next_after = shown[-1] if len(found.image_ids) > limit else found.searched_to
    return ImagePage(of_ids(c, shown), next_after)


def every(
    c: Connection,
    project_id: ProjectId,
    wanted: ImageFilter = ImageFilter(),  # noqa: B008  a frozen value
) -> list[ImageId]:
    """The numbers of all images that the filter lets through, in order."""
    listed: list[ImageId] = []
    after: ImageId | None = ImageId(0)
    while after is not None:
        found = image_search.search(c, project_id, wanted, after, limit=50_000, windows=(50_000,))
        listed += found.image_ids
        after = found.searched_to
    return listed


def count(c: Connection, project_id: ProjectId) -> int:
    """How many images the project has."""
    return sum(state_counts(c, project_id).values())


def state_counts(c: Connection, project_id: ProjectId) -> Mapping[int, int]:
    """How many images each state has, by the state's code; states without any are left out."""
    codes, counts = np.unique(marks.every(c, project_id).states, return_counts=True)
    return dict(zip(codes.tolist(), counts.tolist(), strict=True))


def spread(c: Connection, project_id: ProjectId, count: int) -> tuple[ContentHash, ...]:
    """The content of up to so many images, evenly from the first to the last."""
    ids = marks.every(c, project_id).image_ids
    if not len(ids):
        return ()
    chosen = np.unique(np.linspace(0, len(ids) - 1, count).round().astype(np.int64))
    return tuple(each.content_hash for each in of_ids(c, [ImageId(i) for i in ids[chosen].tolist()]))


def folder_counts(c: Connection, project_id: ProjectId) -> dict[str, int]:
    """How many images each folder has, in the order of their names."""
    numbers, counts = np.unique(marks.every(c, project_id).folders, return_counts=True)
    names = folders.paths(c, numbers.tolist())
    return dict(sorted((names[n], count) for n, count in zip(numbers.tolist(), counts.tolist(), strict=True)))


def hashes(c: Connection, project_id: ProjectId) -> tuple[Ints, list[ContentHash]]:
    """(N,) int64 numbers of all images of a project, ascending, and the content hash of each."""
    t = image_file.c
    statement = select(t.image_id, t.content_hash).where(t.project_id == project_id)
    numbers, contents = dialect.columns(c, statement)
    ids = np.array(numbers, np.int64)
    order = np.argsort(ids)
    return ids[order], [contents[place] for place in order.tolist()]


def hashes_of(
    c: Connection, project_id: ProjectId, image_ids: Iterable[ImageId]
) -> dict[ImageId, ContentHash]:
    """The content hashes of some images, in no order; those that are not in the project are left out."""
    t = image_file.c
    statement = select(t.image_id, t.content_hash).where(
        t.project_id == project_id, dialect.among(c, t.image_id, image_ids)
    )
    return {ImageId(number): ContentHash(content_hash) for number, content_hash in c.execute(statement)}


def columns(c: Connection, project_id: ProjectId) -> ImageColumns:
    """All images of a project as columns, ordered by image."""
    t = image_file.c
    statement = select(t.image_id, t.content_hash).where(t.project_id == project_id)
    rows = c.execute(statement).fetchall()
    order = np.argsort(np.array([row[0] for row in rows], np.int64))
    marked = marks.every(c, project_id)
    return ImageColumns(
        image_ids=marked.image_ids,
        hashes=np.array([row[1] for row in rows], "S64")[order],
        states=marked.states,
        splits=marked.splits,
        folders=folder_names(c, marked.folders),
    )


def folder_names(c: Connection, numbers: Ints) -> AnyArray:
    """(N,) object: the path of each folder by its number."""
    known, place = np.unique(numbers, return_inverse=True)
    paths = folders.paths(c, known.tolist())
    listed = np.empty(len(known), object)
    listed[:] = [paths[number] for number in known.tolist()]
    return listed[place]


_SHOWN = (
    image_file.c.image_id, image_file.c.project_id, image_file.c.content_hash, image_file.c.path,
    image_file.c.width_px, image_file.c.height_px,
)  # fmt: skip


def _images(c: Connection, rows: Mapping[int, Any], marked: marks.Marks) -> dict[ImageId, Image]:
    paths = folders.paths(c, marked.folders.tolist())
    listed = (marked.image_ids, marked.states, marked.splits, marked.folders, marked.revisions)
    return {
        ImageId(number): Image(
            id=ImageId(number),
            content_hash=ContentHash(rows[number].content_hash),
            path=rows[number].path,
            folder=paths[folder],
            width_px=rows[number].width_px,
            height_px=rows[number].height_px,
            split=SPLIT_CODES[split],
            state=STATE_CODES[state],
            revision=revision,
        )
        for number, state, split, folder, revision in zip(*(a.tolist() for a in listed), strict=True)
    }
