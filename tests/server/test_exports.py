"""Labels out through the real application: the report, the job, the zip."""

from __future__ import annotations

import csv
import io
import zipfile
from pathlib import Path
from typing import Any

import pytest
from tests.server.served import Served, wait_for

from labelgraft.domain.change import ChangeKind, LabelChange
from labelgraft.domain.image import ImageState, Split
from labelgraft.domain.selector import Selector


@pytest.fixture
def labelled(served: Served) -> dict[str, str]:
    """Ten images labelled, one of them with a class that a spreadsheet would run, two skipped: file name -> class."""
    served.project.set_classes(["=cmd|' /C calc'!A0"])
    rows = served.project.images(limit=12).rows
    given = {Path(row.image.path).name: Path(row.image.path).name[:3] for row in rows[:9]}
    given[Path(rows[9].image.path).name] = "=cmd|' /C calc'!A0"
    for row in rows[:10]:
        served.project.label([row.image.id], given[Path(row.image.path).name])
    served.project.set_aside([row.image.id for row in rows[10:12]])
    return given


def export(served: Served, **wanted: Any) -> int:
    started = served.client.post(f"{served.path}/exports", json=wanted)
    assert started.status_code == 202
    job = wait_for(served, started.json()["job"]["number"])
    assert (job["state"], job["reason"]) == ("finished", "")
    return int(job["number"])


def downloaded(served: Served, number: int) -> zipfile.ZipFile:
    answer = served.client.get(f"{served.path}/exports/{number}/download")
    assert (answer.status_code, answer.headers["content-type"]) == (200, "application/zip")
    packed = zipfile.ZipFile(io.BytesIO(answer.content))
    assert packed.testzip() is None
    return packed


def test_labels_come_out_as_a_zip_with_formula_cells_made_harmless(
    served: Served, labelled: dict[str, str]
) -> None:
    packed = downloaded(served, export(served, format="csv"))
    assert sorted(packed.namelist()) == ["pets-csv/labelgraft.json", "pets-csv/labels.csv"]
    text = packed.read("pets-csv/labels.csv").decode()
    cells = [cell for row in csv.reader(io.StringIO(text)) for cell in row]
    assert not [cell for cell in cells if cell.startswith(("=", "+", "-", "@"))]
    read = {Path(row["path"]).name: row for row in csv.DictReader(io.StringIO(text))}
    assert {name: read[name]["label"].removeprefix("'") for name in labelled} == labelled
    assert sum(row["answer"] == "ignore" for row in read.values()) == 2


def test_the_list_of_exports_tells_with_which_options_each_was_made(
    served: Served, labelled: dict[str, str]
) -> None:
    export(served, format="csv")
    some = [row.image.id for row in served.project.images(limit=3).rows]
    served.project.change_labels(LabelChange(ChangeKind.SPLIT, Selector(images=some), split=Split.TEST))
    export(served, format="csv", proposals=True, split="test")
    newest, first = served.client.get(f"{served.path}/exports").json()
    assert (newest["proposals"], newest["split"]) == (True, "test")
    assert (first["proposals"], first["split"], first["format"]) == (False, None, "csv")
    packed = downloaded(served, first["job"])
    assert first["bytes"] == sum(each.file_size for each in packed.infolist())


def test_images_are_in_the_zip_as_they_are_and_not_compressed(
    served: Served, labelled: dict[str, str]
) -> None:
    packed = downloaded(served, export(served, format="image-folder", transfer="link"))
    pictures = [each for each in packed.infolist() if not each.filename.endswith(".json")]
    assert len(pictures) == 10
    assert {each.compress_type for each in pictures} == {zipfile.ZIP_STORED}
    original = {Path(path).name: Path(path) for path in served.project.paths().values()}
    for each in pictures:
        assert packed.read(each) == original[Path(each.filename).name].read_bytes()
        assert ".." not in each.filename


def test_the_report_is_the_same_before_and_after(served: Served, labelled: dict[str, str]) -> None:
    wanted = {"format": "image-folder", "transfer": "link"}
    before = served.client.post(f"{served.path}/exports/check", json=wanted).json()
    number = export(served, **wanted)
    (listed,) = served.client.get(f"{served.path}/exports").json()
    assert listed["losses"] == before
    assert (listed["job"], listed["format"], listed["can_be_downloaded"]) == (number, "image-folder", True)
    said = {each["what"]: each["count"] for each in before["losses"]}
    assert said["images left out: they were passed over"] == 2
    assert before["has_warnings"]


def test_an_export_of_another_project_or_a_job_that_is_none_is_a_404(
    served: Served, labelled: dict[str, str]
) -> None:
    number = export(served, format="csv")
    other = served.bench.new_project("other")
    for path in (f"/api/v1/projects/{other.id}/exports/{number}", f"{served.path}/exports/1"):
        assert served.client.get(f"{path}/download").status_code == 404
    assert served.client.get(f"{served.path}/exports/999/download").status_code == 404
    assert served.client.get(f"/api/v1/projects/{other.id}/exports").json() == []


def test_an_export_by_the_command_line_into_a_folder_is_no_download(served: Served, tmp_path: Path) -> None:
    served.project.export("csv", tmp_path / "mine")
    number = served.bench.jobs()[0].number
    assert served.client.get(f"{served.path}/exports/{number}/download").status_code == 404
    assert served.client.get(f"{served.path}/exports").json() == []


def test_what_cannot_be_written_is_told_before_a_job_begins(served: Served) -> None:
    jobs = len(served.bench.jobs())
    for wanted, status in (
        ({"format": "image-folder", "transfer": "none"}, 422),
        ({"format": "of-nobody"}, 404),
        ({"format": "csv", "transfer": "move"}, 422),
        ({"format": "csv", "folder": "/tmp/x"}, 422),
    ):
        assert served.client.post(f"{served.path}/exports", json=wanted).status_code == status
        assert served.client.post(f"{served.path}/exports/check", json=wanted).status_code == status
    assert len(served.bench.jobs()) == jobs


def test_a_project_with_a_hostile_name_gives_a_safe_file_name(served: Served) -> None:
    made = served.bench.new_project('../"x"\r\nSet-Cookie: a=b; <img onerror=x>.é')
    path = f"/api/v1/projects/{made.id}"
    started = served.client.post(f"{path}/exports", json={"format": "csv"}).json()["job"]["number"]
    wait_for(served, started)
    answer = served.client.get(f"{path}/exports/{started}/download")
    assert answer.status_code == 200
    assert "set-cookie" not in answer.headers
    (top,) = {name.split("/")[0] for name in zipfile.ZipFile(io.BytesIO(answer.content)).namelist()}
    assert not set(top) & set('/\\<>:"\r\n')


def test_images_in_the_state_that_was_exported_come_back_in_it(
    served: Served, labelled: dict[str, str], tmp_path: Path
) -> None:
    number = export(served, format="prodigy", transfer="copy")
    downloaded(served, number).extractall(tmp_path / "back")
    again = served.bench.new_project("again")
    again.add_images(tmp_path / "back" / "pets-prodigy", embed=False)
    assert again.status().labelled == 10
    assert len(again.images(state=ImageState.SKIPPED).rows) == 2
