"""Puts finished streams into their final container, without encoding anything."""

from __future__ import annotations

from typing import Any

from pipeline.media.command import command, output, scratch_input, source_input
from pipeline.model.problem import PipelineError, codec_not_for_container, no_times, result_wrong
from pipeline.model.source import MediaInfo, Source
from pipeline.model.stage import Run, Script, StepFailed
from pipeline.stages import expect
from pipeline.stages.selection import Selection

# Codecs that players find in these; ffmpeg would write more than they read.
_FIT = {
    "mp4": frozenset({
        "h264", "hevc", "av1", "vp9", "mpeg4", "mpeg2video", "mjpeg",
        "aac", "mp3", "ac3", "eac3", "opus", "flac", "alac", "mp2",
    }),
    "m4a": frozenset({"aac", "alac", "ac3"}),
    "mp3": frozenset({"mp3"}),
}  # fmt: skip


# Bare streams without a container: their pictures have no times.
_BARE = frozenset({"h264", "hevc", "vvc", "m4v", "mpegvideo", "h261", "h263", "vc1", "cavsvideo", "dirac"})


def refuse_unfit(source: Source, info: MediaInfo, selection: Selection, container: str) -> None:
    """Checks that streams which are copied can stand in the container.

    Raises:
        PipelineError: one cannot.
    """
    if selection.copied and info.container in _BARE:
        raise PipelineError(no_times(source.path))
    fit = _FIT.get(container)
    for _, kept in selection.copied:
        if fit is not None and kept.stream.codec not in fit:
            raise PipelineError(codec_not_for_container(kept.stream.codec or "An unknown codec", container))


def faststart(source: Source, info: MediaInfo, selection: Selection, encoded: str, target: str) -> Script:
    """Remuxes a fragmented MP4 into a plain one whose index stands first, and adds the source's cover.

    The cover comes from the source because a fragmented MP4 cannot be read back with one in it.
    """
    whole = scratch_input(encoded)
    covers = selection.of_kind("cover")
    streams = [whole[str(index)] for index in range(len(selection.kept) - len(covers))]
    options: dict[str, Any] = {}
    if covers:
        art = source_input(source)
        streams += [art[str(cover.stream.index)] for cover in covers]
        options[f"disposition:v:{len(selection.of_kind('video'))}"] = "attached_pic"
    step = Run(
        command(
            output(streams, target, c="copy", map_metadata=0, map_chapters=0, movflags="+faststart", **options),
            expect_s=expect.seconds(info),
            expect_frames=expect.frames(info) if selection.has_video else 0,
        ),
        reads=(encoded, source.file) if covers and source.is_scratch else (encoded,),
        makes=(target,),
        label="Write the file",
    )
    try:
        yield step
    except StepFailed as failed:
        if failed.problem.code != "no_stream":
            raise
        # It was asked for streams of our own file, not of the source.
        what = "The encoder left a stream out"
        raise PipelineError(result_wrong(what, (encoded,), failed.problem.detail)) from failed
    return ()
