"""Tables of boxes as people and tools write them."""

from __future__ import annotations

from pathlib import Path

import pytest
from PIL import Image

from labelgraft.domain.annotation import Traits
from labelgraft.domain.dataset import Dataset, DatasetImage, DatasetInstance
from labelgraft.domain.shapes.box import Box
from labelgraft.errors import BadFormat
from labelgraft.formats.csv_boxes import FRACTIONS, CsvBoxes
from labelgraft.formats.csv_labels import CsvLabels
from labelgraft.formats.detect import detect


def read(folder: Path, text: str) -> Dataset:
    Image.new("L", (20, 10)).save(folder / "a.png")
    (folder / "found.csv").write_text(text)
    return CsvBoxes().read(folder)


@pytest.mark.parametrize(
    "text",
    [
        "path,label,xmin,ymin,xmax,ymax\na.png,cat,1,2,5,8\n",
        "filename,width,height,class,xmin,ymin,xmax,ymax\na.png,20,10,cat,1,2,5,8\n",
        "image;class;x1;y1;x2;y2\na.png;cat;1;2;5;8\n",
        "image\tlabel\tx\ty\tw\th\na.png\tcat\t1\t2\t4\t6\n",
        "\ufefffile_name,category,left,top,right,bottom\n.\\a.png,cat,1.0,2.0,5.0,8.0\n",
        "path,label,xmin,ymin,xmax,ymax\na.png,cat,0.05,0.2,0.25,0.8\n",
    ],
)
def test_columns_are_understood_whatever_tool_called_them(tmp_path: Path, text: str) -> None:
    found = read(tmp_path, text)
    (image,) = found.images
    assert [(one.class_name, one.shape) for one in image.instances] == [("cat", Box(1, 2, 5, 8))]
    assert image.source == str(tmp_path / "a.png")
    assert image.finished
    assert dict(found.mended) == ({FRACTIONS: 1} if "0.05" in text else {})
    assert detect(tmp_path).format.name == "csv-boxes"


def test_bad_rows_are_refused_with_their_line_and_the_others_stay(tmp_path: Path) -> None:
    rows = "a.png,cat,1,2,5\na.png,cat,x,2,5,8\n,cat,1,2,5,8\na.png,,1,2,5,8\na.png,cat,5,2,5,8\na.png,cat,1,2,inf,8\n"
    found = read(tmp_path, "path,label,xmin,ymin,xmax,ymax\n" + rows + "b.png,,,,,\na.png,cat,5,8,1,2\n")
    assert [one.path for one in found.refused] == [f"found.csv, line {line}" for line in range(2, 8)]
    assert [[one.shape for one in image.instances] for image in found.images] == [[Box(1, 2, 5, 8)], []]
    assert list(found.mended) == ["edges or sides the wrong way round: turned"]


def test_no_cell_that_we_write_is_a_formula(tmp_path: Path) -> None:
    image = DatasetImage("=x.png", width_px=9, height_px=9)
    said = Traits(occluded=True, crowd=True)
    image = image.with_instances([DatasetInstance("=1+1", Box(1, 2, 3, 4.25), said, (), 0.5)])
    dataset = Dataset(("=1+1",), (image,))
    CsvBoxes().write(dataset, tmp_path / "out", transfer="none")
    text = (tmp_path / "out" / "boxes.csv").read_text()
    assert not any(
        cell.startswith(("=", "+", "-", "@")) for line in text.splitlines() for cell in line.split(",")
    )
    (back,) = CsvBoxes().read(tmp_path / "out").images
    assert (back.path, back.instances) == ("=x.png", image.instances)


def test_a_table_of_labels_is_not_taken_for_one_of_boxes(tmp_path: Path) -> None:
    (tmp_path / "labels.csv").write_text("path,label,x,y\na.png,cat,1,2\n")
    assert detect(tmp_path).format.name == CsvLabels.name
    with pytest.raises(BadFormat, match="expected one table with boxes"):
        CsvBoxes().read(tmp_path)
