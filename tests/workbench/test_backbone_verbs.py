"""Speeds of backbones, from what the jobs of this machine took."""

from __future__ import annotations

import itertools
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

import labelgraft
from labelgraft.jobs.records import JobState, JobStatus, new_status
from labelgraft.learning.backbones import registry
from labelgraft.workbench.backbone_verbs import rate_of, speed_of

LITE0 = "efficientnet-lite0"


def job(done: int, seconds: float, *, kind: str = "embed", state: JobState = JobState.FINISHED) -> JobStatus:
    made = new_status(1, kind, "Embedding", {"backbone": LITE0}, "images", 2)
    return replace(made, state=state, done=done, ended=made.started + timedelta(seconds=seconds))


def test_a_rate_comes_from_finished_jobs_on_enough_images() -> None:
    assert rate_of(job(500, 5.0)) == pytest.approx(100)
    assert rate_of(job(49, 5.0)) is None
    assert rate_of(job(500, 5.0, kind="map")) is None
    assert rate_of(job(500, 5.0, state=JobState.CANCELLED)) is None


@given(st.floats(1, 5000))
def test_a_heavier_backbone_is_never_told_to_be_faster(rate: float) -> None:
    offers = [(each, speed_of(each, {LITE0: rate})) for each in registry.catalogue() if each.gmacs > 0]
    by_work = sorted(offers, key=lambda pair: pair[0].gmacs)
    speeds = [speed.images_per_second or 0 for _, speed in by_work]
    assert all(later <= earlier * (1 + 1e-9) for earlier, later in itertools.pairwise(speeds))
    measured = next(speed for each, speed in offers if each.name == LITE0)
    assert (measured.images_per_second, measured.measured) == (rate, True)


def test_the_catalogue_says_which_works_here_and_what_was_not_measured(tmp_path: Path) -> None:
    with labelgraft.open(tmp_path / "w", create=True) as bench:
        offers = bench.backbones()
        assert [each.backbone.name for each in offers if each.recommended] == [LITE0]
        assert {each.backbone.name for each in offers if each.here} == {LITE0, "color-histogram"}
        assert all(each.speed.images_per_second is None for each in offers)
        assert bench.devices()[:2] == ("auto", "cpu")
