"""The overview from an empty project to an exported one, and its learning curve on real photos."""

from __future__ import annotations

import threading
import time
from pathlib import Path

from tests.workbench.test_loop import HUES, label_some, paint, true_name

from labelgraft.domain.ids import ProjectId
from labelgraft.domain.image import ImageState
from labelgraft.domain.overview import ActionKind, LearningCurve, Overview
from labelgraft.errors import NotEnoughLabels
from labelgraft.workbench.curve_keeper import CurveKeeper
from labelgraft.workbench.front_door import Workbench
from labelgraft.workbench.project import ProjectBench


def computed(project: ProjectBench) -> Overview:
    """The overview once its curve is no longer on its way."""
    deadline = time.monotonic() + 60
    while (found := project.overview()).computing:
        assert time.monotonic() < deadline
        time.sleep(0.02)
    return found


def test_each_step_of_the_loop_is_the_next_one_in_turn(bench: Workbench, tmp_path: Path) -> None:
    project = bench.new_project("turn", backbone="color-histogram")
    assert project.overview().next.kind is ActionKind.ADD_IMAGES
    project.add_images(paint(tmp_path / "p", 20))
    assert project.overview().next.kind is ActionKind.SET_CLASSES
    project.set_classes(list(HUES))
    assert project.overview().next.kind is ActionKind.LAY_OUT
    project.map()
    label = project.overview().next
    assert (label.kind, label.button, label.params) == (
        ActionKind.LABEL, "Label these 20", {"count": 20, "order": "both"},
    )  # fmt: skip
    label_some(project, 12)
    assert project.overview().next.params["count"] == 8
    label_some(project, 8)
    assert project.overview().next.kind is ActionKind.TRAIN
    project.train()
    assert project.overview().next.kind is ActionKind.PREDICT
    project.predict()
    found = project.overview()
    assert found.sure + found.doubtful == 40
    assert found.next.kind in (ActionKind.ACCEPT, ActionKind.REVIEW)
    assert sum(each.proposed for each in found.per_class) == 40
    project.accept(threshold=0.0)
    over = project.overview()
    assert over.next.kind is ActionKind.EXPORT
    assert over.per_state[ImageState.LABELLED] == 60
    assert [(each.by_hand + each.accepted, each.proposed) for each in over.per_class] == [(20, 0)] * 3
    assert sum(each.accepted for each in over.per_class) == 40
    assert [point.labels_used for point in over.models] == [20]
    assert [point.number for point in over.rounds] == [1]


def test_many_accepted_proposals_are_no_reason_to_train_again_but_own_labels_are(
    bench: Workbench, tmp_path: Path
) -> None:
    project = bench.new_project("again", classes=list(HUES), backbone="color-histogram")
    project.add_images(paint(tmp_path / "p", 40))
    project.map()
    label_some(project, 20)
    project.train()
    project.predict()
    proposed = [row.image.id for row in project.images(state=ImageState.PROPOSED, limit=100).rows]
    project.accept(images=proposed[:60])
    assert project.overview().next.kind in (ActionKind.ACCEPT, ActionKind.REVIEW)
    paths = project.paths()
    for image_id in proposed[60:78]:
        project.label([image_id], true_name(paths[image_id]))
    assert project.overview().next.kind is ActionKind.TRAIN


def test_the_same_state_is_read_once_and_a_new_label_is_seen_at_once(
    bench: Workbench, tmp_path: Path
) -> None:
    project = bench.new_project("cached", classes=list(HUES), backbone="color-histogram")
    project.add_images(paint(tmp_path / "p", 4))
    computed(project)
    first = project.overview()
    assert project.overview().next is first.next
    project.label([next(iter(project.paths()))], "red")
    second = project.overview()
    assert second.operation_id > first.operation_id
    assert second.per_state[ImageState.LABELLED] == 1
    assert "found 1 labels" in computed(project).curve_reason


def test_on_cats_and_dogs_the_curve_rises_and_says_what_more_labels_bring(
    bench: Workbench, photos: Path, tmp_path: Path
) -> None:
    chosen = sorted(photos.iterdir())
    (tmp_path / "labels.csv").write_text(
        "path,label\n" + "".join(f"{path},{path.name[:3]}\n" for path in chosen)
    )
    project = bench.new_project("curve of pets", classes=["cat", "dog"])
    project.add_images(tmp_path / "labels.csv")
    found = computed(project)
    assert found.curve is not None
    assert found.curve.labels == 80
    assert found.curve.points[-1].labels == 64
    assert found.curve.points[-1].accuracy.value > 0.85
    assert found.curve.points[-1].accuracy.value >= found.curve.points[0].accuracy.value
    assert "50 more labels" in found.curve.words
    assert [each.imported for each in found.per_class] == [40, 40]


def test_nobody_waits_for_a_curve_and_an_old_one_stays_until_the_new_one_is_there() -> None:
    keeper, go, asked = CurveKeeper(), threading.Event(), []
    curve = object()

    def compute() -> LearningCurve:
        asked.append(1)
        go.wait(10)
        return curve  # type: ignore[return-value]

    def fail() -> LearningCurve:
        raise NotEnoughLabels("too few")

    project = ProjectId(1)
    assert keeper.newest(project, (1,), compute) == (None, True, "")
    assert keeper.newest(project, (2,), compute) == (None, True, "")
    go.set()
    keeper.close()
    assert keeper.newest(project, (1,), compute) == (curve, False, "")
    assert len(asked) == 1
    assert keeper.newest(project, (3,), fail)[:2] == (curve, True)
    keeper.close()
    assert keeper.newest(project, (3,), fail) == (None, False, "too few")
