"""Generated data sets with shapes, and pictures for them."""

from __future__ import annotations

from pathlib import Path

from hypothesis import strategies as st
from PIL import Image

from labelgraft.domain.annotation import Traits, attributes_of
from labelgraft.domain.dataset import Dataset, DatasetImage, DatasetInstance
from labelgraft.domain.image import Split
from labelgraft.domain.shapes.box import Box
from labelgraft.domain.shapes.keypoints import Keypoints, Skeleton
from labelgraft.domain.shapes.polygon import Part, Polygon
from labelgraft.domain.shapes.rle import encode
from labelgraft.domain.shapes.rotated_box import RotatedBox
from labelgraft.domain.shapes.shape import Shape, ShapeKind

CLASSES = (
    "cat",
    "Cat",
    "a/b",
    "=1+1",
    "<img onerror=x>",
    "日本",
    "com,ma",
    'quo"te',
    "with space",
    "train",
    "-1",
)
SIZES = tuple((60 + 7 * number, 50 + 11 * number) for number in range(6))
"""Pixels of each picture; the width tells its number."""


def make_pictures(folder: Path) -> list[str]:
    """One PNG of each size."""
    files = [folder / f"{number}.png" for number in range(len(SIZES))]
    for file, size in zip(files, SIZES, strict=True):
        Image.new("L", size).save(file)
    return [str(file) for file in files]


def number_of(image: DatasetImage) -> int:
    """Which picture an image has."""
    with Image.open(image.source) as opened:
        return SIZES.index(opened.size)


def _coordinate(limit: int) -> st.SearchStrategy[float]:
    return st.one_of(
        st.integers(0, limit).map(float), st.floats(0, limit, width=64).map(lambda x: round(x, 9))
    )


@st.composite
def boxes(draw: st.DrawFn, width: int, height: int) -> Box:
    left, top = draw(_coordinate(width - 2)), draw(_coordinate(height - 2))
    return Box(
        left,
        top,
        draw(st.floats(left + 0.5, width)),
        draw(st.one_of(st.just(float(height)), st.floats(top + 0.5, height))),
    )


@st.composite
def polygons(draw: st.DrawFn, width: int, height: int) -> Polygon:
    """Up to three parts side by side, some with a hole; no outline crosses another."""
    parts = []
    count = draw(st.integers(1, 3))
    holes = draw(st.booleans())
    for at in range(count):
        left, right = width * at / count, width * (at + 1) / count - 1
        top, bottom = draw(st.floats(0, height / 3)), draw(st.floats(height / 2, height))
        middle = (left + right) / 2
        outline = [
            (left, top),
            (right, top),
            (right, bottom),
            (middle, (top + bottom) / 2 + 6),
            (left, bottom),
        ]
        x, y = middle - 1, top + 1
        hole = [(x, y), (x + 2, y), (x + 2, y + 1.5)]
        parts.append(Part(outline, [hole] if holes else []))
    return Polygon(parts)


@st.composite
def shapes(draw: st.DrawFn, kind: ShapeKind, width: int, height: int) -> Shape:
    if kind is ShapeKind.BOX:
        return draw(boxes(width, height))
    if kind is ShapeKind.POLYGON:
        return draw(polygons(width, height))
    if kind is ShapeKind.ROTATED_BOX:
        return RotatedBox(
            width / 2,
            height / 2,
            draw(st.floats(3, width / 3)),
            draw(st.floats(3, height / 3)),
            draw(st.floats(0, 359)),
        )
    if kind is ShapeKind.MASK:
        import numpy as np

        seed = draw(st.integers(0, 99))
        pixels = np.random.default_rng(seed).random((height, width)) < draw(st.sampled_from([0.01, 0.5, 1.0]))
        pixels[draw(st.integers(0, height - 1)), draw(st.integers(0, width - 1))] = True
        return encode(pixels)
    points = [(draw(_coordinate(width)), draw(_coordinate(height))) for _ in range(3)]
    seen = [draw(st.sampled_from([0, 1, 2])) for _ in range(2)]
    return Keypoints(points, [*seen, 2], draw(st.one_of(st.none(), boxes(width, height))))


traits = st.one_of(
    st.just(Traits()),
    st.builds(
        Traits,
        occluded=st.booleans(),
        truncated=st.booleans(),
        crowd=st.booleans(),
        difficult=st.booleans(),
        z=st.integers(0, 3),
        attributes=st.sampled_from(
            [(), attributes_of({"colour": "red"}), attributes_of({"age": 2.5, "old": True, "ümlaut": "=1"})]
        ),
    ),
)
skeletons = st.sampled_from(
    [
        Skeleton(("nose", "left", "right"), ((0, 1), (0, 2)), (0, 2, 1), (0.1, 0.2, 0.2)),
        Skeleton(("a", "b", "c")),
    ]
)


@st.composite
def drawn_datasets(draw: st.DrawFn, kinds: tuple[ShapeKind, ...], *, plain: bool = False) -> Dataset:
    """plain: no traits, no confidences, and every image finished."""
    classes = draw(st.lists(st.sampled_from(CLASSES), unique=True, min_size=1, max_size=4))
    images = []
    for number in range(draw(st.integers(0, 5))):
        width, height = SIZES[number]
        instances = []
        for _ in range(draw(st.integers(0, 4))):
            kind = draw(st.sampled_from(kinds))
            shape = draw(shapes(kind, width, height))
            said = Traits() if plain else draw(traits)
            sure = None if plain else draw(st.sampled_from([None, None, 0.5, 1.0]))
            instances.append(DatasetInstance(draw(st.sampled_from(classes)), shape, said, (), sure))
        folder = draw(st.sampled_from(["", "a/", "Ümlaut/with space/"]))
        image = DatasetImage(
            f"{folder}{number}.png",
            split=draw(st.sampled_from(list(Split))),
            width_px=width,
            height_px=height,
            finished=plain or draw(st.sampled_from([True, True, False])),
        )
        images.append(image.with_instances(instances))
    multi = any(len(image.class_names) > 1 for image in images)
    named = {name: draw(skeletons) for name in classes if ShapeKind.KEYPOINTS in kinds}
    return Dataset(tuple(classes), tuple(images), multi, skeletons=named)
