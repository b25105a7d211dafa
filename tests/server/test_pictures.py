"""Thumbnails, sheets and pictures in full."""

from __future__ import annotations

import shutil
import time
from base64 import b64decode
from io import BytesIO
from pathlib import Path

import numpy as np
from PIL import Image
from tests.server.served import Served

from labelgraft.domain.ids import ContentHash
from labelgraft.server import columns
from labelgraft.storage.large_pictures import LargePictures


def opened(body: bytes) -> Image.Image:
    return Image.open(BytesIO(body), formats=("WEBP",))


def some_hash(served: Served) -> str:
    return str(served.project.images(limit=1).rows[0].image.content_hash)


def brought(served: Served, image: Image.Image, path: Path, **how: object) -> str:
    """A picture of our own in a project of its own; gives its hash."""
    path.parent.mkdir(exist_ok=True)
    image.save(path, **how)  # type: ignore[arg-type]
    own = served.bench.new_project("own")
    own.add_images(path.parent, embed=False)
    return str(own.images(limit=1).rows[0].image.content_hash)


def test_small_and_256_pictures_have_their_size_and_may_be_kept_for_ever(served: Served) -> None:
    of = some_hash(served)
    for name, side in (("64", 64), ("256", 256)):
        answer = served.client.get(f"/api/v1/pictures/{of}/{name}.webp")
        assert answer.status_code == 200
        assert max(opened(answer.content).size) <= side
        assert answer.headers["content-type"] == "image/webp"
        assert answer.headers["cache-control"] == "private, max-age=31536000, immutable"
        assert answer.headers["x-content-type-options"] == "nosniff"
        assert answer.headers["content-security-policy"].endswith("sandbox")
        again = served.client.get(
            f"/api/v1/pictures/{of}/{name}.webp", headers={"If-None-Match": answer.headers["etag"]}
        )
        assert (again.status_code, again.content) == (304, b"")


def test_a_sheet_shows_each_image_in_its_cell(served: Served) -> None:
    places, facts = columns.decode(served.client.get(f"{served.path}/sheets").content)
    assert len(places["image_ids"]) == 30
    assert (places["sheets"] >= 0).all()
    name = facts["names"][places["sheets"][4]]
    sheet = opened(served.client.get(f"{served.path}/sheets/{name}.webp").content).convert("RGB")
    row, column = divmod(int(places["cells"][4]), facts["cells_per_row"])
    side = facts["cell_px"]
    cell = sheet.crop((column * side, row * side, (column + 1) * side, (row + 1) * side))
    image = served.project.images(limit=30).rows[4].image
    small = opened(served.client.get(f"/api/v1/pictures/{image.content_hash}/64.webp").content).convert("RGB")
    difference = np.abs(np.asarray(cell, np.int16) - np.asarray(small, np.int16)).mean()
    assert difference < 8  # the same picture, packed twice


def test_a_large_picture_is_upright_and_no_larger_than_asked_for(served: Served, tmp_path: Path) -> None:
    lying = Image.new("RGB", (2000, 1000), "blue")
    lying.paste("red", (0, 0, 300, 1000))
    exif = Image.Exif()
    exif[0x0112] = 6  # to be turned clockwise: its left edge is the top
    of = brought(served, lying, tmp_path / "own" / "lying.jpg", exif=exif, quality=90)
    shown = opened(served.client.get(f"/api/v1/pictures/{of}/large.webp", params={"side": 700}).content)
    assert shown.size == (400, 800)  # the next larger side that is made
    red, _, blue = shown.convert("RGB").getpixel((200, 20))  # type: ignore[misc]
    assert red > 200 > blue
    whole = opened(served.client.get(f"/api/v1/pictures/{of}/large.webp", params={"side": 3200}).content)
    assert whole.size == (1000, 2000)  # never enlarged


def test_a_large_picture_comes_from_what_is_kept_the_second_time(served: Served, tmp_path: Path) -> None:
    file = tmp_path / "own" / "blue.png"
    of = brought(served, Image.new("RGB", (300, 200), "blue"), file)
    first = served.client.get(f"/api/v1/pictures/{of}/large.webp")
    file.unlink()
    assert served.client.get(f"/api/v1/pictures/{of}/large.webp").content == first.content


def test_a_file_that_is_gone_or_another_one_is_said_to_be_so(served: Served, tmp_path: Path) -> None:
    file = tmp_path / "own" / "blue.png"
    of = brought(served, Image.new("RGB", (300, 200), "blue"), file)
    file.unlink()
    gone = served.client.get(f"/api/v1/pictures/{of}/large.webp")
    assert (gone.status_code, gone.json()["error"]["code"]) == (422, "unreadable-image")
    Image.new("RGB", (300, 200), "green").save(file)
    other = served.client.get(f"/api/v1/pictures/{of}/large.webp")
    assert other.status_code == 422
    assert "another picture than the one that was imported" in other.json()["error"]["message"]


def test_a_picture_that_became_a_bomb_is_refused_and_the_next_one_is_shown(
    served: Served, tmp_path: Path
) -> None:
    file = tmp_path / "own" / "blue.png"
    of = brought(served, Image.new("RGB", (300, 200), "blue"), file)
    Image.new("1", (12_000, 12_000)).save(file)
    bomb = served.client.get(f"/api/v1/pictures/{of}/large.webp")
    assert bomb.status_code == 422
    assert "megapixels" in bomb.json()["error"]["message"]
    assert served.client.get(f"/api/v1/pictures/{some_hash(served)}/large.webp").status_code == 200


def test_what_is_no_picture_of_ours_is_a_404(served: Served) -> None:
    for name in ("64", "256", "large"):
        assert served.client.get(f"/api/v1/pictures/{'0' * 64}/{name}.webp").status_code == 404
    assert served.client.get(f"{served.path}/sheets/{'0' * 32}.webp").status_code == 404
    assert served.client.get("/api/v1/pictures/..%2f..%2fetc%2fpasswd/64.webp").status_code in {404, 422}


def test_large_pictures_looked_at_longest_ago_give_way(tmp_path: Path) -> None:
    kept = LargePictures(tmp_path / "shown", kept_bytes=1000)
    hashes = [ContentHash(f"{number:064x}") for number in range(6)]
    for each in hashes[:4]:
        kept.put(each, 800, b"x" * 240)
        time.sleep(0.01)
    assert kept.get(hashes[0], 800) is not None  # looked at again just now
    time.sleep(0.01)
    kept.put(hashes[4], 800, b"x" * 240)
    assert kept.get(hashes[0], 800) is not None
    assert kept.get(hashes[1], 800) is None
    assert kept.get(hashes[4], 800) is not None
    shutil.rmtree(tmp_path / "shown")
    assert kept.get(hashes[4], 800) is None


def test_many_thumbnails_come_in_one_answer_in_the_order_asked_for(served: Served) -> None:
    last, first = (served.project.images(limit=30).rows[place].image for place in (29, 0))
    asked = {"image_ids": [last.id, 10**6, first.id]}
    answer = served.client.post(f"{served.path}/images/thumbnails", json=asked)
    told = answer.json()["thumbnails"]
    assert [each["id"] for each in told] == [last.id, first.id]
    for image, each in zip((last, first), told, strict=True):
        alone = served.client.get(f"/api/v1/pictures/{image.content_hash}/256.webp").content
        assert b64decode(each["webp"]) == alone
