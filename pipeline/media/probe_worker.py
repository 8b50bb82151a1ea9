"""The child that looks into media files: a path comes in, what is in the file goes out, a line each.

The libraries that read hostile files live here and in no other process. Run as `python -m pipeline.media.probe_worker`.
A request is the path's bytes in base64; an answer is a JSON object with one of `info`, `trouble` or `fault`.
"""

from __future__ import annotations

import base64
import errno
import itertools
import os
import re
import sys
import traceback
from collections.abc import Callable, Iterable
from typing import Any, BinaryIO

import av
import av.logging
import av.stream
import msgspec

from pipeline.media.colour import PRIMARIES, RANGES, SPACES, TRANSFERS, name_in
from pipeline.media.probe_answer import READY, Answer, Trouble
from pipeline.media.streams import codec_of, kind_of, open_file, words_of
from pipeline.model.source import MediaInfo, MediaStream, StreamKind


class Unfit(Exception):
    """The file cannot be used."""

    def __init__(self, trouble: Trouble, detail: str) -> None:
        super().__init__(detail)
        self.trouble: Trouble = trouble
        self.detail = detail


_KEYED = ("com.apple.", "com.android.")
_STILL_FORMATS = frozenset({"image2", "ico", "tty", "svg"})
_STILL_BRANDS = frozenset({"avif", "heic", "heix", "heim", "heis", "mif1", "miaf"})
_FIELD_ORDERS = ("", "progressive", "tt", "bb", "tb", "bt")
_MOV_BOXES = frozenset({b"ftyp", b"moov", b"mdat", b"wide", b"free", b"skip", b"pnot", b"uuid"})
_DETAIL_LIMIT = 2000


# Without this a complaint is told once, and not for the next file that has the same fault.
av.logging.set_skip_repeated(False)


def look(path: str) -> MediaInfo:
    """What is in a file.

    Raises:
        Unfit: it cannot be opened, or holds neither moving pictures nor sound.
    """
    av.logging.set_level(av.logging.ERROR)
    with av.logging.Capture() as log:
        try:
            with open_file("file:" + path) as container:
                return _info(container)
        except av.FFmpegError as error:
            raise Unfit(*_reason(error, path, [text for _, _, text in log])) from error


def _info(container: av.container.InputContainer) -> MediaInfo:
    form = container.format.name
    brand = words_of(container, "major_brand").strip()
    if form in _STILL_FORMATS or form.endswith("_pipe") or brand in _STILL_BRANDS:
        raise Unfit("not_media", f"A still image ({form}).")
    beside = _beside(container)
    streams = tuple(_stream(stream, beside.get(stream.index, {})) for stream in container.streams)
    if not any(stream.kind in ("video", "audio") for stream in streams):
        raise Unfit("not_media", f"Neither video nor audio ({form}).")
    film = next((stream for stream in streams if stream.kind == "video"), None)
    if film is not None and film.colour_transfer == "smpte2084" and _has_hdr10_plus(container, film.index):
        marked = msgspec.structs.replace(film, has_hdr10_plus=True)
        streams = tuple(marked if stream is film else stream for stream in streams)
    return MediaInfo(
        container=form,
        duration_s=None if container.duration is None else container.duration / av.time_base,
        streams=streams,
        start_s=(container.start_time or 0) / av.time_base,
        bit_rate=container.bit_rate or 0,
        chapters=len(container.chapters()),
        # A file of ours has it twice, see `stages.tags`.
        created=words_of(container, "creation_time").partition(";")[0],
        has_keyed_tags=any(name.lower().startswith(_KEYED) for name in container.metadata),
    )


def _stream(stream: av.stream.Stream, beside: dict[str, Any]) -> MediaStream:
    context: av.CodecContext | None = stream.codec_context
    kind = kind_of(stream)
    common: dict[str, Any] = {
        "index": stream.index,
        "kind": kind,
        # What an attached file is, only its tag says.
        "codec": codec_of(stream) or words_of(stream, "mimetype"),
        "profile": (context.profile if context else None) or "",
        "bit_rate": (context.bit_rate if context else None) or 0,
        "language": _language(stream),
        # MP4 has a track's title under this name.
        "title": words_of(stream, "title") or words_of(stream, "name"),
        "is_default": bool(stream.disposition & av.stream.Disposition.default),
        "is_forced": bool(stream.disposition & av.stream.Disposition.forced),
        "duration_s": _duration_s(stream),
    }
    if context is None:  # a codec the library does not know
        return MediaStream(**common)
    if isinstance(stream, av.VideoStream):
        return MediaStream(**common, **_picture(stream, kind), **beside)
    if isinstance(stream, av.AudioStream):
        return MediaStream(
            **common,
            sample_rate_hz=stream.codec_context.sample_rate or 0,
            channels=stream.codec_context.channels,
            channel_layout=stream.codec_context.layout.name,
            bit_depth=stream.codec_context.format.bits if stream.codec_context.format else 0,
        )
    return MediaStream(**common)


def _picture(stream: av.VideoStream, kind: StreamKind) -> dict[str, Any]:
    context = stream.codec_context
    form = context.format
    aspect = stream.sample_aspect_ratio
    rate = stream.average_rate or stream.guessed_rate
    return {
        "width": context.width,
        "height": context.height,
        "sample_aspect": f"{aspect.numerator}:{aspect.denominator}" if aspect else "",
        "frame_rate": float(rate) if rate and kind == "video" else 0.0,
        "frames": stream.frames,
        "pixel_format": form.name if form else "",
        "bit_depth": max((each.bits for each in form.components), default=0) if form else 0,
        "colour_range": name_in(RANGES, context.color_range),
        "colour_space": name_in(SPACES, context.colorspace),
        "colour_transfer": name_in(TRANSFERS, context.color_trc),
        "colour_primaries": name_in(PRIMARIES, context.color_primaries),
        "field_order": _FIELD_ORDERS[order] if 0 <= (order := int(context.field_order)) < len(_FIELD_ORDERS) else "",
    }


def _language(stream: av.stream.Stream) -> str:
    language = words_of(stream, "language")
    return "" if language == "und" else language


# Matroska keeps a stream's length as a tag: DURATION=00:00:02.021000000
_CLOCK = re.compile(r"(\d+):(\d\d):(\d\d(?:\.\d+)?)")


def _duration_s(stream: av.stream.Stream) -> float | None:
    ticks: int | None = getattr(stream, "duration", None)  # attachments have none
    if ticks is not None and stream.time_base is not None:
        return float(ticks * stream.time_base)
    if clock := _CLOCK.fullmatch(words_of(stream, "DURATION")):
        hours, minutes, seconds = clock.groups()
        return int(hours) * 3600 + int(minutes) * 60 + float(seconds)
    return None


# PyAV shows what lies beside a stream only once a frame was decoded. The library's own description of the file has it
# for nothing:
#
#     Stream #0:0[0x1](und): Video: h264 (Constrained Baseline) (avc1 / 0x31637661), yuv420p(progressive), 320x180 …
#       Side data:
#         Display Matrix: rotation of 90.00 degrees
#         DOVI configuration record: version: 1.0, profile: 8, level: 6, rpu flag: 1, el flag: 0, bl flag: 1, compati…
_BESIDE = re.compile(
    r"^  Stream #0:(?P<index>\d+)|^      Display Matrix: rotation of (?P<degrees>-?[\d.]+) degrees$"
    r"|^      DOVI configuration record: .*? profile: (?P<profile>\d+),.* compatibility id: (?P<base>\d+)",
    re.MULTILINE,
)


def _beside(container: av.container.InputContainer) -> dict[int, dict[str, Any]]:
    """What lies beside streams, as fields of each, by index."""
    av.logging.set_level(av.logging.INFO)
    try:
        text: str = container.dumps_format()  # type: ignore[attr-defined] # missing in PyAV's stubs
    finally:
        av.logging.set_level(av.logging.ERROR)
    found: dict[int, dict[str, Any]] = {}
    fields: dict[str, Any] = {}
    for line in _BESIDE.finditer(text):
        if line["index"]:
            fields = found.setdefault(int(line["index"]), {})
        elif line["degrees"]:
            fields["rotation"] = round(float(line["degrees"])) % 360
        else:
            fields["dolby_vision"] = f"{line['profile']}.{line['base']}"
    return found


# How HDR10+ begins among the packets of HEVC and AV1 (ITU-T T.35): the United States, Samsung, application 4.
_HDR10_PLUS = b"\xb5\x00\x3c\x00\x01\x04"
_PACKETS = 200


def _has_hdr10_plus(container: av.container.InputContainer, index: int) -> bool:
    """Whether the first picture comes with HDR10+. Reads its packet, and decodes nothing."""
    try:
        packets = itertools.islice(container.demux(), _PACKETS)
        first = next((packet for packet in packets if packet.stream.index == index and packet.size), None)
    except av.FFmpegError:
        return False  # a fault inside a file does not keep it from being looked into
    return first is not None and _HDR10_PLUS in bytes(first)


def _reason(error: av.FFmpegError, path: str, log: Iterable[str]) -> tuple[Trouble, str]:
    detail = "".join([*log, str(error.strerror or error)])[-_DETAIL_LIMIT:].strip()
    match error:
        case FileNotFoundError() | NotADirectoryError():
            return "missing", detail
        case PermissionError() if error.errno == errno.EACCES:
            return "unreadable", detail
        case EOFError():
            return "truncated", detail
        case _ if "moov atom not found" in detail and _begins_like_mov(path):
            return "truncated", detail
        case _:
            return "not_media", detail


def _begins_like_mov(path: str) -> bool:
    """Whether it was an MP4 or MOV once. The library takes any file of that name for one."""
    try:
        with open(path, "rb") as file:
            return file.read(8)[4:] in _MOV_BOXES
    except OSError:
        return False


def answer(request: bytes, look: Callable[[str], MediaInfo] = look) -> Answer:
    """What is said to one request."""
    try:
        return Answer(info=look(os.fsdecode(base64.b64decode(request.strip(), validate=True))))
    except Unfit as unfit:
        return Answer(trouble=unfit.trouble, detail=unfit.detail)
    except Exception:
        return Answer(fault=traceback.format_exc()[-_DETAIL_LIMIT:])


def serve(requests: BinaryIO, answers: BinaryIO, look: Callable[[str], MediaInfo] = look) -> None:
    """Says that it is ready, then answers one request after another until there are no more."""
    answers.write(READY)
    answers.flush()
    for request in requests:
        answers.write(msgspec.json.encode(answer(request, look)) + b"\n")
        answers.flush()


def own_pipes() -> tuple[BinaryIO, BinaryIO]:
    """Where requests come from and answers go to. What a library prints goes elsewhere, so it cannot tear a line."""
    answers = os.fdopen(os.dup(sys.stdout.fileno()), "wb")
    os.dup2(sys.stderr.fileno(), sys.stdout.fileno())
    return sys.stdin.buffer, answers


if __name__ == "__main__":
    serve(*own_pipes())
