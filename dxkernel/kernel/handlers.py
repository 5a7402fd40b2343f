"""How each request is answered: a table from message type to function.

A handler returns the content of the reply, or `None` for messages that have none. `execute_request` is not in the table:
cells wait in `ExecutionQueue`; everything here is answered while a cell runs.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Coroutine, Mapping
from typing import TYPE_CHECKING, Any, Literal, TypeVar

from dxkernel.engine.events import ErrorValue
from dxkernel.errors import EngineError
from dxkernel.kernel.info import kernel_info
from dxkernel.kernel.render import exception_content
from dxkernel.kernel.requests import BadRequestError, Request
from dxkernel.magics.help import help_query

if TYPE_CHECKING:
    from dxkernel.engine.events import CompletionItem, Completions
    from dxkernel.kernel.history import Entry, History
    from dxkernel.kernel.kernel import Kernel

T = TypeVar("T")
Json = dict[str, Any]
Handler = Callable[["Kernel", Request], Awaitable[Json | None]]


# Nobody waits this long for a completion, but a reply is owed.
ANSWER_TIMEOUT_S = 10.0


def error_reply(name: str, message: str) -> Json:
    """The content of a reply that reports a failure of the request itself."""
    return {"status": "error", **exception_content(ErrorValue(name, message))}


async def _kernel_info(kernel: Kernel, request: Request) -> Json:
    del kernel, request
    return kernel_info()


async def _complete(kernel: Kernel, request: Request) -> Json:
    code = request.require("code", str)
    completions = await _ask(kernel, kernel.session.complete(code, _cursor(request, code)))
    return {
        "status": "ok",
        "matches": [item.text for item in completions.items],
        "cursor_start": completions.start,
        "cursor_end": completions.end,
        "metadata": {"_jupyter_types_experimental": [_typed_match(item, completions) for item in completions.items]},
    }


def _typed_match(item: CompletionItem, completions: Completions) -> Json:
    return {
        "start": completions.start,
        "end": completions.end,
        "text": item.text,
        "type": item.type,
        "signature": item.signature,
    }


async def _inspect(kernel: Kernel, request: Request) -> Json:
    code = request.require("code", str)
    level: Literal[0, 1] = 1 if request.get("detail_level", int, 0) else 0
    found = await _ask(kernel, kernel.session.inspect(code, _cursor(request, code), level))
    if found is None:
        return {"status": "ok", "found": False, "data": {}, "metadata": {}}
    return {"status": "ok", "found": True, "data": dict(found.data), "metadata": dict(found.metadata)}


async def _is_complete(kernel: Kernel, request: Request) -> Json:
    code = request.require("code", str)
    if help_query(code) is not None:
        return {"status": "complete"}
    completeness = await _ask(kernel, kernel.session.is_complete(code))
    reply = {"status": completeness.status}
    return {**reply, "indent": completeness.indent} if completeness.status == "incomplete" else reply


async def _ask(kernel: Kernel, question: Coroutine[Any, Any, T]) -> T:
    """The engine's answer; every client gets a reply, even if the engine has none."""
    try:
        await kernel.engine_ready()
        return await asyncio.wait_for(question, ANSWER_TIMEOUT_S)
    except TimeoutError as error:
        raise EngineError(f"the engine did not answer within {ANSWER_TIMEOUT_S:g} s") from error
    finally:
        question.close()


def _cursor(request: Request, code: str) -> int:
    """Where the cursor is, in code points (as both the protocol and Python count); the end unless it says."""
    return max(0, min(request.get("cursor_pos", int, len(code)), len(code)))


async def _history(kernel: Kernel, request: Request) -> Json:
    kind = request.require("hist_access_type", str)
    count = request.get("n", int, 0)
    match kind:
        case "tail":
            entries = kernel.history.tail(count)
        case "range":
            stop = request.message.content.get("stop")
            entries = kernel.history.range(
                request.get("session", int, 0), request.get("start", int, 0), stop if isinstance(stop, int) else None
            )
        case "search":
            unique = request.get("unique", bool, default=False)
            entries = kernel.history.search(request.get("pattern", str, "*"), count or None, unique=unique)
        case _:
            reason = f"history_request: hist_access_type is {kind!r:.60}: expected tail, range or search"
            raise BadRequestError(reason)
    outputs = request.get("output", bool, default=False)
    return {"status": "ok", "history": [_history_row(kernel.history, entry, output=outputs) for entry in entries]}


def _history_row(history: History, entry: Entry, *, output: bool) -> tuple[int, int, Any]:
    return entry.session, entry.line, (entry.input, history.output_of(entry)) if output else entry.input


async def _comm_info(kernel: Kernel, request: Request) -> Json:
    target = request.get("target_name", str, "")
    comms = {comm_id: {"target_name": name} for comm_id, name in kernel.comms.items() if not target or name == target}
    return {"status": "ok", "comms": comms}


def _comm(kind: Literal["open", "msg", "close"]) -> Handler:
    async def handle(kernel: Kernel, request: Request) -> None:
        comm_id = request.require("comm_id", str)
        target = request.get("target_name", str, "")
        await kernel.engine_ready()
        kernel.track_comm(kind, comm_id, target)
        await kernel.session.send_comm(
            kind,
            comm_id,
            request.message.content.get("data") or {},
            target_name=target,
            metadata=request.message.metadata,
            buffers=request.message.buffers,
        )

    return handle


async def _interrupt(kernel: Kernel, request: Request) -> Json:
    del request
    await kernel.interrupt()
    return {"status": "ok"}


async def _shutdown(kernel: Kernel, request: Request) -> Json:
    restart = request.get("restart", bool, default=False)
    kernel.stop_after_reply(restart=restart)
    return {"status": "ok", "restart": restart}


async def _create_subshell(kernel: Kernel, request: Request) -> Json:
    del request
    return {"status": "ok", "subshell_id": kernel.subshells.create()}


async def _delete_subshell(kernel: Kernel, request: Request) -> Json:
    kernel.subshells.delete(request.require("subshell_id", str))
    return {"status": "ok"}


async def _list_subshell(kernel: Kernel, request: Request) -> Json:
    del request
    return {"status": "ok", "subshell_id": kernel.subshells.names()}


async def _connect(kernel: Kernel, request: Request) -> Json:
    del request
    return {"status": "ok", **kernel.ports}


async def _debug(kernel: Kernel, request: Request) -> Json:
    """A DAP response, since that is what the front end parses; ours only says that there is no debugger yet."""
    del kernel
    content = request.message.content
    return {
        "type": "response",
        "request_seq": request.get("seq", int, 0),
        "success": False,
        "command": str(content.get("command", "")),
        "message": "dxkernel has no debugger for notebooks yet",
    }


HANDLERS: Mapping[str, Handler] = {
    "kernel_info_request": _kernel_info,
    "complete_request": _complete,
    "inspect_request": _inspect,
    "is_complete_request": _is_complete,
    "history_request": _history,
    "comm_info_request": _comm_info,
    "comm_open": _comm("open"),
    "comm_msg": _comm("msg"),
    "comm_close": _comm("close"),
    "interrupt_request": _interrupt,
    "shutdown_request": _shutdown,
    "create_subshell_request": _create_subshell,
    "delete_subshell_request": _delete_subshell,
    "list_subshell_request": _list_subshell,
    "connect_request": _connect,
    "debug_request": _debug,
}
