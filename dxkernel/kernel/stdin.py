"""Asking the client for a line.

The question goes to the one client whose request runs, under that request's header, and only if it said that it can
answer. One question is open at a time; an answer that nobody waits for is stale and dropped.
"""

from __future__ import annotations

import logging
from collections import deque
from dataclasses import dataclass
from typing import TYPE_CHECKING

from dxkernel.kernel.wire import Message

if TYPE_CHECKING:
    from collections.abc import Callable

    from dxkernel.engine.events import InputRequested
    from dxkernel.kernel.headers import Headers
    from dxkernel.kernel.parents import Parent

log = logging.getLogger("dxkernel.kernel")

END_OF_INPUT = "\x04"


@dataclass(slots=True)
class _Question:
    event: InputRequested
    parent: Parent
    msg_id: str = ""


class Stdin:
    """The open questions. `send` goes to the stdin channel, `answer(request_id, text)` to the engine."""

    def __init__(
        self, send: Callable[[Message], None], answer: Callable[[int, str | None], None], headers: Headers
    ) -> None:
        self._send = send
        self._answer = answer
        self._headers = headers
        self._questions: deque[_Question] = deque()

    def ask(self, event: InputRequested, parent: Parent) -> None:
        """Ask as soon as the questions before it are answered."""
        self._questions.append(_Question(event, parent))
        if len(self._questions) == 1:
            self._send_first()

    def receive(self, reply: Message) -> None:
        """An `input_reply` arrived."""
        question = self._questions[0] if self._questions else None
        if question is None or not _answers(reply, question):
            log.info("dropped an answer that nobody waits for")
            return
        value = reply.content.get("value")
        text = value if isinstance(value, str) and value != END_OF_INPUT else None
        self._questions.popleft()
        self._answer(question.event.request_id, text)
        self._send_first()

    def drop(self, cell: int) -> None:
        """Forget what an ended cell had asked."""
        first = self._questions[0] if self._questions else None
        self._questions = deque(question for question in self._questions if question.event.cell != cell)
        if self._questions and self._questions[0] is not first:
            self._send_first()

    def _send_first(self) -> None:
        if not self._questions:
            return
        question = self._questions[0]
        header = self._headers.make("input_request")
        question.msg_id = header["msg_id"]
        content = {"prompt": question.event.prompt, "password": question.event.password}
        parent = question.parent
        self._send(Message(header, content, dict(parent.header), identities=tuple(parent.identities)))


def _answers(reply: Message, question: _Question) -> bool:
    if reply.msg_type != "input_reply" or tuple(reply.identities) != tuple(question.parent.identities):
        return False
    # JupyterLab says which question it answers, jupyter_client does not.
    asked = reply.parent_header.get("msg_id")
    return asked is None or asked in {question.msg_id, question.parent.header.get("msg_id")}
