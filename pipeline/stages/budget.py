"""Encodes a film so that its file is as large as was asked for: never larger, and at most a fiftieth smaller."""

from __future__ import annotations

import math
import re
from collections.abc import Sequence
from dataclasses import dataclass, replace

from pipeline.media.command import command, output, source_input
from pipeline.model.problem import PipelineError, Warn, bad_option, size_out_of_reach, size_too_small, sound_too_large
from pipeline.model.source import MediaInfo, Source
from pipeline.model.stage import Run, StepFailed, Talk, taking
from pipeline.stages.choices.output import OutputChoices
from pipeline.stages.counting import counted_files, counted_source, extent_s
from pipeline.stages.encoders import Bitrate, Crf, Quality
from pipeline.stages.goal import Reached
from pipeline.stages.output import Output
from pipeline.stages.remux import faststart
from pipeline.stages.software import logs_of
from pipeline.stages.tolerable import kbps_of, least_kbps, tolerable_kbps
from pipeline.stages.transcode import Wrote, drawn, encoded, film_options

# A result lands from a fiftieth below what was asked for up to just that; this is where each try aims.
LEAST_SHARE = 0.98
_AIM = 0.991
_BYTES_PER_MB = 1_000_000
_CODECS = ("h264", "hevc", "av1", "vp9")
# ffmpeg has no two turns for SVT-AV1; one turn of it misses by some hundredths, always alike.
_TWO_TURNS = ("h264", "hevc", "vp9")
# Rate control needs length to come right, and what is short is quickly tried again.
_TRIES, _TRIES_SHORT, _SHORT_S = 4, 9, 120.0
# Better than this no eye sees; what would be larger only for that is delivered as it is.
_FINEST = {"h264": 12.0, "hevc": 12.0, "av1": 12.0, "vp9": 10.0}
# From so many bits for each pixel on, it is tried first whether the finest fits.
_GENEROUS_BITS = {"h264": 0.25, "hevc": 0.18, "av1": 0.15, "vp9": 0.18}
# What a container adds for each picture, about; the first try tells what it really is.
_BYTES_PER_PICTURE = 16
# Where the sound, the first turn and the first try end on the bar. Most films need no second try.
_SOUND, _FIRST_TURN, _FIRST_TRY = 0.04, 0.34, 0.9
# A size that grows only as this power of the bit rate: the encoder has come to its end. What a change of the bit rate
# as small as the other leads to says nothing.
_STAYS, _WHIM = 0.15, 0.03


@dataclass(frozen=True)
class Try:
    """One encode of the whole: with which bit rate, how large the file became, and its film in it."""

    kbps: float
    bytes: int
    film_bytes: int


@dataclass(frozen=True)
class _Made:
    """The files of one try, and how their encoder ended."""

    made: Output
    wrote: Wrote
    tried: Try


def refuse_budget(choices: OutputChoices) -> None:
    """Checks that there is something whose size can be chosen.

    Raises:
        PipelineError: no size, or a codec without a bit rate.
    """
    if choices.rate != "size":
        return
    if choices.target_mb * _BYTES_PER_MB < 1:
        raise PipelineError(bad_option("target_mb", "A file of 0 MB holds nothing"))
    if choices.video == "copy":
        what = "Copied pictures stay as large as they are; only encoded ones can be made to fit a file size"
        raise PipelineError(bad_option("rate", what))
    if choices.video != "none" and choices.video not in _CODECS:
        what = f"{choices.video} has no bit rate to choose; H.264, HEVC, AV1 and VP9 have one"
        raise PipelineError(bad_option("rate", what))


def to_size(source: Source, info: MediaInfo, made: Output) -> Talk[Reached]:
    """Encodes sound to know its size, then the film in two turns, the second again until the finished file fits.

    The files it returns are finished: nothing has to be remuxed.

    Raises:
        PipelineError: the size is too small for the sound, or for pictures anyone would want to see.
    """
    target = int(made.choices.target_mb * _BYTES_PER_MB)
    seconds = made.seconds(info) or (yield from taking(0.0, 0.01, _seconds(source)))
    pictures = made.frames(info) or round(seconds * (made.film.frame_rate if made.film else 0.0))
    # What the sound takes is not known yet, but not even without it there may be enough.
    _refuse_poor(made, seconds, pictures, target, target)
    if made.film is None:
        return (yield from taking(0.01, 1.0, _sound_alone(source, info, made, target, seconds)))
    rest_bytes = yield from taking(0.01, _SOUND, _rest_bytes(source, info, made))
    if rest_bytes > target * LEAST_SHARE:
        raise PipelineError(sound_too_large(rest_bytes, target, seconds))
    room = target - rest_bytes - pictures * _BYTES_PER_PICTURE
    _refuse_poor(made, seconds, pictures, target, room)
    if room * 8 > _GENEROUS_BITS[made.choices.video] * pictures * made.size[0] * made.size[1]:
        best = Crf(_FINEST[made.choices.video])
        finest = yield from taking(_SOUND, _FIRST_TURN, _tried(source, info, made, best, "finest"))
        if finest.tried.bytes <= target:
            return _smaller(finest, target)
    return (
        yield from taking(
            _FIRST_TURN, 1.0, _in_turns(source, info, made, target, kbps_of(room * _AIM, seconds), seconds)
        )
    )


def next_kbps(tries: Sequence[Try], target: int) -> float | None:
    """The bit rate to try next; None where another would not bring it nearer.

    Sizes grow nearly as bit rates do, so two tries around the target say where it lies between them.
    """
    last = tries[-1]
    aim = target * _AIM - (last.bytes - last.film_bytes)
    over = min((each for each in tries if each.bytes > target), key=lambda each: each.bytes, default=None)
    under = max((each for each in tries if each.bytes <= target), key=lambda each: each.bytes, default=None)
    if aim <= 0:
        return None
    if over is None or under is None or over.film_bytes <= under.film_bytes:
        if _is_at_its_end(tries):
            return None
        kbps = last.kbps * (aim / max(1, last.film_bytes)) ** (1 / min(max(_power(tries), 0.3), 1.5))
        # What lies on the wrong side of a try that was already wrong is a whim of the encoder.
        kbps = min(kbps, over.kbps * 0.99) if over else max(kbps, under.kbps * 1.01) if under else kbps
    else:
        share = math.log(aim / under.film_bytes) / math.log(over.film_bytes / under.film_bytes)
        share = min(max(share, 0.05), 0.95)
        kbps = under.kbps * (over.kbps / under.kbps) ** share
    kbps = max(1.0, round(kbps, 3))
    return None if any(each.kbps == kbps for each in tries) else kbps


def _is_at_its_end(tries: Sequence[Try]) -> bool:
    """Whether the size no longer follows the bit rate."""
    if len(tries) < 2 or abs(tries[-1].kbps / tries[-2].kbps - 1) < _WHIM:
        return False
    return _power(tries) < _STAYS


def _power(tries: Sequence[Try]) -> float:
    """As which power of the bit rate the size grew from the try before the last one."""
    if len(tries) < 2 or tries[-1].kbps == tries[-2].kbps:
        return 1.0
    one, other = (math.log(max(1, each.film_bytes)) for each in tries[-2:])
    return (other - one) / math.log(tries[-1].kbps / tries[-2].kbps)


def _seconds(source: Source) -> Talk[float]:
    """How long a source is whose container does not say."""
    counts = yield from counted_source(source)
    return extent_s(counts or ())


def _refuse_poor(made: Output, seconds: float, pictures: int, target: int, room: int) -> None:
    film = made.film
    if film is None or not seconds or made.choices.accept_poor:
        return
    codec, rate = made.choices.video, pictures / seconds
    kbps = kbps_of(max(0, room), seconds)
    if kbps < least_kbps(codec, made.size, rate):
        good_kbps = tolerable_kbps(codec, made.size, rate)
        needed = target - room + good_kbps * 1000 / 8 * seconds
        raise PipelineError(size_too_small(target, seconds, *made.size, kbps, good_kbps, needed))


def _rest_bytes(source: Source, info: MediaInfo, made: Output) -> Talk[int]:
    """How large the file is without its film; 0 where nothing else can stand alone in it."""
    rest = replace(made.selection, kept=tuple(each for each in made.selection.kept if each.kind != "video"))
    if rest.is_empty:
        return 0
    name = _named(made, "sound").result
    yield from taking(0.0, 0.9, encoded(source, info, [replace(made, selection=rest, target=name, result=name)]))
    (content,) = yield from counted_files((name,), "See how large the sound is")
    return content.bytes


def _sound_alone(source: Source, info: MediaInfo, made: Output, target: int, seconds: float) -> Talk[Reached]:
    """Sound has the bit rate that was chosen for it; it fits or it does not."""
    only = yield from _tried(source, info, made, made.quality, "finest")
    if only.tried.bytes > target:
        raise PipelineError(sound_too_large(only.tried.bytes, target, seconds))
    return _smaller(only, target)


def _in_turns(source: Source, info: MediaInfo, made: Output, target: int, kbps: float, seconds: float) -> Talk[Reached]:
    """The first turn, and as many second ones as it takes."""
    kbps, log, start = max(1.0, round(kbps, 3)), "", 0.0
    if made.choices.video in _TWO_TURNS:
        log, start = f"{_stem(made)}.turns", (_FIRST_TURN - _SOUND) / (1 - _SOUND)
        yield from taking(0.0, start, _first_turn(source, info, made, Bitrate(kbps, 1, log)))
    tries: list[_Made] = []
    wanted: float | None = kbps
    while wanted is not None and len(tries) < (_TRIES_SHORT if seconds <= _SHORT_S else _TRIES):
        end = 1 - (1 - _FIRST_TRY) / 2 ** len(tries)
        quality = Bitrate(wanted, 2, log) if log else Bitrate(wanted)
        name = f"try-{len(tries) + 1}"
        try:
            tries.append((yield from taking(start, end, _tried(source, info, made, quality, name))))
        except StepFailed as failed:
            smallest = _smallest(failed.outcome.lines, seconds)
            if smallest is None:
                raise
            raise PipelineError(size_out_of_reach(target, smallest)) from failed
        start = end
        if target * LEAST_SHARE <= tries[-1].tried.bytes <= target:
            break
        wanted = next_kbps([each.tried for each in tries], target)
    return _best(tries, target)


# x264 and x265 do not even begin where their first turn says that it will not do; what x265 says then is no number:
#
#   [libx264 @ 0x563d9c0e3c80] [error] requested bitrate is too low. estimated minimum is 21 kbps
#   x265 [error]: requested bitrate is too low. estimated minimum is 1737304 kbps
_TOO_LOW = re.compile(r"(x26[45]).*requested bitrate is too low\. estimated minimum is (\d+) kbps")


def _smallest(lines: Sequence[str], seconds: float) -> int | None:
    """How large the smallest film would be of an encoder that did not begin; 0 where it does not say."""
    found = next(filter(None, map(_TOO_LOW.search, lines)), None)
    if found is None:
        return None
    return round(int(found[2]) * 1000 / 8 * seconds) if found[1] == "x264" else 0


def _first_turn(source: Source, info: MediaInfo, made: Output, quality: Bitrate) -> Talk[None]:
    """Looks through the whole film, so that the second turn knows what comes."""
    film = made.film
    assert film is not None
    made = replace(made, quality=quality)
    picture = drawn(made.span.cut(source_input(source, **made.span.film_options())[str(film.index)]), film, made)
    burnt = made.burn.files if made.burn else ()
    yield Run(
        command(
            output([picture], "-", format="null", **film_options(film, made)),
            expect_s=made.seconds(info),
            expect_frames=made.frames(info),
        ),
        reads=(*((source.file,) if source.is_scratch else ()), *burnt),
        makes=logs_of(made.choices, quality.log),
        label="Look through the film",
    )


def _tried(source: Source, info: MediaInfo, made: Output, quality: Quality, mark: str) -> Talk[_Made]:
    """Encodes and finishes into files of this try alone, so that a crash repeats no other."""
    made = replace(_named(made, mark), quality=quality)
    (wrote,) = yield from taking(0.0, 0.96, encoded(source, info, [made]))
    if made.is_finished_apart:
        yield from taking(0.96, 0.99, faststart(source, info, made))
    (content,) = yield from taking(0.99, 1.0, counted_files((made.result,), "See how large it is"))
    film = sum(each.bytes for each in content.streams if each.kind == "video")
    return _Made(made, wrote, Try(quality.kbps if isinstance(quality, Bitrate) else 0.0, content.bytes, film))


def _best(tries: Sequence[_Made], target: int) -> Reached:
    fitting = [each for each in tries if each.tried.bytes <= target]
    if not fitting:
        raise PipelineError(size_out_of_reach(target, min(each.tried.bytes for each in tries)))
    best = max(fitting, key=lambda each: each.tried.bytes)
    measures = {"video_kbps": round(best.tried.kbps, 1), "tries": len(tries)}
    if best.tried.bytes >= target * LEAST_SHARE:
        return Reached(best.made, best.wrote, measures)
    return replace(_smaller(best, target), measures=measures)


def _smaller(best: _Made, target: int) -> Reached:
    if best.tried.bytes >= target * LEAST_SHARE:
        return Reached(best.made, best.wrote)
    size, wanted = best.tried.bytes / _BYTES_PER_MB, target / _BYTES_PER_MB
    quality = best.made.quality
    if isinstance(quality, Crf) and best.made.film is not None:
        why = f"nobody would see more than CRF {quality.value:g}"
    else:
        why = "its encoder does not come nearer"
    text = f"The file has {size:.4g} MB, less than the {wanted:.4g} MB that were allowed: {why}."
    return Reached(best.made, best.wrote, warnings=(Warn("size_not_needed", text),))


def _named(made: Output, mark: str) -> Output:
    result = f"{_stem(made)}.{mark}.{made.container.suffix}"
    return (
        replace(made, result=result, target=f"{_stem(made)}.{mark}.encode.{made.container.suffix}")
        if (made.is_finished_apart)
        else replace(made, result=result, target=result)
    )


def _stem(made: Output) -> str:
    return made.result.rpartition(".")[0]
