"""The verbs of the map: a round, its islands, its points, its picture."""

from __future__ import annotations

import threading
from collections.abc import Collection, Mapping, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from labelgraft.domain.arrays import Ints
from labelgraft.domain.ids import ImageId
from labelgraft.domain.map import Bridge, Island, IslandReport, MapColumns, MapRound, Moves
from labelgraft.domain.project import LabelClass
from labelgraft.errors import LabelgraftError
from labelgraft.jobs.records import JobStatus
from labelgraft.jobs.runner import JobHandle
from labelgraft.learning.backbones import registry
from labelgraft.learning.map_facts import MapFacts
from labelgraft.services.describe_map import describe_bridges, describe_round, facts_of_round, moves_between
from labelgraft.services.embedding_spaces import lacks_vectors, read_vectors
from labelgraft.services.lay_out_map import embedding_to_map, islands_of
from labelgraft.services.read_labels import read_labels
from labelgraft.services.select_images import map_round
from labelgraft.storage import maps
from labelgraft.workbench.project_base import OnProgress, ProjectBase

if TYPE_CHECKING:
    from matplotlib.figure import Figure


class MapVerbs(ProjectBase):
    """Lay out, look, and measure."""

    def map(
        self, *, rearrange: bool = False, backbone: str | None = None, seed: int = 0,
        on_progress: OnProgress | None = None,
    ) -> MapRound:  # fmt: skip
        """Lay the images out: a new round from the active model's embedding, or a backbone's.

        It keeps the places of the last round; rearrange begins from nothing. Raises BadInput, JobCancelled, JobFailed.
        """
        arguments = {"rearrange": rearrange, "backbone": backbone, "seed": seed}
        number: int = self._job("map", f"Map of {self.name}", arguments, on_progress)["number"]
        return self.map_round(number)

    def start_map(self, *, rearrange: bool = False, backbone: str | None = None, seed: int = 0) -> JobStatus:
        """Begin a new round as `map` does, and come back at once.

        Images that the backbone has not seen are embedded with it first: the job is then the embedding, and the round
        follows when it has ended. Raises UnknownName, BadSetting.
        """
        arguments = {"rearrange": rearrange, "backbone": backbone, "seed": seed}
        if backbone is None or not lacks_vectors(self._workspace, self.id, registry.get(backbone).name):
            return self._start("map", f"Map of {self.name}", arguments)
        title = f"Embedding {self.name} with {backbone}"
        embedding = self._begin("embed", title, {"backbone": backbone, "use": False})
        threading.Thread(target=self._map_after, args=(embedding, arguments), daemon=True).start()
        return embedding.status()

    def _map_after(self, embedding: JobHandle, arguments: dict[str, Any]) -> None:
        try:
            embedding.wait()
            self._start("map", f"Map of {self.name}", arguments)
        except LabelgraftError:
            return  # the list of jobs tells why the images could not be embedded

    def map_preview(self, backbone: str | None = None) -> MapColumns:
        """The two main directions of the embedding, at once; nothing is kept and there are no islands."""
        name = backbone or self.info.backbone
        vectors = read_vectors(self._workspace, self.id, name)
        xy = self._engine.for_answers.call("labelgraft.learning.principal.preview", vectors.rows)
        return MapColumns(vectors.image_ids, xy, np.full(len(xy), -1, np.int64))

    def map_rounds(self) -> tuple[MapRound, ...]:
        """Every round, oldest first."""
        with self._workspace.database.reading() as connection:
            return maps.list_all(connection, self.id)

    def map_round(self, number: int | None = None) -> MapRound:
        """A round by its number, the last one for None. Raises BadInput, UnknownName."""
        return map_round(self._workspace, self.id, number)

    def map_columns(self, number: int | None = None) -> MapColumns:
        """The points of a round: image ids, places, islands."""
        shown = self.map_round(number)
        with self._workspace.database.reading() as connection:
            return maps.columns(connection, self._workspace.maps_folder, shown.id)

    def islands(self, number: int | None = None) -> tuple[Island, ...]:
        """The islands of a round, named after the labels of now."""
        return islands_of(self._workspace, self.id, self.map_round(number))

    def describe_islands(self, number: int | None = None, *, unlike: bool = True) -> tuple[IslandReport, ...]:
        """The islands of a round with their odd ones, by the labels and proposals of now.

        unlike: also those that look unlike their island, which costs a second or so the first time per round.
        """
        shown = self.map_round(number)
        return describe_round(self._workspace, self.id, shown, self._map_facts(shown) if unlike else None)

    def bridges(self, number: int | None = None) -> tuple[Bridge, ...]:
        """Groups of images whose nearest neighbours are split between two islands, the largest first."""
        shown = self.map_round(number)
        return describe_bridges(self._workspace, self.id, shown, self._map_facts(shown))

    def moves(self, before: int, after: int | None = None, *, count: int = 100) -> Moves:
        """How far images moved between two rounds (after: the last for None), the farthest named. Raises UnknownName."""
        return moves_between(self._workspace, self.map_round(before), self.map_round(after), count=count)

    def _map_facts(self, shown: MapRound) -> MapFacts:
        resident = self._engine.for_answers
        return self._engine.kept.get(
            ("map facts", shown.id), lambda: facts_of_round(self._workspace, self.id, shown, resident)
        )

    def map_figure(self, number: int | None = None, *, dark: bool = False) -> Figure:
        """A matplotlib picture of a round, coloured by the labels, else by the proposals of now.

        Raises MissingExtra without matplotlib: pip install 'labelgraft[notebook]'.
        """
        shown, columns = self.map_round(number), self.map_columns(number)
        labels = read_labels(self._workspace, self.id)
        given = labels.aligned(columns.image_ids)
        return figure_of(self.name, shown, columns, given, self.classes(), self.islands(number), dark=dark)

    def purity_by(
        self, names: Mapping[ImageId, str], *, leave_out: Collection[ImageId] = (), round_number: int | None = None,
        in_embedding: bool = False, backbone: str | None = None,
    ) -> float | None:  # fmt: skip
        """How often an image's 15 nearest share its class, by class names from outside: for those who know the truth.

        leave_out: images that are neither judged nor neighbours. in_embedding: of the active model (or a backbone)
        instead of the map. None with fewer than 16 images to judge.
        """
        if in_embedding or backbone:
            vectors, _, _ = embedding_to_map(self._workspace, self.id, backbone, self._engine.for_jobs)
            ids, places, function = vectors.image_ids, vectors.rows, "embedding_purity"
        else:
            columns = self.map_columns(round_number)
            ids, places, function = columns.image_ids, columns.xy, "map_purity"
        order = {name: number for number, name in enumerate(sorted(set(names.values())))}
        classes = np.array([order.get(names.get(ImageId(i), ""), -1) for i in ids.tolist()], np.int64)
        only = ~np.isin(ids, np.array(sorted(leave_out), np.int64))
        found: float | None = self._engine.for_jobs.call(
            f"labelgraft.learning.purity.{function}", places, classes, only=only
        )
        return found


def figure_of(
    name: str, shown: MapRound, columns: MapColumns, given: Ints, classes: Sequence[LabelClass], islands: Sequence[Island],
    *, dark: bool,
) -> Figure:  # fmt: skip
    """A picture of a round. given: (N,) the position of each image's label in the classes, -1 without one.

    Raises MissingExtra without matplotlib.
    """
    from labelgraft.learning.figure import DARK, LIGHT, draw_map

    purity = "" if shown.purity is None else f", purity {shown.purity:.3f}"
    return draw_map(
        columns.xy, given, tuple(each.name for each in classes),
        class_colours=tuple(each.colour for each in classes) or ("#808080",), islands=islands,
        title=f"{name}, round {shown.number}",
        subtitle=f"{shown.image_count:,} images by {shown.embedding}{purity}", palette=DARK if dark else LIGHT,
    )  # fmt: skip
