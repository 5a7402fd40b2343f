"""Cells: what a client sees of them, in which order, and what a failure does to those behind it."""

from __future__ import annotations

from typing import Any

import pytest

from dxkernel.engine.events import Displayed, Finished, Stdout
from tests.helpers.fake_session import TABLE, Call
from tests.helpers.memory_client import MemoryClient, play


def check(code: str, transcript: list[str], **content: Any) -> None:
    async def scene(client: MemoryClient) -> None:
        assert await client.run(code, **content) == transcript

    play(scene)


def test_a_result() -> None:
    check(
        "1 + 1",
        [
            "iopub busy",
            "iopub execute_input [1]",
            "iopub execute_result [1] 2",
            "shell execute_reply ok [1]",
            "iopub idle",
        ],
    )


def test_undefined_has_no_result() -> None:
    check("let x = 1", ["iopub busy", "iopub execute_input [1]", "shell execute_reply ok [1]", "iopub idle"])


def test_output_comes_before_the_reply() -> None:
    check(
        "console.log('hello, world')",
        [
            "iopub busy",
            "iopub execute_input [1]",
            "iopub stdout 'hello, world\\n'",
            "shell execute_reply ok [1]",
            "iopub idle",
        ],
    )


def test_an_error() -> None:
    check(
        "x()",
        [
            "iopub busy",
            "iopub execute_input [1]",
            "iopub error TypeError: x is not a function",
            "shell execute_reply error [1]",
            "iopub idle",
        ],
    )


def test_the_engine_dies_and_the_kernel_lives() -> None:
    async def scene(client: MemoryClient) -> None:
        died = client.execute("die")
        await client.idle(died)
        reply = client.reply_to(died)
        assert (reply["status"], reply["ename"], reply["evalue"]) == ("error", "EngineDied", "process.exit(3)")
        assert "iopub error EngineDied: process.exit(3)" in client.transcript(died)
        assert "iopub execute_result [2] 2" in await client.run("1 + 1")

    play(scene)


def test_silent_says_nothing_and_takes_no_number() -> None:
    async def scene(client: MemoryClient) -> None:
        for code in ("1 + 1", "console.log('hello, world')", "x()", "display"):
            lines = await client.run(code, silent=True, stop_on_error=False)
            status = "error" if code == "x()" else "ok"
            assert lines == ["iopub busy", f"shell execute_reply {status} [0]", "iopub idle"]
        assert client.session.calls[1] == Call("execute", ("1 + 1",), {"silent": True, "store_history": False})
        assert "iopub execute_input [1]" in await client.run("1 + 1")

    play(scene)


def test_without_history_the_number_stays() -> None:
    async def scene(client: MemoryClient) -> None:
        await client.run("1 + 1")
        assert (await client.run("1 + 1", store_history=False))[1:] == [
            "iopub execute_input [1]",
            "iopub execute_result [1] 2",
            "shell execute_reply ok [1]",
            "iopub idle",
        ]

    play(scene)


def test_nothing_to_run_is_answered_at_once() -> None:
    async def scene(client: MemoryClient) -> None:
        await client.run("1 + 1")
        assert await client.run("  \n", silent=True) == ["iopub busy", "shell execute_reply ok [1]", "iopub idle"]
        assert (await client.run(""))[1] == "iopub execute_input [1]"

    play(scene)


def test_user_expressions_are_evaluated_after_success_only() -> None:
    async def scene(client: MemoryClient) -> None:
        for code, silent in (("1 + 1", False), ("", True)):
            request = client.execute(code, silent=silent, user_expressions={"a": "x", "b": "undefined", "c": "x()"})
            await client.idle(request)
            values = client.reply_to(request)["user_expressions"]
            assert values["a"] == {"status": "ok", "data": {"text/plain": "x"}, "metadata": {}}
            assert values["b"] == {"status": "ok", "data": {"text/plain": "undefined"}, "metadata": {}}
            assert (values["c"]["status"], values["c"]["ename"]) == ("error", "TypeError")
        failed = client.execute("x()", user_expressions={"a": "x"})
        await client.idle(failed)
        assert "user_expressions" not in client.reply_to(failed)

    play(scene)


def test_a_failure_aborts_what_was_sent_before_anybody_saw_it() -> None:
    async def scene(client: MemoryClient) -> None:
        failing = client.execute("slow failure")
        queued = client.execute("1 + 1")
        # One more sits in the socket, with a question among the cells that has to be answered all the same.
        in_socket = client.message("execute_request", {"code": "1 + 1"})
        question = client.message("kernel_info_request")
        client.unread["shell"] += [in_socket, question]
        client.session.gate.set()
        await client.seen(failing, "iopub error TypeError: x is not a function")
        after = client.execute("1 + 1")
        await client.idle(after)
        aborted = ["iopub busy", "shell execute_reply aborted [1]", "iopub idle"]
        assert client.transcript(queued) == aborted
        assert client.transcript(in_socket) == aborted
        assert client.reply_to(question)["status"] == "ok"
        assert "iopub execute_result [2] 2" in client.transcript(after)

    play(scene)


def test_without_stop_on_error_the_next_cell_runs() -> None:
    async def scene(client: MemoryClient) -> None:
        client.execute("x()", stop_on_error=False)
        assert "iopub execute_result [2] 2" in await client.run("1 + 1")

    play(scene)


def test_an_interrupt_stops_what_was_sent_before_it_and_nothing_after() -> None:
    async def scene(client: MemoryClient) -> None:
        looping = client.execute("while (true) {}")
        before = client.execute("1 + 1")
        await client.seen(looping, "iopub stdout 'looping\\n'")
        interrupt = client.request("interrupt_request", channel="control")
        after = client.execute("1 + 1")
        await client.idle(after)
        assert client.transcript(looping)[-3:] == [
            "iopub error Interrupted: The cell was interrupted",
            "shell execute_reply error [1]",
            "iopub idle",
        ]
        assert "shell execute_reply aborted [1]" in client.transcript(before)
        assert "shell execute_reply ok [2]" in client.transcript(after)
        assert client.reply_to(interrupt) == {"status": "ok"}

    play(scene)


def test_what_was_sent_after_an_interrupt_but_arrived_before_it_runs() -> None:
    async def scene(client: MemoryClient) -> None:
        looping = client.execute("while (true) {}")
        await client.seen(looping, "iopub stdout 'looping\\n'")
        before = client.message("execute_request", {"code": "1 + 1"})
        interrupt = client.message("interrupt_request")
        after = client.message("execute_request", {"code": "1 + 1"})
        for channel, message in (("shell", before), ("shell", after), ("control", interrupt)):
            client.kernel.receive(channel, message)
        await client.idle(after)
        assert "shell execute_reply aborted [1]" in client.transcript(before)
        assert "shell execute_reply ok [2]" in client.transcript(after)

    play(scene)


@pytest.mark.parametrize("date", [None, 5, "yesterday", "2020-01-01", "2020-01-01T00:00:00"])
def test_a_date_that_makes_no_sense_is_ignored(date: object) -> None:
    async def scene(client: MemoryClient) -> None:
        looping = client.execute("while (true) {}")
        await client.seen(looping, "iopub stdout 'looping\\n'")
        queued, interrupt = client.message("execute_request", {"code": "1 + 1"}), client.message("interrupt_request")
        interrupt.header["date"] = date
        client.kernel.receive("shell", queued)
        client.kernel.receive("control", interrupt)
        await client.idle(queued)
        assert client.reply_to(looping)["status"] == "error"

    play(scene)


def test_questions_are_answered_while_a_cell_runs_and_the_status_stays_busy() -> None:
    async def scene(client: MemoryClient) -> None:
        running = client.execute("await gate")
        await client.seen(running, "iopub execute_input [1]")
        reply = await client.ask("complete_request", {"code": "con", "cursor_pos": 3})
        assert reply["matches"] == ["console", "const"]
        states = [message.content["execution_state"] for _, message in client.received if message.msg_type == "status"]
        assert states[-1] == "busy"
        client.session.gate.set()
        await client.idle(running)
        assert client.transcript(running)[-1] == "iopub idle"

    play(scene)


def test_late_output_goes_to_the_cell_that_made_it() -> None:
    async def scene(client: MemoryClient) -> None:
        early = client.execute("setTimeout")
        throwing = client.execute("throw later")
        await client.idle(throwing)
        await client.run("1 + 1")
        client.session.release_late()
        client.kernel.publisher.flush()
        assert client.transcript(early)[-1] == "iopub stdout 'late\\n'"
        assert client.transcript(throwing)[-1].startswith("iopub stderr 'Uncaught ")

    play(scene)


def test_late_output_of_a_silent_cell_is_silent() -> None:
    async def scene(client: MemoryClient) -> None:
        silent = client.execute("setTimeout", silent=True)
        await client.idle(silent)
        client.session.release_late()
        client.kernel.publisher.flush()
        assert client.transcript(silent)[-1] == "iopub idle"

    play(scene)


def test_a_burst_is_complete_and_in_few_messages() -> None:
    async def scene(client: MemoryClient) -> None:
        request = client.execute("burst")
        await client.idle(request)
        streams = [message for _, message in client.of(request) if message.msg_type == "stream"]
        text = "".join(message.content["text"] for message in streams)
        assert text == "".join(f"line {number}\n" for number in range(20_000))
        assert len(streams) < 50
        assert client.transcript(request)[-3:] == [
            "iopub execute_result [1] 20000",
            "shell execute_reply ok [1]",
            "iopub idle",
        ]

    play(scene)


def test_an_engine_that_does_not_start_is_reported_and_tried_again() -> None:
    async def scene(client: MemoryClient) -> None:
        assert "iopub error EngineDied: no Node here" in await client.run("1 + 1")
        assert "iopub execute_result [1] 2" in await client.run("1 + 1")

    play(scene, start_failures=2)  # The one in the background, and the one for the first cell.


def test_a_silent_failure_aborts_nothing() -> None:
    async def scene(client: MemoryClient) -> None:
        client.execute("x()", silent=True)
        assert "iopub execute_result [1] 2" in await client.run("1 + 1")

    play(scene)


def test_output_that_no_json_can_hold_is_apologised_for() -> None:
    endless: list[Any] = []
    endless.append(endless)
    table = {"endless": [Displayed(0, {"application/json": endless}), Finished(0, {"application/json": endless})]}

    async def scene(client: MemoryClient) -> None:
        lines = await client.run("endless")
        assert len([line for line in lines if "could not send this output" in line]) == 2
        assert lines[-2:] == ["shell execute_reply ok [1]", "iopub idle"]

    play(scene, table=table)


def test_an_engine_that_is_lost_later_is_tried_again() -> None:
    async def scene(client: MemoryClient) -> None:
        await client.run("1 + 1")
        client.session.lost = True
        assert "iopub error EngineDied: no engine" in await client.run("1 + 1")
        assert "iopub execute_result [2] 2" in await client.run("1 + 1")

    play(scene)


def test_a_dying_engine_closes_its_comms() -> None:
    async def scene(client: MemoryClient) -> None:
        await client.run("open comm")
        assert "iopub comm_close" in await client.run("die")
        assert client.kernel.comms == {}

    play(scene)


def test_a_question_goes_to_the_pager() -> None:
    async def scene(client: MemoryClient) -> None:
        request = client.execute("console?")
        await client.idle(request)
        assert client.transcript(request) == [
            "iopub busy", "iopub execute_input [0]", "shell execute_reply ok [0]", "iopub idle",
        ]  # fmt: skip
        page = {"source": "page", "data": {"text/plain": "about console"}, "start": 0}
        assert client.reply_to(request)["payload"] == [page]
        assert "iopub stdout 'Nothing is known about `nobody`.\\n'" in await client.run("nobody?")

    play(scene)


def test_a_bad_request_gets_an_error_reply_with_a_number() -> None:
    async def scene(client: MemoryClient) -> None:
        for content in ({}, {"code": 1}, {"code": "1", "silent": "yes"}, {"code": "1", "user_expressions": []}):
            reply = await client.ask("execute_request", content)
            assert (reply["status"], reply["ename"], reply["execution_count"]) == ("error", "BadRequest", 0)

    play(scene)


def test_cells_run_one_after_another() -> None:
    table = {"a": [Stdout(0, "a"), Finished(0, None)], "b": [Stdout(0, "b"), Finished(0, None)]}

    async def scene(client: MemoryClient) -> None:
        first, second = client.execute("a"), client.execute("b")
        await client.idle(second)
        order = [message.parent_header.get("msg_id") for _, message in client.received[1:]]
        assert order == [first.msg_id] * 5 + [second.msg_id] * 5

    play(scene, table={**TABLE, **table})
