"""`probe`: what is in a media file."""

from __future__ import annotations

import os
import sys
from contextlib import closing

from app import text
from app.cli.arguments import Arguments
from pipeline.media.probe import Prober
from pipeline.model import wire
from pipeline.model.source import MediaInfo, MediaStream, shown


def probe(arguments: Arguments) -> int:
    """Shows one file.

    Raises:
        PipelineError: it cannot be read, or is no media file.
    """
    with closing(Prober()) as prober:
        info = prober.info(arguments.file)
    if arguments.json:
        path = os.path.abspath(arguments.file)
        found = {
            **wire.path_fields(os.fsencode(path)),
            "bytes": os.path.getsize(path),
            "media": wire.media_object(info),
        }
        sys.stdout.write(wire.line(found).decode() + "\n")
    else:
        print("\n".join(described(arguments.file, info)))
    return 0


def described(path: str, info: MediaInfo) -> list[str]:
    """A file in lines: the container, then each stream."""
    head = [info.container, text.duration(info.duration_s), text.size(os.path.getsize(path))]
    if info.bit_rate:
        head.append(text.bit_rate(info.bit_rate))
    if info.chapters:
        head.append(text.count(info.chapters, "chapter"))
    lines = [f"{text.one_line(shown(os.path.basename(path)))}: {', '.join(head)}"]
    return lines + [f"  {stream.index}: {_stream(stream)}" for stream in info.streams]


def _stream(stream: MediaStream) -> str:
    parts = [f"{stream.kind} {stream.codec}" + (f" ({stream.profile})" if stream.profile else "")]
    if stream.width:
        parts.append(f"{stream.width}×{stream.height}")
    if stream.frame_rate:
        parts.append(f"{stream.frame_rate:.5g} fps")
    if stream.pixel_format:
        parts.append(stream.pixel_format)
    if stream.is_hdr:
        parts.append("HDR")
    if stream.rotation:
        parts.append(f"turned by {stream.rotation}°")
    if stream.sample_rate_hz:
        parts.append(f"{stream.sample_rate_hz:,} Hz")
    if stream.channels:
        parts.append(stream.channel_layout or text.count(stream.channels, "channel"))
    if stream.bit_rate:
        parts.append(text.bit_rate(stream.bit_rate))
    if stream.language:
        parts.append(stream.language)
    if stream.title:
        parts.append(f"“{text.one_line(stream.title)}”")
    return ", ".join(parts)
