"""Subshells (JEP 91): more than one queue of cells, so that one can run while another awaits.

A client makes one, names it in the header of what it sends on shell, and deletes it. Each has a queue of its own, and an
error aborts only what waits in that. All share one isolate: a cell of a subshell gets to run when the others await, not while
they compute. Whatever is no cell waits in no queue and is answered at once, whichever subshell it names.
"""

from __future__ import annotations

import uuid
from typing import TYPE_CHECKING, Any

from dxkernel.kernel.execution import ExecutionQueue
from dxkernel.kernel.requests import BadRequestError

if TYPE_CHECKING:
    from collections.abc import Iterator

    from dxkernel.kernel.kernel import Kernel
    from dxkernel.kernel.requests import Request

# The main shell has no name on the wire; a subshell's is never empty.
MAIN = ""


class Subshells:
    """The queues of a kernel: the main shell's, and one for each subshell."""

    def __init__(self, kernel: Kernel) -> None:
        self._kernel = kernel
        self._queues = {MAIN: ExecutionQueue(kernel)}
        self._closing: list[ExecutionQueue] = []

    def create(self) -> str:
        """Make a subshell and return its name."""
        name = str(uuid.uuid4())
        self._queues[name] = ExecutionQueue(self._kernel, name)
        return name

    def delete(self, name: str) -> None:
        """Take a subshell away. Its running cell runs on to its end; what waits in it is aborted.

        Raises `BadRequestError` when there is none of this name.
        """
        if name == MAIN or name not in self._queues:
            reason = f"there is no subshell {name!r:.60}"
            raise BadRequestError(reason)
        # What was sent to it before is still its own, though it came by another socket.
        self._kernel.drain_shell()
        queue = self._queues.pop(name)
        self._closing = [*(old for old in self._closing if old.running is not None), queue]
        queue.close()

    def names(self) -> list[str]:
        """The subshells, without the main shell, from old to new."""
        return [name for name in self._queues if name != MAIN]

    def queue_of(self, request: Request) -> ExecutionQueue | None:
        """The queue that a request names; `None` if that subshell does not exist."""
        return self._queues.get(_name_in(request.header) if request.channel == "shell" else MAIN)

    def note_interrupt(self, interrupt: Request | None = None) -> None:
        """An interrupt is for all that runs."""
        for queue in self._all():
            queue.note_interrupt(interrupt)

    def running_beside(self, request: Request) -> Request | None:
        """A request other than this one whose cell runs."""
        running = (queue.running for queue in self._all())
        return next((other for other in running if other is not None and other is not request), None)

    def _all(self) -> Iterator[ExecutionQueue]:
        yield from self._queues.values()
        yield from self._closing


def _name_in(header: Any) -> str:
    name = header.get("subshell_id")
    return MAIN if name is None else str(name)
