"""Where images come from: places to import from, what an import would find, what an export left to be fetched."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path

from labelgraft.domain.dataset import Answer, LossReport
from labelgraft.domain.image import RefusedFile, Split


@dataclass(frozen=True, slots=True)
class ImportSource:
    """What to import: a folder or a data set file.

    name: what the history calls it. within: folders out of which nothing is read, whatever links and lists say; None:
    whatever this process may read.
    """

    path: Path
    name: str
    within: tuple[str, ...] | None = None


@dataclass(frozen=True, slots=True)
class PlaceFolder:
    """A folder to choose. images: how many image files it and its folders hold; None where counting took too long."""

    name: str
    path: str
    images: int | None


@dataclass(frozen=True, slots=True)
class Places:
    """What a place holds. path: None for the list of roots. parent: the place above, None at a root.

    images: image files directly here. files: data set files here (path, name is the end of it). left_out: folders that
    are not listed, as there are too many.
    """

    path: str | None
    parent: str | None
    folders: tuple[PlaceFolder, ...]
    images: int = 0
    files: tuple[str, ...] = ()
    left_out: int = 0


@dataclass(frozen=True, slots=True)
class PreviewRow:
    """One image as its source tells of it. path: inside the source. shapes: how many come with it."""

    path: str
    class_names: tuple[str, ...]
    split: Split | None
    answer: Answer
    shapes: int = 0


@dataclass(frozen=True, slots=True)
class ImportPreview:
    """What an import would find; nothing is imported by looking.

    images: image files found; known: of those, in the project by path, size and time already. classes: name -> images,
    in the order of the source. labelled, set_aside, rejected: images. rows: the first ones. refused: the first files and
    rows that would not be taken, of refused_count. shapes: name -> shapes of the project's task, empty where none are
    drawn. mended: what would be repaired of them, in words, and how often.
    """

    format_name: str
    reason: str
    images: int
    known: int
    classes: Mapping[str, int]
    multi_label: bool
    labelled: int
    set_aside: int
    rejected: int
    rows: tuple[PreviewRow, ...]
    refused: tuple[RefusedFile, ...]
    refused_count: int
    shapes: Mapping[str, int] = field(default_factory=dict)
    mended: Mapping[str, int] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Exported:
    """A finished export that can be downloaded.

    job: its number. transfer: what was asked to happen to the image files, None where the format chose. with_proposals:
    images without an answer had their surest proposal. split: only its images, None for all. bytes: of the files in it,
    None where it was made before that was kept. folder: where it lies whole, None once it was swept.
    """

    job: int
    format_name: str
    transfer: str | None
    with_proposals: bool
    split: Split | None
    made_at: datetime
    losses: LossReport
    bytes: int | None
    folder: Path | None
