"""`python -m dxkernel` is `dx`."""

from __future__ import annotations

import sys

from dxkernel.cli import main

sys.exit(main())
