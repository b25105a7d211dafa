"""What every format that holds shapes promises: the same tests run over all of them."""

from __future__ import annotations

import tempfile
from collections import Counter
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from tests.contract.drawn_datasets import drawn_datasets, make_pictures, number_of
from tests.contract.test_formats import MEMORY, tree, without_sources

from labelgraft.domain.dataset import Dataset, LossReport
from labelgraft.domain.shapes.shape import ShapeKind, kind_of
from labelgraft.errors import LabelgraftError
from labelgraft.formats import registry
from labelgraft.formats.format import Format, holds_shapes

EXAMPLES = settings(
    max_examples=15,
    deadline=None,
    database=None,
    derandomize=True,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large],
)
shape_formats = pytest.mark.parametrize(
    "known", [known for known in registry.ALL if holds_shapes(known)], ids=lambda known: known.name
)
every_kind = drawn_datasets(tuple(ShapeKind))


@pytest.fixture(scope="module")
def pictures() -> Iterator[list[str]]:
    with tempfile.TemporaryDirectory(dir=MEMORY) as folder:
        yield make_pictures(Path(folder))


def with_files(dataset: Dataset, pictures: list[str]) -> Dataset:
    images = [replace(image, source=pictures[n]) for n, image in enumerate(dataset.images)]
    return replace(dataset, images=tuple(images))


def count(report: LossReport, what: str) -> int:
    return sum(loss.count for loss in report.losses if loss.what.startswith(what))


def shapes_of(dataset: Dataset) -> dict[int, Counter[object]]:
    return {number_of(i): Counter((one.class_name, one.shape) for one in i.instances) for i in dataset.images}


@shape_formats
@given(dataset=every_kind)
@EXAMPLES
def test_the_loss_report_counts_every_shape_that_is_not_there_or_elsewhere(
    known: Format, dataset: Dataset, pictures: list[str]
) -> None:
    dataset = with_files(dataset, pictures)
    with tempfile.TemporaryDirectory(dir=MEMORY) as folder:
        report = known.write(dataset, Path(folder) / "out")
        back = known.read(Path(folder) / "out")
        before, after = shapes_of(dataset), shapes_of(back)
        flags_before = crowds(dataset, after)
        flags_after = crowds(back, after)
    assert back.refused == ()
    assert report == known.loss(dataset)
    assert len(before) - len(after) == count(report, "images left out")
    lost = sum((before[number] - after[number]).total() for number in after)
    gone = count(report, "shapes left out")
    changed = sum(
        count(report, what) for what in ("shapes of another kind", "shapes not exactly as they were")
    )
    assert lost == gone + changed
    assert sum(before[n].total() - after[n].total() for n in after) == gone
    if not gone:
        assert flags_before - flags_after == count(report, "crowds not told")


def crowds(dataset: Dataset, numbers: dict[int, Counter[object]]) -> int:
    return sum(one.traits.crowd for i in dataset.images if number_of(i) in numbers for one in i.instances)


@shape_formats
@given(dataset=every_kind)
@EXAMPLES
def test_writing_again_what_was_read_gives_the_same_bytes(
    known: Format, dataset: Dataset, pictures: list[str]
) -> None:
    with tempfile.TemporaryDirectory(dir=MEMORY) as folder:
        first, second = Path(folder) / "first", Path(folder) / "second"
        known.write(with_files(dataset, pictures), first)
        report = known.write(known.read(first), second, transfer="link")
        assert tree(second) == tree(first)
        assert report.losses == ()


@pytest.mark.parametrize("name", ["coco"])
@given(dataset=every_kind)
@EXAMPLES
def test_a_lossless_format_gives_back_every_shape_exactly(
    name: str, dataset: Dataset, pictures: list[str]
) -> None:
    known = registry.get(name)
    dataset = with_files(dataset, pictures)
    with tempfile.TemporaryDirectory(dir=MEMORY) as folder:
        report = known.write(dataset, Path(folder) / "out")
        back = known.read(Path(folder) / "out")
    assert report.losses == ()
    assert without_sources(back) == without_sources(dataset)


@shape_formats
@given(data=st.data())
@EXAMPLES
def test_shapes_that_a_format_holds_stay_where_they_are(
    known: Format, data: st.DataObject, pictures: list[str]
) -> None:
    kinds = HELD[known.name]
    if not kinds:
        pytest.skip("holds no kind of shape wholly")
    dataset = with_files(data.draw(drawn_datasets(tuple(kinds), plain=True)), pictures)
    with tempfile.TemporaryDirectory(dir=MEMORY) as folder:
        report = known.write(dataset, Path(folder) / "out")
        back = known.read(Path(folder) / "out")
        by_number = {number_of(image): image for image in back.images}
    assert not count(report, "shapes left out")
    assert not count(report, "shapes of another kind")
    for number, image in enumerate(dataset.images):
        for old, new in zip(image.instances, by_number[number].instances, strict=True):
            assert old.class_name == new.class_name
            assert farthest(old.shape, new.shape) <= kinds[kind_of(old.shape)]
        assert by_number[number].finished


HELD: dict[str, dict[ShapeKind, float]] = {
    "coco": dict.fromkeys(ShapeKind, 0.0),
    "yolo": {ShapeKind.POLYGON: 1e-3},
    "voc": {ShapeKind.BOX: 1e-3},
    "cvat": {
        ShapeKind.BOX: 1e-6,
        ShapeKind.ROTATED_BOX: 2e-6,
        ShapeKind.MASK: 0.0,
    },
    "csv-boxes": {ShapeKind.BOX: 0.0},
    "deeplabcut": {},  # points without their boxes, and hidden ones as visible
    "label-studio": {ShapeKind.BOX: 1e-6, ShapeKind.MASK: 0.0},
    "labelme": {ShapeKind.BOX: 0.0, ShapeKind.MASK: 0.0},
}
"""Per format the kinds that it holds, and the pixels that their numbers may move by."""


def farthest(one: object, other: object) -> float:
    """The largest difference of two numbers of equal shapes of one kind."""
    from labelgraft.domain.shapes.shape_json import to_json

    def numbers(value: object) -> list[float]:
        if isinstance(value, dict):
            return [n for key in value for n in numbers(value[key])]
        if isinstance(value, list):
            return [n for each in value for n in numbers(each)]
        return [float(value)] if isinstance(value, int | float) else []

    if one == other:
        return 0.0
    before, after = numbers(to_json(one)), numbers(to_json(other))  # type: ignore[arg-type]
    if len(before) != len(after):
        return float("inf")
    return max(abs(a - b) for a, b in zip(before, after, strict=True))


@shape_formats
@given(dataset=every_kind, data=st.data())
@EXAMPLES
def test_a_damaged_label_file_is_an_error_of_ours_or_a_list_of_refused_rows(
    known: Format, dataset: Dataset, data: st.DataObject, pictures: list[str]
) -> None:
    with tempfile.TemporaryDirectory(dir=MEMORY) as folder:
        out = Path(folder) / "out"
        known.write(with_files(dataset, pictures), out)
        files = [f for f in sorted(out.rglob("*")) if f.is_file() and f.suffix != ".png"]
        victim = data.draw(st.sampled_from(files))
        content = victim.read_bytes()
        at = data.draw(st.integers(0, len(content)))
        junk = data.draw(
            st.one_of(
                st.binary(max_size=6), st.sampled_from([b'"', b"{", b"[[[", b"NaN", b"1e999", b"-1", b"<"])
            )
        )
        victim.write_bytes(content[:at] + junk + content[at + data.draw(st.integers(0, 9)) :])
        try:
            known.read(out)
        except LabelgraftError as error:
            assert "Nothing was imported" in str(error)  # noqa: PT017 (most damages are only refused rows)
