"""Doing what a dot command says."""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import TYPE_CHECKING

from dxkernel.repl.commands import Command, complaint, help_text

if TYPE_CHECKING:
    from dxkernel.repl.repl import Repl


async def do_command(repl: Repl, command: Command) -> None:
    """Do `command`, or say why not."""
    wrong = complaint(command)
    if wrong:
        repl.tell(wrong)
        return
    match command.name:
        case "help":
            repl.screen.write(help_text())
        case "exit":
            repl.leaving = True
        case "editor":
            repl.editor = True
            repl.tell("Type or paste; Ctrl-D runs it, Ctrl-C gives up.")
        case "clear":
            await repl.restart()
        case "load":
            await _load(repl, _path(command))
        case "save":
            _save(repl, _path(command))
        case _:  # .break: there is no input that could be given up.
            pass


def _path(command: Command) -> Path:
    return Path(command.argument.strip("\"'")).expanduser()


async def _load(repl: Repl, path: Path) -> None:
    try:
        code = await asyncio.to_thread(path.read_text, encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        repl.tell(f"{path} cannot be loaded: {_reason(error)}")
        return
    await repl.run_cell(code)


def _save(repl: Repl, path: Path) -> None:
    text = "".join(source if source.endswith("\n") else f"{source}\n" for source in repl.sources)
    try:
        path.write_text(text, encoding="utf-8")
    except OSError as error:
        repl.tell(f"{path} cannot be written: {_reason(error)}")
        return
    cells = len(repl.sources)
    repl.tell(f"{path} holds the {cells} cell{'' if cells == 1 else 's'} of this session.")


def _reason(error: OSError | UnicodeDecodeError) -> str:
    return (error.strerror if isinstance(error, OSError) else None) or str(error)
