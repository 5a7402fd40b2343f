"""The text of an error, for people: the message, where it happened, and why.

    TypeError: Cannot read properties of undefined (reading 'name')
          2 │ return user.name;
                          ^
        at greet (Cell [3]:2:13)
        … 4 internal frames
        at Cell [3]:5:1

Pure: an `ErrorValue` in, text out. Whatever the program put into a message, a name or a source line is cleaned of control
sequences first, so an error cannot repaint a terminal; and everything shown has a budget.
"""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from itertools import groupby
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from dxkernel.engine.events import ErrorValue, StackFrame

# A megabyte in an exception's message helps nobody and slows down every notebook that holds it.
MAX_MESSAGE_CHARS = 10_000
MAX_DETAILS_CHARS = 10_000
# Node keeps ten frames unless told otherwise; deep recursion with a raised limit is cut in the middle.
MAX_FRAMES = 50
# Recursion repeats one frame; this often is still more readable than a count.
MAX_REPEATS = 2
MAX_CHILDREN = 16
MAX_DEPTH = 8
# Minified code has lines of megabytes: show this much around the column.
MAX_SOURCE_CHARS = 120

THROWN_NON_ERROR = "Uncaught"

_ANSI = re.compile(r"\x1b(?:\[[0-?]*[ -/]*[@-~]|\][^\x07\x1b]*(?:\x07|\x1b\\)|[ -/]*[0-~])")
_CONTROL = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f]")


def render_error(error: ErrorValue, *, color: bool = False) -> str:
    """The traceback of `error`, without a final newline. `color` adds ANSI colours."""
    return "\n".join(_error_lines(error, _COLORS if color else _PLAIN, depth=0))


def sanitize(text: str) -> str:
    """`text` without terminal escape sequences and control characters, except newline and tab."""
    return _CONTROL.sub("", _ANSI.sub("", text.replace("\r\n", "\n")))


@dataclass(frozen=True, slots=True)
class _Palette:
    name: str = ""
    place: str = ""
    caret: str = ""
    dim: str = ""

    def paint(self, color: str, text: str) -> str:
        return f"{color}{text}\x1b[0m" if color and text else text


_PLAIN = _Palette()
_COLORS = _Palette(name="\x1b[1;31m", place="\x1b[36m", caret="\x1b[31m", dim="\x1b[2m")


def _error_lines(error: ErrorValue, palette: _Palette, depth: int) -> Iterator[str]:
    yield from _header_lines(error, palette, nested=depth > 0)
    top = next((frame for frame in error.frames if not frame.internal), None)
    if top is not None:
        yield from _code_frame(top, palette)
    yield from _frame_lines(error.frames, palette)
    if depth >= MAX_DEPTH:
        return
    children = list(_children(error))
    if not children and error.details:
        yield from _indent(_clip(sanitize(error.details), MAX_DETAILS_CHARS).split("\n"))
    for label, child in children[:MAX_CHILDREN]:
        lines = _error_lines(child, palette, depth + 1)
        yield from _indent([f"{palette.paint(palette.dim, label)} {next(lines)}", *lines])
    if len(children) > MAX_CHILDREN:
        yield from _indent([palette.paint(palette.dim, f"… {len(children) - MAX_CHILDREN} more errors")])


def _header_lines(error: ErrorValue, palette: _Palette, *, nested: bool) -> list[str]:
    name = sanitize(error.name).replace("\n", " ") or "Error"
    message = _clip(sanitize(error.message), MAX_MESSAGE_CHARS)
    if name == THROWN_NON_ERROR and nested:
        return message.split("\n")  # A cause or a child that is no error: nobody failed to catch it.
    separator = " " if name == THROWN_NON_ERROR else ": "
    header = palette.paint(palette.name, name) + (f"{separator}{message}" if message else "")
    return header.split("\n")


def _children(error: ErrorValue) -> Iterator[tuple[str, ErrorValue]]:
    for number, child in enumerate(error.errors):
        yield f"[{number + 1}]", child
    if error.cause is not None:
        yield "Caused by:", error.cause


def _frame_lines(frames: Sequence[StackFrame], palette: _Palette) -> Iterator[str]:
    # What is below the last frame of the user's is the machinery that ran it: the same for every error.
    last_own = max((index for index, frame in enumerate(frames) if not frame.internal), default=len(frames) - 1)
    frames = frames[: last_own + 1]
    shown, hidden = frames[:MAX_FRAMES], len(frames) - MAX_FRAMES
    # Internal frames are one group however they differ; of the user's, only equal ones are: recursion.
    for frame, group in groupby(shown, key=lambda frame: None if frame.internal else frame):
        count = sum(1 for _ in group)
        if frame is None:
            yield palette.paint(palette.dim, f"    … {count} internal frame{'s' if count > 1 else ''}")
            continue
        yield from [f"    at {_place(frame, palette)}"] * (count if count <= MAX_REPEATS else 1)
        if count > MAX_REPEATS:
            yield palette.paint(palette.dim, f"    … the same frame {count - 1} more times")
    if hidden > 0:
        yield palette.paint(palette.dim, f"    … {hidden} more frames")


def _place(frame: StackFrame, palette: _Palette) -> str:
    parts = [frame.file or "<unknown>", *(str(number) for number in (frame.line, frame.column) if number > 0)]
    place = palette.paint(palette.place, _one_line(":".join(parts)))
    function = _one_line(frame.function).strip()
    # V8 writes `async` before the place of an await; alone it is no name.
    return f"{function} ({place})" if function not in {"", "async"} else f"{function} {place}".lstrip()


def _code_frame(frame: StackFrame, palette: _Palette) -> list[str]:
    if frame.source is None or frame.line <= 0:
        return []
    # Columns count UTF-16 code units; what is drawn is counted in terminal cells.
    units = frame.source.encode("utf-16-le", "surrogatepass")
    before = units[: 2 * max(frame.column - 1, 0)].decode("utf-16-le", "replace")
    after = frame.source[len(before) :]
    if len(frame.source) > MAX_SOURCE_CHARS:
        before = "…" + before[-MAX_SOURCE_CHARS // 2 :] if len(before) > MAX_SOURCE_CHARS // 2 else before
        after = after[: MAX_SOURCE_CHARS // 2] + "…" if len(after) > MAX_SOURCE_CHARS // 2 else after
    before, after = _one_line(before), _one_line(after)
    gutter = f"{frame.line:>7} │ "
    lines = [palette.paint(palette.dim, gutter) + before + after.rstrip()]
    if frame.column > 0:
        lines.append(" " * len(gutter) + _blank(before) + palette.paint(palette.caret, "^"))
    return lines


def _blank(text: str) -> str:
    """White space as wide as `text` is in a terminal; tabs stay tabs, so they line up wherever they end."""
    return "".join("\t" if char == "\t" else " " * _width(char) for char in text)


def _width(char: str) -> int:
    if unicodedata.combining(char) or unicodedata.category(char) in {"Mn", "Me", "Cf"}:
        return 0
    return 2 if unicodedata.east_asian_width(char) in {"W", "F"} else 1


def _one_line(text: str) -> str:
    return sanitize(text).replace("\n", " ")


def _clip(text: str, limit: int) -> str:
    return text if len(text) <= limit else f"{text[:limit]}… ({len(text) - limit:,} more characters)"


def _indent(lines: Iterable[str]) -> list[str]:
    return [f"  {line}" for line in lines]
