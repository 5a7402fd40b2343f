"""The kernel with a real engine: what the fake session cannot show."""

from __future__ import annotations

import os
import signal
from typing import Any

import nbformat
import pytest
from jupyter_client.blocking.client import BlockingKernelClient
from nbclient import NotebookClient

from tests.integration.client import (
    TIMEOUT_S,
    messages_of,
    reply_of,
    run,
    text_of,
    types,
    wait_for,
    wait_for_stream,
    wait_until_gone,
)
from tests.integration.conftest import Manager, RealManager

pytestmark = pytest.mark.node

Kernel = tuple[Manager, BlockingKernelClient]

CELLS, LINES = 20, 200


def is_idle(message: dict[str, Any], request: dict[str, Any]) -> bool:
    same = message["parent_header"].get("msg_id") == request["header"]["msg_id"]
    return bool(same) and message["content"].get("execution_state") == "idle"


def engine_pid(client: BlockingKernelClient) -> int:
    _, messages = run(client, "process.pid", store_history=False)
    return int(next(m for m in messages if m["msg_type"] == "execute_result")["content"]["data"]["text/plain"])


def test_nbclient_gets_every_line_and_every_result() -> None:
    code = f"for (let i = 0; i < {LINES}; i++) console.log('line', i);\n'done'"
    notebook = nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell(code) for _ in range(CELLS)])
    NotebookClient(notebook, kernel_manager_class=RealManager, kernel_name="dx", timeout=60).execute()
    for cell in notebook.cells:
        text = "".join(output["text"] for output in cell.outputs if output["output_type"] == "stream")
        assert text == "".join(f"line {number}\n" for number in range(LINES))
        results = [output for output in cell.outputs if output["output_type"] == "execute_result"]
        assert [result["data"]["text/plain"] for result in results] == ["'done'"]


@pytest.mark.parametrize(
    "code",
    [
        "console.log('running'); while (true) {}",
        "console.log('running'); await new Promise(() => {})",
        "console.log('running'); await new Promise(done => setTimeout(done, 1e6))",
    ],
)
@pytest.mark.parametrize("how", ["message", "signal"])
def test_an_interrupt_keeps_the_state(real: Kernel, code: str, how: str) -> None:
    manager, client = real
    run(client, "let kept = 42")
    msg_id = client.execute(code)
    wait_for_stream(client, "running")
    if how == "message":
        manager.interrupt_kernel()
    else:
        manager.signal_kernel(signal.SIGINT)
    reply = reply_of(client, msg_id)["content"]
    assert (reply["status"], reply["ename"]) == ("error", "Interrupted")
    _, messages = run(client, "kept")
    assert messages[2]["content"]["data"]["text/plain"] == "42"


def test_input(real: Kernel) -> None:
    _, client = real
    msg_id = client.execute("const name = prompt('name?'); `Hello, ${name}`", allow_stdin=True)
    question = client.get_stdin_msg(timeout=TIMEOUT_S)
    assert "name?" in question["content"]["prompt"]
    client.input("Ada")
    messages = messages_of(client, msg_id)
    assert messages[-2]["content"]["data"]["text/plain"] == "'Hello, Ada'"
    _, messages = run(client, "prompt('nobody?')", allow_stdin=False)
    assert "cannot be asked for input" in text_of(messages, "stderr")


def test_late_output_goes_to_the_cell_that_made_it(real: Kernel) -> None:
    _, client = real
    code = "globalThis.go = Promise.withResolvers(); go.promise.then(() => console.log('late'));"
    early = client.execute(code)
    messages_of(client, early)
    client.execute("setTimeout(go.resolve, 1); undefined")
    assert wait_for_stream(client, "late")["parent_header"]["msg_id"] == early


def test_a_late_error_is_shown_under_its_cell_and_the_engine_lives(real: Kernel) -> None:
    _, client = real
    msg_id = client.execute("setTimeout(() => { throw new TypeError('late') }, 1); undefined")
    message = wait_for_stream(client, "TypeError")
    assert message["parent_header"]["msg_id"] == msg_id
    assert message["content"]["name"] == "stderr"
    assert run(client, "1 + 1")[0]["content"]["status"] == "ok"


def test_run_all_stops_at_the_first_error(real: Kernel) -> None:
    _, client = real
    sent = [client.execute(code) for code in ("1", "await null; throw new Error('no')", "2", "3")]
    statuses = [reply_of(client, msg_id)["content"]["status"] for msg_id in sent]
    assert statuses == ["ok", "error", "aborted", "aborted"]
    assert run(client, "4")[0]["content"] == {
        "status": "ok", "execution_count": 3, "payload": [], "user_expressions": {},
    }  # fmt: skip


def test_silent_and_store_history(real: Kernel) -> None:
    _, client = real
    reply, messages = run(client, "console.log(1); 2", silent=True)
    assert (types(messages), reply["content"]["execution_count"]) == (["status", "status"], 0)
    reply, messages = run(client, "console.log(1); 2", store_history=False)
    assert types(messages) == ["status", "execute_input", "stream", "execute_result", "status"]
    assert reply["content"]["execution_count"] == 0
    assert run(client, "1")[0]["content"]["execution_count"] == 1


def test_user_expressions(real: Kernel) -> None:
    _, client = real
    reply, _ = run(client, "const six = 6", user_expressions={"a": "six * 7", "b": "nobody"})
    values = reply["content"]["user_expressions"]
    assert values["a"] == {"status": "ok", "data": {"text/plain": "42"}, "metadata": {}}
    assert (values["b"]["status"], values["b"]["ename"]) == ("error", "ReferenceError")


def test_the_engine_may_exit(real: Kernel) -> None:
    _, client = real
    run(client, "1")
    reply, messages = run(client, "console.log('before'); process.exit(3)")
    assert (reply["content"]["ename"], reply["content"]["status"]) == ("EngineDied", "error")
    assert "before" in text_of(messages)
    assert "error" in types(messages)
    assert run(client, "1 + 1")[0]["content"]["status"] == "ok"


def test_a_traceback_names_the_cell_and_the_line(real: Kernel) -> None:
    _, client = real
    reply, _ = run(
        client,
        "interface A { a: number }\n\nfunction fail(a: A): never {\n  throw new RangeError('no');\n}\nfail({ a: 1 })",
    )
    text = "\n".join(reply["content"]["traceback"])
    assert "RangeError" in text
    assert "throw new RangeError" in text
    assert "Cell [1]:4:9" in text
    assert "Cell [1]:6:1" in text
    assert "node:" not in text


def test_completion_while_a_cell_runs(real: Kernel) -> None:
    _, client = real
    running = client.execute("await new Promise(done => { globalThis.finish = done; console.log('running') })")
    wait_for_stream(client, "running")
    msg_id = client.complete("Math.sqr")
    assert reply_of(client, msg_id)["content"]["matches"] == ["sqrt"]
    client.session.send(client.control_channel.socket, "interrupt_request", {})
    assert reply_of(client, running)["content"]["ename"] == "Interrupted"


def test_display_and_update(real: Kernel) -> None:
    _, client = real
    _, messages = run(
        client, "const d = dx.display(dx.html('<b>1</b>'), { id: 'it' }); d.update(dx.html('<b>2</b>')); undefined"
    )
    assert types(messages) == ["status", "execute_input", "display_data", "update_display_data", "status"]
    assert [m["content"]["transient"] for m in messages[2:4]] == [{"display_id": "it"}] * 2


def test_a_comm_for_nobody_is_closed(real: Kernel) -> None:
    _, client = real
    message = client.session.msg("comm_open", {"comm_id": "c", "target_name": "nobody", "data": {}})
    client.shell_channel.send(message)
    closed = wait_for(client, lambda m: m["msg_type"] == "comm_close" or is_idle(m, message))
    assert closed["content"].get("comm_id") == "c"


def test_a_restart_is_empty_and_leaves_no_process(real: Kernel) -> None:
    manager, client = real
    run(client, "let old = 1")
    pid = engine_pid(client)
    manager.restart_kernel(now=False)
    client.wait_for_ready(timeout=TIMEOUT_S)
    wait_until_gone(pid)
    assert run(client, "typeof old")[1][2]["content"]["data"]["text/plain"] == "'undefined'"


def test_history_outlives_the_kernel(real: Kernel) -> None:
    manager, client = real
    run(client, "'before the restart: 7391'")
    manager.restart_kernel(now=False)
    client.wait_for_ready(timeout=TIMEOUT_S)
    run(client, "'after it'")
    found = reply_of(client, client.history(hist_access_type="search", pattern="*restart: 7391*", output=True))
    ((session, line, (source, output)),) = found["content"]["history"]
    assert (line, source, output) == (1, "'before the restart: 7391'", source)
    tail = reply_of(client, client.history(hist_access_type="tail", n=1))["content"]["history"]
    assert tail == [[session + 1, 1, "'after it'"]]


@pytest.mark.parametrize("busy", [False, True])
@pytest.mark.parametrize("how", ["shutdown", "SIGTERM", "SIGKILL"])
def test_the_engine_ends_with_the_kernel(real: Kernel, how: str, *, busy: bool) -> None:
    manager, client = real
    pid = engine_pid(client)
    if busy:
        client.execute("console.log('running'); while (true) {}")
        wait_for_stream(client, "running")
    process: Any = manager.provisioner.process  # type: ignore[union-attr]
    if how == "shutdown":
        client.shutdown()
    else:
        os.kill(process.pid, getattr(signal, how))
    process.wait(TIMEOUT_S)
    wait_until_gone(pid)
