"""labels.csv as spreadsheets, pandas and other tools really write it."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from labelgraft.domain.dataset import Answer, Dataset, DatasetImage
from labelgraft.domain.image import Split
from labelgraft.errors import BadFormat
from labelgraft.formats.csv_labels import CsvLabels


def read(folder: Path, content: str | bytes, **options: str) -> Dataset:
    data = content.encode() if isinstance(content, str) else content
    (folder / "labels.csv").write_bytes(data)
    return CsvLabels(**options).read(folder)


def labels(dataset: Dataset) -> dict[str, tuple[str, ...]]:
    return {image.path: image.class_names for image in dataset.images}


def test_path_and_label_with_further_columns(tmp_path: Path) -> None:
    found = read(tmp_path, "path,label,species\ncats/1.jpg,Bengal,cat\ndogs/2.jpg,,dog\n")
    assert labels(found) == {"cats/1.jpg": ("Bengal",), "dogs/2.jpg": ()}
    assert found.images[0].extras == {"csv": {"species": "cat"}}
    assert found.class_names == ("Bengal",)
    assert not found.multi_label


@pytest.mark.parametrize("delimiter", [",", ";", "\t", "|"])
@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "cp1252"])
def test_delimiter_and_encoding_are_found_out(tmp_path: Path, delimiter: str, encoding: str) -> None:
    table = f"path{delimiter}label\r\nä.jpg{delimiter}Größe, klein\r\nb.jpg{delimiter}café\r\n"
    quoted = table.replace("Größe, klein", '"Größe, klein"')
    found = read(tmp_path, quoted.encode(encoding))
    assert labels(found) == {"ä.jpg": ("Größe, klein",), "b.jpg": ("café",)}


def test_without_a_header_the_column_of_image_names_is_the_path(tmp_path: Path) -> None:
    assert labels(read(tmp_path, "1.jpg,cat\n2.jpg,dog\n")) == {"1.jpg": ("cat",), "2.jpg": ("dog",)}
    assert labels(read(tmp_path, "cat,1.jpg\ndog,2.jpg\n")) == {"1.jpg": ("cat",), "2.jpg": ("dog",)}


def test_a_header_of_unknown_words_is_understood_by_what_is_below(tmp_path: Path) -> None:
    assert labels(read(tmp_path, "Foto,Rasse\n1.jpg,Bengal\n")) == {"1.jpg": ("Bengal",)}


def test_kaggle_ids_and_breeds(tmp_path: Path) -> None:
    assert labels(read(tmp_path, "id,breed\n000bec1,boston_bull\n")) == {"000bec1": ("boston_bull",)}


def test_the_user_can_name_the_columns(tmp_path: Path) -> None:
    table = "path,label,original,truth\na.jpg,x,b.jpg,y\n"
    assert labels(read(tmp_path, table, path_column="original", label_column="truth")) == {"b.jpg": ("y",)}
    with pytest.raises(BadFormat, match="expected one called 'wahrheit'"):
        read(tmp_path, table, label_column="wahrheit")


def test_several_labels_in_a_cell_only_where_the_header_or_the_user_says_so(tmp_path: Path) -> None:
    assert labels(read(tmp_path, "path,labels\na.jpg,cat|dog\nb.jpg,cat; dog\n")) == {
        "a.jpg": ("cat", "dog"),
        "b.jpg": ("cat", "dog"),
    }
    assert labels(read(tmp_path, "path,label\na.jpg,cat|dog\n")) == {"a.jpg": ("cat|dog",)}
    assert labels(read(tmp_path, "path,label\na.jpg,cat+dog\n", separator="+")) == {"a.jpg": ("cat", "dog")}


def test_a_row_per_image_and_class(tmp_path: Path) -> None:
    found = read(tmp_path, "path,label\na.jpg,cat\nb.jpg,dog\na.jpg,dog\n")
    assert labels(found) == {"a.jpg": ("cat", "dog"), "b.jpg": ("dog",)}
    assert found.multi_label


def test_classes_are_listed_by_name_whatever_the_order_of_the_rows(tmp_path: Path) -> None:
    rows = "".join(f"{n}.jpg,{name}\n" for n, name in enumerate("hgfaedcb"))
    assert read(tmp_path, "path,label\n" + rows).class_names == tuple("abcdefgh")


def test_bad_rows_are_listed_with_their_lines_and_the_others_kept(tmp_path: Path) -> None:
    table = 'path,label,n\na.jpg,"two\nlines",1\nb.jpg\n,cat,1\na.jpg,"two\nlines",1\n'
    table += "c.jpg,dog,1,,,\na.jpg,dog,2\n"
    found = read(tmp_path, table)
    assert labels(found) == {"a.jpg": ("two\nlines", "dog")}
    differs = "its label was taken, but its other columns differ from line 2, which were kept"
    assert sorted((r.path, r.reason) for r in found.refused) == [
        ("labels.csv, line 4", "found 1 cells, expected 3"),
        ("labels.csv, line 5", "the path is empty"),
        ("labels.csv, line 6", "says the same as line 2"),
        ("labels.csv, line 8", "found 6 cells, expected 3"),
        ("labels.csv, line 9", differs),
    ]


@pytest.mark.parametrize(
    ("content", "expected"),
    [
        (b"", "found no rows"),
        (b"\n\n", "found no rows"),
        (
            b"colour,size\nred,3\nblue,4\n,5\n",
            "line 1: found the columns 'colour', 'size', expected one called 'path'",
        ),
        (b'path,label\na.jpg,"never closed\nb.jpg,cat\n', "line 2: the row cannot be read"),
        (b"path,label\na.jpg,ca\0t\n", "line 2: found a zero byte"),
        (b"path,label\na.jpg,cat\nb.jpg,\x81\x8d\n", "line 3: byte"),
        (b"path,label\n,cat\n,dog\n", "no row could be read. labels.csv, line 2: the path is empty"),
        (b"filename,class,xmin,ymin,xmax,ymax\na.jpg,cat,1,2,3,4\n", "the columns tell of boxes"),
    ],
)
def test_structural_damage_says_where_and_that_nothing_was_imported(
    tmp_path: Path, content: bytes, expected: str
) -> None:
    with pytest.raises(BadFormat, match="Nothing was imported") as error:
        read(tmp_path, content)
    assert expected in str(error.value)
    assert "labels.csv" in str(error.value)


def test_windows_and_absolute_paths_find_the_files_that_travelled_along(tmp_path: Path) -> None:
    (tmp_path / "images" / "cats").mkdir(parents=True)
    (tmp_path / "images" / "cats" / "1.jpg").write_bytes(b"1")
    here = str(tmp_path / "images" / "cats" / "1.jpg")
    rows = ["images\\cats\\1.jpg", ".\\images\\cats\\1.jpg", "C:\\Users\\ann\\set\\images\\cats\\1.jpg"]
    rows += ["/home/ann/set/images/cats/1.jpg", here, "\\\\server\\share\\images\\cats\\1.jpg"]
    for path in rows:
        assert read(tmp_path, f'path,label\n"{path}",cat\n').images[0].source == here
    assert read(tmp_path, "path,label\nimages\\cats\\1.jpg,cat\n").images[0].path == "images/cats/1.jpg"
    assert read(tmp_path, "path,label\n/etc/../images/2.jpg,cat\n").images[0].source == ""


def test_splits_sizes_and_answers_are_understood_and_the_rest_is_kept(tmp_path: Path) -> None:
    table = (
        "path,label,Split,width,height,answer\na.jpg,cat,val,640,480,reject\nb.jpg,dog,fold1,tall,,maybe\n"
    )
    a, b = read(tmp_path, table).images
    assert (a.split, a.width_px, a.height_px, a.answer) == (Split.TEST, 640, 480, Answer.REJECT)
    assert a.extras == {"csv": {"split": "val"}}
    assert (b.split, b.width_px, b.answer) == (None, 0, Answer.ACCEPT)
    assert b.extras == {"csv": {"split": "fold1", "width": "tall", "answer": "maybe"}}


def test_foreign_words_in_our_columns_survive_a_second_trip(tmp_path: Path) -> None:
    first = read(tmp_path, "path,label,split,asked\na.jpg,cat,val,x\nb.jpg,dog,fold1,\nc.jpg,dog,train,\n")
    CsvLabels().write(first, tmp_path / "out", transfer="none")
    text = (tmp_path / "out" / "labels.csv").read_text()
    assert text.splitlines()[0] == "path,label,split,extra:asked,extra:split"
    assert CsvLabels().read(tmp_path / "out") == first


def test_formulas_are_neutralised_and_come_back(tmp_path: Path) -> None:
    evil = '=HYPERLINK("http://x","y")'
    images = (
        DatasetImage("=a.jpg", (evil,), extras={"csv": {"@note": "+1"}}),
        DatasetImage("b.jpg", ("'=x",)),
    )
    dataset = Dataset((evil, "'=x"), images)
    CsvLabels().write(dataset, tmp_path / "out", transfer="none")
    text = (tmp_path / "out" / "labels.csv").read_text()
    assert not any(
        cell.lstrip('"').startswith(("=", "+", "-", "@"))
        for line in text.splitlines()
        for cell in line.split(",")
    )
    assert text.startswith("path,label,'@note\n./=a.jpg,")
    assert CsvLabels().read(tmp_path / "out") == dataset


def test_a_rejected_class_never_stands_in_the_label_column(tmp_path: Path) -> None:
    image = DatasetImage("a.jpg", ("cat",), answer=Answer.REJECT)
    CsvLabels().write(Dataset(("cat",), (image,)), tmp_path / "out", transfer="none")
    assert (tmp_path / "out" / "labels.csv").read_text() == "path,label,answer,asked\na.jpg,,reject,cat\n"


@pytest.mark.parametrize("name", ["emoji", "pets", "catsdogs", "label-errors"])
def test_the_real_tables_are_read_whole(shared_data: Callable[[str], Path], name: str) -> None:
    folder = shared_data(name)
    tables = sorted(folder.rglob("labels.csv"))
    for table in tables:
        found = CsvLabels().read(table)
        assert len(found.images) == len(table.read_text().splitlines()) - 1
        assert found.refused == ()
        assert all(image.source and len(image.class_names) == 1 for image in found.images)
    assert tables
