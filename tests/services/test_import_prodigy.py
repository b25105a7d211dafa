"""Prodigy's lines: pictures inside the file, and several lines about one picture."""

from __future__ import annotations

import base64
import io
import json
from pathlib import Path

from PIL import Image

import labelgraft


def data_uri(colour: str) -> str:
    held = io.BytesIO()
    Image.new("RGB", (20, 16), colour).save(held, "PNG")
    return "data:image/png;base64," + base64.b64encode(held.getvalue()).decode()


def test_pictures_inside_the_file_are_kept_in_the_workspace_and_their_lines_are_joined(
    tmp_path: Path,
) -> None:
    lines = [
        {"image": data_uri("red"), "label": "warm", "answer": "accept"},
        {"image": data_uri("blue"), "label": "warm", "answer": "reject"},
        {"image": data_uri("blue"), "label": "cold", "answer": "accept"},
        {"image": "data:image/png;base64,!!!", "label": "warm", "answer": "accept"},
    ]
    source = tmp_path / "told.jsonl"
    source.write_text("\n".join(json.dumps(line) for line in lines) + "\n")
    with labelgraft.open(tmp_path / "workspace", create=True) as bench:
        project = bench.new_project("told", backbone="color-histogram")
        report = project.add_images(source)
        again = project.add_images(source)
        said = sorted(project.answers().values())
        kept = {Path(path).parent for path in project.paths().values()}
    assert (report.added, report.labelled, len(report.refused)) == (2, 2, 1)
    assert (again.added, again.known) == (0, 2)
    assert said == ["cold", "warm"]
    assert kept == {tmp_path / "workspace" / "uploads"}
