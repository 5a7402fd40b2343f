"""What keys do here beyond what prompt_toolkit knows already."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from prompt_toolkit.buffer import ValidationState
from prompt_toolkit.enums import DEFAULT_BUFFER, EditingMode
from prompt_toolkit.filters import Condition, has_focus
from prompt_toolkit.key_binding import KeyBindings
from prompt_toolkit.keys import Keys
from prompt_toolkit.validation import ValidationError

from dxkernel.repl.enter import Complain, NewLine, Run, decide

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    from prompt_toolkit.application import Application
    from prompt_toolkit.buffer import Buffer
    from prompt_toolkit.key_binding import KeyPress
    from prompt_toolkit.key_binding.key_processor import KeyPressEvent

    from dxkernel.engine.events import Completeness

INDENT = "  "
CLOSING = ")]}"


@dataclass
class EnterKey:
    """Enter, which must wait for the parser, and the keys that are held back meanwhile."""

    ask: Callable[[str], Awaitable[Completeness]]
    editor: bool = False
    """After `.editor`: Enter is a new line, and Ctrl-D runs."""
    asking: asyncio.Task[None] | None = None
    held: list[KeyPress] = field(default_factory=list)
    complained_about: str | None = None

    def press(self, event: KeyPressEvent) -> None:
        """Enter was pressed."""
        buffer = event.current_buffer
        if buffer.complete_state is not None and buffer.complete_state.current_completion is not None:
            buffer.complete_state = None
        elif self.editor:
            buffer.newline()
        else:
            buffer.cancel_completion()
            self.asking = event.app.create_background_task(self._decide(buffer, event.app))

    def hold(self, event: KeyPressEvent) -> None:
        """A key that came while Enter is not decided."""
        self.held += event.key_sequence

    def give_up(self, _event: KeyPressEvent) -> None:
        """Ctrl-C while Enter is not decided: the text stays."""
        if self.asking is not None:
            self.asking.cancel()

    async def _decide(self, buffer: Buffer, app: Application[str]) -> None:
        text = buffer.text
        try:
            decision = await decide(text, buffer.cursor_position, self.ask)
            match decision:
                case Complain(message=message) if text != self.complained_about:
                    self.complained_about = text
                    buffer.validation_error = ValidationError(len(text), f"{message}; Enter runs it nevertheless")
                    buffer.validation_state = ValidationState.INVALID
                case NewLine(indent=indent):
                    buffer.insert_text(f"\n{indent}")
                case Run() | Complain():
                    buffer.validation_state = ValidationState.UNKNOWN
                    buffer.validate_and_handle()
        finally:
            self.asking = None
            held, self.held = self.held, []
            # Once the input is accepted, these are kept for the next prompt.
            app.key_processor.feed_multiple(held)
            if not app.is_done:
                app.key_processor.process_keys()
            app.invalidate()


def make_bindings(enter: EnterKey, show_help: Callable[[Buffer], Awaitable[None]]) -> KeyBindings:
    """The bindings of the main prompt."""
    bindings = KeyBindings()
    editing = has_focus(DEFAULT_BUFFER)
    asking = Condition(lambda: enter.asking is not None)

    bindings.add(Keys.Any, filter=asking, eager=True)(enter.hold)
    bindings.add("c-c", filter=asking, eager=True)(enter.give_up)
    bindings.add("enter", filter=editing & ~asking)(enter.press)
    bindings.add("c-j", filter=editing & ~asking)(enter.press)

    @bindings.add(Keys.CPRResponse, filter=asking, eager=True)
    def _(event: KeyPressEvent) -> None:
        # The terminal's answer, not a key of the person's: the renderer waits for it.
        row, _column = map(int, event.data[2:-1].split(";"))
        event.app.renderer.report_absolute_cursor_row(row)

    @bindings.add("escape", "enter", filter=editing)
    def _(event: KeyPressEvent) -> None:
        event.current_buffer.newline()

    @bindings.add("c-d", filter=editing & Condition(lambda: enter.editor))
    def _(event: KeyPressEvent) -> None:
        event.current_buffer.validate_and_handle()

    @bindings.add("f1", filter=editing)
    def _(event: KeyPressEvent) -> None:
        event.app.create_background_task(_awaiting(show_help(event.current_buffer)))

    @bindings.add("f2", filter=editing)
    def _(event: KeyPressEvent) -> None:
        event.current_buffer.open_in_editor()

    @bindings.add("f4")
    def _(event: KeyPressEvent) -> None:
        vi = event.app.editing_mode == EditingMode.VI
        event.app.editing_mode = EditingMode.EMACS if vi else EditingMode.VI

    _bind_typing(bindings)
    _bind_arrows(bindings)
    return bindings


def _bind_typing(bindings: KeyBindings) -> None:
    editing = has_focus(DEFAULT_BUFFER)

    def close(event: KeyPressEvent) -> None:
        buffer = event.current_buffer
        before = buffer.document.current_line_before_cursor
        if not before.strip() and before.endswith(INDENT) and "\n" in buffer.text:
            buffer.delete_before_cursor(len(INDENT))
        buffer.insert_text(event.data)

    insert_mode = Condition(_in_insert_mode)
    for bracket in CLOSING:
        bindings.add(bracket, filter=editing & insert_mode)(close)

    @bindings.add("tab", filter=editing & insert_mode & Condition(_at_margin))
    def _(event: KeyPressEvent) -> None:
        event.current_buffer.insert_text(INDENT)


def _bind_arrows(bindings: KeyBindings) -> None:
    """A menu that came up by itself must not keep the arrow keys from the history."""
    offered = has_focus(DEFAULT_BUFFER) & Condition(_menu_without_choice)

    @bindings.add("up", filter=offered)
    def _(event: KeyPressEvent) -> None:
        event.current_buffer.cancel_completion()
        event.current_buffer.auto_up()


def _in_insert_mode() -> bool:
    from prompt_toolkit.filters import emacs_insert_mode, vi_insert_mode  # noqa: PLC0415

    return bool(emacs_insert_mode() or vi_insert_mode())


def _at_margin() -> bool:
    from prompt_toolkit.application import get_app  # noqa: PLC0415

    return not get_app().current_buffer.document.current_line_before_cursor.strip()


def _menu_without_choice() -> bool:
    from prompt_toolkit.application import get_app  # noqa: PLC0415

    state = get_app().current_buffer.complete_state
    return state is not None and state.current_completion is None


async def _awaiting(awaitable: Awaitable[None]) -> None:
    await awaitable
