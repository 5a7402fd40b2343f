"""Every request but `execute_request`: its reply, and that nothing ends the kernel."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest

from dxkernel.kernel import handlers
from dxkernel.kernel.handlers import HANDLERS
from tests.helpers.fake_session import Call
from tests.helpers.memory_client import MemoryClient, play

CASES: list[tuple[str, dict[str, Any], dict[str, Any]]] = [
    ("is_complete_request", {"code": "1"}, {"status": "complete"}),
    ("is_complete_request", {"code": "Math.sqrt?"}, {"status": "complete"}),
    ("is_complete_request", {"code": "{"}, {"status": "incomplete", "indent": "  "}),
    ("is_complete_request", {"code": ")"}, {"status": "invalid"}),
    ("inspect_request", {"code": "x"}, {"status": "ok", "found": False, "data": {}, "metadata": {}}),
    (
        "inspect_request",
        {"code": "console", "cursor_pos": 2, "detail_level": 1},
        {"status": "ok", "found": True, "data": {"text/plain": "about console"}, "metadata": {}},
    ),
    ("comm_info_request", {}, {"status": "ok", "comms": {}}),
    ("interrupt_request", {}, {"status": "ok"}),
    ("shutdown_request", {"restart": True}, {"status": "ok", "restart": True}),
    ("shutdown_request", {}, {"status": "ok", "restart": False}),
    ("history_request", {"hist_access_type": "tail", "n": 5}, {"status": "ok", "history": []}),
    ("connect_request", {}, {"status": "ok"}),
    (
        "debug_request",
        {"type": "request", "seq": 3, "command": "debugInfo"},
        {
            "type": "response",
            "request_seq": 3,
            "success": False,
            "command": "debugInfo",
            "message": "dxkernel has no debugger for notebooks yet",
        },
    ),
]


@pytest.mark.parametrize("channel", ["shell", "control"])
@pytest.mark.parametrize(("msg_type", "content", "reply"), CASES)
def test_reply(msg_type: str, content: dict[str, Any], reply: dict[str, Any], channel: str) -> None:
    async def scene(client: MemoryClient) -> None:
        request = client.request(msg_type, content, channel)
        await client.idle(request)
        assert client.reply_to(request) == reply
        lines = client.transcript(request)
        assert (lines[0], lines[1], lines[-1]) == (
            "iopub busy",
            f"{channel} {msg_type.removesuffix('request')}reply",
            "iopub idle",
        )

    play(scene)


def test_kernel_info() -> None:
    async def scene(client: MemoryClient) -> None:
        info = await client.ask("kernel_info_request")
        assert info["status"] == "ok"
        assert info["protocol_version"] == "5.5"
        assert info["language_info"]["file_extension"] == ".ts"
        assert isinstance(info["language_info"]["codemirror_mode"], str)

    play(scene)


def test_completion_counts_code_points_and_carries_types() -> None:
    async def scene(client: MemoryClient) -> None:
        reply = await client.ask("complete_request", {"code": "\U0001f600con", "cursor_pos": 4})
        assert (reply["cursor_start"], reply["cursor_end"]) == (0, 4)
        assert reply["metadata"]["_jupyter_types_experimental"][0] == {
            "start": 0, "end": 4, "text": "console", "type": "object", "signature": "",
        }  # fmt: skip

    play(scene)


@pytest.mark.parametrize(("given", "cursor"), [({}, 3), ({"cursor_pos": 99}, 3), ({"cursor_pos": -1}, 0)])
def test_the_cursor_stays_in_the_code(given: dict[str, int], cursor: int) -> None:
    async def scene(client: MemoryClient) -> None:
        await client.ask("complete_request", {"code": "con", **given})
        assert client.session.calls[-1] == Call("complete", ("con", cursor))

    play(scene)


def test_history() -> None:
    async def scene(client: MemoryClient) -> None:
        for code in ("1 + 1", "let x = 1", "1 + 1"):
            await client.run(code)
        await client.run("'hello'", store_history=False)
        rows = [[1, 1, "1 + 1"], [1, 2, "let x = 1"], [1, 3, "1 + 1"]]

        async def ask(kind: str, **more: Any) -> list[Any]:
            reply = await client.ask("history_request", {"hist_access_type": kind, "raw": True, **more})
            return [list(row) for row in reply["history"]]

        assert await ask("tail", n=2) == rows[1:]
        assert await ask("tail", n=1, output=True) == [[1, 3, ("1 + 1", "2")]]
        assert await ask("range", session=0, start=1, stop=3) == rows[:2]
        assert await ask("range", session=1, start=2) == rows[1:]
        assert await ask("range", session=9, start=1, stop=3) == []
        assert await ask("search", pattern="1*") == [rows[0], rows[2]]
        assert await ask("search", pattern="1*", unique=True) == [rows[2]]
        assert await ask("search", pattern="*", n=1) == rows[2:]

    play(scene)


def test_comms_both_ways() -> None:
    async def scene(client: MemoryClient) -> None:
        opened = client.execute("open comm")
        await client.idle(opened)
        message = next(message for _, message in client.of(opened) if message.msg_type == "comm_open")
        assert (message.content["target_name"], message.buffers) == ("target", (b"\x00\x01",))
        assert (await client.ask("comm_info_request"))["comms"] == {"c1": {"target_name": "target"}}
        assert (await client.ask("comm_info_request", {"target_name": "other"}))["comms"] == {}
        sent = client.request("comm_msg", {"comm_id": "c1", "data": {"b": 2}}, buffers=(b"raw",))
        await client.idle(sent)
        assert client.session.calls[-1] == Call("comm_msg", ("c1", {"b": 2}), {"target_name": "", "buffers": [b"raw"]})
        assert client.transcript(sent) == ["iopub busy", "iopub idle"]
        await client.run("close comm")
        assert (await client.ask("comm_info_request"))["comms"] == {}

    play(scene)


def test_comm_messages_keep_their_order() -> None:
    async def scene(client: MemoryClient) -> None:
        sent = [client.request("comm_msg", {"comm_id": "c", "data": {"n": number}}) for number in range(20)]
        await client.idle(sent[-1])
        assert [call.args[1]["n"] for call in client.session.calls if call.name == "comm_msg"] == list(range(20))

    play(scene)


def test_a_comm_nobody_wants_is_closed_on_iopub() -> None:
    async def scene(client: MemoryClient) -> None:
        sent = client.request("comm_open", {"comm_id": "c9", "target_name": "unknown", "data": {}})
        await client.idle(sent)
        assert "comm_close" in [message.msg_type for channel, message in client.received if channel == "iopub"]
        assert (await client.ask("comm_info_request"))["comms"] == {}

    play(scene)


@pytest.mark.parametrize(
    ("msg_type", "content", "ename"),
    [
        ("complete_request", {}, "BadRequest"),
        ("complete_request", {"code": "a", "cursor_pos": "1"}, "BadRequest"),
        ("inspect_request", {"code": None}, "BadRequest"),
        ("history_request", {"hist_access_type": "all"}, "BadRequest"),
        ("history_request", {"hist_access_type": "tail", "n": True}, "BadRequest"),
        ("shutdown_request", {"restart": "no"}, "BadRequest"),
    ],
)
def test_nonsense_gets_an_error_reply(msg_type: str, content: dict[str, Any], ename: str) -> None:
    async def scene(client: MemoryClient) -> None:
        reply = await client.ask(msg_type, content)
        assert (reply["status"], reply["ename"]) == ("error", ename)
        assert not client.kernel.stopped.is_set()

    play(scene)


@pytest.mark.parametrize("msg_type", ["nonsense_request", "comm_msg", "execute_reply", "status"])
def test_what_has_no_answer_is_still_wrapped_in_busy_and_idle(msg_type: str) -> None:
    async def scene(client: MemoryClient) -> None:
        request = client.request(msg_type)
        await client.idle(request)
        assert client.transcript(request) == ["iopub busy", "iopub idle"]

    play(scene)


def test_a_handler_that_fails_is_answered_and_survived(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    async def scene(client: MemoryClient) -> None:
        async def broken(*_: object) -> None:
            raise ZeroDivisionError("a bug")

        monkeypatch.setattr(client.session, "complete", broken)
        reply = await client.ask("complete_request", {"code": "a"})
        assert (reply["status"], reply["ename"]) == ("error", "ZeroDivisionError")
        assert "a bug" in caplog.text
        assert (await client.ask("kernel_info_request"))["status"] == "ok"

    play(scene)


def test_a_question_the_engine_never_answers_gets_a_reply(monkeypatch: pytest.MonkeyPatch) -> None:
    async def scene(client: MemoryClient) -> None:
        async def never(*_: object) -> None:
            await asyncio.Event().wait()

        monkeypatch.setattr(client.session, "complete", never)
        monkeypatch.setattr(handlers, "ANSWER_TIMEOUT_S", 0.01)
        reply = await client.ask("complete_request", {"code": "a"})
        assert (reply["status"], reply["ename"]) == ("error", "EngineError")

    play(scene)


def test_shutdown_is_announced_before_the_end() -> None:
    async def scene(client: MemoryClient) -> None:
        request = client.request("shutdown_request", {"restart": True}, "control")
        await client.kernel.stopped.wait()
        assert client.transcript(request) == [
            "iopub busy", "control shutdown_reply", "iopub shutdown_reply", "iopub idle",
        ]  # fmt: skip

    play(scene)


def test_starting_is_said_once_and_subscribers_are_welcomed() -> None:
    async def scene(client: MemoryClient) -> None:
        client.kernel.welcome(b"")
        client.kernel.welcome(b"kernel.\xff")
        await client.run("1 + 1")
        states = [message.content["execution_state"] for _, message in client.received if message.msg_type == "status"]
        assert states == ["starting", "busy", "idle"]
        welcomes = [message for _, message in client.received if message.msg_type == "iopub_welcome"]
        assert [message.content["subscription"] for message in welcomes] == ["", "kernel.\ufffd"]
        assert [message.parent_header for message in welcomes] == [{}, {}]

    play(scene)


def test_the_table_names_every_request_of_the_protocol() -> None:
    requests = "kernel_info complete inspect is_complete history comm_info interrupt shutdown connect debug"
    requests += " create_subshell delete_subshell list_subshell"
    assert {f"{name}_request" for name in requests.split()} | {"comm_open", "comm_msg", "comm_close"} == set(HANDLERS)
