"""A project as users hold it: `labelgraft.open("folder").project("pets")`."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Literal

from labelgraft.domain.dataset import LossReport
from labelgraft.domain.ids import ImageId, ModelId
from labelgraft.domain.image import ImageFilter, ImageState, SheetColumns, Split
from labelgraft.domain.reports import EmbedReport, ImageList, ImportReport, ProjectCard, ProjectStatus
from labelgraft.errors import BadInput, BadSetting, Conflict
from labelgraft.formats import registry as formats
from labelgraft.jobs.records import JobState
from labelgraft.services.list_images import list_images
from labelgraft.services.list_sheets import list_sheets
from labelgraft.services.tell_status import tell_card, tell_status
from labelgraft.storage import images, projects
from labelgraft.workbench.class_verbs import ClassVerbs
from labelgraft.workbench.dataframe import dataframe
from labelgraft.workbench.export_jobs import loss_report
from labelgraft.workbench.export_verbs import ExportVerbs
from labelgraft.workbench.finding_verbs import FindingVerbs
from labelgraft.workbench.image_verbs import ImageVerbs
from labelgraft.workbench.ingest_jobs import network_choice
from labelgraft.workbench.intake_verbs import IntakeVerbs, source_at
from labelgraft.workbench.labelling_verbs import LabellingVerbs
from labelgraft.workbench.learning_verbs import LearningVerbs
from labelgraft.workbench.map_verbs import MapVerbs
from labelgraft.workbench.overview_verbs import OverviewVerbs
from labelgraft.workbench.project_base import OnProgress
from labelgraft.workbench.run_verbs import RunVerbs

if TYPE_CHECKING:
    from pandas import DataFrame


class ProjectBench(
    IntakeVerbs,
    ExportVerbs,
    ImageVerbs,
    LabellingVerbs,
    ClassVerbs,
    LearningVerbs,
    FindingVerbs,
    RunVerbs,
    OverviewVerbs,
    MapVerbs,
):
    """Every verb of a project. Long ones take `on_progress`, called with a domain.progress.Progress."""

    def __repr__(self) -> str:
        return f"<labelgraft project {self.name!r}>"

    def status(self) -> ProjectStatus:
        """How far it has come, and what to do next."""
        return tell_status(self._workspace, self.id)

    def card(self) -> ProjectCard:
        """The project at a glance: counts, some of its images, when it was last worked on, what to do next."""
        version = (
            self._workspace.database.version
        )  # asked before: a change meanwhile makes the answer old, not wrong
        return self._engine.newest.get(
            ("card", self.id), version, lambda: tell_card(self._workspace, self.id)
        )

    def rename(self, name: str) -> None:
        """Call the project by another name. Raises AlreadyExists, BadInput (no name)."""
        if not name.strip():
            raise BadInput("A project needs a name that is not empty. Nothing was changed.")
        with self._workspace.database.writing() as connection:
            projects.rename(connection, self.id, name)

    def use_backbone(self, backbone: str) -> None:
        """Take another backbone for the map and the heads; embed with it first. Raises UnknownName, BadSetting."""
        network_choice(backbone)
        with self._workspace.database.writing() as connection:
            projects.set_backbone(connection, self.id, backbone)

    def add_images(
        self, source: str | Path, *, format_name: str | None = None, labels: bool = True, embed: bool = True,
        on_progress: OnProgress | None = None,
    ) -> ImportReport:  # fmt: skip
        """Add the images of a folder or data set, with thumbnails and embeddings in the same pass.

        Known files are passed over, so calling it again after an interruption goes on. labels: also import the
        labels that the source has. Raises BadFormat, BadInput, UnknownName, JobCancelled, JobFailed.
        """
        arguments = self._import_arguments(
            source_at(source), format_name=format_name, labels=labels, embed=embed
        )
        return ImportReport.from_json(self._job("import", f"Adding {source}", arguments, on_progress))

    def embed(
        self, backbone: str | None = None, *, weights_file: str | Path | None = None, use: bool = False,
        on_progress: OnProgress | None = None,
    ) -> EmbedReport:  # fmt: skip
        """Embed every image with a backbone, by default the project's; what is embedded is not done again.

        backbone: a name of the catalogue, timm:NAME, onnx:FILE or random:NAME. weights_file: its weights. use: make
        it the project's backbone. Raises UnknownName, Unreachable, JobCancelled, JobFailed.
        """
        name = backbone or self.info.backbone
        if weights_file is not None:
            name = f"{name}@{Path(weights_file).absolute()}"
        network_choice(name)
        report = EmbedReport.from_json(
            self._job("embed", f"Embedding {self.name} with {name}", {"backbone": name}, on_progress)
        )
        if use:
            with self._workspace.database.writing() as connection:
                projects.set_backbone(connection, self.id, name)
        return report

    def images(
        self, *, state: ImageState | None = None, class_name: str | None = None, proposed: str | None = None,
        min_confidence: float | None = None, max_confidence: float | None = None, folder: str | None = None,
        split: Split | None = None, path_contains: str | None = None, model_id: ModelId | None = None,
        after: int | None = None, limit: int = 100,
    ) -> ImageList:  # fmt: skip
        """A page of images that fit every condition, in the order of their ids. Raises UnknownName, BadSetting."""
        if limit < 1:
            raise BadSetting(f"limit: found {limit}, expected 1 or more.")
        wanted = ImageFilter(
            state=state, class_id=self._class_id(class_name) if class_name else None,
            proposed_class_id=self._class_id(proposed) if proposed else None, model_id=model_id,
            min_confidence=min_confidence, max_confidence=max_confidence, folder=folder, split=split,
            path_contains=path_contains,
        )  # fmt: skip
        start = None if after is None else ImageId(after)
        return list_images(self._workspace, self.id, wanted, start, limit)

    def sheets(self) -> SheetColumns:
        """Which sheet of thumbnails shows each image, and where on it."""
        with self._workspace.database.reading() as connection:
            added = images.additions(connection, self.id)
        version = (added, self._workspace.thumbnails.count)
        return self._engine.newest.get(
            ("sheets", self.id), version, lambda: list_sheets(self._workspace, self.id)
        )

    def paths(self) -> dict[ImageId, str]:
        """Where the file of every image lies."""
        with self._workspace.database.reading() as connection:
            known = images.columns(connection, self.id).image_ids.tolist()
            return {image.id: image.path for image in images.of_ids(connection, known)}

    def dataframe(self) -> DataFrame:
        """One row per image with its label, proposal and place on the last map round. Raises MissingExtra."""
        points = self.map_columns() if self.map_rounds() else None
        return dataframe(self._engine, self.id, points)

    def export(
        self, format_name: str, folder: str | Path, *, transfer: Literal["copy", "link", "none"] | None = None,
        proposals: bool = False, drafts: bool = False, overwrite: bool = False, check: bool = False,
        on_progress: OnProgress | None = None,
    ) -> LossReport:  # fmt: skip
        """Write the labels in a format, whole or not at all; gives exactly what the format could not hold.

        transfer: copy the image files, link them, or only name them; None names them where the format can, else links.
        proposals: images without a label get their surest proposal, or the shapes proposed for them. drafts: where shapes
        are drawn, also images that nobody has finished. check: write nothing. Raises UnknownName, AlreadyExists,
        BadSetting.
        """
        formats.get(format_name)
        arguments = {
            "format_name": format_name, "folder": str(Path(folder).absolute()), "transfer": transfer,
            "with_proposals": proposals, "overwrite": overwrite, "check_only": check,
            "drafts": drafts,
        }  # fmt: skip
        return loss_report(
            self._job("export", f"Exporting {self.name} as {format_name}", arguments, on_progress)
        )

    def delete(self) -> None:
        """Delete the project with its labels and models; image files are never touched. Raises Conflict while a job runs."""
        for job in self._engine.jobs.jobs():
            if job.arguments.get("project_id") == self.id and job.state is JobState.RUNNING:
                raise Conflict(
                    f"Job {job.number}, {job.title}, works on this project. Nothing was deleted. Cancel it first."
                )
        with self._workspace.database.writing() as connection:
            projects.delete(connection, self.id)
