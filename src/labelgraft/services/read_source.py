"""Read what is to be imported: find out its format, list its images, and nothing that may not be read."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from pathlib import Path, PurePosixPath

from labelgraft.domain.dataset import Dataset
from labelgraft.domain.ids import ProjectId
from labelgraft.domain.image import RefusedFile
from labelgraft.errors import BadInput, UnknownPlace
from labelgraft.formats import detect, registry
from labelgraft.formats.format import Format
from labelgraft.formats.prodigy import unpack_embedded
from labelgraft.formats.statements import merge_repeated
from labelgraft.formats.zip_archive import ArchiveLimits, is_archive
from labelgraft.services.below_roots import Roots, outward_links
from labelgraft.services.scan_files import LEADS_OUT, scan_files
from labelgraft.services.unpack_archive import unpacked


@dataclass(frozen=True, slots=True)
class ImportRequest:
    """What to import.

    format_name None = found out. key: makes the labels' operation happen once. within: folders out of which nothing is
    read, whatever links and lists say; None: the person may read whatever this process may. name: what the history calls
    the source; None: its file name. archive: what is taken out of a source that is a zip.
    """

    project_id: ProjectId
    source: Path
    format_name: str | None
    labels: bool
    key: str
    within: tuple[str, ...] | None = None
    name: str | None = None
    archive: ArchiveLimits = field(default_factory=ArchiveLimits)


@dataclass(frozen=True, slots=True)
class Source:
    """A source read: its images by absolute path, what was refused, and what it was taken for."""

    dataset: Dataset
    files: tuple[tuple[str, str], ...]
    refused: tuple[RefusedFile, ...]
    format_name: str
    reason: str


def read_source(request: ImportRequest, uploads: Path) -> Source:
    """Find out the format and list the images as (absolute path, folder).

    uploads: where images that the source itself holds (data URIs, a zip) are written. Raises BadFormat, BadInput,
    TooLarge, UnknownName, WorkspaceUnwritable.
    """
    roots = None if request.within is None else Roots([*request.within, uploads])
    if is_archive(request.source):
        _check_place(request.source, roots)
        inside = unpacked(uploads, request.source, request.archive)
        read = read_source(replace(request, source=inside.folder), uploads)
        return replace(read, refused=(*inside.refused, *read.refused))
    chosen, reason = choose_format(request, roots)
    if chosen.name == "folder":
        scan = scan_files(request.source, roots)
        files = tuple((file.path, file.folder) for file in scan.files)
        return Source(Dataset((), ()), files, scan.refused, chosen.name, reason)
    dataset = merge_repeated(unpack_embedded(chosen.read(request.source), uploads))
    files = tuple((image.source, folder_of(image.path)) for image in dataset.images)
    kept = tuple(file for file in files if file[0] and (roots is None or file[0] in roots))
    there = {path for path, _ in kept}
    missing = "the file named in the data set is not there" if roots is None else LEADS_OUT
    refused = tuple(RefusedFile(image.path, missing) for image in dataset.images if image.source not in there)
    return Source(dataset, kept, dataset.refused + refused, chosen.name, reason)


def choose_format(request: ImportRequest, roots: Roots | None) -> tuple[Format, str]:
    """The format of a source, and why. Raises BadFormat, BadInput, UnknownName, UnknownPlace.

    A folder with links out of the roots is read as a plain one: a list of labels may be such a link.
    """
    if roots is not None:
        _check_place(request.source, roots)
        link = next(outward_links(request.source, roots), None) if request.source.is_dir() else None
        if link is not None and request.format_name in (None, "folder"):
            told = f"Read as folder, because {link} is a link to a place that may not be read."
            return registry.get("folder"), told
        if link is not None:
            raise BadInput(
                f"{link}: is a link to a place that may not be read, so labels are not read here either. Nothing was "
                "imported. Take the link away, or name the format 'folder' to take the images without labels."
            )
    if request.format_name is None:
        guess = detect.detect(request.source)
        return guess.format, guess.reason
    return registry.get(request.format_name), f"Read as {request.format_name}, as asked."


def _check_place(source: Path, roots: Roots | None) -> None:
    if roots is not None and str(source) not in roots:
        raise UnknownPlace(str(source))


def folder_of(path: str) -> str:
    """The folder of a path inside a data set, "" at its top."""
    parent = PurePosixPath(path).parent.as_posix()
    return "" if parent == "." else parent
