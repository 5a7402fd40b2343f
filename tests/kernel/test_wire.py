"""The codec against jupyter_client's own, and against everything that is not a message."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from jupyter_client.session import Session

from dxkernel.errors import ProtocolError
from dxkernel.kernel.wire import DELIMITER, MAX_IDENTITIES, Codec, Message

KEY = b"a key"
# 64 bits: beyond them orjson reads floats, as JavaScript does.
INTEGERS = st.integers(-(2**63), 2**63 - 1)
# jupyter_client cannot write lone surrogates either, and reads text that looks like a date as a date.
TEXT = st.text(st.characters(exclude_categories=["Cs", "Nd"]))
LEAVES = st.none() | st.booleans() | INTEGERS | st.floats(allow_nan=False, allow_infinity=False) | TEXT
OBJECTS = st.dictionaries(TEXT, st.recursive(LEAVES, lambda inner: st.lists(inner) | st.dictionaries(TEXT, inner)))
IDENTITIES = st.lists(st.binary(min_size=1).filter(lambda frame: frame != DELIMITER), max_size=4)
BUFFERS = st.lists(st.binary(), max_size=3)


def oracle(key: bytes = KEY) -> Session:
    return Session(key=key, username="someone")


def header(**more: Any) -> dict[str, Any]:
    return {"msg_id": "1", "msg_type": "execute_request", "version": "5.5", "session": "s", "username": "u", **more}


def frames(key: bytes = KEY, **more: Any) -> list[bytes]:
    return Codec(key).encode(Message(header(), **more))


@given(OBJECTS, OBJECTS, IDENTITIES, BUFFERS, st.sampled_from([KEY, b""]))
def test_reads_what_jupyter_client_writes(
    content: dict[str, Any], metadata: dict[str, Any], identities: list[bytes], buffers: list[bytes], key: bytes
) -> None:
    session = oracle(key)
    sent = session.msg("some_request", content, parent=header(), metadata=metadata)
    message = Codec(key).decode([*session.serialize(sent, identities), *buffers])
    assert message.content == content
    assert message.metadata == metadata
    assert message.parent_header == header()
    assert (message.msg_type, message.msg_id) == ("some_request", sent["msg_id"])
    assert list(message.identities) == identities
    assert list(message.buffers) == buffers


@given(OBJECTS, OBJECTS, IDENTITIES, BUFFERS, st.sampled_from([KEY, b""]))
def test_jupyter_client_reads_what_we_write(
    content: dict[str, Any], metadata: dict[str, Any], identities: list[bytes], buffers: list[bytes], key: bytes
) -> None:
    sent = Message(header(), content, {}, metadata, buffers, identities)
    session = oracle(key)
    read_identities, rest = session.feed_identities(Codec(key).encode(sent))
    message = session.deserialize(rest)
    assert read_identities == identities
    assert message["content"] == content
    assert message["metadata"] == metadata
    assert [bytes(buffer) for buffer in message["buffers"]] == buffers


@given(st.lists(st.binary(), max_size=12))
def test_garbage_is_a_protocol_error_and_nothing_else(garbage: list[bytes]) -> None:
    with pytest.raises(ProtocolError):
        Codec(KEY).decode(garbage)


@given(st.lists(st.binary(max_size=20), min_size=4, max_size=8))
def test_garbage_without_a_key_too(garbage: list[bytes]) -> None:
    # No key, so the parts get as far as the JSON parser.
    with pytest.raises(ProtocolError):
        Codec().decode([DELIMITER, b"", *garbage])


@given(st.data())
def test_any_flipped_byte_of_the_signed_parts_is_noticed(data: st.DataObject) -> None:
    message = frames(content={"code": "1 + 1"})
    index = data.draw(st.integers(1, 5))
    part = bytearray(message[index])
    position = data.draw(st.integers(0, len(part) - 1))
    part[position] ^= data.draw(st.integers(1, 255))
    message[index] = bytes(part)
    with pytest.raises(ProtocolError, match="signature"):
        Codec(KEY).decode(message)


def test_buffers_are_not_signed() -> None:
    assert Codec(KEY).decode([*frames(), b"anything"]).buffers == (b"anything",)


def test_every_truncation_is_refused() -> None:
    whole = [b"identity", *frames()]
    for count in range(len(whole)):
        with pytest.raises(ProtocolError):
            Codec(KEY).decode(whole[:count])


def test_a_replay_is_refused_and_the_history_is_bounded() -> None:
    codec = Codec(KEY, replay_history=2)
    sent = [Codec(KEY).encode(Message(header(msg_id=str(number)))) for number in range(4)]
    codec.decode(sent[0])
    with pytest.raises(ProtocolError, match="replay"):
        codec.decode(sent[0])
    for message in sent[1:]:
        codec.decode(message)
    codec.decode(sent[0])  # Forgotten: two others came since.


def test_a_forged_message_does_not_fill_the_history() -> None:
    codec = Codec(KEY)
    forged = frames()
    genuine_signature, forged[1] = forged[1], b"0" * 64
    for _ in range(2):
        with pytest.raises(ProtocolError, match="wrong signature"):
            codec.decode(forged)
    codec.decode([DELIMITER, genuine_signature, *forged[2:]])


@pytest.mark.parametrize(
    ("parts", "reason"),
    [
        (["[]", "{}", "{}", "{}"], "header is not a JSON object"),
        (["{}", "{}", "{}", "{}"], "header without msg_id"),
        (['{"msg_id": "1"}', "{}", "{}", "{}"], "header without msg_type"),
        (['{"msg_id": 1, "msg_type": "x"}', "{}", "{}", "{}"], "header without msg_id"),
        (['{"msg_id": "1", "msg_type": ""}', "{}", "{}", "{}"], "header without msg_type"),
        (['{"msg_id": "1", "msg_type": "x"}', "1", "{}", "{}"], "parent_header is not a JSON object"),
        (['{"msg_id": "1", "msg_type": "x"}', "{}", "[", "{}"], "metadata is not JSON"),
        (['{"msg_id": "1", "msg_type": "x"}', "{}", "{}", "null"], "content is not a JSON object"),
        (['{"msg_id": "1", "msg_type": "x"}', "{}", "{}", "[" * 100_000], "content is not JSON"),
    ],
)
def test_parts_that_make_no_sense(parts: list[str], reason: str) -> None:
    with pytest.raises(ProtocolError, match=reason):
        Codec().decode([DELIMITER, b"", *(part.encode() for part in parts)])


def test_null_is_an_empty_parent() -> None:
    parts = [json.dumps(header()).encode(), b"null", b"null", b"{}"]
    message = Codec().decode([DELIMITER, b"", *parts])
    assert (message.parent_header, message.metadata) == ({}, {})


def test_any_sensible_number_of_identities() -> None:
    identities = [b"i"] * MAX_IDENTITIES
    assert len(Codec(KEY).decode([*identities, *frames()]).identities) == MAX_IDENTITIES
    with pytest.raises(ProtocolError, match="no delimiter"):
        Codec(KEY).decode([*identities, b"i", *frames()])


@pytest.mark.parametrize("scheme", ["sha256", "hmac-", "hmac-nonsense"])
def test_an_unknown_scheme_is_our_callers_fault(scheme: str) -> None:
    with pytest.raises(ValueError, match="unknown signature scheme"):
        Codec(KEY, scheme=scheme)
