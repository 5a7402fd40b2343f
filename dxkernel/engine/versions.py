"""What Node is and what it can load, asked of Node itself, once.

For `dx doctor` and for reports of problems. Starting a session is not needed and not done: this has to work just when a
session does not.
"""

from __future__ import annotations

import json
import subprocess
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from dxkernel.engine.launch import find_node, host_path
from dxkernel.errors import EngineStartError

if TYPE_CHECKING:
    from collections.abc import Sequence

__all__ = ["HostPart", "NodeVersions", "ask_node", "parse_answer"]

# Node starts in 40 ms and loads the parts in as long again; a cold disk or a virus scanner may take seconds.
ASK_TIMEOUT_S = 30.0

# The answer stands on a line of its own behind this, since an instrumented Node may print other things.
ANSWER = "dxkernel-versions "

# Each part is imported from where the host's modules would, which is what proves its native binding.
SCRIPT = """\
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
const host = process.argv[1];
const require = createRequire(host + '/package.json');
const parts = [];
for (const name of Object.keys(require('./package.json').dependencies ?? {})) {
  const part = { name, version: '', error: '' };
  try {
    part.version = JSON.parse(readFileSync(`${host}/node_modules/${name}/package.json`, 'utf8')).version;
    await import(import.meta.resolve(require.resolve(name)));
  } catch (error) {
    part.error = String(error?.message ?? error).split('\\n')[0];
  }
  parts.push(part);
}
const { node, v8 } = process.versions;
const platform = `${process.platform}-${process.arch}`;
console.log(process.argv[2] + JSON.stringify({ node, v8, platform, parts }));
"""


@dataclass(frozen=True, slots=True)
class HostPart:
    """One npm package that the host uses. `error` is empty when Node could load it."""

    name: str
    version: str
    error: str = ""


@dataclass(frozen=True, slots=True)
class NodeVersions:
    """What `path` is. Versions have no leading `v`; `platform` is in Node's words (`linux-x64`)."""

    path: Path
    node: str
    v8: str
    platform: str
    parts: Sequence[HostPart]


def ask_node(node: str | None = None) -> NodeVersions:
    """Run Node (by default the one that sessions use) and return what it says of itself and of the host's parts.

    Raises `EngineStartError` when there is no Node, or it does not run, or says something else.
    """
    path = node or find_node()
    command = [path, "--input-type=module", "--eval", SCRIPT, "--", host_path(), ANSWER]
    try:
        done = subprocess.run(
            command, capture_output=True, encoding="utf-8", errors="replace", timeout=ASK_TIMEOUT_S, check=False
        )
    except OSError as error:
        raise EngineStartError(f"cannot run Node at {path}: {error.strerror}") from error
    except subprocess.TimeoutExpired as error:
        raise EngineStartError(f"Node at {path} did not answer within {ASK_TIMEOUT_S:.0f} s") from error
    if done.returncode != 0:
        last = (done.stderr.strip().splitlines() or ["it said nothing"])[-1]
        raise EngineStartError(f"Node at {path} ended with exit code {done.returncode}: {last}")
    return parse_answer(Path(path), done.stdout)


def parse_answer(path: Path, stdout: str) -> NodeVersions:
    """Read what SCRIPT printed. Raises `EngineStartError` if it is not there or not whole."""
    answers = [line.removeprefix(ANSWER) for line in stdout.splitlines() if line.startswith(ANSWER)]
    try:
        answer = json.loads(answers[-1])
        parts = tuple(HostPart(part["name"], part["version"], part["error"]) for part in answer["parts"])
        return NodeVersions(path, answer["node"], answer["v8"], answer["platform"], parts)
    except (IndexError, KeyError, TypeError, ValueError) as error:
        raise EngineStartError(f"{path} does not answer as Node does: {stdout[:200]!r}") from error
