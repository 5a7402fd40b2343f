"""A client and its kernel in one event loop, without sockets: requests in, a transcript out."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Any

from dxkernel.kernel.headers import Headers
from dxkernel.kernel.kernel import Kernel
from dxkernel.kernel.wire import Codec, Message
from tests.helpers.fake_session import TABLE, FakeSession, Step

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Mapping, Sequence

TIMEOUT_S = 10
IDENTITY = b"client"


class MemoryClient:
    """Drives a kernel whose session is fake. It is also the kernel's transport."""

    def __init__(self, table: Mapping[str, Sequence[Step]] = TABLE, *, start_failures: int = 0) -> None:
        self.received: list[tuple[str, Message]] = []
        self.unread: dict[str, list[Message]] = {"shell": []}
        """What has arrived on a socket that the kernel has not read yet."""
        self._headers = Headers("client-session")
        self._codec = Codec()
        self._changed = asyncio.Event()
        self.session = FakeSession(
            on_background=lambda event: self.kernel.on_background(event),  # noqa: PLW0108  # It does not exist yet.
            table=table,
            start_failures=start_failures,
        )
        self.kernel = Kernel(self.session)
        self.kernel.start_engine()
        self.kernel.attach(self)

    # -- the kernel's transport

    def send(self, channel: str, message: Message) -> None:
        self._codec.encode(message)  # As the real one does: what cannot be encoded is not sent.
        self.received.append((channel, message))
        self._changed.set()

    def drain(self, channel: str) -> None:
        waiting, self.unread[channel] = self.unread[channel], []
        for message in waiting:
            self.kernel.receive(channel, message)

    # -- the client

    def message(self, msg_type: str, content: dict[str, Any] | None = None, **more: Any) -> Message:
        return Message(self._headers.make(msg_type), content or {}, identities=(IDENTITY,), **more)

    def request(
        self, msg_type: str, content: dict[str, Any] | None = None, channel: str = "shell", **more: Any
    ) -> Message:
        """Send one message; it is not waited for."""
        message = self.message(msg_type, content, **more)
        self.kernel.receive(channel, message)
        return message

    def execute(self, code: str, **content: Any) -> Message:
        return self.request("execute_request", {"code": code, **content})

    async def ask(self, msg_type: str, content: dict[str, Any] | None = None, channel: str = "shell") -> dict[str, Any]:
        """Send one message and return the content of its reply."""
        request = self.request(msg_type, content, channel)
        await self.idle(request)
        return self.reply_to(request)

    async def run(self, code: str, **content: Any) -> list[str]:
        """Execute code and return its transcript."""
        request = self.execute(code, **content)
        await self.idle(request)
        return self.transcript(request)

    async def until(self, condition: Callable[[], bool]) -> None:
        """Return when `condition` holds; it is looked at after every message."""
        async with asyncio.timeout(TIMEOUT_S):
            while not condition():
                self._changed.clear()
                await self._changed.wait()

    async def idle(self, request: Message) -> None:
        await self.until(lambda: "iopub idle" in self.transcript(request))

    async def seen(self, request: Message, line: str) -> None:
        await self.until(lambda: line in self.transcript(request))

    def of(self, request: Message) -> list[tuple[str, Message]]:
        """Every message whose parent is `request`."""
        return [
            (channel, message)
            for channel, message in self.received
            if message.parent_header.get("msg_id") == request.msg_id
        ]

    def reply_to(self, request: Message) -> dict[str, Any]:
        replies = [message for channel, message in self.of(request) if channel in {"shell", "control"}]
        assert len(replies) == 1, replies
        assert list(replies[0].identities) == [IDENTITY]
        return replies[0].content

    def transcript(self, request: Message) -> list[str]:
        return [f"{channel} {_line(message)}" for channel, message in self.of(request)]


def play(scene: Callable[[MemoryClient], Awaitable[None]], **options: Any) -> None:
    """Run one scene with a fresh kernel, and close it."""

    async def act() -> None:
        client = MemoryClient(**options)
        try:
            await scene(client)
        finally:
            await client.kernel.close()

    asyncio.run(act())


def _line(message: Message) -> str:
    content = message.content
    match message.msg_type:
        case "status":
            return str(content["execution_state"])
        case "stream":
            return f"{content['name']} {content['text']!r}"
        case "execute_input":
            return f"execute_input [{content['execution_count']}]"
        case "execute_result":
            return f"execute_result [{content['execution_count']}] {content['data']['text/plain']}"
        case "execute_reply":
            return f"execute_reply {content['status']} [{content['execution_count']}]"
        case "error":
            return f"error {content['ename']}: {content['evalue']}"
        case other:
            return other
