"""Models that we can read without asking. The files come from the user; none is shipped."""

from __future__ import annotations

from labelgraft.errors import UnknownName
from labelgraft.learning.detectors.class_lists import COCO, COCO_PERSON, VOC_WITH_BACKGROUND
from labelgraft.learning.detectors.described import (
    BoxForm,
    DetectorDescription,
    Fit,
    InputLayout,
    OutputKind,
    OutputLayout,
    Sampling,
)

PRESETS: tuple[DetectorDescription, ...] = (
    DetectorDescription(
        name="yolox_nano",
        input=InputLayout(416, 416, bgr=True, fit=Fit.LETTERBOX_CORNER, pad_value=114),
        output=OutputLayout(OutputKind.YOLOX, (("rows", "output"),), strides=(8, 16, 32), nms_iou=0.65),
        class_names=COCO,
        digest="e8af074932d4ed7e232278e3055cefcdea3edf178874a3694ae292649fb464dd",
        licence="Apache-2.0",
    ),
    DetectorDescription(
        name="fastestdet",
        input=InputLayout(352, 352, bgr=True, scale=1 / 255),
        output=OutputLayout(OutputKind.FASTESTDET, (("rows", "758"),), nms_iou=0.45),
        class_names=COCO,
        digest="31cb14c017fce347cb4c846ec62fdf00d76bb3beecdf4be21e7116ac67feb880",
        licence="BSD-3-Clause",
    ),
    DetectorDescription(
        name="deeplabv3_mnv2_voc21",
        input=InputLayout(
            513, 513, channels_first=False, fit=Fit.LETTERBOX_CORNER, sampling=Sampling.SMOOTH, pad_value=127
        ),
        output=OutputLayout(OutputKind.CLASS_MAP, (("map", "class_map"), ("scores", "logits_small"))),
        class_names=VOC_WITH_BACKGROUND,
        background=0,
        digest="8d4efac8d039d2dc2bd121af3d1544b03bfaecc33ed890690eb8c28b22d33976",
        licence="Apache-2.0",
    ),
    DetectorDescription(
        name="movenet_lightning",
        input=InputLayout(192, 192, channels_first=False, fit=Fit.LETTERBOX_CENTRE, pad_value=0),
        output=OutputLayout(
            OutputKind.KEYPOINTS, (("rows", "keypoints"),), box_form=BoxForm.EDGES_Y_FIRST, relative=True
        ),
        class_names=("person",),
        skeleton=COCO_PERSON,
        digest="96b467a92053b696cea30efa9a506cb862a76c9f9fb9c88cdbb721b9ccc93a8a",
        licence="Apache-2.0",
    ),
)


def preset(name: str) -> DetectorDescription:
    """Raises: UnknownName, with near names."""
    for description in PRESETS:
        if description.name == name:
            return description
    raise UnknownName("detector", name, [each.name for each in PRESETS])
