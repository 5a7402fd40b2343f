"""Order and gathering, on a clock that the test moves."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from dxkernel.kernel.headers import Headers
from dxkernel.kernel.publisher import FIRST_DELAY_S, MAX_STREAM_CHARS, STREAM_INTERVAL_S, Publisher
from dxkernel.kernel.render import Publication, stream
from tests.helpers.fake_clock import FakeClock

if TYPE_CHECKING:
    from collections.abc import Callable

    from dxkernel.kernel.wire import Message

A: dict[str, Any] = {"msg_id": "a"}
B: dict[str, Any] = {"msg_id": "b"}


def publisher() -> tuple[Publisher, FakeClock, Callable[[], list[str]]]:
    sent: list[Message] = []
    clock = FakeClock()

    def taken() -> list[str]:
        texts = [f"{message.parent_header.get('msg_id')} {_show(message)}" for message in sent]
        sent.clear()
        return texts

    return Publisher(sent.append, Headers(), clock), clock, taken


def _show(message: Message) -> str:
    content = message.content
    match message.msg_type:
        case "stream":
            return f"{content['name']}={content['text']}"
        case "status":
            return str(content["execution_state"])
        case other:
            return other


def test_a_first_small_write_appears_quickly_and_the_next_ones_together() -> None:
    publisher_, clock, taken = publisher()
    publisher_.publish(stream("stdout", "a"), A)
    publisher_.publish(stream("stdout", "b"), A)
    assert taken() == []
    clock.advance(FIRST_DELAY_S)
    assert taken() == ["a stdout=ab"]
    publisher_.publish(stream("stdout", "c"), A)
    clock.advance(STREAM_INTERVAL_S / 2)
    publisher_.publish(stream("stdout", "d"), A)
    assert taken() == []
    clock.advance(STREAM_INTERVAL_S / 2)
    assert taken() == ["a stdout=cd"]


def test_text_is_flushed_before_whatever_comes_after_it() -> None:
    publisher_, clock, taken = publisher()
    publisher_.status("busy", A)
    publisher_.publish(stream("stdout", "1"), A)
    publisher_.publish(stream("stderr", "2"), A)
    publisher_.publish(stream("stderr", "3"), B)
    publisher_.publish(stream("stderr", "4"), A)
    publisher_.publish(Publication("display_data", {}), A)
    publisher_.publish(stream("stdout", "5"), A)
    publisher_.status("idle", A)
    assert taken() == [
        "a busy", "a stdout=1", "a stderr=2", "b stderr=3", "a stderr=4", "a display_data", "a stdout=5", "a idle",
    ]  # fmt: skip
    clock.advance(1)
    assert taken() == []


def test_much_text_does_not_wait() -> None:
    publisher_, _, taken = publisher()
    publisher_.publish(stream("stdout", "x" * MAX_STREAM_CHARS), A)
    assert len(taken()) == 1


def test_a_burst_that_keeps_the_loop_busy_is_published_all_the_same() -> None:
    publisher_, clock, taken = publisher()
    publisher_.publish(stream("stdout", "a"), A)
    clock.now += STREAM_INTERVAL_S  # No timer runs: nobody gives the loop a turn.
    publisher_.publish(stream("stdout", "b"), A)
    assert taken() == ["a stdout=ab"]


def test_the_topic_names_the_kernel_and_the_stream() -> None:
    sent: list[Message] = []
    headers = Headers("session")
    publisher_ = Publisher(sent.append, headers, FakeClock())
    publisher_.publish(stream("stdout", "a"), A)
    publisher_.status("idle", A)
    assert [message.identities for message in sent] == [(b"kernel.session.stdout",), (b"kernel.session.status",)]
