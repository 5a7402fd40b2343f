"""`dx kernel`: install the Jupyter kernel, remove it, and be it.

Exit statuses: 0 done, 1 it failed, 2 the command line makes no sense. `start` is what Jupyter runs, with a person
waiting; it takes a path that imports only what a kernel needs.
"""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING

from dxkernel.errors import DxError, EngineStartError, UsageError

if TYPE_CHECKING:
    import argparse

    from dxkernel.engine.spawn import SpawnedNode

OK, FAILED, USAGE = 0, 1, 2


def main(args: list[str]) -> int:
    """Run `dx kernel ARGS`; the exit status."""
    try:
        match args:
            case ["start", ("-f" | "--connection-file"), connection_file]:
                return _start(connection_file)
            case _:
                return _parse_and_run(args)
    except UsageError as error:
        print(f"dx kernel: {error}", file=sys.stderr)
        return USAGE
    except DxError as error:
        print(f"dx kernel: {error}", file=sys.stderr)
        return FAILED


def _start(connection_file: str) -> int:
    node = _spawn_node()
    from dxkernel.kernel.app import new_session, run  # noqa: PLC0415

    return run(Path(connection_file), lambda on_background: new_session(on_background, node))


def _spawn_node() -> SpawnedNode | None:
    """Node boots while the kernel imports the rest. Where it cannot, the first cell is told why."""
    from dxkernel.engine.spawn import spawn_node  # noqa: PLC0415

    try:
        return spawn_node()
    except EngineStartError:
        return None


def _parse_and_run(args: list[str]) -> int:
    try:
        options = _parser().parse_args(args)
    except SystemExit as exit_:  # argparse has said what is wrong, or printed the help
        return exit_.code if isinstance(exit_.code, int) else USAGE
    match options.command:
        case "install":
            return _install(options)
        case "uninstall":
            return _uninstall(options.name)
        case "list":
            return _list()
        case _:
            return _start(options.connection_file)


def _install(options: argparse.Namespace) -> int:
    from dxkernel.kernel.kernelspec import Destination, install  # noqa: PLC0415

    if options.user:
        destination = Destination()
    elif options.prefix or options.sys_prefix:
        destination = Destination(Path(options.prefix or sys.prefix))
    else:
        destination = Destination.default()
    folder = install(destination, name=options.name, display_name=options.display_name)
    print(f"Installed the kernel {options.name!r} in {folder}")
    return OK


def _uninstall(name: str) -> int:
    from dxkernel.kernel.kernelspec import uninstall  # noqa: PLC0415

    print(f"Removed the kernel {name!r} from {uninstall(name)}")
    return OK


def _list() -> int:
    from dxkernel.kernel.kernelspec import installed  # noqa: PLC0415

    for name, folder in sorted(installed().items()):
        print(f"{name}\t{folder}")
    return OK


def _parser() -> argparse.ArgumentParser:
    import argparse  # noqa: PLC0415

    parser = argparse.ArgumentParser(prog="dx kernel", description="The Jupyter kernel for TypeScript and JavaScript.")
    commands = parser.add_subparsers(dest="command", required=True, metavar="COMMAND")

    install = commands.add_parser(
        "install",
        help="make the kernel known to Jupyter",
        description="Make the kernel known to Jupyter: in the active virtual environment, "
        "or for this user where there is none.",
    )
    place = install.add_mutually_exclusive_group()
    place.add_argument("--user", action="store_true", help="for this user")
    place.add_argument("--sys-prefix", action="store_true", help="in this Python's environment")
    place.add_argument("--prefix", metavar="P", help="in P/share/jupyter/kernels")
    install.add_argument("--name", default="dx", help="the name Jupyter knows it by (default: dx)")
    install.add_argument("--display-name", metavar="TEXT", help="the name people see (default: TypeScript (dx))")

    uninstall = commands.add_parser("uninstall", help="make Jupyter forget the kernel")
    uninstall.add_argument("--name", default="dx", help="the name it was installed under (default: dx)")

    commands.add_parser("list", help="show where the kernel is installed")

    start = commands.add_parser("start", help="be a kernel; Jupyter calls this")
    start.add_argument("-f", "--connection-file", required=True, metavar="FILE", help="written by the client")
    return parser
