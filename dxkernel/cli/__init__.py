"""The `dx` command: which words mean what, and nothing that takes time.

`main` is on the path of every `dx run` and `dx eval`, which promise to start almost as fast as `node` does. So this
module imports only `sys`; each command lives in a module of its own, named in `COMMANDS` and imported when it is
called. A command module has `main(args: list[str]) -> int`, which returns the exit code.
"""

from __future__ import annotations

import sys

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence

__all__ = ["COMMANDS", "main"]

# name: (module, one line of help)
COMMANDS: dict[str, tuple[str, str]] = {
    "repl": ("dxkernel.cli.repl", "the interactive REPL, which `dx` alone opens"),
    "run": ("dxkernel.cli.run", "run a JavaScript or TypeScript file"),
    "eval": ("dxkernel.cli.eval", "run code given on the command line and print its value"),
    "kernel": ("dxkernel.cli.kernel", "the Jupyter kernel: install, start, remove"),
    "doctor": ("dxkernel.cli.doctor", "check this installation and say what is wrong"),
}

USAGE_EXIT_CODE = 2

HELP = """\
Interactive JavaScript and TypeScript.

usage: dx COMMAND [ARGS...]
       dx                       open the REPL (with a pipe: run what comes from it)
       dx -i FILE               run FILE, then open the REPL
       dx FILE [ARGS...]        the same as dx run FILE

commands:
{commands}
  help COMMAND  what a command does and takes

options:
  -h, --help     show this text
  -V, --version  show the version

Node.js comes with the installation; DX_NODE names another one.
"""


def main(argv: Sequence[str] | None = None) -> int:
    """Runs one `dx` command line, without the program's name, and returns its exit code.

    `run` and `eval` do not return on POSIX: Node takes the place of this process.
    """
    arguments = list(sys.argv[1:] if argv is None else argv)
    try:
        return _dispatch(arguments)
    except KeyboardInterrupt:
        return 130


def _dispatch(arguments: list[str]) -> int:
    if not arguments or arguments[0] == "-i":
        return _call("repl", arguments)
    name, *rest = arguments
    if name in COMMANDS:
        return _call(name, rest)
    if name in ("-h", "--help", "help"):
        return _help(rest if name == "help" else [])
    if name in ("-V", "--version"):
        return _version()
    return _run_file(arguments)


def _call(name: str, arguments: list[str]) -> int:
    module_name = COMMANDS[name][0]
    try:
        __import__(module_name)
    except ModuleNotFoundError as error:
        if error.name != module_name:
            raise
        print(f"dx: `dx {name}` is not there yet", file=sys.stderr)
        return USAGE_EXIT_CODE
    code: int = sys.modules[module_name].main(arguments)
    return code


def _help(arguments: list[str]) -> int:
    if not arguments:
        commands = "\n".join(f"  {name:12}  {line}" for name, (_, line) in COMMANDS.items())
        print(HELP.format(commands=commands), end="")
        return 0
    name = arguments[0]
    if name in COMMANDS:
        return _call(name, ["--help"])
    return _unknown(name)


def _version() -> int:
    from dxkernel import __version__  # noqa: PLC0415

    print(f"dx {__version__}")
    return 0


def _run_file(arguments: list[str]) -> int:
    """`dx app.ts` runs it, if it is a file."""
    from os.path import isfile  # noqa: PLC0415

    name = arguments[0]
    if not name.startswith("-") and isfile(name):
        return _call("run", ["--", *arguments])
    return _unknown(name)


def _unknown(name: str) -> int:
    from difflib import get_close_matches  # noqa: PLC0415  (imports re and collections)

    what = f"dx: there is no option {name}" if name.startswith("-") else f"dx: {name!r} is neither a command nor a file"
    close = get_close_matches(name, [*COMMANDS, "help", "--help", "--version"], n=1)
    hint = f"; did you mean `dx {close[0]}`?" if close else ""
    print(f"{what}{hint}\nTry `dx --help`.", file=sys.stderr)
    return USAGE_EXIT_CODE
