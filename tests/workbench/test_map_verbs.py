"""Rounds looked at closely: odd ones, bridges, moves."""

from __future__ import annotations

import threading
import time
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from labelgraft.domain.map import OddReason
from labelgraft.errors import UnknownName
from labelgraft.workbench.front_door import Workbench
from labelgraft.workbench.kept import Kept
from labelgraft.workbench.project import ProjectBench

BETWEEN = 6
HUES = {"red": (200, 40, 40), "green": (40, 180, 60)}


@pytest.fixture(scope="module")
def project(bench: Workbench, tmp_path_factory: pytest.TempPathFactory) -> ProjectBench:
    """Forty red and forty green pictures, and six that go over from one to the other; one round."""
    folder = tmp_path_factory.mktemp("pictures")
    rng = np.random.default_rng(0)
    for name, hue in HUES.items():
        for number in range(40):
            pixels = rng.normal(hue, 30, (40, 48, 3)).clip(0, 255).astype(np.uint8)
            Image.fromarray(pixels).save(folder / f"{name}-{number}.png")
    for number, share in enumerate(np.linspace(0.35, 0.65, BETWEEN)):
        both = rng.normal(HUES["red"], 30, (40, 48, 3))
        green = int(48 * share)
        both[:, :green] = rng.normal(HUES["green"], 30, (40, green, 3))
        Image.fromarray(both.clip(0, 255).astype(np.uint8)).save(folder / f"both-{number}.png")
    made = bench.new_project("two hues", classes=list(HUES), backbone="color-histogram")
    made.add_images(folder)
    made.map()
    return made


def test_a_wrong_label_in_an_island_is_its_first_odd_one(project: ProjectBench) -> None:
    island = project.islands()[0]
    members = project.select(island=island.number).image_ids
    paths = project.paths()
    own = Path(paths[members[0]]).name.split("-")[0]
    own = own if own in HUES else "red"
    other = next(name for name in HUES if name != own)
    project.label(members[1:6], own)
    project.label(members[:1], other)
    report = next(each for each in project.describe_islands() if each.island.number == island.number)
    assert report.class_name == own
    first = report.odd_ones[0]
    assert (first.image_id, first.reason, first.class_name) == (members[0], OddReason.LABEL, other)
    assert report.odd_count >= 1
    without = project.describe_islands(unlike=False)
    assert all(odd.reason is not OddReason.UNLIKE for each in without for odd in each.odd_ones)


def test_bridges_name_two_islands_of_the_round_and_images_of_the_project(project: ProjectBench) -> None:
    islands = {island.number for island in project.islands()}
    paths = project.paths()
    assert project.bridges()
    for bridge in project.bridges():
        assert {bridge.first, bridge.second} <= islands
        assert len(bridge.image_ids) >= 3
        assert set(bridge.image_ids) <= set(paths)


def test_the_purity_of_a_bridge_is_told_by_its_labels_of_now(project: ProjectBench) -> None:
    images = project.bridges()[0].image_ids[:3]
    project.label(images[:1], "green")
    project.label(images[1:], "red")
    (bridge, *_) = project.bridges()
    assert bridge.labelled_count >= 3
    given = [label.class_id for image in bridge.image_ids for label in project.image(image).labels]
    most = max(given.count(class_id) for class_id in given)
    assert bridge.purity == pytest.approx(most / bridge.labelled_count)


def test_nothing_moves_between_a_round_and_itself_and_a_new_arrangement_moves(project: ProjectBench) -> None:
    still = project.moves(1, 1)
    assert (still.median, still.changed_island, still.images) == (0.0, 0, 86)
    project.map(rearrange=True, seed=4)
    moved = project.moves(1, count=10)
    assert moved.after == 2
    assert len(moved.largest) == 10
    distances = [each.distance for each in moved.largest]
    assert distances == sorted(distances, reverse=True)
    before, after = project.map_columns(1), project.map_columns(2)
    far = moved.largest[0]
    at = int(np.searchsorted(before.image_ids, far.image_id))
    assert far.distance == pytest.approx(float(np.linalg.norm(after.xy[at] - before.xy[at])), rel=1e-5)
    with pytest.raises(UnknownName):
        project.moves(1, 99)


def test_a_round_can_be_begun_without_waiting_for_it(bench: Workbench, project: ProjectBench) -> None:
    status = project.start_map(backbone="color-histogram")
    assert status.kind == "map"
    deadline = time.monotonic() + 120
    while bench.jobs()[0].state == "running" and time.monotonic() < deadline:
        time.sleep(0.05)
    assert bench.jobs()[0].state == "finished"
    with pytest.raises(UnknownName):
        project.start_map(backbone="colour-histogram")


def test_what_costs_seconds_is_computed_once_even_for_two_at_a_time_and_again_after_an_error() -> None:
    kept, calls = Kept(most=2), []

    def compute() -> int:
        calls.append(1)
        time.sleep(0.05)
        if len(calls) == 1:
            raise OSError("first time")
        return 7

    with pytest.raises(OSError, match="first time"):
        kept.get("a", compute)
    found: list[int] = []
    threads = [threading.Thread(target=lambda: found.append(kept.get("a", compute))) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert (found, len(calls)) == ([7] * 4, 2)
    for name in ("b", "c"):
        kept.get(name, lambda: 1)
    assert not kept.has("a")
    assert kept.peek("c") == 1


def test_a_round_by_a_backbone_that_has_not_seen_the_images_embeds_them_first(
    bench: Workbench, tmp_path: Path
) -> None:
    for number in range(20):
        Image.new("RGB", (32, 32), (10 * number, 90, 40)).save(tmp_path / f"{number}.png")
    project = bench.new_project("seen by nobody", backbone="color-histogram")
    project.add_images(tmp_path, embed=False)
    assert project.start_map(backbone="color-histogram").kind == "embed"
    end = time.monotonic() + 60
    while not project.map_rounds():
        assert time.monotonic() < end, "no round followed the embedding"
        time.sleep(0.05)
    assert (project.map_round().embedding, project.map_round().image_count) == ("color-histogram", 20)
    assert project.start_map(backbone="color-histogram").kind == "map"
