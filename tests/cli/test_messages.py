"""What people read when something does not go: one sentence, what to do, and an exit code."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from PIL import Image
from tests.e2e.command_line import CommandLine

from labelgraft.cli.main import main
from labelgraft.storage.workspace import Workspace

Say = Callable[..., tuple[int, str]]

MISTAKES = {
    "project show pest": (2, "No project is called 'pest'. Did you mean 'pets'?"),
    "label pets dgo --images 1": (2, "No class is called 'dgo'. Did you mean 'dog'?"),
    "label pets dog --images 1,900": (2, "images: 900 is not in this project. Nothing was changed."),
    "label pets dog --images one": (2, "--images: found 'one', expected numbers such as 3,17,20-22."),
    "label pets dog": (2, "Choose the images in one way"),
    "label pets --images 1": (2, "Name a CLASS, or use --clear, --skip or --unclear."),
    "label pets dog --island 77": (2, "No island is called '77'. There "),
    "label pets dog --lasso 0,0": (2, "--lasso: found '0,0', expected three or more corners"),
    "accept pets": (2, "Say which proposals to accept"),
    "accept pets --threshold 2": (2, "threshold: found 2, expected 0 to 1. Nothing was accepted."),
    "accept pets --threshold 0.9": (2, "labelgraft predict PROJECT"),
    "predict pets": (2, "There is no model yet. Train one: labelgraft train PROJECT"),
    "train pets --head mpl": (2, "is not one of 'linear', 'mlp', 'finetune', 'scratch'"),
    "train pets --epochs 0": (2, "epochs: found 0, expected a whole number from 1"),
    "revert pets 99": (2, "This project has no operation 99."),
    "map pets --round 9": (2, "No map round is called '9'. There are: 1."),
    "embed pets --backbone resnet5": (2, "Did you mean 'resnet50'"),
    "export pets cvs nowhere": (2, "No format is called 'cvs'. Did you mean 'csv' or 'cvat'?"),
    "images add pets /not/there": (2, "Path '/not/there' does not exist."),
    "images list pets --limit 0": (2, "limit: found 0, expected 1 or more."),
    "project new pets": (2, "A project is already called 'pets'. Nothing was created."),
    "classes merge pets dog dog": (2, "A class cannot be merged into itself."),
    "jobs resume 99": (2, "No job is called '99'."),
    "jobs resume 1": (3, "is finished. There is nothing to resume."),
    "jobs cancel 1": (3, "is finished already. Nothing was cancelled."),
    "project shw": (2, "No such command 'shw'. Did you mean 'show'?"),
}


@pytest.fixture(scope="module")
def run(tmp_path_factory: pytest.TempPathFactory) -> CommandLine:
    """A workspace with a small project and a map of it."""
    folder = tmp_path_factory.mktemp("photos")
    for number in range(12):
        pixels = np.random.default_rng(number).integers(0, 256, (16, 16, 3), np.uint8)
        Image.fromarray(pixels).save(folder / f"{number}.png")
    run = CommandLine(tmp_path_factory.mktemp("bench") / "workspace")
    run("project", "new", "pets", "--classes", "cat,dog", "--backbone", "color-histogram")
    run("images", "add", "pets", str(folder))
    run("map", "pets")
    return run


@pytest.fixture
def say(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Say:
    """Calls the command line in this process: its exit code and everything it said."""

    def call(workspace: Path, *arguments: str) -> tuple[int, str]:
        monkeypatch.setattr(sys, "argv", ["labelgraft", "-w", str(workspace), *arguments])
        with pytest.raises(SystemExit) as ended:
            main()
        printed = capsys.readouterr()
        return int(ended.value.code or 0), printed.out + printed.err

    return call


@pytest.mark.parametrize("mistake", MISTAKES)
def test_a_mistake_is_answered_in_a_sentence(mistake: str, run: CommandLine, say: Say) -> None:
    code, expected = MISTAKES[mistake]
    found, said = say(run.workspace, *mistake.split())
    assert (found, expected in said) == (code, True), said
    assert "Traceback" not in said


def test_a_workspace_in_use_is_told_with_the_pid_and_its_jobs_can_still_be_listed(run: CommandLine) -> None:
    with Workspace.open(run.workspace, address="a test"):
        assert f"is open in another process (pid {os.getpid()}, a test)" in run.fails(4, "project", "list")
        assert {"map", "import"} <= {job["kind"] for job in run("jobs")}


def test_a_folder_that_is_none_or_cannot_be_written_is_named(tmp_path: Path, say: Say) -> None:
    code, said = say(tmp_path / "absent", "project", "list")
    assert (code, str(tmp_path / "absent") in said, "labelgraft project new" in said) == (4, True, True)
    code, said = say(Path("/proc/labelgraft"), "project", "new", "pets")
    assert (code, "/proc/labelgraft: no workspace can be made here" in said) == (4, True)


def test_a_read_only_workspace_refuses_in_one_sentence(run: CommandLine, tmp_path: Path, say: Say) -> None:
    if os.geteuid() == 0:
        pytest.skip("for root no folder is read-only")
    folder = tmp_path / "workspace"
    folder.mkdir(mode=0o500)
    code, said = say(folder, "project", "new", "pets")
    assert (code, str(folder) in said) == (4, True)


def test_weights_that_no_machine_can_reach_offline_are_named_with_the_way_out(run: CommandLine) -> None:
    said = run.fails(5, "embed", "pets", "--backbone", "resnet50")
    assert "which this machine cannot reach; nothing was loaded" in said
    assert "--weights FILE" in said


def test_an_empty_workspace_says_what_to_do(tmp_path: Path, say: Say) -> None:
    say(tmp_path, "project", "new", "pets")
    assert "labelgraft images add pets FOLDER" in say(tmp_path, "project", "show", "pets")[1]
    assert say(tmp_path, "jobs") == (0, "No job yet.\n")
    assert say(tmp_path, "project", "new", "")[0] == 2
