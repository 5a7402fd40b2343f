"""A kernel process whose session is the fake one: `python fake_kernel.py CONNECTION_FILE`."""

from __future__ import annotations

import sys
from pathlib import Path

sys.path[:0] = [str(Path(__file__).resolve().parents[1]), str(Path(__file__).resolve().parents[2])]

from helpers.fake_session import FakeSession  # noqa: E402

from dxkernel.kernel.app import run  # noqa: E402

if __name__ == "__main__":
    sys.exit(run(Path(sys.argv[1]), lambda on_background: FakeSession(on_background=on_background)))
