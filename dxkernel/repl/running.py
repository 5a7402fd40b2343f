"""One cell on its way through the session: its events shown, its questions asked, its elapsed time on the bottom line."""

from __future__ import annotations

import asyncio
import contextlib
import time
from typing import TYPE_CHECKING

from prompt_toolkit import PromptSession

from dxkernel.engine.events import (
    Displayed,
    DisplayUpdated,
    EngineDied,
    Event,
    Failed,
    Finished,
    InputRequested,
    Interrupted,
    OutputCleared,
    Started,
    Stderr,
    Stdout,
)
from dxkernel.repl.terminal import quiet
from dxkernel.repl.text import neutralise

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from dxkernel.engine.events import Outcome
    from dxkernel.engine.session import Session
    from dxkernel.repl.prompt import Terminal
    from dxkernel.repl.render import Renderer
    from dxkernel.repl.screen import Screen

# What ends sooner needs no sign that it is running.
SPINNER_DELAY_S = 0.3
SPINNER_GAP_S = 0.1
SPINNER = "⠋⠙⠹⠸⠼⠴⠦⠧⠇⠏"


class CellRunner:
    """Runs cells one after another. `running` says whether one does."""

    def __init__(self, session: Session, terminal: Terminal, screen: Screen, renderer: Renderer) -> None:
        self.running = False
        self._session = session
        self._terminal = terminal
        self._screen = screen
        self._renderer = renderer
        self._question: PromptSession[str] | None = None
        self._interrupted = False
        self._clear_next = False
        self._tasks: set[asyncio.Task[None]] = set()

    async def run(self, code: str, *, store: bool = True, path: Path | None = None) -> tuple[Outcome | None, int]:
        """Run and show one cell: how it ended, and its number. Raises `DxError` when there is no engine to run it."""
        outcome: Outcome | None = None
        count = 0
        self._screen.begin_cell()
        self._clear_next = False
        with self._busy():
            events = self._session.execute(code, store_history=store, path=str(path) if path else None)
            async for event in events:
                match event:
                    case Started(execution_count=number):
                        count = number
                    case InputRequested():
                        self._keep(self._ask(event))
                    case Finished() | Failed() | Interrupted() | EngineDied():
                        outcome = event
                        self._clear_next = False
                        await self._end_questions()
                        self._screen.fresh_line()
                        self.show(event, count)
                    case _:
                        self.show(event, count)
        self._screen.fresh_line()
        return outcome, count

    def show(self, event: Event, count: int = 0) -> None:
        """Show one event where it belongs."""
        if isinstance(event, OutputCleared):
            # With `wait`, what is there stays until something takes its place, so that nothing flickers.
            self._clear_next = event.wait
            if not event.wait:
                self._screen.clear_output()
            return
        text = self._renderer.render(event, count)
        if self._clear_next and text:
            self._clear_next = False
            self._screen.clear_output()
        match event:
            case DisplayUpdated(display_id=display_id):
                self._screen.update(display_id, text)
            case Displayed(display_id=display_id):
                self._screen.fresh_line()
                self._screen.write(text, display_id=display_id)
            case Stdout() | Stderr():
                self._screen.write(text)
            case _:
                self._screen.fresh_line()
                self._screen.write(text)

    def interrupt(self) -> None:
        """Ctrl-C while a cell runs."""
        self._interrupted = True
        self._keep(self._session.interrupt())

    @contextlib.contextmanager
    def _busy(self) -> Iterator[None]:
        spinner = asyncio.create_task(self._spin())
        self.running, self._interrupted = True, False
        try:
            with quiet(descriptor_of(self._terminal)):
                yield
        finally:
            self.running = False
            spinner.cancel()
            self._screen.status("")

    async def _spin(self) -> None:
        started = time.monotonic()
        await asyncio.sleep(SPINNER_DELAY_S)
        step = 0
        while True:
            words = "interrupting …" if self._interrupted else "Ctrl-C interrupts"
            elapsed = time.monotonic() - started
            text = f"{SPINNER[step % len(SPINNER)]} {elapsed:.1f} s  {words}"
            self._screen.status(text[: self._terminal.columns - 1])
            step += 1
            await asyncio.sleep(SPINNER_GAP_S)

    async def _ask(self, event: InputRequested) -> None:
        # What the program wrote before it asked stays above the question.
        self._screen.fresh_line()
        question: PromptSession[str] = PromptSession(
            input=self._terminal.input, output=self._terminal.drawing_output, is_password=event.password
        )
        question.app.renderer.cpr_not_supported_callback = None
        message = neutralise(event.prompt, color=False)
        self._question = question
        try:
            with self._screen.prompting():
                text: str | None = await question.prompt_async(message, handle_sigint=False)
        except EOFError:
            text = None
        except KeyboardInterrupt:
            self.interrupt()
            return
        finally:
            self._question = None
        self._session.reply_input(event.request_id, text)

    async def _end_questions(self) -> None:
        """The cell is over: nobody waits for an answer any more."""
        if self._question is not None and self._question.app.is_running:
            self._question.app.exit(exception=EOFError())
        if self._tasks:
            await asyncio.wait(self._tasks)

    def _keep(self, coroutine: object) -> None:
        task: asyncio.Task[None] = asyncio.ensure_future(coroutine)  # type: ignore[call-overload]
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)


def descriptor_of(terminal: Terminal) -> int | None:
    """The descriptor that keys come from; `None` if they come from none, as in a test."""
    try:
        return terminal.input.fileno()
    except (NotImplementedError, OSError, ValueError):
        return None
