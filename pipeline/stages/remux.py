"""Puts finished streams into their final container, without encoding anything."""

from __future__ import annotations

from pipeline.media.command import command, output, scratch_input, source_input
from pipeline.model.problem import PipelineError, codec_not_for_container
from pipeline.model.source import MediaInfo, Source
from pipeline.model.stage import Run, Script
from pipeline.stages import expect

# Codecs that players find in MP4; ffmpeg would write more than they read.
MP4_CODECS = frozenset({
    "h264", "hevc", "av1", "vp9", "mpeg4", "mpeg2video", "mjpeg",
    "aac", "mp3", "ac3", "eac3", "opus", "flac", "alac", "mp2",
})  # fmt: skip
COVERS = ("mjpeg", "png")


def faststart(source: Source, info: MediaInfo, encoded: str, target: str) -> Script:
    """Remuxes a fragmented MP4 into a plain one whose index stands first, and adds the source's cover.

    The cover comes from the source because a fragmented MP4 cannot be read back with one in it.
    """
    whole = scratch_input(encoded)
    streams = [whole["v?"], whole["a?"], whole["s?"]]
    options: dict[str, object] = {"c": "copy", "map_metadata": 0, "map_chapters": 0, "movflags": "+faststart"}
    covers = [each for each in info.of_kind("cover") if each.codec in COVERS]
    if covers and info.video is not None:
        art = source_input(source)
        streams.append(art[str(covers[0].index)])
        options["disposition:v:1"] = "attached_pic"
    yield Run(
        command(output(streams, target, **options), expect_s=expect.seconds(info)),
        reads=(encoded,),
        makes=(target,),
        label="Write the file",
    )
    return ()


def refuse_unfit(info: MediaInfo, container: str, *, video: bool, audio: bool) -> None:
    """Checks that streams which are copied can stand in the container.

    Raises:
        PipelineError: one cannot.
    """
    if container != "mp4":
        return
    kept = ([info.video] if video else []) + (list(info.of_kind("audio")) if audio else [])
    for stream in kept:
        if stream is not None and stream.codec not in MP4_CODECS:
            raise PipelineError(codec_not_for_container(stream.codec, container))
