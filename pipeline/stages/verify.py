"""Checks a result before anyone is told that it is done: encoded streams are decoded in full, copied ones counted."""

from __future__ import annotations

from pipeline.media.command import command, output, scratch_input
from pipeline.model.problem import PipelineError, result_wrong
from pipeline.model.source import Source
from pipeline.model.stage import Command, Outcome, Run, Script, StepFailed, Talk

END_S = 0.25
COPY_S = 0.05


def decodes(result: str, encoded: Outcome, made_from: tuple[str, ...], *, part: tuple[int, int] = (1, 1)) -> Script:
    """Decodes the whole result and compares it with what the encoder said it wrote: frames exactly, time closely.

    Raises:
        PipelineError: it cannot be decoded, or something of it is missing. The files it was made from are condemned.
    """
    wrote = encoded.last_tick
    condemned = (result, *made_from)
    if wrote is None:
        raise PipelineError(result_wrong("The encoder ended without having said what it wrote", condemned))
    whole = scratch_input(result)
    check = command(
        output([whole["V?"], whole["a?"]], "-", format="null", fps_mode="passthrough"),
        expect_s=wrote.out_time_s,
        expect_frames=wrote.frame,
    )
    read = yield from _or_condemn(Run(check, reads=(result,), label="Decode the result", part=part), condemned)
    if read.complaints:
        what = f"Decoding it met a fault {read.complaints[0][0]:.1f} s into it"
        raise PipelineError(result_wrong(what, condemned, "\n".join(text for _, text in read.complaints)))
    found = read.last_tick
    if found is None or (wrote.frame and found.frame != wrote.frame):
        count = found.frame if found else 0
        raise PipelineError(result_wrong(f"It has {count} frames; the encoder wrote {wrote.frame}", condemned))
    if found.out_time_s < wrote.out_time_s - END_S:
        what = f"It ends at {found.out_time_s:.2f} s; the encoder wrote {wrote.out_time_s:.2f} s"
        raise PipelineError(result_wrong(what, condemned))
    return ()


def same_packets(
    source: Source, result: str, copied: tuple[tuple[int, int], ...], *, part: tuple[int, int] = (1, 1)
) -> Script:
    """Counts the packets of copied streams in source and result, and compares their times.

    Args:
        source: what was copied from.
        result: the scratch file.
        copied: stream index in the source and in the result, of each copied stream.
        part: which part of its Stage this is.

    Raises:
        PipelineError: packets are missing or moved.
    """
    argv = ("python", "-m", "pipeline.media.packets", f"file:{source.file}", f"file:{result}")
    step = Run(Command(argv, speaks="json"), lane="light", reads=(result,), label="Compare with the source", part=part)
    read = yield from _or_condemn(step, (result,))
    before, after = ({stream["index"]: stream for stream in file} for file in read.value)
    offsets = []
    for old, new in copied:
        there, here = before[old], after[new]
        if there["packets"] != here["packets"]:
            what = f"Stream {new} has {here['packets']} packets; the source has {there['packets']}"
            raise PipelineError(result_wrong(what, (result,)))
        if there["packets"]:
            offsets.append(here["first_pts_s"] - there["first_pts_s"])
    # A new container may start its clock elsewhere, but it moves all streams alike.
    if offsets and max(offsets) - min(offsets) > COPY_S:
        what = f"Picture and sound moved apart by {max(offsets) - min(offsets):.3f} s"
        raise PipelineError(result_wrong(what, (result,)))
    return ()


def _or_condemn(step: Run, condemned: tuple[str, ...]) -> Talk[Outcome]:
    """Runs a check. That it fails says the result is bad, unless the fault will pass by itself."""
    try:
        outcome: Outcome = yield step
    except StepFailed as failed:
        if failed.problem.is_transient:
            raise
        why = "It could not be read back"
        raise PipelineError(result_wrong(why, condemned, "\n".join(failed.outcome.lines[-10:]))) from failed
    return outcome
