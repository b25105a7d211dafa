"""The verbs that bring images into a project, begun without waiting: for a server."""

from __future__ import annotations

import os
import threading
import uuid
from pathlib import Path
from typing import Any

from labelgraft.domain.image import ImageFilter
from labelgraft.domain.intake import ImportPreview, ImportSource
from labelgraft.errors import LabelgraftError
from labelgraft.formats import registry as formats
from labelgraft.jobs.records import JobState, JobStatus
from labelgraft.jobs.runner import JobHandle
from labelgraft.services.demo_digits import NAME as DIGITS
from labelgraft.services.preview_import import preview_import
from labelgraft.services.read_source import ImportRequest
from labelgraft.storage import images
from labelgraft.workbench.map_verbs import MapVerbs

_ONE_FIRST_MAP = threading.Lock()
"""Two imports that end together ask one after the other whether a map is there."""


class IntakeVerbs(MapVerbs):
    """Look at a source, import it."""

    def check_import(self, source: ImportSource, *, format_name: str | None = None) -> ImportPreview:
        """What an import would find: format, classes, counts, first rows, what would be refused.

        Raises BadFormat, BadInput, UnknownName, UnknownPlace.
        """
        request = ImportRequest(
            self.id,
            source.path,
            format_name,
            True,
            "",
            source.within,
            source.name,
            self._engine.ingest.archives,
        )
        return preview_import(self._workspace, request)

    def start_import(
        self, source: ImportSource, *, format_name: str | None = None, labels: bool = True, embed: bool = True
    ) -> JobStatus:
        """Begin to add the images of a source, as `add_images` does; comes back at once. Raises UnknownName."""
        if format_name is not None:
            formats.get(format_name)
        arguments = self._import_arguments(source, format_name=format_name, labels=labels, embed=embed)
        return self._start_with_map("import", f"Adding {source.name}", arguments)

    def start_digits(self) -> JobStatus:
        """Begin to add scikit-learn's handwritten digits, without their labels; comes back at once."""
        place = self._workspace.uploads_folder / DIGITS / "images"
        source = ImportSource(place, DIGITS)
        arguments = self._import_arguments(source, format_name="folder", labels=False, embed=True)
        return self._start_with_map("demo", "Adding handwritten digits", arguments)

    def _start_with_map(self, kind: str, title: str, arguments: dict[str, Any]) -> JobStatus:
        """Start an import; when its images are embedded they are laid out for the first time, as everybody wants to see."""
        importing = self._begin(kind, title, arguments)
        if arguments["backbone"] is not None:
            threading.Thread(target=self._lay_out_after, args=(importing,), daemon=True).start()
        return importing.status()

    def _lay_out_after(self, importing: JobHandle) -> None:
        try:
            importing.wait()
            with _ONE_FIRST_MAP:
                if self.wants_first_map():
                    self.start_map()
        except LabelgraftError:
            return  # the list of jobs tells why an import failed; the map is laid out when somebody asks for it

    def wants_first_map(self) -> bool:
        """Whether there are images that nobody laid out yet and no layout of them is going on."""
        maps = [
            job for job in self._engine.jobs.jobs() if job.kind == "map" and job.state == JobState.RUNNING
        ]
        if self.map_rounds() or any(job.arguments.get("project_id") == self.id for job in maps):
            return False
        with self._workspace.database.reading() as connection:
            return bool(images.page(connection, self.id, ImageFilter(), None, 1).images)

    def _import_arguments(
        self, source: ImportSource, *, format_name: str | None, labels: bool, embed: bool
    ) -> dict[str, Any]:
        return {
            "source": os.path.abspath(source.path),  # noqa: PTH100  resolve() would rename files behind links
            "name": source.name,
            "within": None if source.within is None else list(source.within),
            "format_name": format_name,
            "labels": labels,
            "backbone": self.info.backbone if embed else None,
            "key": f"import-{uuid.uuid4()}",
        }


def source_at(path: str | Path) -> ImportSource:
    """A source that the person of this process names: it may lead wherever this process may read."""
    return ImportSource(Path(path), Path(path).name)
