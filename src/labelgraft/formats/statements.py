"""Several statements about one image, joined into one."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from labelgraft.domain.dataset import Answer, Dataset, DatasetImage


def merge_repeated(dataset: Dataset) -> Dataset:
    """One image per path, in the order of first appearance.

    What some line accepts holds (the classes of all accepting lines together); else what some line rejects
    was rejected; else the image is unclear if some line says so, or was passed over. The rest is that of the first
    line that counts.
    """
    by_path = dict[str, list[DatasetImage]]()
    for image in dataset.images:
        by_path.setdefault(image.path, []).append(image)
    images = tuple(lines[0] if len(lines) == 1 else _joined(lines) for lines in by_path.values())
    multi = dataset.multi_label or any(len(image.class_names) > 1 for image in images)
    return replace(dataset, images=images, multi_label=multi)


def _joined(lines: Sequence[DatasetImage]) -> DatasetImage:
    labelled = [line for line in lines if line.answer is Answer.ACCEPT and line.class_names]
    for answer in (Answer.REJECT, Answer.UNCLEAR, Answer.IGNORE):
        labelled = labelled or [line for line in lines if line.answer is answer]
    counting = labelled or list(lines)
    classes = tuple(dict.fromkeys(name for line in counting for name in line.class_names))
    instances = [one for line in counting for one in line.instances]
    return replace(counting[0], class_names=classes).with_instances(instances)
