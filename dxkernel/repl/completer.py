"""Completion as one types: the engine is asked, and typing never waits for the answer.

prompt_toolkit drops an answer when the text has changed meanwhile, and asks again.
"""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

from prompt_toolkit.completion import Completer, Completion

from dxkernel.errors import DxError
from dxkernel.repl.commands import COMMANDS
from dxkernel.repl.text import neutralise

if TYPE_CHECKING:
    from collections.abc import AsyncGenerator, Iterable

    from prompt_toolkit.completion import CompleteEvent
    from prompt_toolkit.document import Document

    from dxkernel.engine.events import CompletionItem
    from dxkernel.engine.session import Session

# Later than this the answer is to a question that nobody asks any more.
TIMEOUT_S = 1.0
# More than a menu can be scrolled through; `globalThis` alone has hundreds.
MAX_ITEMS = 500


class EngineCompleter(Completer):
    """What the session knows about the text before the cursor."""

    def __init__(self, session: Session, *, show_signature: bool) -> None:
        self._session = session
        self._show_signature = show_signature

    def get_completions(self, document: Document, complete_event: CompleteEvent) -> Iterable[Completion]:  # noqa: ARG002
        """Nothing: there is no answer without waiting for one."""
        return ()

    async def get_completions_async(
        self, document: Document, complete_event: CompleteEvent
    ) -> AsyncGenerator[Completion, None]:
        text, cursor = document.text, document.cursor_position
        if text.startswith(".") and "\n" not in text and " " not in text:
            for name in COMMANDS:
                if name.startswith(text[1:cursor]):
                    yield Completion(f".{name}", -cursor, display_meta="command")
            return
        if not complete_event.completion_requested and not _worth_asking(document):
            return
        try:
            answer = await asyncio.wait_for(self._session.complete(text, cursor), TIMEOUT_S)
        except (TimeoutError, DxError):
            return
        for item in answer.items[:MAX_ITEMS]:
            if item.text != text[answer.start : answer.end]:
                yield self._completion(item, answer.start - cursor)

    def _completion(self, item: CompletionItem, start: int) -> Completion:
        signature = item.signature if self._show_signature else ""
        meta = neutralise(f"{item.type} {signature}".strip().replace("\n", " "), color=False)
        # A property may have any name, so what is shown is neutral while what is inserted is exact.
        return Completion(item.text, min(start, 0), display=neutralise(item.text, color=False), display_meta=meta)


def _worth_asking(document: Document) -> bool:
    """Whether a menu would help here: after a name or a dot, not after a space, a number or a bracket."""
    before = document.current_line_before_cursor
    last = before[-1:]
    if last == ".":
        return True
    word = document.get_word_before_cursor()
    return (last.isalnum() or last in {"_", "$", "#"}) and not word[:1].isdigit()
