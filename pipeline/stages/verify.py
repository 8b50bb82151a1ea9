"""Checks a result before anyone is told that it is done: what was encoded is decoded, what was copied is counted."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import TypeVar

from pipeline.media.command import command, output, scratch_input, source_input
from pipeline.model.problem import PipelineError, Warn, result_wrong
from pipeline.model.source import MediaInfo, Source, StreamKind
from pipeline.model.stage import Command, Outcome, Run, Script, StepFailed, Talk
from pipeline.stages import expect
from pipeline.stages.counting import Content, Count, Unreadable, counted, counted_source, extent_s
from pipeline.stages.length import END_S, fault_of_length, refuse_without_keyframe
from pipeline.stages.output import Output
from pipeline.stages.selection import Kept, Selection
from pipeline.stages.transcode import Wrote

T = TypeVar("T")

COPY_S = 0.05
FAR_LONGER = 1.5
FAR_LONGER_S = 2.0


@dataclass(frozen=True)
class Checked:
    """A result that passed.

    `selection` is what it has, `left_out` says which of the streams it should have are not in it, because there is
    nothing in them. `there` is what its source holds, where that was counted too. `bytes` is the size of the file.
    """

    selection: Selection
    here: tuple[Count, ...]
    there: tuple[Count, ...] | None
    left_out: tuple[Warn, ...] = ()
    bytes: int = 0

    @property
    def length_s(self) -> float:
        """How long its pictures and sound are. What an encoder puts before its beginning does not count."""
        return extent_s((each for each in self.here if each.kind in ("video", "audio")), from_s=0.0)


def checked(source: Source, info: MediaInfo, output_: Output, wrote: Wrote) -> Talk[Checked]:
    """Compares a result with what was selected, with what the encoder said it wrote, and with its source.

    Args:
        source: what it was made from.
        info: what the probe found there.
        output_: what it should be.
        wrote: what the Step said of it that encoded or copied.

    Raises:
        PipelineError: something is missing, moved or cannot be decoded. The result and what it was made from are
            condemned.
    """
    selection, result = output_.selection, output_.result
    bad = _Condemning(tuple(dict.fromkeys((result, output_.target))))
    if wrote.outcome.last_tick is None:
        raise bad.because("The encoder ended without having said what it wrote")
    decoded = Decoded()
    if selection.encoded:
        decoded = yield from _decoded(info, output_, wrote, bad)
    found, there = yield from _counted(source, selection, result, bad)
    # MP4 keeps chapters as one more track of data; without it, places here are those of the selection.
    here = tuple(each for each in found.streams if each.kind != "data")
    wished = len(selection.kept)
    selection, there = yield from _present(source, selection, here, there, bad)
    # A cue or a packet that reaches over the end of a part is told in full, and cut.
    end_s = output_.seconds(info) if wrote.end_s and not output_.span.is_whole else 0.0
    _has_what_was_written(selection, here, wrote, decoded, bad, limit_s=end_s or math.inf)
    # A reader counts from where the file begins.
    begin_s = max(0.0, min((each.first_pts_s for each in here if each.first_pts_s is not None), default=0.0))
    sounds = [here[at].last_end_s or 0.0 for at, kept in selection.encoded if kept.kind == "audio"]
    sound_s = max(sounds, default=begin_s) - begin_s
    if decoded.end_s < sound_s - END_S:
        raise bad.because(f"Only {decoded.end_s:.2f} s of {sound_s:.2f} s of sound could be decoded")
    if output_.is_all_of_the_source:
        if there is not None:
            _is_copied_whole(selection, here, there, bad)
        if not wrote.outcome.complaints:
            there = yield from _has_all_of_the_source(source, info, selection, here, there, bad)
    else:
        refuse_without_keyframe(selection, here)
        made_s = Checked(selection, here, None).length_s
        wrong, there = yield from fault_of_length(source, info, output_, made_s, here[0].packets, there)
        if wrong:
            raise bad.because(wrong)
    return Checked(selection, here, there, _empty(wished - len(selection.kept)), found.bytes)


@dataclass(frozen=True)
class _Condemning:
    """Makes the error that says what is wrong, and which files are not to be used again."""

    files: tuple[str, ...]

    def because(self, what: str, detail: str = "") -> PipelineError:
        return PipelineError(result_wrong(what, self.files, detail))

    def read_back(self, check: Talk[T]) -> Talk[T]:
        """Runs a check of the result. That it fails says the result is bad, unless the fault will pass by itself."""
        try:
            return (yield from check)
        except StepFailed as failed:
            if failed.problem.is_transient:
                raise
            raise self.because("It could not be read back", "\n".join(failed.outcome.lines[-10:])) from failed


@dataclass(frozen=True)
class Decoded:
    """What came of decoding a result: pictures, and how far it came."""

    frames: int = 0
    end_s: float = 0.0


def _decoded(info: MediaInfo, output_: Output, wrote: Wrote, bad: _Condemning) -> Talk[Decoded]:
    """Decodes all that was encoded."""
    selection, result = output_.selection, output_.result
    has_film = any(kept.kind == "video" for _, kept in selection.encoded)
    check = decode_command(
        selection,
        result,
        expect_s=output_.seconds(info) if wrote.end_s is None else wrote.end_s,
        expect_frames=(output_.frames(info) if wrote.frames is None else wrote.frames) if has_film else 0,
    )
    read = yield from bad.read_back(_asked(Run(check, reads=(result,), label="Decode the result")))
    if read.complaints:
        what = f"Decoding it met a fault {read.complaints[0][0]:.1f} s into it"
        raise bad.because(what, "\n".join(text for _, text in read.complaints))
    found = read.last_tick
    frames = found.frame if found else 0
    if found is None or (has_film and (not frames or wrote.frames not in (None, frames))):
        said = "" if wrote.frames is None else f"; the encoder wrote {wrote.frames}"
        raise bad.because(f"It has {frames} pictures that can be decoded{said}")
    return Decoded(frames, found.out_time_s)


def decode_command(selection: Selection, result: str, expect_s: float = 0.0, expect_frames: int = 0) -> Command:
    """Decodes all that was encoded into a scratch file, and keeps nothing of it."""
    whole = scratch_input(result)
    streams = [whole[f"{at}?"] for at, _ in selection.encoded]
    # At their own times: at those of a frame rate that was guessed, two pictures may come to the same moment.
    look = output(streams, "-", format="null", fps_mode="passthrough", enc_time_base="demux")
    return command(look, expect_s=expect_s, expect_frames=expect_frames)


def _counted(
    source: Source, selection: Selection, result: str, bad: _Condemning
) -> Talk[tuple[Content, tuple[Count, ...] | None]]:
    """What the result holds, and the streams of the source where something was copied from it."""
    if selection.copied:
        try:
            here, there = yield from counted(source, result, "Compare with the source")
            return here, there.streams
        except Unreadable:
            pass  # it may be the source that cannot be read to its end; the result must be
    try:
        (here,) = yield from counted(None, result, "Count what is in the result")
    except Unreadable as unreadable:
        raise bad.because("It could not be read back", str(unreadable)) from unreadable
    return here, None


def _present(
    source: Source, selection: Selection, here: tuple[Count, ...], there: tuple[Count, ...] | None, bad: _Condemning
) -> Talk[tuple[Selection, tuple[Count, ...] | None]]:
    """The streams the result has. Those of the source with nothing in them are not written, and are not missed."""
    found = [each.kind for each in here]
    if found == [kept.kind for kept in selection.kept]:
        return selection, there
    if there is None:
        there = yield from counted_source(source)
    # What comes from a file of its own was read to its end before.
    full = tuple(kept for kept in selection.kept if there is None or kept.file or there[kept.stream.index].packets)
    wanted = [kept.kind for kept in full]
    if found != wanted:
        raise bad.because(f"It has {_listed(found)}; it should have {_listed(wanted)}")
    return replace(selection, kept=full), there


def _empty(count: int) -> tuple[Warn, ...]:
    if not count:
        return ()
    tracks = "One track was" if count == 1 else f"{count} tracks were"
    return (Warn("tracks_left_out", f"{tracks} left out: there is nothing in the source's own."),)


def _has_what_was_written(
    selection: Selection, here: tuple[Count, ...], wrote: Wrote, decoded: Decoded, bad: _Condemning, *, limit_s: float
) -> None:
    for at, kept in selection.encoded:
        if kept.kind == "video":
            frames = decoded.frames if wrote.frames is None else wrote.frames
            if here[at].packets != frames:
                raise bad.because(f"It holds {here[at].packets} pictures; the encoder wrote {frames}")
    end_s = max((each.last_end_s or 0.0 for each in here), default=0.0)
    is_silent = all(each.kind != "audio" for each in here)
    if limit_s < math.inf and is_silent:
        return  # a part may begin before its first picture, and an MP4 of pictures alone begins with that
    if wrote.end_s is not None and end_s < min(wrote.end_s, limit_s) - END_S:
        raise bad.because(f"It ends at {end_s:.2f} s; the encoder wrote {wrote.end_s:.2f} s")


def _is_copied_whole(selection: Selection, here: tuple[Count, ...], there: tuple[Count, ...], bad: _Condemning) -> None:
    starts: list[float] = []
    ends: list[float] = []
    for at, kept in selection.copied:
        old, new = there[kept.stream.index], here[at]
        if old.packets != new.packets and not _ends_a_moment_early(kept, old, new) and not _skips(kept, old, new):
            raise bad.because(f"Stream {at} has {new.packets} packets; the source has {old.packets}")
        if old.first_pts_s is not None and new.first_pts_s is not None:
            starts.append(new.first_pts_s - old.first_pts_s)
        if old.last_end_s is not None and new.last_end_s is not None:
            ends.append(new.last_end_s - old.last_end_s)
    # A new container may start its clock elsewhere, but it moves all streams alike. Some begin otherwise, where what
    # no player can show is left out, or where an AVI did not say when; what moved apart also ends apart.
    apart_s = min(_spread_s(starts), _spread_s(ends))
    if apart_s > COPY_S:
        raise bad.because(f"Picture and sound moved apart by {apart_s:.3f} s")


def _spread_s(offsets: list[float]) -> float:
    return max(offsets) - min(offsets) if offsets else 0.0


def _ends_a_moment_early(kept: Kept, old: Count, new: Count) -> bool:
    """Whether one packet of sound is missing: a reader of MP4 passes over a last one that has no length."""
    return kept.kind == "audio" and old.packets - new.packets == 1


def _skips(kept: Kept, old: Count, new: Count) -> bool:
    """Whether what is missing of a copied film lay before its first keyframe, which no player could show."""
    missing = old.packets - new.packets
    if kept.kind != "video" or missing <= 0 or not kept.stream.frame_rate:
        return False
    skipped = (old.length_s - new.length_s) * kept.stream.frame_rate
    return skipped > 0 and abs(missing - skipped) <= max(4.0, 0.25 * missing)


def _has_all_of_the_source(
    source: Source, info: MediaInfo, selection: Selection, here: tuple[Count, ...],
    there: tuple[Count, ...] | None, bad: _Condemning,
) -> Talk[tuple[Count, ...] | None]:  # fmt: skip
    """Compares lengths and frames with what the source says of itself; where they differ, looks what it really has."""
    there = yield from _is_no_longer(source, info, selection, here, there, bad)
    for at, kept in enumerate(selection.kept):
        if kept.is_encoded and kept.kind == "video":
            if kept.stream.frames and kept.stream.frames != here[at].packets:
                yield from _has_all_frames(source, info, kept, here[at].packets, bad)
        elif not kept.file and _seems_short(kept, info, here[at]):
            if there is None:
                there = yield from counted_source(source)
            if there is None:
                return None
            real = there[kept.stream.index]
            if real.packets and not here[at].packets:
                raise bad.because(f"Stream {at} ({kept.kind}) is empty; in the source it is not")
            if kept.kind == "audio" and here[at].length_s < real.length_s - END_S:
                is_s, was_s = here[at].length_s, real.length_s
                raise bad.because(f"Sound {at} is {is_s:.2f} s long; in the source it is {was_s:.2f} s")
    return there


def _seems_short(kept: Kept, info: MediaInfo, here: Count) -> bool:
    """Whether a stream holds less than the source says. Subtitles may well end early, but hardly have nothing."""
    if kept.kind == "audio" and kept.is_encoded:
        return here.length_s < (kept.stream.duration_s or info.duration_s or 0.0) - END_S
    return not here.packets


def _is_no_longer(
    source: Source, info: MediaInfo, selection: Selection, here: tuple[Count, ...],
    there: tuple[Count, ...] | None, bad: _Condemning,
) -> Talk[tuple[Count, ...] | None]:  # fmt: skip
    """Finds a film whose times ran away. How long a source without pictures really is, its packets do not say."""
    said_s = expect.seconds(info)
    made_s = Checked(selection, here, None).length_s
    if not said_s or not selection.has_video or made_s <= said_s * FAR_LONGER + FAR_LONGER_S:
        return there
    if there is None:
        there = yield from counted_source(source)
    film = selection.kept[0].stream
    shown_s = there[film.index].packets / film.frame_rate if there and film.frame_rate else 0.0
    real_s = max(said_s, shown_s, extent_s(there or ()))
    if there is not None and made_s > real_s * FAR_LONGER + FAR_LONGER_S:
        raise bad.because(f"It is {made_s:.1f} s long; the source is {real_s:.1f} s long")
    return there


def _has_all_frames(source: Source, info: MediaInfo, kept: Kept, count: int, bad: _Condemning) -> Script:
    """Decodes the source to count its frames: what its container says may include some that are never shown."""
    film = source_input(source)[str(kept.stream.index)]
    look = command(
        output([film], "-", format="null", fps_mode="passthrough"),
        expect_s=expect.seconds(info),
        expect_frames=kept.stream.frames,
    )
    reads = (source.file,) if source.is_scratch else ()
    read: Outcome = yield Run(look, reads=reads, label="Count the source's pictures")
    if read.last_tick is None or read.last_tick.frame != count:
        real = read.last_tick.frame if read.last_tick else 0
        raise bad.because(f"It has {count} pictures; the source has {real}")
    return ()


def _asked(step: Run) -> Talk[Outcome]:
    outcome: Outcome = yield step
    return outcome


def _listed(kinds: Sequence[StreamKind]) -> str:
    counts = {kind: kinds.count(kind) for kind in dict.fromkeys(kinds)}
    return ", ".join(f"{count} {kind}" for kind, count in counts.items()) or "no stream"
