"""The verbs that bring images into a project, begun without waiting: for a server."""

from __future__ import annotations

import os
import uuid
from pathlib import Path
from typing import Any

from labelgraft.domain.intake import ImportPreview, ImportSource
from labelgraft.formats import registry as formats
from labelgraft.jobs.records import JobStatus
from labelgraft.services.demo_digits import NAME as DIGITS
from labelgraft.services.import_images import ImportRequest
from labelgraft.services.preview_import import preview_import
from labelgraft.workbench.project_base import ProjectBase


class IntakeVerbs(ProjectBase):
    """Look at a source, import it."""

    def check_import(self, source: ImportSource, *, format_name: str | None = None) -> ImportPreview:
        """What an import would find: format, classes, counts, first rows, what would be refused.

        Raises BadFormat, BadInput, UnknownName, UnknownPlace.
        """
        request = ImportRequest(self.id, source.path, format_name, True, "", source.within, source.name)
        return preview_import(self._workspace, request)

    def start_import(
        self, source: ImportSource, *, format_name: str | None = None, labels: bool = True, embed: bool = True
    ) -> JobStatus:
        """Begin to add the images of a source, as `add_images` does; comes back at once. Raises UnknownName."""
        if format_name is not None:
            formats.get(format_name)
        arguments = self._import_arguments(source, format_name=format_name, labels=labels, embed=embed)
        return self._start("import", f"Adding {source.name}", arguments)

    def start_digits(self) -> JobStatus:
        """Begin to add scikit-learn's handwritten digits, without their labels; comes back at once."""
        place = self._workspace.uploads_folder / DIGITS / "images"
        source = ImportSource(place, DIGITS)
        arguments = self._import_arguments(source, format_name="folder", labels=False, embed=True)
        return self._start("demo", "Adding handwritten digits", arguments)

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
