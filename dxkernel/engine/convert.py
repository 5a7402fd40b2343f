"""From the host's frames to events, one function each way the wire shapes cross our edge. Values in, values out."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from dxkernel.engine.events import (
    CommMessage,
    Displayed,
    DisplayUpdated,
    EngineDied,
    ErrorValue,
    Event,
    Failed,
    Finished,
    InputRequested,
    Interrupted,
    OutputCleared,
    StackFrame,
    Stderr,
    Stdout,
    Uncaught,
)
from dxkernel.engine.process import Ending
from dxkernel.engine.protocol import Frame


def error_value(fields: Mapping[str, Any]) -> ErrorValue:
    """The bridge's structured error as ours."""
    cause = fields.get("cause")
    return ErrorValue(
        name=fields["name"],
        message=fields["message"],
        frames=tuple(StackFrame(**frame) for frame in fields["frames"]),
        cause=error_value(cause) if cause else None,
        errors=tuple(error_value(child) for child in fields["errors"]),
        details=fields["details"],
    )


def event_of(frame: Frame, error: ErrorValue | None) -> Event:
    """The event a frame tells of. `error` is the structured form of the error it carries, if it carries one.

    Raises `KeyError` for a frame of a kind that is no event.
    """
    return _CONVERTERS[frame.kind](frame, error)


def _stream(frame: Frame, _error: ErrorValue | None) -> Event:
    fields = frame.fields
    kind = Stdout if fields["name"] == "stdout" else Stderr
    return kind(fields["cell"], fields["text"])


def _display(frame: Frame, _error: ErrorValue | None) -> Event:
    fields = frame.fields
    if fields["update"]:
        return DisplayUpdated(fields["cell"], fields["id"], fields["data"], fields["metadata"])
    return Displayed(fields["cell"], fields["data"], fields["metadata"], fields["id"])


def _clear(frame: Frame, _error: ErrorValue | None) -> Event:
    return OutputCleared(frame.fields["cell"], frame.fields["wait"])


def _input(frame: Frame, _error: ErrorValue | None) -> Event:
    fields = frame.fields
    return InputRequested(fields["cell"], fields["id"], fields["prompt"], fields["password"])


def _comm(frame: Frame, _error: ErrorValue | None) -> Event:
    fields = frame.fields
    return CommMessage(
        cell=fields["cell"],
        kind=fields["message"],
        comm_id=fields["comm_id"],
        target_name=fields.get("target_name", ""),
        data=fields.get("data"),
        metadata=fields.get("metadata") or {},
        buffers=frame.buffers,
    )


def _uncaught(frame: Frame, error: ErrorValue | None) -> Event:
    return Uncaught(frame.fields["cell"], error or _unknown(), frame.fields["origin"])


def _done(frame: Frame, error: ErrorValue | None) -> Event:
    fields = frame.fields
    match fields["outcome"]:
        case "finished":
            return Finished(fields["cell"], fields["data"], fields["metadata"] or {})
        case "interrupted":
            return Interrupted(fields["cell"])
        case _:
            return Failed(fields["cell"], error or _unknown())


_CONVERTERS: dict[str, Callable[[Frame, ErrorValue | None], Event]] = {
    "stream": _stream,
    "display": _display,
    "clear": _clear,
    "input": _input,
    "comm": _comm,
    "uncaught": _uncaught,
    "done": _done,
}


def _unknown() -> ErrorValue:
    return ErrorValue("Error", "the engine could not describe what was thrown")


def died_event(cell: int, ending: Ending, *, exit_called: int | None, heap_limit_mb: int | None) -> EngineDied:
    """What to tell the user of a cell whose engine ended. `exit_called` is the code given to `process.exit`, if it was."""
    return EngineDied(cell, _reason(ending, exit_called, heap_limit_mb), ending.exit_code, ending.signal)


def _reason(ending: Ending, exit_called: int | None, heap_limit_mb: int | None) -> str:
    if "heap out of memory" in ending.stderr_tail:
        limit = f"its limit of {heap_limit_mb} MiB" if heap_limit_mb else "Node's default limit"
        return f"the JavaScript heap is exhausted: it reached {limit} (raise it with heap_limit_mb)"
    if exit_called is not None:
        return f"the program ended the engine with process.exit({exit_called})"
    if ending.signal == "SIGABRT":
        return "the engine aborted (SIGABRT): process.abort(), or a fatal error in Node or a native module"
    if ending.signal == "SIGKILL":
        return "the engine was killed (SIGKILL): by a person or, more often, by the system when memory ran out"
    if ending.signal:
        return f"the engine crashed ({ending.signal}): a native module or Node itself"
    return f"the engine ended by itself with exit code {ending.exit_code}"
