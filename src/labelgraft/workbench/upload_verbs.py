"""The verbs of an open workspace that say where images may come from: places on the disk, uploads, the demo."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import count
from pathlib import Path

from labelgraft.domain.intake import ImportSource, Places
from labelgraft.domain.project import Task
from labelgraft.errors import BadInput
from labelgraft.jobs.records import JobStatus
from labelgraft.learning.backbones import registry
from labelgraft.services.below_roots import place
from labelgraft.services.demo_digits import DIGITS
from labelgraft.services.incoming_file import Incoming, Offered
from labelgraft.services.list_places import DATA_SETS, MODEL_FILES, list_places
from labelgraft.services.receive_files import ARCHIVE_BYTES, LABEL_FILE_BYTES, UploadLimits
from labelgraft.storage import projects
from labelgraft.storage.classes import ensure as ensure_classes
from labelgraft.storage.uploads import ReceivedFile
from labelgraft.workbench.engine import Engine
from labelgraft.workbench.project import ProjectBench

__all__ = [
    "ARCHIVE_BYTES",
    "LABEL_FILE_BYTES",
    "Incoming",
    "Offered",
    "ReceivedFile",
    "UploadLimits",
    "UploadVerbs",
]

DEMO = "Handwritten digits"


class UploadVerbs:
    """Places, uploads, and a project to play with."""

    _engine: Engine

    def places(self, roots: Sequence[Path], path: str | None = None, *, models: bool = False) -> Places:
        """Folders below the roots, with how many images they hold; the roots for None. Raises UnknownPlace.

        models: tell of the ONNX files there, not of the data sets.
        """
        return list_places(roots, path, MODEL_FILES if models else DATA_SETS)

    def source_below(self, roots: Sequence[Path], path: str) -> ImportSource:
        """A folder or file below the roots, as something to import. Raises UnknownPlace."""
        chosen = place(path, roots)
        return ImportSource(chosen, chosen.name or str(chosen), tuple(str(root) for root in roots))

    def upload_limits(self) -> UploadLimits:
        """What is taken."""
        return self._engine.uploads.limits

    def begin_upload(self, name: str) -> int:
        """A new, empty upload; gives its number. name: of the folder, for the history."""
        return self._engine.uploads.begin(name)

    def upload_name(self, number: int) -> str:
        """What an upload is called. Raises UnknownName."""
        return self._engine.uploads.name_of(number)

    def received_files(self, number: int) -> list[ReceivedFile]:
        """The files of an upload that are there whole. Raises UnknownName."""
        return self._engine.uploads.received(number)

    def offer_files(self, number: int, files: Sequence[Offered]) -> list[Offered]:
        """Take in files whose bytes the workspace has; gives those that must be sent.

        Raises UnknownName, AlreadyExists, BadInput, TooLarge.
        """
        return self._engine.uploads.offer(number, files)

    def receive_file(
        self, number: int, file: Offered, announced_bytes: int | None = None
    ) -> Incoming | ReceivedFile:
        """Begin to take in a file, or give what is there already.

        Raises UnknownName, AlreadyExists, BadInput, TooLarge, WorkspaceUnwritable.
        """
        return self._engine.uploads.receive(number, file, announced_bytes=announced_bytes)

    def source_of_upload(self, number: int) -> ImportSource:
        """What was uploaded, as something to import. Raises UnknownName; BadInput if it is empty."""
        path, within = self._engine.uploads.source(number)
        return ImportSource(path, self._engine.uploads.name_of(number), (str(within),))

    def one_file(self, source: ImportSource) -> Path:
        """The file of a source that is to be one, be it in a folder of its own. Raises BadInput."""
        if source.path.is_file():
            return source.path
        files = [each for each in source.path.rglob("*") if each.is_file()]
        if len(files) != 1:
            raise BadInput(f"{source.name}: holds {len(files)} files, expected one. Nothing was done.")
        return files[0]

    def start_demo(self) -> tuple[ProjectBench, JobStatus]:
        """A new project of handwritten digits without labels, and the job that fills it; comes back at once."""
        with self._engine.workspace.database.writing() as connection:
            taken = {each.name for each in projects.list_all(connection)}
            names = (DEMO if number == 1 else f"{DEMO} {number}" for number in count(1))
            made = projects.create(
                connection, name=next(name for name in names if name not in taken), task=Task.CLASSIFICATION,
                multi_label=False, backbone=registry.DEFAULT,
            )  # fmt: skip
            ensure_classes(connection, made.id, DIGITS)
        project = ProjectBench(self._engine, made.id)
        return project, project.start_digits()
