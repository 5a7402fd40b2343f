"""The prompt: prompt_toolkit's session, put together from the adaptors of this package."""

from __future__ import annotations

import os
from dataclasses import dataclass
from typing import TYPE_CHECKING

from prompt_toolkit import PromptSession
from prompt_toolkit.auto_suggest import AutoSuggestFromHistory
from prompt_toolkit.enums import EditingMode
from prompt_toolkit.layout.processors import HighlightMatchingBracketProcessor
from prompt_toolkit.output import ColorDepth
from prompt_toolkit.utils import is_dumb_terminal

from dxkernel.repl.completer import EngineCompleter
from dxkernel.repl.keys import EnterKey, make_bindings
from dxkernel.repl.lexer import TypeScriptLexer
from dxkernel.repl.styles import make_style
from dxkernel.repl.terminal import NARROW_COLUMNS

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    from prompt_toolkit.buffer import Buffer
    from prompt_toolkit.formatted_text import StyleAndTextTuples
    from prompt_toolkit.history import History
    from prompt_toolkit.input import Input
    from prompt_toolkit.output import Output

    from dxkernel.engine.session import Session
    from dxkernel.repl.config import Settings
    from dxkernel.repl.terminal import Abilities

MENU_ROWS = 6


@dataclass(frozen=True, slots=True)
class Terminal:
    """Where keys come from, where text goes, and what can be done there."""

    input: Input
    output: Output
    abilities: Abilities

    @property
    def columns(self) -> int:
        return self.output.get_size().columns

    @property
    def drawing_output(self) -> Output | None:
        """What a prompt draws on. In a dumb terminal it is to find that out itself, and not to draw."""
        return None if is_dumb_terminal() else self.output


class Prompt:
    """Asks for cells. `ask` returns one; `asking` says whether somebody is at it."""

    def __init__(
        self,
        session: Session,
        settings: Settings,
        terminal: Terminal,
        history: History,
        show_help: Callable[[Buffer], Awaitable[None]],
    ) -> None:
        self._session = session
        self._terminal = terminal
        self._enter = EnterKey(session.is_complete)
        dynamic = terminal.abilities.dynamic
        self._prompt: PromptSession[str] = PromptSession(
            multiline=True,
            input=terminal.input,
            output=terminal.drawing_output,
            color_depth=None if terminal.abilities.color else ColorDepth.DEPTH_1_BIT,
            lexer=TypeScriptLexer(),
            completer=EngineCompleter(session, show_signature=settings.show_signature),
            complete_while_typing=settings.complete_while_typing and dynamic,
            reserve_space_for_menu=MENU_ROWS,
            history=history,
            auto_suggest=AutoSuggestFromHistory(),
            key_bindings=make_bindings(self._enter, show_help),
            input_processors=[HighlightMatchingBracketProcessor(chars="[](){}")],
            style=make_style(settings.theme, os.environ),
            include_default_pygments_style=False,
            editing_mode=EditingMode.VI if settings.vi_mode else EditingMode.EMACS,
            mouse_support=settings.mouse,
            enable_open_in_editor=True,
            tempfile_suffix=".ts",
            prompt_continuation=self._continuation,
            bottom_toolbar=self._toolbar if settings.toolbar and dynamic else None,
        )
        # A terminal that does not tell where its cursor is gets a smaller menu; that is no reason to warn a person.
        self._prompt.app.renderer.cpr_not_supported_callback = None

    async def ask(self, default: str = "", *, editor: bool = False) -> str:
        """What the person entered. Raises `KeyboardInterrupt` for Ctrl-C and `EOFError` for Ctrl-D."""
        self._enter.editor = editor
        self._enter.complained_about = None
        try:
            # Signals are the REPL's: this prompt would take them away and not give them back.
            return await self._prompt.prompt_async(self._message, default=default, handle_sigint=False)
        finally:
            self._enter.editor = False

    @property
    def asking(self) -> bool:
        return self._prompt.app.is_running

    def interrupt(self) -> None:
        """SIGINT came, not as a key."""
        self._prompt.app.key_processor.send_sigint()

    def remember(self, text: str) -> None:
        """Let the arrow keys find a text that was not typed."""
        self._prompt.history.append_string(text)

    def _message(self) -> StyleAndTextTuples:
        if self._terminal.columns < NARROW_COLUMNS:
            return [("class:prompt", "> ")]
        number = str(self._session.execution_count + 1)
        return [("class:prompt", "In ["), ("class:prompt.number", number), ("class:prompt", "]: ")]

    def _continuation(self, width: int, _line: int, wrapped: int) -> StyleAndTextTuples:
        return [("class:continuation", " " * width if wrapped or width < 3 else f"{'...: ':>{width}}"[-width:])]

    def _toolbar(self) -> StyleAndTextTuples:
        if self._enter.editor:
            return [("", "Ctrl-D runs it, Ctrl-C gives up")]
        mode = "Vi" if self._prompt.editing_mode == EditingMode.VI else "Emacs"
        return [("", f"F1 docs  F2 editor  F4 {mode}  Alt-Enter new line  Ctrl-D exit")]
