"""Puts finished streams into their final container, without encoding anything."""

from __future__ import annotations

from typing import Any

from pipeline.media.command import command, output, scratch_input, source_input
from pipeline.model.problem import PipelineError, codec_not_for_container, no_times, result_wrong
from pipeline.model.source import MediaInfo, Source
from pipeline.model.stage import Run, Script, StepFailed
from pipeline.stages import tags
from pipeline.stages.containers import Container
from pipeline.stages.output import Output
from pipeline.stages.selection import Selection
from pipeline.stages.span import BARE


def refuse_unfit(source: Source, info: MediaInfo, selection: Selection, container: Container) -> None:
    """Checks that streams which are copied can stand in the container.

    Raises:
        PipelineError: one cannot.
    """
    if selection.copied and info.container in BARE:
        raise PipelineError(no_times(source.path))
    for _, kept in selection.copied:
        fit = container.video if kept.kind == "video" else container.audio
        if fit is not None and kept.stream.codec not in fit:
            raise PipelineError(codec_not_for_container(kept.stream.codec or "An unknown codec", container.suffix))


def faststart(source: Source, info: MediaInfo, output_: Output) -> Script:
    """Remuxes a fragmented MP4 into a plain one whose index stands first, and adds the source's cover.

    The cover comes from the source because a fragmented MP4 cannot be read back with one in it.
    """
    selection, encoded, target = output_.selection, output_.target, output_.result
    whole = scratch_input(encoded)
    covers = selection.of_kind("cover")
    streams = [whole[str(index)] for index in range(len(selection.kept) - len(covers))]
    options: dict[str, Any] = tags.all_streams(selection.without_covers(), output_)
    how = {**tags.created(info, output_), **tags.muxing(output_.container.muxing, info, output_)}
    if covers:
        art = source_input(source)
        streams += [art[str(cover.stream.index)] for cover in covers]
        place = f"v:{len(selection.of_kind('video'))}"
        options |= {f"disposition:{place}": "attached_pic", f"c:{place}": covers[0].encoder}
    step = Run(
        command(
            output(streams, target, c="copy", map_metadata=0, map_chapters=0, **options, **how),
            expect_s=output_.seconds(info),
            expect_frames=output_.frames(info),
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
