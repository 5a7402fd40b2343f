"""Every event of the engine, and the text it becomes."""

from __future__ import annotations

import base64
from pathlib import Path
from typing import get_args

import pytest

from dxkernel.engine import events
from dxkernel.engine.events import ErrorValue, Event
from dxkernel.repl.render import Renderer
from dxkernel.repl.text import MAX_LINES

ERROR = ErrorValue("TypeError", "no\x1b[2J")
CASES: list[tuple[Event, str]] = [
    (events.Started(1, 1), ""),
    (events.Stdout(1, "\x1b[Aa"), "\x1b[Aa"),
    (events.Stderr(1, "a"), "a"),
    (events.Displayed(1, {"text/plain": "a"}), "a\n"),
    (events.Displayed(1, {"text/html": "<b>"}), "[text/html]\n"),
    (events.Displayed(1, {"text/markdown": "# a\x1b[2J"}), "# a␛[2J\n"),
    (events.DisplayUpdated(1, "id", {"text/plain": "a"}), "a\n"),
    (events.OutputCleared(1, wait=True), ""),
    (events.InputRequested(1, 1, "?"), ""),
    (events.CommMessage(1, "open", "c", "t", {}), ""),
    (events.Notice(1, "hm"), "hm\n"),
    (events.Uncaught(1, ERROR, "uncaughtException"), "Uncaught TypeError: no\n"),
    (events.Uncaught(1, ERROR, "unhandledRejection"), "Uncaught (in promise) TypeError: no\n"),
    (events.Finished(1, None), ""),
    (events.Finished(1, {"text/plain": "2"}), "Out[7]: 2\n"),
    (events.Finished(1, {"text/plain": "[\n1\n]"}), "Out[7]:\n[\n1\n]\n"),
    (events.Failed(1, ERROR), "TypeError: no\n"),
    (events.Interrupted(1), "Interrupted\n"),
    (events.EngineDied(1, "process.exit(3)", 3), "The engine ended: process.exit(3)\n"),
]


@pytest.mark.parametrize(("event", "text"), CASES, ids=lambda case: type(case).__name__)
def test_an_event_becomes_text(event: Event, text: str) -> None:
    assert Renderer().render(event, 7) == text


def test_every_event_is_here() -> None:
    assert {type(event) for event, _ in CASES} == set(get_args(Event))


def test_colors_are_asked_for() -> None:
    text = Renderer(color=True).render(events.Finished(1, {"text/plain": "\x1b[33m2\x1b[39m"}), 1)
    assert text == "\x1b[31mOut[1]:\x1b[0m \x1b[33m2\x1b[39m\n"


def test_a_long_result_is_cut() -> None:
    text = Renderer().render(events.Finished(1, {"text/plain": "x\n" * (MAX_LINES + 5)}), 1)
    assert text.endswith("x\n… 6 more lines; `_` holds the value\n")


def test_a_picture_is_saved_and_linked() -> None:
    content = base64.b64encode(b"picture").decode()
    text = Renderer(links=True).render(events.Displayed(1, {"image/png": content, "text/plain": "x"}))
    path = Path(text.split("\x1b\\")[1].removesuffix("\x1b]8;;"))
    assert path.read_bytes() == b"picture"
    assert text == f"[image/png] \x1b]8;;{path.as_uri()}\x1b\\{path}\x1b]8;;\x1b\\\n"


def test_svg_is_text() -> None:
    text = Renderer().render(events.Displayed(1, {"image/svg+xml": "<svg/>"})).rstrip()
    assert Path(text.removeprefix("[image/svg+xml] ")).read_text(encoding="utf-8") == "<svg/>"


def test_a_picture_that_is_none_is_not_shown() -> None:
    assert Renderer().render(events.Displayed(1, {"image/png": "~", "text/plain": "x"})) == "x\n"
