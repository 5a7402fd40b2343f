"""Frames exchanged with the host, and nothing else.

This module does no I/O: bytes come in through `FrameDecoder.receive_data`, bytes go out as the return value of `encode`.
`host/protocol.mjs` is its twin; both are tested against `tests/engine/frames.json`, so change all three together.

Wire format of one frame: a little-endian uint32 with the number of bytes that follow, a little-endian uint32 with the
length of the header, the header (UTF-8 JSON, an object with a string `kind`), then raw buffers whose lengths the header
lists in `buffers`. Images, typed arrays and comm buffers travel as buffers, never as base64. The first frame in each
direction is `hello` and carries `version`.
"""

from __future__ import annotations

import json
import struct
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

import orjson

from dxkernel.errors import ProtocolError

PROTOCOL_VERSION = 1

# A 100 MB cell or a 500 MB buffer is a user's right; a frame beyond this is a bug or an attack, and would not fit memory.
MAX_FRAME_BYTES = 1 << 30

_PREFIX = struct.Struct("<II")


@dataclass(frozen=True, slots=True)
class Frame:
    """One message. `kind` says what it is; `fields` are the header's other members; `buffers` follow it unencoded."""

    kind: str
    fields: dict[str, Any] = field(default_factory=dict)
    buffers: Sequence[bytes] = ()


def encode(frame: Frame) -> bytes:
    """The bytes of one frame. Raises `ValueError` if the fields are not JSON or the frame is too large."""
    header: dict[str, Any] = {"kind": frame.kind, **frame.fields}
    if frame.buffers:
        header["buffers"] = [len(buffer) for buffer in frame.buffers]
    text = _dump(header)
    size = 4 + len(text) + sum(len(buffer) for buffer in frame.buffers)
    if size > MAX_FRAME_BYTES:
        message = f"a {frame.kind} frame of {size} bytes is over the limit of {MAX_FRAME_BYTES}"
        raise ValueError(message)
    return b"".join((_PREFIX.pack(size, len(text)), text, *frame.buffers))


class FrameDecoder:
    """Turns bytes in any chunking into frames."""

    def __init__(self) -> None:
        self._buffer = bytearray()

    def receive_data(self, data: bytes) -> list[Frame]:
        """Add bytes from the host and return the frames they complete, in order.

        Raises `ProtocolError` if the host sent something no version of this protocol allows. The decoder must not be
        used again after that.
        """
        buffer = self._buffer
        buffer += data
        frames: list[Frame] = []
        position = 0
        available = len(buffer)
        while available - position >= _PREFIX.size:
            size, header_size = _PREFIX.unpack_from(buffer, position)
            if size > MAX_FRAME_BYTES or header_size + 4 > size:
                message = f"a frame announces {size} bytes with a header of {header_size}"
                raise ProtocolError(message)
            if available - position - 4 < size:
                break
            start = position + _PREFIX.size
            position += 4 + size
            frames.append(_decode(buffer, start, start + header_size, position))
        del buffer[:position]
        return frames


def _decode(data: bytearray, start: int, end: int, limit: int) -> Frame:
    fields = _load(bytes(data[start:end]))
    kind = fields.pop("kind", None)
    if not isinstance(kind, str):
        message = "a frame's header has no kind"
        raise ProtocolError(message)
    lengths = fields.pop("buffers", None)
    if lengths is None and end == limit:
        return Frame(kind, fields)
    if (
        not isinstance(lengths, list)
        or not all(type(n) is int and n >= 0 for n in lengths)
        or sum(lengths) != limit - end
    ):
        message = f"the buffers of a {kind} frame do not fill it"
        raise ProtocolError(message)
    buffers: list[bytes] = []
    for length in lengths:
        buffers.append(bytes(data[end : end + length]))
        end += length
    return Frame(kind, fields, buffers)


def _load(text: bytes) -> dict[str, Any]:
    try:
        fields = orjson.loads(text)
    except orjson.JSONDecodeError:
        # orjson refuses what JavaScript's JSON.stringify may write: escaped lone surrogates.
        try:
            fields = json.loads(text)
        except ValueError as error:
            message = f"a frame's header is not JSON: {error}"
            raise ProtocolError(message) from error
    if not isinstance(fields, dict):
        message = "a frame's header is not an object"
        raise ProtocolError(message)
    return fields


def _dump(header: dict[str, Any]) -> bytes:
    try:
        return orjson.dumps(header)
    except TypeError:
        # orjson refuses lone surrogates and integers over 64 bits; the standard library writes both.
        try:
            return json.dumps(header, ensure_ascii=True, allow_nan=False).encode()
        except (TypeError, RecursionError) as error:
            message = f"the fields of a {header['kind']} frame are not JSON: {error}"
            raise ValueError(message) from error
