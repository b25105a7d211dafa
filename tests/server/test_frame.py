"""The frame that every route stands in: errors, strict requests, columns of numbers."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from tests.server.served import Served

from labelgraft.errors import BadFormat
from labelgraft.server import columns


def test_a_project_is_found_by_its_number(served: Served) -> None:
    answer = served.client.get(served.path)
    assert answer.status_code == 200
    assert answer.json()["name"] == "pets"


def test_an_unknown_project_is_a_404_with_code_and_message(served: Served) -> None:
    answer = served.client.get("/api/v1/projects/77")
    assert answer.status_code == 404
    assert answer.json()["error"]["code"] == "unknown-name"
    assert "pets" in answer.json()["error"]["message"]


def test_an_unknown_query_parameter_is_refused_and_the_known_ones_are_named(served: Served) -> None:
    answer = served.client.get(served.path, params={"colour": "red"})
    assert answer.status_code == 422
    assert "query.colour: there is no such parameter" in answer.json()["error"]["message"]


def test_an_unknown_field_of_a_body_is_refused(served: Served) -> None:
    answer = served.client.post("/api/v1/projects", json={"name": "birds", "colour": "red"})
    assert answer.status_code == 422
    assert answer.json()["error"]["detail"]["parts"][0]["where"] == "body.colour"
    assert [each.name for each in served.bench.projects()] == ["pets"]


@pytest.mark.parametrize(
    ("body", "said"),
    [
        (b'{"name": NaN}', "NaN is not a number in JSON"),
        (b'{"name": -Infinity}', "-Infinity is not a number in JSON"),
        (b'{"name": "a", "name": "b"}', "the key 'name' comes twice"),
        (b"[" * 100_000 + b"]" * 100_000, "is nested deeper than 64 levels"),
        (b'{"name": ' + b"[" * 70 + b"]" * 70 + b"}", "is nested deeper than 64 levels"),
        (b'{"name": "\\ud800"}', "holds half of a surrogate pair"),
        (b'{"name": "a\\u0000b"}', "holds a NUL character"),
        (b'{"name": "\xff"}', "is not UTF-8"),
        (b'{"name": ' + b"9" * 5_000 + b"}", "digits"),
        (b'{"name": "a"', "Expecting ',' delimiter"),
    ],
)  # fmt: skip
def test_a_body_that_is_no_json_in_the_narrow_sense_is_refused(
    served: Served, body: bytes, said: str
) -> None:
    answer = served.client.post(
        "/api/v1/projects", content=body, headers={"Content-Type": "application/json"}
    )
    assert answer.status_code == 422
    assert said in answer.json()["error"]["message"]
    assert [each.name for each in served.bench.projects()] == ["pets"]


def test_an_error_that_nobody_foresaw_has_a_number_and_tells_nothing_else(
    served: Served, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def fail(_bench: object) -> None:
        raise RuntimeError("a secret of the inside")

    monkeypatch.setattr(type(served.bench), "projects", fail)
    answer = served.client.get("/api/v1/projects")
    assert answer.status_code == 500
    error = answer.json()["error"]
    assert error["code"] == "unforeseen"
    assert "secret" not in answer.text
    assert "Traceback" not in answer.text
    assert answer.headers["x-content-type-options"] == "nosniff"
    assert error["id"] in caplog.text
    assert "a secret of the inside" in caplog.text


def test_columns_come_back_as_they_went() -> None:
    sent: dict[str, Any] = {
        "image_ids": np.array([1, 2, 70_000], np.int64),
        "class_ids": np.array([-1, 4, 5], np.int64),
        "xy": np.array([[0.5, 1.0], [2.0, 3.0], [4.0, 5.0]], np.float32),
        "large": np.array([0, 1, 2**40], np.int64),
        "empty": np.array([], np.int64),
        "odd": np.array([1, 2, 3], np.int8),
    }
    block = columns.encode(sent, {"round": 3})
    back, facts = columns.decode(block)
    assert facts == {"round": 3}
    assert {name: array.dtype.name for name, array in back.items()} == {
        "image_ids": "uint32", "class_ids": "int32", "xy": "float32", "large": "float64", "empty": "uint32",
        "odd": "int8",
    }  # fmt: skip
    for name, array in sent.items():
        np.testing.assert_array_equal(back[name], array)


def test_every_column_begins_at_a_multiple_of_eight_so_that_browsers_need_no_copy() -> None:
    block = columns.encode({"a": np.zeros(3, np.int8), "b": np.ones(1, np.float64)}, {"odd": "ü"})
    length = int.from_bytes(block[:4], "little")
    assert (4 + length) % 8 == 0
    np.testing.assert_array_equal(columns.decode(block)[0]["b"], [1.0])


def test_bytes_that_are_no_columns_are_refused() -> None:
    with pytest.raises(BadFormat, match="no columns of numbers"):
        columns.decode(b"nonsense")
