"""Subshells with a real engine: cells of several lanes share one isolate. ipykernel's test_subshells are the model."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest
from jupyter_client.blocking.client import BlockingKernelClient

from dxkernel.engine import EngineDied, Event, Failed, Finished, Interrupted, Started, Stdout
from dxkernel.engine.session import Session
from tests.integration.client import TIMEOUT_S, messages_of, reply_of, run, text_of, wait_for_stream
from tests.integration.conftest import Manager
from tests.integration.test_session import plain, with_session
from tests.integration.test_session import run as run_cell

pytestmark = pytest.mark.node

Kernel = tuple[Manager, BlockingKernelClient]


class Lane:
    """A cell that runs in a lane of its own, and its events so far."""

    def __init__(self, session: Session, code: str, name: str) -> None:
        self.events: list[Event] = []
        self.said = asyncio.Event()
        self.task = asyncio.create_task(self._run(session, code, name))

    async def _run(self, session: Session, code: str, name: str) -> list[Event]:
        async for event in session.execute(code, lane=name):
            if not isinstance(event, Started):
                self.events.append(event)
            if isinstance(event, Stdout):
                self.said.set()
        return self.events


WAIT = "globalThis.gate = Promise.withResolvers(); console.log('ready'); "


def test_a_cell_of_another_lane_runs_while_one_awaits() -> None:
    async def scenario(session: Session, _background: list[Event]) -> None:
        waiting = Lane(session, WAIT + "let got = await gate.promise; console.log('got', got); got", "")
        await waiting.said.wait()
        other = Lane(session, "let mine = 5; console.log('other'); gate.resolve(mine); mine + 1", "b")
        assert plain(await other.task) == "6"
        assert plain(await waiting.task) == "5"
        assert waiting.events[:-1] == [Stdout(1, "ready\n"), Stdout(1, "got 5\n")]
        assert other.events[:-1] == [Stdout(2, "other\n")]
        assert plain(await run_cell(session, "[got, mine]")) == "[ 5, 5 ]"

    with_session(scenario)


def test_each_cell_has_its_own_failure() -> None:
    async def scenario(session: Session, _background: list[Event]) -> None:
        first = Lane(session, WAIT + "await gate.promise; throw new Error('first')", "")
        await first.said.wait()
        outcome = (await Lane(session, "throw new Error('second')", "b").task)[-1]
        assert isinstance(outcome, Failed)
        assert outcome.error.message == "second"
        assert not first.task.done()
        await Lane(session, "gate.resolve()", "b").task
        outcome = (await first.task)[-1]
        assert isinstance(outcome, Failed)
        assert (outcome.error.message, outcome.error.frames[0].file) == ("first", "Cell [1]")

    with_session(scenario)


@pytest.mark.parametrize("code", ["while (true) {}", "await new Promise(() => {})"])
def test_an_interrupt_ends_the_cells_of_all_lanes(code: str) -> None:
    async def scenario(session: Session, _background: list[Event]) -> None:
        await run_cell(session, "let kept = 1")
        first = Lane(session, WAIT + "await gate.promise", "")
        await first.said.wait()
        second = Lane(session, f"console.log('ready'); {code}", "b")
        await second.said.wait()
        await session.interrupt()
        for lane in (first, second):
            assert isinstance((await lane.task)[-1], Interrupted)
        assert plain(await run_cell(session, "kept")) == "1"
        assert plain(await Lane(session, "kept + 1", "b").task) == "2"

    with_session(scenario)


def test_the_end_of_an_engine_is_the_outcome_of_every_lane() -> None:
    async def scenario(session: Session, background: list[Event]) -> None:
        first = Lane(session, WAIT + "await gate.promise", "")
        await first.said.wait()
        second = Lane(session, "process.exit(3)", "b")
        for lane in (first, second):
            outcome = (await lane.task)[-1]
            assert isinstance(outcome, EngineDied)
            assert "process.exit(3)" in outcome.reason
        assert background == []
        assert plain(await run_cell(session, "1 + 1")) == "2"

    with_session(scenario)


def test_bytes_of_children_keep_their_cell_when_another_ends() -> None:
    code = WAIT + "await gate.promise; require('node:child_process').execSync('echo child', { stdio: 'inherit' })"

    async def scenario(session: Session, _background: list[Event]) -> None:
        first = Lane(session, code, "")
        await first.said.wait()
        await Lane(session, "gate.resolve()", "b").task
        await first.task
        assert Stdout(1, "child\n") in first.events

    with_session(scenario)


def test_many_lanes_at_once() -> None:
    async def scenario(session: Session, _background: list[Event]) -> None:
        code = (
            "let sum{n} = 0; for (let i = 0; i < 20; i++) {{ await new Promise(setImmediate); sum{n} += {n} }} sum{n}"
        )
        lanes = [Lane(session, code.format(n=n), f"lane {n}") for n in range(10)]
        values = [plain(await lane.task) for lane in lanes]
        assert values == [str(20 * n) for n in range(10)]
        assert all(isinstance(lane.events[-1], Finished) for lane in lanes)

    with_session(scenario)


def control(client: BlockingKernelClient, msg_type: str, **content: Any) -> dict[str, Any]:
    client.control_channel.send(client.session.msg(msg_type, content))
    reply: dict[str, Any] = client.get_control_msg(timeout=TIMEOUT_S)["content"]
    return reply


def send(client: BlockingKernelClient, subshell: str, msg_type: str, **content: Any) -> str:
    message = client.session.msg(msg_type, content)
    message["header"]["subshell_id"] = subshell
    client.shell_channel.send(message)
    return str(message["header"]["msg_id"])


def test_a_kernel_with_a_subshell(real: Kernel) -> None:
    _, client = real
    subshell = control(client, "create_subshell_request")["subshell_id"]
    waiting = client.execute(WAIT + "await gate.promise")
    wait_for_stream(client, "ready")
    completion = send(client, subshell, "complete_request", code="Math.sqr", cursor_pos=8)
    assert reply_of(client, completion)["content"]["matches"] == ["sqrt"]
    looked_at = send(client, subshell, "inspect_request", code="Math.sqrt", cursor_pos=9)
    assert reply_of(client, looked_at)["content"]["found"]
    failing = send(client, subshell, "execute_request", code="console.log('in subshell'); throw new Error('no')")
    aborted = send(client, subshell, "execute_request", code="1")
    messages = messages_of(client, failing)
    assert text_of(messages) == "in subshell\n"
    assert all(message["parent_header"]["subshell_id"] == subshell for message in messages)
    reply = reply_of(client, failing)
    assert (reply["content"]["status"], reply["parent_header"]["subshell_id"]) == ("error", subshell)
    assert reply_of(client, aborted)["content"]["status"] == "aborted"
    send(client, subshell, "execute_request", code="gate.resolve('done')")
    assert messages_of(client, waiting)[-2]["content"]["data"]["text/plain"] == "'done'"
    assert control(client, "delete_subshell_request", subshell_id=subshell)["status"] == "ok"
    assert control(client, "list_subshell_request")["subshell_id"] == []
    assert run(client, "1 + 1")[0]["content"]["status"] == "ok"


def test_a_shutdown_with_a_busy_subshell(real: Kernel) -> None:
    manager, client = real
    subshell = control(client, "create_subshell_request")["subshell_id"]
    send(client, subshell, "execute_request", code="console.log('looping'); while (true) {}")
    wait_for_stream(client, "looping")
    client.shutdown()
    assert manager.provisioner.process.wait(TIMEOUT_S) == 0  # type: ignore[union-attr]
