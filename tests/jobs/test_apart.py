"""Jobs under a running event loop, as in a notebook."""

from __future__ import annotations

import asyncio
import threading

import pytest

from labelgraft.jobs.apart import apart_from_event_loops


@apart_from_event_loops
def name_of_thread() -> str:
    return threading.current_thread().name


@apart_from_event_loops
def fails() -> None:
    raise ValueError("as it was")


def test_without_an_event_loop_a_call_stays_on_its_thread() -> None:
    assert name_of_thread() == threading.current_thread().name


def test_under_an_event_loop_a_call_runs_on_a_thread_of_its_own() -> None:
    async def cell() -> str:
        return name_of_thread()

    assert asyncio.run(cell()).startswith("labelgraft-apart")


def test_an_error_comes_back_as_it_was() -> None:
    async def cell() -> None:
        fails()

    with pytest.raises(ValueError, match="as it was"):
        asyncio.run(cell())
