"""A project to play with, one request away."""

from __future__ import annotations

import pytest
from tests.server.served import Served, wait_for


@pytest.mark.slow
def test_the_demo_makes_a_project_of_digits_without_labels_and_another_each_time(served: Served) -> None:
    first = served.client.post("/api/v1/demo").json()
    second = served.client.post("/api/v1/demo").json()
    assert [each["project"]["name"] for each in (first, second)] == [
        "Handwritten digits", "Handwritten digits 2",
    ]  # fmt: skip
    served.bench.cancel_job(second["job"]["number"])
    job = wait_for(served, first["job"]["number"])
    assert (job["state"], job["result"]["added"], job["result"]["labelled"]) == ("finished", 1797, 0)
    assert (job["unit"], job["total"]) == ("images", 1797)
    project = served.bench.project("Handwritten digits")
    assert [each.name for each in project.classes()] == list("0123456789")
    assert project.status().labelled == 0
    wait_for(served, second["job"]["number"])
