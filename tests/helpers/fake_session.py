"""A session without an engine: code looks up the events that it replays.

It has the interface of `engine.Session` (mypy compares them, since it is a subclass), so a whole front end can be driven
without Node. A table's entry is a list of steps; a step is an event, or one of the few actions below.
"""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any, Literal

from dxkernel.engine.events import (
    CommMessage,
    Completeness,
    CompletionItem,
    Completions,
    Displayed,
    DisplayUpdated,
    EngineDied,
    ErrorValue,
    Event,
    Failed,
    Finished,
    InputRequested,
    Inspection,
    Interrupted,
    Notice,
    OutputCleared,
    StackFrame,
    Started,
    Stderr,
    Stdout,
    Uncaught,
)
from dxkernel.engine.options import EngineInfo, EngineOptions
from dxkernel.engine.session import MAIN_LANE, Session
from dxkernel.errors import EngineStartError

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Callable, Mapping, Sequence


@dataclass(frozen=True)
class Hang:
    """Run until interrupted."""


@dataclass(frozen=True)
class Wait:
    """Run until the test sets `FakeSession.gate`."""


@dataclass(frozen=True)
class Later:
    """Happens after the cell's outcome, when the test calls `FakeSession.release_late`."""

    event: Event


@dataclass(frozen=True)
class EchoInput:
    """Ask, and print what was answered."""

    prompt: str
    password: bool = False


Step = Event | Hang | Wait | Later | EchoInput
ERROR = ErrorValue(
    "TypeError",
    "x is not a function",
    (StackFrame("", "Cell [1]", 1, 1, source="x()"), StackFrame("run", "node:vm", 1, 1, internal=True)),
)

TABLE: dict[str, Sequence[Step]] = {
    "1 + 1": [Finished(0, {"text/plain": "2"})],
    "'hello'": [Finished(0, {"text/plain": "'hello'", "text/html": "<b>hello</b>"})],
    "let x = 1": [Finished(0, None)],
    "console.log('hello, world')": [Stdout(0, "hello, world\n"), Finished(0, None)],
    "console.error('oh')": [Stderr(0, "oh\n"), Finished(0, None)],
    "x()": [Failed(0, ERROR)],
    "die": [EngineDied(0, "process.exit(3)", exit_code=3)],
    "while (true) {}": [Stdout(0, "looping\n"), Hang()],
    "await gate": [Wait(), Finished(0, None)],
    "slow failure": [Wait(), Failed(0, ERROR)],
    "clear": [OutputCleared(0, wait=True), Finished(0, None)],
    "display": [Displayed(0, {"text/plain": "d", "text/html": "<i>d</i>"}), Finished(0, None)],
    "display named": [Displayed(0, {"text/plain": "d"}, {}, "it"), Finished(0, None)],
    "update named": [DisplayUpdated(0, "it", {"text/plain": "e"}), Finished(0, None)],
    "setTimeout": [Later(Stdout(0, "late\n")), Finished(0, None)],
    "throw later": [Later(Uncaught(0, ERROR, "uncaughtException")), Finished(0, None)],
    "ask later": [Later(InputRequested(0, 77, "?")), Finished(0, None)],
    "notice": [Notice(0, "the engine was restarted"), Finished(0, None)],
    "prompt('name? ')": [EchoInput("name? "), Finished(0, None)],
    "open comm": [CommMessage(0, "open", "c1", "target", {"a": 1}, buffers=(b"\x00\x01",)), Finished(0, None)],
    "close comm": [CommMessage(0, "close", "c1", "", {}), Finished(0, None)],
    "burst": [*(Stdout(0, f"line {n}\n") for n in range(20_000)), Finished(0, {"text/plain": "20000"})],
    "200 lines": [*(Stdout(0, f"line {n}\n") for n in range(200)), Finished(0, {"text/plain": "'done'"})],
}


@dataclass
class Call:
    """One call that the front end made."""

    name: str
    args: tuple[Any, ...] = ()
    more: Mapping[str, Any] = field(default_factory=dict)


class FakeSession(Session):
    """Replays `table`; unknown code finishes with no value. `calls` tells what was asked of it."""

    def __init__(
        self,
        options: EngineOptions | None = None,  # noqa: ARG002
        *,
        on_background: Callable[[Event], None] | None = None,
        table: Mapping[str, Sequence[Step]] = TABLE,
        start_failures: int = 0,
    ) -> None:
        self.table = table
        self.calls: list[Call] = []
        self.gate = asyncio.Event()
        self.interrupted = asyncio.Event()
        self.closed = False
        self.lost = False
        self._listener = on_background or (lambda _: None)
        self._start_failures = start_failures
        self._cells = 0
        self._count = 0
        self._turns: dict[str, asyncio.Lock] = {}
        self._busy = 0
        self._answers: dict[int, asyncio.Future[str | None]] = {}
        self._late: list[Event] = []

    def spawn(self) -> None:
        self.calls.append(Call("spawn"))

    async def start(self) -> EngineInfo:
        self.calls.append(Call("start"))
        if self._start_failures:
            self._start_failures -= 1
            raise EngineStartError("no Node here")
        return EngineInfo(0, "24.0.0", "13.0")

    async def execute(
        self,
        code: str,
        *,
        silent: bool = False,
        store_history: bool = True,
        path: str | None = None,  # noqa: ARG002
        lane: str = MAIN_LANE,
    ) -> AsyncIterator[Event]:
        more = {"lane": lane} if lane else {}
        self.calls.append(Call("execute", (code,), {"silent": silent, "store_history": store_history, **more}))
        if self.lost:
            raise EngineStartError("no engine")
        async with self._turns.setdefault(lane, asyncio.Lock()):
            self._busy += 1
            self.interrupted.clear()
            try:
                self._cells += 1
                cell = self._cells
                if store_history:
                    self._count += 1
                yield Started(cell, self._count)
                async for event in self._replay(cell, self.table.get(code, [Finished(0, None)])):
                    yield event
            finally:
                self._busy -= 1

    async def _replay(self, cell: int, steps: Sequence[Step]) -> AsyncIterator[Event]:
        for step in steps:
            match step:
                case Hang():
                    await self.interrupted.wait()
                    yield Interrupted(cell)
                    return
                case Wait():
                    await self.gate.wait()
                case Later(event=event):
                    self._late.append(replace(event, cell=cell))
                case EchoInput(prompt=prompt, password=password):
                    request_id = cell * 100
                    answer = self._answers[request_id] = asyncio.get_running_loop().create_future()
                    yield InputRequested(cell, request_id, prompt, password)
                    interrupted = asyncio.ensure_future(self.interrupted.wait())
                    await asyncio.wait([answer, interrupted], return_when=asyncio.FIRST_COMPLETED)
                    interrupted.cancel()
                    if not answer.done():
                        yield Interrupted(cell)
                        return
                    yield Stdout(cell, f"{answer.result()!r}\n")
                case _:
                    yield replace(step, cell=cell)

    def release_late(self) -> None:
        """Let what cells left behind happen."""
        late, self._late = self._late, []
        for event in late:
            self._listener(event)

    async def evaluate_expressions(
        self,
        expressions: Mapping[str, str],
        *,
        lane: str = MAIN_LANE,  # noqa: ARG002
    ) -> dict[str, Finished | Failed]:
        self.calls.append(Call("evaluate_expressions", (expressions,)))
        known: dict[str, Finished | Failed] = {"x()": Failed(0, ERROR), "undefined": Finished(0, None)}
        return {name: known.get(text, Finished(0, {"text/plain": text})) for name, text in expressions.items()}

    async def complete(self, code: str, cursor: int) -> Completions:
        self.calls.append(Call("complete", (code, cursor)))
        return Completions([CompletionItem("console", "object"), CompletionItem("const", "keyword")], 0, cursor)

    async def inspect(self, code: str, cursor: int, detail_level: Literal[0, 1] = 0) -> Inspection | None:
        self.calls.append(Call("inspect", (code, cursor, detail_level)))
        return Inspection({"text/plain": f"about {code}"}) if code == "console" else None

    async def is_complete(self, code: str) -> Completeness:
        if code.endswith("{"):
            return Completeness("incomplete", "  ")
        return Completeness("invalid", message="no") if code.startswith(")") else Completeness("complete")

    async def interrupt(self) -> None:
        self.calls.append(Call("interrupt"))
        if self._busy:
            self.interrupted.set()

    def drop_lane(self, lane: str) -> None:
        self._turns.pop(lane, None)

    async def restart(self) -> EngineInfo:
        self.lost = False
        return await self.start()

    async def close(self) -> None:
        self.closed = True

    def reply_input(self, request_id: int, text: str | None) -> None:
        self.calls.append(Call("reply_input", (request_id, text)))
        answer = self._answers.pop(request_id, None)
        if answer is not None and not answer.done():
            answer.set_result(text)

    async def send_comm(
        self,
        kind: Literal["open", "msg", "close"],
        comm_id: str,
        data: Any,
        *,
        target_name: str = "",
        metadata: Mapping[str, Any] | None = None,  # noqa: ARG002
        buffers: Sequence[bytes] = (),
    ) -> None:
        self.calls.append(Call(f"comm_{kind}", (comm_id, data), {"target_name": target_name, "buffers": list(buffers)}))
        if kind == "open" and target_name == "unknown":
            self._listener(CommMessage(self._cells, "close", comm_id, "", {}))

    @property
    def execution_count(self) -> int:
        return self._count
