"""What Enter means: the parser decides.

Asking the engine takes a moment, and keys may be typed or be waiting meanwhile; they are held back, in order, until it is
known whether they belong to this input or to the next. An engine that does not answer costs a second, never the line.
"""

from __future__ import annotations

import asyncio
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from dxkernel.engine.events import Completeness
from dxkernel.errors import DxError
from dxkernel.magics.help import help_query
from dxkernel.repl.commands import parse_command

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

# Node needs a third of a second to start, on a slow machine two.
TIMEOUT_S = 3.0

_SKIPPED = re.compile(r"'(?:\\.|[^'\\\n])*'|\"(?:\\.|[^\"\\\n])*\"|`(?:\\.|[^`\\])*`|//[^\n]*|/\*.*?\*/", re.DOTALL)


@dataclass(frozen=True, slots=True)
class Run:
    """The input is what the person means."""


@dataclass(frozen=True, slots=True)
class NewLine:
    """There is more to come, and it starts with `indent`."""

    indent: str


@dataclass(frozen=True, slots=True)
class Complain:
    """It cannot be parsed. Entered once more, it runs, so that the engine tells all about it."""

    message: str


Decision = Run | NewLine | Complain


async def decide(text: str, cursor: int, ask: Callable[[str], Awaitable[Completeness]]) -> Decision:
    """What Enter does with `text` and the cursor there. `ask` is the session's `is_complete`."""
    if "\n" in text[cursor:].rstrip():
        # In the middle of several lines: a person who edits there wants a line there.
        return NewLine((await _ask(text[:cursor], ask)).indent or _indent_of(text[:cursor]))
    if not text.strip() or help_query(text) or parse_command(text):
        return Run()
    answer = await _ask(text, ask)
    match answer.status:
        case "complete":
            return Run()
        case "incomplete":
            return NewLine(answer.indent)
        case "invalid":
            return Complain(answer.message or "this cannot be parsed")


def looks_complete(text: str) -> bool:
    """Whether every bracket is closed: what can be said without a parser."""
    rest = _SKIPPED.sub("", text)
    return sum(map(rest.count, "([{")) <= sum(map(rest.count, ")]}")) and "`" not in rest and "/*" not in rest


async def _ask(text: str, ask: Callable[[str], Awaitable[Completeness]]) -> Completeness:
    try:
        return await asyncio.wait_for(ask(text), TIMEOUT_S)
    except (TimeoutError, DxError):
        return Completeness("complete") if looks_complete(text) else Completeness("incomplete", _indent_of(text))


def _indent_of(text: str) -> str:
    line = text.rpartition("\n")[2]
    return line[: len(line) - len(line.lstrip())]
