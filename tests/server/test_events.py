"""The stream of what happens."""

from __future__ import annotations

import time

import httpx2
import pytest
from tests.server.running import Running, stream_of

from labelgraft.server import hub
from labelgraft.workbench.front_door import Workbench

Live = tuple[Running, Workbench]


def test_an_operation_is_told_to_every_stream_with_its_images(running: Live) -> None:
    server, bench = running
    with stream_of(server) as one, stream_of(server) as other:
        assert one.next("hello").data["operation_id"] == other.next("hello").data["operation_id"]
        made = bench.project("pets").label([1, 2], "cat")
        told = one.next("operation").data
        assert other.next("operation").data == told
    assert (told["operation_id"], told["image_ids"], told["cause"]) == (made.id, [1, 2], "hand")
    assert told["summary"] == made.summary


def test_a_stream_that_broke_off_goes_on_where_it_was(running: Live) -> None:
    server, bench = running
    pets = bench.project("pets")
    with stream_of(server) as stream:
        stream.next("hello")
        first = pets.label([1], "cat")
        number = stream.next("operation").number
    missed = [pets.label([2], "dog").id, pets.label([3], "dog").id]
    assert number == str(first.id)
    with stream_of(server, number) as stream:
        assert stream.next("hello").data["complete"] is True
        assert [stream.next("operation").data["operation_id"] for _ in missed] == missed


def test_a_reader_too_far_behind_is_told_to_read_anew(running: Live, monkeypatch: pytest.MonkeyPatch) -> None:
    server, bench = running
    monkeypatch.setattr("labelgraft.workbench.watch.MOST_OPERATIONS", 2)
    for image in (1, 2, 3):
        bench.project("pets").label([image], "cat")
    with stream_of(server, "0") as stream:
        assert stream.next("hello").data["complete"] is False


def test_a_large_operation_is_told_without_naming_its_images(
    running: Live, monkeypatch: pytest.MonkeyPatch
) -> None:
    server, bench = running
    monkeypatch.setattr("labelgraft.workbench.watch.MOST_IMAGES", 3)
    with stream_of(server) as stream:
        stream.next("hello")
        bench.project("pets").label([1, 2, 3, 4], "cat")
        told = stream.next("operation").data
    assert (told["image_count"], told["image_ids"]) == (4, None)


def test_a_job_is_told_from_its_start_to_its_end(running: Live) -> None:
    server, bench = running
    with stream_of(server) as stream:
        stream.next("hello")
        bench.project("pets").embed("color-histogram")
        told = [stream.next("job").data]
        while told[-1]["state"] == "running":
            told.append(stream.next("job").data)
    assert told[0]["kind"] == "embed"
    assert (told[-1]["state"], told[-1]["done"]) == ("finished", 30)


def test_a_project_that_comes_changes_or_goes_is_told(running: Live) -> None:
    server, bench = running
    with stream_of(server) as stream:
        stream.next("hello")
        birds = bench.new_project("birds")
        assert stream.next("project").data == {"project_id": birds.id, "change": "created", "parts": []}
        birds.set_classes(["owl"])
        assert stream.next("project").data == {
            "project_id": birds.id,
            "change": "changed",
            "parts": ["classes"],
        }
        birds.delete()
        assert stream.next("project").data["change"] == "deleted"


def test_a_reader_that_does_not_read_is_hung_up_on_and_others_go_on(
    running: Live, monkeypatch: pytest.MonkeyPatch
) -> None:
    server, bench = running
    monkeypatch.setattr(hub, "LONGEST_QUEUE", 1)
    pets = bench.project("pets")
    with stream_of(server) as stream:
        stream.next("hello")
        for image in range(1, 8):  # one look sees several, and the queue takes one
            pets.label([image], "cat")
        told = list(stream)
    assert len(told) < 7
    with stream_of(server, "0") as stream:
        assert stream.next("hello").data["complete"] is True


def test_streams_end_when_the_server_does(running: Live) -> None:
    server, _ = running
    with stream_of(server) as stream:
        stream.next("hello")
        server.server.stop()
        assert list(stream) == []


def test_a_stream_needs_a_session(running: Live) -> None:
    server, _ = running
    assert httpx2.get(f"{server.address}/api/v1/events").status_code == 401


def test_nobody_looks_while_nobody_listens(running: Live, monkeypatch: pytest.MonkeyPatch) -> None:
    server, bench = running
    with stream_of(server) as stream:
        stream.next("hello")
    deadline = time.monotonic() + 5
    looking = server.server.config.app.state.hub  # type: ignore[union-attr]
    while not looking._looking.done() and time.monotonic() < deadline:
        time.sleep(0.05)
    assert looking._looking.done()
    bench.project("pets").label([1], "cat")
    with stream_of(server) as stream:
        assert stream.next("hello").data["operation_id"] == 1
