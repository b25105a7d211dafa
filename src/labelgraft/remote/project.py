"""A project on the other side of HTTP, with the verbs of `workbench.project.ProjectBench`."""

from __future__ import annotations

import shutil
import tempfile
import zipfile
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

import numpy as np

from labelgraft.domain.dataset import LossReport
from labelgraft.domain.finding import (
    THRESHOLD,
    TRIED,
    FindReport,
    FoundInImage,
    ProposedHere,
    check_thresholds,
)
from labelgraft.domain.ids import ClassId, ImageId, ProjectId
from labelgraft.domain.map import MapRound
from labelgraft.domain.model import Model
from labelgraft.domain.project import Project
from labelgraft.domain.reports import EmbedReport, ImportReport, ListedImage, PredictReport
from labelgraft.domain.shapes import shape_json
from labelgraft.domain.training import TrainingSettings
from labelgraft.errors import AlreadyExists, BadSetting
from labelgraft.remote.following import Job, follow
from labelgraft.remote.verb import Caller, verb
from labelgraft.workbench.project import ProjectBench
from labelgraft.workbench.project_base import OnProgress

if TYPE_CHECKING:
    from matplotlib.figure import Figure
    from pandas import DataFrame

    from labelgraft.remote.connection import Connection


class RemoteProject(Caller):
    """Every verb of a project. Long ones take `on_progress`, called with a domain.progress.Progress."""

    def __init__(self, connection: Connection, project_id: ProjectId) -> None:
        super().__init__(connection, f"/projects/{project_id}")
        self.id = project_id

    def __repr__(self) -> str:
        return f"<labelgraft project {self.name!r} at {self._connection.address}>"

    status = verb(ProjectBench.status)
    card = verb(ProjectBench.card)
    rename = verb(ProjectBench.rename)
    use_backbone = verb(ProjectBench.use_backbone)
    delete = verb(ProjectBench.delete)
    classes = verb(ProjectBench.classes)
    set_classes = verb(ProjectBench.set_classes)
    rename_class = verb(ProjectBench.rename_class)
    merge_class = verb(ProjectBench.merge_class)
    delete_class = verb(ProjectBench.delete_class)
    images = verb(ProjectBench.images)
    sheets = verb(ProjectBench.sheets)
    select = verb(ProjectBench.select)
    label = verb(ProjectBench.label)
    clear = verb(ProjectBench.clear)
    set_aside = verb(ProjectBench.set_aside)
    accept = verb(ProjectBench.accept)
    answers = verb(ProjectBench.answers)
    doubtful = verb(ProjectBench.doubtful)
    instances = verb(ProjectBench.instances)
    instances_of = verb(ProjectBench.instances_of)
    edit_instances = verb(ProjectBench.edit_instances)
    history = verb(ProjectBench.history)
    operation = verb(ProjectBench.operation)
    operation_images = verb(ProjectBench.operation_images)
    revert = verb(ProjectBench.revert)
    compare_backbones = verb(ProjectBench.compare_backbones)
    advise = verb(ProjectBench.advise)
    start_embed = verb(ProjectBench.start_embed)
    start_run = verb(ProjectBench.start_run)
    start_resuming_run = verb(ProjectBench.start_resuming_run)
    stop_run = verb(ProjectBench.stop_run)
    runs = verb(ProjectBench.runs)
    training_settings = verb(ProjectBench.training_settings)
    models = verb(ProjectBench.models)
    model = verb(ProjectBench.model)
    model_by_id = verb(ProjectBench.model_by_id)
    use_model = verb(ProjectBench.use_model)
    start_predict = verb(ProjectBench.start_predict)
    start_find = verb(ProjectBench.start_find)
    next = verb(ProjectBench.next)
    start_map = verb(ProjectBench.start_map)
    map_preview = verb(ProjectBench.map_preview)
    map_rounds = verb(ProjectBench.map_rounds)
    map_round = verb(ProjectBench.map_round)
    map_columns = verb(ProjectBench.map_columns)
    islands = verb(ProjectBench.islands)
    bridges = verb(ProjectBench.bridges)
    start_export = verb(ProjectBench.start_export)
    check_export = verb(ProjectBench.check_export)
    exports = verb(ProjectBench.exports)

    @property
    def info(self) -> Project:
        """The project's facts at this moment. Raises UnknownName if it was deleted."""
        return self.card().project

    @property
    def name(self) -> str:
        """What it is called."""
        return self.info.name

    def add_images(
        self, source: str | Path, *, format_name: str | None = None, labels: bool = True, embed: bool = True,
        on_progress: OnProgress | None = None,
    ) -> ImportReport:  # fmt: skip
        """Add the images of a folder or data set on the server's machine, below one of its roots.

        Otherwise as in ProjectBench. Raises UnknownPlace, BadFormat, BadInput, UnknownName, JobCancelled, JobFailed.
        """
        wanted = {
            "source": str(Path(source).absolute()),
            "format": format_name,
            "labels": labels,
            "embed": embed,
        }
        begun = self._connection.send("POST", f"{self._path}/imports", wanted)
        return ImportReport.from_json(self._followed(begun["job"]["number"], on_progress))

    def embed(
        self, backbone: str | None = None, *, weights_file: str | Path | None = None, use: bool = False,
        on_progress: OnProgress | None = None,
    ) -> EmbedReport:  # fmt: skip
        """Embed every image with a backbone, as in ProjectBench; weights_file is refused: the server reads no such file."""
        if weights_file is not None:
            raise BadSetting(
                f"weights_file: {weights_file} lies on your side, and the server at {self._connection.address} reads no "
                "file that a request names. Nothing was embedded. Stop the server, embed with the file on its machine "
                "(labelgraft embed), and start it again: the embedding stays."
            )
        return EmbedReport.from_json(self._followed(self.start_embed(backbone, use=use).number, on_progress))

    def train(
        self, settings: TrainingSettings | None = None, *, on_progress: OnProgress | None = None
    ) -> Model:
        """Train a model on the labels so far; it becomes the active one. Ctrl+C keeps the last finished epoch."""
        _, job = self.start_run(settings)
        return self.model_by_id(self._followed(job.number, on_progress)["model_id"])

    def resume_run(self, run: int, *, on_progress: OnProgress | None = None) -> Model:
        """Go on with a run that ended before it gave a model, from its last checkpoint. Raises UnknownName, Conflict."""
        return self.model_by_id(self._followed(self.start_resuming_run(run).number, on_progress)["model_id"])

    def predict(
        self,
        model: str | None = None,
        *,
        images: Sequence[int] | None = None,
        on_progress: OnProgress | None = None,
    ) -> PredictReport:
        """Propose classes for every image, or some, with calibrated confidence. Raises as in ProjectBench."""
        job = self.start_predict(int(self.model(model).id), images=images)
        return PredictReport.from_json(self._followed(job.number, on_progress))

    def add_detector(
        self, path: str | Path, *, classes: Mapping[str, str] | None = None, threshold: float = THRESHOLD,
        thresholds: Mapping[str, float] | None = None, name: str | None = None, input_px: tuple[int, int] | None = None,
        class_names: Sequence[str] = (), changes: Mapping[str, Any] | None = None,
    ) -> Model:  # fmt: skip
        """Add an ONNX file on the server's machine, below one of its roots. Otherwise as in ProjectBench."""
        about: dict[str, Any] = {
            "source": str(Path(path).absolute()), "input_px": input_px and list(input_px),
            "class_names": list(class_names) or None, "changes": dict(changes or {}),
        }  # fmt: skip
        own = dict(thresholds or {})
        if classes is None and own:
            offer = self._connection.send("POST", f"{self._path}/detectors/check", about)
            classes = {use["theirs"]: use["ours"] for use in offer["uses"]}
        check_thresholds(own, classes)
        wanted = None
        if classes is not None:
            wanted = [
                {"theirs": theirs, "ours": ours, "threshold": own.get(theirs)}
                for theirs, ours in classes.items()
            ]
        body = {**about, "classes": wanted, "threshold": threshold, "name": name}
        return self.model_by_id(self._connection.send("POST", f"{self._path}/detectors", body)["id"])

    def find_shapes(
        self, model: str | None = None, *, images: Sequence[int] | None = None, on_progress: OnProgress | None = None
    ) -> FindReport:  # fmt: skip
        """Have a model propose shapes. Raises as in ProjectBench."""
        job = self.start_find(None if model is None else int(self.model(model).id), images=images)
        return FindReport.from_json(self._followed(job.number, on_progress))

    def try_finding(
        self, number: int | None = None, *, images: Sequence[int] | None = None, count: int = TRIED, seed: int = 0
    ) -> tuple[FoundInImage, ...]:  # fmt: skip
        """What a model would propose for a few of these images. Raises as in ProjectBench."""
        body = {
            "model_id": number, "count": count, "seed": seed,
            "image_ids": None if images is None else [int(each) for each in images],
        }  # fmt: skip
        found = self._connection.send("POST", f"{self._path}/predictions/shapes", body)
        return tuple(map(found_in, found))

    def map(
        self, *, rearrange: bool = False, backbone: str | None = None, seed: int = 0,
        on_progress: OnProgress | None = None,
    ) -> MapRound:  # fmt: skip
        """Lay the images out: a new round. Raises as in ProjectBench."""
        job = self.start_map(rearrange=rearrange, backbone=backbone, seed=seed)
        return self.map_round(self._followed(job.number, on_progress)["number"])

    def export(
        self, format_name: str, folder: str | Path, *, transfer: Literal["copy", "link", "none"] | None = None,
        proposals: bool = False, drafts: bool = False, overwrite: bool = False, check: bool = False,
        on_progress: OnProgress | None = None,
    ) -> LossReport:  # fmt: skip
        """Write the labels in a format into a folder on this machine, whole or not at all; gives what it could not hold."""
        if check:
            return self.check_export(format_name, transfer=transfer, proposals=proposals, drafts=drafts)
        place = Path(folder).absolute()
        if place.exists() and any(place.iterdir()) and not overwrite:
            raise AlreadyExists(
                f"{place}: is there already. Nothing was written. Name another folder, or use --overwrite."
            )
        job = self.start_export(format_name, transfer=transfer, proposals=proposals, drafts=drafts)
        self._followed(job.number, on_progress)
        self._download(job.number, place)
        return next(each.losses for each in self.exports() if each.job == job.number)

    def _download(self, number: int, place: Path) -> None:
        """Unpack a finished export beside its place, then give it its name."""
        place.parent.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(dir=place.parent, prefix=f".{place.name}-") as beside:
            packed = Path(beside) / "export.zip"
            with packed.open("wb") as file:
                for piece in self._connection.pieces(f"{self._path}/exports/{number}/download"):
                    file.write(piece)
            with zipfile.ZipFile(packed) as archive:
                archive.extractall(Path(beside) / "all")
            (unpacked,) = (Path(beside) / "all").iterdir()
            if place.exists():
                shutil.rmtree(place)
            unpacked.replace(place)

    def paths(self) -> dict[ImageId, str]:
        """Where the file of every image lies, on the server's machine."""
        return {row.image.id: row.image.path for row in self._rows()}

    def dataframe(self) -> DataFrame:
        """One row per image with its label, proposal and place on the last map round. Raises MissingExtra."""
        from labelgraft.workbench.dataframe import table_of

        points = self.map_columns() if self.map_rounds() else None
        rows, order = self._rows(), self._class_order()
        labels = [min(row.class_names, key=order.__getitem__, default=None) for row in rows]
        answers = [label or row.proposed for label, row in zip(labels, rows, strict=True)]
        return table_of(
            [row.image for row in rows], labels, answers, [row.confidence for row in rows], points
        )

    def map_figure(self, number: int | None = None, *, dark: bool = False) -> Figure:
        """A matplotlib picture of a round, coloured by the labels, else by the proposals of now.

        Raises MissingExtra without matplotlib: pip install 'labelgraft[notebook]'.
        """
        from labelgraft.workbench.map_verbs import figure_of

        shown, columns, order = self.map_round(number), self.map_columns(number), self._class_order()
        label_of = {
            row.image.id: min(map(order.__getitem__, row.class_names), default=-1) for row in self._rows()
        }
        given = np.array([label_of.get(ImageId(each), -1) for each in columns.image_ids.tolist()], np.int64)
        return figure_of(self.name, shown, columns, given, self.classes(), self.islands(number), dark=dark)

    def _rows(self) -> list[ListedImage]:
        """Every image with its classes and its surest proposal."""
        found: list[ListedImage] = []
        after: int | None = None
        while True:
            page = self.images(after=after, limit=5_000)
            found += page.rows
            if page.next_after is None:
                return found
            after = page.next_after

    def _class_order(self) -> dict[str, int]:
        return {each.name: position for position, each in enumerate(self.classes())}

    def _followed(self, number: int, on_progress: OnProgress | None) -> Mapping[str, Any]:
        return dict(follow(Job(self._connection, number), on_progress))


def found_in(told: Mapping[str, Any]) -> FoundInImage:
    """A trial from the wire."""
    shapes = tuple(
        ProposedHere(
            ClassId(one["class_id"]), one["class_name"], one["confidence"],
            shape_json.from_json(one["shape"], "the server's answer"),
        )
        for one in told["shapes"]
    )  # fmt: skip
    return FoundInImage(ImageId(told["image_id"]), told["width_px"], told["height_px"], shapes, told["known"])
