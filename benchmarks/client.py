"""One running kernel and what a client sees of it, over jupyter_client's own blocking client."""

from __future__ import annotations

import contextlib
import os
import queue
import secrets
import shutil
import signal
import subprocess
import tempfile
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Self

import zmq
from jupyter_client.blocking.client import BlockingKernelClient
from jupyter_client.connect import KernelConnectionInfo, write_connection_file
from jupyter_client.session import Session

from benchmarks.peers import Peer

START_TIMEOUT_S = 60.0
CELL_TIMEOUT_S = 120.0


@dataclass(frozen=True, slots=True)
class Ran:
    """One executed cell: seconds from the request until both the reply and `idle` were there, and what came before."""

    seconds: float
    status: str
    text: str
    result: str


class Kernel:
    """A kernel process that this benchmark started. Use as a context manager."""

    def __init__(self, peer: Peer) -> None:
        self.peer = peer
        self.folder = Path(tempfile.mkdtemp(prefix="dx-bench-"))
        self.key = secrets.token_hex().encode()
        file, info = write_connection_file(str(self.folder / "connection.json"), key=self.key)
        self.start_s = self._start(file, info)
        self.client = BlockingKernelClient(connection_file=file)
        self.client.load_connection_file()
        self.client.start_channels()
        self.client.wait_for_ready(timeout=START_TIMEOUT_S)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.client.stop_channels()
        with contextlib.suppress(ProcessLookupError):
            os.killpg(self.process.pid, signal.SIGKILL)
        self.process.wait()
        shutil.rmtree(self.folder, ignore_errors=True)

    def _start(self, file: str, info: KernelConnectionInfo) -> float:
        """Start the process; return the seconds until the first kernel_info_reply."""
        session = Session(key=self.key)
        with zmq.Context() as context, context.socket(zmq.DEALER) as shell:
            # The default of 100 ms would be the finest that a start could be measured.
            shell.setsockopt(zmq.RECONNECT_IVL, 2)
            shell.linger = 0
            shell.connect(f"tcp://{info['ip']}:{info['shell_port']}")
            argv = [file if part == "{connection_file}" else part for part in self.peer.argv]
            began = time.perf_counter()
            self.process = subprocess.Popen(
                argv, cwd=self.folder, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
                start_new_session=True,
            )  # fmt: skip
            session.send(shell, "kernel_info_request", {})
            if not shell.poll(int(START_TIMEOUT_S * 1000)):
                os.killpg(self.process.pid, signal.SIGKILL)
                raise TimeoutError(f"{self.peer.name} did not start within {START_TIMEOUT_S:.0f} s")
            return time.perf_counter() - began

    def run(self, code: str, *, timeout: float = CELL_TIMEOUT_S, on_busy: Callable[[], None] | None = None) -> Ran:
        """Execute a cell the way nbclient does: what comes on iopub after `idle` is not seen."""
        self._drain()
        texts: list[str] = []
        result = ""
        began = time.perf_counter()
        request = self.client.execute(code)
        while True:
            try:
                message = self.client.get_iopub_msg(timeout=timeout)
            except ValueError:  # Deno's kernel garbles some messages of 10 MB; what cannot be read has not arrived.
                continue
            if message["parent_header"].get("msg_id") != request:
                continue
            content = message["content"]
            match message["msg_type"]:
                case "stream":
                    texts.append(content["text"])
                case "execute_result":
                    result = str(content["data"].get("text/plain", ""))
                case "status" if content["execution_state"] == "busy" and on_busy:
                    on_busy()
                case "status" if content["execution_state"] == "idle":
                    break
        status = self._reply(request, timeout)
        return Ran(time.perf_counter() - began, status, "".join(texts), result)

    def _reply(self, request: str, timeout: float) -> str:
        while True:
            reply = self.client.get_shell_msg(timeout=timeout)
            if reply["parent_header"].get("msg_id") == request:
                return str(reply["content"]["status"])

    def interrupt(self) -> None:
        """Interrupt in the way that the kernelspec asks for."""
        if self.peer.interrupt_mode == "message":
            self.client.control_channel.send(self.client.session.msg("interrupt_request", {}))
        else:
            os.killpg(self.process.pid, signal.SIGINT)

    def pss_mib(self) -> float:
        """Return the proportional set size of the whole process tree in MiB."""
        return sum(pss_kib(pid) for pid in process_tree(self.process.pid)) / 1024

    def _drain(self) -> None:
        with contextlib.suppress(queue.Empty):
            while True:
                self.client.get_iopub_msg(timeout=0)


def process_tree(root: int) -> set[int]:
    parents = {}
    for stat in Path("/proc").glob("[0-9]*/stat"):
        with contextlib.suppress(OSError, IndexError):
            # The name in parentheses may hold spaces; the parent is the second field behind it.
            parents[int(stat.parent.name)] = int(stat.read_text(encoding="utf-8").rpartition(")")[2].split()[1])
    tree = {root}
    while more := {pid for pid, parent in parents.items() if parent in tree} - tree:
        tree |= more
    return tree


def pss_kib(pid: int) -> int:
    with contextlib.suppress(OSError):
        for line in Path(f"/proc/{pid}/smaps_rollup").read_text(encoding="utf-8").splitlines():
            if line.startswith("Pss:"):
                return int(line.split()[1])
    return 0
