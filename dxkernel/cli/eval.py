"""`dx eval`: one cell from the command line."""

from __future__ import annotations

import sys

from dxkernel.engine import launch

__all__ = ["main"]

HELP = """\
Run code as one notebook cell and print its value.

usage: dx eval CODE [ARGS...]
       dx eval - [ARGS...]      read the code from standard input

CODE is JavaScript or TypeScript; `await`, `import` and `export` work at its top level.
The value of the last expression is printed unless it is undefined. An error goes to stderr, with exit code 1.
The arguments are in process.argv from index 2 on.

options:
  -h, --help  show this text
"""


def main(args: list[str]) -> int:
    """Replaces this process by Node running the cell. Returns only on a wrong command line (2) and on Windows."""
    if args and args[0] in ("-h", "--help"):
        print(HELP, end="")
        return 0
    if args and args[0] == "--":
        args = args[1:]
    if not args:
        print("dx eval: no CODE given\nusage: dx eval CODE [ARGS...]", file=sys.stderr)
        return 2
    preload = ["--require", launch.host_path("modules", "register.cjs")]
    return launch.exec_node([*preload, launch.host_path("eval", "main.cjs"), *args])
