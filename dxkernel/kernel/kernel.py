"""The kernel between its two sides: a client's messages on one, the engine's session on the other.

It decides nothing about sockets: messages come in through `receive` and leave through a `Transport`, so a whole kernel
runs in a test without either. Cells of one subshell run one after another; every other request is answered while a cell
runs. Whatever a request does, it is wrapped in `busy` and `idle`, and no client can end the kernel by sending nonsense.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
from dataclasses import replace
from typing import TYPE_CHECKING, Any, Protocol, TypeVar

from dxkernel.engine.events import CommMessage, EngineDied, Event, InputRequested, Notice
from dxkernel.errors import DxError
from dxkernel.kernel.execution import refuse_input
from dxkernel.kernel.handlers import HANDLERS, error_reply
from dxkernel.kernel.headers import Headers
from dxkernel.kernel.history import History, MemoryHistory
from dxkernel.kernel.parents import Parents
from dxkernel.kernel.publisher import Publisher
from dxkernel.kernel.render import Publication, render, stream
from dxkernel.kernel.requests import BadRequestError, Request
from dxkernel.kernel.stdin import Stdin
from dxkernel.kernel.subshells import Subshells
from dxkernel.kernel.wire import Message

if TYPE_CHECKING:
    from collections.abc import Awaitable, Coroutine, Iterator, Mapping

    from dxkernel.engine.session import Session

log = logging.getLogger("dxkernel.kernel")

Json = dict[str, Any]
T = TypeVar("T")

# How long a closing kernel waits for its engine to go before it leaves without it.
CLOSE_TIMEOUT_S = 2.0


class Transport(Protocol):
    """Where messages leave. `Sockets` is the real one."""

    def send(self, channel: str, message: Message) -> None: ...
    def drain(self, channel: str) -> None:
        """Hand over, through `Kernel.receive`, whatever has arrived on `channel` by now."""


class Kernel:
    """One kernel. Needs a running event loop; `attach` a transport before anything is received."""

    def __init__(self, session: Session, *, history: History | None = None) -> None:
        """`session` is to give its background events to `on_background`; it is started by `start_engine`."""
        loop = asyncio.get_running_loop()
        self.headers = Headers()
        self.publisher = Publisher(self._send_iopub, self.headers, loop)
        self.session = session
        self.history: History = history if history is not None else MemoryHistory()
        self.ports: Mapping[str, int] = {}
        self.parents = Parents()
        self.comms: dict[str, str] = {}
        self.stdin = Stdin(self._send_stdin, self.session.reply_input, self.headers)
        self.subshells = Subshells(self)
        self.stopped = asyncio.Event()
        self._stopping = False
        self._transport: Transport | None = None
        self._engine: asyncio.Future[DxError | None] | None = None
        self._tasks: set[asyncio.Task[Any]] = set()

    # -- life

    def start_engine(self) -> None:
        """Begin to start the engine, in the background: sockets bind and clients are answered meanwhile."""
        self._engine = self.spawn(self._started(self.session.start()))

    def attach(self, transport: Transport) -> None:
        """Say where messages go, and announce the kernel."""
        self._transport = transport
        self.publisher.status("starting", {})

    async def engine_ready(self, *, retry: bool = False) -> None:
        """Return when the engine runs. Raises what kept it from starting; `retry` tries once more if that was before."""
        engine = self._engine
        if engine is None or (retry and engine.done() and engine.result() is not None):
            engine = self._engine = self.spawn(self._started(self.session.restart()))
        # No detour through the loop when it is up: comm messages keep their order.
        failure = engine.result() if engine.done() else await asyncio.shield(engine)
        if failure is not None:
            raise failure

    def engine_lost(self, error: DxError) -> None:
        """The engine ended and could not be started again by itself: the next cell tries."""
        self._engine = asyncio.get_running_loop().create_future()
        self._engine.set_result(error)

    async def interrupt(self) -> None:
        """Interrupt the running cell, if any."""
        self.subshells.note_interrupt()
        if self._engine is not None and self._engine.done() and self._engine.result() is None:
            await self.session.interrupt()

    def stop_after_reply(self, *, restart: bool) -> None:
        """End the kernel once the request that asks for it has its reply. A restart is the client's to do."""
        log.info("shutting down%s", " for a restart" if restart else "")
        self._stopping = True

    async def close(self) -> None:
        """End the engine and everything that is going on. Sockets stay open for the transport's owner to close."""
        for task in self._tasks:
            task.cancel()
        self.publisher.flush()
        self.history.close()
        try:
            await asyncio.wait_for(self.session.close(), CLOSE_TIMEOUT_S)
        except TimeoutError:
            log.warning("the engine did not close in time")
        except DxError as error:
            log.warning("the engine did not close: %s", error)

    # -- what comes in

    def receive(self, channel: str, message: Message) -> None:
        """One message from a client. Returns at once."""
        request = Request(channel, message)
        if channel == "stdin":
            self.stdin.receive(message)
            return
        queue = self.subshells.queue_of(request)
        if message.msg_type == "execute_request" and queue is not None:
            queue.put(request)
        else:
            if message.msg_type == "interrupt_request":
                self.subshells.note_interrupt(request)
            self.spawn(self._handle(request, lost=queue is None))

    def welcome(self, topic: bytes) -> None:
        """A client subscribed to iopub: tell it, so that it knows it will miss nothing from now on (JEP 65)."""
        content = {"subscription": topic.decode("utf-8", "replace")}
        self._send("iopub", Message(self.headers.make("iopub_welcome"), content, identities=(topic,)))

    def drain_shell(self) -> None:
        """Take in what has already arrived on shell."""
        if self._transport is not None:
            self._transport.drain("shell")

    async def _handle(self, request: Request, *, lost: bool) -> None:
        """Answer what does not wait in a queue. `lost` says that it names a subshell that does not exist."""
        message = request.message
        with self.busy(request):
            if lost and message.msg_type.endswith("_request"):
                self.reply(request, self._no_such_subshell(request))
                return
            handler = HANDLERS.get(message.msg_type)
            if handler is None:
                log.warning("unknown message type %.60r on %s", message.msg_type, request.channel)
                return
            content = await self.guard(request, handler(self, request))
            if content is not None and message.msg_type.endswith("_request"):
                self.reply(request, content)
                if self._stopping:
                    self.publisher.publish(Publication("shutdown_reply", content), request.header)
        if self._stopping:
            self.stopped.set()

    def _no_such_subshell(self, request: Request) -> Json:
        reason = f"there is no subshell {request.header.get('subshell_id')!r:.60}; it may have been deleted"
        content = error_reply("SubshellNotFound", reason)
        if request.message.msg_type == "execute_request":
            content["execution_count"] = self.session.execution_count
        return content

    async def guard(self, request: Request, work: Awaitable[Json | None]) -> Json | None:
        """The result of `work`, or the content of an error reply: the boundary at which a request may fail."""
        try:
            return await work
        except BadRequestError as error:
            log.warning("%s", error)
            return error_reply("BadRequest", str(error))
        except DxError as error:
            log.warning("%s: %s", request.message.msg_type, error)
            return error_reply(type(error).__name__, str(error))
        except Exception as error:
            log.exception("%s failed", request.message.msg_type)
            return error_reply(type(error).__name__, f"dxkernel could not handle {request.message.msg_type}: {error}")

    @contextlib.contextmanager
    def busy(self, request: Request) -> Iterator[None]:
        """`busy` before and `idle` after everything that a request publishes."""
        self.publisher.status("busy", request.header)
        try:
            yield
        finally:
            self.publisher.status("idle", request.header)
            running = self.subshells.running_beside(request)
            if running is not None:
                # Front ends show the newest status, whosever it is: the cell is still running.
                self.publisher.status("busy", running.header)
                self.publisher.flush()

    # -- what goes out

    def reply(self, request: Request, content: Json, metadata: Json | None = None) -> None:
        """Answer the client that asked, after all output so far."""
        self.publisher.flush()
        message = request.message
        header = self.headers.make(message.msg_type.removesuffix("_request") + "_reply")
        reply = Message(header, content, message.header, metadata or {}, identities=message.identities)
        self._send(request.channel, reply)

    def show(self, event: Event) -> None:
        """Publish what an event shows, under the cell that caused it."""
        if isinstance(event, CommMessage):
            self.track_comm(event.kind, event.comm_id, event.target_name)
        parent = self.parents.of(event.cell)
        if parent.silent and not isinstance(event, CommMessage):
            return
        publication = render(event)
        if publication is not None:
            self.publisher.publish(publication, parent.header)

    def close_comms(self, parent: Mapping[str, Any]) -> None:
        """The program is gone, and with it its end of every comm."""
        for comm_id in self.comms:
            self.publisher.publish(Publication("comm_close", {"comm_id": comm_id, "data": {}}), parent)
        self.comms.clear()

    def track_comm(self, kind: str, comm_id: str, target_name: str) -> None:
        """Keep the list of open comms true."""
        if kind == "open":
            self.comms[comm_id] = target_name
        elif kind == "close":
            self.comms.pop(comm_id, None)

    def spawn(self, work: Coroutine[Any, Any, T]) -> asyncio.Task[T]:
        """Run `work` beside everything else, until it ends or the kernel closes."""
        task = asyncio.get_running_loop().create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)
        return task

    def on_background(self, event: Event) -> None:
        """What happens outside a running cell: late output, comms, the end of an idle engine."""
        match event:
            case InputRequested():
                # Its cell has been answered, so no client listens for a question any more.
                refuse_input(self, event, self.parents.of(event.cell))
            case EngineDied(cell=cell, reason=reason):
                self.close_comms(self.parents.of(cell).header)
                self.show(Notice(cell, reason))
            case _:
                self.show(event)

    async def _started(self, starting: Awaitable[Any]) -> DxError | None:
        try:
            await starting
        except DxError as error:
            log.error("the engine did not start: %s", error)  # noqa: TRY400  # The traceback is ours, not the cause.
            return error
        return None

    def _send_iopub(self, message: Message) -> None:
        self._send("iopub", message)

    def _send_stdin(self, message: Message) -> None:
        self._send("stdin", message)

    def _send(self, channel: str, message: Message) -> None:
        if self._transport is None:
            return
        try:
            self._transport.send(channel, message)
        except TypeError as error:  # What a program displays may be nested beyond what anybody's JSON can hold.
            log.warning("cannot send %s: %s", message.msg_type, error)
            self._transport.send(channel, self._apology(message, error))

    def _apology(self, message: Message, error: TypeError) -> Message:
        """What is sent in place of a message that has no form in JSON."""
        text = f"dxkernel could not send this output ({message.msg_type}): {error}"
        if message.msg_type.endswith("_reply"):
            return replace(message, content=error_reply("TypeError", text), metadata={})
        apology = stream("stderr", f"{text}\n")
        return replace(message, header=self.headers.make("stream"), content=apology.content, metadata={}, buffers=())
