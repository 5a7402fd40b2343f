"""`dx run`: Node with the module hooks, in place of this process."""

from __future__ import annotations

import sys

from dxkernel.engine import launch

__all__ = ["main"]

HELP = """\
Run a JavaScript or TypeScript file with Node.js.

usage: dx run [NODE OPTIONS] FILE [ARGS...]
       dx run [NODE OPTIONS] - [ARGS...]      read the program from standard input

FILE may be .js .mjs .cjs .ts .mts .cts .tsx .jsx; package.json and tsconfig.json are followed.
Options before FILE go to Node (`dx run --inspect app.ts`), what follows it goes to the program.
`--` ends the options. Node takes the place of dx: exit code, signals and terminal are the program's own.

options:
  -h, --help  show this text (`dx run --node-help` shows Node's)
"""

# Node's options that may take their value from the next word. Only used to find FILE: Node itself does the parsing, so
# one that is missing here does no harm but for `dx run --that-option value -`.
OPTIONS_WITH_VALUE = frozenset(
    {
        "-r",
        "--require",
        "--import",
        "--loader",
        "--experimental-loader",
        "-C",
        "--conditions",
        "--env-file",
        "--env-file-if-exists",
        "--title",
        "--input-type",
        "--inspect-port",
        "--debug-port",
        "--disable-warning",
        "--stack-trace-limit",
        "--cpu-prof-dir",
        "--cpu-prof-name",
        "--heap-prof-dir",
        "--heap-prof-name",
        "--diagnostic-dir",
        "--redirect-warnings",
        "--trace-event-categories",
        "--unhandled-rejections",
        "--watch-path",
        "--icu-data-dir",
        "--openssl-config",
        "--report-dir",
        "--report-directory",
        "--report-filename",
        "--test-name-pattern",
        "--experimental-default-type",
        "--experimental-config-file",
        "--localstorage-file",
        "--dns-result-order",
        "--snapshot-blob",
        "-e",
        "--eval",
        "-p",
        "--print",
        "-pe",
    }
)


def main(args: list[str]) -> int:
    """Replaces this process by Node running the program. Returns only on a wrong command line (2) and on Windows."""
    if args and args[0] in ("-h", "--help"):
        print(HELP, end="")
        return 0
    if args and args[0] == "--node-help":
        return launch.exec_node(["--help"])
    index = find_program(args)
    if index is None:
        print("dx run: no FILE given\nusage: dx run [NODE OPTIONS] FILE [ARGS...]", file=sys.stderr)
        return 2
    preload = ["--require", launch.host_path("modules", "register.cjs")]
    if args[index] == "-":
        options = [word for word in args[:index] if word != "--"]
        return launch.exec_node([*options, *preload, launch.host_path("modules", "stdin.mjs"), *args[index + 1 :]])
    return launch.exec_node([*preload, *args])


def find_program(args: list[str]) -> int | None:
    """The index of FILE, or `-`, among the arguments of `dx run`."""
    index = 0
    while index < len(args):
        word = args[index]
        if word == "--":
            return index + 1 if index + 1 < len(args) else None
        if word == "-" or not word.startswith("-"):
            return index
        index += 2 if word in OPTIONS_WITH_VALUE else 1
    return None
