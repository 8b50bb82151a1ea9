"""What was dropped: one file or link, and what a probe found in it."""

from __future__ import annotations

import os
from fractions import Fraction
from typing import Literal

import msgspec

StreamKind = Literal["video", "audio", "subtitle", "data", "attachment", "cover"]


class MediaStream(msgspec.Struct, frozen=True, omit_defaults=True):
    """One stream of a file, as the container and its codec parameters tell it.

    `cover` is a video stream that is an attached picture. Colour fields are ffmpeg's names (`bt709`).
    `frames` is the container's own count, 0 where it has none. `rotation` is in degrees, anticlockwise. `bit_depth` is
    that of a picture's component, or of the samples that sound is decoded to.
    """

    index: int
    kind: StreamKind
    codec: str
    profile: str = ""
    width: int = 0
    height: int = 0
    sample_aspect: str = ""
    frame_rate: float = 0.0
    frames: int = 0
    pixel_format: str = ""
    bit_depth: int = 0
    colour_range: str = ""
    colour_space: str = ""
    colour_transfer: str = ""
    colour_primaries: str = ""
    field_order: str = ""
    rotation: int = 0
    dolby_vision: str = ""
    has_hdr10_plus: bool = False
    sample_rate_hz: int = 0
    channels: int = 0
    channel_layout: str = ""
    bit_rate: int = 0
    language: str = ""
    title: str = ""
    is_default: bool = False
    is_forced: bool = False
    duration_s: float | None = None

    @property
    def is_hdr(self) -> bool:
        """PQ (HDR10) or HLG."""
        return self.colour_transfer in ("smpte2084", "arib-std-b67")

    @property
    def upright(self) -> tuple[int, int]:
        """Width and height in pixels once it is turned as it says, and before pixels are made square."""
        return (self.height, self.width) if self.rotation % 180 == 90 else (self.width, self.height)

    @property
    def pixel_aspect(self) -> Fraction:
        """The shape of one pixel, width to height, once the picture is upright; 1 where it is not said."""
        numerator, _, denominator = self.sample_aspect.partition(":")
        if not (numerator.isdecimal() and denominator.isdecimal() and int(numerator) and int(denominator)):
            return Fraction(1)
        aspect = Fraction(int(numerator), int(denominator))
        return 1 / aspect if self.rotation % 180 == 90 else aspect


class MediaInfo(msgspec.Struct, frozen=True, omit_defaults=True):
    """What is in a media file. `duration_s` is None where the container does not say.

    `created` is when it was made, as it says it. `has_keyed_tags`: phones write the place, their name and more as tags
    under keys of their own (com.apple.…).
    """

    container: str
    duration_s: float | None
    streams: tuple[MediaStream, ...]
    start_s: float = 0.0
    bit_rate: int = 0
    chapters: int = 0
    has_keyed_tags: bool = False
    created: str = ""

    def of_kind(self, kind: StreamKind) -> tuple[MediaStream, ...]:
        """The streams of one kind, in file order."""
        return tuple(stream for stream in self.streams if stream.kind == kind)

    @property
    def video(self) -> MediaStream | None:
        """The first video stream that is no cover."""
        return next(iter(self.of_kind("video")), None)

    @property
    def audio(self) -> MediaStream | None:
        """The first audio stream."""
        return next(iter(self.of_kind("audio")), None)


class Companion(msgspec.Struct, frozen=True, omit_defaults=True):
    """A subtitle file that lies beside a source and shares its name.

    `charset` is the name of its encoding where it is neither UTF-8 nor says itself what it is.
    """

    path: bytes
    size: int
    mtime_ns: int
    language: str = ""
    is_forced: bool = False
    charset: str = ""

    @property
    def file(self) -> str:
        """The path as Python's file functions take it; undecodable bytes are surrogates."""
        return os.fsdecode(self.path)

    @property
    def name(self) -> str:
        """The file name, fit for showing."""
        return shown(os.path.basename(self.path))


class Source(msgspec.Struct, frozen=True, omit_defaults=True):
    """One dropped file or link.

    `path` is `os.fsencode` bytes: absolute for a person's file, relative to the Workspace for a file an
    earlier recipe of the same Flow made; `alias` is the name results are called after where that is not the file's.
    `subfolder` is where the file lay below the dropped folder, and is mirrored in the destination. `size` and
    `mtime_ns` are its identity; -1 until it was looked at. `companions` are found when it is looked at.
    """

    path: bytes = b""
    alias: bytes = b""
    url: str = ""
    subfolder: bytes = b""
    size: int = -1
    mtime_ns: int = -1
    info: MediaInfo | None = None
    companions: tuple[Companion, ...] = ()

    @property
    def file(self) -> str:
        """The path as Python's file functions take it; undecodable bytes are surrogates."""
        return os.fsdecode(self.path)

    @property
    def name(self) -> str:
        """The file name, or the link, fit for showing: undecodable bytes are U+FFFD."""
        return shown(os.path.basename(self.path)) if self.path else self.url

    @property
    def stem(self) -> str:
        """The name results are called after, without folder and suffix."""
        return os.path.splitext(os.path.basename(os.fsdecode(self.alias or self.path)))[0]

    @property
    def is_scratch(self) -> bool:
        """Made by an earlier recipe of the same Flow."""
        return bool(self.path) and not os.path.isabs(self.path)


def shown(path: str | bytes) -> str:
    """A path as text for people and for JSON: undecodable bytes become U+FFFD."""
    return os.fsencode(path).decode("utf-8", "replace")
