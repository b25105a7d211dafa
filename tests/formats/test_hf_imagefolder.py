"""metadata.jsonl as Hugging Face users write it, and what `datasets` demands of ours."""

from __future__ import annotations

import json
from pathlib import Path, PurePosixPath

import pytest

from labelgraft.domain.dataset import Dataset, DatasetImage
from labelgraft.domain.image import Split
from labelgraft.errors import BadFormat
from labelgraft.formats.hf_imagefolder import HfImageFolder


def make(root: Path, files: dict[str, str]) -> Path:
    for name, content in files.items():
        (root / name).parent.mkdir(parents=True, exist_ok=True)
        (root / name).write_text(content)
    return root


def lines(*rows: object) -> str:
    return "".join(json.dumps(row) + "\n" for row in rows)


def datasets_rows(root: Path) -> dict[str, list[dict[str, object]]]:
    """split -> rows, by the rules of `datasets`: splits are folders, rows name files beside them."""
    found = dict[str, list[dict[str, object]]]()
    tops = [
        d for d in sorted(root.iterdir()) if d.is_dir() and d.name in ("train", "test", "validation", "val")
    ]
    for top in tops or [root]:
        rows = [json.loads(line) for line in (top / "metadata.jsonl").read_text().splitlines()]
        for row in rows:
            path = PurePosixPath(row["file_name"])
            assert (top / path).is_file()
            assert not any(part.startswith((".", "__")) for part in path.parts)
        images = {f.relative_to(top).as_posix() for f in top.rglob("*") if f.suffix == ".jpg"}
        assert images == {row["file_name"] for row in rows}
        assert len({tuple(sorted(set(row) & {"label", "labels"})) for row in rows}) <= 1
        found[top.name if tops else "train"] = rows
    return found


def test_labels_come_from_the_rows_and_not_from_the_folders(tmp_path: Path) -> None:
    rows = lines(
        {"file_name": "dog/1.jpg", "label": "cat"}, {"file_name": "dog/2.jpg", "label": -1, "text": "?"}
    )
    found = HfImageFolder().read(make(tmp_path, {"metadata.jsonl": rows, "dog/1.jpg": "1"}))
    assert [(i.path, i.class_names, bool(i.source)) for i in found.images] == [
        ("dog/1.jpg", ("cat",), True),
        ("dog/2.jpg", (), False),
    ]
    assert found.images[1].extras["hf-imagefolder"]["fields"] == {"text": "?"}


def test_splits_are_folders_with_metadata_of_their_own(tmp_path: Path) -> None:
    files = {
        "train/metadata.jsonl": lines({"file_name": "1.jpg", "label": 3}),
        "validation/metadata.csv": "file_name,label\n2.jpg,5\n3.jpg,-1\n",
    }
    found = HfImageFolder().read(make(tmp_path, files))
    assert [(i.path, i.class_names, i.split) for i in found.images] == [
        ("train/1.jpg", ("3",), Split.TRAIN),
        ("validation/2.jpg", ("5",), Split.TEST),
        ("validation/3.jpg", (), Split.TEST),
    ]


def test_several_labels(tmp_path: Path) -> None:
    rows = lines({"file_name": "1.jpg", "labels": ["cat", "dog"]}, {"file_name": "2.jpg", "labels": []})
    found = HfImageFolder().read(make(tmp_path, {"metadata.jsonl": rows}))
    assert [i.class_names for i in found.images] == [("cat", "dog"), ()]
    assert found.multi_label


def test_foreign_rows_are_written_again_as_they_were(tmp_path: Path) -> None:
    rows = [
        {"label": 2, "file_name": "./a/1.jpg", "objects": {"bbox": [[1, 2, 3, 4]], "categories": [0]}},
        {"label": -1, "file_name": "a/2.jpg", "objects": None},
        {"label": "cat", "file_name": "a/3.jpg", "width": 10, "height": "tall"},
    ]
    make(
        tmp_path / "in", {"val/metadata.jsonl": lines(*rows), **{f"val/a/{n}.jpg": str(n) for n in (1, 2, 3)}}
    )
    found = HfImageFolder().read(tmp_path / "in")
    assert HfImageFolder().write(found, tmp_path / "out").losses == ()
    written = (tmp_path / "out" / "val" / "metadata.jsonl").read_text().splitlines()
    assert [json.loads(line) for line in written] == rows


def test_a_corrected_label_replaces_the_foreign_spelling_and_keeps_the_other_fields(tmp_path: Path) -> None:
    row = {"category": 2, "file_name": "1.jpg", "photographer": "Ann"}
    make(tmp_path / "in", {"metadata.jsonl": lines(row), "1.jpg": "1"})
    found = HfImageFolder().read(tmp_path / "in")
    image = found.images[0]
    corrected = DatasetImage(image.path, ("cat",), source=image.source, extras=image.extras)
    HfImageFolder().write(Dataset(("2", "cat"), (corrected,)), tmp_path / "out")
    written = json.loads((tmp_path / "out" / "metadata.jsonl").read_text())
    assert written == {"file_name": "1.jpg", "label": "cat", "photographer": "Ann"}


def test_bad_rows_are_listed_with_their_lines(tmp_path: Path) -> None:
    rows = '{"file_name": "1.jpg", "label": "cat"}\n{"label": "cat"}\n{broken\n[1]\n{"file_name": 7}\n'
    rows += '{"file_name": "../../etc/x.jpg"}\n{"file_name": "/etc/x.jpg"}\n{"file_name": "1.jpg"}\n'
    rows += '{"file_name": "2.jpg", "label": true}\n{"file_name": "3.jpg", "label": NaN}\n'
    found = HfImageFolder().read(make(tmp_path, {"metadata.jsonl": rows}))
    assert [i.path for i in found.images] == ["1.jpg"]
    assert [r.path for r in sorted(found.refused, key=lambda r: int(r.path.split()[-1]))] == [
        f"metadata.jsonl, line {n}" for n in range(2, 11)
    ]


def test_nothing_readable_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(BadFormat, match=r"metadata\.jsonl, line 1: has no file_name"):
        HfImageFolder().read(make(tmp_path, {"metadata.jsonl": '{"image": "1.jpg"}\n'}))
    with pytest.raises(BadFormat, match=r"found no metadata\.jsonl"):
        HfImageFolder().read(make(tmp_path / "empty", {"x.jpg": ""}))


@pytest.mark.parametrize("splits", [False, True])
def test_datasets_would_read_what_we_write(tmp_path: Path, splits: bool) -> None:
    make(tmp_path / "src", {"x.jpg": "x"})
    paths = ["train/.hidden/x.jpg", "__x__/y.jpg", "a/b.jpg", "a/B.jpg", "/abs/c.jpg"]
    source = str(tmp_path / "src" / "x.jpg")
    images = tuple(
        DatasetImage(p, ("cat",) if n else (), Split.TEST if splits and n > 2 else None, source)
        for n, p in enumerate(paths)
    )
    HfImageFolder().write(Dataset(("cat",), images), tmp_path / "out")
    found = datasets_rows(tmp_path / "out")
    assert {top: len(rows) for top, rows in found.items()} == (
        {"test": 2, "train": 3} if splits else {"train": 5}
    )
