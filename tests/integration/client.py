"""What the tests of running kernels ask of a jupyter_client."""

from __future__ import annotations

import time
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from collections.abc import Callable

    from jupyter_client.blocking.client import BlockingKernelClient

TIMEOUT_S = 20

Message = dict[str, Any]


def run(client: BlockingKernelClient, code: str, **options: Any) -> tuple[Message, list[Message]]:
    """Execute; the reply, and everything on iopub up to idle."""
    msg_id = client.execute(code, **options)
    messages = messages_of(client, msg_id)
    return reply_of(client, msg_id), messages


def messages_of(client: BlockingKernelClient, msg_id: str) -> list[Message]:
    """Everything on iopub that belongs to a request, up to idle."""
    messages: list[Message] = []
    while not messages or messages[-1]["content"].get("execution_state") != "idle":
        message = client.get_iopub_msg(timeout=TIMEOUT_S)
        if message["parent_header"].get("msg_id") == msg_id:
            messages.append(message)
    return messages


def reply_of(client: BlockingKernelClient, msg_id: str) -> Message:
    """The reply to a request; others before it are dropped."""
    while True:
        reply: Message = client.get_shell_msg(timeout=TIMEOUT_S)
        if reply["parent_header"]["msg_id"] == msg_id:
            return reply


def wait_for(client: BlockingKernelClient, wanted: Callable[[Message], bool]) -> Message:
    """The next message on iopub that is wanted."""
    while True:
        message: Message = client.get_iopub_msg(timeout=TIMEOUT_S)
        if wanted(message):
            return message


def wait_for_stream(client: BlockingKernelClient, text: str) -> Message:
    return wait_for(client, lambda message: text in message["content"].get("text", ""))


def wait_for_type(client: BlockingKernelClient, msg_type: str) -> Message:
    return wait_for(client, lambda message: message["msg_type"] == msg_type)


def types(messages: list[Message]) -> list[str]:
    return [message["msg_type"] for message in messages]


def text_of(messages: list[Message], name: str = "stdout") -> str:
    return "".join(
        message["content"]["text"]
        for message in messages
        if message["msg_type"] == "stream" and message["content"]["name"] == name
    )


def wait_until_gone(pid: int) -> None:
    """Return when a process that is not our child has ended."""
    deadline = time.monotonic() + TIMEOUT_S
    while time.monotonic() < deadline:
        if not alive(pid):
            return
        time.sleep(0.02)  # Nothing but looking tells.
    pytest.fail(f"process {pid} is still there")


def alive(pid: int) -> bool:
    try:
        stat = Path(f"/proc/{pid}/stat").read_text(encoding="utf-8")
    except (FileNotFoundError, ProcessLookupError):
        return False
    return stat.rpartition(")")[2].split()[0] != "Z"
