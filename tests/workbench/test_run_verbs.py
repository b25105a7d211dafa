"""Runs begun without waiting: followed while they go on, stopped, taken up again, and estimated before they begin."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from tests.workbench.test_loop import HUES, label_some, paint

import labelgraft
from labelgraft.domain.live_run import LiveRun
from labelgraft.domain.model import RunState
from labelgraft.domain.training import SETTINGS_HELP, Augmentation, HeadKind, TrainingSettings
from labelgraft.errors import AlreadyExists, Conflict, NothingLabelled, UnknownName
from labelgraft.workbench.front_door import Workbench
from labelgraft.workbench.project import ProjectBench

ENDED = (RunState.FINISHED, RunState.STOPPED, RunState.FAILED, RunState.INTERRUPTED)


@pytest.fixture(scope="module")
def bench(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Workbench]:
    """A workspace of its own: an estimate knows the trainings of all projects."""
    with labelgraft.open(tmp_path_factory.mktemp("workspace") / "w", create=True) as opened:
        yield opened


@pytest.fixture(scope="module")
def project(bench: Workbench, tmp_path_factory: pytest.TempPathFactory) -> ProjectBench:
    made = bench.new_project("hues", classes=list(HUES), backbone="color-histogram")
    made.add_images(paint(tmp_path_factory.mktemp("pictures") / "p", 20))
    return made


def wait_for(seen: Callable[[], bool], seconds: float = 120) -> None:
    deadline = time.monotonic() + seconds
    while not seen():
        assert time.monotonic() < deadline, "it did not happen in time"
        time.sleep(0.05)


def ended(project: ProjectBench, run: int) -> LiveRun:
    wait_for(lambda: project.run(run).run.state in ENDED)
    return project.run(run)


def test_without_labels_no_run_is_begun(project: ProjectBench) -> None:
    with pytest.raises(NothingLabelled):
        project.start_run()
    assert project.runs() == ()
    label_some(project, 12)


def test_a_run_is_followed_from_any_epoch_to_its_model(project: ProjectBench) -> None:
    run, job = project.start_run(TrainingSettings(head=HeadKind.MLP, epochs=30, name="hues of paint"))
    assert job.kind == "train"
    over = ended(project, run.id)
    assert over.run.state is RunState.FINISHED
    assert over.job == job.number
    assert over.metric_count == len(over.metrics) == 30
    assert [each.epoch for each in over.metrics] == list(range(1, 31))
    later = project.run(run.id, after=28)
    assert (later.first, later.metrics) == (28, over.metrics[28:])
    assert project.run(run.id, after=99).first == 0
    assert over.model_id == project.model("hues of paint").id
    with pytest.raises(AlreadyExists):
        project.start_run(TrainingSettings(name="hues of paint"))
    with pytest.raises(Conflict, match="nothing to stop"):
        project.stop_run(run.id)
    with pytest.raises(Conflict, match="nothing to go on with"):
        project.start_resuming_run(run.id)
    with pytest.raises(UnknownName):
        project.run(999)


def test_a_stopped_head_keeps_its_last_epoch_as_the_model(project: ProjectBench) -> None:
    run, _ = project.start_run(TrainingSettings(head=HeadKind.MLP, epochs=10_000))
    wait_for(lambda: project.run(run.id).metric_count > 3)
    project.stop_run(run.id)
    over = ended(project, run.id)
    assert over.run.state is RunState.STOPPED
    assert over.model_id is not None
    assert 3 < over.metric_count < 10_000
    with pytest.raises(Conflict, match="a model already"):
        project.resume_run(run.id)


def test_a_failed_run_says_why_in_words_and_can_be_taken_up(project: ProjectBench) -> None:
    run, _ = project.start_run(TrainingSettings(head=HeadKind.FINETUNE))
    over = ended(project, run.id)
    assert over.run.state is RunState.FAILED
    assert "histogram" in over.run.reason
    job = project.start_resuming_run(run.id)
    assert job.state == "running"
    assert ended(project, run.id).run.state is RunState.FAILED


def test_the_estimate_names_its_basis_and_becomes_surer_with_runs(project: ProjectBench) -> None:
    mlp = project.estimate_training(TrainingSettings(head=HeadKind.MLP, epochs=30))
    linear = project.estimate_training(TrainingSettings())
    assert mlp is not None
    assert linear is not None
    assert "one earlier mlp training" in mlp.basis
    assert "another machine" in linear.basis
    assert linear.high / linear.low > mlp.high / mlp.low
    assert mlp.labels == 12
    assert project.estimate_training(TrainingSettings(head=HeadKind.SCRATCH), probe=False) is None


def test_settings_are_listed_by_head(project: ProjectBench) -> None:
    names = {row.name for row in project.training_settings("linear")}
    assert "epochs" not in names
    assert {row.name for row in project.training_settings("finetune")} >= {"frozen_blocks", "full_steps"}
    assert project.training_settings() == SETTINGS_HELP


@pytest.mark.slow
def test_a_fine_tuning_shows_its_epochs_while_it_runs_and_stops_with_the_last_one_as_its_model(
    bench: Workbench, photos: Path, tmp_path: Path
) -> None:
    chosen = sorted(photos.glob("cat.*"))[:26] + sorted(photos.glob("dog.*"))[:26]
    (tmp_path / "labels.csv").write_text(
        "path,label\n" + "".join(f"{path},{path.name[:3]}\n" for path in chosen)
    )
    pets = bench.new_project("pets", classes=["cat", "dog"])
    pets.add_images(tmp_path / "labels.csv")
    settings = TrainingSettings(head=HeadKind.FINETUNE, epochs=500, augmentation=Augmentation.NONE)
    estimate = pets.estimate_training(settings)
    assert estimate is not None
    assert "probe of efficientnet-lite0" in estimate.basis
    run, _ = pets.start_run(settings)
    wait_for(lambda: pets.run(run.id).metric_count >= 2)
    seen = pets.run(run.id)
    assert seen.run.state is RunState.RUNNING
    assert seen.progress is not None
    assert {row.class_name for row in seen.metrics[-1].per_class} == {"cat", "dog"}
    pets.stop_run(run.id)
    over = ended(pets, run.id)
    assert over.run.state is RunState.STOPPED
    assert over.model_id is not None
    assert [rung.name for rung in over.rungs] == ["head", "last blocks"]
    assert pets.models()[-1].run_id == run.id
