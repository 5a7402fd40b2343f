"""A kernel process whose session is the fake one: `python -m tests.helpers.fake_kernel CONNECTION_FILE`."""

from __future__ import annotations

import sys
from pathlib import Path

from dxkernel.kernel.app import run
from tests.helpers.fake_session import FakeSession

if __name__ == "__main__":
    sys.exit(run(Path(sys.argv[1]), lambda on_background: FakeSession(on_background=on_background)))
