"""What a person asks to be done to the labels of images, and what came of it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from labelgraft.domain.ids import ClassId, ImageId
from labelgraft.domain.image import Split
from labelgraft.domain.operation import Operation
from labelgraft.domain.selector import Selector


class ChangeKind(StrEnum):
    """What is done to every image of a selection."""

    LABEL = "label"
    UNLABEL = "unlabel"
    CLEAR = "clear"
    SKIP = "skip"
    UNCLEAR = "unclear"
    REOPEN = "reopen"
    ACCEPT = "accept"
    REJECT = "reject"
    SPLIT = "split"
    FOLDER = "folder"


@dataclass(frozen=True, slots=True)
class LabelChange:
    """One gesture on images.

    class_id: for label and unlabel the class; for accept and reject only its proposals, all of them for None.
    threshold: for accept the least confidence, 0 to 1. split, folder: where the images go.
    expected_revisions: what the person saw; another revision refuses everything.
    dry_run: do nothing, tell what would happen.
    """

    kind: ChangeKind
    selector: Selector
    class_id: ClassId | None = None
    threshold: float | None = None
    split: Split | None = None
    folder: str | None = None
    expected_revisions: Mapping[ImageId, int] = field(default_factory=dict)
    dry_run: bool = False


@dataclass(frozen=True, slots=True)
class Once:
    """Under which key a request is done once, and a digest by which the same request is known again."""

    key: str
    digest: str


@dataclass(frozen=True, slots=True)
class Effect:
    """How much an operation changed, or would change.

    images: those touched. labels_added, labels_removed, labels_changed: annotations. proposals_rejected: proposals that
    a person turned down, or that went with their class.
    """

    images: int = 0
    labels_added: int = 0
    labels_removed: int = 0
    labels_changed: int = 0
    proposals_rejected: int = 0


@dataclass(frozen=True, slots=True)
class ChangeReport:
    """What a gesture did, or would do.

    operation: None on a dry run or where nothing was left to do. effect: on a dry run, else None. per_class: on a dry
    run of accept the labels by class. expected_right: on accept the share of the labels expected to be right.
    revisions: of the touched images, where they are few.
    """

    operation: Operation | None
    words: str
    effect: Effect | None = None
    per_class: Mapping[ClassId, int] = field(default_factory=dict)
    expected_right: float | None = None
    revisions: Mapping[ImageId, int] | None = None
