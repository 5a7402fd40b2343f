"""Starting Node with its descriptors, and nothing that listens to it.

Apart from `engine.process` because of time: Node boots while its parent still imports asyncio, so this module imports
little and needs no event loop.
"""

from __future__ import annotations

import json
import os
import socket
import subprocess
from typing import TYPE_CHECKING, NamedTuple

from dxkernel.engine.launch import find_node, host_path
from dxkernel.errors import EngineStartError

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

# An interrupt leaves Node's book-keeping of nested callbacks unbalanced, which it would answer by aborting.
NODE_ARGS = ("--no-force-async-hooks-checks", "--require", host_path("modules", "workers.cjs"))


class SpawnedNode(NamedTuple):
    """A Node process and our ends of its channels. Whoever holds it closes them."""

    process: subprocess.Popen[bytes]
    bridge: socket.socket
    channel: int
    stdout: int
    stderr: int

    def abandon(self) -> None:
        """Close everything; Node ends when its bridge does."""
        self.bridge.close()
        for descriptor in (self.channel, self.stdout, self.stderr):
            os.close(descriptor)
        self.process.wait()


def spawn_node(
    *,
    cwd: Path | None = None,
    node_args: Sequence[str] = (),
    env: Mapping[str, str] | None = None,
    colors: bool = False,
    columns: int = 80,
) -> SpawnedNode:
    """Start Node on the host. Raises `EngineStartError` if there is no Node or it cannot be run."""
    node = find_node()
    bridge, bridge_child = socket.socketpair()
    channel, channel_child = os.pipe()
    stdout, stdout_child = os.pipe()
    stderr, stderr_child = os.pipe()
    config = {"bridge": bridge_child.fileno(), "channel": channel_child, "colors": colors, "columns": columns}
    try:
        process = subprocess.Popen(
            [node, *NODE_ARGS, *node_args, host_path("main.mjs"), json.dumps(config)],
            stdin=subprocess.DEVNULL,
            stdout=stdout_child,
            stderr=stderr_child,
            pass_fds=(bridge_child.fileno(), channel_child),
            # A process group of its own: its end takes its children along, and Ctrl-C in a terminal reaches only us.
            start_new_session=True,
            cwd=cwd,
            env=env,
        )
    except OSError as error:
        bridge.close()
        for descriptor in (channel, stdout, stderr):
            os.close(descriptor)
        message = f"Node could not be started ({error}); `dx doctor` says what is missing"
        raise EngineStartError(message) from error
    finally:
        bridge_child.close()
        for descriptor in (channel_child, stdout_child, stderr_child):
            os.close(descriptor)
    return SpawnedNode(process, bridge, channel, stdout, stderr)
