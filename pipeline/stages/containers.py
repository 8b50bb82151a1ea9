"""The containers: which codecs players find in each, what else it can hold, and how it is written."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any, Literal

import msgspec

from pipeline.model.problem import PipelineError, bad_option
from pipeline.stages.choices.output import OutputChoices

# A fragmented file is readable while it grows and survives a kill; it is remuxed into a plain one afterwards.
# Without delay_moov the encoder delay is not known yet when the header is written, and sound is 57 ms early.
CRASH_SAFE_MP4 = {"movflags": "+hybrid_fragmented+delay_moov", "flush_packets": 1}


@dataclass(frozen=True)
class Container:
    """One kind of file. Codec names are ffmpeg's; `video` and `audio` None is any codec.

    `text` is the codec that plain subtitles are converted to, empty where it holds none; `subtitles` are those it
    takes as they are. `covers` says how it holds them: as a track, as an attached file, or not at all.
    """

    suffix: str
    label: str
    video: frozenset[str] | None = frozenset()
    audio: frozenset[str] | None = frozenset()
    sounds: int = 99
    text: str = ""
    subtitles: frozenset[str] = frozenset()
    covers: Literal["", "track", "file"] = ""
    attachments: bool = False
    chapters: bool = False
    muxing: dict[str, Any] = field(default_factory=dict)
    is_fragmented_first: bool = False

    @property
    def is_sound_only(self) -> bool:
        """It holds no moving pictures."""
        return self.video == frozenset()


_MP4_VIDEO = frozenset({"h264", "hevc", "av1", "vp9", "mpeg4", "mpeg2video", "mjpeg"})
_MP4_AUDIO = frozenset({"aac", "mp3", "ac3", "eac3", "opus", "flac", "alac", "mp2"})
_MATROSKA_SUBTITLES = frozenset({
    "subrip", "ass", "ssa", "webvtt", "hdmv_pgs_subtitle", "dvd_subtitle", "dvb_subtitle", "hdmv_text_subtitle",
})  # fmt: skip
_PCM = frozenset({"pcm_s16le", "pcm_s24le", "pcm_s32le", "pcm_f32le", "pcm_s16be", "pcm_s24be"})

CONTAINERS: dict[str, Container] = {
    "mp4": Container(
        "mp4", "MP4", _MP4_VIDEO, _MP4_AUDIO, text="mov_text", subtitles=frozenset({"mov_text"}), covers="track",
        chapters=True, muxing={"movflags": "+faststart"}, is_fragmented_first=True,
    ),
    "mov": Container(
        "mov", "MOV", _MP4_VIDEO | {"prores", "dnxhd"}, _MP4_AUDIO - {"opus", "flac"} | _PCM, text="mov_text",
        subtitles=frozenset({"mov_text"}), chapters=True, muxing={"movflags": "+faststart"}, is_fragmented_first=True,
    ),
    "mkv": Container(
        "mkv", "MKV", None, None, text="subrip", subtitles=_MATROSKA_SUBTITLES, covers="file", attachments=True,
        chapters=True,
    ),
    "webm": Container(
        "webm", "WebM", frozenset({"vp8", "vp9", "av1"}), frozenset({"opus", "vorbis"}), text="webvtt",
        subtitles=frozenset({"webvtt"}), chapters=True,
    ),
    # The version of tags every player reads, covers included.
    "mp3": Container("mp3", "MP3", audio=frozenset({"mp3"}), sounds=1, covers="track", chapters=True,
                     muxing={"id3v2_version": 3}),
    "m4a": Container("m4a", "M4A", audio=frozenset({"aac", "alac", "ac3"}), covers="track", chapters=True,
                     muxing={"movflags": "+faststart"}),
    "opus": Container("opus", "Opus", audio=frozenset({"opus"}), sounds=1),
    "flac": Container("flac", "FLAC", audio=frozenset({"flac"}), sounds=1, covers="track"),
    "wav": Container("wav", "WAV", audio=_PCM, sounds=1),
    "gif": Container("gif", "GIF", frozenset({"gif"}), sounds=0),
    "webp": Container("webp", "WebP", frozenset({"webp"}), sounds=0),
    "jpg": Container("jpg", "JPEG", frozenset({"mjpeg"}), sounds=0),
}  # fmt: skip

# Our names of codecs that are called otherwise inside a file.
_INSIDE = {"dnxhr": "dnxhd", "sheet": "mjpeg", "pcm": "pcm_s16le"}
# What a container for one thing alone is for.
_OWN_AUDIO = {"mp3": "mp3", "m4a": "aac", "opus": "opus", "flac": "flac", "wav": "pcm"}
_OWN_VIDEO = {"gif": "gif", "webp": "webp", "jpg": "sheet"}


def container_of(choices: OutputChoices) -> Container:
    """The container that was chosen."""
    return CONTAINERS[choices.container]


def settled(choices: OutputChoices) -> OutputChoices:
    """The same with what follows from a container for sound alone, or for moving pictures alone."""
    own_audio, own_video = _OWN_AUDIO.get(choices.container), _OWN_VIDEO.get(choices.container)
    if own_audio is not None:
        audio = choices.audio if choices.audio in ("copy", "none") else own_audio
        return msgspec.structs.replace(choices, video="none", audio=audio)
    if own_video is not None:
        return msgspec.structs.replace(choices, video=own_video, audio="none", subtitles=_burnt_or_none(choices))
    return choices


def _burnt_or_none(choices: OutputChoices) -> Literal["burn", "none"]:
    return "burn" if choices.subtitles == "burn" else "none"


def refuse_impossible(choices: OutputChoices) -> None:
    """Checks that the codecs asked for can stand in the container asked for.

    Raises:
        PipelineError: `bad_option`, naming containers that can hold them.
    """
    container = container_of(choices)
    for name, codec, held in (
        ("video", choices.video, container.video),
        ("audio", choices.audio, container.audio),
    ):
        inside = _INSIDE.get(codec, codec)
        if codec in ("copy", "none") or held is None or inside in held:
            continue
        if name == "audio" and container.sounds == 0:
            continue
        fit = [each.label for each in CONTAINERS.values() if _holds(each, name, inside)]
        raise PipelineError(bad_option(name, f"{container.label} does not hold {codec}; {' or '.join(fit)} would"))


def _holds(container: Container, name: str, codec: str) -> bool:
    held = container.video if name == "video" else container.audio
    return held is None or codec in held
