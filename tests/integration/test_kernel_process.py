"""A kernel process with the fake session behind real sockets, and jupyter_client in front."""

from __future__ import annotations

import json
import os
import queue
import signal
import subprocess
import sys
from pathlib import Path

import pytest
import zmq
from jupyter_client.blocking.client import BlockingKernelClient
from jupyter_client.manager import KernelManager

from tests.integration.client import TIMEOUT_S, reply_of, run, types, wait_for_stream, wait_for_type, wait_until_gone

Kernel = tuple[KernelManager, BlockingKernelClient]


def test_a_cell(fake: Kernel) -> None:
    _, client = fake
    reply, messages = run(client, "1 + 1")
    assert reply["content"]["status"] == "ok"
    assert types(messages) == ["status", "execute_input", "execute_result", "status"]


def test_a_burst_arrives_whole_and_before_idle(fake: Kernel) -> None:
    _, client = fake
    _, messages = run(client, "burst")
    text = "".join(message["content"]["text"] for message in messages if message["msg_type"] == "stream")
    assert text.count("\n") == 20_000
    assert types(messages)[-2:] == ["execute_result", "status"]


def test_input(fake: Kernel) -> None:
    _, client = fake
    msg_id = client.execute("prompt('name? ')", allow_stdin=True)
    question = client.get_stdin_msg(timeout=TIMEOUT_S)
    assert question["content"] == {"prompt": "name? ", "password": False}
    assert question["parent_header"]["msg_id"] == msg_id
    client.input("Ada")
    assert reply_of(client, msg_id)["content"]["status"] == "ok"


@pytest.mark.parametrize("how", ["message", "signal"])
def test_interrupt(fake: Kernel, how: str) -> None:
    manager, client = fake
    msg_id = client.execute("while (true) {}")
    wait_for_stream(client, "looping")
    if how == "message":
        manager.interrupt_kernel()
    else:
        manager.signal_kernel(signal.SIGINT)
    assert reply_of(client, msg_id)["content"]["ename"] == "Interrupted"
    assert run(client, "1 + 1")[0]["content"]["status"] == "ok"


def test_every_subscriber_is_welcomed(fake: Kernel) -> None:
    manager, _ = fake
    for _ in range(2):
        client: BlockingKernelClient = manager.client()
        client.start_channels(shell=False, stdin=False, hb=False, control=False)
        first = client.get_iopub_msg(timeout=TIMEOUT_S)
        assert (first["msg_type"], first["content"]) == ("iopub_welcome", {"subscription": ""})
        client.stop_channels()


def test_the_heart_beats_while_a_cell_runs(fake: Kernel) -> None:
    manager, client = fake
    client.execute("await gate")
    wait_for_type(client, "execute_input")
    with zmq.Context() as context, context.socket(zmq.REQ) as heart:
        heart.connect(manager.client().hb_channel.address)
        for _ in range(3):
            heart.send(b"ping")
            assert heart.poll(TIMEOUT_S * 1000)
            assert heart.recv() == b"ping"


def test_hostile_messages_are_survived(fake: Kernel) -> None:
    manager, client = fake
    info = manager.get_connection_info()
    delimiter, parts = b"<IDS|MSG>", [b"{}"] * 4
    hostile: list[list[bytes]] = [
        [b""],
        [b"a", b"b"],
        [delimiter],
        [delimiter, b"", *parts],
        [delimiter, b"0" * 64, *parts],
        [delimiter, b"\xff" * 10, b"\x00", b"[" * 10_000, b"nul", b"{}"],
        [b"x"] * 500,
    ]
    with zmq.Context() as context:
        for channel in ("shell_port", "control_port", "stdin_port", "iopub_port"):
            kind = zmq.SUB if channel == "iopub_port" else zmq.DEALER
            with context.socket(kind if kind != zmq.SUB else zmq.XSUB) as socket:
                socket.linger = 0
                separator = ":" if info["transport"] == "tcp" else "-"
                socket.connect(f"{info['transport']}://{info['ip']}{separator}{info[channel]}")
                for frames in hostile:
                    socket.send_multipart(frames)
    # A genuine message sent twice is a replay: it is answered once.
    msg = client.session.msg("kernel_info_request")
    frames = client.session.serialize(msg)
    for _ in range(2):
        client.shell_channel.socket.send_multipart(frames)
    assert reply_of(client, msg["header"]["msg_id"])["content"]["status"] == "ok"
    assert run(client, "1 + 1")[0]["content"]["status"] == "ok"
    with pytest.raises(queue.Empty):
        client.get_shell_msg(timeout=0.1)


@pytest.mark.parametrize("restart", [True, False])
def test_shutdown_is_answered_and_the_process_ends(fake: Kernel, restart: bool) -> None:  # noqa: FBT001
    manager, client = fake
    message = client.session.msg("shutdown_request", {"restart": restart})
    client.control_channel.send(message)
    reply = client.get_control_msg(timeout=TIMEOUT_S)
    assert reply["content"] == {"status": "ok", "restart": restart}
    wait_for_type(client, "shutdown_reply")
    process = manager.provisioner.process  # type: ignore[union-attr]
    assert process.wait(TIMEOUT_S) == 0


def test_sigterm_ends_the_process_in_good_order(fake: Kernel) -> None:
    manager, _ = fake
    process = manager.provisioner.process  # type: ignore[union-attr]
    process.send_signal(signal.SIGTERM)
    assert process.wait(TIMEOUT_S) == 0


def test_a_restart_is_a_new_kernel(fake: Kernel) -> None:
    manager, client = fake
    assert run(client, "1 + 1")[0]["content"]["execution_count"] == 1
    manager.restart_kernel(now=False)
    client.wait_for_ready(timeout=TIMEOUT_S)
    assert run(client, "1 + 1")[0]["content"]["execution_count"] == 1


def connection_file(folder: Path) -> Path:
    from jupyter_client.connect import write_connection_file  # noqa: PLC0415

    path, _ = write_connection_file(str(folder / "kernel.json"), key=b"key")
    return Path(path)


ORPHAN = """
import subprocess, sys
process = subprocess.Popen([sys.executable, "-m", "tests.helpers.fake_kernel", sys.argv[1]])
print(process.pid, flush=True)
sys.stdin.read()
"""


def test_an_orphan_ends(tmp_path: Path) -> None:
    env = {**os.environ, "JPY_PARENT_PID": "1"}
    path = connection_file(tmp_path)
    client = BlockingKernelClient(connection_file=str(path))
    client.load_connection_file()
    with subprocess.Popen(
        [sys.executable, "-c", ORPHAN, str(path)], env=env, stdin=subprocess.PIPE, stdout=subprocess.PIPE
    ) as parent:
        assert parent.stdout is not None
        kernel_pid = int(parent.stdout.readline())
        client.start_channels()
        client.wait_for_ready(timeout=TIMEOUT_S)
        parent.kill()
    client.stop_channels()
    wait_until_gone(kernel_pid)


@pytest.mark.parametrize(
    ("text", "complaint"),
    [
        (None, "cannot read the connection file"),
        ("nonsense", "is not JSON"),
        ("[]", "does not hold a JSON object"),
        ("{}", "shell_port is None"),
        ('{"transport": "udp"}', "transport 'udp'"),
    ],
)
def test_a_bad_connection_file_is_explained(tmp_path: Path, text: str | None, complaint: str) -> None:
    path = tmp_path / "kernel.json"
    if text is not None:
        path.write_text(text, encoding="utf-8")
    command = [sys.executable, "-m", "dxkernel", "kernel", "start", "-f", str(path)]
    done = subprocess.run(command, capture_output=True, text=True, check=False, timeout=TIMEOUT_S)
    assert done.returncode == 2
    assert complaint in done.stderr
    assert "Traceback" not in done.stderr


def test_a_log_level_that_is_none_is_explained(tmp_path: Path) -> None:
    command = [sys.executable, "-m", "dxkernel", "kernel", "start", "-f", str(connection_file(tmp_path))]
    env = {**os.environ, "DX_LOG": "loud"}
    done = subprocess.run(command, capture_output=True, text=True, check=False, timeout=TIMEOUT_S, env=env)
    assert (done.returncode, done.stderr) == (
        2, "dx kernel: DX_LOG is 'LOUD': expected DEBUG, INFO, WARNING or ERROR\n",
    )  # fmt: skip


def test_a_taken_port_is_explained(tmp_path: Path) -> None:
    path = connection_file(tmp_path)
    port = json.loads(path.read_text(encoding="utf-8"))["shell_port"]
    with zmq.Context() as context, context.socket(zmq.ROUTER) as squatter:
        squatter.bind(f"tcp://127.0.0.1:{port}")
        command = [sys.executable, "-m", "tests.helpers.fake_kernel", str(path)]
        done = subprocess.run(command, capture_output=True, text=True, check=False, timeout=TIMEOUT_S)
    assert done.returncode != 0
    assert f"tcp://127.0.0.1:{port}: Address already in use" in done.stderr
