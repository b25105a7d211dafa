"""A simulated annotator who knows the true labels and plays the whole loop by its verbs.

She makes the gestures that a person makes: one label for one card of the queue, one accept for a threshold or an
island, one correction for one wrong thumbnail. Before she accepts she looks at the thumbnails, the doubtful ones
first. She reads the truth only of images that are in front of her; accuracy is counted beside her, for the table.
"""

from __future__ import annotations

import math
import tarfile
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from labelgraft.domain.ids import ImageId
from labelgraft.domain.progress import Progress
from labelgraft.domain.queue import QueueOrder
from labelgraft.domain.training import TrainingSettings
from labelgraft.errors import BadFormat, BadInput
from labelgraft.formats import detect
from labelgraft.services.demo_digits import draw_digits
from labelgraft.workbench import front_door
from labelgraft.workbench.project import ProjectBench

Told = Callable[[Progress], None]
BUDGETS = (10, 20, 20)
"""Labels given one by one in each of the first rounds: fifty together."""
GOAL = 0.99
PAGE = 40
"""Thumbnails that she looks through before the model learns again."""


@dataclass(frozen=True, slots=True)
class Round:
    """One line of the table. labels: given by hand so far; gestures: made so far; labelled: images with a label.

    accuracy: of the class of every image, its label or else its proposal. purity: of the map, over images that
    were never labelled by hand. seconds: of this round's computing.
    """

    number: int
    labels: int
    gestures: int
    labelled: int
    accuracy: float
    purity: float | None
    seconds: float


@dataclass(frozen=True, slots=True)
class Game:
    """A whole loop played. gestures: until GOAL of all labels were right; one_by_one: the same by hand."""

    images: int
    classes: int
    backbone: str
    rounds: tuple[Round, ...]
    gestures: int
    one_by_one: int
    accuracy: float
    summary: str


def prepare_data(data: Path | None, folder: Path) -> Path:
    """A labelled folder to play on: the one given, a .tar of one unpacked into `folder`, or drawn digits."""
    if data is None:
        return draw_digits(folder)
    if data.suffix != ".tar":
        return data
    folder.mkdir(parents=True, exist_ok=True)
    try:
        with tarfile.open(data) as tar:
            tar.extractall(folder, filter="data")
    except (tarfile.TarError, OSError) as error:
        raise BadFormat(
            f"{data}: cannot be unpacked ({error}). Nothing was played. Give a .tar or a folder."
        ) from error
    return folder


def play(
    source: Path, workspace: Path, *, seed: int = 0, goal: float = GOAL, backbone: str = "efficientnet-lite0",
    on_progress: Told = lambda _progress: None,
) -> Game:  # fmt: skip
    """Play the loop on a labelled data set until `goal` of all labels are right. Raises BadInput without labels."""
    found = detect.detect(source)
    dataset = found.format.read(source)
    truth = {Path(image.path).name: image.class_names[0] for image in dataset.images if image.class_names}
    if len(truth) < len(dataset.images) or not truth:
        raise BadInput(
            f"{source}: {len(truth):,} of {len(dataset.images):,} images have a label of their own and a file name of "
            "their own, and the annotator must know all of them. Nothing was played."
        )
    with front_door.open(workspace, create=True) as bench:
        project = bench.new_project("demo", classes=sorted(set(truth.values())), backbone=backbone)
        project.add_images(source, labels=False, on_progress=on_progress)
        return Annotator(project, truth, seed).play(goal, on_progress)


class Annotator:
    """Who labels: knows the truth by file name, counts her gestures."""

    def __init__(self, project: ProjectBench, truth: Mapping[str, str], seed: int) -> None:
        self.project = project
        self.seed = seed
        self.gestures = 0
        self.by_hand: set[ImageId] = set()
        self.rounds: list[Round] = []
        self._path = project.paths()
        self._truth = {image_id: truth[Path(path).name] for image_id, path in self._path.items()}

    def play(self, goal: float, on_progress: Told) -> Game:
        """Label by the queue, then accept and correct until `goal` of all labels are right."""
        for number, budget in enumerate(BUDGETS):
            on_progress(Progress(number, len(BUDGETS) + 1, "rounds", message=f"Round {number + 1}"))
            self.label_cards(min(budget, max(1, len(self._truth) // 10)))
        on_progress(Progress(len(BUDGETS), len(BUDGETS) + 1, "rounds", message="Accept and correct"))
        self.accept_and_correct(goal)
        images = len(self._truth)
        one_by_one = math.ceil(goal * images)
        accuracy = self.rounds[-1].accuracy
        return Game(
            images=images,
            classes=len(set(self._truth.values())),
            backbone=self.project.info.backbone,
            rounds=tuple(self.rounds),
            gestures=self.gestures,
            one_by_one=one_by_one,
            accuracy=accuracy,
            summary=(
                f"{100 * accuracy:.1f} % of all {images:,} labels are right after {self.gestures:,} gestures; one by one "
                f"takes {one_by_one:,} for {100 * goal:.0f} %: {one_by_one / max(1, self.gestures):.1f} times as many."
            ),
        )

    def label_cards(self, count: int) -> None:
        """Label the next cards one by one, train, draw the map again, take proposals."""
        started = time.perf_counter()
        order = QueueOrder.BOTH
        for card in self.project.next(count, order=order, seed=self.seed):
            self.give(card.card.image_id)
        self.learn()
        self.note(started)

    def give(self, image_id: ImageId) -> None:
        """One gesture: the true class for one image that she sees."""
        self.project.label([image_id], self._truth[image_id])
        self.by_hand.add(image_id)
        self.gestures += 1

    def learn(self) -> None:
        """Train on the labels so far, lay out the next round, propose for the rest."""
        if len({self._truth[image_id] for image_id in self.by_hand}) < 2:
            self.project.map(seed=self.seed)
            return
        self.project.train(TrainingSettings(seed=self.seed))
        self.project.map(seed=self.seed)
        self.project.predict()

    def accept_and_correct(self, goal: float) -> None:
        """Look through the doubtful proposals page by page, correct the wrong ones, accept the rest."""
        while True:
            started = time.perf_counter()
            page = self.project.doubtful(PAGE)
            wrong = [row for row in page if self._truth[row.image_id] != row.class_name]
            for row in wrong:
                self.give(row.image_id)
            seen_right = [row.image_id for row in page if row not in wrong]
            if seen_right:
                self.project.accept(images=seen_right)
                self.gestures += 1
            if len(wrong) > PAGE // 8:
                self.learn()
                self.note(started)
            if not page or self.accuracy() >= goal:
                break
        started = time.perf_counter()
        self.project.accept(threshold=0.0)
        self.gestures += 1
        self.note(started)

    def accuracy(self) -> float:
        """Share of all images whose label, or else whose proposal, is right. She never reads this: the table does."""
        said = self.project.answers()
        return float(np.mean([said.get(image_id) == name for image_id, name in self._truth.items()]))

    def note(self, started: float) -> None:
        """Add a line to the table."""
        status = self.project.status()
        self.rounds.append(
            Round(
                number=len(self.rounds) + 1,
                labels=len(self.by_hand),
                gestures=self.gestures,
                labelled=status.labelled,
                accuracy=self.accuracy(),
                purity=self.map_purity(),
                seconds=time.perf_counter() - started,
            )
        )

    def map_purity(self) -> float | None:
        """kNN purity (k = 15) on the last round, over images never labelled by hand."""
        rounds = self.project.map_rounds()
        if not rounds:
            return None
        return self.project.purity_by(self._truth, leave_out=self.by_hand, round_number=rounds[-1].number)
