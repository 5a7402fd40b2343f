"""Node's dot commands. Pure: what a line means; the REPL does it.

A program cannot begin with a dot and a letter, so these take nothing away from the language.
"""

from __future__ import annotations

import difflib
import re
from dataclasses import dataclass

COMMANDS: dict[str, str] = {
    "break": "give up the input that is being typed (Ctrl-C does the same)",
    "clear": "start a new engine, with nothing in it",
    "editor": "type several lines; Ctrl-D runs them, Ctrl-C gives up",
    "exit": "leave (Ctrl-D does the same)",
    "help": "show this",
    "load": "FILE: run a file as one cell",
    "save": "FILE: write what this session ran to a file",
}
NEED_FILE = {"load", "save"}

KEYS: dict[str, str] = {
    "Enter": "run what is complete, else a new line",
    "Alt-Enter": "a new line, always",
    "Tab": "complete",
    "Ctrl-C": "interrupt the running cell, or give up the line",
    "Ctrl-R": "search the history",
    "F1": "what is known about the expression at the cursor; `x?` and `x??` do the same",
    "F2, Ctrl-X Ctrl-E": "edit in $EDITOR",
    "F4": "switch between Emacs and Vi keys",
}

_LINE = re.compile(r"\s*\.([A-Za-z]\w*)(?:[ \t]+(.*?))?\s*")


@dataclass(frozen=True, slots=True)
class Command:
    """A dot command, known or not."""

    name: str
    argument: str = ""


def parse_command(text: str) -> Command | None:
    """The command that `text` is, or `None` if it is a program."""
    match = _LINE.fullmatch(text)
    return Command(match[1], match[2] or "") if match and "\n" not in text.strip() else None


def complaint(command: Command) -> str:
    """What is wrong with a command; empty if nothing is."""
    if command.name in COMMANDS:
        if command.name in NEED_FILE and not command.argument:
            return f".{command.name} needs a file: .{command.name} FILE"
        return ""
    close = difflib.get_close_matches(command.name, COMMANDS, n=1)
    hint = f"did you mean .{close[0]}?" if close else ".help lists those there are"
    return f"there is no command .{command.name}; {hint}"


def help_text() -> str:
    """What `.help` prints."""
    commands = (f"  .{name:19} {line}" for name, line in COMMANDS.items())
    keys = (f"  {name:20} {line}" for name, line in KEYS.items())
    return "\n".join([*commands, "", *keys]) + "\n"
