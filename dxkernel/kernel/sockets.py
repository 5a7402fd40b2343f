"""The five ZeroMQ sockets of a kernel, on one asyncio loop.

Each socket's descriptor is watched and emptied by hand. That is faster than `zmq.asyncio` (no future for each message)
and has two rules, both from https://libzmq.readthedocs.io/en/latest/zmq_getsockopt.html under ZMQ_FD: the descriptor is
edge-triggered, so `EVENTS` is read until nothing is left; and a send may swallow the edge, so it is read after each send
too. No high-water mark anywhere: a message that ZeroMQ drops in silence may be the `idle` that a client waits for.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
import threading
from collections.abc import Callable
from functools import partial
from typing import TYPE_CHECKING

import zmq

from dxkernel.errors import ProtocolError, UsageError
from dxkernel.kernel.fdwatch import FdWatch
from dxkernel.kernel.wire import Codec, Message

if TYPE_CHECKING:
    from dxkernel.kernel.connection import Connection

log = logging.getLogger("dxkernel.kernel")

# So many messages are read before the loop gets to do other things.
DRAIN_BATCH = 200
# How long a closing socket goes on delivering: the reply to a shutdown has to get out, a client that hangs must not matter.
LINGER_MS = 1_000
# A peer that announces a larger frame is disconnected before memory is spent on it. Widgets send buffers of this order.
MAX_FRAME_BYTES = 2**31

# As plain integers: combining zmq's enumerations costs more than sending a short frame.
_MORE = int(zmq.NOBLOCK | zmq.SNDMORE)
_LAST = int(zmq.NOBLOCK)
_READABLE = int(zmq.POLLIN)

Receive = Callable[[str, Message], None]


class Sockets:
    """Binds every channel, decodes what comes in, encodes what goes out. Use from one event loop."""

    def __init__(
        self, connection: Connection, codec: Codec, receive: Receive, welcome: Callable[[bytes], None]
    ) -> None:
        """Bind. `receive(channel, message)` and `welcome(topic)` are called on the running loop.

        Raises `UsageError` when an endpoint cannot be bound.
        """
        self._codec = codec
        self._receive = receive
        self._welcome = welcome
        self._loop = asyncio.get_running_loop()
        self._context = zmq.Context()
        self._sockets: dict[str, zmq.Socket[bytes]] = {}
        self._watch = FdWatch(self._loop)
        self._scheduled: set[str] = set()
        self._closed = False
        try:
            for channel, kind in (
                ("shell", zmq.ROUTER),
                ("control", zmq.ROUTER),
                ("stdin", zmq.ROUTER),
                ("iopub", zmq.XPUB),
            ):
                self._sockets[channel] = _bind(self._context, kind, connection.endpoints[channel])
            _start_heartbeat(self._context, connection.endpoints["hb"])
        except zmq.ZMQError as error:
            self.close()
            reason = f"cannot bind {error}"
            raise UsageError(reason) from error

    def start(self) -> None:
        """Begin to deliver messages."""
        for channel, socket in self._sockets.items():
            self._watch.add(int(socket.get(zmq.FD)), partial(self._on_readable, channel))
            self._schedule(channel)

    def send(self, channel: str, message: Message) -> None:
        """Send one message; never blocks. A peer that is gone loses it, as ROUTER and PUB sockets have it."""
        if self._closed:
            return
        socket = self._sockets[channel]
        with contextlib.suppress(zmq.Again):  # Only a ROUTER whose peer just left says so.
            *parts, last = self._codec.encode(message)
            for part in parts:
                socket.send(part, _MORE)
            socket.send(last, _LAST)
        if int(socket.get(zmq.EVENTS)) & _READABLE:
            self._schedule(channel)

    def drain(self, channel: str) -> None:
        """Deliver everything that has arrived on a channel, now."""
        while self._read_batch(channel):
            pass

    def close(self) -> None:
        """Close every socket, giving what was sent a moment to leave. The heartbeat ends last."""
        if self._closed:
            return
        self._closed = True
        self._watch.close()
        for socket in self._sockets.values():
            socket.close(LINGER_MS)
        self._context.term()

    def _schedule(self, channel: str) -> None:
        if channel not in self._scheduled:
            self._scheduled.add(channel)
            self._loop.call_soon(self._on_readable, channel)

    def _on_readable(self, channel: str) -> None:
        self._scheduled.discard(channel)
        if not self._closed and self._read_batch(channel):
            self._schedule(channel)

    def _read_batch(self, channel: str) -> bool:
        """Deliver one batch; whether more may be waiting."""
        socket = self._sockets[channel]
        for _ in range(DRAIN_BATCH):
            if self._closed:
                return False
            try:
                frames = socket.recv_multipart(zmq.NOBLOCK)
            except zmq.Again:
                return False
            self._deliver(channel, frames)
        return True

    def _deliver(self, channel: str, frames: list[bytes]) -> None:
        if channel == "iopub":
            # XPUB: 1 and a topic is a subscription, 0 the end of one; anything else no client has business sending.
            if len(frames) == 1 and frames[0][:1] == b"\x01":
                self._welcome(frames[0][1:])
            return
        try:
            message = self._codec.decode(frames)
        except ProtocolError as error:
            log.warning("dropped a message on %s: %s", channel, error)
        else:
            self._receive(channel, message)


def _bind(context: zmq.Context[zmq.Socket[bytes]], kind: int, endpoint: str) -> zmq.Socket[bytes]:
    socket = context.socket(kind)
    socket.linger = LINGER_MS
    socket.setsockopt(zmq.SNDHWM, 0)
    socket.setsockopt(zmq.RCVHWM, 0)
    socket.setsockopt(zmq.MAXMSGSIZE, MAX_FRAME_BYTES)
    if endpoint.startswith("tcp://["):
        socket.setsockopt(zmq.IPV6, 1)
    if kind == zmq.XPUB:
        # Tell us of every subscriber, not only of the first to each topic: each one waits for its welcome.
        socket.setsockopt(zmq.XPUB_VERBOSE, 1)
    elif kind == zmq.ROUTER:
        # A client that reconnects under its old identity takes it over instead of being refused.
        socket.setsockopt(zmq.ROUTER_HANDOVER, 1)
    try:
        socket.bind(endpoint)
    except zmq.ZMQError as error:
        socket.close(0)
        raise zmq.ZMQError(error.errno, f"{endpoint}: {error.strerror}") from error
    return socket


def _start_heartbeat(context: zmq.Context[zmq.Socket[bytes]], endpoint: str) -> None:
    """Echo until the context ends, in C and without the interpreter lock: the beat goes on whatever Python does."""
    socket = _bind(context, zmq.ROUTER, endpoint)
    threading.Thread(target=_echo, args=(socket,), name="dxkernel-heartbeat", daemon=True).start()


def _echo(socket: zmq.Socket[bytes]) -> None:
    try:
        zmq.proxy(socket, socket)
    except zmq.ContextTerminated:
        socket.close(0)
