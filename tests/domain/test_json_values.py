"""Values over the wire: what is sent is what arrives."""

from __future__ import annotations

import json

import pytest

from labelgraft.domain.annotation import Traits
from labelgraft.domain.ids import AnnotationId, ClassId, ImageId, ProposalId
from labelgraft.domain.instance_edit import ChangedInstance, InstanceEdit, NewInstance
from labelgraft.domain.json_values import from_json, to_json
from labelgraft.domain.shapes.box import Box
from labelgraft.domain.shapes.keypoints import Keypoints
from labelgraft.domain.shapes.mask import Mask
from labelgraft.domain.shapes.polygon import Part, Polygon
from labelgraft.domain.shapes.rotated_box import RotatedBox
from labelgraft.errors import BadInput

SHAPES = (
    Box(0.1, 2, 3, 4),
    RotatedBox(5, 5, 3, 2, 30),
    Polygon([Part([[0, 0], [9, 0], [9, 9]], [[[6, 1], [7, 1], [7, 2]]])]),
    Mask(3, 2, [1, 2, 3]),
    Keypoints([[1, 2], [0, 0]], [2, 0], Box(0, 0, 4, 4)),
)


def test_an_edit_with_every_kind_of_shape_arrives_as_it_was_sent() -> None:
    said = Traits(occluded=True, z=2, attributes=(("wheels", 4.0), ("worn", True)))
    sent = InstanceEdit(
        image_id=ImageId(3), new=tuple(NewInstance(ClassId(1), shape, said, ProposalId(9)) for shape in SHAPES),
        changed=(ChangedInstance(AnnotationId(8), ClassId(2), SHAPES[0]),), removed=(AnnotationId(7),), finished=True,
    )  # fmt: skip
    assert from_json(InstanceEdit, json.loads(json.dumps(to_json(sent)))) == sent


@pytest.mark.parametrize(
    "value", [{"kind": "box", "box": [1, 1, 1, 1]}, {"kind": "circle"}, "box", None, {"left": 1}]
)
def test_what_is_no_shape_is_refused(value: object) -> None:
    with pytest.raises(BadInput):
        from_json(NewInstance, {"class_id": 1, "shape": value})
