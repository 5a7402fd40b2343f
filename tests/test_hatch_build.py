from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

import hatch_build


@pytest.mark.parametrize(
    ("path", "shipped"),
    [
        ("oxc-parser/src-js/index.js", True),
        ("oxc-parser/package.json", True),
        ("oxc-parser/LICENSE", True),
        ("@swc/core/LICENSE.md", True),
        ("@oxc-parser/binding-linux-x64-gnu/parser.linux-x64-gnu.node", True),
        ("oxc-parser/README.md", False),
        ("oxc-parser/src-js/index.d.ts", False),
        ("magic-string/dist/magic-string.cjs.js.map", False),
        (".bin/tsc", False),
        ("typescript/lib/lib.es5.d.ts", True),
        ("@typescript/native/lib/lib.dom.d.ts", True),
    ],
)
def test_what_a_wheel_carries(path: str, *, shipped: bool) -> None:
    assert hatch_build.is_shipped(Path("node_modules", path)) == shipped


def test_a_stamp_changes_with_the_lock(tmp_path: Path) -> None:
    lock = tmp_path / "package-lock.json"
    lock.write_text("1", encoding="utf-8")
    first = hatch_build.stamp(tmp_path)
    assert hatch_build.stamp(tmp_path) == first
    lock.write_text("2", encoding="utf-8")
    assert hatch_build.stamp(tmp_path) != first


def test_npm_is_not_asked_while_the_stamp_is_right(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    asked = []

    def npm_ci(host: Path) -> None:
        asked.append(host)
        (host / "node_modules").mkdir(exist_ok=True)

    monkeypatch.setattr(hatch_build, "run_npm_ci", npm_ci)
    (tmp_path / "package-lock.json").write_text("{}", encoding="utf-8")
    hatch_build.install_parts(tmp_path)
    hatch_build.install_parts(tmp_path)
    assert asked == [tmp_path]
    (tmp_path / "package-lock.json").write_text("{ }", encoding="utf-8")
    hatch_build.install_parts(tmp_path)
    assert asked == [tmp_path, tmp_path]


def test_a_failure_of_npm_says_what_happened_and_what_to_do() -> None:
    done = subprocess.CompletedProcess(["npm"], 1, "", "npm error code ECONNREFUSED\nnpm error syscall connect\n")
    message = hatch_build.npm_failure(done)
    assert "exit code 1" in message
    assert "  npm error code ECONNREFUSED\n" in message
    assert "npm_config_registry" in message


def test_the_tag_is_of_this_platform_or_what_a_release_asks_for(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("DXKERNEL_WHEEL_PLATFORM", raising=False)
    assert hatch_build.platform_tag().startswith({"linux": "linux_", "darwin": "macosx_", "win32": "win"}[sys.platform])
    monkeypatch.setenv("DXKERNEL_WHEEL_PLATFORM", "manylinux_2_28_x86_64")
    assert hatch_build.platform_tag() == "manylinux_2_28_x86_64"


def test_npm_is_found() -> None:
    node, npm = hatch_build.find_npm()
    assert node.is_file()
    assert npm.is_file()
