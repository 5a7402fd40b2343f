"""One session with the engine, behind every front end. (Signatures first; see ARCHITECTURE.md.)"""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal

from dxkernel.engine.events import Completeness, Completions, Event, Inspection


@dataclass(frozen=True, slots=True)
class EngineOptions:
    """How to start the engine."""

    cwd: Path | None = None
    """The folder that modules, `require` and relative paths start from. Default: the current one."""
    heap_limit_mb: int | None = None
    """`--max-old-space-size` in MiB. Default: Node's own choice."""
    interrupt_grace_s: float = 5.0
    """How long an interrupted cell may take to end before the engine is killed and restarted."""
    node_args: Sequence[str] = ()
    env: dict[str, str] | None = None
    colors: bool = False
    """Whether values are rendered with ANSI colours in `text/plain`."""


@dataclass(frozen=True, slots=True)
class EngineInfo:
    """What is running. All versions without a leading `v`."""

    pid: int
    node: str
    v8: str
    typescript: str = ""


class Session:
    """A running engine. Use `async with Session() as session`, or `start()` and `close()`.

    Cells run one after another in the order in which `execute` was called. Everything is to be called from one event loop.
    """

    def __init__(
        self, options: EngineOptions = EngineOptions(), *, on_background: Callable[[Event], None] | None = None
    ) -> None:
        """`on_background` gets, in order, every event that belongs to no running `execute` (late output, comms)."""

    async def start(self) -> EngineInfo: ...
    def execute(
        self, code: str, *, silent: bool = False, store_history: bool = True, path: str | None = None
    ) -> AsyncIterator[Event]:
        """Run one cell: yields `Started`, outputs, then exactly one outcome. Never raises for the user's errors."""
    async def evaluate_expressions(self, expressions: dict[str, str]) -> dict[str, Any]: ...
    async def complete(self, code: str, cursor: int) -> Completions: ...
    async def inspect(self, code: str, cursor: int, detail_level: Literal[0, 1] = 0) -> Inspection | None: ...
    async def is_complete(self, code: str) -> Completeness: ...
    async def interrupt(self) -> None:
        """Interrupt what runs; the running `execute` ends with `Interrupted`. Nothing happens when idle."""
    async def restart(self) -> EngineInfo:
        """A new engine with nothing in it. A running cell ends with `EngineDied`."""
    async def close(self) -> None: ...
    def reply_input(self, request_id: int, text: str | None) -> None: ...
    def send_comm(
        self, kind: Literal["open", "msg", "close"], comm_id: str, data: Any, *, target_name: str = "",
        metadata: dict[str, Any] | None = None, buffers: Sequence[bytes] = (),
    ) -> None: ...
    @property
    def execution_count(self) -> int:
        """The number the last stored cell got; 0 before the first."""
