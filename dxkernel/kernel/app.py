"""Starting a kernel process, and ending it for each of the reasons there are.

The engine is started before anything else that takes time: Node boots while Python imports ZeroMQ and binds sockets.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
import os
import signal
import sys
from typing import TYPE_CHECKING

from dxkernel.errors import EngineStartError, UsageError

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from dxkernel.engine.events import Event
    from dxkernel.engine.session import Session
    from dxkernel.engine.spawn import SpawnedNode
    from dxkernel.kernel.kernel import Kernel

    MakeSession = Callable[[Callable[[Event], None]], Session]

# How soon a kernel whose client died notices.
PARENT_POLL_S = 1.0

LOG_LEVEL_VARIABLE = "DX_LOG"


def run(connection_file: Path, make_session: MakeSession | None = None) -> int:
    """Be a kernel until told to stop; the exit status.

    Raises `UsageError` when the connection file is bad, its ports are taken, or a setting makes no sense.
    """
    logging.basicConfig(level=_log_level(), format="[dxkernel %(levelname)s] %(message)s", stream=sys.stderr)
    return asyncio.run(serve(connection_file, make_session or new_session))


def new_session(on_background: Callable[[Event], None], node: SpawnedNode | None = None) -> Session:
    """A session with a real engine, as notebooks want it. `node` is one that was spawned ahead."""
    from dxkernel.engine.session import Session  # noqa: PLC0415

    return Session(on_background=on_background, node=node)


async def serve(connection_file: Path, make_session: MakeSession) -> int:
    """Run one kernel on the current loop until it is shut down, signalled or orphaned."""
    session = make_session(lambda event: kernel.on_background(event))  # noqa: PLW0108  # It does not exist yet.
    # A failure is told to the first cell; until then there is nobody to tell.
    with contextlib.suppress(EngineStartError):
        session.spawn()
    # Imported while Node boots: half of all that a kernel imports.
    from dxkernel.kernel.connection import read_connection_file  # noqa: PLC0415
    from dxkernel.kernel.history import StoredHistory  # noqa: PLC0415
    from dxkernel.kernel.kernel import Kernel  # noqa: PLC0415
    from dxkernel.kernel.sockets import Sockets  # noqa: PLC0415
    from dxkernel.kernel.wire import Codec  # noqa: PLC0415

    kernel = Kernel(session, history=StoredHistory())
    sockets: Sockets | None = None
    try:
        connection = read_connection_file(connection_file)
        kernel.ports = connection.ports
        codec = Codec(connection.key, scheme=connection.signature_scheme)
        sockets = Sockets(connection, codec, kernel.receive, kernel.welcome)
        kernel.start_engine()
        kernel.attach(sockets)
        _handle_signals(kernel)
        _watch_parent(kernel)
        sockets.start()
        await kernel.stopped.wait()
    finally:
        await kernel.close()
        if sockets is not None:
            sockets.close()
    return 0


def _log_level() -> str:
    level = os.environ.get(LOG_LEVEL_VARIABLE, "WARNING").upper()
    if level not in logging.getLevelNamesMapping():
        raise UsageError(f"{LOG_LEVEL_VARIABLE} is {level!r}: expected DEBUG, INFO, WARNING or ERROR")
    return level


def _handle_signals(kernel: Kernel) -> None:
    """SIGINT interrupts the cell, SIGTERM ends the kernel in good order."""
    loop = asyncio.get_running_loop()

    def interrupt() -> None:
        kernel.spawn(kernel.interrupt())

    for number, action in ((signal.SIGINT, interrupt), (signal.SIGTERM, kernel.stopped.set)):
        try:
            loop.add_signal_handler(number, action)
        except NotImplementedError:  # Windows
            signal.signal(number, lambda *_, action=action: loop.call_soon_threadsafe(action))


def _watch_parent(kernel: Kernel) -> None:
    """End the kernel when the process that started it is gone, if that process asked for it as Jupyter does."""
    if not os.environ.get("JPY_PARENT_PID") or sys.platform == "win32":
        return
    loop = asyncio.get_running_loop()
    parent = os.getppid()

    def look() -> None:
        if os.getppid() != parent:
            logging.getLogger("dxkernel.kernel").warning("the process that started this kernel is gone")
            kernel.stopped.set()
        else:
            loop.call_later(PARENT_POLL_S, look)

    look()
