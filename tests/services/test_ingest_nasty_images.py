"""Every file of a collection of awkward images decodes as its manifest says, or is refused with a reason."""

from __future__ import annotations

import csv
import os
import time
from collections.abc import Callable
from dataclasses import dataclass
from io import BytesIO
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from labelgraft.domain.arrays import Ints
from labelgraft.services.ingest import IngestPool
from labelgraft.services.ingest_messages import Output, Shard, ShardResult
from labelgraft.services.scan_files import scan_files

OVER_OUR_LIMIT = {"images/bomb-144mpx-1bit.png"}
"""Pillow only warns of 144 megapixels; our limit is 100."""


@dataclass(frozen=True)
class Outcome:
    manifest: dict[str, dict[str, str]]
    result: ShardResult
    seconds: float
    noise: str

    def thumbnail(self, name: str) -> Ints:
        (record,) = [record for record in self.result.records if record.path.endswith("/" + name)]
        shown = Image.open(BytesIO(self.result.thumbnails[record.row])).convert("RGB")
        return np.asarray(shown, np.int64)


@pytest.fixture(scope="module")
def outcome(shared_data: Callable[[str], Path]) -> Outcome:
    folder = shared_data("nasty-images")
    with (folder / "manifest.csv").open(newline="", encoding="utf-8") as file:
        manifest = {row["path"]: row for row in csv.DictReader(file)}
    paths = [found.path for found in scan_files(folder / "images").files]
    reading, writing = os.pipe()
    kept = os.dup(2)
    os.dup2(writing, 2)  # what a worker inherits and its decoders in C would write to
    try:
        with IngestPool(workers=1) as pool:
            pool.wait_until_ready()
            began = time.monotonic()
            result = pool.submit(Shard(tuple(paths), frozenset({Output.THUMBNAILS}))).result()
            seconds = time.monotonic() - began
    finally:
        os.dup2(kept, 2)
        os.close(kept)
    os.close(writing)
    with os.fdopen(reading, "rb") as pipe:
        noise = pipe.read().decode()
    strip = len(str(folder)) + 1
    assert {path[strip:] for path in paths} == set(manifest)
    return Outcome(manifest, result, seconds, noise)


def in_manifest(path: str) -> str:
    return "images/" + Path(path).name


def test_what_the_manifest_says_opens_is_taken_in_at_its_upright_size(outcome: Outcome) -> None:
    expected = {}
    for path, row in outcome.manifest.items():
        if row["pillow13_outcome"] == "opens" and path not in OVER_OUR_LIMIT:
            width, height = (int(side) for side in row["size"].split("x"))
            turned = row["exif_orientation"] in ("5", "6", "7", "8")
            expected[path] = (height, width) if turned else (width, height)
    found = {in_manifest(r.path): (r.width_px, r.height_px) for r in outcome.result.records}
    assert found == expected


def test_everything_else_is_refused_with_path_and_reason(outcome: Outcome) -> None:
    refused = {in_manifest(refused.path): refused.reason for refused in outcome.result.refused}
    expected = {path for path, row in outcome.manifest.items() if row["pillow13_outcome"] != "opens"}
    assert set(refused) == expected | OVER_OUR_LIMIT
    assert all(len(reason) > 15 for reason in refused.values())
    assert "limit of 100 megapixels" in refused["images/bomb-144mpx-1bit.png"]
    assert "limit of 100 megapixels" in refused["images/decompression_bomb.gif"]
    assert "cut short or damaged" in refused["images/truncated_jpeg.jpg"]
    assert refused["images/empty.jpg"] == "the file is empty"


def test_nothing_hangs_nothing_is_printed_and_memory_stays_bounded(outcome: Outcome) -> None:
    assert outcome.seconds < 30
    assert outcome.noise == ""
    assert outcome.result.peak_memory_bytes < 1_500_000_000


def test_equal_files_are_known_by_their_content(outcome: Outcome) -> None:
    rows = {in_manifest(record.path): record.row for record in outcome.result.records}
    assert rows["images/duplicate-a.jpg"] == rows["images/duplicate-b.jpg"]
    assert rows["images/duplicate-a.jpg"] != rows["images/near-duplicate.jpg"]


@pytest.mark.parametrize("orientation", range(2, 9))
def test_all_eight_orientations_show_the_same_upright_picture(outcome: Outcome, orientation: int) -> None:
    upright = outcome.thumbnail("hopper.bmp")
    shown = outcome.thumbnail(f"hopper_orientation_{orientation}.jpg")
    assert np.abs(shown - upright).mean() < 10
    turned = [np.rot90(shown, turns) for turns in (1, 2, 3)] + [shown[:, ::-1], shown[::-1]]
    assert min(np.abs(other - upright).mean() for other in turned) > 25


@pytest.mark.parametrize("series", [("Landscape", (1, 3, 6, 8)), ("Portrait", (2, 5, 6, 7))])
def test_photos_of_different_orientation_show_the_same_picture(
    outcome: Outcome, series: tuple[str, tuple[int, ...]]
) -> None:
    name, orientations = series
    first, *others = [outcome.thumbnail(f"{name}_{number}.jpg") for number in orientations]
    for other in others:
        # the digit of the orientation is painted into each of these photos
        assert np.abs(other - first).mean() < 12


def test_transparent_pictures_stand_on_white_and_grey_ones_are_not_black(outcome: Outcome) -> None:
    for name in ("transparent.png", "transparent.webp", "transparent.gif"):
        assert outcome.thumbnail(name).max() > 250
    gradient = outcome.thumbnail("grey16-gradient.png")
    assert gradient.min() < 12
    assert gradient.max() > 243
    assert 40 < outcome.thumbnail("10ct_32bit_128.tiff").mean() < 220
    assert 40 < outcome.thumbnail("hopper.Lab.tif").mean() < 220
