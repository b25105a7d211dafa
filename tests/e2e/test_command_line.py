"""The loop on real photos, told by the commands that a person types."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner
from tests.e2e.command_line import CommandLine

from labelgraft.cli.main import labelgraft
from labelgraft.domain.project import Task
from labelgraft.formats import registry

pytestmark = pytest.mark.slow

CATS_AND_DOGS = 160


def truth(path: str) -> str:
    """The class is the start of the file's name."""
    return Path(path).name.partition(".")[0]


def unlabelled_photos(source: Path, folder: Path) -> Path:
    """As many cats as dogs, without their labels."""
    folder.mkdir()
    for name in ("cat", "dog"):
        for path in sorted((source / "images").glob(f"{name}.*"))[: CATS_AND_DOGS // 2]:
            shutil.copy2(path, folder)
    return folder


def ids_text(ids: list[int]) -> str:
    return ",".join(map(str, ids))


def test_the_whole_loop_by_commands(tmp_path: Path, shared_data: Callable[[str], Path]) -> None:
    photos = unlabelled_photos(shared_data("catsdogs"), tmp_path / "photos")
    run = CommandLine(tmp_path / "workspace")

    run("project", "new", "pets", "--classes", "cat,dog")
    added = run("images", "add", "pets", str(photos))
    assert (added["added"], added["refused"], added["format_name"]) == (CATS_AND_DOGS, [], "folder")
    listed = run("images", "list", "pets", "--limit", "1000")["rows"]
    class_of = {row["image"]["id"]: truth(row["image"]["path"]) for row in listed}
    assert len(class_of) == CATS_AND_DOGS

    mapped = run("map", "pets", "--png", str(tmp_path / "map.png"))
    assert (tmp_path / "map.png").read_bytes().startswith(b"\x89PNG")
    assert mapped["round"]["image_count"] == CATS_AND_DOGS

    cards = [card["card"] for card in run("next", "pets", "--count", "16")]
    assert len({card["image_id"] for card in cards}) == 16
    assert all(card["explanation"] for card in cards)
    by_hand = [label_queue(run, cards, class_of, name) for name in ("cat", "dog")]
    by_lasso = label_by_lasso(run, class_of)

    linear = run("train", "pets")
    mlp = run("train", "pets", "--head", "mlp", "--epochs", "20")
    assert [each["id"] for each in run("models", "list", "pets")] == [linear["id"], mlp["id"]]
    predicted = run("predict", "pets")
    assert predicted["images"] == CATS_AND_DOGS
    one = next(card["image_id"] for card in cards if class_of[card["image_id"]] == "cat")
    check_accept_and_revert(run, class_of, by_hand + by_lasso, one)

    run("embed", "pets", "--backbone", "color-histogram")
    compared = run("backbones", "compare", "pets")
    scores = {each["backbone"]: each["neighbours"]["value"] for each in compared["scores"]}
    assert scores["efficientnet-lite0"] > scores["color-histogram"] + 0.15
    assert compared["recommendation"]["backbone"] == "efficientnet-lite0"
    assert {(job["kind"], job["state"]) for job in run("jobs")} == {
        (kind, "finished") for kind in ("import", "map", "train", "predict", "embed")
    }
    check_every_export(run.workspace, tmp_path / "exports")


def label_queue(run: CommandLine, cards: list[dict[str, Any]], class_of: dict[int, str], name: str) -> int:
    chosen = [card["image_id"] for card in cards if class_of[card["image_id"]] == name]
    operation = run("label", "pets", name, "--images", ids_text(chosen))
    assert (operation["cause"], operation["image_count"]) == ("hand", len(chosen))
    number: int = operation["id"]
    return number


def label_by_lasso(run: CommandLine, class_of: dict[int, str]) -> list[int]:
    """A lasso around everything, with the dogs thrown out; and an island, with its odd ones thrown out."""
    cats = [image_id for image_id, name in class_of.items() if name == "cat"]
    dogs = [image_id for image_id, name in class_of.items() if name == "dog"]
    round_ = ("--round", "1")
    lasso = run(
        "label",
        "pets",
        "cat",
        "--lasso",
        "-9,-9 9,-9 9,9 -9,9",
        *round_,
        "--except",
        ids_text([*dogs, *cats[40:]]),
    )
    assert lasso["cause"] == "lasso"
    assert 0 < lasso["image_count"] <= 40
    island = run("label", "pets", "dog", "--island", "0", *round_, "--except", ids_text(cats))
    assert island["cause"] == "lasso"
    return [lasso["id"], island["id"]]


def check_accept_and_revert(
    run: CommandLine, class_of: dict[int, str], gestures: list[int], one: int
) -> None:
    would = run("accept", "pets", "--threshold", "0.6", "--dry-run")
    accepted = run("accept", "pets", "--threshold", "0.6")
    assert would["image_count"] == accepted["image_count"] > 0
    assert (would["operation"], accepted["operation"]["cause"]) == (None, "accept")
    rows = run("images", "list", "pets", "--state", "labelled", "--limit", "1000")["rows"]
    right = sum(row["class_names"] == [class_of[row["image"]["id"]]] for row in rows)
    assert right / len(rows) > 0.9

    mistake = run("label", "pets", "dog", "--images", str(one))
    history = [each for each in run("history", "pets") if each["cause"] != "model-run"]
    assert [each["id"] for each in history] == [
        mistake["id"],
        accepted["operation"]["id"],
        *reversed(gestures),
    ]
    report = run("revert", "pets", str(gestures[0]))
    assert [(each["operation"]["id"], each["image_count"]) for each in report["overridden"]] == [
        (mistake["id"], 1)
    ]
    run("revert", "pets", str(report["operation"]["id"]))
    assert run("project", "show", "pets")["labelled"] == len(rows)


def check_every_export(workspace: Path, folder: Path) -> None:
    """In this process: the commands that only write files do not need one of their own each."""
    for known in registry.ALL:
        if Task.CLASSIFICATION not in known.tasks:
            continue
        transfer = "link" if "link" in known.transfers and "none" not in known.transfers else "none"
        arguments = ["-w", str(workspace), "export", "pets", known.name, str(folder / known.name)]
        ended = CliRunner().invoke(labelgraft, [*arguments, "--images", transfer], catch_exceptions=False)
        assert ended.exit_code == 0, ended.output
        back = known.read(folder / known.name)
        assert back.images
