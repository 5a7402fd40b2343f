"""Engine events as Jupyter messages: a pure function of the event.

Nothing here knows about sockets, parents or ordering. `metadata` and `transient` are always objects, never null: nbclient
and others index into them.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, assert_never

from dxkernel.devtools.traceback import render_error
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
    MimeBundle,
    Notice,
    OutputCleared,
    Started,
    Stderr,
    Stdout,
    Uncaught,
)

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

Json = dict[str, Any]

INTERRUPTED_NAME = "Interrupted"
INTERRUPTED_TEXT = "The cell was interrupted"
ENGINE_DIED_NAME = "EngineDied"


@dataclass(frozen=True, slots=True)
class Publication:
    """One message for iopub, before it has a header and a parent."""

    msg_type: str
    content: Json
    metadata: Json = field(default_factory=dict)
    buffers: Sequence[bytes] = ()


def render(event: Event, execution_count: int = 0) -> Publication | None:
    """The iopub message that shows `event`; `None` when there is nothing to show there.

    `execution_count` is the cell's own; only a result carries it.
    """
    match event:
        case Stdout(text=text):
            return stream("stdout", text)
        case Stderr(text=text):
            return stream("stderr", text)
        case Displayed(data=data, metadata=metadata, display_id=display_id):
            transient = {} if display_id is None else {"display_id": display_id}
            return _bundle("display_data", data, metadata, transient=transient)
        case DisplayUpdated(data=data, metadata=metadata, display_id=display_id):
            return _bundle("update_display_data", data, metadata, transient={"display_id": display_id})
        case Finished(data=data, metadata=metadata):
            # An empty result is worse than none: VS Code then keeps the output of the run before.
            return _bundle("execute_result", data, metadata, execution_count=execution_count) if data else None
        case Failed() | Interrupted() | EngineDied():
            return Publication("error", error_content(event))
        case Uncaught(error=error):
            return stream("stderr", f"{_UNCAUGHT_TITLES[event.origin]}{render_error(error, color=True)}\n")
        case Notice(text=text):
            return stream("stderr", text if text.endswith("\n") else f"{text}\n")
        case OutputCleared(wait=wait):
            return Publication("clear_output", {"wait": wait})
        case CommMessage():
            return _comm(event)
        case Started() | InputRequested():
            return None
        case _:
            assert_never(event)


_UNCAUGHT_TITLES = {"uncaughtException": "Uncaught ", "unhandledRejection": "Uncaught (in promise) "}


def stream(name: str, text: str) -> Publication:
    """Text on `stdout` or `stderr`."""
    return Publication("stream", {"name": name, "text": text})


def error_content(outcome: Failed | Interrupted | EngineDied) -> Json:
    """What an `error` message and an error reply say about a cell that did not finish."""
    match outcome:
        case Failed(error=error):
            return exception_content(error)
        case Interrupted():
            return exception_content(ErrorValue(INTERRUPTED_NAME, INTERRUPTED_TEXT))
        case EngineDied(reason=reason):
            return exception_content(ErrorValue(ENGINE_DIED_NAME, reason))
        case _:
            assert_never(outcome)


def expression_content(value: Finished | Failed) -> Json:
    """What a reply says about one of its `user_expressions`."""
    if isinstance(value, Failed):
        return {"status": "error", **exception_content(value.error)}
    data = dict(value.data) if value.data else {"text/plain": "undefined"}
    return {"status": "ok", "data": data, "metadata": dict(value.metadata)}


def exception_content(error: ErrorValue) -> Json:
    """`ename`, `evalue` and `traceback` (one string a line, with ANSI colours) of one error."""
    return {
        "ename": error.name,
        "evalue": error.message,
        "traceback": render_error(error, color=True).split("\n"),
    }


def _bundle(msg_type: str, data: MimeBundle, metadata: Mapping[str, Any], **fields: Any) -> Publication:
    return Publication(msg_type, {"data": dict(data), "metadata": dict(metadata or {}), **fields})


def _comm(event: CommMessage) -> Publication:
    content: Json = {"comm_id": event.comm_id, "data": event.data if event.data is not None else {}}
    if event.kind == "open":
        content["target_name"] = event.target_name
    return Publication(f"comm_{event.kind}", content, dict(event.metadata or {}), event.buffers)
