"""Starting the REPL: Node first, then everything that takes Python time, then the prompt.

The prompt does not wait for Node: what is entered before it is ready waits for it. What was typed before the prompt is there
is kept.
"""

from __future__ import annotations

import asyncio
import os
import sys
from pathlib import Path
from typing import TYPE_CHECKING

from dxkernel.engine.options import EngineOptions
from dxkernel.engine.session import Session
from dxkernel.errors import EngineStartError, UsageError
from dxkernel.repl.terminal import NARROW_COLUMNS, abilities, quiet

if TYPE_CHECKING:
    from dxkernel.engine.events import Event
    from dxkernel.repl.repl import Repl

DEFAULT_COLUMNS = 80


def run(*, load: Path | None = None) -> int:
    """Be a REPL until the person leaves; the exit status. Raises `UsageError` for a file that cannot be read."""
    if load is not None and not load.is_file():
        raise UsageError(f"there is no file {load}")
    with quiet(sys.stdin.fileno()):
        early = "" if load is not None else _early_prompt()
        return asyncio.run(_serve(load, early))


def _early_prompt() -> str:
    """Show where to type before anything can be drawn. What is typed then is kept, and shown with the real prompt."""
    can = abilities(os.environ, is_tty=sys.stdout.isatty())
    if not can.dynamic:
        return ""
    if _columns() < NARROW_COLUMNS:
        return ""
    sys.stdout.write("\x1b[32mIn [\x1b[1m1\x1b[22m]: \x1b[0m" if can.color else "In [1]: ")
    sys.stdout.flush()
    # To be written before anything else is.
    return "\r\x1b[K"


def _columns() -> int:
    try:
        return os.get_terminal_size(sys.stdout.fileno()).columns or DEFAULT_COLUMNS
    except OSError:  # Not a terminal.
        return DEFAULT_COLUMNS


async def _serve(load: Path | None, early_prompt: str) -> int:
    can = abilities(os.environ, is_tty=sys.stdout.isatty())
    early: list[Event] = []
    repl: Repl | None = None

    def on_background(event: Event) -> None:
        if repl is None:
            early.append(event)
        else:
            repl.on_background(event)

    session = Session(EngineOptions(colors=can.color, columns=_columns()), on_background=on_background)
    trouble = ""
    try:
        session.spawn()
    except EngineStartError as error:
        trouble = str(error)
    try:
        # Imported while Node boots: most of what a REPL imports.
        from prompt_toolkit.input import create_input  # noqa: PLC0415
        from prompt_toolkit.output import create_output  # noqa: PLC0415

        from dxkernel.magics.history import HistoryStore, default_path  # noqa: PLC0415
        from dxkernel.repl.config import Settings, config_path, load_settings  # noqa: PLC0415
        from dxkernel.repl.prompt import Terminal  # noqa: PLC0415
        from dxkernel.repl.repl import Repl  # noqa: PLC0415

        try:
            settings = load_settings(config_path())
        except UsageError as error:
            settings, trouble = Settings(), str(error)
        store = HistoryStore(default_path()) if settings.history else None
        repl = Repl(session, settings, Terminal(create_input(), create_output(), can), store)
        repl.screen.write(early_prompt)
        if trouble:
            repl.tell(trouble)
        for event in early:
            repl.on_background(event)
        startup = Path(settings.startup) if settings.startup else None
        try:
            return await repl.run(load=load, startup=startup)
        finally:
            if store is not None:
                store.close()
    finally:
        await session.close()
