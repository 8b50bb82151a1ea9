"""The child that counts packets: what files hold, stream by stream, without decoding any of it.

Run as `python -m pipeline.media.packets`. A request is a line of JSON, a `Question`; the answer is lines of ticks, and
one with the `value` or with the `error`: for each file its `bytes` and its `streams`, a list of `Packets`.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Callable
from typing import Any

import av
import msgspec

from pipeline.media import webp
from pipeline.media.question import Question
from pipeline.media.streams import codec_of, kind_of, open_file
from pipeline.model.source import StreamKind

_TICK_EVERY = 2000
# What a child says is kept in the journal, which takes 64 KiB.
_MOMENTS = 4000


class Packets(msgspec.Struct):
    """What one stream holds.

    Times are in seconds, None where no packet has one; `last_end_s` is the latest end of a packet. `bytes` are
    those of the packets alone, without what the container adds; `keyframes` and `key_bytes` count those a decoder can
    start at. `sizes` are the bytes from one moment to the next, from time 0 on, where that was asked for.
    """

    index: int
    kind: StreamKind
    codec: str
    packets: int = 0
    first_pts_s: float | None = None
    last_end_s: float | None = None
    bytes: int = 0
    keyframes: int = 0
    key_bytes: int = 0
    sizes: list[int] = []


def count(
    file: str, on_read: Callable[[int, int], None] = lambda at, size: None, every_s: float = 0.0
) -> list[Packets]:
    """Counts the packets of `file:` and a path.

    Args:
        file: what to open.
        on_read: is told now and then how far it is, in bytes.
        every_s: how long the moments are that `sizes` tells of; 0 tells of none.

    Raises:
        av.FFmpegError: it cannot be opened or read.
        BadWebp: it is a WebP that ends too early.
    """
    with open_file(file) as container:
        found = [Packets(stream.index, kind_of(stream), codec_of(stream)) for stream in container.streams]
        for number, packet in enumerate(container.demux()):
            if packet.size == 0 and packet.dts is None:  # PyAV ends each stream with an empty packet
                continue
            _add(found[packet.stream_index], packet, every_s)
            if number % _TICK_EVERY == 0 and packet.pos is not None:
                on_read(packet.pos, container.size)
    if [each.codec for each in found] == ["webp"]:
        _count_webp(found[0], file)
    return found


def _count_webp(to: Packets, file: str) -> None:
    with open(file.removeprefix("file:"), "rb") as content:
        shown = webp.shown_s(content)
    to.packets, to.last_end_s = len(shown), sum(shown)


def _add(to: Packets, packet: av.Packet[Any], every_s: float) -> None:
    to.packets += 1
    to.bytes += packet.size
    if packet.is_keyframe:
        to.keyframes += 1
        to.key_bytes += packet.size
    ticks = packet.pts if packet.pts is not None else packet.dts
    if ticks is None or packet.time_base is None:
        return
    start_s = float(ticks * packet.time_base)
    end_s = float((ticks + (packet.duration or 0)) * packet.time_base)
    to.first_pts_s = start_s if to.first_pts_s is None else min(to.first_pts_s, start_s)
    to.last_end_s = end_s if to.last_end_s is None else max(to.last_end_s, end_s)
    if every_s:
        moment = min(_MOMENTS - 1, max(0, int(start_s / every_s)))
        to.sizes += [0] * (moment + 1 - len(to.sizes))
        to.sizes[moment] += packet.size


def answer(question: Question) -> dict[str, Any]:
    """What is said to one request."""
    try:
        return {"value": [_content(os.fsdecode(path), question.every_s) for path in question.files]}
    except (av.FFmpegError, OSError, webp.BadWebp) as error:
        return {"error": f"Counting packets failed: {error}"}


def _content(path: str, every_s: float) -> dict[str, Any]:
    return {"bytes": os.path.getsize(path), "streams": count(f"file:{path}", _tick, every_s)}


def main() -> int:
    """Answers until nobody asks any more; returns the exit code."""
    for request in sys.stdin.buffer:
        _say(answer(msgspec.json.decode(request, type=Question)))
    return 0


def _tick(at: int, size: int) -> None:
    _say({"done": at, "total": size})


def _say(message: dict[str, Any]) -> None:
    sys.stdout.buffer.write(msgspec.json.encode(message) + b"\n")
    sys.stdout.buffer.flush()


if __name__ == "__main__":
    sys.exit(main())
