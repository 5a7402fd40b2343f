"""Subshells: their life, and that each queue is its own. ipykernel's test_subshells are the model."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from dxkernel.kernel.wire import Message
from tests.helpers.memory_client import MemoryClient, play


async def create(client: MemoryClient) -> str:
    reply = await client.ask("create_subshell_request", channel="control")
    assert reply["status"] == "ok"
    return str(reply["subshell_id"])


async def names(client: MemoryClient) -> list[str]:
    reply = await client.ask("list_subshell_request", channel="control")
    return list(reply["subshell_id"])


def send(
    client: MemoryClient, subshell: object, code: str, msg_type: str = "execute_request", **content: Any
) -> Message:
    message = client.message(msg_type, {"code": code, **content})
    message = replace(message, header={**message.header, "subshell_id": subshell})
    client.kernel.receive("shell", message)
    return message


def test_support_is_announced() -> None:
    async def scene(client: MemoryClient) -> None:
        assert "kernel subshells" in (await client.ask("kernel_info_request"))["supported_features"]

    play(scene)


def test_create_list_delete() -> None:
    async def scene(client: MemoryClient) -> None:
        assert await names(client) == []
        first, second = await create(client), await create(client)
        assert await names(client) == [first, second]
        assert await client.ask("delete_subshell_request", {"subshell_id": first}, "control") == {"status": "ok"}
        assert await names(client) == [second]

    play(scene)


@pytest.mark.parametrize(
    "content", [{}, {"subshell_id": None}, {"subshell_id": ""}, {"subshell_id": "x"}, {"subshell_id": 3}]
)
def test_deleting_what_is_not_there_is_an_error(content: dict[str, Any]) -> None:
    async def scene(client: MemoryClient) -> None:
        reply = await client.ask("delete_subshell_request", content, "control")
        assert (reply["status"], reply["ename"]) == ("error", "BadRequest")

    play(scene)


def test_a_cell_runs_in_a_subshell_while_another_waits() -> None:
    async def scene(client: MemoryClient) -> None:
        subshell = await create(client)
        waiting = client.execute("await gate")
        await client.seen(waiting, "iopub execute_input [1]")
        other = send(client, subshell, "1 + 1")
        await client.idle(other)
        assert client.transcript(other) == [
            "iopub busy",
            "iopub execute_input [2]",
            "iopub execute_result [2] 2",
            "shell execute_reply ok [2]",
            "iopub idle",
        ]
        # The newest status is what front ends show: the first cell still runs.
        assert client.transcript(waiting)[-1] == "iopub busy"
        assert all(message.parent_header["subshell_id"] == subshell for _, message in client.of(other))
        client.session.gate.set()
        await client.idle(waiting)
        assert client.session.calls[-1].more["lane"] == subshell

    play(scene)


def test_cells_of_one_subshell_run_one_after_another() -> None:
    async def scene(client: MemoryClient) -> None:
        subshell = await create(client)
        first, second = send(client, subshell, "await gate"), send(client, subshell, "1 + 1")
        await client.run("1 + 1")
        assert client.transcript(second) == []
        client.session.gate.set()
        await client.idle(second)
        assert "iopub idle" in client.transcript(first)

    play(scene)


@pytest.mark.parametrize("failing_in_subshell", [True, False])
def test_an_error_aborts_only_its_own_queue(*, failing_in_subshell: bool) -> None:
    async def scene(client: MemoryClient) -> None:
        subshell = await create(client)
        failing, other = (subshell, None) if failing_in_subshell else (None, subshell)
        sent = [
            send(client, failing, "slow failure"),
            send(client, failing, "1 + 1"),
            send(client, other, "await gate"),
            send(client, other, "'hello'"),
        ]
        await client.seen(sent[2], "iopub execute_input [2]")
        client.session.gate.set()
        for request in sent:
            await client.idle(request)
        assert [client.reply_to(request)["status"] for request in sent] == ["error", "aborted", "ok", "ok"]

    play(scene)


def test_an_interrupt_is_for_all_that_runs() -> None:
    async def scene(client: MemoryClient) -> None:
        subshell = await create(client)
        sent = [client.execute("while (true) {}"), send(client, subshell, "while (true) {}")]
        for request in sent:
            await client.seen(request, "iopub stdout 'looping\\n'")
        await client.ask("interrupt_request", channel="control")
        for request in sent:
            await client.idle(request)
            assert client.reply_to(request)["ename"] == "Interrupted"

    play(scene)


def test_a_deleted_subshell_ends_what_runs_and_aborts_what_waits() -> None:
    async def scene(client: MemoryClient) -> None:
        subshell = await create(client)
        running, waiting = send(client, subshell, "await gate"), send(client, subshell, "1 + 1")
        await client.seen(running, "iopub execute_input [1]")
        # Sent before, and not read yet: it came by another socket than the request to delete.
        unread = client.message("execute_request", {"code": "1 + 1"})
        unread = replace(unread, header={**unread.header, "subshell_id": subshell})
        client.unread["shell"].append(unread)
        await client.ask("delete_subshell_request", {"subshell_id": subshell}, "control")
        late = send(client, subshell, "1 + 1")
        await client.idle(late)
        assert (client.reply_to(late)["status"], client.reply_to(late)["ename"]) == ("error", "SubshellNotFound")
        client.session.gate.set()
        for request, status in ((running, "ok"), (waiting, "aborted"), (unread, "aborted")):
            await client.idle(request)
            assert client.reply_to(request)["status"] == status
        assert (await client.run("1 + 1"))[-1] == "iopub idle"

    play(scene)


@pytest.mark.parametrize("msg_type", ["execute_request", "complete_request", "kernel_info_request"])
def test_every_request_to_a_subshell_that_is_not_there_gets_a_reply(msg_type: str) -> None:
    async def scene(client: MemoryClient) -> None:
        for subshell in ("gone", 7, ["x"]):
            request = send(client, subshell, "1 + 1", msg_type)
            await client.idle(request)
            assert client.reply_to(request)["ename"] == "SubshellNotFound"
            assert [line.split()[0] for line in client.transcript(request)] == ["iopub", "shell", "iopub"]

    play(scene)


def test_what_is_no_cell_is_answered_while_a_subshell_is_busy() -> None:
    async def scene(client: MemoryClient) -> None:
        subshell = await create(client)
        running = send(client, subshell, "await gate")
        await client.seen(running, "iopub execute_input [1]")
        for msg_type in ("complete_request", "inspect_request", "is_complete_request", "comm_info_request"):
            request = send(client, subshell, "con", msg_type)
            await client.idle(request)
            assert client.reply_to(request)["status"] != "error"
        client.session.gate.set()
        await client.idle(running)

    play(scene)


def test_silent_and_uncounted_cells() -> None:
    async def scene(client: MemoryClient) -> None:
        subshell = await create(client)
        request = send(client, subshell, "1 + 1", silent=True)
        await client.idle(request)
        assert client.transcript(request) == ["iopub busy", "shell execute_reply ok [0]", "iopub idle"]
        # All shells count together, as there is one `In` and one `Out`.
        await client.run("1 + 1")
        counted = send(client, subshell, "1 + 1")
        await client.idle(counted)
        assert client.reply_to(counted)["execution_count"] == 2

    play(scene)
