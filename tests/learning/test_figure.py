"""The picture of a map: what is on it, and that names never cover each other."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from labelgraft.domain.arrays import AnyArray
from labelgraft.domain.map import Island
from labelgraft.domain.project import CLASS_COLOURS
from labelgraft.errors import ShapeMismatch
from labelgraft.learning.figure import DARK, LIGHT, Palette, draw_map, save_png

pytest.importorskip("matplotlib")

XY = np.random.default_rng(0).normal(size=(200, 2)).astype(np.float32)
CLASSES = np.arange(200, dtype=np.int64) % 4 - 1
NAMES = ("cat", "dog", "$5_bill")


def _nearest(colour: str, pixels: AnyArray) -> float:
    """Distance in RGB from a colour to the nearest pixel; points let the ground shine through a little."""
    wanted = np.array([int(colour[i : i + 2], 16) for i in (1, 3, 5)])
    return float(np.linalg.norm(pixels.astype(float) - wanted, axis=1).min())


def island(number: int, x: float, y: float, name: str = "an island with a long name") -> Island:
    return Island(number, name, 50 - number, 10, 0.8, x, y, 0.3)


@pytest.mark.parametrize("palette", [LIGHT, DARK], ids=["light", "dark"])
def test_a_png_has_the_asked_size_ground_and_class_colours(tmp_path: Path, palette: Palette) -> None:
    path = tmp_path / "map.png"
    save_png(draw_map(XY, CLASSES, NAMES, palette=palette, size_px=(700, 500), dpi=100), path)
    with Image.open(path) as picture:
        assert picture.size == (700, 500)
        # The left half alone: the legend has the colours in any case.
        points = np.asarray(picture.convert("RGB"))[:, :350]
    pixels = np.unique(points.reshape(-1, 3), axis=0)
    colours = {f"#{r:02x}{g:02x}{b:02x}" for r, g, b in pixels.tolist()}
    assert palette.ground in colours
    assert len(colours) > 3
    near = [_nearest(colour, pixels) for colour in CLASS_COLOURS[:3]]
    assert max(near) < 45
    assert list(tmp_path.iterdir()) == [path]


def test_the_legend_counts_each_class_and_the_unlabelled() -> None:
    legend = draw_map(XY, CLASSES, NAMES).legends[0]
    assert [text.get_text() for text in legend.get_texts()] == [
        "cat  50", "dog  50", "$5_bill  50", "unlabelled  50",
    ]  # fmt: skip


def test_many_classes_are_summed_up_in_the_legend() -> None:
    legend = draw_map(XY, np.arange(200, dtype=np.int64) % 40, [f"class {n}" for n in range(40)]).legends[0]
    assert legend.get_texts()[-1].get_text() == "22 more classes"


def test_names_never_cover_each_other_and_stay_on_the_map() -> None:
    crowd = [island(n, x, y) for n, (x, y) in enumerate(XY[:40].tolist())]
    axes = draw_map(XY, islands=crowd).axes[0]
    boxes = [text.get_window_extent() for text in axes.texts]
    assert 5 < len(boxes) <= 40
    assert not any(a.overlaps(b) for i, a in enumerate(boxes) for b in boxes[:i])
    frame = axes.get_window_extent()
    assert all(frame.contains(box.x0, box.y0) and frame.contains(box.x1, box.y1) for box in boxes)


def test_a_name_tells_the_share_of_its_class_where_labels_differ() -> None:
    axes = draw_map(XY, islands=[island(0, 0.0, 0.0, "cat 1")]).axes[0]
    assert [text.get_text() for text in axes.texts] == ["cat 1 · 80 %"]


@pytest.mark.parametrize("count", [0, 1, 2])
def test_hardly_any_images_can_be_drawn(tmp_path: Path, count: int) -> None:
    save_png(draw_map(np.zeros((count, 2), np.float32)), tmp_path / "map.png")


def test_a_name_that_the_font_lacks_does_not_stop_the_picture(tmp_path: Path) -> None:
    axes_islands = [island(0, 0.0, 0.0, "犬 \U0001f415")]
    save_png(draw_map(XY, CLASSES, ("猫", "b", "c"), title="犬", islands=axes_islands), tmp_path / "map.png")


def test_classes_of_another_length_are_refused() -> None:
    with pytest.raises(ShapeMismatch):
        draw_map(XY, CLASSES[:3], NAMES)


def test_importing_the_figure_loads_no_matplotlib() -> None:
    code = "import sys, labelgraft.learning.figure; print('matplotlib' in sys.modules)"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "False"
