"""Every format that we ship, in one list."""

from __future__ import annotations

from labelgraft.errors import UnknownName
from labelgraft.formats.coco import Coco
from labelgraft.formats.csv_boxes import CsvBoxes
from labelgraft.formats.csv_labels import CsvLabels
from labelgraft.formats.cvat import Cvat
from labelgraft.formats.deeplabcut import DeepLabCut
from labelgraft.formats.format import Format
from labelgraft.formats.hf_imagefolder import HfImageFolder
from labelgraft.formats.image_folder import ImageFolder
from labelgraft.formats.label_studio import LabelStudio
from labelgraft.formats.labelme import LabelMe
from labelgraft.formats.plain_folder import PlainFolder
from labelgraft.formats.prodigy import Prodigy
from labelgraft.formats.voc import Voc
from labelgraft.formats.yolo import Yolo

# Detection asks them in this order; the plain folder takes whatever is left.
ALL: tuple[Format, ...] = (
    Yolo(),
    Voc(),
    Cvat(),
    HfImageFolder(),
    DeepLabCut(),
    CsvBoxes(),
    CsvLabels(),
    Prodigy(),
    LabelStudio(),
    LabelMe(),
    Coco(),
    ImageFolder(),
    PlainFolder(),
)


def get(name: str) -> Format:
    """The format of that name. Raises: UnknownName, with near names."""
    for known in ALL:
        if known.name == name:
            return known
    raise UnknownName("format", name, [known.name for known in ALL])
