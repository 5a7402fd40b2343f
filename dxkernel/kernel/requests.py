"""What a client asks: a message, the channel it came on, and checked access to its content."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, TypeVar

if TYPE_CHECKING:
    from collections.abc import Mapping

    from dxkernel.kernel.wire import Message

T = TypeVar("T")


class BadRequestError(ValueError):
    """A request's content makes no sense. It is answered with this error's text."""


@dataclass(frozen=True, slots=True)
class Request:
    """One message from a client. `channel` is `shell` or `control`."""

    channel: str
    message: Message

    @property
    def header(self) -> Mapping[str, Any]:
        return self.message.header

    def get(self, name: str, kind: type[T], default: T) -> T:
        """The field `name` of the content; `default` when absent or null. Raises `BadRequestError` for a wrong type."""
        value = self.message.content.get(name)
        if value is None:
            return default
        # A bool is an int in Python, but not where somebody counts.
        if not isinstance(value, kind) or (kind is int and isinstance(value, bool)):
            reason = f"{self.message.msg_type}: {name} is {value!r:.60}: expected {kind.__name__}"
            raise BadRequestError(reason)
        return value

    def require(self, name: str, kind: type[T]) -> T:
        """The field `name`. Raises `BadRequestError` when it is absent or of a wrong type."""
        if self.message.content.get(name) is None:
            reason = f"{self.message.msg_type}: {name} is missing"
            raise BadRequestError(reason)
        return self.get(name, kind, kind())
