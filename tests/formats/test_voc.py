"""Pascal VOC as Pascal, labelImg and others write it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from pathlib import Path

import pytest
from PIL import Image

from labelgraft.domain.annotation import Traits
from labelgraft.domain.dataset import Dataset, DatasetImage, DatasetInstance
from labelgraft.domain.image import Split
from labelgraft.domain.shapes.box import Box
from labelgraft.domain.shapes.shape import Shape
from labelgraft.errors import BadFormat
from labelgraft.formats.detect import detect
from labelgraft.formats.voc import Voc
from labelgraft.learning.torchvision_compat import ensure_torchvision


def make(folder: Path, objects: str, *, name: str = "a.jpg") -> Path:
    """A set with one image of 20 x 10 px."""
    (folder / "images").mkdir(parents=True)
    (folder / "xml").mkdir()
    Image.new("RGB", (20, 10)).save(folder / "images" / "a.jpg")
    size = "<size><width>20</width><height>10</height></size>"
    text = f"<annotation><filename>{name}</filename>{size}{objects}</annotation>"
    (folder / "xml" / "a.xml").write_text(text)
    return folder


def box(left: object, top: object, right: object, bottom: object, more: str = "") -> str:
    edges = f"<xmin>{left}</xmin><ymin>{top}</ymin><xmax>{right}</xmax><ymax>{bottom}</ymax>"
    return f"<object><name>cat</name>{more}<bndbox>{edges}</bndbox></object>"


def shapes(dataset: Dataset) -> list[Shape]:
    return [one.shape for image in dataset.images for one in image.instances]


@pytest.mark.parametrize(
    ("objects", "expected"),
    [
        (box(1, 1, 20, 10), [Box(0, 0, 20, 10)]),
        (box(0, 0, 20, 10), [Box(0, 0, 20, 10)]),
        (box(1.5, 2.5, 4.5, 6.5), [Box(0.5, 1.5, 4.5, 6.5)]),
        (box(3, 3, 8, 8) + box(0, 1, 5, 5), [Box(3, 3, 8, 8), Box(0, 1, 5, 5)]),
        (box(8, 3, 3, 8), [Box(3, 2, 7, 8)]),
    ],
)
def test_the_number_of_the_first_pixel_is_found_out(
    tmp_path: Path, objects: str, expected: list[Shape]
) -> None:
    assert shapes(Voc().read(make(tmp_path / "set", objects))) == expected


def test_the_number_of_the_first_pixel_can_be_said(tmp_path: Path) -> None:
    assert shapes(Voc(first_pixel=0).read(make(tmp_path / "set", box(1, 1, 9, 9)))) == [Box(1, 1, 9, 9)]


def test_flags_are_read_and_an_image_is_known_by_the_name_of_its_xml_file(tmp_path: Path) -> None:
    flags = "<difficult>1</difficult><truncated>0</truncated><occluded>1</occluded>"
    found = Voc().read(make(tmp_path / "set", box(1, 1, 9, 9, flags), name="other.png"))
    (image,) = found.images
    assert (image.path, image.instances[0].traits) == ("images/a.jpg", Traits(occluded=True, difficult=True))


def test_bad_objects_are_refused_with_their_number(tmp_path: Path) -> None:
    broken = box(1, 1, "x", 5) + "<object><name>cat</name></object>" + box(5, 5, 5, 9) + box(50, 50, 60, 60)
    broken += "<object><bndbox/></object>" + box("nan", 1, 5, 5) + box(1e30, 1, 2e30, 5)
    found = Voc().read(make(tmp_path / "set", broken + box(1, 1, 9, 9)))
    assert shapes(found) == [Box(0, 0, 9, 9)]
    assert [one.path for one in found.refused] == [f"xml/a.xml, object {number}" for number in range(1, 8)]
    assert "two of its edges are equal" in found.refused[2].reason
    assert "wholly outside" in found.refused[3].reason


@pytest.mark.parametrize(
    "head",
    [
        '<!DOCTYPE a [<!ENTITY x "boom">]>',
        '<!DOCTYPE a [<!ENTITY x SYSTEM "file:///etc/passwd">]>',
        '<!DOCTYPE a SYSTEM "http://localhost/evil.dtd">',
    ],
)
def test_entities_and_dtds_are_refused(tmp_path: Path, head: str) -> None:
    folder = make(tmp_path / "set", "")
    (folder / "xml" / "a.xml").write_text(f"{head}<annotation><filename>&x;</filename></annotation>")
    with pytest.raises(BadFormat, match=r"DTD or entities.*Nothing was imported"):
        Voc().read(folder)


def test_a_swelling_or_endless_file_is_refused_in_time(tmp_path: Path) -> None:
    folder = make(tmp_path / "set", "")
    lines = "".join(f'<!ENTITY a{n} "{f"&a{n - 1};" * 10}">' for n in range(1, 12))
    (folder / "xml" / "a.xml").write_text(
        f'<!DOCTYPE a [<!ENTITY a0 "ha">{lines}]><annotation>&a11;</annotation>'
    )
    with pytest.raises(BadFormat, match="Nothing was imported"):
        Voc().read(folder)
    (folder / "xml" / "a.xml").write_text(
        "<annotation>" + "<a>" * 100_000 + "</a>" * 100_000 + "</annotation>"
    )
    assert Voc().read(folder).images[0].instances == ()


@pytest.mark.parametrize(
    ("name", "inside", "images", "boxes", "refused"),
    [("raccoon", ".", 200, 217, 0), ("bccd", "BCCD", 364, 4888, 2), ("pets", ".", 210, 211, 0)],
)
def test_real_sets_are_read_whole_and_come_back_the_same(
    shared_data: Callable[[str], Path],
    tmp_path: Path,
    name: str,
    inside: str,
    images: int,
    boxes: int,
    refused: int,
) -> None:
    folder = shared_data(name) / inside
    found = Voc().read(folder)
    assert (len(found.images), len(shapes(found)), len(found.refused)) == (images, boxes - refused, refused)
    assert all(image.source for image in found.images)
    assert all(image.finished for image in found.images)
    if name == "bccd":
        assert [one.path.split("/")[-1] for one in found.refused] == [
            "BloodImage_00338.xml, object 13", "BloodImage_00343.xml, object 4"
        ]  # fmt: skip
        assert {image.split for image in found.images} == {
            Split.TRAIN,
            Split.TEST,
        }
    if name != "pets":
        assert detect(folder).format.name == "voc"
    Voc().write(found, tmp_path / "first", transfer="link")
    back = Voc().read(tmp_path / "first")
    assert Counter(shapes(back)) == Counter(shapes(found))
    assert Voc().write(back, tmp_path / "second", transfer="link").losses == ()
    first, second = (
        {file.name: file.read_bytes() for file in (tmp_path / top).rglob("*.xml")}
        for top in ("first", "second")
    )
    assert first == second


def test_torchvision_reads_what_we_write(tmp_path: Path) -> None:
    ensure_torchvision()
    from torchvision.datasets import VOCDetection

    Image.new("RGB", (20, 10)).save(tmp_path / "a.jpg")
    image = DatasetImage("deep/a.jpg", split=Split.TRAIN, source=str(tmp_path / "a.jpg"))
    image = image.with_instances([DatasetInstance("<cat> & dog", Box(1, 2, 5, 6.5), Traits(truncated=True))])
    empty = DatasetImage("b.jpg", split=Split.TRAIN, source=str(tmp_path / "a.jpg"), finished=True)
    Voc().write(Dataset(("<cat> & dog",), (image, empty)), tmp_path / "VOCdevkit" / "VOC2012")
    read = VOCDetection(str(tmp_path), year="2012", image_set="train")
    told = {item["annotation"]["filename"]: item["annotation"] for _, item in (read[0], read[1])}
    assert set(told) == {"deep/a.jpg", "b.jpg"}
    (found,) = told["deep/a.jpg"]["object"]
    assert found["bndbox"] == {"xmin": "2", "ymin": "3", "xmax": "5", "ymax": "6.5"}
    assert (found["name"], found["truncated"]) == ("<cat> & dog", "1")
    assert told["b.jpg"]["object"] == []
