"""The examples of docs/run.md are what happens."""

from __future__ import annotations

import os
import re
import shlex
import subprocess
import sys
from pathlib import Path

import pytest

pytestmark = pytest.mark.node

ROOT = Path(__file__).parents[2]
TEXT = (ROOT / "docs" / "run.md").read_text(encoding="utf-8")
FILES = dict(
    zip(
        re.findall(r"^where `(\S+)` is$", TEXT, re.MULTILINE),
        re.findall(r"```ts\n(.*?)```", TEXT, re.DOTALL),
        strict=True,
    )
)
CONSOLES = "".join(re.findall(r"```console\n(.*?)```", TEXT, re.DOTALL))
EXAMPLES = [(match[1], match[2]) for match in re.finditer(r"^\$ dx (.*)\n((?:(?!\$ ).*\n)*)", CONSOLES, re.MULTILINE)]


@pytest.mark.parametrize(("command", "shown"), EXAMPLES, ids=[command for command, _ in EXAMPLES])
def test_example(command: str, shown: str, tmp_path: Path) -> None:
    for name, text in FILES.items():
        (tmp_path / name).write_text(text, encoding="utf-8")
    argv = [sys.executable, "-m", "dxkernel", *shlex.split(command)]
    env = {**os.environ, "PYTHONPATH": str(ROOT), "NO_COLOR": "1"}
    done = subprocess.run(argv, cwd=tmp_path, env=env, capture_output=True, text=True, check=False)
    assert (done.stdout, done.stderr, done.returncode) == (shown, "", 0)
