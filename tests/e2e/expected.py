"""What a preset has to make of a source, worked out from its file and from ffprobe, with none of the product's code."""

from __future__ import annotations

import tomllib
from dataclasses import dataclass, field, replace
from functools import cache
from typing import Any

import resources
from tests.support.reader import Film, Track

# As options that a preset does not name are, where that matters here.
_USUAL: dict[str, Any] = {
    "container": "mp4", "video": "h264", "audio": "aac", "channels": "keep", "audio_tracks": "all", "max_height": 0,
    "max_width": 0, "fps": 0, "max_fps": 0, "upscale": False, "aspect": "keep", "sample_rate": "keep",
    "bit_depth": "auto", "rate": "crf", "loudness": None, "name": "{stem}", "audio_copy_fitting": False,
}  # fmt: skip

CONTAINERS = {
    "mp4": ("mp4", "MPEG-4"), "mkv": ("matroska", "Matroska"), "mov": ("mov", "MPEG-4"), "mp3": ("mp3", "MPEG Audio"),
    "flac": ("flac", "FLAC"), "gif": ("gif", "GIF"), "jpg": ("image2", "JPEG"),
}  # fmt: skip
CODECS = {
    "h264": ("h264", "AVC"), "hevc": ("hevc", "HEVC"), "av1": ("av1", "AV1"), "prores": ("prores", "ProRes"),
    "gif": ("gif", "GIF"), "sheet": ("mjpeg", "JPEG"), "aac": ("aac", "AAC"), "mp3": ("mp3", "MPEG Audio"),
    "flac": ("flac", "FLAC"), "pcm": ("pcm_s16le", "PCM"),
}  # fmt: skip
_MP4_TAKES = {"h264", "hevc", "av1", "vp9", "mpeg4", "mpeg2video", "aac", "mp3", "mp2", "ac3", "opus", "flac"}
_SOUND_ONLY = ("mp3", "flac")
_PICTURES_ONLY = ("gif", "jpg")


@cache
def presets() -> dict[str, dict[str, Any]]:
    """The options of every preset that comes with the product, by its id."""
    found = {}
    for name in resources.names("presets"):
        told = tomllib.loads(resources.text(f"presets/{name}"))
        found[told["id"]] = {**_USUAL, **told["options"]}
    return found


@dataclass(frozen=True)
class Expected:
    """What has to come of it. `refused`: nothing, because no stream is left or one does not fit the container.

    `size` is 0, 0 and `frames` 0 where they are not known beforehand; `length_s` is of the picture, or of the sound
    where there is none.
    """

    refused: bool = False
    suffix: str = ""
    container: str = ""
    video: str = ""
    pixels: str = ""
    size: tuple[int, int] = (0, 0)
    frames: tuple[int, int] = (0, 0)
    length_s: float = 0.0
    fps: float = 0.0
    audio: tuple[str, ...] = ()
    channels: tuple[int, ...] = ()
    sample_rate: int = 0
    languages: tuple[str, ...] = field(default=())


def expected(preset: str, source: Film, cut_s: float | None) -> Expected:
    """What `preset` has to make of the first `cut_s` seconds of a source, or of all of it."""
    options = presets()[preset]
    container = str(options["container"])
    film = source.of("video")[0] if source.of("video") and container not in _SOUND_ONLY else None
    if options["video"] == "none":
        film = None
    sounds = () if container in _PICTURES_ONLY or options["audio"] == "none" else source.of("audio")
    sounds = sounds[:1] if options["audio_tracks"] == "first" or container in _SOUND_ONLY else sounds
    if film is None and not sounds:
        return Expected(refused=True)
    copied = [film.codec] if film and options["video"] == "copy" else []
    copied += [sound.codec for sound in sounds if options["audio"] == "copy"]
    if container == "mp4" and set(copied) - _MP4_TAKES:
        return Expected(refused=True)
    length_s = _length_s(source, film, is_copied=options["video"] == "copy")
    if cut_s is not None:
        length_s = min(length_s, cut_s)
    made = Expected(
        suffix=container,
        container=CONTAINERS[container][0],
        length_s=length_s,
        audio=tuple(_codec(options["audio"], sound.codec) for sound in sounds),
        channels=tuple(_channels(options, sound) for sound in sounds),
        sample_rate=0 if options["sample_rate"] == "keep" or not sounds else int(options["sample_rate"]),
        # A file with one sound and nothing else does not say in which language that is.
        languages=tuple("" if container in _SOUND_ONLY else sound.language for sound in sounds),
    )
    return _with_film(made, options, source, film, cut_s) if film else made


def _with_film(made: Expected, options: dict[str, Any], source: Film, film: Track, cut_s: float | None) -> Expected:
    codec = _codec(options["video"], film.codec)
    if options["video"] == "sheet":
        return replace(made, video=codec, length_s=0.0)
    times_s = [at - source.times_s[0] for at in source.times_s]
    there = sum(cut_s is None or at < cut_s - 0.0005 for at in times_s)
    fps, limit = float(options["fps"]), float(options["max_fps"])
    source_fps = there / made.length_s if made.length_s else 0.0
    if fps or (limit and source_fps > limit * 1.01):
        count = round(made.length_s * (fps or limit))
        frames = (count - 2, count + 2)
    else:
        frames = (there, there)
    return replace(
        made,
        video=codec,
        pixels=_pixels(options, film),
        size=film.size if options["video"] == "copy" else _size(options, film),
        frames=frames,
        fps=fps or source_fps,
    )


def _codec(wish: str, there: str) -> str:
    return there if wish == "copy" else CODECS[wish][0]


def _channels(options: dict[str, Any], sound: Track) -> int:
    most = {"keep": 99, "stereo": 2, "mono": 1}[options["channels"]]
    return min(sound.channels, most, 2 if options["audio"] == "mp3" else 99)


def _pixels(options: dict[str, Any], film: Track) -> str:
    match options["video"]:
        case "h264":
            return "yuv420p"
        case "hevc" | "av1":
            return "yuv420p10le" if options["bit_depth"] == "10" or "10" in film.pixels else "yuv420p"
        case "prores":
            return "yuv422p10le"
        case _:
            return ""


def _size(options: dict[str, Any], film: Track) -> tuple[int, int]:
    """Square pixels, upright, not larger than the limits of the shorter and the longer side."""
    height = film.size[0] if film.rotation % 180 else film.size[1]
    width = height * film.shape
    if options["aspect"] == "9:16":
        return 1080, 1920
    shorter, longer = min(width, height), max(width, height)
    by = min(
        1.0,
        (options["max_height"] or shorter) / shorter,
        (options["max_width"] or longer) / longer,
    )
    return round(width * by), round(height * by)


def _length_s(source: Film, film: Track | None, *, is_copied: bool) -> float:
    """How long the picture is shown, or the sound lasts where there is none; of a copy what the source says."""
    told = film if film and is_copied else None if film else source.of("audio")[0]
    if told is not None:
        return told.length_s or source.length_s
    times_s = source.times_s
    last_s = times_s[-1] - times_s[-2] if len(times_s) > 1 else 0.0
    return times_s[-1] - times_s[0] + last_s
