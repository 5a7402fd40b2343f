"""The one ordered writer of iopub.

Statuses, streams, displays and results all go through here, so a client sees them in the order in which they happened
and an `idle` is truly the last message of its request. Stream text is gathered: front ends choke on a message for each
`console.log` (jupyter_server cuts a kernel off at 1,000 messages a second).
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any, Protocol

from dxkernel.kernel.render import Publication
from dxkernel.kernel.wire import Message

if TYPE_CHECKING:
    from dxkernel.kernel.headers import Headers

# How far apart two stream messages are while output keeps coming: 20 a second look fluent and stay far below the limits.
STREAM_INTERVAL_S = 0.05
# How long the first text after a pause waits for company, so that a burst begins as one message.
FIRST_DELAY_S = 0.003
# Text beyond this goes out at once, which keeps single messages small enough to render piece by piece.
MAX_STREAM_CHARS = 64 * 1024

Header = Mapping[str, Any]


class Timer(Protocol):
    """What `call_later` of an event loop returns."""

    def cancel(self) -> None: ...


class Clock(Protocol):
    """The part of an asyncio event loop that the publisher uses."""

    def time(self) -> float: ...
    def call_later(self, delay: float, callback: Callable[[], None], /) -> Timer: ...


class Publisher:
    """Sends `Publication`s in order, each under the request that caused it."""

    def __init__(self, send: Callable[[Message], None], headers: Headers, clock: Clock) -> None:
        self._send = send
        self._headers = headers
        self._clock = clock
        self._name = ""
        self._parent: Header = {}
        self._texts: list[str] = []
        self._chars = 0
        self._due = 0.0
        self._timer: Timer | None = None
        self._last_flush = 0.0
        self._held: tuple[Publication, Header] | None = None

    def publish(self, publication: Publication, parent: Header) -> None:
        """Send one message; stream text may wait a moment for more of its kind."""
        if publication.msg_type == "stream":
            self._append(publication.content["name"], publication.content["text"], parent)
        else:
            self.flush()
            self._emit(publication, parent)

    def status(self, state: str, parent: Header) -> None:
        """Send `busy`, `idle` or `starting`, after everything that came before.

        `busy` goes out with the next message, or at the next turn of the loop: two messages at once wake ZeroMQ's thread
        once, and the engine gets its cell before the world is told.
        """
        self.flush()
        publication = Publication("status", {"execution_state": state})
        if state == "busy":
            self._release()
            self._held = (publication, parent)
            self._clock.call_later(0, self._release)
        else:
            self._emit(publication, parent)

    def flush(self) -> None:
        """Send the gathered stream text now, and a `busy` that waits."""
        self._release()
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None
        if not self._texts:
            return
        text = "".join(self._texts)
        self._texts, self._chars = [], 0
        self._last_flush = self._clock.time()
        self._emit(Publication("stream", {"name": self._name, "text": text}), self._parent)

    def _append(self, name: str, text: str, parent: Header) -> None:
        if self._texts and (name != self._name or parent is not self._parent):
            self.flush()
        now = self._clock.time()
        if not self._texts:
            self._name, self._parent = name, parent
            self._due = max(now + FIRST_DELAY_S, self._last_flush + STREAM_INTERVAL_S)
        self._texts.append(text)
        self._chars += len(text)
        # The clock is read here as well: a burst of events may keep the loop from running its timers.
        if self._chars >= MAX_STREAM_CHARS or now >= self._due:
            self.flush()
        elif self._timer is None:
            self._timer = self._clock.call_later(self._due - now, self.flush)

    def _release(self) -> None:
        held, self._held = self._held, None
        if held is not None:
            self._emit(*held)

    def _emit(self, publication: Publication, parent: Header) -> None:
        self._release()
        topic = publication.content["name"] if publication.msg_type == "stream" else publication.msg_type
        self._send(
            Message(
                header=self._headers.make(publication.msg_type),
                content=publication.content,
                parent_header=dict(parent),
                metadata=publication.metadata,
                buffers=publication.buffers,
                identities=(f"kernel.{self._headers.session_id}.{topic}".encode(),),
            )
        )
