"""Call a function on the event loop whenever a descriptor becomes readable, on every kind of loop.

`loop.add_reader` does that, except on Windows' proactor loop, the only one that can start child processes there. Then a
thread waits in `select` and hands over; it waits for the loop to have looked before it selects again.
"""

from __future__ import annotations

import asyncio
import select
import socket
import threading
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable


class FdWatch:
    """Watches any number of descriptors until `close`. To be used from the loop's own thread."""

    def __init__(self, loop: asyncio.AbstractEventLoop, *, threaded: bool | None = None) -> None:
        """`threaded` forces the choice; otherwise the loop is asked."""
        self._loop = loop
        self._callbacks: dict[int, Callable[[], None]] = {}
        self._thread: _SelectThread | None = None
        self._threaded = _lacks_readers(loop) if threaded is None else threaded

    def add(self, fd: int, callback: Callable[[], None]) -> None:
        """Call `callback` on the loop whenever `fd` can be read."""
        self._callbacks[fd] = callback
        if not self._threaded:
            self._loop.add_reader(fd, callback)
            return
        if self._thread is None:
            self._thread = _SelectThread(self._loop, self._on_ready)
        self._thread.watch(list(self._callbacks))

    def close(self) -> None:
        """Stop watching; the descriptors stay open."""
        if not self._threaded:
            for fd in self._callbacks:
                self._loop.remove_reader(fd)
        elif self._thread is not None:
            self._thread.close()
        self._callbacks.clear()

    def _on_ready(self, fds: list[int]) -> None:
        for fd in fds:
            callback = self._callbacks.get(fd)
            if callback is not None:
                callback()


def _lacks_readers(loop: asyncio.AbstractEventLoop) -> bool:
    proactor = getattr(asyncio, "ProactorEventLoop", None)
    return proactor is not None and isinstance(loop, proactor)


class _SelectThread:
    def __init__(self, loop: asyncio.AbstractEventLoop, on_ready: Callable[[list[int]], None]) -> None:
        self._loop = loop
        self._on_ready = on_ready
        self._fds: list[int] = []
        self._wake_out, self._wake_in = socket.socketpair()
        self._looked = threading.Event()
        self._closed = False
        self._thread = threading.Thread(target=self._run, name="dxkernel-select", daemon=True)
        self._thread.start()

    def watch(self, fds: list[int]) -> None:
        self._fds = fds
        self._wake_in.send(b"w")

    def close(self) -> None:
        self._closed = True
        self._looked.set()
        self._wake_in.send(b"c")
        self._thread.join()
        self._wake_in.close()
        self._wake_out.close()

    def _run(self) -> None:
        while not self._closed:
            wake = self._wake_out.fileno()
            readable, _, _ = select.select([wake, *self._fds], [], [])
            if wake in readable:
                self._wake_out.recv(4096)
            fds = [fd for fd in readable if fd != wake]
            if fds and not self._closed:
                self._looked.clear()
                self._loop.call_soon_threadsafe(self._look, fds)
                self._looked.wait()

    def _look(self, fds: list[int]) -> None:
        try:
            if not self._closed:
                self._on_ready(fds)
        finally:
            self._looked.set()
