"""Every error that Labelgraft raises on purpose.

    LabelgraftError
    ├── BadInput                 what the user gave cannot be used
    │   ├── UnreadableImage      one image file cannot be decoded within the limits
    │   ├── BadFormat            a data set file breaks its format (names file and line)
    │   ├── BadSetting           a setting is outside its range or does not go with another
    │   ├── UnknownName          no project, class, backbone, ... of that name; lists near names
    │   ├── UnknownNumber        no image, operation, run, ... has that number
    │   ├── UnknownPlace         no such file or folder where the caller may look
    │   ├── TooLarge             more bytes or files than are taken
    │   ├── AlreadyExists        the name is taken
    │   ├── ShapeMismatch        two arrays do not fit each other
    │   ├── BadShape             a box, polygon, mask or keypoints that cannot be
    │   └── NotEnoughLabels      the step needs more labels than there are
    │       └── NothingLabelled
    ├── Conflict                 the data changed since the caller looked
    │   └── StaleRevision        an image has a newer revision; carries both versions
    ├── WorkspaceError           the place where everything is kept cannot be used
    │   ├── WorkspaceMissing
    │   ├── WorkspaceLocked      another process has it; carries pid and address
    │   ├── WorkspaceDamaged     integrity check failed; names the backups
    │   ├── WorkspaceTooNew      written by a later version
    │   └── WorkspaceUnwritable  read-only, no permission, or the disk is full
    ├── Unreachable              weights or a service that this machine cannot reach
    ├── MissingExtra             an optional package is needed
    └── JobError
        ├── JobCancelled         stopped on request; what was finished is kept
        └── JobFailed            stopped by itself; says why and what to try
            ├── TrainingDiverged    loss became NaN or infinite
            └── OutOfMemory

A message says where, what was found, what was expected, what has or has not happened, and what to do.
"""

from __future__ import annotations

import difflib
from collections.abc import Iterable
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from labelgraft.domain.annotation import Annotation
    from labelgraft.domain.ids import ImageId


class LabelgraftError(Exception):
    """The base of every error raised on purpose; its text is meant for the user as it is."""


class BadInput(LabelgraftError):
    """What the user gave cannot be used."""


class UnreadableImage(BadInput):
    """One image file cannot be decoded within the limits."""

    def __init__(self, path: str, reason: str) -> None:
        super().__init__(f"{path}: {reason}")
        self.path = path
        self.reason = reason

    def __reduce__(self) -> tuple[type[UnreadableImage], tuple[str, str]]:
        return (type(self), (self.path, self.reason))


class BadFormat(BadInput):
    """A data set file breaks its format."""


class BadSetting(BadInput):
    """A setting is outside its range or does not go with another."""


class UnknownName(BadInput):
    """Nothing has that name; the message lists near ones."""

    def __init__(self, kind: str, name: str, known: Iterable[str]) -> None:
        known = sorted(known)
        near = difflib.get_close_matches(name, known, n=3, cutoff=0.5)
        if near:
            hint = "Did you mean " + " or ".join(repr(n) for n in near) + "?"
        elif known:
            shown = ", ".join(known[:12]) + (f" and {len(known) - 12} more" if len(known) > 12 else "")
            hint = f"There are: {shown}."
        else:
            hint = f"There is no {kind} yet."
        super().__init__(f"No {kind} is called {name!r}. {hint}")


class UnknownNumber(BadInput):
    """Nothing has that number, or is known by those bytes."""


class UnknownPlace(BadInput):
    """No such file or folder where the caller may look; says nothing of what lies elsewhere."""

    def __init__(self, place: str) -> None:
        super().__init__(
            f"There is no place {place[:200]!r} below the folders that this server may read. Nothing was read. Choose "
            "one that it lists, or start it with --root FOLDER."
        )


class TooLarge(BadInput):
    """More bytes or files than are taken."""


class AlreadyExists(BadInput):
    """The name is taken."""


class ShapeMismatch(BadInput):
    """Two arrays do not fit each other."""


class BadShape(BadInput):
    """A box, polygon, mask or keypoints that cannot be: not finite, enclosing nothing, not of its image."""


class NotEnoughLabels(BadInput):
    """The step needs more labels than there are."""


class NothingLabelled(NotEnoughLabels):
    """No image has a label yet."""


class Conflict(LabelgraftError):
    """The data changed since the caller looked."""


class StaleRevision(Conflict):
    """An image has a newer revision than the one the caller changed; nothing was saved."""

    def __init__(
        self, image_id: ImageId, *, expected: int, found: int, current: tuple[Annotation, ...]
    ) -> None:
        super().__init__(
            f"Image {image_id} is at revision {found}, but this change was made on revision {expected}. "
            "Nothing was saved. Look at the current annotations and apply the change again."
        )
        self.image_id = image_id
        self.expected = expected
        self.found = found
        self.current = current


class WorkspaceError(LabelgraftError):
    """The place where everything is kept cannot be used."""


class WorkspaceMissing(WorkspaceError):
    """There is no workspace at that place."""


class WorkspaceLocked(WorkspaceError):
    """Another process has the workspace open."""

    def __init__(self, path: str, *, pid: int, address: str) -> None:
        super().__init__(
            f"The workspace {path} is open in another process (pid {pid}, {address}). Nothing was changed. "
            "Stop that process, or wait until it has finished."
        )
        self.pid = pid
        self.address = address


class WorkspaceDamaged(WorkspaceError):
    """The integrity check of the database failed."""


class WorkspaceTooNew(WorkspaceError):
    """The workspace was written by a later version of Labelgraft."""


class WorkspaceUnwritable(WorkspaceError):
    """The workspace cannot be written: read-only, no permission, or the disk is full."""


class Unreachable(LabelgraftError):
    """Weights or a service that this machine cannot reach."""


class MissingExtra(LabelgraftError):
    """An optional package is needed."""


class JobError(LabelgraftError):
    """A piece of background work did not finish."""


class JobCancelled(JobError):
    """Stopped on request; what was finished is kept."""


class JobFailed(JobError):
    """Stopped by itself; the message says why and what to try."""


class TrainingDiverged(JobFailed):
    """The loss became NaN or infinite."""


class OutOfMemory(JobFailed):
    """The process ran out of memory."""
