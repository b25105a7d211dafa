"""What goes through the pipe comes out as it was."""

from __future__ import annotations

from io import BytesIO

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from labelgraft.domain.backbone import Backbone, Interpolation, Library, Preprocessing
from labelgraft.domain.ids import ContentHash
from labelgraft.domain.image import RefusedFile
from labelgraft.formats.pixels import Limits
from labelgraft.services.ingest_messages import (
    FileRecord,
    NetworkChoice,
    NetworkFacts,
    Output,
    Shard,
    ShardResult,
    read_message,
    result_from_message,
    send_result,
    shard_from_json,
    shard_to_json,
    write_message,
)

HOW = Preprocessing(224, 0.875, Interpolation.BICUBIC, (0.5, 0.4, 0.3), (0.2, 0.2, 0.2))
BACKBONE = Backbone(
    "a name", Library.TIMM, "net", HOW, 4, 1.5, 0.1, "ImageNet", "MIT", "MIT", "a file", "ff", "a note"
)
HASH = ContentHash("0" * 64)


@given(paths=st.lists(st.text(st.characters(exclude_categories=()))), pixels=st.integers(1, 1 << 40))
def test_a_shard_survives_the_pipe_whatever_its_paths_are(paths: list[str], pixels: int) -> None:
    network = NetworkChoice(BACKBONE, "torch", "f32", "/w.safetensors", "/cache")
    shard = Shard(tuple(paths), frozenset(Output), network, Limits(pixels, 7))
    pipe = BytesIO()
    write_message(pipe, shard_to_json(shard))
    pipe.seek(0)
    message = read_message(pipe)
    assert message is not None
    assert shard_from_json(message[0]) == shard


@pytest.mark.parametrize("rows", [0, 3])
def test_a_result_survives_the_pipe(rows: int) -> None:
    result = ShardResult(
        records=(FileRecord("a.jpg", HASH, 3, 2, 100, 1 << 60, 0),),
        refused=(RefusedFile("b.jpg", "why"),),
        rows=(HASH,) * rows,
        thumbnails=(b"one", b"", b"three")[:rows],
        sheet=b"sheet",
        embedding=np.arange(rows * 4, dtype=np.float16).reshape(rows, 4),
        inputs=np.arange(rows * 12, dtype=np.uint8).reshape(rows, 2, 2, 3),
        network=NetworkFacts("a", "openvino", "bf16", "ff", "pooled"),
        seconds=0.25,
        peak_memory_bytes=123,
    )
    pipe = BytesIO()
    send_result(pipe, result)
    pipe.seek(0)
    message = read_message(pipe)
    assert message is not None
    back = result_from_message(message[0]["result"], message[1])
    for name in (
        "records",
        "refused",
        "rows",
        "thumbnails",
        "sheet",
        "network",
        "seconds",
        "peak_memory_bytes",
    ):
        assert getattr(back, name) == getattr(result, name)
    assert back.embedding is not None
    assert back.inputs is not None
    np.testing.assert_array_equal(back.embedding, result.embedding)
    np.testing.assert_array_equal(back.inputs, result.inputs)


def test_a_message_cut_short_reads_as_the_end() -> None:
    pipe = BytesIO()
    write_message(pipe, {"a": 1}, [b"blob"])
    whole = pipe.getvalue()
    for length in range(len(whole)):
        assert read_message(BytesIO(whole[:length])) is None
    assert read_message(BytesIO(whole)) == ({"a": 1}, [b"blob"])
