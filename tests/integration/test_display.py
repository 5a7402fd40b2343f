"""What programs show with a real engine: values, charts, progress."""

from __future__ import annotations

import pytest

from dxkernel.engine import Displayed, DisplayUpdated, EngineOptions, Event, Failed, Finished, OutputCleared, Stdout
from dxkernel.engine.session import Session
from tests.integration.test_session import plain, run, with_session

pytestmark = pytest.mark.node


def cell(code: str, options: EngineOptions | None = None) -> list[Event]:
    """The events of one cell in an engine of its own."""
    events: list[Event] = []

    async def scenario(session: Session, _background: list[Event]) -> None:
        events.extend(await run(session, code))

    with_session(scenario, options)
    return events


PLAIN = [
    ("new Map([['a', { b: 1 }], [2, new Set([3])]])", "Map(2) { 'a' => { b: 1 }, 2 => Set(1) { 3 } }"),
    ("new Set(['x', 'y'])", "Set(2) { 'x', 'y' }"),
    ("new Float32Array([1.5, 2])", "Float32Array(2) [ 1.5, 2 ]"),
    ("new BigInt64Array(2)", "BigInt64Array(2) [ 0n, 0n ]"),
    ("Buffer.from('abc')", "<Buffer 61 62 63>"),
    ("new Uint8Array(200).length", "200"),
    ("new WeakMap()", "WeakMap { <items unknown> }"),
]


def test_collections_are_plain_text() -> None:
    async def scenario(session: Session, _background: list[Event]) -> None:
        for code, expected in PLAIN:
            events = await run(session, code)
            assert plain(events) == expected
            outcome = events[-1]
            assert isinstance(outcome, Finished)
            assert outcome.data is not None
            assert list(outcome.data) == ["text/plain"]

    with_session(scenario)


@pytest.mark.parametrize(
    ("value", "text"),
    [
        ("(async function* () { taken++; yield 1 })()", "Object [AsyncGenerator] {}"),
        ("(function* () { taken++; yield 1 })()", "Object [Generator] {}"),
        ("new ReadableStream({ pull() { taken++ } }, { highWaterMark: 0 })", "ReadableStream"),
        ("({ [Symbol.asyncIterator]() { taken++ } })", "{ Symbol(Symbol.asyncIterator)"),
        ("Promise.resolve(1)", "Promise { 1 }"),
    ],
)
def test_what_is_yet_to_come_is_shown_and_not_taken(value: str, text: str) -> None:
    async def scenario(session: Session, _background: list[Event]) -> None:
        shown = plain(await run(session, f"globalThis.taken = 0; globalThis.value = {value}; value"))
        assert shown is not None
        assert shown.startswith(text)
        assert plain(await run(session, "[taken, value.locked ?? false]")) == "[ 0, false ]"

    with_session(scenario)


@pytest.mark.parametrize("colors", [True, False])
def test_console_clear_clears_the_output(*, colors: bool) -> None:
    events = cell("console.log('old'); console.clear(); console.log('new')", EngineOptions(colors=colors))
    assert events[:-1] == [Stdout(1, "old\n"), OutputCleared(1), Stdout(1, "new\n")]


@pytest.mark.parametrize(
    ("spec", "mime", "text"),
    [
        ("{ mark: 'bar' }", "application/vnd.vegalite.v5+json", "[Vega-Lite chart: bar]"),
        ("{ mark: { type: 'line' } }", "application/vnd.vegalite.v5+json", "[Vega-Lite chart: line]"),
        (
            "{ $schema: 'https://vega.github.io/schema/vega-lite/v6.1.0.json', layer: [] }",
            "application/vnd.vegalite.v6+json",
            "[Vega-Lite chart]",
        ),
        ("{ toSpec: () => ({ mark: 'point' }) }", "application/vnd.vegalite.v5+json", "[Vega-Lite chart: point]"),
    ],
)
def test_a_vega_lite_chart(spec: str, mime: str, text: str) -> None:
    outcome = cell(f"dx.vegalite({spec})")[-1]
    assert isinstance(outcome, Finished)
    assert outcome.data is not None
    assert list(outcome.data) == [mime, "text/plain"]
    assert isinstance(outcome.data[mime], dict)
    assert outcome.data["text/plain"] == text


@pytest.mark.parametrize(
    "code",
    ["dx.vegalite('bar')", "dx.vegalite([])", "dx.vegalite(null)", "dx.progress(5)", "dx.progress([], { total: 'x' })"],
)
def test_misuse_is_a_type_error(code: str) -> None:
    outcome = cell(code)[-1]
    assert isinstance(outcome, Failed)
    assert outcome.error.name == "TypeError"
    assert outcome.error.message.startswith(code.partition("(")[0])


def bars(events: list[Event]) -> list[str]:
    """The text of one progress bar over time."""
    shown = [event for event in events if isinstance(event, Displayed | DisplayUpdated)]
    assert isinstance(shown[0], Displayed)
    assert all(isinstance(event, DisplayUpdated) for event in shown[1:])
    assert len({event.display_id for event in shown}) == 1
    assert all("<progress" in event.data["text/html"] for event in shown)
    return [event.data["text/plain"] for event in shown]


def test_progress_of_an_array() -> None:
    events = cell("let sum = 0; for (const n of dx.progress([1, 2, 3, 4], { label: 'adding' })) sum += n; sum")
    first, last = bars(events)
    assert plain(events) == "10"
    assert first == f"adding:   0% |{' ' * 30}| 0/4 [00:00]"
    assert last.startswith(f"adding: 100% |{'█' * 30}| 4/4 [00:00, ")


def test_progress_without_a_total() -> None:
    first, last = bars(cell("for (const _ of dx.progress(function* () { yield 1; yield 2 }())) ;"))
    assert first == "0 [00:00]"
    assert last.startswith("2 [00:00, ")


@pytest.mark.parametrize(
    "iterable",
    [
        "async function* () { for (let i = 0; i < 3; i++) { await null; yield i } }()",
        "ReadableStream.from([0, 1, 2])",
    ],
)
def test_progress_of_what_comes_later(iterable: str) -> None:
    code = f"const got: number[] = []; for await (const n of dx.progress({iterable}, {{ total: 3 }})) got.push(n); got"
    events = cell(code)
    assert plain(events) == "[ 0, 1, 2 ]"
    assert "| 3/3 [" in bars(events)[-1]


def test_progress_changes_ten_times_a_second() -> None:
    busy = "const end = performance.now() + 450; function* g() { while (performance.now() < end) yield 1 } for (const _ of dx.progress(g())) ;"
    assert 4 <= len(bars(cell(busy))) <= 7
    # A loop that waits shows its newest count before the next step.
    waiting = "let i = 0; for (const _ of dx.progress([1, 2, 3, 4])) if (++i === 3) await new Promise((done) => setTimeout(done, 250));"
    assert [text.split("|")[2].split()[0] for text in bars(cell(waiting))] == ["0/4", "2/4", "3/4", "4/4"]


@pytest.mark.parametrize(
    ("code", "last"),
    [
        ("for (const n of dx.progress([1, 2, 3])) if (n === 2) break;", "1/3"),
        ("try { for (const n of dx.progress([1, 2, 3])) if (n === 2) throw 1 } catch {}", "1/3"),
        ("try { for (const n of dx.progress(function* () { yield 1; throw 1 }())) ; } catch {}", "1"),
        ("try { for await (const n of dx.progress(async function* () { yield 1; throw 1 }())) ; } catch {}", "1"),
        ("for (const n of dx.progress([])) ;", "0/0"),
        ("for (const n of dx.progress([1, 2, 3], { total: 2 })) ;", "3"),
    ],
)
def test_a_loop_that_ends_early_shows_how_far_it_came(code: str, last: str) -> None:
    text = bars(cell(code))[-1]
    assert text.rpartition("| ")[2].split()[0] == last


def test_a_generator_that_is_left_is_closed() -> None:
    code = "let closed = false; function* g() { try { yield 1; yield 2 } finally { closed = true } } for (const n of dx.progress(g())) break; closed"
    assert plain(cell(code)) == "true"


def test_progress_in_a_hostile_realm() -> None:
    code = """
        String.prototype.padStart = Number.prototype.toFixed = () => { throw 1 }; globalThis.setTimeout = null as any;
        let n = 0; for (const x of dx.progress([1, 2], { label: '<b>&' })) n += x; n
    """
    events = cell(code)
    assert plain(events) == "3"
    html = next(event.data["text/html"] for event in events if isinstance(event, Displayed))
    assert "&lt;b&gt;&amp;: " in html
