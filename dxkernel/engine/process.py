"""The Node child process and its four descriptors, and nothing of what they mean.

`EngineProcess` takes over what `spawn_node` started, reads the main channel, standard output and standard error in the order in which things
happened (see ARCHITECTURE.md, "The processes"), writes to the bridge, and says how the process ended. What arrives is given
to one callback as `Frame`s; text from descriptors 1 and 2 becomes a `stream` frame like the host's own.
"""

from __future__ import annotations

import asyncio
import codecs
import contextlib
import fcntl
import os
import signal
from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from dxkernel.engine.protocol import Frame, FrameDecoder, encode
from dxkernel.errors import ProtocolError

if TYPE_CHECKING:
    from dxkernel.engine.spawn import SpawnedNode

# One read. Larger buffers come from fresh pages of the system each time, which costs more than the read itself.
READ_BYTES = 1 << 16
# What is read from one channel before others get their turn, and the size we ask for our pipe.
BURST_BYTES = 1 << 20
# A child that writes without end must not keep us from the frame behind the mark.
MAX_DRAIN_BYTES = 8 << 20
# The last words of a dying engine: enough for V8's report of an exhausted heap.
STDERR_TAIL_CHARACTERS = 8_000

# Frames before which descriptors 1 and 2 are emptied: what was written there precedes them. The end of a cell is one.
_MARKS = frozenset({"mark", "done"})

# Node's own words to the user when a debugger session is still open at exit; ours is no debugger of the user's.
_DEBUGGER_NOISE = "Waiting for the debugger to disconnect...\n"


@dataclass(frozen=True, slots=True)
class Ending:
    """How an engine ended: an exit code or a signal's name, and the last it wrote to standard error."""

    exit_code: int | None
    signal: str | None
    stderr_tail: str


class _TextPipe:
    """A descriptor of text in UTF-8, cut anywhere."""

    def __init__(self, name: str, descriptor: int) -> None:
        self.name = name
        self.descriptor = descriptor
        self._decoder = codecs.getincrementaldecoder("utf-8")(errors="replace")

    def read(self, limit: int) -> tuple[str, bool]:
        """All that is there now, up to about `limit` bytes, and whether the other end is closed."""
        parts: list[str] = []
        taken = 0
        while taken < limit:
            data = _read(self.descriptor, READ_BYTES)
            if data is None:
                return "".join(parts), False
            parts.append(self._decoder.decode(data, final=not data))
            if not data:
                return "".join(parts), True
            taken += len(data)
        return "".join(parts), False


class EngineProcess:
    """One Node process. `on_frames` gets frames in order; `on_end` is called once, when the process is gone."""

    def __init__(
        self, on_frames: Callable[[list[Frame]], None], on_end: Callable[[Ending | ProtocolError], None]
    ) -> None:
        self._on_frames = on_frames
        self._on_end = on_end
        self._decoder = FrameDecoder()
        self._bridge_decoder = FrameDecoder()
        self._bridge_backlog = bytearray()
        self._stderr_tail = ""
        self.cell = 0
        """The cell that bytes on descriptors 1 and 2 are counted to: the running one, until a mark says another."""
        self._ended = False

    @property
    def pid(self) -> int:
        """The process id, which is also its process group's."""
        return self._process.pid

    def attach(self, node: SpawnedNode) -> None:
        """Take over a Node that was just spawned, and listen to it on the running event loop."""
        self._loop = asyncio.get_running_loop()
        self._process = node.process
        self._bridge = node.bridge
        self._channel = node.channel
        self._pipes = (_TextPipe("stdout", node.stdout), _TextPipe("stderr", node.stderr))
        self._listen()

    def send(self, frame: Frame) -> None:
        """Send a frame to the bridge. Never blocks; a dead engine swallows it (its end is reported by `on_end`)."""
        data = encode(frame)
        if self._ended:
            return
        if not self._bridge_backlog:
            try:
                sent = self._bridge.send(data)
            except BlockingIOError:
                sent = 0
            except OSError:
                return
            if sent == len(data):
                return
            data = data[sent:]
            self._loop.add_writer(self._bridge.fileno(), self._write_backlog)
        self._bridge_backlog += data

    def kill(self) -> None:
        """End the process and every child it left in its process group, at once."""
        with contextlib.suppress(ProcessLookupError, PermissionError):
            os.killpg(self._process.pid, signal.SIGKILL)

    def _listen(self) -> None:
        self._bridge.settimeout(0)
        self._loop.add_reader(self._bridge.fileno(), self._read_bridge)
        _enlarge(self._channel)
        for descriptor in (self._channel, *(pipe.descriptor for pipe in self._pipes)):
            os.set_blocking(descriptor, False)
            self._loop.add_reader(descriptor, self._pump)

    def _write_backlog(self) -> None:
        try:
            sent = self._bridge.send(self._bridge_backlog)
        except BlockingIOError:
            return
        except OSError:
            self._bridge_backlog.clear()
            self._loop.remove_writer(self._bridge.fileno())
            return
        del self._bridge_backlog[:sent]
        if not self._bridge_backlog:
            self._loop.remove_writer(self._bridge.fileno())

    def _read_bridge(self) -> None:
        try:
            data = self._bridge.recv(READ_BYTES)
        except BlockingIOError:
            return
        except OSError:
            data = b""
        if not data:
            self._loop.remove_reader(self._bridge.fileno())
            return
        self._decode(self._bridge_decoder, data, self._on_frames)

    def _pump(self) -> None:
        """Read the main channel, then descriptors 1 and 2: never the other way round, or their order is lost."""
        data = _read_burst(self._channel)
        if data:
            self._decode(self._decoder, data, self._deliver)
            if len(data) >= BURST_BYTES:
                # There is more, which may stand before what lies in descriptors 1 and 2.
                return
        frames = self._drain()
        if frames:
            self._on_frames(frames)
        if data == b"":
            self._end()

    def _decode(self, decoder: FrameDecoder, data: bytes, deliver: Callable[[list[Frame]], None]) -> None:
        try:
            frames = decoder.receive_data(data)
        except ProtocolError as error:
            self.kill()
            self._end(error)
            return
        if frames:
            deliver(frames)

    def _deliver(self, frames: list[Frame]) -> None:
        """Put what descriptors 1 and 2 hold where the marks say it belongs."""
        if not any(frame.kind in _MARKS or frame.kind == "owner" for frame in frames):
            self._on_frames(frames)
            return
        ordered: list[Frame] = []
        for frame in frames:
            if frame.kind == "owner":
                # What is there by now is from before.
                ordered += self._drain()
                self.cell = frame.fields["cell"]
                continue
            if frame.kind in _MARKS:
                self.cell = frame.fields["cell"]
                ordered += self._drain()
            if frame.kind == "mark":
                # The main thread waits for this: until it comes, it writes nothing that could be taken for earlier.
                self.send(Frame("drained", {"mark": frame.fields["mark"]}))
            else:
                ordered.append(frame)
        if ordered:
            self._on_frames(ordered)

    def _drain(self) -> list[Frame]:
        frames: list[Frame] = []
        for pipe in self._pipes:
            if pipe.descriptor < 0:
                continue
            text, closed = pipe.read(MAX_DRAIN_BYTES)
            if closed:
                self._loop.remove_reader(pipe.descriptor)
                os.close(pipe.descriptor)
                pipe.descriptor = -1
            if pipe.name == "stderr":
                self._stderr_tail = (self._stderr_tail + text)[-STDERR_TAIL_CHARACTERS:]
                text = text.replace(_DEBUGGER_NOISE, "")
            if text:
                frames.append(Frame("stream", {"cell": self.cell, "name": pipe.name, "text": text}))
        return frames

    def _end(self, error: ProtocolError | None = None) -> None:
        if self._ended:
            return
        self._ended = True
        self._loop.remove_reader(self._channel)
        self._loop.create_task(self._report_end(error))

    async def _report_end(self, error: ProtocolError | None) -> None:
        # The channel is closed by the kernel a moment before the process can be waited for.
        code = await asyncio.to_thread(self._process.wait)
        self.kill()
        frames = self._drain()
        if frames:
            self._on_frames(frames)
        self._close_descriptors()
        name = signal.Signals(-code).name if code < 0 else None
        self._on_end(error or Ending(None if name else code, name, self._stderr_tail))

    def _close_descriptors(self) -> None:
        self._loop.remove_reader(self._bridge.fileno())
        self._loop.remove_writer(self._bridge.fileno())
        self._bridge.close()
        os.close(self._channel)
        for pipe in self._pipes:
            if pipe.descriptor >= 0:
                self._loop.remove_reader(pipe.descriptor)
                os.close(pipe.descriptor)
                pipe.descriptor = -1


def _enlarge(descriptor: int) -> None:
    """Let a pipe hold a burst, so that the program is not stopped and woken for every 64 KiB. Linux only; others do without."""
    set_size = getattr(fcntl, "F_SETPIPE_SZ", None)
    if set_size is not None:
        # An administrator may have set the limit lower.
        with contextlib.suppress(OSError):
            fcntl.fcntl(descriptor, set_size, BURST_BYTES)


def _read_burst(descriptor: int) -> bytes | None:
    """What is there now, up to a burst; `None` if that is nothing yet, `b""` at the end."""
    data = _read(descriptor, READ_BYTES)
    if data is None or len(data) < READ_BYTES:
        return data
    parts = [data]
    while len(data) == READ_BYTES and len(parts) * READ_BYTES < BURST_BYTES:
        more = _read(descriptor, READ_BYTES)
        # The end, if this is it, is still there at the next read.
        if not more:
            break
        parts.append(more)
        data = more
    return b"".join(parts)


def _read(descriptor: int, size: int) -> bytes | None:
    """What is there now; `None` if that is nothing yet, `b""` at the end."""
    try:
        return os.read(descriptor, size)
    except BlockingIOError:
        return None
