"""One source to one file in another codec, size or container."""

from __future__ import annotations

import os
from typing import Annotated, Any, Literal

from pipeline.model.job import Artifact
from pipeline.model.option import RecipeOptions, option
from pipeline.model.recipe import Recipe
from pipeline.model.source import Source
from pipeline.model.stage import Outcome, Scratch, Script, Stage
from pipeline.stages.damage import damage
from pipeline.stages.remux import faststart, refuse_unfit
from pipeline.stages.selection import Wanted, selected
from pipeline.stages.transcode import CRASH_SAFE_MP4, encoded
from pipeline.stages.verify import Checked, checked

# Shares of the time it takes: x264 medium and LAME need eight to nine times as long as what is decoded afterwards;
# copying about as long as counting.
ENCODE = Stage("encode", "Encode", 88)
COPY = Stage("copy", "Copy", 9)
FINISH = Stage("finish", "Finish", 1)
VERIFY = Stage("verify", "Verify", 11)

AUDIO_ONLY = ("mp3", "m4a")


class ConvertOptions(RecipeOptions, frozen=True):
    """What can be chosen for a conversion."""

    container: Annotated[
        Literal["mp4", "mkv", "mp3", "m4a"],
        option(
            "Container", "The kind of file to make.", choices={"mp4": "MP4", "mkv": "MKV", "mp3": "MP3", "m4a": "M4A"}
        ),
    ] = "mp4"
    video: Annotated[
        Literal["h264", "hevc", "copy", "none"],
        option(
            "Video codec",
            "How pictures are encoded; copy keeps them as they are, none leaves them out.",
            choices={"h264": "H.264", "hevc": "HEVC", "copy": "Copy", "none": "None"},
        ),
    ] = "h264"
    crf: Annotated[int, option("Quality (CRF)", "Constant rate factor: lower is better and larger.", ge=0, le=51)] = 21
    speed: Annotated[
        Literal["ultrafast", "superfast", "veryfast", "faster", "fast", "medium", "slow", "slower", "veryslow"],
        option("Encoder speed", "Slower makes smaller files of the same quality."),
    ] = "medium"
    max_height: Annotated[
        int,
        option("Largest height", "Larger pictures are scaled down to it, by their shorter side; 0 keeps the size.",
               ge=0, le=4320, unit="px"),
    ] = 0  # fmt: skip
    audio: Annotated[
        Literal["aac", "mp3", "copy", "none"],
        option(
            "Audio codec",
            "How sound is encoded; copy keeps it as it is, none leaves it out.",
            choices={"aac": "AAC", "mp3": "MP3", "copy": "Copy", "none": "None"},
        ),
    ] = "aac"
    audio_kbps: Annotated[
        int, option("Audio bit rate", "For two channels; more channels get more.", ge=32, le=320, unit="kb/s")
    ] = 160
    subtitles: Annotated[bool, option("Keep subtitles", "Keeps text subtitles where the container can hold them.")] = (
        True
    )


class Convert(Recipe[ConvertOptions]):
    """Encodes with one ffmpeg process, finishes the container, and decodes the result before it is called done."""

    id = "convert"
    label = "Convert"
    summary = "One file to one file: another codec, size or container."
    options = ConvertOptions

    def stages(self, source: Source, options: ConvertOptions) -> tuple[Stage, ...]:
        """Encode or copy, finish an encoded MP4, verify."""
        first = ENCODE if _encodes(options) else COPY
        return (first, FINISH, VERIFY) if _is_fragmented(options) else (first, VERIFY)

    def result_name(self, source: Source, options: ConvertOptions) -> bytes:
        """The source's name with the container's suffix."""
        return os.fsencode(f"{source.stem}.{options.container}")

    def script(self, source: Source, options: ConvertOptions, scratch: Scratch) -> Script:
        """What the Runner drives."""
        info = source.info
        assert info is not None
        wanted = _wanted(options)
        selection = selected(info, wanted)
        refuse_unfit(source, info, selection, options.container)
        first = ENCODE if _encodes(options) else COPY
        result = scratch.path(f"result.{options.container}")
        if _is_fragmented(options):
            made = scratch.path("encode.mp4")
            encode = encoded(source, info, selection.without_covers(), wanted, made, **CRASH_SAFE_MP4)
            wrote: Outcome = yield from first.does(encode)
            yield from FINISH.does(faststart(source, info, selection, made, result))
            check = checked(source, info, selection, result, wrote, (made,))
        else:
            wrote = yield from first.does(encoded(source, info, selection, wanted, result, **_muxing(options)))
            check = checked(source, info, selection, result, wrote)
        passed = yield from VERIFY.does(check)
        found = yield from VERIFY.does(damage(source, info, wrote, passed))
        return (
            Artifact(
                path=os.fsencode(result),
                name=self.result_name(source, options),
                measures=_measures(passed),
                warnings=(*selection.left_out, *passed.left_out, *found),
            ),
        )


def _measures(passed: Checked) -> dict[str, float | int]:
    frames = {"frames": passed.here[0].packets} if passed.selection.has_video else {}
    return {"duration_s": round(passed.length_s, 3), **frames}


def _wanted(options: ConvertOptions) -> Wanted:
    return Wanted(
        container=options.container,
        video="none" if options.container in AUDIO_ONLY else options.video,
        audio=_ONLY_SOUND.get((options.container, options.audio), options.audio),
        crf=options.crf,
        speed=options.speed,
        max_height=options.max_height,
        audio_kbps=options.audio_kbps,
        subtitles=options.subtitles,
    )


# What a container for sound alone can hold decides where the two options do not fit.
_ONLY_SOUND = {("mp3", "aac"): "mp3", ("m4a", "mp3"): "aac"}


def _encodes(options: ConvertOptions) -> bool:
    has_pictures = options.container not in AUDIO_ONLY and options.video in ("h264", "hevc")
    return has_pictures or options.audio in ("aac", "mp3")


def _is_fragmented(options: ConvertOptions) -> bool:
    return options.container == "mp4" and _encodes(options)


def _muxing(options: ConvertOptions) -> dict[str, Any]:
    match options.container:
        case "mp4" | "m4a":
            return {"movflags": "+faststart"}
        case "mp3":
            # The version of tags every player reads, covers included.
            return {"id3v2_version": 3}
        case _:
            return {}
