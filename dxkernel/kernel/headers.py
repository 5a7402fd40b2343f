"""Headers for the messages that this kernel sends."""

from __future__ import annotations

import os
from datetime import UTC, datetime
from typing import Any

from dxkernel.kernel.wire import PROTOCOL_VERSION


class Headers:
    """Makes one header after another; every `msg_id` is new."""

    def __init__(self, session_id: str | None = None, username: str | None = None) -> None:
        self.session_id = session_id or os.urandom(16).hex()
        self._username = username or os.environ.get("USER") or os.environ.get("USERNAME") or "kernel"
        self._prefix = f"{self.session_id}_{os.getpid()}_"
        self._count = 0

    def make(self, msg_type: str) -> dict[str, Any]:
        self._count += 1
        return {
            "msg_id": f"{self._prefix}{self._count}",
            "session": self.session_id,
            "username": self._username,
            "date": timestamp(),
            "msg_type": msg_type,
            "version": PROTOCOL_VERSION,
        }


def timestamp() -> str:
    """Now, as the protocol writes it: ISO 8601 in UTC."""
    return datetime.now(UTC).isoformat().replace("+00:00", "Z")
