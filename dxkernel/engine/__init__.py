"""The engine: Node.js in a child process behind one `Session`. Front ends need nothing else of this package.

Names are imported when they are first used: `dx run` passes through this package on its way to Node, and `dataclasses` and
`asyncio`, which a session needs, would cost it more time than Node takes to start.
"""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
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
        MimeBundle,
        Notice,
        Outcome,
        Output,
        OutputCleared,
        StackFrame,
        Started,
        Stderr,
        Stdout,
        Uncaught,
    )
    from dxkernel.engine.options import EngineInfo, EngineOptions
    from dxkernel.engine.session import Session

__all__ = [
    "CommMessage",
    "Completeness",
    "CompletionItem",
    "Completions",
    "DisplayUpdated",
    "Displayed",
    "EngineDied",
    "EngineInfo",
    "EngineOptions",
    "ErrorValue",
    "Event",
    "Failed",
    "Finished",
    "InputRequested",
    "Inspection",
    "Interrupted",
    "MimeBundle",
    "Notice",
    "Outcome",
    "Output",
    "OutputCleared",
    "Session",
    "StackFrame",
    "Started",
    "Stderr",
    "Stdout",
    "Uncaught",
]

_MODULES = {"Session": "session", "EngineInfo": "options", "EngineOptions": "options"}


def __getattr__(name: str) -> object:
    if name not in __all__:
        message = f"module {__name__!r} has no attribute {name!r}"
        raise AttributeError(message)
    import importlib  # noqa: PLC0415  (imports warnings)

    module = importlib.import_module(f"dxkernel.engine.{_MODULES.get(name, 'events')}")
    return getattr(module, name)
