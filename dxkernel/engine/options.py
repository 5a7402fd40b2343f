"""How to start an engine, and what runs then. Values only."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True, slots=True)
class EngineOptions:
    """How to start the engine."""

    cwd: Path | None = None
    """The folder that modules, `require` and relative paths start from. Default: the current one."""
    heap_limit_mb: int | None = None
    """`--max-old-space-size` in MiB. Default: Node's own choice."""
    interrupt_grace_s: float = 5.0
    """How long an interrupted cell may take to end before the engine is killed and restarted."""
    start_timeout_s: float = 60.0
    """How long Node may take to become ready before `EngineStartError`."""
    node_args: Sequence[str] = ()
    env: dict[str, str] | None = None
    """The engine's environment. Default: this process's."""
    colors: bool = False
    """Whether values are rendered with ANSI colours in `text/plain`, and `process.stdout` claims to be a colour terminal."""
    columns: int = 80


@dataclass(frozen=True, slots=True)
class EngineInfo:
    """What is running. All versions without a leading `v`."""

    pid: int
    node: str
    v8: str
