"""What every format promises: the same tests run over all that are registered."""

from __future__ import annotations

import json
import os
import shutil
import tempfile
from collections import Counter
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from labelgraft.domain.dataset import Answer, Dataset, DatasetImage, LossReport, Severity
from labelgraft.domain.image import Split
from labelgraft.domain.project import Task
from labelgraft.errors import AlreadyExists, BadInput, BadSetting, LabelgraftError, UnknownName
from labelgraft.formats import registry
from labelgraft.formats.detect import detect
from labelgraft.formats.format import Format
from labelgraft.formats.paths import portable_path

# Every write is flushed to the disk; in memory that costs nothing, and these tests write thousands of
# folders.
MEMORY = "/dev/shm" if Path("/dev/shm").is_dir() else None
EXAMPLES = settings(
    max_examples=int(os.environ.get("LABELGRAFT_FORMAT_EXAMPLES", "40")),
    deadline=None,
    database=None,
    derandomize=True,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large],
)
HOSTILE = (
    *("cat", "Cat", "CAT", "café", "cafe\u0301", "a/b", "a\\b", "../up", "..", ".", ".hidden", "__cache__"),
    *("CON", "con.txt", "COM1", "trailing ", "trailing.", " leading", "new\nline", "cr\rhere", "tab\there"),
    *("\u202egpj.exe", "\ufeffbom", "\u2028", "x" * 3000, "é" * 400, "😀", "<img onerror=x>", "train", "val"),
    *("=1+1", "'=1", "''=1", "+x", "-x", "-1", "@x", 'quo"te', "com,ma", "semi;colon", "pi|pe", "extra:"),
    *("nan", "NaN", "null", "0", "labels.csv", "metadata.jsonl", "annotations.json", "labelgraft.json"),
)
all_formats = pytest.mark.parametrize("known", registry.ALL, ids=lambda known: known.name)
lossless_formats = pytest.mark.parametrize(
    "known", [known for known in registry.ALL if known.lossless], ids=lambda known: known.name
)


@pytest.fixture(scope="module")
def pictures() -> Iterator[list[str]]:
    """Files whose content is their number: an image is known by its bytes, whatever it is called then."""
    with tempfile.TemporaryDirectory(dir=MEMORY) as folder:
        files = [Path(folder) / f"{number}.jpg" for number in range(12)]
        for number, file in enumerate(files):
            file.write_bytes(str(number).encode())
        yield [str(file) for file in files]


@pytest.fixture
def scratch() -> Iterator[Path]:
    with tempfile.TemporaryDirectory(dir=MEMORY) as folder:
        yield Path(folder)


names = st.one_of(st.sampled_from(HOSTILE), st.text(min_size=1, max_size=6).filter(lambda s: "\0" not in s))
plain_parts = st.sampled_from(["a", "b", "Ümlaut", "日本", "with space", "=x", "x-2", "deep"])


@st.composite
def datasets(draw: st.DrawFn, *, hostile: bool) -> Dataset:
    """Data sets without files; `_with_files` gives image number n the picture n."""
    classes = draw(st.lists(names, unique=True, max_size=5))
    multi = draw(st.booleans())
    splits = st.sampled_from([None, *Split] if hostile else list(Split))
    with_splits = draw(st.booleans())
    images = list[DatasetImage]()
    for number in range(draw(st.integers(0, 7))):
        folders = draw(st.lists(plain_parts, max_size=2))
        path = "/".join([*folders, f"{number}.jpg"])
        if hostile and draw(st.booleans()):
            path = draw(names) + draw(st.sampled_from(["", ".jpg", "/x.png", ".jpg/x.png"]))
        some = (
            st.lists(st.sampled_from(classes), unique=True, max_size=3 if multi else 1)
            if classes
            else st.just([])
        )
        sized = draw(st.booleans())
        details = {"csv": {"species": "lynx"}, "prodigy": {"fields": {"_input_hash": 3}}}
        images.append(
            DatasetImage(
                path,
                tuple(draw(some)),
                draw(splits) if with_splits else None,
                "",
                draw(st.integers(1, 5000)) if sized else 0,
                draw(st.integers(1, 5000)) if sized else 0,
                draw(st.sampled_from(list(Answer))),
                draw(st.sampled_from([{}, details])) if hostile else {},
            )
        )
    return Dataset(tuple(classes), tuple(images), multi)


def with_files(dataset: Dataset, pictures: list[str]) -> Dataset:
    images = [replace(image, source=pictures[n]) for n, image in enumerate(dataset.images)]
    return replace(dataset, images=tuple(images))


def without_sources(dataset: Dataset) -> Dataset:
    return replace(dataset, images=tuple(replace(image, source="") for image in dataset.images))


def number_of(image: DatasetImage) -> int:
    return int(Path(image.source).read_bytes())


def tree(folder: Path) -> dict[str, bytes]:
    return {
        f.relative_to(folder).as_posix(): f.read_bytes() for f in sorted(folder.rglob("*")) if f.is_file()
    }


def counted(report: LossReport) -> Counter[str]:
    """Losses by the first words of their sentence."""
    counts = Counter[str]()
    for loss in report.losses:
        counts[loss.what.split(":")[0].split(" (")[0]] += loss.count
    return counts


def seen_differences(before: Dataset, after: Dataset) -> Counter[str]:
    """The same counts, found out only from the two data sets and the bytes of the pictures."""
    back = {number_of(image): image for image in after.images}
    counts = Counter[str]({"images left out": len(before.images) - len(back)})
    for number, new in back.items():
        old = before.images[number]
        counts["classes changed"] += old.class_names != new.class_names
        counts["answers changed"] += old.answer != new.answer
        counts["splits changed"] += old.split != new.split
        counts["files named anew"] += old.path != new.path
        counts["sizes not written"] += bool(old.width_px) and (old.width_px, old.height_px) != (
            new.width_px,
            new.height_px,
        )
        counts["details of other formats not written"] += sum(
            old.extras[k] != new.extras.get(k) for k in old.extras
        )
    counts["classes not listed"] = len(set(before.class_names) - set(after.class_names))
    counts["that an image may have several classes is not written"] = before.multi_label > after.multi_label
    return +counts


@all_formats
@given(dataset=datasets(hostile=True))
@EXAMPLES
def test_the_loss_report_is_exactly_what_is_missing_afterwards(
    known: Format, dataset: Dataset, pictures: list[str]
) -> None:
    dataset = with_files(dataset, pictures)
    with tempfile.TemporaryDirectory(dir=MEMORY) as folder:
        report = known.write(dataset, Path(folder) / "out")
        back = known.read(Path(folder) / "out")
        assert seen_differences(dataset, back) == counted(report)
    assert report == known.loss(dataset)
    assert back.refused == ()
    assert all(len(loss.examples) == min(loss.count, 5) or loss.count == 1 for loss in report.losses)


@lossless_formats
@given(dataset=datasets(hostile=False))
@example(dataset=Dataset((), ()))
@example(dataset=Dataset(("unused", "also unused"), (), multi_label=True))
@EXAMPLES
def test_a_lossless_format_gives_back_the_same_data_set(
    known: Format, dataset: Dataset, pictures: list[str]
) -> None:
    dataset = with_files(dataset, pictures)
    with tempfile.TemporaryDirectory(dir=MEMORY) as folder:
        report = known.write(dataset, Path(folder) / "out")
        back = known.read(Path(folder) / "out")
        numbers = [number_of(image) for image in back.images]
    if known.name == "hf-imagefolder" and any(image.split for image in dataset.images):
        assert set(counted(report)) <= {"files named anew"}  # the split is a folder there
        images = [
            replace(dataset.images[n], path=image.path) for n, image in zip(numbers, back.images, strict=True)
        ]
        dataset = replace(dataset, images=tuple(images))
    else:
        assert report.losses == ()
    assert without_sources(back) == without_sources(dataset)


@all_formats
@given(dataset=datasets(hostile=True))
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


@pytest.mark.parametrize("name", ["csv", "prodigy", "coco"])
@given(dataset=datasets(hostile=True))
@EXAMPLES
def test_label_files_alone_keep_every_path_as_it_is(name: str, dataset: Dataset) -> None:
    known = registry.get(name)
    with tempfile.TemporaryDirectory(dir=MEMORY) as folder:
        report = known.write(dataset, Path(folder) / "out", transfer="none")
        back = known.read(Path(folder) / "out")
        assert not any(is_image(file) for file in tree(Path(folder) / "out"))
    lost = counted(report)
    assert len(back.images) == len(dataset.images) - lost["images left out"]
    assert set(lost) <= {"images left out", "files named anew", "details of other formats not written"}
    paths = [image.path for image in back.images]
    assert (
        sum(image.path not in paths for image in dataset.images)
        <= lost["files named anew"] + lost["images left out"]
    )


def is_image(path: str) -> bool:
    return path.endswith((".jpg", ".png"))


@all_formats
@given(dataset=datasets(hostile=True), data=st.data())
@settings(EXAMPLES)
def test_a_damaged_label_file_is_an_error_of_ours_or_a_list_of_refused_rows(
    known: Format, dataset: Dataset, data: st.DataObject, pictures: list[str]
) -> None:
    with tempfile.TemporaryDirectory(dir=MEMORY) as folder:
        out = Path(folder) / "out"
        known.write(with_files(dataset, pictures), out)
        files = [f for f in sorted(out.rglob("*")) if f.is_file() and not is_image(f.name)]
        victim = data.draw(st.sampled_from(files))
        content = victim.read_bytes()
        at = data.draw(st.integers(0, len(content)))
        junk = data.draw(
            st.one_of(st.binary(max_size=6), st.sampled_from([b'"', b"{", b"[[[[", b"NaN", b"1e999", b"-1"]))
        )
        victim.write_bytes(content[:at] + junk + content[at + data.draw(st.integers(0, 9)) :])
        try:
            known.read(out)
        except LabelgraftError as error:
            assert "Nothing was imported" in str(error)  # noqa: PT017 (most damages are only refused rows)


@all_formats
def test_an_existing_folder_is_never_written_over_unasked(
    known: Format, scratch: Path, pictures: list[str]
) -> None:
    dataset = with_files(Dataset(("cat",), (DatasetImage("a.jpg", ("cat",), finished=True),)), pictures)
    known.write(dataset, scratch / "out")
    before = tree(scratch / "out")
    with pytest.raises(AlreadyExists, match="Nothing was written"):
        known.write(dataset, scratch / "out")
    assert tree(scratch / "out") == before
    known.write(dataset, scratch / "out", overwrite=True)
    assert tree(scratch / "out") == before
    assert [entry.name for entry in scratch.iterdir()] == ["out"]


@all_formats
def test_a_folder_that_is_not_ours_is_not_even_overwritten_when_asked(known: Format, scratch: Path) -> None:
    (scratch / "holiday").mkdir()
    (scratch / "holiday" / "only-copy.jpg").write_bytes(b"precious")
    with pytest.raises(AlreadyExists, match="not written by Labelgraft"):
        known.write(Dataset((), ()), scratch / "holiday", overwrite=True)
    assert (scratch / "holiday" / "only-copy.jpg").read_bytes() == b"precious"


@all_formats
def test_overwriting_the_folder_that_the_images_come_from_is_refused(
    known: Format, scratch: Path, pictures: list[str]
) -> None:
    known.write(
        with_files(Dataset(("cat",), (DatasetImage("a.jpg", ("cat",), finished=True),)), pictures),
        scratch / "out",
    )
    before = tree(scratch / "out")
    with pytest.raises(AlreadyExists, match="would take them away"):
        known.write(known.read(scratch / "out"), scratch / "out", overwrite=True)
    assert tree(scratch / "out") == before


@all_formats
def test_links_share_the_file_and_copies_do_not(known: Format, scratch: Path, pictures: list[str]) -> None:
    dataset = with_files(Dataset(("cat",), (DatasetImage("a.jpg", ("cat",), finished=True),)), pictures)
    known.write(dataset, scratch / "linked", transfer="link")
    known.write(dataset, scratch / "copied")
    linked, copied = (next((scratch / kind).rglob("*.jpg")) for kind in ("linked", "copied"))
    assert linked.samefile(pictures[0])
    assert not copied.samefile(pictures[0])
    assert copied.read_bytes() == linked.read_bytes() == b"0"


@all_formats
def test_a_missing_image_file_is_a_warning_and_never_silence(known: Format, scratch: Path) -> None:
    names = ("cat",) if Task.CLASSIFICATION in known.tasks else ()
    gone = DatasetImage("gone.jpg", names, source=str(scratch / "gone.jpg"), finished=True)
    dataset = Dataset(("cat",), (gone,))
    report = known.write(dataset, scratch / "out")
    assert report.has_warnings
    assert sum(loss.count for loss in report.losses if loss.severity is Severity.WARNING) == 1
    assert report == known.loss(dataset)


@all_formats
def test_the_marker_tells_the_format_again(known: Format, scratch: Path) -> None:
    known.write(Dataset(("cat",), ()), scratch / "out")
    found = detect(scratch / "out")
    assert found.format is known
    assert "labelgraft.json" in found.reason


@all_formats
def test_a_sidecar_of_the_wrong_kind_is_refused(known: Format, scratch: Path) -> None:
    known.write(Dataset(("cat",), ()), scratch / "out")
    marker = scratch / "out" / "labelgraft.json"
    for change in (
        {"class_names": "cat"},
        {"class_names": ["cat", "cat"]},
        {"labelgraft": 99},
        {"multi_label": 1},
    ):
        marker.write_text(json.dumps({**json.loads(marker.read_text()), **change}))
        with pytest.raises(LabelgraftError, match="Nothing was imported"):
            known.read(scratch / "out")
        shutil.rmtree(scratch / "out")
        known.write(Dataset(("cat",), ()), scratch / "out")


@all_formats
def test_names_that_no_file_can_hold_are_refused_before_anything_is_written(
    known: Format, scratch: Path
) -> None:
    for broken in (
        Dataset(("cat", "cat"), ()),
        Dataset(("",), ()),
        Dataset(("\ud800",), ()),
        Dataset((), (DatasetImage("a\0.jpg"),)),
        Dataset((), (DatasetImage("a.jpg", ("unknown",)),)),
    ):
        with pytest.raises(BadInput, match="Nothing was written"):
            known.write(broken, scratch / "out")
    assert list(scratch.iterdir()) == []


@pytest.mark.parametrize("name", ["image-folder", "folder", "hf-imagefolder"])
def test_formats_that_are_files_cannot_be_written_without_them(name: str, scratch: Path) -> None:
    with pytest.raises(BadSetting, match="'copy' or 'link'"):
        registry.get(name).write(Dataset((), ()), scratch / "out", transfer="none")


def test_names_of_formats_are_unique_and_described_and_near_ones_are_told() -> None:
    names = [known.name for known in registry.ALL]
    assert len(set(names)) == len(names) == len(registry.ALL)
    assert all(len(known.describe) > 20 for known in registry.ALL)
    with pytest.raises(UnknownName, match="image-folder"):
        registry.get("imagefolder")


def test_every_format_has_its_section_in_the_guide() -> None:
    guide = (Path(__file__).parents[2] / "docs" / "guide" / "formats.md").read_text()
    for known in registry.ALL:
        assert f"## `{known.name}`" in guide


@given(path=names)
@settings(EXAMPLES, max_examples=200)
def test_a_portable_path_stays_what_it_is(path: str) -> None:
    once = portable_path(path)
    assert portable_path(once) == once
    assert not once.startswith(("/", "."))
    assert all(len(part.encode()) <= 200 for part in once.split("/"))
