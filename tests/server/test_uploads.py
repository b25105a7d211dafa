"""Uploads through the real application: whole or not at all, by their bytes, imported with their folders."""

from __future__ import annotations

import hashlib
import io
import json
import time
import zipfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from tests.server.served import Served, wait_for

import labelgraft


def hash_of(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()


def begin(served: Served, name: str = "holiday") -> str:
    answer = served.client.post("/api/v1/uploads", json={"name": name})
    assert answer.status_code == 201
    return f"/api/v1/uploads/{answer.json()['id']}"


def put(served: Served, upload: str, path: str, content: bytes, **said: Any) -> Any:
    address = f"{upload}/files/{said.get('content_hash', hash_of(content))}"
    return served.client.put(address, params={"path": path}, content=content)


@pytest.fixture
def photos(served_pictures: Path) -> dict[str, bytes]:
    """Ten pictures by class folder."""
    chosen = [*sorted(served_pictures.glob("cat*"))[:5], *sorted(served_pictures.glob("dog*"))[:5]]
    # One byte more makes them other images than those of the project, and hurts no decoder.
    return {f"pets/{each.name[:3]}/{each.name}": each.read_bytes() + b"\0" for each in chosen}


def upload_all(served: Served, photos: dict[str, bytes]) -> str:
    upload = begin(served)
    for path, content in photos.items():
        assert put(served, upload, path, content).status_code == 200
    return upload


def test_an_upload_keeps_its_folders_and_they_become_classes(
    served: Served, photos: dict[str, bytes]
) -> None:
    number = int(upload_all(served, photos).rsplit("/", 1)[1])
    checked = served.client.post(f"{served.path}/imports/check", json={"upload_id": number}).json()
    assert (checked["format_name"], checked["images"], checked["classes"]) == (
        "image-folder", 10, {"cat": 5, "dog": 5},
    )  # fmt: skip
    assert checked["rows"][0]["path"].startswith("cat/")
    started = served.client.post(f"{served.path}/imports", json={"upload_id": number})
    assert started.status_code == 202
    job = wait_for(served, started.json()["job"]["number"])
    assert (job["state"], job["result"]["added"], job["result"]["labelled"]) == ("finished", 10, 10)
    history = served.project.history()
    assert history[0].summary == "Imported 10 labels from holiday"
    folders = {Path(path).parent.name for path in served.project.paths().values()}
    assert {"cat", "dog"} < folders


def packed(files: dict[str, bytes]) -> bytes:
    packing = io.BytesIO()
    with zipfile.ZipFile(packing, "w") as archive:
        for path, content in files.items():
            archive.writestr(path, content)
    return packing.getvalue()


def test_an_uploaded_zip_is_imported_like_the_folder_in_it(served: Served, photos: dict[str, bytes]) -> None:
    upload = begin(served, "pets.zip")
    assert put(served, upload, "pets.zip", packed({**photos, "pets/inner.rar": b"x"})).status_code == 200
    number = int(upload.rsplit("/", 1)[1])
    checked = served.client.post(f"{served.path}/imports/check", json={"upload_id": number}).json()
    assert (checked["format_name"], checked["images"], checked["refused_count"]) == ("zip", 10, 1)
    started = served.client.post(f"{served.path}/imports", json={"upload_id": number}).json()
    job = wait_for(served, started["job"]["number"])
    assert (job["state"], job["result"]["added"], job["result"]["labelled"]) == ("finished", 10, 10)
    assert [Path(path).name for path, _ in map(dict.values, job["result"]["refused"])] == ["inner.rar"]
    assert served.project.history()[0].summary == "Imported 10 labels from pets.zip"


def test_a_zip_that_leads_out_of_its_folder_ends_its_job_and_changes_nothing(
    served: Served, photos: dict[str, bytes], tmp_path: Path
) -> None:
    evil = packed({**photos, "../../evil.jpg": b"x"})
    upload = begin(served, "evil.zip")
    assert put(served, upload, "evil.zip", evil).status_code == 200
    wanted = {"upload_id": int(upload.rsplit("/", 1)[1])}
    checked = served.client.post(f"{served.path}/imports/check", json=wanted)
    assert checked.status_code == 422
    assert "leads out of its folder" in checked.json()["error"]["message"]
    job = wait_for(served, served.client.post(f"{served.path}/imports", json=wanted).json()["job"]["number"])
    assert job["state"] == "failed"
    assert "leads out of its folder" in job["reason"]
    assert served.project.status().images == 30
    assert not list(tmp_path.parent.rglob("evil.jpg"))


def test_a_zip_below_a_root_is_listed_and_imported(
    served: Served, photos: dict[str, bytes], tmp_path: Path
) -> None:
    (tmp_path / "pets.zip").write_bytes(packed(photos))
    places = served.client.get("/api/v1/places", params={"path": str(tmp_path)}).json()
    assert places["files"] == [str(tmp_path / "pets.zip")]
    wanted = {"source": places["files"][0]}
    job = wait_for(served, served.client.post(f"{served.path}/imports", json=wanted).json()["job"]["number"])
    assert (job["state"], job["result"]["added"]) == ("finished", 10)


def test_an_interrupted_upload_goes_on_where_it_was_also_as_another_upload(
    served: Served, photos: dict[str, bytes]
) -> None:
    some = dict(list(photos.items())[:4])
    first = upload_all(served, some)
    offer = {"files": [{"content_hash": hash_of(content), "path": path} for path, content in photos.items()]}
    missing = served.client.post(f"{first}/missing", json=offer).json()["missing"]
    assert [each["path"] for each in missing] == list(photos)[4:]
    second = begin(served)
    again = served.client.post(f"{second}/missing", json=offer).json()["missing"]
    assert [each["path"] for each in again] == list(photos)[4:]
    assert served.client.get(second).json()["files"] == 4
    path, content = next(iter(photos.items()))
    assert put(served, second, path, b"", content_hash=hash_of(content)).status_code == 200


def test_bytes_of_another_hash_are_refused_and_leave_nothing(served: Served) -> None:
    upload = begin(served)
    answer = put(served, upload, "a.jpg", b"other bytes", content_hash=hash_of(b"bytes"))
    assert answer.status_code == 422
    assert "Send it again" in answer.json()["error"]["message"]
    assert served.client.get(upload).json()["files"] == 0
    assert not list((served.bench.folder / "uploads").rglob("*.part"))


def test_paths_that_lead_out_and_hashes_that_are_none_are_refused(served: Served) -> None:
    upload = begin(served)
    for path in ("../a.jpg", "/a.jpg", "a/../../b.jpg", "C:\\a.jpg", "..\\a.jpg", "a\0.jpg", ""):
        assert put(served, upload, path, b"bytes").status_code == 422, path
    for content_hash in ("x" * 64, "AB" * 32, "..", "a" * 63, "%2e%2e%2fetc"):
        answer = put(served, upload, "a.jpg", b"bytes", content_hash=content_hash)
        assert answer.status_code in (404, 405, 422), content_hash
    assert served.client.get(upload).json()["files"] == 0


def test_limits_are_told_with_413_and_the_next_file_is_taken(served: Served) -> None:
    limits = served.bench.upload_limits()
    object.__setattr__(limits, "image_bytes", 1000)
    upload = begin(served)
    answer = put(served, upload, "big.jpg", b"x" * 1001)
    assert (answer.status_code, answer.json()["error"]["code"]) == (413, "too-large")

    def endless() -> Iterator[bytes]:
        for _ in range(50):
            yield b"x" * 100

    address = f"{upload}/files/{hash_of(b'x' * 5000)}"
    assert served.client.put(address, params={"path": "big.jpg"}, content=endless()).status_code == 413
    assert put(served, upload, "small.jpg", b"x").status_code == 200
    object.__setattr__(limits, "files", 1)
    assert put(served, upload, "second.jpg", b"y").status_code == 413
    assert served.client.get(upload).json()["files"] == 1


def test_a_file_larger_than_a_json_body_may_be_is_taken(served: Served) -> None:
    content = bytes(served.options.body_bytes + 1_000_000)
    assert put(served, begin(served), "large.tif", content).json()["bytes"] == len(content)


def test_an_unknown_upload_is_a_404(served: Served) -> None:
    offer = {"files": [{"content_hash": hash_of(b""), "path": "a"}]}
    assert served.client.get("/api/v1/uploads/77").status_code == 404
    assert served.client.post("/api/v1/uploads/77/missing", json=offer).status_code == 404
    assert put(served, "/api/v1/uploads/77", "a.jpg", b"bytes").status_code == 404
    answer = served.client.post(f"{served.path}/imports", json={"upload_id": 77})
    assert answer.status_code == 404


def test_what_is_uploaded_is_never_served_as_it_came(served: Served) -> None:
    page = b"<svg xmlns='http://www.w3.org/2000/svg' onload='alert(1)'/>"
    upload = begin(served)
    assert put(served, upload, "evil.svg", page).status_code == 200
    assert put(served, upload, "evil.jpg", page + b" ").status_code == 200
    stored = served.bench.folder / "uploads" / upload.rsplit("/", 1)[1] / "files" / "evil.svg"
    assert stored.read_bytes() == page
    for address in ("uploads/1/files/evil.svg", f"api/v1/uploads/1/files/{hash_of(page)}", "evil.svg"):
        answer = served.client.get(f"/{address}")
        assert page not in answer.content
    started = served.client.post(f"{served.path}/imports", json={"upload_id": int(upload.rsplit("/", 1)[1])})
    result = wait_for(served, started.json()["job"]["number"])["result"]
    assert result["added"] == 0
    assert len(result["refused"]) == 2


def test_labels_of_an_upload_that_name_files_elsewhere_get_none_of_them(
    served: Served, photos: dict[str, bytes], served_pictures: Path
) -> None:
    path, content = next(iter(photos.items()))
    other = next(served_pictures.iterdir())
    rows = [f"{path},cat", f"{other},dog", "../../../settings.toml,dog"]
    upload = begin(served)
    put(served, upload, path, content)
    put(served, upload, "labels.csv", ("path,label\n" + "\n".join(rows) + "\n").encode())
    checked = served.client.post(
        f"{served.path}/imports/check", json={"upload_id": int(upload.rsplit("/", 1)[1])}
    ).json()
    assert (checked["format_name"], checked["images"], checked["refused_count"]) == ("csv", 1, 2)


def test_uploads_and_their_images_survive_the_end_of_the_server(
    served: Served, photos: dict[str, bytes]
) -> None:
    number = int(upload_all(served, photos).rsplit("/", 1)[1])
    started = served.client.post(f"{served.path}/imports", json={"upload_id": number, "embed": False})
    wait_for(served, started.json()["job"]["number"])
    folder = served.bench.folder
    served.bench.close()
    with labelgraft.open(folder) as again:
        paths = [Path(path) for path in again.project("pets").paths().values()]
        assert sum(path.is_relative_to(folder / "uploads") for path in paths) == 10
        assert all(path.is_file() for path in paths)
        lines = (folder / "uploads" / str(number) / "received.jsonl").read_text().splitlines()
        assert {json.loads(line)["asked"] for line in lines} == set(photos)


def test_the_first_images_of_a_project_are_laid_out_by_themselves_and_later_ones_wait_for_a_person(
    served: Served, photos: dict[str, bytes]
) -> None:
    made = served.client.post("/api/v1/projects", json={"name": "new"}).json()
    path = f"/api/v1/projects/{made['id']}"
    number = int(upload_all(served, photos).rsplit("/", 1)[1])
    for _ in range(2):
        started = served.client.post(f"{path}/imports", json={"upload_id": number, "labels": False}).json()
        wait_for(served, started["job"]["number"])
        for job in served.client.get("/api/v1/jobs", params={"project_id": made["id"]}).json():
            wait_for(served, job["number"])
    end = time.monotonic() + 60
    while not served.client.get(f"{path}/map/rounds").json():
        assert time.monotonic() < end
        time.sleep(0.1)
    kinds = [
        job["kind"] for job in served.client.get("/api/v1/jobs").json() if job["project_id"] == made["id"]
    ]
    assert sorted(kinds) == ["import", "import", "map"]
