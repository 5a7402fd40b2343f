"""Connection files, good and bad."""

from __future__ import annotations

from typing import Any

import pytest

from dxkernel.errors import UsageError
from dxkernel.kernel.connection import parse_connection

PORTS = {f"{name}_port": number for number, name in enumerate(("shell", "control", "iopub", "stdin", "hb"), 5001)}


@pytest.mark.parametrize(
    ("fields", "shell"),
    [
        ({"ip": "127.0.0.1"}, "tcp://127.0.0.1:5001"),
        ({"transport": "tcp", "ip": "::1"}, "tcp://[::1]:5001"),
        ({"transport": "ipc", "ip": "some/where/kernel"}, "ipc://some/where/kernel-5001"),
        ({}, "tcp://127.0.0.1:5001"),
    ],
)
def test_endpoints(fields: dict[str, Any], shell: str) -> None:
    connection = parse_connection({**PORTS, **fields, "key": "secret", "signature_scheme": "hmac-sha512"})
    assert connection.endpoints["shell"] == shell
    assert set(connection.endpoints) == {"shell", "control", "iopub", "stdin", "hb"}
    assert (connection.key, connection.signature_scheme) == (b"secret", "hmac-sha512")
    assert connection.ports == PORTS


def test_no_key_means_unsigned() -> None:
    assert parse_connection({**PORTS, "key": None}).key == b""


@pytest.mark.parametrize(
    ("fields", "complaint"),
    [
        ({"transport": "udp"}, "transport 'udp'"),
        ({"shell_port": "5001"}, "shell_port is '5001'"),
        ({"hb_port": 0}, "hb_port is 0"),
        ({"stdin_port": True}, "stdin_port is True"),
        ({"iopub_port": 65_536}, "iopub_port is 65536"),
        ({"control_port": None}, "control_port is None"),
        ({"key": 1}, "have to be strings"),
        ({"ip": ["127.0.0.1"]}, "have to be strings"),
        ({"signature_scheme": "md5"}, "unknown signature scheme 'md5'"),
    ],
)
def test_the_bad_field_is_named(fields: dict[str, Any], complaint: str) -> None:
    with pytest.raises(UsageError, match=complaint):
        parse_connection({**PORTS, **fields})
