"""One session with the engine, behind every front end.

`Session.execute` runs a cell and yields its events; `complete`, `inspect` and `is_complete` ask about code. The session keeps
the order of things, numbers the cells, and starts a new engine when one ends. It renders nothing, and knows nothing of
front ends, messages or terminals.

    async with Session() as session:
        async for event in session.execute("const x: number = 6 * 7; x"):
            print(event)
"""

from __future__ import annotations

import asyncio
import contextlib
from collections import deque
from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from dataclasses import replace
from typing import Any, Literal, Self

from dxkernel.engine.convert import died_event, error_value, event_of
from dxkernel.engine.events import (
    Completeness,
    CompletionItem,
    Completions,
    EngineDied,
    ErrorValue,
    Event,
    Failed,
    Finished,
    Inspection,
    Interrupted,
    Started,
)
from dxkernel.engine.options import EngineInfo, EngineOptions
from dxkernel.engine.positions import to_code_points, to_utf16
from dxkernel.engine.process import Ending, EngineProcess
from dxkernel.engine.protocol import PROTOCOL_VERSION, Frame
from dxkernel.engine.spawn import SpawnedNode, spawn_node
from dxkernel.errors import EngineDiedError, EngineError, EngineStartError, ProtocolError, SessionClosedError

# A well-behaved engine is gone in milliseconds; user code in `process.on("exit")` may take its time, but not for ever.
CLOSE_GRACE_S = 1.0

# The queue of those who name none.
MAIN_LANE = ""


class Session:
    """A running engine. Use `async with Session() as session`, or `start()` and `close()`.

    Cells of one lane run one after another in the order in which `execute` was called. Cells of different lanes take turns
    on the one main thread: another may run while one awaits. All methods are to be called from the event loop that called
    `start()`.
    """

    def __init__(
        self,
        options: EngineOptions | None = None,
        *,
        on_background: Callable[[Event], None] | None = None,
        node: SpawnedNode | None = None,
    ) -> None:
        """`on_background` gets, in order, every event that belongs to no running `execute`: late output, late errors,
        comms. Without it they are dropped. `node` is one that `spawn_node` started ahead, with the same options; the
        session takes it over when it starts.
        """
        self._options = options or EngineOptions()
        self._on_background = on_background
        self._spawned = node
        self._lanes: dict[str, asyncio.Lock] = {}
        self._inbox: deque[Frame] = deque()
        self._held = False
        self._replies: dict[int, asyncio.Future[Any]] = {}
        self._last_id = 0
        self._last_cell = 0
        self._execution_count = 0
        self._running: dict[int, _Running] = {}
        self._exit_called: int | None = None
        self._kill_reason: str | None = None
        self._closing = False
        self._closed = False
        self._process: EngineProcess | None = None
        self._starting: asyncio.Task[EngineInfo] | None = None
        self._gone = asyncio.Event()
        self._gone.set()
        self._tasks: set[asyncio.Task[Any]] = set()

    async def __aenter__(self) -> Self:
        await self.start()
        return self

    async def __aexit__(self, *_exc: object) -> None:
        await self.close()

    @property
    def execution_count(self) -> int:
        """The number the last stored cell got; 0 before the first."""
        return self._execution_count

    def spawn(self) -> None:
        """Start Node now and return at once, so that the caller can do other things while it becomes ready."""
        if self._closed:
            message = "the session is closed"
            raise SessionClosedError(message)
        if self._starting is None:
            self._launch()

    async def start(self) -> EngineInfo:
        """Start the engine and wait until it is ready. Raises `EngineStartError` if it does not become ready."""
        self.spawn()
        return await self._ready()

    async def close(self) -> None:
        """End the engine and everything it started. A running cell ends with `EngineDied`. May be called twice."""
        self._closed = True
        await self._stop("the session was closed")

    async def restart(self) -> EngineInfo:
        """A new engine with nothing in it, numbering from 1. A running cell ends with `EngineDied`."""
        await self._stop("the session was restarted")
        self._execution_count = 0
        self._starting = None
        return await self.start()

    async def execute(
        self,
        code: str,
        *,
        silent: bool = False,
        store_history: bool = True,
        path: str | None = None,
        lane: str = MAIN_LANE,
    ) -> AsyncIterator[Event]:
        """Run one cell: yields `Started`, outputs, then exactly one outcome.

        Never raises for the user's errors. Raises `SessionClosedError`, `EngineStartError`. `silent` asks for no result and
        implies that history is not stored. A caller that stops reading early lets the cell run on; its events then go
        to the background listener. `lane` names the queue to wait in; any name makes one.
        """
        store = store_history and not silent
        turn = self._lanes.setdefault(lane, asyncio.Lock())
        await turn.acquire()
        running: _Running | None = None
        try:
            await self._ready()
            self._last_cell += 1
            if store:
                self._execution_count += 1
            name = path or (f"Cell [{self._execution_count}]" if store else f"Cell [*{self._last_cell}]")
            running = self._running[self._last_cell] = _Running(self._last_cell, turn)
            count = self._execution_count
            fields = {"code": code, "name": name, "count": count, "silent": silent, "store": store}
            # Sent before `Started` is told: the engine works while the front end publishes that.
            self._submit(running.cell, fields)
            yield Started(running.cell, count)
            while not running.done:
                yield await running.next()
        finally:
            if running is None:
                turn.release()
            elif running.done:
                self._end_turn(running)
            else:
                # The caller stopped reading. The cell runs on, and keeps its turn until it is over.
                self._keep(self._finish_in_background(running))

    def _end_turn(self, running: _Running) -> None:
        del self._running[running.cell]
        running.turn.release()

    def drop_lane(self, lane: str) -> None:
        """Forget a lane in which nothing runs or waits any more."""
        turn = self._lanes.get(lane)
        if turn is not None and not turn.locked():
            del self._lanes[lane]

    async def evaluate_expressions(
        self, expressions: Mapping[str, str], *, lane: str = MAIN_LANE
    ) -> dict[str, Finished | Failed]:
        """Each expression's outcome, evaluated in order as a cell that stores no history. An engine that ends under one of
        them, or an interrupt, fails that one.
        """
        outcomes: dict[str, Finished | Failed] = {}
        for name, expression in expressions.items():
            async for event in self.execute(expression, store_history=False, lane=lane):
                match event:
                    case Finished() | Failed():
                        outcomes[name] = event
                    case EngineDied(cell, reason):
                        outcomes[name] = Failed(cell, ErrorValue("EngineDied", reason))
                    case Interrupted(cell):
                        outcomes[name] = Failed(cell, ErrorValue("Interrupted", "the evaluation was interrupted"))
        return outcomes

    async def complete(self, code: str, cursor: int) -> Completions:
        """Ways to complete `code` at `cursor` (code points), without side effects. Answers while a cell runs."""
        value = await self._ask("complete", code=code, cursor=to_utf16(code, cursor))
        items = tuple(CompletionItem(**item) for item in value["items"])
        return Completions(items, to_code_points(code, value["start"]), to_code_points(code, value["end"]))

    async def inspect(self, code: str, cursor: int, detail_level: Literal[0, 1] = 0) -> Inspection | None:
        """What is known about the expression at `cursor` (code points); 1 asks for source too. `None` if nothing is."""
        value = await self._ask("inspect", code=code, cursor=to_utf16(code, cursor), detail=detail_level)
        return None if value is None else Inspection(value["data"], value.get("metadata") or {})

    async def is_complete(self, code: str) -> Completeness:
        """Whether `code` may be run as it stands, by the parser."""
        return Completeness(**await self._ask("is_complete", code=code))

    async def interrupt(self) -> None:
        """Interrupt what runs, in every lane: each running `execute` ends with `Interrupted`, or, if it resists for the grace
        time, with `EngineDied` and a new engine. Nothing happens when nothing runs. Returns when the interrupt is sent.
        """
        self._send("interrupt", cells=list(self._running))
        for running in self._running.values():
            if not running.interrupted:
                running.interrupted = True
                self._keep(self._enforce_interrupt(running))

    def reply_input(self, request_id: int, text: str | None) -> None:
        """Answer an `InputRequested`. `None` is the end of input (or "cannot ask here")."""
        self._send("input_reply", id=request_id, text=text)

    async def send_comm(
        self,
        kind: Literal["open", "msg", "close"],
        comm_id: str,
        data: Any,
        *,
        target_name: str = "",
        metadata: Mapping[str, Any] | None = None,
        buffers: Sequence[bytes] = (),
    ) -> None:
        """Pass a comm message of a front end to the program. Messages keep the order of the calls.

        Returns when the program's handlers have run, which is not before the main thread is free. What they did is an
        event before that. Raises `EngineDiedError` if the engine ends first.
        """
        fields = {
            "message": kind,
            "comm_id": comm_id,
            "target_name": target_name,
            "data": data,
            "metadata": metadata or {},
        }
        await self._ask("comm", buffers, **fields)

    # Starting and ending

    def _launch(self) -> None:
        node, self._spawned = self._spawned or self._spawn(), None
        self._gone.clear()
        self._exit_called = self._kill_reason = None
        self._closing = False
        process = self._process = EngineProcess(self._receive, self._ended)
        process.attach(node)
        self._hello: asyncio.Future[EngineInfo] = asyncio.get_running_loop().create_future()
        process.send(Frame("hello", {"version": PROTOCOL_VERSION}))
        self._starting = asyncio.create_task(self._wait_ready())

    def _spawn(self) -> SpawnedNode:
        options = self._options
        heap = [f"--max-old-space-size={options.heap_limit_mb}"] if options.heap_limit_mb else []
        return spawn_node(
            cwd=options.cwd,
            node_args=[*options.node_args, *heap],
            env=options.env,
            colors=options.colors,
            columns=options.columns,
        )

    async def _wait_ready(self) -> EngineInfo:
        timeout = self._options.start_timeout_s
        try:
            return await asyncio.wait_for(self._hello, timeout)
        except TimeoutError as error:
            if self._process is not None:
                self._process.kill()
            message = f"Node was not ready after {timeout:g} s; `dx doctor` checks the installation"
            raise EngineStartError(message) from error

    async def _ready(self) -> EngineInfo:
        if self._closed:
            message = "the session is closed"
            raise SessionClosedError(message)
        if self._starting is None:
            self._launch()
        assert self._starting is not None
        try:
            return await asyncio.shield(self._starting)
        except EngineStartError:
            # The next call tries again: what was missing may have been mended.
            self._starting = None
            raise

    async def _stop(self, reason: str) -> None:
        if self._process is None:
            return
        self._closing = True
        self._kill_reason = reason
        self._send("shutdown")
        if self._running:
            self._process.kill()
        try:
            await asyncio.wait_for(self._gone.wait(), CLOSE_GRACE_S)
        except TimeoutError:
            self._process.kill()
            await self._gone.wait()
        if self._starting is not None:
            with contextlib.suppress(EngineError, asyncio.CancelledError):
                await self._starting

    def _ended(self, ending: Ending | ProtocolError) -> None:
        """The process is gone: everything that waits fails now, with the reason; a new engine starts unless we closed."""
        assert self._process is not None
        self._process = None
        if isinstance(ending, ProtocolError):
            died = EngineDied(0, f"the engine broke its protocol: {ending}")
        else:
            died = died_event(0, ending, exit_called=self._exit_called, heap_limit_mb=self._options.heap_limit_mb)
        if self._kill_reason is not None:
            died = replace(died, reason=self._kill_reason)
        if not self._hello.done():
            tail = "" if isinstance(ending, ProtocolError) else ending.stderr_tail.strip()
            self._hello.set_exception(EngineStartError(f"{died.reason}\n{tail}".strip()))
        for future in self._replies.values():
            if not future.done():
                future.set_exception(EngineDiedError(died.reason))
        self._replies.clear()
        started = self._starting is not None and self._starting.done() and not self._starting.cancelled()
        self._starting = None if started else self._starting
        if not self._closing and not self._closed and started:
            self._keep(self._relaunch())
        self._held = False
        self._flush()
        cells = [cell for cell, running in self._running.items() if not running.over.is_set()]
        for cell in cells or ([] if self._closing or self._closed else [0]):
            self._emit(replace(died, cell=cell))
        self._gone.set()

    async def _relaunch(self) -> None:
        # Nobody waits for this task: a failure to start is told to whoever next needs the engine.
        if self._starting is None and not self._closed:
            with contextlib.suppress(EngineStartError):
                self._launch()
                await self._ready()

    async def _enforce_interrupt(self, running: _Running) -> None:
        grace = self._options.interrupt_grace_s
        try:
            await asyncio.wait_for(running.over.wait(), grace)
        except TimeoutError:
            if self._process is not None and self._running.get(running.cell) is running:
                self._kill_reason = (
                    f"the cell did not end within {grace:g} s of the interrupt (it is in native code), "
                    "so the engine was ended; what it held in memory is gone"
                )
                self._process.kill()

    # Frames

    def _send(self, kind: str, buffers: Sequence[bytes] = (), /, **fields: Any) -> None:
        if self._process is not None:
            self._process.send(Frame(kind, fields, buffers))

    def _submit(self, cell: int, fields: dict[str, Any]) -> None:
        if self._process is None:
            # It ended between being ready and now; the new one is on its way, and knows nothing of this cell.
            self._emit(EngineDied(cell, "the engine ended before the cell could start"))
            return
        self._process.cell = cell
        self._send("execute", cell=cell, **fields)

    async def _ask(self, kind: str, buffers: Sequence[bytes] = (), /, **fields: Any) -> Any:
        await self._ready()
        self._last_id += 1
        question = self._last_id
        future = self._replies[question] = asyncio.get_running_loop().create_future()
        self._send(kind, buffers, id=question, **fields)
        try:
            return await future
        finally:
            self._replies.pop(question, None)

    def _receive(self, frames: list[Frame]) -> None:
        for frame in _merge_streams(frames):
            match frame.kind:
                case "reply":
                    self._resolve(frame)
                case "hello":
                    self._greeted(frame)
                case _:
                    self._inbox.append(frame)
        self._flush()

    def _resolve(self, frame: Frame) -> None:
        future = self._replies.get(frame.fields["id"])
        if future is None or future.done():
            return
        if "error" in frame.fields:
            future.set_exception(EngineError(f"the host failed: {frame.fields['error']}"))
        else:
            future.set_result(frame.fields.get("value"))

    def _greeted(self, frame: Frame) -> None:
        fields = frame.fields
        if fields["version"] != PROTOCOL_VERSION:
            self._hello.set_exception(
                EngineStartError(f"the host speaks protocol {fields['version']}, not {PROTOCOL_VERSION}")
            )
        elif not self._hello.done():
            self._hello.set_result(EngineInfo(fields["pid"], fields["node"], fields["v8"]))

    def _flush(self) -> None:
        """Deliver what arrived, in order. A frame with an error waits until the bridge has mapped it, and so does all
        that is behind it.
        """
        while self._inbox and not self._held:
            frame = self._inbox.popleft()
            raw = frame.fields.get("error")
            if raw is not None and self._process is not None:
                self._held = True
                self._keep(self._structure(frame, raw))
            elif frame.kind == "exiting":
                self._exit_called = frame.fields["code"]
            elif frame.kind == "handled":
                self._resolve(frame)
            elif frame.kind == "fatal":
                self._kill_reason = frame.fields["reason"]
            else:
                structured = frame.fields.get("structured")
                self._emit(event_of(frame, error_value(structured) if structured else None))

    async def _structure(self, frame: Frame, raw: dict[str, Any]) -> None:
        try:
            error = error_value(await self._ask("structure_error", error=raw))
        except EngineError:
            # The engine died in the meantime, or its bridge failed: what was thrown is still worth telling.
            error = ErrorValue(raw["name"], raw["message"], details=raw["details"])
        self._emit(event_of(frame, error))
        self._held = False
        self._flush()

    def _emit(self, event: Event) -> None:
        running = self._running.get(event.cell)
        if running is not None and not running.over.is_set():
            if isinstance(event, (Finished, Failed, Interrupted, EngineDied)):
                running.over.set()
                self._hand_over_descriptors()
            running.events.put_nowait(event)
        elif self._on_background is not None:
            self._on_background(event)

    def _hand_over_descriptors(self) -> None:
        """A cell is over: what comes by descriptor 1 and 2 is from one that still runs, if there is one."""
        others = [cell for cell, running in self._running.items() if not running.over.is_set()]
        if self._process is not None and others:
            self._process.cell = others[-1]

    async def _finish_in_background(self, running: _Running) -> None:
        while not running.done:
            event = await running.next()
            if self._on_background is not None:
                self._on_background(event)
        self._end_turn(running)

    def _keep(self, coroutine: Any) -> None:
        task = asyncio.create_task(coroutine)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)


class _Running:
    """A cell that runs: its events on their way to `execute`, and whether its outcome has come."""

    def __init__(self, cell: int, turn: asyncio.Lock) -> None:
        self.cell = cell
        self.turn = turn
        self.events: asyncio.Queue[Event] = asyncio.Queue()
        self.over = asyncio.Event()
        self.done = False
        self.interrupted = False

    async def next(self) -> Event:
        """The next event; the outcome is the last."""
        event = await self.events.get()
        self.done = isinstance(event, (Finished, Failed, Interrupted, EngineDied))
        return event


def _merge_streams(frames: list[Frame]) -> list[Frame]:
    """Neighbouring stream frames of one cell and stream as one: a burst of lines becomes a few events."""
    merged: list[Frame] = []
    texts: list[str] = []
    last: Frame | None = None
    for frame in frames:
        if frame.kind == "stream":
            fields = frame.fields
            if last is not None and fields["cell"] == last.fields["cell"] and fields["name"] == last.fields["name"]:
                texts.append(fields["text"])
                continue
            _close(last, texts)
            last, texts = frame, [fields["text"]]
        else:
            _close(last, texts)
            last = None
        merged.append(frame)
    _close(last, texts)
    return merged


def _close(frame: Frame | None, texts: list[str]) -> None:
    if frame is not None and len(texts) > 1:
        frame.fields["text"] = "".join(texts)
