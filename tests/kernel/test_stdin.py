"""Asking the client for input."""

from __future__ import annotations

from typing import Any

from dxkernel.kernel.wire import Message
from tests.helpers.fake_session import Call
from tests.helpers.memory_client import IDENTITY, MemoryClient, play

CODE = "prompt('name? ')"


async def question(client: MemoryClient, request: Message) -> Message:
    await client.seen(request, "stdin input_request")
    return next(message for channel, message in client.of(request) if channel == "stdin")


def answer(client: MemoryClient, value: Any, **more: Any) -> None:
    reply = client.message("input_reply", {"value": value})
    client.kernel.receive("stdin", Message(**{**_fields(reply), **more}))


def _fields(message: Message) -> dict[str, Any]:
    return {"header": message.header, "content": message.content, "identities": message.identities}


def test_the_asking_client_is_asked_under_its_request() -> None:
    async def scene(client: MemoryClient) -> None:
        request = client.execute(CODE)
        asked = await question(client, request)
        assert asked.content == {"prompt": "name? ", "password": False}
        assert list(asked.identities) == [IDENTITY]
        answer(client, "Ada", parent_header=asked.header)
        await client.idle(request)
        assert "iopub stdout \"'Ada'\\n\"" in client.transcript(request)

    play(scene)


def test_stale_and_foreign_answers_are_dropped() -> None:
    async def scene(client: MemoryClient) -> None:
        answer(client, "too early")
        request = client.execute(CODE)
        await question(client, request)
        answer(client, "from somebody else", identities=(b"other",))
        answer(client, "to another question", parent_header={"msg_id": "other"})
        answer(client, "right")
        answer(client, "twice")
        await client.idle(request)
        assert [call.args[1] for call in client.session.calls if call.name == "reply_input"] == ["right"]

    play(scene)


def test_end_of_input() -> None:
    async def scene(client: MemoryClient) -> None:
        request = client.execute(CODE)
        await question(client, request)
        answer(client, "\x04")
        await client.idle(request)
        assert "iopub stdout 'None\\n'" in client.transcript(request)

    play(scene)


def test_a_client_that_cannot_be_asked_is_not() -> None:
    async def scene(client: MemoryClient) -> None:
        lines = await client.run(CODE, allow_stdin=False)
        assert "stdin input_request" not in lines
        assert any("cannot be asked for input" in line for line in lines)
        assert client.session.calls[-1] == Call("reply_input", (100, None))

    play(scene)


def test_an_interrupt_ends_the_question() -> None:
    async def scene(client: MemoryClient) -> None:
        request = client.execute(CODE)
        await question(client, request)
        await client.ask("interrupt_request", channel="control")
        await client.idle(request)
        assert "shell execute_reply error [1]" in client.transcript(request)
        again = client.execute(CODE)
        await question(client, again)
        answer(client, "second")
        await client.idle(again)
        assert "iopub stdout \"'second'\\n\"" in client.transcript(again)

    play(scene)


def test_a_late_question_gets_end_of_input() -> None:
    async def scene(client: MemoryClient) -> None:
        await client.run("ask later")
        client.session.release_late()
        assert client.session.calls[-1] == Call("reply_input", (77, None))

    play(scene)
