"""What a running cell makes happen: the closed union every front end renders.

`Session.execute` yields `Started`, any number of outputs, and then exactly one *outcome*
(`Finished`, `Failed`, `Interrupted` or `EngineDied`). Output that a cell causes after its outcome (a timer, a late
promise) reaches the session's background listener with the `cell` of the run that caused it.

Values only: this module does no I/O and imports nothing but the standard library.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Literal

MimeBundle = Mapping[str, Any]
"""MIME type to representation. Text types hold `str`, `…+json` and `application/json` hold JSON values, binary types
(`image/png`, `application/pdf`) hold base64 `str` without a `data:` prefix: the form Jupyter's display messages use."""


@dataclass(frozen=True, slots=True)
class StackFrame:
    """One frame of a stack trace, already mapped to what the user wrote.

    `line` and `column` count from 1 (column in UTF-16 code units, as V8 does); 0 means unknown.
    `file` is `Cell [3]` for a cell, a path for a file, or a `node:` URL. `internal` marks frames of Node or of the host.
    """

    function: str
    file: str
    line: int
    column: int
    internal: bool = False
    source: str | None = None
    """The text of the whole source line, when it is known."""


@dataclass(frozen=True, slots=True)
class ErrorValue:
    """Something the user's program threw, as a value.

    `name` is the constructor's or `name` property (`TypeError`), or `Uncaught` for a thrown non-error; `message` its text.
    `details` is what Node would print for it (own properties, causes), without the stack and without colour.
    """

    name: str
    message: str
    frames: Sequence[StackFrame] = ()
    cause: ErrorValue | None = None
    errors: Sequence[ErrorValue] = ()
    """The children of an `AggregateError`, and every diagnostic of a `SyntaxError` but the first."""
    details: str = ""


@dataclass(frozen=True, slots=True)
class Started:
    """The cell began. `execution_count` is its number in `In`/`Out` (unchanged when history is not stored)."""

    cell: int
    execution_count: int


@dataclass(frozen=True, slots=True)
class Stdout:
    """Text written to standard output, in order. Never empty; any chunking."""

    cell: int
    text: str


@dataclass(frozen=True, slots=True)
class Stderr:
    """Text written to standard error, in order. Never empty; any chunking."""

    cell: int
    text: str


@dataclass(frozen=True, slots=True)
class Displayed:
    """A rich value was shown. `display_id` names it for later updates, if the program asked for that."""

    cell: int
    data: MimeBundle
    metadata: Mapping[str, Any] = field(default_factory=dict)
    display_id: str | None = None


@dataclass(frozen=True, slots=True)
class DisplayUpdated:
    """Every display with this `display_id`, in whatever cell, now shows `data`."""

    cell: int
    display_id: str
    data: MimeBundle
    metadata: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class OutputCleared:
    """The cell's output so far is to be cleared: at once, or (`wait`) when the next output comes."""

    cell: int
    wait: bool = False


@dataclass(frozen=True, slots=True)
class InputRequested:
    """The program waits for a line. Answer with `Session.reply_input(request_id, text)`; `None` means end of input."""

    cell: int
    request_id: int
    prompt: str
    password: bool = False


@dataclass(frozen=True, slots=True)
class CommMessage:
    """A Jupyter comm message from the program (`kind` is the message type without its `comm_` prefix)."""

    cell: int
    kind: Literal["open", "msg", "close"]
    comm_id: str
    target_name: str
    data: Any
    metadata: Mapping[str, Any] = field(default_factory=dict)
    buffers: Sequence[bytes] = ()


@dataclass(frozen=True, slots=True)
class Uncaught:
    """An error nobody caught, outside the cell's own completion: a timer callback, an event handler, a forgotten
    promise. The engine goes on. `origin` is Node's word for it.
    """

    cell: int
    error: ErrorValue
    origin: Literal["uncaughtException", "unhandledRejection"]


@dataclass(frozen=True, slots=True)
class Notice:
    """Something the engine itself has to tell the user about the cell (`the engine was restarted because …`)."""

    cell: int
    text: str


@dataclass(frozen=True, slots=True)
class Finished:
    """Outcome: the cell completed. `data` is `None` when its completion value is `undefined`."""

    cell: int
    data: MimeBundle | None
    metadata: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Failed:
    """Outcome: the cell threw, its promise was rejected, or it could not be parsed (then nothing of it ran)."""

    cell: int
    error: ErrorValue


@dataclass(frozen=True, slots=True)
class Interrupted:
    """Outcome: the cell was interrupted. State is kept, except where a `Notice` before it says otherwise."""

    cell: int


@dataclass(frozen=True, slots=True)
class EngineDied:
    """Outcome: the engine ended under the cell. A new one is being started; everything in memory is gone.

    `reason` is a sentence for people that names the cause: `process.exit(3)`, a signal, the heap limit.
    """

    cell: int
    reason: str
    exit_code: int | None = None
    signal: str | None = None


Output = Stdout | Stderr | Displayed | DisplayUpdated | OutputCleared | InputRequested | CommMessage | Uncaught | Notice
Outcome = Finished | Failed | Interrupted | EngineDied
Event = Started | Output | Outcome


@dataclass(frozen=True, slots=True)
class CompletionItem:
    """One way to complete. `text` replaces `Completions.start:end`. `type` is a word such as `function` or `class`."""

    text: str
    type: str = ""
    signature: str = ""


@dataclass(frozen=True, slots=True)
class Completions:
    """`start` and `end` are offsets in code points into the code that was asked about."""

    items: Sequence[CompletionItem]
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class Inspection:
    """What is known about the expression at the cursor, as a MIME bundle with at least `text/plain`."""

    data: MimeBundle
    metadata: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Completeness:
    """Whether code may be run as it stands. `indent` is the white space a next line should start with."""

    status: Literal["complete", "incomplete", "invalid"]
    indent: str = ""
    message: str = ""
    """For `invalid`: the parser's first complaint."""
