"""What this kernel says about itself."""

from __future__ import annotations

from typing import Any

from dxkernel import __version__
from dxkernel.kernel.wire import PROTOCOL_VERSION

IMPLEMENTATION = "dxkernel"


def kernel_info() -> dict[str, Any]:
    """The content of a `kernel_info_reply`. Needs no engine: a client's first question is answered at once."""
    return {
        "status": "ok",
        "protocol_version": PROTOCOL_VERSION,
        "implementation": IMPLEMENTATION,
        "implementation_version": __version__,
        "language_info": {
            "name": "typescript",
            "version": "",
            # The type that CodeMirror, and with it JupyterLab, has registered for TypeScript.
            "mimetype": "application/typescript",
            "file_extension": ".ts",
            "pygments_lexer": "typescript",
            # A plain string is the form that every front end understands.
            "codemirror_mode": "typescript",
            "nbconvert_exporter": "script",
        },
        "banner": f"dxkernel {__version__}: TypeScript and JavaScript on Node.js",
        "help_links": [
            {"text": "TypeScript", "url": "https://www.typescriptlang.org/docs/"},
            {"text": "JavaScript (MDN)", "url": "https://developer.mozilla.org/docs/Web/JavaScript"},
            {"text": "Node.js", "url": "https://nodejs.org/docs/latest-v24.x/api/"},
        ],
        "supported_features": ["kernel subshells"],
        "debugger": False,
    }
