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

# Without one of these words no code gets hold of a module, a worker thread or a child process, but by a name that it
# puts together from pieces.
WAYS_TO_MODULES = ("require", "import", "process", "global", "this", "eval", "Function", "constructor", "\\")


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
    preload = ["--require", launch.host_path("modules", "register.cjs")] if may_load_modules(args[0]) else []
    return launch.exec_node([*preload, launch.host_path("eval", "main.cjs"), *args])


def may_load_modules(code: str) -> bool:
    """Whether the code may need the module hooks, which take 2 ms; imports that the rewriter adds are the host's affair."""
    return code == "-" or any(word in code for word in WAYS_TO_MODULES)
