"""Which labelled images a model is trained on and which it is measured on."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass

import numpy as np

from labelgraft.domain import split as splits
from labelgraft.domain.annotation import Author
from labelgraft.domain.arrays import AnyArray, Bools, Floats, Ints
from labelgraft.domain.ids import ImageId, ProjectId
from labelgraft.domain.image import SPLIT_CODES, ImageColumns, Split
from labelgraft.domain.operation import Cause
from labelgraft.domain.training import TrainingSettings
from labelgraft.errors import NotEnoughLabels, UnknownName
from labelgraft.learning.duplicates import duplicate_groups
from labelgraft.services.embedding_spaces import Vectors
from labelgraft.services.read_labels import Labels
from labelgraft.storage import images, labelling
from labelgraft.storage.workspace import Workspace

TEST_SPLIT_FROM = 200
"""Labels from which a share of them is held out for good. Below, cross-validation measures on all of them: a test split
of 40 images would have an interval of 12 points and cost a fifth of the labels."""

CODES = {None: splits.NO_SPLIT, Split.TRAIN: splits.TRAIN, Split.TEST: splits.TEST}
TO_CODE = np.array([CODES[split] for split in SPLIT_CODES], np.int64)


@dataclass(frozen=True, slots=True)
class TrainingSet:
    """Labelled images apart: M to train on, T to measure on, T may be 0.

    groups: (M,) near-duplicates among the images to train on share a number.
    """

    train: Labels
    test: Labels
    groups: Ints

    @property
    def data_version(self) -> str:
        """Names the labels that were trained on: the same labels give the same name."""
        content = self.train.image_ids.tobytes() + np.ascontiguousarray(self.train.targets).tobytes()
        return hashlib.sha256(content + "\0".join(self.train.class_names).encode()).hexdigest()[:16]


def training_set(
    workspace: Workspace, project_id: ProjectId, labels: Labels, vectors: Vectors, settings: TrainingSettings,
    author: Author,
) -> TrainingSet:  # fmt: skip
    """Divide the labelled images that have an embedding.

    By folders where the settings name them; else by the images' own splits, which are drawn from TEST_SPLIT_FROM labels
    on, by class and with near-duplicates together, and then stay. Raises NotEnoughLabels, UnknownName.
    """
    labels = labels.of(vectors.image_ids)
    with workspace.database.reading() as connection:
        columns = images.columns(connection, project_id)
    row = np.searchsorted(columns.image_ids, labels.image_ids)
    groups = near_duplicates(vectors.of(labels.image_ids))
    if settings.train_folders or settings.test_folders:
        role = by_folder(columns, columns.folders[row], settings)
    else:
        earlier = TO_CODE[columns.splits[row].astype(np.int64)]
        role = by_split(labels, groups, earlier, settings)
        keep_splits(workspace, project_id, labels.image_ids, earlier, role, author)
    train, test = (
        labels.of(labels.image_ids[role == splits.TRAIN]),
        labels.of(labels.image_ids[role == splits.TEST]),
    )
    need_two_classes(train)
    return TrainingSet(train, test, groups[role == splits.TRAIN])


def near_duplicates(rows: Floats) -> Ints:
    """(M,) near-duplicates share a number.

    An embedding that sees copies in most images (a colour histogram of plain drawings) cannot tell them: then each image
    stands for itself, or whole classes could never be held out.
    """
    groups = duplicate_groups(rows)
    if len(np.unique(groups)) < len(groups) / 2:
        return np.arange(len(groups), dtype=np.int64)
    return groups


def by_folder(columns: ImageColumns, folders: AnyArray, settings: TrainingSettings) -> Ints:
    """(M,) role of each labelled image by its folder. Raises UnknownName for a folder that no image is in."""
    known = {str(folder) for folder in np.unique(columns.folders.astype(str))}
    for name in (*settings.train_folders, *settings.test_folders):
        if name not in known:
            raise UnknownName("folder of this project", name, known)
    test = np.isin(folders.astype(str), settings.test_folders)
    named = np.isin(folders.astype(str), settings.train_folders)
    role = np.full(len(folders), splits.NO_SPLIT, np.int64)
    role[named | (not settings.train_folders)] = splits.TRAIN
    role[test] = splits.TEST
    return role


def by_split(labels: Labels, groups: Ints, earlier: Ints, settings: TrainingSettings) -> Ints:
    """(M,) role of each labelled image by its split, drawing what is missing once there are enough labels."""
    drawn_before = bool((earlier == splits.TEST).any())
    if not drawn_before and len(labels.image_ids) < TEST_SPLIT_FROM:
        return np.full(len(earlier), splits.TRAIN, np.int64)
    strata = splits.rarest_class(labels.targets.astype(np.bool_)) if labels.multi_label else labels.targets
    return splits.split_by_group(
        np.asarray(strata, np.int64),
        groups,
        test_fraction=settings.test_fraction,
        seed=settings.seed,
        earlier=earlier,
    )


def keep_splits(
    workspace: Workspace, project_id: ProjectId, image_ids: Ints, earlier: Ints, role: Ints, author: Author
) -> None:
    """Remember the splits that were drawn now, as one operation; nothing where none was drawn."""
    if not (role == splits.TEST).any():
        return
    fresh: Bools = (earlier == splits.NO_SPLIT) & (role != splits.NO_SPLIT)
    words = {splits.TRAIN: Split.TRAIN, splits.TEST: Split.TEST}
    given = {ImageId(int(i)): words[int(r)] for i, r in zip(image_ids[fresh], role[fresh], strict=True)}
    if not given:
        return
    held = sum(each is Split.TEST for each in given.values())
    with workspace.database.writing() as connection:
        labelling.set_split(
            connection, project_id, given, author=author, cause=Cause.SPLIT,
            summary=f"{held:,} of {len(given):,} labelled images held out for testing",
        )  # fmt: skip


def need_two_classes(train: Labels) -> None:
    """Raises NotEnoughLabels unless two classes have a label to train on."""
    counts = train.targets.sum(axis=0) if train.multi_label else np.bincount(train.targets, minlength=1)
    found = int((counts > 0).sum())
    if found < (1 if train.multi_label else 2):
        raise NotEnoughLabels(
            f"{len(train.image_ids)} labelled images of {found} class{'' if found == 1 else 'es'} can be trained on; two "
            "classes are needed. Nothing was trained. Label some images of another class."
        )
