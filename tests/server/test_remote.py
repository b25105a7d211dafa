"""The same verbs through a running server: from Python, and from the command line beside it."""

from __future__ import annotations

import inspect
import io
import json
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from tests.server.running import Running

import labelgraft
from labelgraft.domain.image import ImageState
from labelgraft.domain.progress import Progress
from labelgraft.domain.training import TrainingSettings
from labelgraft.errors import (
    AlreadyExists,
    BadInput,
    BadSetting,
    JobCancelled,
    NothingLabelled,
    UnknownName,
    UnknownNumber,
    Unreachable,
)
from labelgraft.remote.bench import RemoteWorkbench
from labelgraft.remote.project import RemoteProject
from labelgraft.server.sessions import write_secret
from labelgraft.workbench import verbs
from labelgraft.workbench.front_door import Workbench
from labelgraft.workbench.project import ProjectBench

Live = tuple[Running, Workbench]

FOR_THE_SERVER = frozenset({
    # What serves the browser: it has resources of its own, or works on the server's files.
    "bridges_of", "change_labels", "choose", "odd_ones_first", "operation_revisions", "describe_islands", "moves",
    "image", "image_details", "image_order", "image_page", "image_states", "similar", "overview", "class_counts",
    "add_class", "add_classes", "change_class", "order_classes", "merge_classes", "delete_class_by_id", "check_import",
    "start_import", "start_digits", "download", "compare_models", "describe_model", "delete_model", "model_details",
    "live_score", "try_model", "use_model_by_id",
    "look_at_detector", "add_detector_file", "find_in_image", "one_file", "instances", "instances_of",
    "edit_instances", "run", "estimate_training", "purity_by",
    "settings", "person", "pictures", "watch", "warm_up", "make_ready", "thumbnails",
    "resume_interrupted", "places", "source_below",
    "wants_first_map", "upload_limits", "begin_upload", "upload_name", "received_files", "offer_files", "receive_file",
    "source_of_upload", "start_demo",
})  # fmt: skip


def public(kind: type) -> dict[str, Any]:
    return {name: value for name, value in inspect.getmembers(kind) if not name.startswith("_")}


@pytest.mark.parametrize(("local", "remote"), [(ProjectBench, RemoteProject), (Workbench, RemoteWorkbench)])
def test_every_verb_is_there_with_the_same_arguments(local: type, remote: type) -> None:
    here, there = public(local), public(remote)
    assert sorted(here.keys() - there.keys() - FOR_THE_SERVER) == []
    for name in here.keys() & there.keys():
        if inspect.isfunction(here[name]):
            mine, other = inspect.signature(here[name]), inspect.signature(there[name])
            assert list(mine.parameters.values()) == list(other.parameters.values()), name
            assert remote_name(str(mine.return_annotation)) == str(other.return_annotation), name


def remote_name(annotation: str) -> str:
    return annotation.replace("ProjectBench", "RemoteProject")


@pytest.mark.parametrize("name", [*verbs.OF_PROJECTS, *verbs.OF_WORKSPACES])
def test_what_a_verb_takes_and_gives_can_be_sent(name: str) -> None:
    hints = verbs.hints_of(verbs.OF_PROJECTS.get(name) or verbs.OF_WORKSPACES[name])
    assert "return" in hints
    assert "Callable" not in str(hints)


@pytest.fixture
def remote(running: Live) -> Iterator[RemoteWorkbench]:
    server, _ = running
    with labelgraft.connect(server.address, server.options.program_token) as bench:
        yield bench


def test_the_whole_loop_through_a_server(running: Live, remote: RemoteWorkbench, tmp_path: Path) -> None:
    _, bench = running
    pets, local = remote.project("pets"), bench.project("pets")
    assert remote.folder == bench.folder
    assert pets.status() == local.status()
    assert pets.info == local.info
    assert pets.classes() == local.classes()
    page = pets.images(limit=7)
    assert page == local.images(limit=7)
    by_name = {row.image.id: Path(row.image.path).name.split(".")[0] for row in pets.images(limit=30).rows}
    assert pets.paths() == local.paths()
    for name in ("cat", "dog"):
        chosen = [number for number, true in by_name.items() if true == name][:10]
        operation = pets.label(pets.select(images=chosen), name)
        assert operation == local.history()[0]
    told: list[Progress] = []
    assert pets.map(on_progress=told.append) == local.map_round()
    assert told
    np.testing.assert_array_equal(pets.map_columns().xy, local.map_columns().xy)
    np.testing.assert_array_equal(pets.map_columns().image_ids, local.map_columns().image_ids)
    assert pets.islands() == local.islands()
    model = pets.train(TrainingSettings(name="first"))
    assert model == local.model()
    assert pets.models() == local.models()
    assert pets.predict().unlabelled == 10
    pandas = pytest.importorskip("pandas")
    pandas.testing.assert_frame_equal(pets.dataframe(), local.dataframe())
    assert set(local.dataframe()["label"].dropna()) == {"cat", "dog"}
    assert drawn(pets) == drawn(local)
    report = pets.accept(threshold=0.0)
    assert (report.image_count, report.operation) == (10, local.history()[0])
    assert pets.next(3, order="random") == local.next(3, order="random")
    undone = pets.revert(report.operation.id)  # type: ignore[union-attr]
    assert undone.image_count == 10
    assert pets.images(state=ImageState.LABELLED, limit=30) == local.images(
        state=ImageState.LABELLED, limit=30
    )
    losses = pets.export("csv", tmp_path / "out", proposals=True)
    assert losses == pets.export("csv", tmp_path / "out", proposals=True, check=True)
    assert len((tmp_path / "out" / "labels.csv").read_text().splitlines()) == 31
    assert [job.kind for job in remote.jobs()][:2] == ["export", "predict"]
    assert remote.jobs() == bench.jobs()


def drawn(project: ProjectBench | RemoteProject) -> bytes:
    """The picture of the last round, pixel by pixel."""
    pytest.importorskip("matplotlib")
    picture = io.BytesIO()
    project.map_figure(dark=True).savefig(picture, format="raw")
    return picture.getvalue()


def test_a_table_of_several_classes_per_image_is_the_same_from_afar(
    running: Live, remote: RemoteWorkbench, served_pictures: Path
) -> None:
    pandas = pytest.importorskip("pandas")
    _, bench = running
    local = bench.new_project("tags", classes=["z", "a", "m"], multi_label=True, backbone="color-histogram")
    local.add_images(served_pictures, embed=False)
    ids = sorted(local.paths())
    local.label(ids[:4], "a")
    local.label(ids[2:6], "z")
    local.label(ids[5:7], "m")
    local.set_aside(ids[8:9], unclear=True)
    pandas.testing.assert_frame_equal(remote.project("tags").dataframe(), local.dataframe())
    assert local.dataframe()["label"][:7].tolist() == ["a", "a", "z", "z", "z", "z", "m"]


def test_errors_are_those_of_the_workbench(remote: RemoteWorkbench, tmp_path: Path) -> None:
    pets = remote.project("pets")
    with pytest.raises(UnknownName, match="Did you mean 'pets'"):
        remote.project("pest")
    with pytest.raises(UnknownName, match="Did you mean 'cat'"):
        pets.label([1], "cta")
    with pytest.raises(BadInput):
        pets.label([4711], "cat")
    with pytest.raises(UnknownNumber):
        pets.operation(4711)
    with pytest.raises(NothingLabelled):
        pets.train()
    with pytest.raises(AlreadyExists):
        remote.new_project("pets")
    with pytest.raises(BadInput, match="found 'many', expected int"):
        pets.history(limit="many")  # type: ignore[arg-type]
    with pytest.raises(TypeError, match="unexpected"):
        pets.history(most=3)  # type: ignore[call-arg]
    with pytest.raises(BadInput, match="below the folders"):
        pets.add_images("/etc")
    with pytest.raises(BadSetting, match="lies on your side"):
        pets.embed(weights_file="mine.safetensors")
    (tmp_path / "full").mkdir()
    (tmp_path / "full" / "mine.txt").write_text("mine")
    with pytest.raises(AlreadyExists):
        pets.export("csv", tmp_path / "full")
    assert (tmp_path / "full" / "mine.txt").read_text() == "mine"


def test_a_wrong_token_and_a_wrong_address_are_said(running: Live) -> None:
    server, _ = running
    with pytest.raises(Unreachable, match="does not know this token"):
        labelgraft.connect(server.address, "guessed")
    with pytest.raises(Unreachable, match="no answer"):
        labelgraft.connect("http://127.0.0.1:1", "guessed")
    with pytest.raises(BadSetting, match="expected the address"):
        labelgraft.connect("127.0.0.1", "guessed")


def test_verbs_by_name_take_nothing_that_is_no_verb(running: Live) -> None:
    server, _ = running
    for name in ("add_images", "export", "paths", "_call", "__class__", "dataframe"):
        answer = server.client.post(f"/api/v1/projects/1/verbs/{name}", json={})
        assert answer.status_code in {404, 422}
    for arguments in (
        {"self": 1},
        {"return": 1},
        {"images": 1, "class_name": "cat"},
        {"images": [2**64], "class_name": "cat"},
        {},
    ):
        answer = server.client.post("/api/v1/projects/1/verbs/label", json={"arguments": arguments})
        assert answer.status_code == 422, arguments


def test_ctrl_c_cancels_the_job_on_the_server(running: Live, remote: RemoteWorkbench) -> None:
    _, bench = running
    pets = remote.project("pets")
    pressed: list[Progress] = []

    def press(progress: Progress) -> None:
        pressed.append(progress)
        if len(pressed) == 1:
            raise KeyboardInterrupt

    with pytest.raises(JobCancelled, match="labelgraft jobs resume"):
        pets.embed("random:efficientnet-lite0", on_progress=press)
    assert str(bench.jobs()[0].state) == "cancelled"


@pytest.fixture
def beside(running: Live) -> Any:
    """The command line, while a server has its workspace open."""
    server, bench = running
    bench._engine.workspace.say_address(server.address)
    write_secret(bench.folder / "server.token", server.options.program_token)

    def call(*words: str) -> Any:
        command = [sys.executable, "-m", "labelgraft", "-w", str(bench.folder), "--json", *words]
        ended = subprocess.run(command, capture_output=True, text=True, timeout=120, check=False)
        assert ended.returncode == 0, ended.stderr
        return json.loads(ended.stdout)

    return call


def test_the_command_line_works_beside_a_running_server(running: Live, beside: Any, tmp_path: Path) -> None:
    _, bench = running
    assert beside("project", "show", "pets")["images"] == 30
    made = beside("label", "pets", "cat", "--images", "1-3")
    assert made["id"] == bench.project("pets").history()[0].id
    assert beside("history", "pets")[0]["summary"] == made["summary"]
    assert beside("export", "pets", "csv", str(tmp_path / "out"))["losses"] is not None
    assert (tmp_path / "out" / "labels.csv").exists()
    assert beside("jobs", "list")[0]["kind"] == "export"
