"""JSON in both directions, and what orjson alone would refuse."""

from __future__ import annotations

import json
import math
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dxkernel.kernel import jsontext

LEAVES = st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text()
VALUES = st.recursive(LEAVES, lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner))


@pytest.mark.parametrize(
    ("text", "value"),
    [
        (b'{"a": [1, 2.5, null]}', {"a": [1, 2.5, None]}),
        (b'"\\ud83d\\ude00"', "\U0001f600"),
        (b'"\\ud83d"', "\ud83d"),
        (b"[Infinity, -Infinity]", [math.inf, -math.inf]),
        (b"18446744073709551616", 2**64),
    ],
)
def test_loads(text: bytes, value: Any) -> None:
    assert jsontext.loads(text) == value


def test_loads_nan() -> None:
    assert math.isnan(jsontext.loads(b"NaN"))


@pytest.mark.parametrize("text", [b"", b"{", b"nul", b"\xff\xfe", b"[" * 100_000, b'{"a" 1}', b"\x00"])
def test_what_is_not_json_is_a_value_error(text: bytes) -> None:
    with pytest.raises(ValueError):  # noqa: PT011  # ValueError is the contract
        jsontext.loads(text)


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (2**80, "1208925819614629174706176"),
        ([math.nan, math.inf], "[null,null]"),
        ([math.nan, 2**80], "[null,1208925819614629174706176]"),
        ({1: "a"}, '{"1":"a"}'),
        ("\ud83d", '"\ufffd"'),
        ("\ud83d\ude00", '"\U0001f600"'),
        ("é", '"é"'),
    ],
)
def test_dumps(value: Any, text: str) -> None:
    assert jsontext.dumps(value) == text.encode()


def endless() -> list[Any]:
    value: list[Any] = []
    value.append(value)
    return value


def nested(depth: int) -> list[Any]:
    value: list[Any] = []
    for _ in range(depth):
        value = [value]
    return value


@pytest.mark.parametrize("value", [{"a": object()}, {1, 2}, b"bytes", endless(), nested(100_000)], ids=range(5))
def test_dumps_refuses_what_json_has_no_form_for(value: Any) -> None:
    with pytest.raises(TypeError):
        jsontext.dumps(value)


def test_dumps_goes_deeper_than_orjson() -> None:
    assert jsontext.dumps(nested(300)) == b"[" * 301 + b"]" * 301


@given(VALUES)
def test_what_is_written_is_json_for_everybody(value: Any) -> None:
    json.loads(jsontext.dumps(value).decode())
