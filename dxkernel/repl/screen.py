"""Everything that is written to the terminal goes through here, so that no two writers get in each other's way.

While a prompt is open, text appears above it, and the line being typed is drawn again below. While a cell runs, a line with the
elapsed time may stand at the bottom; it is taken away before anything else is written.
"""

from __future__ import annotations

import asyncio
import contextlib
from typing import TYPE_CHECKING

from prompt_toolkit.application import run_in_terminal

from dxkernel.repl.live import LiveOutput

if TYPE_CHECKING:
    from collections.abc import Iterator

    from prompt_toolkit.output import Output

# A program that prints in a loop would else have the prompt drawn anew for every line.
REDRAW_GAP_S = 0.03
# What waits to be shown above a prompt: more than this nobody sees pass by.
MAX_WAITING_CHARACTERS = 200_000


class Screen:
    """The one place that writes. `dynamic` is whether the cursor can be moved: not in a pipe or a dumb terminal."""

    def __init__(self, output: Output, *, dynamic: bool) -> None:
        self._output = output
        self._dynamic = dynamic
        self._live = LiveOutput()
        self._prompts = 0
        self._waiting: list[str] = []
        self._wake = asyncio.Event()
        self._status_shown = False
        self._line_open = False

    @property
    def columns(self) -> int:
        return self._output.get_size().columns

    def write(self, text: str, *, display_id: str | None = None) -> None:
        """Show `text`, now or as soon as an open prompt lets it."""
        if not text:
            return
        if self._prompts:
            self._enqueue(text)
            return
        self.status("")
        size = self._output.get_size()
        self._live.add(text, display_id, size.columns, size.rows)
        self._raw(text)
        self._line_open = not text.endswith("\n")

    def begin_cell(self) -> None:
        """What was written so far belongs to the past."""
        self._live.forget()

    def clear_output(self) -> None:
        """Take back what the running cell has shown, if it is still on the screen."""
        if self._dynamic and not self._prompts:
            self.status("")
            self._raw(self._live.erasing(self.columns) or "")
            self._line_open = False

    def update(self, display_id: str, text: str) -> None:
        """Show `text` in place of the display `display_id`, or below everything if that has left the screen."""
        if self._dynamic and not self._prompts:
            self.status("")
            size = self._output.get_size()
            sequence = self._live.replacing(display_id, text, size.columns, size.rows)
            if sequence is not None:
                self._raw(sequence)
                return
        self.fresh_line()
        self.write(text, display_id=display_id)

    def status(self, text: str) -> None:
        """Put `text` on a line of its own at the bottom, in place of the last one; an empty one takes it away."""
        if not self._dynamic or self._prompts or self._line_open or not (text or self._status_shown):
            return
        self._raw(f"\r\x1b[K{text}")
        self._status_shown = bool(text)

    def fresh_line(self) -> None:
        """Whatever comes next starts at the left margin."""
        if self._line_open and not self._prompts:
            self.write("\n")

    @contextlib.contextmanager
    def prompting(self) -> Iterator[None]:
        """A prompt is open meanwhile, and text goes above it."""
        self.status("")
        self._prompts += 1
        try:
            yield
        finally:
            self._prompts -= 1
            self._line_open = False
            if not self._prompts:
                self._write_waiting()

    async def pump(self) -> None:
        """Show what arrives while a prompt is open. Runs as long as the REPL."""
        while True:
            await self._wake.wait()
            self._wake.clear()
            if self._prompts and self._waiting:
                await run_in_terminal(self._write_waiting)
                await asyncio.sleep(REDRAW_GAP_S)

    def _enqueue(self, text: str) -> None:
        self._waiting.append(text)
        if sum(map(len, self._waiting)) > MAX_WAITING_CHARACTERS:
            kept = "".join(self._waiting)[-MAX_WAITING_CHARACTERS // 2 :]
            self._waiting = ["… (more than can be shown)\n", kept]
        self._wake.set()

    def _write_waiting(self) -> None:
        text = "".join(self._waiting)
        self._waiting.clear()
        if text:
            # The prompt is drawn from the left margin.
            self._raw(text if text.endswith("\n") else f"{text}\n")

    def _raw(self, text: str) -> None:
        if text:
            self._output.write_raw(text.encode("utf-8", "replace").decode("utf-8"))
            self._output.flush()
