from __future__ import annotations

import json
from pathlib import Path

import pytest

from dxkernel.engine.versions import ANSWER, HostPart, NodeVersions, ask_node, parse_answer
from dxkernel.errors import EngineStartError

PART = {"name": "oxc-parser", "version": "1.2.3", "error": ""}
WHOLE = {"node": "24.1.0", "v8": "13.6", "platform": "linux-x64", "parts": [PART]}


def test_an_answer_is_found_between_other_lines() -> None:
    stdout = f"a warning\n{ANSWER}{json.dumps(WHOLE)}\nanother\n"
    expected = NodeVersions(Path("node"), "24.1.0", "13.6", "linux-x64", (HostPart("oxc-parser", "1.2.3"),))
    assert parse_answer(Path("node"), stdout) == expected


@pytest.mark.parametrize(
    "stdout",
    ["", "24.1.0\n", ANSWER, f"{ANSWER}[]", f"{ANSWER}{json.dumps({**WHOLE, 'parts': None})}", f"{ANSWER}{{}}"],
)
def test_garbage_is_an_error_that_names_the_program(stdout: str) -> None:
    with pytest.raises(EngineStartError, match="the-node does not answer as Node does"):
        parse_answer(Path("the-node"), stdout)


@pytest.mark.node
def test_the_real_node_loads_every_part() -> None:
    versions = ask_node()
    assert int(versions.node.split(".")[0]) >= 24
    assert versions.v8
    assert {part.name for part in versions.parts} >= {"oxc-parser", "oxc-transform", "@swc/core"}
    assert [part for part in versions.parts if part.error or not part.version] == []


def test_a_node_that_is_not_there(tmp_path: Path) -> None:
    with pytest.raises(EngineStartError, match=r"cannot run Node at .*: No such file"):
        ask_node(str(tmp_path / "node"))


def test_a_node_that_fails_is_quoted(tmp_path: Path) -> None:
    fake = tmp_path / "node"
    fake.write_text("#!/bin/sh\necho first >&2\necho the reason >&2\nexit 3\n", encoding="utf-8")
    fake.chmod(0o755)
    with pytest.raises(EngineStartError, match="exit code 3: the reason"):
        ask_node(str(fake))
