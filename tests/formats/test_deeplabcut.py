"""DeepLabCut's tables as it writes them, of one animal and of several."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from PIL import Image

from labelgraft.domain.dataset import Dataset
from labelgraft.domain.shapes.keypoints import Keypoints
from labelgraft.errors import BadFormat
from labelgraft.formats.deeplabcut import DeepLabCut
from labelgraft.formats.detect import detect

ONE = "scorer,ada,ada,ada,ada\nbodyparts,snout,snout,tail,tail\ncoords,x,y,x,y\n"


def read(folder: Path, text: str) -> Dataset:
    frames = folder / "labeled-data" / "run"
    frames.mkdir(parents=True)
    Image.new("L", (20, 10)).save(frames / "a.png")
    (frames / "CollectedData_ada.csv").write_text(text)
    return DeepLabCut().read(folder)


@pytest.mark.parametrize(
    "text",
    [
        ONE + "labeled-data/run/a.png,1.5,2,,\n",
        ONE + "labeled-data\\run\\a.png,1.5,2,NaN,nan\n",
        ONE.replace(",ada", ",,,ada", 1).replace("parts,", "parts,,,", 1).replace("coords,", "coords,,,", 1)
        + "labeled-data,run,a.png,1.5,2,,\n",
    ],
)
def test_a_table_of_one_animal(tmp_path: Path, text: str) -> None:
    found = read(tmp_path, text)
    (image,) = found.images
    assert image.source == str(tmp_path / "labeled-data" / "run" / "a.png")
    assert [one.shape for one in image.instances] == [Keypoints([(1.5, 2), (0, 0)], [2, 0])]
    assert found.skeletons["animal"].names == ("snout", "tail")
    assert detect(tmp_path).format.name == "deeplabcut"


def test_a_table_of_several_animals(tmp_path: Path) -> None:
    head = "scorer,a,a,a,a\nindividuals,m1,m1,m2,m2\nbodyparts,snout,snout,snout,snout\ncoords,x,y,x,y\n"
    found = read(tmp_path, head + "labeled-data/run/a.png,1,2,3,4\n")
    assert [one.shape for one in found.images[0].instances] == [
        Keypoints([(1, 2)], [2]),
        Keypoints([(3, 4)], [2]),
    ]


def test_bad_rows_are_refused_with_their_line_and_a_row_without_points_is_an_answer(tmp_path: Path) -> None:
    found = read(tmp_path, ONE + "labeled-data/run/b.png,x,2,,\nlabeled-data/run/a.png,,,,\n")
    assert [one.path for one in found.refused] == ["CollectedData_ada.csv, line 4"]
    assert [(image.finished, image.instances) for image in found.images] == [(True, ())]
    with pytest.raises(BadFormat, match="bodyparts and coords"):
        read(tmp_path / "other", "path,label\na.png,cat\n")


def test_real_frames_are_read_and_come_back_exactly(
    shared_data: Callable[[str], Path], tmp_path: Path
) -> None:
    found = DeepLabCut().read(shared_data("keypoints-mouse"))
    assert len(found.images) == sum(len(image.instances) for image in found.images) == 116
    assert found.skeletons["animal"].names == ("snout", "leftear", "rightear", "tailbase")
    assert all(image.source for image in found.images)
    assert DeepLabCut().write(found, tmp_path / "out", transfer="link").losses == ()
    back = DeepLabCut().read(tmp_path / "out")
    assert [image.instances for image in back.images] == [image.instances for image in found.images]
