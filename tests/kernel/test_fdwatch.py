"""Both ways of watching a descriptor, with sockets of our own."""

from __future__ import annotations

import asyncio
import socket
from functools import partial

import pytest

from dxkernel.kernel.fdwatch import FdWatch

TIMEOUT_S = 10


@pytest.mark.parametrize("threaded", [False, True])
def test_callbacks_run_on_the_loop_until_close(*, threaded: bool) -> None:
    async def scene() -> None:
        pairs = [socket.socketpair() for _ in range(3)]
        received: list[bytes] = []
        changed = asyncio.Event()
        watch = FdWatch(asyncio.get_running_loop(), threaded=threaded)

        def read(reader: socket.socket) -> None:
            received.append(reader.recv(100))
            changed.set()

        for _, reader in pairs:
            reader.settimeout(0)
            watch.add(reader.fileno(), partial(read, reader))
        for number in range(10):
            changed.clear()
            pairs[number % 3][0].send(b"%d" % number)
            await asyncio.wait_for(changed.wait(), TIMEOUT_S)
        assert received == [b"%d" % number for number in range(10)]
        watch.close()
        pairs[0][0].send(b"after")
        await asyncio.sleep(0)
        assert len(received) == 10
        for pair in pairs:
            for end in pair:
                end.close()

    asyncio.run(scene())
