"""Running cells: the queue of execute requests, one cell, and what happens to the rest when it fails."""

from __future__ import annotations

import asyncio
from collections import deque
from dataclasses import dataclass, replace
from datetime import datetime
from typing import TYPE_CHECKING, Any

from dxkernel.engine.events import (
    EngineDied,
    Event,
    Failed,
    Finished,
    InputRequested,
    Interrupted,
    Outcome,
    Started,
)
from dxkernel.engine.session import MAIN_LANE
from dxkernel.errors import EngineError
from dxkernel.kernel.headers import timestamp
from dxkernel.kernel.parents import Parent
from dxkernel.kernel.render import Publication, error_content, expression_content, render, stream
from dxkernel.magics.help import help_query

if TYPE_CHECKING:
    from dxkernel.kernel.kernel import Kernel
    from dxkernel.kernel.requests import Request
    from dxkernel.magics.help import HelpQuery

Json = dict[str, Any]

NO_STDIN_TEXT = "This front end cannot be asked for input; the program got end of input instead.\n"


# Front ends send "run all" as one burst, and a cell can fail before its last message has arrived. Messages of one burst are
# about a millisecond apart; an error that comes this much later is not felt by anybody.
BURST_GAP_S = 0.01
BURST_TIMEOUT_S = 0.1


@dataclass(frozen=True, slots=True)
class _Cell:
    """The content of an execute request, checked."""

    code: str
    silent: bool
    store_history: bool
    stop_on_error: bool
    allow_stdin: bool
    expressions: dict[str, str]

    @classmethod
    def parse(cls, request: Request) -> _Cell:
        silent = request.get("silent", bool, default=False)
        expressions = request.get("user_expressions", dict, default={})
        return cls(
            code=request.require("code", str),
            silent=silent,
            store_history=request.get("store_history", bool, default=True) and not silent,
            stop_on_error=request.get("stop_on_error", bool, default=True),
            allow_stdin=request.get("allow_stdin", bool, default=True),
            expressions={str(name): text for name, text in expressions.items() if isinstance(text, str)},
        )


class ExecutionQueue:
    """Execute requests wait here for their turn."""

    def __init__(self, kernel: Kernel, lane: str = MAIN_LANE) -> None:
        """`lane` is the session's queue that its cells take; no other `ExecutionQueue` may use the same."""
        self._kernel = kernel
        self.lane = lane
        self._waiting: deque[tuple[int, Request]] = deque()
        self._last_number = 0
        self._abort_through = 0
        self._interrupted_at: int | None = None
        self._worker: asyncio.Task[None] | None = None
        self._closed = False
        self.running: Request | None = None

    def put(self, request: Request) -> None:
        """Run `request` after those before it."""
        self._last_number += 1
        self._waiting.append((self._last_number, request))
        if self._worker is None:
            self._worker = self._kernel.spawn(self._work())

    def close(self) -> None:
        """Abort what waits. What runs goes on to its end, and then there is nothing left of this queue."""
        self._closed = True
        self._abort_through = self._last_number
        if self._worker is None:
            self._kernel.session.drop_lane(self.lane)

    def note_interrupt(self, interrupt: Request | None = None) -> None:
        """An interrupt stops what was sent before it, and never a cell that was sent after it."""
        if self.running is not None and self._interrupted_at is None:
            self._kernel.drain_shell()
            self._interrupted_at = self._last_number
            # The two came on different sockets, so their arrival does not say which was sent first; their dates do.
            for number, request in reversed(self._waiting):
                if interrupt is None or not _sent_after(request, interrupt):
                    break
                self._interrupted_at = number - 1

    async def _work(self) -> None:
        try:
            while self._waiting:
                number, request = self._waiting.popleft()
                with self._kernel.busy(request):
                    if number <= self._abort_through:
                        self._kernel.reply(request, self._aborted())
                    else:
                        await self._run(request)
        finally:
            self._worker = None
            if self._closed:
                self._kernel.session.drop_lane(self.lane)

    async def _run(self, request: Request) -> None:
        self.running, self._interrupted_at = request, None
        started = timestamp()
        try:
            content = await self._kernel.guard(request, run_cell(self._kernel, self, request))
        finally:
            self.running = None
        if content is not None:
            content.setdefault("execution_count", self._kernel.session.execution_count)
            self._kernel.reply(request, content, {"started": started})

    async def stop_on_error(self, outcome: Outcome) -> None:
        """Abort what the client had sent before it could know of the error.

        Called before the error is published: whatever arrives until then was sent without knowing, and a cell sent in
        answer to the error runs. So the error waits for the rest of a burst that is still on its way.
        """
        if isinstance(outcome, Interrupted) and self._interrupted_at is not None:
            self._abort_through = self._interrupted_at
            return
        loop = asyncio.get_running_loop()
        deadline, arrived = loop.time() + BURST_TIMEOUT_S, -1
        while arrived != self._last_number and loop.time() < deadline:
            arrived = self._last_number
            await asyncio.sleep(BURST_GAP_S)
            self._kernel.drain_shell()
        self._abort_through = self._last_number

    def _aborted(self) -> Json:
        return {"status": "aborted", "execution_count": self._kernel.session.execution_count}


def _sent_after(request: Request, other: Request) -> bool:
    """Whether the same client sent `request` after `other`, by its own clock."""
    if request.header.get("session") != other.header.get("session"):
        return False
    try:
        dates = [datetime.fromisoformat(str(header.get("date"))) for header in (request.header, other.header)]
        return dates[0] > dates[1]
    except (ValueError, TypeError):  # No date, or one with a time zone and one without.
        return False


async def run_cell(kernel: Kernel, queue: ExecutionQueue, request: Request) -> Json:
    """Run one cell, publish what it shows, and return the content of its reply."""
    cell = _Cell.parse(request)
    parent = Parent(request.header, request.message.identities, cell.silent, cell.allow_stdin)
    try:
        await kernel.engine_ready(retry=True)
        if not cell.code.strip():
            return await _reply_to_empty(kernel, queue, cell, parent)
        query = help_query(cell.code)
        if query is not None:
            return await _reply_to_question(kernel, queue, cell, parent, query)
        parent, outcome = await _render_cell(kernel, queue, cell, parent)
    except EngineError as error:
        return await _engine_missing(kernel, queue, cell, parent, error)
    return await _reply_to_outcome(kernel, queue, cell, parent, outcome)


async def _render_cell(kernel: Kernel, queue: ExecutionQueue, cell: _Cell, parent: Parent) -> tuple[Parent, Outcome]:
    outcome: Outcome | None = None
    events = kernel.session.execute(cell.code, silent=cell.silent, store_history=cell.store_history, lane=queue.lane)
    async for event in events:
        match event:
            case Started(cell=number, execution_count=count):
                parent = replace(parent, execution_count=count)
                kernel.parents.remember(number, parent)
                _publish_input(kernel, cell, parent)
            case InputRequested():
                _ask(kernel, event, parent)
            case Finished() | Failed() | Interrupted() | EngineDied():
                outcome = event
                await _conclude(kernel, queue, cell, parent, outcome)
            case _:
                kernel.show(event)
    if outcome is None:
        raise EngineError("the engine ended a cell without an outcome")
    return parent, outcome


def _publish_input(kernel: Kernel, cell: _Cell, parent: Parent) -> None:
    if not cell.silent:
        content = {"code": cell.code, "execution_count": parent.execution_count}
        kernel.publisher.publish(Publication("execute_input", content), parent.header)


async def _conclude(kernel: Kernel, queue: ExecutionQueue, cell: _Cell, parent: Parent, outcome: Outcome) -> None:
    kernel.stdin.drop(outcome.cell)
    if isinstance(outcome, EngineDied):
        kernel.close_comms(parent.header)
    # A silent cell is the front end's own: what a person sent is not to suffer from it.
    if cell.stop_on_error and not cell.silent and not isinstance(outcome, Finished):
        await queue.stop_on_error(outcome)
    publication = render(outcome, parent.execution_count)
    if publication is not None and not cell.silent:
        kernel.publisher.publish(publication, parent.header)
    if cell.store_history:
        kernel.history.add(parent.execution_count, cell.code, _plain_text(outcome))


async def _reply_to_outcome(
    kernel: Kernel, queue: ExecutionQueue, cell: _Cell, parent: Parent, outcome: Outcome
) -> Json:
    kernel.publisher.flush()
    if not isinstance(outcome, Finished):
        content = {"status": "error", **error_content(outcome)}
    else:
        content = await _ok(kernel, queue, cell)
    return {**content, "execution_count": parent.execution_count}


async def _reply_to_empty(kernel: Kernel, queue: ExecutionQueue, cell: _Cell, parent: Parent) -> Json:
    """Nothing to run is answered at once, and takes no number."""
    _publish_input(kernel, cell, replace(parent, execution_count=kernel.session.execution_count))
    return await _ok(kernel, queue, cell)


async def _reply_to_question(
    kernel: Kernel, queue: ExecutionQueue, cell: _Cell, parent: Parent, query: HelpQuery
) -> Json:
    """`name?` runs nothing: what is known goes to the front end's pager."""
    _publish_input(kernel, cell, replace(parent, execution_count=kernel.session.execution_count))
    found = await kernel.session.inspect(query.expression, len(query.expression), 1 if query.source else 0)
    payload = [{"source": "page", "data": dict(found.data), "start": 0}] if found else []
    if not found and not cell.silent:
        kernel.publisher.publish(stream("stdout", f"Nothing is known about `{query.expression}`.\n"), parent.header)
    return {**await _ok(kernel, queue, cell), "payload": payload}


async def _ok(kernel: Kernel, queue: ExecutionQueue, cell: _Cell) -> Json:
    expressions = cell.expressions
    values = await kernel.session.evaluate_expressions(expressions, lane=queue.lane) if expressions else {}
    contents = {name: expression_content(value) for name, value in values.items()}
    return {"status": "ok", "payload": [], "user_expressions": contents}


async def _engine_missing(
    kernel: Kernel, queue: ExecutionQueue, cell: _Cell, parent: Parent, error: EngineError
) -> Json:
    kernel.engine_lost(error)
    outcome = EngineDied(0, str(error))
    _publish_input(kernel, cell, parent)
    await _conclude(kernel, queue, replace(cell, store_history=False), parent, outcome)
    return {"status": "error", **error_content(outcome)}


def _ask(kernel: Kernel, event: InputRequested, parent: Parent) -> None:
    kernel.publisher.flush()
    if parent.allow_stdin:
        kernel.stdin.ask(event, parent)
    else:
        refuse_input(kernel, event, parent)


def refuse_input(kernel: Kernel, event: InputRequested, parent: Parent) -> None:
    """Nobody can be asked: the program gets end of input, and the cell says why."""
    kernel.publisher.publish(stream("stderr", NO_STDIN_TEXT), parent.header)
    kernel.session.reply_input(event.request_id, None)


def _plain_text(event: Event) -> str | None:
    text = event.data.get("text/plain") if isinstance(event, Finished) and event.data else None
    return text if isinstance(text, str) else None
