"""Kernels in processes of their own, with the clients that Jupyter ships."""

from __future__ import annotations

import os
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from jupyter_client.kernelspec import KernelSpec
from jupyter_client.manager import KernelManager

if TYPE_CHECKING:
    from collections.abc import Iterator

    from jupyter_client.blocking.client import BlockingKernelClient

ROOT = Path(__file__).resolve().parents[2]
TIMEOUT_S = 20

REAL = ["-m", "dxkernel", "kernel", "start", "-f"]
FAKE = ["-m", "tests.helpers.fake_kernel"]


class Manager(KernelManager):
    """A kernel manager for one command line instead of an installed kernelspec."""

    command: tuple[str, ...] = ()

    @property
    def kernel_spec(self) -> KernelSpec:
        return KernelSpec(
            argv=[sys.executable, *self.command, "{connection_file}"],
            display_name="dx under test",
            language="typescript",
            interrupt_mode="message",
        )


class RealManager(Manager):
    """Starts kernels with a real engine."""

    command = (*REAL,)


class FakeManager(Manager):
    """Starts kernels with the fake session."""

    command = (*FAKE,)


def start(manager_class: type[Manager], **options: Any) -> tuple[Manager, BlockingKernelClient]:
    """A kernel that is ready, and its client."""
    # The name decides what clients add to the command line: for python3, options of ipykernel's.
    manager = manager_class(kernel_name="dx", **options)
    manager.start_kernel(env={**os.environ, "PYTHONPATH": str(ROOT)}, cwd=str(ROOT))
    client: BlockingKernelClient = manager.client()
    client.start_channels()
    client.wait_for_ready(timeout=TIMEOUT_S)
    return manager, client


def stop(manager: Manager, client: BlockingKernelClient) -> None:
    client.stop_channels()
    manager.shutdown_kernel(now=True)


@pytest.fixture(params=["tcp", "ipc"])
def fake(request: pytest.FixtureRequest) -> Iterator[tuple[Manager, BlockingKernelClient]]:
    """A kernel process with the fake session."""
    manager, client = start(FakeManager, transport=request.param)
    yield manager, client
    stop(manager, client)


@pytest.fixture
def real() -> Iterator[tuple[Manager, BlockingKernelClient]]:
    """A kernel process with a real engine."""
    manager, client = start(RealManager)
    yield manager, client
    stop(manager, client)
