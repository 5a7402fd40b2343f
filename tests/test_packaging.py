"""What a build will find: every platform in the locks, one version, and a lock that any registry can serve."""

from __future__ import annotations

import importlib.metadata
import json
import os
import tomllib
from dataclasses import dataclass
from pathlib import Path
from typing import Any, cast

import pytest

import dxkernel
import hatch_build

ROOT = Path(__file__).parent.parent
HOST = ROOT / "dxkernel" / "engine" / "host"
LOCKS = [
    HOST / "package-lock.json",
    ROOT / "notebooks" / "package-lock.json",
    ROOT / "tests" / "host" / "package-lock.json",
]


@dataclass(frozen=True, slots=True)
class Platform:
    """One platform we name, in npm's words. `libc` is empty where there is only one."""

    os: str
    cpu: str
    libc: str = ""

    def __str__(self) -> str:
        return "-".join(filter(None, [self.os, self.cpu, self.libc]))


PLATFORMS = [
    Platform("linux", "x64", "glibc"),
    Platform("linux", "x64", "musl"),
    Platform("linux", "arm64", "glibc"),
    Platform("linux", "arm64", "musl"),
    Platform("darwin", "x64"),
    Platform("darwin", "arm64"),
    Platform("win32", "x64"),
]


def read_lock(path: Path) -> dict[str, dict[str, Any]]:
    packages: dict[str, dict[str, Any]] = json.loads(path.read_text(encoding="utf-8"))["packages"]
    return packages


def native_parents(packages: dict[str, dict[str, Any]]) -> dict[str, list[dict[str, Any]]]:
    """Return each package that has platform packages among its optional dependencies, with those."""
    found = {}
    for path, package in packages.items():
        optional = [packages.get(f"node_modules/{name}", {}) for name in package.get("optionalDependencies", {})]
        if any("os" in child for child in optional):
            found[path.removeprefix("node_modules/")] = optional
    return found


def fits(package: dict[str, Any], platform: Platform) -> bool:
    """Say whether npm would install `package` there, and nothing more general than that."""
    libc = package.get("libc", [platform.libc])
    return platform.os in package.get("os", []) and platform.cpu in package.get("cpu", []) and platform.libc in libc


NATIVE = native_parents(read_lock(HOST / "package-lock.json"))


def test_the_host_has_native_parts() -> None:
    assert {"oxc-parser", "oxc-transform", "@swc/core"} <= set(NATIVE)


@pytest.mark.parametrize("platform", PLATFORMS, ids=str)
@pytest.mark.parametrize("package", sorted(NATIVE))
def test_each_native_part_exists_for_each_platform(package: str, platform: Platform) -> None:
    """A release may lack a platform for a while, and then `npm ci` refuses a lock that was made elsewhere."""
    fitting = [child for child in NATIVE[package] if child and fits(child, platform)]
    assert fitting, f"{package} has no package for {platform} in the lock: pin a release that has"
    assert all("integrity" in child for child in fitting)


@pytest.mark.parametrize("lock", LOCKS, ids=lambda path: path.parent.name)
def test_a_lock_fixes_every_package_by_its_hash_and_no_registry(lock: Path) -> None:
    packages = {path: package for path, package in read_lock(lock).items() if path}
    assert [path for path, package in packages.items() if "integrity" not in package] == []
    assert [path for path, package in packages.items() if "resolved" in package] == []


@pytest.mark.parametrize("lock", LOCKS, ids=lambda path: path.parent.name)
def test_a_lock_agrees_with_its_package_json(lock: Path) -> None:
    asked = json.loads((lock.parent / "package.json").read_text(encoding="utf-8"))
    root = read_lock(lock)[""]
    for kind in ("dependencies", "devDependencies", "optionalDependencies"):
        assert root.get(kind, {}) == asked.get(kind, {})


def test_dependencies_of_the_host_are_pinned() -> None:
    asked = json.loads((HOST / "package.json").read_text(encoding="utf-8"))["dependencies"]
    assert [name for name, version in asked.items() if not version[0].isdigit()] == []


def test_there_is_one_version() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    assert "version" not in project
    assert importlib.metadata.version("dxkernel") == dxkernel.__version__
    assert f"## {dxkernel.__version__}" in (ROOT / "CHANGELOG.md").read_text(encoding="utf-8")


def test_the_command_is_a_script_that_imports_nothing_but_the_command() -> None:
    """pip fills in the first line, `#!python`; a wrapper of its own would import `re`, which costs 6 ms of every start."""
    assert hatch_build.SCRIPT.as_posix() == "scripts/dx"
    script = ROOT / hatch_build.SCRIPT
    assert script.read_text(encoding="utf-8").splitlines()[0] == "#!python"
    assert os.name == "nt" or script.stat().st_mode & 0o111 == 0o111


@pytest.mark.parametrize("console_script", [True, False])
def test_the_command_comes_one_way_or_the_other(console_script: bool, monkeypatch: pytest.MonkeyPatch) -> None:  # noqa: FBT001
    """On Windows a console script, elsewhere the script: two of one name would overwrite each other."""
    monkeypatch.setattr(hatch_build, "HAS_CONSOLE_SCRIPT", console_script)
    monkeypatch.setattr(hatch_build, "install_parts", lambda _host: None)
    metadata: dict[str, Any] = {}
    hatch_build.CommandHook(str(ROOT), {}).update(metadata)
    build_data: dict[str, Any] = {"shared_scripts": {}, "force_include": {}}
    hook = hatch_build.HostPartsHook(str(ROOT), {}, cast("Any", None), cast("Any", None), "", "wheel")
    hook.initialize("editable", build_data)
    assert metadata["scripts"] == ({"dx": "dxkernel.cli:main"} if console_script else {})
    assert build_data["shared_scripts"] == ({} if console_script else {str(ROOT / "scripts" / "dx"): "dx"})
