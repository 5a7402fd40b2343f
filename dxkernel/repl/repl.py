"""The loop: ask for a cell, run it, show what happens.

Stands between a prompt (keys) and a session (events). What is typed is never lost to an engine that fails: the line being
edited stays on the screen, and a cell that could not be started is offered again.
"""

from __future__ import annotations

import asyncio
import contextlib
import signal
from typing import TYPE_CHECKING

from dxkernel.engine.events import Event, Failed, Finished, InputRequested, Stderr
from dxkernel.errors import DxError
from dxkernel.magics.help import help_query
from dxkernel.repl.commands import parse_command
from dxkernel.repl.dot import do_command
from dxkernel.repl.history import StoredHistory
from dxkernel.repl.prompt import Prompt
from dxkernel.repl.render import Renderer
from dxkernel.repl.running import CellRunner
from dxkernel.repl.screen import Screen
from dxkernel.repl.text import without_colors

if TYPE_CHECKING:
    from collections.abc import AsyncIterator
    from pathlib import Path

    from prompt_toolkit.buffer import Buffer

    from dxkernel.engine.events import Outcome
    from dxkernel.engine.session import Session
    from dxkernel.magics.history import HistoryStore
    from dxkernel.repl.config import Settings
    from dxkernel.repl.prompt import Terminal

LEAVING_WORDS = {"exit", "quit", "exit()", "quit()"}


class Repl:
    """One terminal and one session, whose background events are to be given to `on_background`."""

    def __init__(self, session: Session, settings: Settings, terminal: Terminal, store: HistoryStore | None) -> None:
        self.session = session
        self.renderer = Renderer(color=terminal.abilities.color, links=terminal.abilities.links)
        self.screen = Screen(terminal.output, dynamic=terminal.abilities.dynamic)
        self.prompt = Prompt(session, settings, terminal, StoredHistory(store), self.show_help)
        self.runner = CellRunner(session, terminal, self.screen, self.renderer)
        self.sources: list[str] = []
        """What was run, for `.save`."""
        self.editor = False
        """The next input is typed as after `.editor`."""
        self.leaving = False
        self._draft = ""
        self._store = store
        self._history_session = store.start_session() if store else 0
        self._problem_told = False

    async def run(self, *, load: Path | None = None, startup: Path | None = None) -> int:
        """Run the files, then ask and run until the person leaves; the exit status."""
        async with self._attached():
            for path, stored in ((startup, False), (load, True)):
                if path is not None:
                    await self.run_cell(path.read_text(encoding="utf-8"), store=stored, path=path)
            while not self.leaving:
                self._tell_problem()
                try:
                    text = await self._ask()
                except EOFError:
                    break
                except KeyboardInterrupt:
                    continue
                await self.handle(text)
        return 0

    async def handle(self, text: str) -> None:
        """Do what was entered."""
        command, query = parse_command(text), help_query(text)
        if command is not None:
            await do_command(self, command)
        elif query is not None:
            await self._inspect(query.expression, len(query.expression), source=query.source)
        elif text.strip():
            await self.run_cell(text)

    async def run_cell(self, code: str, *, store: bool = True, path: Path | None = None) -> None:
        """Run a cell and show it, and keep it in the history before it can do harm."""
        line = self.session.execution_count + 1
        self._remember(line, code, None, store=store)
        try:
            outcome, count = await self.runner.run(code, store=store, path=path)
        except DxError as error:
            self.tell(str(error))
            self._draft = code
            return
        self._remember(count or line, code, _plain_text(outcome), store=store)
        if store:
            self.sources.append(code)
        if isinstance(outcome, Failed) and code.strip() in LEAVING_WORDS:
            self.tell("Ctrl-D or .exit leaves.")

    async def restart(self) -> None:
        """A new engine, and a new session in the history, since its lines are numbered from 1 again."""
        try:
            await self.session.restart()
        except DxError as error:
            self.tell(str(error))
            return
        if self._store is not None:
            self._history_session = self._store.start_session()
        self.tell("A new engine runs; it knows nothing of the last one.")

    async def show_help(self, buffer: Buffer) -> None:
        """F1: above the prompt, what is known about the expression at the cursor."""
        await self._inspect(buffer.text, buffer.cursor_position, source=False)

    def on_background(self, event: Event) -> None:
        """Late output and errors, and an engine that ended while nothing ran."""
        if isinstance(event, InputRequested):
            self.session.reply_input(event.request_id, None)
            note = "The program asked for input after its cell was over; it got end of input.\n"
            event = Stderr(event.cell, note)
        self.runner.show(event)

    def tell(self, text: str) -> None:
        """A word of our own to the person."""
        self.screen.fresh_line()
        self.screen.write(self.renderer.note(text))

    async def _ask(self) -> str:
        draft, self._draft = self._draft, ""
        editor, self.editor = self.editor, False
        with self.screen.prompting():
            return await self.prompt.ask(draft, editor=editor)

    async def _inspect(self, code: str, cursor: int, *, source: bool) -> None:
        try:
            found = await self.session.inspect(code, cursor, 1 if source else 0)
        except DxError as error:
            self.tell(str(error))
            return
        if found is None:
            self.tell("Nothing is known about that.")
        else:
            data = {"text/plain": found.data["text/plain"]}
            self.screen.write(f"{self.renderer.bundle(data)}\n")

    def _remember(self, line: int, code: str, output: str | None, *, store: bool) -> None:
        if self._store is not None and store:
            self._store.append(self._history_session, line, code, output)

    def _tell_problem(self) -> None:
        if self._store is not None and self._store.problem and not self._problem_told:
            self._problem_told = True
            self.tell(self._store.problem)

    @contextlib.asynccontextmanager
    async def _attached(self) -> AsyncIterator[None]:
        loop = asyncio.get_running_loop()
        pump = asyncio.create_task(self.screen.pump())
        # Not in the main thread, or Windows: Ctrl-C then is what Python makes of it.
        with contextlib.suppress(NotImplementedError, RuntimeError, ValueError):
            loop.add_signal_handler(signal.SIGINT, self._on_sigint)
        try:
            yield
        finally:
            with contextlib.suppress(NotImplementedError, RuntimeError, ValueError):
                loop.remove_signal_handler(signal.SIGINT)
            pump.cancel()

    def _on_sigint(self) -> None:
        if self.runner.running:
            self.runner.interrupt()
        elif self.prompt.asking:
            self.prompt.interrupt()


def _plain_text(outcome: Outcome | None) -> str | None:
    text = outcome.data.get("text/plain") if isinstance(outcome, Finished) and outcome.data else None
    return without_colors(text) if isinstance(text, str) else None
