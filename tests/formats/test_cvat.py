"""CVAT XML as the tool writes it: what is taken, what is refused by name, and what another reader finds in ours."""

from __future__ import annotations

from pathlib import Path
from xml.etree import ElementTree

import numpy as np
import pytest
from PIL import Image

from labelgraft.domain.dataset import Dataset, DatasetImage, DatasetInstance
from labelgraft.domain.image import Split
from labelgraft.domain.shapes.box import Box
from labelgraft.domain.shapes.keypoints import Keypoints, Skeleton
from labelgraft.domain.shapes.mask import Mask
from labelgraft.domain.shapes.polygon import Part, Polygon
from labelgraft.domain.shapes.rle import decode, encode
from labelgraft.domain.shapes.rotated_box import RotatedBox
from labelgraft.errors import BadFormat
from labelgraft.formats.cvat import Cvat
from labelgraft.formats.detect import detect

WRITTEN_BY_CVAT = """<?xml version="1.0" encoding="utf-8"?>
<annotations>
  <version>1.1</version>
  <meta><job><id>7</id><labels>
    <label><name>car</name><color>#2080c0</color><type>any</type><attributes>
      <attribute><name>colour</name><mutable>False</mutable><input_type>text</input_type></attribute></attributes></label>
    <label><name>person</name><color>#12a7ee</color><type>skeleton</type><attributes></attributes></label>
    <label><name>nose</name><color>#d12345</color><type>points</type><attributes></attributes><parent>person</parent></label>
    <label><name>hip</name><color>#350dea</color><type>points</type><attributes></attributes><parent>person</parent></label>
  </labels></job></meta>
  <image id="0" name="street/a.png" subset="Train" task_id="3" width="20" height="10">
    <box label="car" source="manual" occluded="1" xtl="1.00" ytl="2.00" xbr="9.50" ybr="8.00" z_order="2">
      <attribute name="colour">red</attribute>
    </box>
    <box label="car" occluded="0" rotation="90.00" xtl="8.00" ytl="3.00" xbr="14.00" ybr="7.00" z_order="0"></box>
    <polygon label="car" source="manual" occluded="0" points="1.00,1.00;5.00,1.00;5.00,4.00" z_order="0"></polygon>
    <mask label="car" source="manual" occluded="0" rle="1, 2, 1, 2" left="3" top="4" width="3" height="2" z_order="0"></mask>
    <skeleton label="person" source="manual" occluded="0" z_order="0">
      <points label="hip" source="manual" outside="0" occluded="1" points="7.00,5.00"></points>
      <points label="nose" source="manual" outside="1" occluded="0" points="0.00,0.00"></points>
    </skeleton>
    <polyline label="car" occluded="0" points="1,1;2,2" z_order="0"></polyline>
    <ellipse label="car" occluded="0" cx="4" cy="4" rx="2" ry="1" z_order="0"></ellipse>
    <points label="car" occluded="0" points="4,4" z_order="0"></points>
    <box label="car" occluded="0" xtl="1" ytl="two" xbr="9" ybr="8" z_order="0"></box>
    <mask label="car" occluded="0" rle="9" left="18" top="0" width="3" height="3" z_order="0"></mask>
  </image>
  <image id="1" name="b.png" width="20" height="10"></image>
  <image id="2" name="c.png" width="20" height="10"><tag label="car" source="manual"></tag></image>
  <image id="3" name="b.png" width="20" height="10"></image>
</annotations>
"""


@pytest.fixture
def foreign(tmp_path: Path) -> Path:
    (tmp_path / "images" / "street").mkdir(parents=True)
    for name in ("street/a.png", "b.png", "c.png"):
        Image.new("RGB", (20, 10)).save(tmp_path / "images" / name)
    (tmp_path / "annotations.xml").write_text(WRITTEN_BY_CVAT)
    return tmp_path


def test_every_shape_that_cvat_writes_is_taken_or_refused_by_name(foreign: Path) -> None:
    assert detect(foreign).format.name == "cvat"
    found = Cvat().read(foreign)
    first, empty, tagged = found.images
    assert found.class_names == ("car", "person")
    assert found.skeletons == {"person": Skeleton(("nose", "hip"))}
    assert (first.path, first.split, first.finished) == ("images/street/a.png", Split.TRAIN, True)
    box, turned, polygon, mask, person = (one.shape for one in first.instances)
    assert box == Box(1, 2, 9.5, 8)
    assert turned == RotatedBox(11, 5, 6, 4, 90)
    assert polygon == Polygon([Part([(1, 1), (5, 1), (5, 4)])])
    assert isinstance(mask, Mask)
    assert np.argwhere(decode(mask)).tolist() == [[4, 4], [4, 5], [5, 4], [5, 5]]
    assert person == Keypoints([(0, 0), (7, 5)], [0, 1])
    said = first.instances[0].traits
    assert (said.occluded, said.z, said.attributes) == (True, 2, (("colour", "red"),))
    assert not empty.finished, "nobody said that nothing is in it"
    assert tagged.class_names == ("car",)
    assert [one.reason.split(" is not")[0].split(",")[0] for one in found.refused] == [
        "a polyline", "an ellipse", "points that belong to no skeleton", "found 'two'",
        "its mask does not lie in the image", "the same image came before",
    ]  # fmt: skip


def test_tracks_of_a_video_are_refused_with_the_way_out(tmp_path: Path) -> None:
    (tmp_path / "annotations.xml").write_text('<annotations><track id="0" label="car"></track></annotations>')
    with pytest.raises(BadFormat, match="tracks of a video"):
        Cvat().read(tmp_path)


def test_a_polygon_with_a_hole_is_written_as_a_mask_row_by_row(tmp_path: Path) -> None:
    Image.new("RGB", (8, 6)).save(tmp_path / "a.png")
    pixels = np.zeros((6, 8), bool)
    pixels[1:5, 2:7] = True
    pixels[2:4, 3:5] = False
    outline, hole = [(2, 1), (7, 1), (7, 5), (2, 5)], [(3, 2), (5, 2), (5, 4), (3, 4)]
    one = DatasetInstance("ring", Polygon([Part(outline, [hole])]))
    image = DatasetImage("a.png", source=str(tmp_path / "a.png"), width_px=8, height_px=6, finished=True)
    report = Cvat().write(Dataset(("ring",), (image.with_instances([one]),)), tmp_path / "out")
    assert [loss.what for loss in report.losses if "kind" in loss.what]
    document = ElementTree.parse(tmp_path / "out" / "annotations.xml")
    written = document.find("image/mask")
    assert written is not None
    assert [written.get(name) for name in ("left", "top", "width", "height")] == ["2", "1", "5", "4"]
    assert written.get("rle") == "0, 6, 2, 3, 2, 7"
    (back,) = Cvat().read(tmp_path / "out").images[0].instances
    assert back.shape == encode(pixels)
