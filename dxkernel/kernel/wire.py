"""The Jupyter messaging protocol 5.5 on the wire: multipart frames to `Message` and back.

    [identity, …, b"<IDS|MSG>", signature, header, parent_header, metadata, content, buffer, …]

No I/O and no sockets here. The signature is an HMAC over the four JSON parts and never over the buffers. Whatever a peer
sends, `decode` either returns a `Message` whose four parts are JSON objects or raises `ProtocolError`; the kernel drops
that message and goes on. Specification: https://jupyter-client.readthedocs.io/en/stable/messaging.html
"""

from __future__ import annotations

import hashlib
import hmac
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from dxkernel.errors import ProtocolError
from dxkernel.kernel.jsontext import dumps, loads

if TYPE_CHECKING:
    from collections.abc import Sequence

PROTOCOL_VERSION = "5.5"
DELIMITER = b"<IDS|MSG>"
JSON_PARTS = 4

# Routers between a client and us each add one identity; nobody has this many, and it bounds the search for the delimiter.
MAX_IDENTITIES = 64
# Widgets send one buffer for each typed array in a model; thousands are plausible, this many are not.
MAX_BUFFERS = 65_536
# A notebook's code or a widget's state may be large; JSON this large is a bug or an attack.
MAX_JSON_BYTES = 256 * 1024 * 1024
# What jupyter_client remembers, too.
REPLAY_HISTORY = 65_536

Json = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Message:
    """One message. `identities` says which client it came from or goes to (on iopub: the topic)."""

    header: Json
    content: Json = field(default_factory=dict)
    parent_header: Json = field(default_factory=dict)
    metadata: Json = field(default_factory=dict)
    buffers: Sequence[bytes] = ()
    identities: Sequence[bytes] = ()

    @property
    def msg_type(self) -> str:
        return str(self.header["msg_type"])

    @property
    def msg_id(self) -> str:
        return str(self.header["msg_id"])


class Codec:
    """Signs, checks and splits messages for one connection (all its channels: a replay on another channel is one too)."""

    def __init__(self, key: bytes = b"", *, scheme: str = "hmac-sha256", replay_history: int = REPLAY_HISTORY) -> None:
        """An empty key means that nothing is signed or checked. Raises `ValueError` for a scheme Python cannot do."""
        algorithm = scheme.removeprefix("hmac-")
        if algorithm == scheme or algorithm not in hashlib.algorithms_available:
            reason = f"unknown signature scheme {scheme!r}: expected hmac- and a hash such as sha256"
            raise ValueError(reason)
        self._signer = hmac.new(key, digestmod=algorithm) if key else None
        self._replay_history = replay_history
        # Insertion order makes the dict a queue: when it is full, the oldest signature goes.
        self._seen: dict[bytes, None] = {}

    def encode(self, message: Message) -> list[bytes]:
        """The frames to send. Raises `TypeError` when a part holds what JSON cannot."""
        parts = [dumps(part) for part in (message.header, message.parent_header, message.metadata, message.content)]
        return [*message.identities, DELIMITER, self._sign(parts), *parts, *message.buffers]

    def decode(self, frames: Sequence[bytes]) -> Message:
        """The message in `frames`. Raises `ProtocolError`, with a reason for the log, for anything that is not one."""
        start = _delimiter_index(frames)
        body = frames[start + 1 :]
        if len(body) < 1 + JSON_PARTS:
            reason = f"{len(body)} frames after the delimiter where at least {1 + JSON_PARTS} belong"
            raise ProtocolError(reason)
        parts, buffers = body[1 : 1 + JSON_PARTS], body[1 + JSON_PARTS :]
        if len(buffers) > MAX_BUFFERS:
            reason = f"{len(buffers)} buffers"
            raise ProtocolError(reason)
        self._verify(bytes(body[0]), parts)
        header, parent_header, metadata, content = (
            _parse_object(name, part)
            for name, part in zip(("header", "parent_header", "metadata", "content"), parts, strict=True)
        )
        _check_header(header)
        return Message(header, content, parent_header, metadata, tuple(buffers), tuple(frames[:start]))

    def _sign(self, parts: Sequence[bytes]) -> bytes:
        if self._signer is None:
            return b""
        signer = self._signer.copy()
        for part in parts:
            signer.update(part)
        return signer.hexdigest().encode()

    def _verify(self, signature: bytes, parts: Sequence[bytes]) -> None:
        if self._signer is None:
            return
        if not hmac.compare_digest(signature, self._sign(parts)):
            reason = "wrong signature" if signature else "no signature"
            raise ProtocolError(reason)
        # Only after the check, so that nobody without the key can fill the history.
        if signature in self._seen:
            reason = "the same signature a second time: a replay"
            raise ProtocolError(reason)
        self._seen[signature] = None
        if len(self._seen) > self._replay_history:
            del self._seen[next(iter(self._seen))]


def _delimiter_index(frames: Sequence[bytes]) -> int:
    for index, frame in enumerate(frames[: MAX_IDENTITIES + 1]):
        if frame == DELIMITER:
            return index
    reason = f"no delimiter in the first {min(len(frames), MAX_IDENTITIES + 1)} frames"
    raise ProtocolError(reason)


def _parse_object(name: str, part: bytes) -> Json:
    if len(part) > MAX_JSON_BYTES:
        reason = f"{name} of {len(part)} bytes"
        raise ProtocolError(reason)
    try:
        value = loads(part)
    except ValueError as error:
        reason = f"{name} is not JSON: {error}"
        raise ProtocolError(reason) from error
    if value is None and name in {"parent_header", "metadata"}:
        return {}  # Some clients say null for an empty one.
    if not isinstance(value, dict):
        reason = f"{name} is not a JSON object"
        raise ProtocolError(reason)
    return value


def _check_header(header: Json) -> None:
    for name in ("msg_id", "msg_type"):
        if not isinstance(header.get(name), str) or not header[name]:
            reason = f"header without {name}"
            raise ProtocolError(reason)
