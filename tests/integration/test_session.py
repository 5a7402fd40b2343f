"""The engine's session with a real Node: what fakes cannot show. One helper runs cells; the tests are tables."""

from __future__ import annotations

import asyncio
import os
import signal
import subprocess
import sys
import textwrap
import time
from collections.abc import Awaitable, Callable
from pathlib import Path

import pytest

from dxkernel.engine import (
    EngineDied,
    EngineOptions,
    Event,
    Failed,
    Finished,
    InputRequested,
    Interrupted,
    Started,
    Stderr,
    Stdout,
    Uncaught,
)
from dxkernel.engine.session import Session
from dxkernel.errors import EngineError, EngineStartError, SessionClosedError

pytestmark = pytest.mark.node

Scenario = Callable[[Session, list[Event]], Awaitable[None]]


def with_session(scenario: Scenario, options: EngineOptions | None = None) -> list[Event]:
    """Run a scenario on a session of its own; the background events."""
    background: list[Event] = []

    async def main() -> None:
        async with Session(options, on_background=background.append) as session:
            await scenario(session, background)

    asyncio.run(asyncio.wait_for(main(), 60))
    return background


async def run(
    session: Session, code: str, *, answers: tuple[str | None, ...] = (), interrupt: bool = False
) -> list[Event]:
    """The events of one cell, after `Started`. `interrupt` interrupts it when it has printed `ready`."""
    events: list[Event] = []
    replies = list(answers)
    async for event in session.execute(code):
        match event:
            case Started():
                continue
            case InputRequested(request_id=request_id) if replies:
                session.reply_input(request_id, replies.pop(0))
            case Stdout(text=text) if interrupt and "ready" in text:
                await session.interrupt()
                continue
        events.append(event)
    return events


def plain(events: list[Event]) -> str | None:
    """The `text/plain` of the outcome."""
    outcome = events[-1]
    assert isinstance(outcome, Finished), outcome
    return None if outcome.data is None else outcome.data["text/plain"]


def text(events: list[Event], kind: type[Stdout | Stderr] = Stdout) -> str:
    return "".join(event.text for event in events if isinstance(event, kind))


def transcript(events: list[Event]) -> str:
    """Both streams in order: standard error in braces."""
    return "".join(
        f"{{{e.text}}}" if isinstance(e, Stderr) else e.text for e in events if isinstance(e, (Stdout, Stderr))
    )


# code, text/plain of its value
VALUES = [
    ("1 + 1", "2"),
    ("undefined", None),
    ("const n: number = 6; n * 7", "42"),
    ("{a: 1, b: 'x'}", "{ a: 1, b: 'x' }"),
    ("Promise.resolve(3)", "Promise { 3 }"),
    ("await Promise.resolve(3)", "3"),
    ("enum Colour { Red, Green }\nColour.Green", "1"),
    ("import { join } from 'node:path';\njoin('a', 'b')", "'a/b'"),
    ("typeof require('node:fs').readFileSync", "'function'"),
    ("import.meta.dirname === process.cwd()", "true"),
    ("for (let i = 0; i < 3; i++) i * 2", "4"),
    ("new Map([[1, {a: 2}]])", "Map(1) { 1 => { a: 2 } }"),
    ("({ get x() { throw new Error('no') } })", "{ x: [Getter] }"),
    ("class A { constructor(private x: number) {} }; new A(3)", "A { x: 3 }"),
    ("'😀'.length", "2"),
    ("-0", "-0"),
    ("10n ** 20n", "100000000000000000000n"),
]


def test_values() -> None:
    async def scenario(session: Session, _background: list[Event]) -> None:
        assert [plain(await run(session, code)) for code, _ in VALUES] == [expected for _, expected in VALUES]

    with_session(scenario)


def test_results_are_remembered() -> None:
    async def scenario(session: Session, _background: list[Event]) -> None:
        for code in ("'first'", "'second'", "let x = 1", "'third'"):
            await run(session, code)
        assert plain(await run(session, "[_, __, ___]")) == "[ 'third', 'second', 'first' ]"
        assert plain(await run(session, "[Out[1], In[2], Out[3]]")) == "[ 'first', \"'second'\", undefined ]"
        await run(session, "throw new RangeError('r')")
        assert plain(await run(session, "_error.message")) == "'r'"
        await run(session, "const _ = 'mine'")
        assert plain(await run(session, "1")) == "1"
        assert plain(await run(session, "_")) == "'mine'"

    with_session(scenario)


def test_an_error_has_the_place_in_what_the_user_wrote() -> None:
    async def scenario(session: Session, _background: list[Event]) -> None:
        code = "interface A { x: number }\nfunction f(a: A): never {\n  throw new TypeError('bad', { cause: new Error('deep') });\n}\n\nf({ x: 1 })"
        outcome = (await run(session, code))[-1]
        assert isinstance(outcome, Failed)
        error = outcome.error
        user = [(f.function, f.file, f.line, f.column) for f in error.frames if not f.internal]
        assert (error.name, error.message) == ("TypeError", "bad")
        assert user == [("f", "Cell [1]", 3, 9), ("", "Cell [1]", 6, 1)]
        assert error.frames[0].source == "  throw new TypeError('bad', { cause: new Error('deep') });"
        assert error.cause is not None
        assert (error.cause.message, error.cause.frames[0].line) == ("deep", 3)

    with_session(scenario)


def test_an_error_as_a_value_shows_the_programs_frames_only() -> None:
    async def scenario(session: Session, _background: list[Event]) -> None:
        shown = plain(
            await run(
                session, "function make() {\n  return Object.assign(new Error('shown'), { code: 'E' })\n}\nmake()"
            )
        )
        assert shown is not None
        assert shown.startswith("Error: shown\n    at make (Cell [1]:2:")
        assert shown.endswith(" {\n  code: 'E'\n}")
        assert "host" not in shown
        assert "node:" not in shown

    with_session(scenario)


@pytest.mark.parametrize(
    ("code", "name", "message"),
    [
        ("throw 5", "Uncaught", "5"),
        ("throw null", "Uncaught", "null"),
        ("throw {code: 42}", "Uncaught", "{ code: 42 }"),
        ("await Promise.reject(new RangeError('r'))", "RangeError", "r"),
        ("let z = ;", "SyntaxError", None),
        ("const e = new Error('x'); Object.defineProperty(e, 'stack', { get() { throw 1 } }); throw e", "Error", "x"),
        ("throw new Proxy({}, { get() { throw new Error('trap') } })", "Uncaught", None),
        ("const e: any = new Error('a'); e.cause = e; throw e", "Error", "a"),
        ("undefinedName", "ReferenceError", "undefinedName is not defined"),
    ],
)
def test_whatever_is_thrown_is_a_value(code: str, name: str, message: str | None) -> None:
    async def scenario(session: Session, _background: list[Event]) -> None:
        outcome = (await run(session, code))[-1]
        assert isinstance(outcome, Failed)
        assert outcome.error.name == name
        if message is not None:
            assert outcome.error.message == message
        assert plain(await run(session, "1 + 1")) == "2"

    with_session(scenario)


def test_output_is_in_order_whoever_writes_it() -> None:
    code = textwrap.dedent("""
        import { execSync, spawn, spawnSync } from 'node:child_process';
        import { writeSync, writeFileSync } from 'node:fs';
        for (let round = 0; round < 20; round++) {
          console.log('a');
          execSync('echo b; echo c >&2', { stdio: 'inherit' });
          process.stdout.write('d\\n');
          writeSync(1, 'e\\n');
          console.error('f');
          writeFileSync('/dev/stdout', 'g\\n');
          spawnSync('echo', ['h'], { stdio: ['ignore', 1, 2] });
          await new Promise((done) => spawn('echo', ['i'], { stdio: 'inherit' }).on('exit', done));
          console.log('j');
        }
    """)

    async def scenario(session: Session, _background: list[Event]) -> None:
        assert transcript(await run(session, code)).replace("}{", "") == "a\nb\n{c\n}d\ne\n{f\n}g\nh\ni\nj\n" * 20

    with_session(scenario)


def test_every_line_comes_before_the_outcome() -> None:
    async def scenario(session: Session, _background: list[Event]) -> None:
        events = await run(session, "for (let i = 0; i < 20000; i++) console.log(i)")
        assert text(events).splitlines() == [str(i) for i in range(20000)]
        assert plain(events) is None

    with_session(scenario)


def test_text_cut_inside_a_character_arrives_whole() -> None:
    code = "const b = Buffer.from('é😀漢'); for (const x of b) process.stdout.write(Buffer.from([x])); require('fs').writeSync(1, b)"

    async def scenario(session: Session, _background: list[Event]) -> None:
        assert text(await run(session, code)) == "é😀漢" * 2

    with_session(scenario)


def test_late_output_and_errors_keep_their_cell() -> None:
    async def scenario(session: Session, background: list[Event]) -> None:
        await run(session, "setTimeout(() => { console.log('late'); Promise.reject(new Error('lost')) }, 30)")
        await run(session, "setTimeout(() => { throw new Error('thrown') }, 30)")
        await run(session, "'newer'")
        # Timers of one length fire in the order they were set, so this cell ends after both.
        await run(session, "await new Promise((done) => setTimeout(done, 60))")
        late = {(event.cell, event.error.message, event.origin) for event in background if isinstance(event, Uncaught)}
        assert late == {(1, "lost", "unhandledRejection"), (2, "thrown", "uncaughtException")}
        assert [(e.cell, e.text) for e in background if isinstance(e, Stdout)] == [(1, "late\n")]
        assert plain(await run(session, "1 + 1")) == "2"

    with_session(scenario)


INTERRUPTED = {
    "a busy loop": "while (true) {}",
    "a loop that catches everything": "for (;;) { try { while (true) {} } catch {} finally {} }",
    "a pending await": "await new Promise(() => {})",
    "Atomics.wait": "Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0)",
    "a long regular expression": "/(a+)+$/.test('a'.repeat(60) + 'b')",
    "an input wait": "prompt('?')",
    "a synchronous child": "require('node:child_process').execSync('sleep 100; echo no')",
    "an asynchronous child": "await new Promise((done) => require('node:child_process').spawn('sleep', ['100']).on('exit', done))",
    "a loop of promises": "const f = () => Promise.resolve().then(f); await f()",
    "a loop of ticks": "(function f() { process.nextTick(f) })(); await new Promise(() => {})",
    "a loop in a timer": "setTimeout(() => { console.log('ready'); while (true) {} }, 1); await new Promise(() => {})",
    "a loop after an await": "await null; for (;;) {}",
    "a generator": "function* g() { for (;;) yield 1 }; for (const x of g()) {}",
}


@pytest.mark.parametrize("code", INTERRUPTED.values(), ids=INTERRUPTED)
def test_interrupt_keeps_state(code: str) -> None:
    async def scenario(session: Session, _background: list[Event]) -> None:
        await run(session, "let kept = 41")
        said = "" if "ready" in code else "console.log('ready'); "
        events = await run(session, said + code, interrupt=True)
        assert isinstance(events[-1], Interrupted), events
        assert plain(await run(session, "kept + 1")) == "42"

    with_session(scenario)


def test_an_interrupt_of_nothing_changes_nothing() -> None:
    async def scenario(session: Session, _background: list[Event]) -> None:
        await run(session, "let kept = 1")
        for _ in range(5):
            await session.interrupt()
            assert plain(await run(session, "kept")) == "1"

    with_session(scenario)


def test_what_resists_an_interrupt_is_ended_and_said_so() -> None:
    # A stopped process answers nothing, like one in an endless native call.
    async def scenario(session: Session, _background: list[Event]) -> None:
        shell = "`kill -STOP ${process.pid}; echo ready`, { stdio: 'inherit' }"
        code = f"require('node:child_process').execSync({shell})"
        outcome = (await run(session, code, interrupt=True))[-1]
        assert isinstance(outcome, EngineDied)
        assert "did not end within 0.5 s of the interrupt" in outcome.reason
        assert plain(await run(session, "1 + 1")) == "2"

    with_session(scenario, EngineOptions(interrupt_grace_s=0.5))


@pytest.mark.parametrize(
    ("code", "reason", "exit_code", "signal_name"),
    [
        ("process.exit(3)", "process.exit(3)", 3, None),
        ("process.exitCode = 4; process.exit()", "process.exit(4)", 4, None),
        ("process.abort()", "SIGABRT", None, "SIGABRT"),
        ("process.kill(process.pid, 'SIGSEGV')", "SIGSEGV", None, "SIGSEGV"),
        ("process.kill(process.pid, 'SIGKILL'); while (true) {}", "SIGKILL", None, "SIGKILL"),
        ("const hoard = []; for (;;) hoard.push(new Array(1e5).fill(1.5))", "its limit of 150 MiB", None, "SIGABRT"),
        ("setTimeout(() => process.exit(5), 10); await new Promise(() => {})", "process.exit(5)", 5, None),
    ],
)
def test_the_end_of_an_engine_is_told_and_survived(
    code: str, reason: str, exit_code: int | None, signal_name: str | None
) -> None:
    async def scenario(session: Session, _background: list[Event]) -> None:
        events = await run(session, f"console.log('before'); {code}")
        outcome = events[-1]
        assert isinstance(outcome, EngineDied)
        assert reason in outcome.reason
        assert (outcome.exit_code, outcome.signal) == (exit_code, signal_name)
        assert text(events).startswith("before\n")
        assert plain(await run(session, "1 + 1")) == "2"

    with_session(scenario, EngineOptions(heap_limit_mb=150))


def test_questions_fail_at_once_when_the_engine_dies() -> None:
    async def scenario(session: Session, _background: list[Event]) -> None:
        # The bridge is stopped with the process, so the question stays open until the end.
        info = await session.start()
        os.kill(info.pid, signal.SIGSTOP)
        question = asyncio.ensure_future(session.complete("proc", 4))
        await asyncio.sleep(0)
        os.kill(info.pid, signal.SIGKILL)
        with pytest.raises(EngineError, match="SIGKILL"):
            await question

    with_session(scenario)


def test_input() -> None:
    code = "[prompt('name?'), prompt('more?', 'initial'), confirm('sure?'), dx.password('pass'), prompt('last')]"

    async def scenario(session: Session, _background: list[Event]) -> None:
        events = await run(session, code, answers=("Ada 😀", "", "y", "s3cret", None))
        asked = [(e.prompt, e.password) for e in events if isinstance(e, InputRequested)]
        assert asked == [
            ("name? ", False),
            ("more? ", False),
            ("sure? [y/N] ", False),
            ("pass ", True),
            ("last ", False),
        ]
        assert plain(events) == "[ 'Ada 😀', 'initial', true, 's3cret', null ]"

    with_session(scenario)


def test_standard_input_is_read_line_by_line_and_only_when_asked_for() -> None:
    code = textwrap.dedent("""
        import { createInterface } from 'node:readline/promises';
        const lines = createInterface({ input: process.stdin, output: process.stdout });
        const first = await lines.question('first? ');
        lines.close();
        first
    """)

    async def scenario(session: Session, _background: list[Event]) -> None:
        for answer in ("one", "two"):
            events = await run(session, code, answers=(answer,))
            assert sum(isinstance(event, InputRequested) for event in events) == 1
            assert plain(events) == f"'{answer}'"
        collected = "let all = ''; for await (const chunk of process.stdin) all += chunk; all"
        assert plain(await run(session, collected, answers=("a", "b", None))) == "'a\\nb\\n'"

    with_session(scenario)


HOSTILE = [
    "JSON.parse = JSON.stringify = null",
    "Array.prototype.map = Array.prototype.slice = null; delete Array.prototype[Symbol.iterator]",
    "Promise = null; Promise",
    "process.on = process.emit = process.exit = null",
    "Object.prototype.toJSON = () => 'bad'; String.prototype.toJSON = () => 'bad'",
    "Function.prototype.call = Function.prototype.apply = Function.prototype.bind = null",
    "delete globalThis.Buffer; delete globalThis.process; delete globalThis.setTimeout",
    "let JSON = 1, Map = 2, Object = 3, process = 4, Error = 5",
    "for (const name of Object.getOwnPropertyNames(globalThis)) { try { delete globalThis[name] } catch {} }",
    "Map.prototype.get = Map.prototype.set = Map.prototype.has = null; RegExp.prototype.exec = null",
    "process.removeAllListeners(); process.setUncaughtExceptionCaptureCallback?.(null)",
    "Object.defineProperty(Object.prototype, 'kind', { get() { throw new Error('trap') }, set() { throw new Error('trap') } })",
    "Promise.prototype.then = null",
    "Error.prepareStackTrace = () => { throw new Error('no stack') }",
    "Error.stackTraceLimit = 0",
    "Symbol.prototype.toString = null; Number.prototype.toString = null",
]


@pytest.mark.parametrize("code", HOSTILE)
def test_a_cell_cannot_break_the_engine(code: str) -> None:
    async def scenario(session: Session, _background: list[Event]) -> None:
        await run(session, f"{code}\n;'done'")
        assert plain(await run(session, "6 * 7")) == "42"
        assert isinstance((await run(session, "throw new (class extends (async () => {}).constructor {})"))[-1], Failed)
        assert isinstance((await run(session, "await null; null.x"))[-1], Failed)
        assert plain(await run(session, "let fresh = 'kept'; fresh")) == "'kept'"
        shown = (await run(session, "dx.html('<b>x</b>')"))[-1]
        assert isinstance(shown, Finished)
        assert shown.data is not None
        assert "text/html" in shown.data
        assert (await session.is_complete("f(")).status == "incomplete"
        assert isinstance(
            (await run(session, "process.stdout.write('ready'); for (;;);", interrupt=True))[-1], (Interrupted, Failed)
        )
        assert plain(await run(session, "fresh")) == "'kept'"

    with_session(scenario)


def test_cells_run_in_the_order_they_were_asked_for() -> None:
    async def scenario(session: Session, _background: list[Event]) -> None:
        await run(session, "const order: number[] = []")
        await asyncio.gather(
            *(run(session, f"await new Promise((r) => setTimeout(r, {20 - i})); order.push({i})") for i in range(8))
        )
        assert plain(await run(session, "order.join()")) == "'0,1,2,3,4,5,6,7'"

    with_session(scenario)


def test_many_questions_at_once_are_all_answered() -> None:
    async def scenario(session: Session, _background: list[Event]) -> None:
        await run(session, "const answer = { value: 42 }")
        completions, inspections, statuses = await asyncio.gather(
            asyncio.gather(*(session.complete("answer.va", 9) for _ in range(30))),
            asyncio.gather(*(session.inspect("answer", 3) for _ in range(10))),
            asyncio.gather(*(session.is_complete("f(") for _ in range(10))),
        )
        assert all(found.items for found in completions)
        assert all(found is not None for found in inspections)
        assert {found.status for found in statuses} == {"incomplete"}

    with_session(scenario)


def test_questions_are_answered_while_a_cell_runs() -> None:
    async def scenario(session: Session, _background: list[Event]) -> None:
        await run(session, "const answer = { value: 42 }")
        for busy in ("for (;;);", "await new Promise(() => {})"):
            task = asyncio.ensure_future(run(session, busy))
            await asyncio.sleep(0.05)
            completions = await session.complete("answer.va", 9)
            assert [item.text for item in completions.items if item.text.startswith("value")][:1] == ["value"]
            assert (await session.is_complete("x =>")).status == "incomplete"
            await session.interrupt()
            assert isinstance((await task)[-1], Interrupted)

    with_session(scenario)


COMPLETIONS = [
    # code with | at the cursor, a suggestion that must be there, the text that it replaces
    ("answ|", "answer", "answ"),
    ("answer.va|", "value", "va"),
    ("answer?.va|", "value", "va"),
    ("[1, 2].ma|", "map", "ma"),
    ("'a'.toUp|", "toUpperCase", "toUp"),
    ("new Map().ha|", "has", "ha"),
    ("({ long: 1 }).lo|", "long", "lo"),
    ("answer.list[0].de|", "deep", "de"),
    ("const s = `${answer.va|", "value", "va"),
    ("foo(answer.va|, 2)", "value", "va"),
    ("await answer.va|", "value", "va"),
    ("'😀'; answer.va|", "value", "va"),
    ("import fs from 'node:fs/pro|'", "promises", "pro"),
    ("require('pat|')", "path", "pat"),
    ("let unrun = 1; unr|", "unrun", "unr"),
    ("cons|", "console", "cons"),
    ("fun|", "function", "fun"),
    ("a.b; Math.ma|", "max", "ma"),
]


def test_completions() -> None:
    async def scenario(session: Session, _background: list[Event]) -> None:
        await run(
            session, "const answer = { value: 42, get trap(): never { throw new Error('run') }, list: [{ deep: 1 }] }"
        )
        for marked, expected, replaced in COMPLETIONS:
            cursor = marked.index("|")
            code = marked.replace("|", "")
            found = await session.complete(code, cursor)
            assert expected in [item.text for item in found.items], marked
            assert code[found.start : found.end] == replaced, marked
        silent = await session.complete("answer.trap.", 12)
        assert not silent.items

    with_session(scenario)


def test_inspection() -> None:
    async def scenario(session: Session, _background: list[Event]) -> None:
        await run(session, "function area(width: number, height = 2) { return width * height }\nconst box = { a: 1 }")
        found = await session.inspect("area(1)", 4)
        assert found is not None
        assert found.data["text/plain"].startswith("area(width, height = 2)")
        source = await session.inspect("area", 2, 1)
        assert source is not None
        assert "width * height" in source.data["text/plain"]
        value = await session.inspect("box.a", 5)
        assert value is not None
        assert "1" in value.data["text/plain"]
        assert await session.inspect("nothing_of_that_name", 3) is None

    with_session(scenario)


def test_restart_and_close() -> None:
    async def scenario(session: Session, _background: list[Event]) -> None:
        await run(session, "let x = 1")
        running = asyncio.ensure_future(run(session, "await new Promise(() => {})"))
        await asyncio.sleep(0.05)
        await session.restart()
        outcome = (await running)[-1]
        assert isinstance(outcome, EngineDied)
        assert "restarted" in outcome.reason
        assert plain(await run(session, "typeof x")) == "'undefined'"
        assert session.execution_count == 1
        await session.close()
        with pytest.raises(SessionClosedError):
            await run(session, "1")

    with_session(scenario)


def test_a_missing_node_is_a_clear_error(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    fake = tmp_path / "node"
    fake.write_text("#!/bin/sh\necho 'no such luck' >&2\nexit 9\n")
    fake.chmod(0o755)
    monkeypatch.setenv("DX_NODE", str(fake))
    with pytest.raises(EngineStartError, match="no such luck"):
        asyncio.run(Session().start())


ORPHANS = """
import asyncio
from dxkernel.engine.session import Session

async def main():
    session = Session()
    info = await session.start()
    async for event in session.execute("require('node:child_process').spawn('sleep', ['1000'])"):
        pass
    print(info.pid, flush=True)
    async for event in session.execute("for (;;);"):
        pass

asyncio.run(main())
"""


def group_members(group: int) -> list[int]:
    listing = subprocess.run(["ps", "-A", "-o", "pid=,pgid=,stat="], capture_output=True, text=True, check=True).stdout
    rows = (line.split() for line in listing.splitlines())
    return [int(pid) for pid, pgid, stat in rows if int(pgid) == group and not stat.startswith("Z")]


def test_no_process_outlives_its_killed_parent() -> None:
    parent = subprocess.Popen([sys.executable, "-c", ORPHANS], stdout=subprocess.PIPE, text=True)
    assert parent.stdout is not None
    engine = int(parent.stdout.readline())
    assert len(group_members(engine)) >= 2
    parent.send_signal(signal.SIGKILL)
    parent.wait()
    parent.stdout.close()
    deadline = time.monotonic() + 10
    while group_members(engine):
        assert time.monotonic() < deadline, "processes are left"
        time.sleep(0.05)
