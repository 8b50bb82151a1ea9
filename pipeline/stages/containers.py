"""The containers: which codecs players find in each, what else it can hold, and how it is written."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any, Literal

import msgspec

from pipeline.model.option import fields_of
from pipeline.model.problem import PipelineError, bad_option
from pipeline.stages.animation import tile_px
from pipeline.stages.choices.output import OutputChoices
from pipeline.stages.software import LARGEST_CRF, TUNES, USUAL_CRF

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


_MP4_VIDEO = frozenset({"h264", "hevc", "av1", "vp9", "mpeg4", "mpeg2video", "mjpeg"})
# PCM too could be written; hardly a player knows its MP4 form, and ffmpeg 5.1 reads 24 bits of it as 16.
_MP4_AUDIO = frozenset({"aac", "mp3", "ac3", "eac3", "opus", "flac", "alac", "mp2"})
# ffmpeg refuses the rest: “vp9 only supported in MP4”, and opus, flac and av1 alike.
_MOV_VIDEO = frozenset({"h264", "hevc", "prores", "dnxhd", "mpeg4", "mpeg2video", "mjpeg", "qtrle", "dvvideo"})
_MOV_AUDIO = frozenset({"aac", "mp3", "ac3", "eac3", "alac", "mp2"})
_MATROSKA_SUBTITLES = frozenset({
    "subrip", "ass", "ssa", "webvtt", "hdmv_pgs_subtitle", "dvd_subtitle", "dvb_subtitle", "hdmv_text_subtitle",
})  # fmt: skip
_PCM = frozenset({"pcm_s16le", "pcm_s24le", "pcm_s32le", "pcm_f32le", "pcm_f64le", "pcm_u8", "pcm_alaw", "pcm_mulaw"})
_PCM_BIG_ENDIAN = frozenset({"pcm_s16be", "pcm_s24be", "pcm_s32be", "pcm_f32be", "pcm_f64be", "pcm_s8"})

CONTAINERS: dict[str, Container] = {
    "mp4": Container(
        "mp4", "MP4", _MP4_VIDEO, _MP4_AUDIO, text="mov_text", subtitles=frozenset({"mov_text"}), covers="track",
        chapters=True, muxing={"movflags": "+faststart"}, is_fragmented_first=True,
    ),
    "mov": Container(
        "mov", "MOV", _MOV_VIDEO, _MOV_AUDIO | _PCM | _PCM_BIG_ENDIAN, text="mov_text",
        subtitles=frozenset({"mov_text"}), chapters=True, muxing={"movflags": "+faststart"}, is_fragmented_first=True,
    ),
    "mkv": Container(
        "mkv", "MKV", None, None, text="subrip", subtitles=_MATROSKA_SUBTITLES, covers="file", attachments=True,
        chapters=True,
    ),
    "webm": Container(
        "webm", "WebM", frozenset({"vp8", "vp9", "av1"}), frozenset({"opus", "vorbis"}), text="webvtt",
        subtitles=frozenset({"webvtt"}), chapters=True, muxing={"cues_to_front": 1},
    ),
    # The version of tags every player reads, covers included.
    "mp3": Container("mp3", "MP3", audio=frozenset({"mp3"}), sounds=1, covers="track", chapters=True,
                     muxing={"id3v2_version": 3}),
    "m4a": Container("m4a", "M4A", audio=frozenset({"aac", "alac", "ac3"}), covers="track", chapters=True,
                     muxing={"movflags": "+faststart"}),
    "opus": Container("opus", "Opus", audio=frozenset({"opus"}), sounds=1, chapters=True),
    "flac": Container("flac", "FLAC", audio=frozenset({"flac"}), sounds=1, covers="track"),
    "wav": Container("wav", "WAV", audio=_PCM, sounds=1),
    # Shown over and over, as everywhere.
    "gif": Container("gif", "GIF", frozenset({"gif"}), sounds=0, muxing={"loop": 0}),
    "webp": Container("webp", "WebP", frozenset({"webp"}), sounds=0, muxing={"loop": 0}),
    # Without it a name is taken for the pattern of many.
    "jpg": Container("jpg", "JPEG", frozenset({"mjpeg"}), sounds=0, muxing={"update": 1}),
}  # fmt: skip

# Our names of codecs that are called otherwise inside a file.
_INSIDE = {"dnxhr": "dnxhd", "sheet": "mjpeg", "pcm": "pcm_s16le"}
# What a container for one thing alone is for.
_OWN_AUDIO = {"mp3": "mp3", "m4a": "aac", "opus": "opus", "flac": "flac", "wav": "pcm"}
_OWN_VIDEO = {"gif": "gif", "webp": "webp", "jpg": "sheet"}
# Browsers and other programs show a picture that is to stand for less than 20 ms for 100 ms.
_LARGEST_GIF_FPS = 50.0


def container_of(choices: OutputChoices) -> Container:
    """The container that was chosen."""
    return CONTAINERS[choices.container]


def settled(choices: OutputChoices) -> OutputChoices:
    """The same with what follows from the container: its one codec, its usual sound, what a sheet or a GIF is.

    WebM holds no AAC, which is what nobody who asks for WebM has asked for: it becomes Opus.
    """
    own_audio, own_video = _OWN_AUDIO.get(choices.container), _OWN_VIDEO.get(choices.container)
    changes: dict[str, Any] = {}
    if own_audio is not None:
        changes = {"video": "none", "audio": choices.audio if choices.audio in ("copy", "none") else own_audio}
    elif own_video is not None:
        subtitles = "burn" if choices.subtitles == "burn" else "none"
        changes = {"video": own_video, "audio": "none", "subtitles": subtitles, **_as_shown(own_video, choices)}
    elif choices.container == "webm" and choices.audio == "aac":
        changes = {"audio": "opus"}
    return msgspec.structs.replace(choices, **changes) if changes else choices


def _as_shown(video: str, choices: OutputChoices) -> dict[str, Any]:
    match video:
        case "sheet":
            has_size = choices.max_height and not choices.max_width
            return {"fps": 0.0, "max_fps": 0.0, "max_width": 0 if has_size else tile_px(choices)}
        case "gif":
            at_most = min(choices.max_fps or _LARGEST_GIF_FPS, _LARGEST_GIF_FPS)
            return {"fps": min(choices.fps, _LARGEST_GIF_FPS), "max_fps": at_most}
        case _:
            return {}


def refuse_impossible(choices: OutputChoices) -> None:
    """Checks that settled choices go together: codecs with the container, and quality with the codec.

    Raises:
        PipelineError: `bad_option`, naming what would do.
    """
    container = container_of(choices)
    for name, codec, held in (
        ("video", choices.video, container.video),
        ("audio", choices.audio, container.audio),
    ):
        if codec in ("copy", "none") or _holds(container, name, codec):
            continue
        if held == frozenset():  # it is left out, and nobody who asks for a WAV need say so
            continue
        fit = [each.label for each in CONTAINERS.values() if _holds(each, name, codec)]
        what = f"{container.label} does not hold {_called(name, codec)}"
        raise PipelineError(bad_option(name, f"{what}; {_or(fit)} would: change “container” or “{name}”"))
    _refuse_quality(choices)


def _refuse_quality(choices: OutputChoices) -> None:
    codec = choices.video
    if codec in ("copy", "none"):
        return
    called = _called("video", codec)
    largest = LARGEST_CRF.get(codec)
    if largest is None:
        if choices.rate != "crf":
            why = f"{called} has the quality of its kind or profile, and no {choices.rate} to reach; leave it at crf"
            raise PipelineError(bad_option("rate", why))
        return
    if choices.rate == "crf" and choices.crf is not None and choices.crf > largest:
        why = f"For {called} it is from 0 to {largest}, and it was given {choices.crf:g}; {USUAL_CRF[codec]:g} is usual"
        raise PipelineError(bad_option("crf", why))
    if choices.tune != "none" and choices.tune not in TUNES.get(codec, ()):
        ways = TUNES.get(codec)
        known = f"{called} knows {_or(ways)}" if ways else f"{called} is not tuned; H.264 and HEVC are"
        raise PipelineError(bad_option("tune", f"{known}; choose none"))


def _holds(container: Container, name: str, codec: str) -> bool:
    inside = _INSIDE.get(codec, codec)
    if name == "audio":
        return bool(container.sounds) and (container.audio is None or inside in container.audio)
    if codec in _OWN_VIDEO.values():
        return _OWN_VIDEO.get(container.suffix) == codec
    return container.video is None or inside in container.video


def _called(name: str, codec: str) -> str:
    """A codec as the form calls it."""
    field = next(each for each in fields_of(OutputChoices) if each.name == name)
    return dict(field.values)[codec]


def _or(names: Sequence[str]) -> str:
    *most, last = names
    return f"{', '.join(most)} or {last}" if most else last
