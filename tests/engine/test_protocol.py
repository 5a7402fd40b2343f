"""The frames both languages agree on. `tests/host/protocol.test.mjs` reads the same vectors."""

from __future__ import annotations

import contextlib
import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dxkernel.engine.protocol import MAX_FRAME_BYTES, Frame, FrameDecoder, encode
from dxkernel.errors import ProtocolError

VECTORS = json.loads((Path(__file__).parent / "frames.json").read_text())

json_values = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-(2**53), 2**53)
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.text(),
    lambda children: st.lists(children, max_size=4) | st.dictionaries(st.text(), children, max_size=4),
    max_leaves=12,
)
frames = st.builds(
    Frame,
    st.sampled_from(["hello", "stream", "reply"]),
    st.dictionaries(st.text().filter(lambda key: key not in {"kind", "buffers"}), json_values, max_size=4),
    st.lists(st.binary(max_size=40), max_size=3),
)


def frame_of(vector: dict[str, Any]) -> Frame:
    fields = {key: value for key, value in vector["header"].items() if key != "kind"}
    return Frame(vector["header"]["kind"], fields, [bytes.fromhex(text) for text in vector["buffers"]])


def decode(data: bytes, chunk: int = 1 << 30) -> list[Frame]:
    decoder = FrameDecoder()
    found: list[Frame] = []
    for start in range(0, len(data), chunk):
        found += decoder.receive_data(data[start : start + chunk])
    return found


def same(left: Frame, right: Frame) -> bool:
    return (left.kind, left.fields, list(left.buffers)) == (right.kind, right.fields, list(right.buffers))


@pytest.mark.parametrize("vector", VECTORS, ids=lambda vector: vector["name"])
def test_vectors_are_encoded_as_written(vector: dict[str, Any]) -> None:
    assert encode(frame_of(vector)) == bytes.fromhex(vector["hex"])


@pytest.mark.parametrize("chunk", [1, 3, 7, 1 << 20])
def test_vectors_are_decoded_in_any_chunking(chunk: int) -> None:
    data = b"".join(bytes.fromhex(vector["hex"]) for vector in VECTORS)
    assert [same(a, frame_of(b)) for a, b in zip(decode(data, chunk), VECTORS, strict=True)] == [True] * len(VECTORS)


@given(st.lists(frames, max_size=4), st.integers(1, 64))
def test_frames_survive_the_way(sent: list[Frame], chunk: int) -> None:
    received = decode(b"".join(encode(frame) for frame in sent), chunk)
    assert len(received) == len(sent)
    assert all(same(a, b) for a, b in zip(received, sent, strict=True))


@given(st.text(st.characters(codec=None, categories=["Cs", "L"]), min_size=1))
def test_lone_surrogates_survive(text: str) -> None:
    assert decode(encode(Frame("stream", {"text": text})))[0].fields["text"].encode(
        "utf-16", "surrogatepass"
    ) == text.encode("utf-16", "surrogatepass")


@pytest.mark.parametrize(
    "body",
    [b"", b"[]", b"{}", b"null", b'{"kind":1}', b'{"kind":"x"', b"\xff", b'{"kind":"x","buffers":[1]}'],
)
def test_a_bad_header_is_a_protocol_error(body: bytes) -> None:
    frame = (len(body) + 4 + 2).to_bytes(4, "little") + len(body).to_bytes(4, "little") + body + b"ab"
    with pytest.raises(ProtocolError):
        FrameDecoder().receive_data(frame)


@pytest.mark.parametrize(("size", "header"), [(MAX_FRAME_BYTES + 1, 0), (3, 0), (10, 7), (2**32 - 1, 2**32 - 1)])
def test_a_bad_prefix_is_a_protocol_error_at_once(size: int, header: int) -> None:
    with pytest.raises(ProtocolError):
        FrameDecoder().receive_data(size.to_bytes(4, "little") + header.to_bytes(4, "little"))


@given(st.binary(max_size=200))
def test_garbage_is_a_protocol_error_and_nothing_else(data: bytes) -> None:
    with contextlib.suppress(ProtocolError):
        FrameDecoder().receive_data(data)


def test_what_json_cannot_hold_is_the_callers_fault() -> None:
    with pytest.raises(ValueError, match="not JSON"):
        encode(Frame("comm", {"data": object()}))
