"""Sources as a probe describes them, one of every kind a stage has to tell apart. None of them is on any disk."""

from __future__ import annotations

from typing import Any

from pipeline.model.source import MediaInfo, MediaStream, Source
from pipeline.stages.choices.output import OutputChoices
from pipeline.stages.encoders import quality_of
from pipeline.stages.output import Output
from pipeline.stages.selection import selected

MP4 = "mov,mp4,m4a,3gp,3g2,mj2"
MKV = "matroska,webm"


def video(index: int = 0, **changes: Any) -> MediaStream:
    """1080p H.264 of 10 s, changed as said."""
    usual: dict[str, Any] = {
        "codec": "h264",
        "width": 1920,
        "height": 1080,
        "sample_aspect": "1:1",
        "frame_rate": 25.0,
        "frames": 250,
        "pixel_format": "yuv420p",
        "bit_depth": 8,
        "colour_range": "tv",
        "colour_space": "bt709",
        "colour_transfer": "bt709",
        "colour_primaries": "bt709",
        "field_order": "progressive",
        "duration_s": 10.0,
    }
    return MediaStream(index=index, kind="video", **{**usual, **changes})


def audio(index: int = 1, **changes: Any) -> MediaStream:
    """Stereo AAC of 10 s, changed as said."""
    usual: dict[str, Any] = {"codec": "aac", "sample_rate_hz": 48000, "channels": 2, "duration_s": 10.0}
    return MediaStream(index=index, kind="audio", **{**usual, **changes})


def subtitle(index: int, codec: str, **changes: Any) -> MediaStream:
    """A subtitle track."""
    return MediaStream(index=index, kind="subtitle", codec=codec, **changes)


def cover(index: int, codec: str = "mjpeg") -> MediaStream:
    """A picture that is no film."""
    return MediaStream(index=index, kind="cover", codec=codec, width=600, height=600, pixel_format="yuvj420p")


def source(name: str, *streams: MediaStream, container: str = MP4, **changes: Any) -> Source:
    """A file of 10 s with these streams."""
    info = MediaInfo(container=container, streams=streams, **{"duration_s": 10.0, **changes})
    return Source(path=f"/media/{name}".encode(), size=1_000_000, mtime_ns=1_700_000_000_000_000_000, info=info)


_HDR10: dict[str, Any] = {
    "codec": "hevc",
    "width": 3840,
    "height": 2160,
    "pixel_format": "yuv420p10le",
    "bit_depth": 10,
    "colour_space": "bt2020nc",
    "colour_transfer": "smpte2084",
    "colour_primaries": "bt2020",
}
_DVD: dict[str, Any] = {
    "codec": "mpeg2video",
    "width": 720,
    "height": 576,
    "sample_aspect": "64:45",
    "colour_space": "",
    "colour_transfer": "",
    "colour_primaries": "",
    "field_order": "tt",
    "frames": 0,
}
_SILENT_COLOURS: dict[str, Any] = {
    "colour_range": "",
    "colour_space": "",
    "colour_transfer": "",
    "colour_primaries": "",
}

SOURCES: dict[str, Source] = {
    "1080p": source("film.mp4", video(), audio()),
    "4k-hdr10": source("hdr.mkv", video(frames=0, **_HDR10), audio(), container=MKV),
    "vertical-phone": source("phone.mp4", video(rotation=270, frame_rate=29.97, frames=300), audio()),
    "anamorphic-dvd": source("dvd.vob", video(**_DVD), audio(codec="ac3", channels=6), container="mpeg"),
    "odd-size": source(
        "odd.mkv", video(width=321, height=181, codec="ffv1", pixel_format="yuv444p", **_SILENT_COLOURS), container=MKV
    ),
    "rgb-gif": source(
        "moving.gif", video(width=160, height=90, codec="gif", pixel_format="bgra", **_SILENT_COLOURS), container="gif"
    ),
    "wav": source("speech.wav", audio(0, codec="pcm_s16le", channels=1), container="wav"),
    "flac-cover": source("song.flac", audio(0, codec="flac"), cover(1, "png"), container="flac"),
    "mp3-cover": source("song.mp3", audio(0, codec="mp3"), cover(1), container="mp3"),
    "ogg": source("song.ogg", audio(0, codec="vorbis"), container="ogg"),
    "ogg-film": source("film.ogv", video(codec="theora", frames=0), audio(codec="vorbis"), container="ogg"),
    "surround": source("concert.mka", audio(0, codec="flac", channels=6), container=MKV),
    "video-only": source("silent.mp4", video()),
    "tracks": source(
        "tracks.mkv",
        video(frames=0, language="eng"),
        audio(1, language="eng"),
        audio(2, language="deu", codec="ac3", channels=6, is_default=True),
        subtitle(3, "subrip", language="eng"),
        subtitle(4, "hdmv_pgs_subtitle", language="deu"),
        MediaStream(index=5, kind="attachment", codec="ttf"),
        container=MKV,
        chapters=3,
    ),
    "cover-mp4": source("covered.mp4", video(), audio(), cover(2)),
    "hevc": source("phone.mov", video(codec="hevc"), audio()),
    "raw-h264": source("camera.h264", video(frames=0, duration_s=None), container="h264", duration_s=None),
}
EMPTY = source("empty.mp4")


def wanted(container: Any = "mp4", video: Any = "h264", audio: Any = "aac", **choices: Any) -> OutputChoices:
    """Choices as they are once settled."""
    return OutputChoices(container=container, video=video, audio=audio, **choices)


def an_output(
    kept: Source, choices: OutputChoices, result: str = "result.mp4", target: str = "", **more: Any
) -> Output:
    """One file to be made of a source, with nothing found out about it; `target` where it is finished apart."""
    assert kept.info is not None
    return Output(
        choices=choices,
        selection=selected(kept.info, choices),
        target=target or result,
        result=result,
        quality=quality_of(choices),
        **more,
    )
