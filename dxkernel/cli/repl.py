"""`dx` and `dx repl`: the REPL, or, where nobody types, what comes from standard input."""

from __future__ import annotations

import os
import sys

from dxkernel.cli import eval as eval_

__all__ = ["main"]

HELP = """\
Interactive JavaScript and TypeScript in the terminal.

usage: dx [repl]
       dx [repl] -i FILE      run FILE as the first cell, then stay
       dx < FILE              run standard input as one cell, without prompts

.help lists the commands and keys; settings are in dxkernel/config.toml in your configuration folder.

options:
  -i FILE     run FILE first
  -h, --help  show this text
"""


def main(args: list[str]) -> int:
    """Runs the REPL; the exit status."""
    if args and args[0] in ("-h", "--help"):
        print(HELP, end="")
        return 0
    file = None
    if args:
        if args[0] != "-i" or len(args) != 2:
            print(f"dx repl: {_wrong(args)}\nTry `dx repl --help`.", file=sys.stderr)
            return 2
        file = args[1]
    if not _is_terminal(0):
        return _run_input(file)
    return _run_repl(file)


def _wrong(args: list[str]) -> str:
    if args == ["-i"]:
        return "-i needs a FILE"
    return f"unexpected {args[2 if args[0] == '-i' else 0]!r}"


def _is_terminal(descriptor: int) -> bool:
    try:
        return os.isatty(descriptor)
    except OSError:
        return False


def _run_input(file: str | None) -> int:
    """A script on standard input: Node takes our place, so that it ends when its last timer has, as `node < FILE` does."""
    if file is not None:
        print("dx repl: -i FILE needs a terminal to stay at", file=sys.stderr)
        return 2
    return eval_.main(["-"])


def _run_repl(file: str | None) -> int:
    from pathlib import Path  # noqa: PLC0415

    from dxkernel.errors import DxError  # noqa: PLC0415
    from dxkernel.repl.app import run  # noqa: PLC0415

    try:
        return run(load=Path(file) if file else None)
    except DxError as error:
        print(f"dx: {error}", file=sys.stderr)
        return 2
