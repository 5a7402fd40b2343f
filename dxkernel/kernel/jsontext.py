"""JSON as Jupyter peers really send it and can really read it.

orjson does the work. What it refuses takes a slower path: coming in, `NaN`, `Infinity` and lone surrogates, which Python
and JavaScript clients both produce; going out, integers beyond 64 bits, keys that are no strings, and lone surrogates,
which become U+FFFD because a notebook that holds one can no longer be saved. `NaN` and infinities go out as `null`, as
`JSON.stringify` has it. No I/O here.
"""

from __future__ import annotations

import json
import math
from typing import Any

import orjson


def loads(data: bytes) -> Any:
    """Parse one JSON text. Raises `ValueError` for whatever is not JSON, however odd it is.

    An integer beyond 64 bits becomes a float, as in JavaScript.
    """
    try:
        return orjson.loads(data)
    except orjson.JSONDecodeError:
        pass
    try:
        return json.loads(data.decode("utf-8", "replace"))
    except RecursionError:
        reason = "JSON nested too deeply"
        raise ValueError(reason) from None


def dumps(value: Any) -> bytes:
    """Write one JSON text in UTF-8. Raises `TypeError` for a value that JSON has no form for."""
    try:
        return orjson.dumps(value)
    except TypeError:
        pass
    try:
        text = json.dumps(_finite(value), ensure_ascii=False, allow_nan=False, separators=(",", ":"))
    except (RecursionError, ValueError) as error:  # nested too deeply, or in itself
        raise TypeError(str(error)) from None
    else:
        # Through UTF-16, so that two halves of one character join and only the lone ones are replaced.
        return text.encode("utf-16-le", "surrogatepass").decode("utf-16-le", "replace").encode()


def _finite(value: Any) -> Any:
    match value:
        case float() if not math.isfinite(value):
            return None
        case dict():
            return {key: _finite(item) for key, item in value.items()}
        case list() | tuple():
            return [_finite(item) for item in value]
        case _:
            return value
