"""The connection file: where a client that starts a kernel says on which sockets it will talk to it."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from dxkernel.errors import UsageError
from dxkernel.kernel import jsontext
from dxkernel.kernel.wire import Codec

if TYPE_CHECKING:
    from pathlib import Path

CHANNELS = ("shell", "control", "iopub", "stdin", "hb")
MAX_PORT = 65_535


@dataclass(frozen=True, slots=True)
class Connection:
    """Endpoints by channel name, how messages are signed, and the ports as the file gave them."""

    endpoints: dict[str, str]
    key: bytes = b""
    signature_scheme: str = "hmac-sha256"
    ports: dict[str, int] = field(default_factory=dict)


def read_connection_file(path: Path) -> Connection:
    """Read what `path` says. Raises `UsageError` when it is missing, unreadable or makes no sense."""
    try:
        fields = jsontext.loads(path.read_bytes())
    except OSError as error:
        reason = f"cannot read the connection file {path}: {error.strerror}"
        raise UsageError(reason) from error
    except ValueError as error:
        reason = f"the connection file {path} is not JSON: {error}"
        raise UsageError(reason) from error
    if not isinstance(fields, dict):
        reason = f"the connection file {path} does not hold a JSON object"
        raise UsageError(reason)
    try:
        return parse_connection(fields)
    except UsageError as error:
        reason = f"the connection file {path}: {error}"
        raise UsageError(reason) from error


def parse_connection(fields: dict[str, Any]) -> Connection:
    """Turn the fields of a connection file into a `Connection`. Raises `UsageError` that names the bad field."""
    transport, ip = fields.get("transport", "tcp"), fields.get("ip", "127.0.0.1")
    if transport not in {"tcp", "ipc"}:
        reason = f"transport {transport!r}: expected tcp or ipc"
        raise UsageError(reason)
    key, scheme = fields.get("key") or "", fields.get("signature_scheme") or "hmac-sha256"
    if not all(isinstance(field, str) for field in (ip, key, scheme)):
        reason = "ip, key and signature_scheme have to be strings"
        raise UsageError(reason)
    try:
        Codec(key.encode(), scheme=scheme)
    except ValueError as error:
        raise UsageError(str(error)) from error
    endpoints = {name: _endpoint(transport, ip, fields, name) for name in CHANNELS}
    ports = {f"{name}_port": fields[f"{name}_port"] for name in CHANNELS}
    return Connection(endpoints, key.encode(), scheme, ports)


def _endpoint(transport: str, ip: str, fields: dict[str, Any], channel: str) -> str:
    port = fields.get(f"{channel}_port")
    if not isinstance(port, int) or isinstance(port, bool) or not 0 < port <= MAX_PORT:
        reason = f"{channel}_port is {port!r}: expected a port number"
        raise UsageError(reason)
    if transport == "ipc":
        return f"ipc://{ip}-{port}"
    return f"tcp://[{ip}]:{port}" if ":" in ip else f"tcp://{ip}:{port}"
