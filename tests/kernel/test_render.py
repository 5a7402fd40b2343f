"""Every event of the engine, and the message it becomes."""

from __future__ import annotations

from typing import Any, get_args

import pytest

from dxkernel.engine import events
from dxkernel.engine.events import ErrorValue, Event
from dxkernel.kernel.render import render

ERROR = ErrorValue("TypeError", "no")
CASES: list[tuple[Event, str | None, dict[str, Any]]] = [
    (events.Started(1, 1), None, {}),
    (events.Stdout(1, "a"), "stream", {"name": "stdout", "text": "a"}),
    (events.Stderr(1, "a"), "stream", {"name": "stderr", "text": "a"}),
    (
        events.Displayed(1, {"text/plain": "a"}),
        "display_data",
        {"data": {"text/plain": "a"}, "metadata": {}, "transient": {}},
    ),
    (
        events.Displayed(1, {"text/plain": "a"}, {"m": 1}, "id"),
        "display_data",
        {"data": {"text/plain": "a"}, "metadata": {"m": 1}, "transient": {"display_id": "id"}},
    ),
    (
        events.DisplayUpdated(1, "id", {"text/plain": "a"}),
        "update_display_data",
        {"data": {"text/plain": "a"}, "metadata": {}, "transient": {"display_id": "id"}},
    ),
    (events.OutputCleared(1, wait=True), "clear_output", {"wait": True}),
    (events.InputRequested(1, 1, "?"), None, {}),
    (
        events.CommMessage(1, "open", "c", "t", {"a": 1}),
        "comm_open",
        {"comm_id": "c", "data": {"a": 1}, "target_name": "t"},
    ),
    (events.CommMessage(1, "msg", "c", "t", {"a": 1}), "comm_msg", {"comm_id": "c", "data": {"a": 1}}),
    (events.CommMessage(1, "close", "c", "t", None), "comm_close", {"comm_id": "c", "data": {}}),
    (events.Notice(1, "hm"), "stream", {"name": "stderr", "text": "hm\n"}),
    (
        events.Uncaught(1, ERROR, "uncaughtException"),
        "stream",
        {"name": "stderr", "text": "Uncaught \x1b[1;31mTypeError\x1b[0m: no\n"},
    ),
    (
        events.Uncaught(1, ERROR, "unhandledRejection"),
        "stream",
        {"name": "stderr", "text": "Uncaught (in promise) \x1b[1;31mTypeError\x1b[0m: no\n"},
    ),
    (events.Finished(1, None), None, {}),
    (events.Finished(1, {}), None, {}),
    (
        events.Finished(1, {"text/plain": "2"}),
        "execute_result",
        {"data": {"text/plain": "2"}, "metadata": {}, "execution_count": 7},
    ),
    (
        events.Failed(1, ERROR),
        "error",
        {"ename": "TypeError", "evalue": "no", "traceback": ["\x1b[1;31mTypeError\x1b[0m: no"]},
    ),
    (
        events.Interrupted(1),
        "error",
        {
            "ename": "Interrupted",
            "evalue": "The cell was interrupted",
            "traceback": ["\x1b[1;31mInterrupted\x1b[0m: The cell was interrupted"],
        },
    ),
    (
        events.EngineDied(1, "process.exit(3)"),
        "error",
        {
            "ename": "EngineDied",
            "evalue": "process.exit(3)",
            "traceback": ["\x1b[1;31mEngineDied\x1b[0m: process.exit(3)"],
        },
    ),
]


@pytest.mark.parametrize(("event", "msg_type", "content"), CASES, ids=lambda value: type(value).__name__)
def test_render(event: Event, msg_type: str | None, content: dict[str, Any]) -> None:
    publication = render(event, 7)
    if msg_type is None:
        assert publication is None
    else:
        assert publication is not None
        assert (publication.msg_type, publication.content) == (msg_type, content)


def test_every_event_has_a_case() -> None:
    assert {type(event) for event, _, _ in CASES} == set(get_args(Event))


def test_a_comm_keeps_its_buffers_and_metadata() -> None:
    publication = render(events.CommMessage(1, "msg", "c", "t", {}, {"version": "2.1.0"}, (b"\x00",)))
    assert publication is not None
    assert (publication.metadata, publication.buffers) == ({"version": "2.1.0"}, (b"\x00",))
