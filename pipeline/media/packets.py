"""The child that counts packets: what a file holds, stream by stream, without decoding any of it.

Run as `python -m pipeline.media.packets [every:S] file:A file:B`. Prints ticks, and at the end one line with the value:
for each file its `bytes` and its `streams`, a list of `Packets`; with `every:S` they say how many bytes there are in
each S seconds.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Sequence
from typing import Any

import av
import msgspec

from pipeline.media import webp
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


def main(words: Sequence[str]) -> int:
    """Prints what the files hold; returns the exit code."""
    try:
        every_s = next((float(word.removeprefix("every:")) for word in words if word.startswith("every:")), 0.0)
        files = [word for word in words if not word.startswith("every:")]
        value = [
            {"bytes": os.path.getsize(file.removeprefix("file:")), "streams": count(file, _tick, every_s)}
            for file in files
        ]
    except (av.FFmpegError, OSError, webp.BadWebp) as error:
        print(f"Counting packets failed: {error}", file=sys.stderr)
        return 1
    _say({"value": value})
    return 0


def _tick(at: int, size: int) -> None:
    _say({"done": at, "total": size, "unit": "bytes"})


def _say(message: dict[str, Any]) -> None:
    print(msgspec.json.encode(message).decode("utf-8"), flush=True)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
