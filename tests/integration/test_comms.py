"""Comms with a real engine: a session's side of them, and a whole kernel's."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest
from jupyter_client.blocking.client import BlockingKernelClient

from dxkernel.engine import CommMessage, Event, Failed, Stdout, Uncaught
from dxkernel.engine.session import Session
from tests.integration.client import messages_of, reply_of, run, text_of, types, wait_for, wait_for_stream
from tests.integration.conftest import Manager
from tests.integration.test_session import plain, with_session
from tests.integration.test_session import run as run_cell

pytestmark = pytest.mark.node

Kernel = tuple[Manager, BlockingKernelClient]

ECHO = """
dx.comms.registerTarget('echo', (comm, open) => {
  comm.send({ opened: open.data, by: comm.targetName, buffers: open.buffers.length });
  comm.onMessage(({ data, metadata, buffers }) => {
    comm.send({ echo: data }, { metadata, buffers: buffers.map((bytes) => bytes.map((byte) => byte + 1)) });
  });
  comm.onClose(({ data }) => console.log('closed', data));
});
"""


def comms(events: list[Event]) -> list[tuple[str, str, Any]]:
    return [(e.kind, e.comm_id, e.data) for e in events if isinstance(e, CommMessage)]


def test_a_front_end_opens_talks_and_closes() -> None:
    async def scenario(session: Session, background: list[Event]) -> None:
        await run_cell(session, ECHO)
        await session.send_comm("open", "c", {"x": 1}, target_name="echo", buffers=(b"a",))
        await session.send_comm("msg", "c", {"y": [1, "é"]}, metadata={"m": 1}, buffers=(b"\x00\x01", b"", b"\xfe"))
        await session.send_comm("close", "c", {"bye": True})
        await session.send_comm("msg", "c", {"too": "late"})
        assert comms(background) == [
            ("msg", "c", {"opened": {"x": 1}, "by": "echo", "buffers": 1}),
            ("msg", "c", {"echo": {"y": [1, "é"]}}),
        ]
        answer = background[1]
        assert isinstance(answer, CommMessage)
        assert (answer.metadata, answer.buffers) == ({"m": 1}, [b"\x01\x02", b"", b"\xff"])
        # Handlers are the cell's that gave them.
        assert background[-1] == Stdout(1, "closed { bye: true }\n")

    with_session(scenario)


def test_a_program_opens_talks_and_closes() -> None:
    code = """
        const comm = dx.comms.open('mine', { data: { a: 1 }, metadata: { version: '2.1.0' }, buffers: [new Float32Array([1.5])] });
        comm.send();
        comm.send([1], { buffers: [new Uint8Array([1, 2, 3]).buffer, new DataView(new ArrayBuffer(4), 1, 2)] });
        comm.close({ done: true });
        comm.close();
        [comm.isOpen, comm.id.length, `${comm}`]
    """

    async def scenario(session: Session, _background: list[Event]) -> None:
        events = await run_cell(session, code)
        messages = [event for event in events if isinstance(event, CommMessage)]
        assert len({message.comm_id for message in messages}) == 1
        assert [(m.kind, m.data, m.metadata, list(m.buffers)) for m in messages] == [
            ("open", {"a": 1}, {"version": "2.1.0"}, [b"\x00\x00\xc0\x3f"]),
            ("msg", {}, {}, []),
            ("msg", [1], {}, [b"\x01\x02\x03", b"\x00\x00"]),
            ("close", {"done": True}, {}, []),
        ]
        assert messages[0].target_name == "mine"
        assert plain(events) == "[ false, 36, '[object Comm]' ]"

    with_session(scenario)


@pytest.mark.parametrize(
    ("code", "message"),
    [
        ("const c = dx.comms.open('t'); c.close(); c.send({})", "comm.send: the comm is closed"),
        ("const a: any = {}; a.a = a; dx.comms.open('t', { data: a })", "circular"),
        ("dx.comms.open('t', { data: 1n })", "BigInt"),
        ("dx.comms.open('t', { buffers: ['text'] })", "buffers: expected ArrayBuffers"),
        ("dx.comms.open('t', { buffers: new Uint8Array(1) })", "buffers: expected an array"),
        ("dx.comms.registerTarget('t', 5)", "dx.comms.registerTarget: expected a function"),
        ("dx.comms.open('t').onMessage('x')", "comm.onMessage: expected a function"),
    ],
)
def test_misuse_fails_in_the_callers_line(code: str, message: str) -> None:
    async def scenario(session: Session, _background: list[Event]) -> None:
        outcome = (await run_cell(session, code))[-1]
        assert isinstance(outcome, Failed)
        assert outcome.error.name == "TypeError"
        assert message in outcome.error.message

    with_session(scenario)


@pytest.mark.parametrize("target", ["'nobody', null", "'other', () => {}"])
def test_an_unknown_target_is_closed(target: str) -> None:
    async def scenario(session: Session, background: list[Event]) -> None:
        await run_cell(session, f"dx.comms.registerTarget({target})")
        await session.send_comm("open", "c", {}, target_name="nobody")
        assert comms(background) == [("close", "c", {})]

    with_session(scenario)


def test_handlers_that_throw_are_reported_and_survived() -> None:
    code = """
        dx.comms.registerTarget('bad', () => { throw new RangeError('in open') });
        dx.comms.registerTarget('good', (comm) => comm.onMessage(async ({ data }) => {
          await null;
          if (data.fail) throw new RangeError('in message');
          comm.send('fine');
        }));
    """

    async def scenario(session: Session, background: list[Event]) -> None:
        await run_cell(session, code)
        await session.send_comm("open", "a", {}, target_name="bad")
        await session.send_comm("open", "b", {}, target_name="good")
        await session.send_comm("msg", "b", {"fail": True})
        await session.send_comm("msg", "b", {})
        errors = [(e.cell, e.error.message) for e in background if isinstance(e, Uncaught)]
        assert errors == [(1, "in open"), (1, "in message")]
        assert comms(background) == [("close", "a", {}), ("msg", "b", "fine")]

    with_session(scenario)


def test_an_interrupt_ends_a_handler() -> None:
    code = "dx.comms.registerTarget('loop', () => { console.log('looping'); while (true) {} }); let kept = 1"

    async def scenario(session: Session, background: list[Event]) -> None:
        await run_cell(session, code)
        message = asyncio.ensure_future(session.send_comm("open", "c", {}, target_name="loop"))
        await asyncio.wait([message], timeout=0.3)
        assert not message.done()
        await session.interrupt()
        await message
        assert background == [Stdout(1, "looping\n")]
        assert plain(await run_cell(session, "kept")) == "1"

    with_session(scenario)


def test_a_hostile_cell_does_not_reach_the_comms() -> None:
    code = """
        Map.prototype.get = Map.prototype.set = () => { throw 1 }; Array.isArray = () => false;
        Object.defineProperty(Object.prototype, 'get', { get() { throw 2 }, configurable: true });
        Object.prototype.toJSON = () => 'mine';
    """

    async def scenario(session: Session, background: list[Event]) -> None:
        await run_cell(session, ECHO)
        await run_cell(session, code)
        await session.send_comm("open", "c", {}, target_name="nobody")
        await session.send_comm("open", "d", {}, target_name="echo")
        assert [kind for kind, _, _ in comms(background)] == ["close", "msg"]

    with_session(scenario)


def test_a_thousand_messages_each_way() -> None:
    async def scenario(session: Session, background: list[Event]) -> None:
        await run_cell(session, ECHO)
        await session.send_comm("open", "c", {}, target_name="echo")
        buffer = bytes(1000)
        await asyncio.gather(*(session.send_comm("msg", "c", {"n": n}, buffers=(buffer,)) for n in range(1000)))
        assert [data["echo"]["n"] for _, _, data in comms(background)[1:]] == list(range(1000))

    with_session(scenario)


def send(client: BlockingKernelClient, msg_type: str, content: dict[str, Any], *buffers: bytes) -> dict[str, Any]:
    message: dict[str, Any] = client.session.msg(msg_type, content)
    message["buffers"] = list(buffers)
    client.shell_channel.send(message)
    return message


def comm_info(client: BlockingKernelClient, target: str | None = None) -> dict[str, Any]:
    comms: dict[str, Any] = reply_of(client, client.comm_info(target))["content"]["comms"]
    return comms


def test_the_kernel_passes_comms_on(real: Kernel) -> None:
    _, client = real
    run(client, ECHO)
    opened = send(client, "comm_open", {"comm_id": "c", "target_name": "echo", "data": {}})
    messages = messages_of(client, opened["header"]["msg_id"])
    assert types(messages) == ["status", "status"]
    sent = send(client, "comm_msg", {"comm_id": "c", "data": 1}, b"\x01\x02")
    echo = wait_for(client, lambda m: m["msg_type"] == "comm_msg" and "echo" in m["content"]["data"])
    assert echo["content"] == {"comm_id": "c", "data": {"echo": 1}}
    assert [bytes(buffer) for buffer in echo["buffers"]] == [b"\x02\x03"]
    messages_of(client, sent["header"]["msg_id"])
    assert comm_info(client) == {"c": {"target_name": "echo"}}
    _, messages = run(client, "const own = dx.comms.open('front', { id: 'own' })")
    assert "comm_open" in types(messages)
    assert comm_info(client, "front") == {"own": {"target_name": "front"}}
    run(client, "own.close()")
    send(client, "comm_close", {"comm_id": "c", "data": {}})
    assert "closed" in text_of([wait_for_stream(client, "closed")])
    assert comm_info(client) == {}


def test_comms_are_handled_while_a_cell_awaits(real: Kernel) -> None:
    _, client = real
    run(
        client,
        "const done = Promise.withResolvers(); dx.comms.registerTarget('go', (_, { data }) => done.resolve(data))",
    )
    waiting = client.execute("await done.promise")
    send(client, "comm_open", {"comm_id": "c", "target_name": "go", "data": {"ok": 1}})
    messages = messages_of(client, waiting)
    assert messages[-2]["content"]["data"]["text/plain"] == "{ ok: 1 }"


def test_a_dead_engine_closes_its_comms(real: Kernel) -> None:
    _, client = real
    run(client, "dx.comms.open('front', { id: 'own' })")
    client.execute("process.exit(1)")
    closed = wait_for(client, lambda m: m["msg_type"] == "comm_close")
    assert closed["content"]["comm_id"] == "own"
    assert comm_info(client) == {}
