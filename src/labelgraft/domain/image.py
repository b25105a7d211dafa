"""An image: pixels known by the SHA-256 of their bytes, always shown upright."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from labelgraft.domain.arrays import AnyArray, Ints
from labelgraft.domain.ids import ClassId, ContentHash, ImageId, ModelId


class Split(StrEnum):
    """What an image may be used for. An image without a split may be trained on."""

    TRAIN = "train"
    TEST = "test"


class ImageState(StrEnum):
    """How far the labelling of an image has come.

    draft: it has shapes, but nobody said yet that they are all; only where shapes are drawn. labelled: it has its class,
    or somebody said that its shapes are all, be it none.
    """

    NEW = "new"
    PROPOSED = "proposed"
    LABELLED = "labelled"
    SKIPPED = "skipped"
    UNCLEAR = "unclear"
    DRAFT = "draft"


STATE_CODES: tuple[ImageState, ...] = tuple(ImageState)
"""In tables and columns a state is its index here."""
SPLIT_CODES: tuple[Split | None, ...] = (None, Split.TRAIN, Split.TEST)
"""In tables and columns a split is its index here."""


@dataclass(frozen=True, slots=True)
class NewImage:
    """An image about to be added.

    path: where the file lies, absolute. folder: its folder inside the imported tree, posix, "" at the top.
    width_px, height_px: of the upright image. file_bytes, file_modified_ns: as the file system told them.
    """

    content_hash: ContentHash
    path: str
    folder: str
    width_px: int
    height_px: int
    file_bytes: int
    file_modified_ns: int


@dataclass(frozen=True, slots=True)
class Image:
    """An image of a project; revision counts the operations that touched it."""

    id: ImageId
    content_hash: ContentHash
    path: str
    folder: str
    width_px: int
    height_px: int
    split: Split | None
    state: ImageState
    revision: int


@dataclass(frozen=True, slots=True)
class ImageFilter:
    """Which images to list; every field that is set must hold.

    class_id: labelled with it. proposed_class_id: proposed with it. model_id: proposed by it.
    min_confidence, max_confidence: of the proposal, 0 to 1, inclusive. path_contains: text in the path.
    folder: in it or below it, "" only at the top.
    suspicious: labelled images whose label a confident proposal or most of their neighbours contradict.
    """

    state: ImageState | None = None
    class_id: ClassId | None = None
    proposed_class_id: ClassId | None = None
    model_id: ModelId | None = None
    min_confidence: float | None = None
    max_confidence: float | None = None
    folder: str | None = None
    split: Split | None = None
    path_contains: str | None = None
    suspicious: bool | None = None

    @property
    def asks_for_proposals(self) -> bool:
        """Whether only images with a proposal can fit."""
        asked = (self.proposed_class_id, self.model_id, self.min_confidence, self.max_confidence)
        return any(value is not None for value in asked)


def lies_within(folder: str, wanted: str) -> bool:
    """Whether a folder is the wanted one or below it; only the top is within the top."""
    return folder == wanted or (wanted != "" and folder.startswith(f"{wanted}/"))


@dataclass(frozen=True, slots=True)
class ImagePage:
    """Some images in the order of their ids; `next_after` continues the list, None at its end.

    A page may be shorter than asked for, even empty, and still have a continuation: a rare combination of
    filters is searched a bounded stretch at a time.
    """

    images: tuple[Image, ...]
    next_after: ImageId | None


@dataclass(frozen=True, slots=True)
class ImageColumns:
    """All images of a project as columns of equal length N, ordered by image.

    image_ids: (N,) int64. hashes: (N,) bytes of 64. states, splits: (N,) int8, indexes into STATE_CODES and
    SPLIT_CODES. folders: (N,) object, of str.
    """

    image_ids: Ints
    hashes: AnyArray
    states: AnyArray
    splits: AnyArray
    folders: AnyArray


@dataclass(frozen=True, slots=True)
class SheetColumns:
    """Where the thumbnails of N images are, ordered by image.

    names: of the sheets. image_ids: (N,) int64. sheets: (N,) int64, indexes into names, -1 where there is none.
    cells: (N,) int64, 0 to 255, row by row.
    """

    names: tuple[str, ...]
    image_ids: Ints
    sheets: Ints
    cells: Ints


@dataclass(frozen=True, slots=True)
class RefusedFile:
    """A file that was not imported, and why."""

    path: str
    reason: str
