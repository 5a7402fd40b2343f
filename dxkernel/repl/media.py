"""Pictures and documents, which a terminal cannot show: they are saved, and their place is told.

No terminal's own picture protocol is used yet; see docs/repl.md.
"""

from __future__ import annotations

import base64
import binascii
import tempfile
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from dxkernel.engine.events import MimeBundle

# Best first: a program that offers two shows one.
SUFFIXES = {
    "image/png": ".png",
    "image/jpeg": ".jpg",
    "image/webp": ".webp",
    "image/gif": ".gif",
    "image/svg+xml": ".svg",
    "application/pdf": ".pdf",
}


def save_media(data: MimeBundle) -> tuple[str, Path] | None:
    """Save the best picture of a bundle: its type and where it is now. `None` if there is none, or no room for it."""
    for mime, suffix in SUFFIXES.items():
        content = data.get(mime)
        if isinstance(content, str):
            try:
                raw = content.encode() if mime == "image/svg+xml" else _decoded(content)
                # Kept when the REPL ends: the link in the scrollback is to go on working.
                with tempfile.NamedTemporaryFile(dir=_folder(), suffix=suffix, delete=False) as file:
                    file.write(raw)
            except (OSError, binascii.Error):
                continue
            return mime, Path(file.name)
    return None


def _decoded(content: str) -> bytes:
    # Some break the lines, as mail does; anything else that is not base64 is a mistake, and shown as what it is.
    return base64.b64decode("".join(content.split()), validate=True)


@cache
def _folder() -> Path:
    return Path(tempfile.mkdtemp(prefix="dx-"))
