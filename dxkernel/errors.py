"""The exceptions dxkernel raises, and whose fault each one is.

An exception in the *user's* program is never one of these: it is a value, `dxkernel.engine.Failed`.

    DxError
    ├── EngineError            the Node process or its host misbehaved
    │   ├── EngineStartError   it never became ready
    │   └── EngineDiedError    it ended while something was waiting for it
    ├── ProtocolError          a peer sent bytes no version of our protocol allows
    ├── UsageError             a person gave a command line or setting that makes no sense
    └── SessionClosedError     our caller used a session after `close()`

A wrong argument to one of our functions is a plain `ValueError`.
"""

from __future__ import annotations


class DxError(Exception):
    """Base of everything dxkernel raises on purpose."""


class EngineError(DxError):
    """The engine (the Node process, or the host code in it) did something it should not."""


class EngineStartError(EngineError):
    """The engine never became ready. The message says why and what to do."""


class EngineDiedError(EngineError):
    """The engine ended while a call was waiting. The message names the cause (exit code, signal, heap limit)."""


class ProtocolError(DxError):
    """A peer sent something the protocol does not allow. The channel it came from is dead."""


class UsageError(DxError):
    """A command line or setting that makes no sense. The message says which, and what is allowed."""


class SessionClosedError(DxError):
    """A session was used after `close()`."""
