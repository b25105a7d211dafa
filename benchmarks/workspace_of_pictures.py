"""A workspace as an import of many images leaves it: rows, thumbnails and sheets on the disk, embeddings, a map.

The pictures are cut out of the photos of two data sets, each at another place, mirrored, lighter or darker: no two are
the same; without the data sets they are drawn. The files that they would come from do not exist.
"""

from __future__ import annotations

import io
import multiprocessing
import os
import tarfile
from collections.abc import Iterator
from pathlib import Path

import numpy as np
from benchmarks.labelling_over_http import fill
from PIL import Image, ImageEnhance

from labelgraft.domain.ids import ContentHash, ProjectId
from labelgraft.domain.map import MapColumns
from labelgraft.formats.thumbnails import sheet, thumbnail_and_cell
from labelgraft.storage import images, maps
from labelgraft.storage.thumbnails import CELLS, ThumbnailStore
from labelgraft.storage.workspace import Workspace

DATA = Path(__file__).resolve().parents[2] / "shared" / "data"
ARCHIVES = ("catsdogs.tar", "pets.tar")
ISLANDS = 60
PHOTOS = 400
"""Photos that pictures are cut out of, of each data set."""
LONGEST_PX = 340

DONE = "pictures-are-there"


def workspace_of(folder: Path, rows: int, data: Path = DATA) -> ProjectId:
    """Make it, or find it made by an earlier run that came to its end."""
    if (folder / DONE).exists():
        return ProjectId(1)
    if not (folder / "labelgraft.sqlite").exists():
        fill(folder, rows)
        lay_out(folder, rows)
    project_id = ProjectId(1)
    with Workspace.open(folder) as workspace:
        root = workspace.thumbnails.root
        with workspace.database.reading() as c:
            hashes = [each.decode() for each in images.columns(c, project_id).hashes.tolist()]
        missing = set(workspace.thumbnails.missing([ContentHash(each) for each in hashes]))
    shards = [hashes[start : start + CELLS] for start in range(0, len(hashes), CELLS)]
    wanted = [(root, shard) for shard in shards if shard[0] in missing]
    with multiprocessing.get_context("spawn").Pool(os.cpu_count(), take_photos, (data,)) as pool:
        for _ in pool.imap_unordered(write_shard, wanted):
            pass
    (folder / DONE).touch()
    return project_id


def lay_out(folder: Path, rows: int) -> None:
    """A second round of the map: islands beside each other all over it, as a person meets them, with some images between."""
    dice = np.random.default_rng(4)
    island = dice.integers(0, ISLANDS, rows)
    place = np.arange(ISLANDS)
    angle, radius = place * np.pi * (3 - np.sqrt(5)), np.sqrt((place + 0.5) / ISLANDS)
    centres = np.stack([radius * np.cos(angle), radius * np.sin(angle)], axis=1)
    xy = (centres[island] + dice.normal(0, 0.03, (rows, 2))).astype(np.float32)
    between = dice.random(rows) < 0.02
    xy[between] = dice.uniform(-0.8, 0.8, (int(between.sum()), 2))
    points = MapColumns(np.arange(1, rows + 1), xy, np.where(between, -1, island).astype(np.int64))
    with Workspace.open(folder) as workspace, workspace.database.writing() as c:
        maps.insert_round(
            c, workspace.maps_folder, ProjectId(1), points, embedding="none", model_id=None, method="synthetic",
            median_move=None, purity=None, seconds=0.0,
        )  # fmt: skip


def write_shard(task: tuple[Path, list[str]]) -> None:
    """Thumbnails and sheet of one shard, as an import makes them of decoded files."""
    root, hashes = task
    made = [thumbnail_and_cell(picture(each)) for each in hashes]
    whole = sheet([cell for _, cell in made])
    ThumbnailStore(root).write_shard(
        [ContentHash(each) for each in hashes], [webp for webp, _ in made], whole
    )


def picture(content_hash: str) -> Image.Image:
    """The picture of a hash: the same at every run."""
    dice = np.random.default_rng(int(content_hash[:16], 16))
    photo = _photos[int(dice.integers(len(_photos)))]
    width, height = (int(side * dice.uniform(0.6, 0.9)) for side in photo.size)
    left, top = int(dice.integers(photo.width - width)), int(dice.integers(photo.height - height))
    cut = photo.crop((left, top, left + width, top + height))
    if dice.random() < 0.5:
        cut = cut.transpose(Image.Transpose.FLIP_LEFT_RIGHT)
    return ImageEnhance.Brightness(cut).enhance(dice.uniform(0.7, 1.3))


_photos: list[Image.Image] = []
"""What pictures are cut out of; each process reads them once."""


def take_photos(data: Path) -> None:
    """Called in each process that makes pictures."""
    _photos.extend(photos_in(data))
    if not _photos:
        _photos.extend(drawn(number) for number in range(PHOTOS))


def photos_in(data: Path) -> Iterator[Image.Image]:
    for name in ARCHIVES:
        if not (data / name).exists():
            continue
        with tarfile.open(data / name) as tar:
            files = [each for each in tar.getmembers() if each.name.endswith((".jpg", ".jpeg"))]
            for member in files[:: max(1, len(files) // PHOTOS)]:
                file = tar.extractfile(member)
                assert file is not None
                with Image.open(io.BytesIO(file.read())) as opened:
                    photo = opened.convert("RGB")
                photo.thumbnail((LONGEST_PX, LONGEST_PX))
                yield photo


def drawn(number: int) -> Image.Image:
    """Coarse noise made large: as hard to compress as a photo."""
    dice = np.random.default_rng(number)
    coarse = Image.fromarray(dice.integers(0, 255, (32, 40, 3), np.uint8)).resize(
        (340, 272), Image.Resampling.BICUBIC
    )
    fine = Image.fromarray(dice.integers(0, 255, (272, 340, 3), np.uint8))
    return Image.blend(coarse, fine, 0.15)
