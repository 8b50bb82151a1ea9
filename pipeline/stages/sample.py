"""Encodes short windows of a source as a whole job would, to know before it starts how large and long it will be."""

from __future__ import annotations

import math
import statistics
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import TypeVar

import msgspec

from pipeline.media.command import command, output, source_input
from pipeline.model.forecast import Forecast, Guess
from pipeline.model.problem import PipelineError, result_wrong
from pipeline.model.source import MediaInfo, Source
from pipeline.model.stage import Outcome, Run, Scratch, Talk, relayed
from pipeline.stages import expect
from pipeline.stages.counting import Count, Unreadable, counted_files, counted_moments, counted_source
from pipeline.stages.output import Output
from pipeline.stages.remux import faststart
from pipeline.stages.software import KEYFRAME_S
from pipeline.stages.span import Span, beginning_at
from pipeline.stages.transcode import encode_command
from pipeline.stages.verify import decode_command

T = TypeVar("T")

# Twelve windows of three seconds meet most of what changes in a film. Encoders look 40 pictures ahead, so a window
# holds nearly twice that: with windows of 30 pictures a film of 10 a second was forecast 17 % too small.
WINDOW_S = 3.0
WINDOW_FRAMES = 75
WINDOWS = 12
# How finely the source's own sizes are looked at. Where the source has many bytes the result will, too: against the
# windows alone, this brought the error of three films of 80 to 200 s from 5-23 % to 2-5 % (root mean square).
MOMENTS = 2000
LEAST_MOMENT_S = 0.25
# Where the windows would be the greater part of the source, it is taken whole.
WHOLE = 1.5


@dataclass(frozen=True)
class Window:
    """What one window came to. `media_s` is how much of the source it is, `cpu_s` what its encode took.

    `bytes` is the size of its file, `source_bytes` is what the source has there.
    """

    media_s: float
    bytes: int
    source_bytes: float
    wall_s: float
    cpu_s: float
    streams: tuple[Count, ...]


@dataclass
class Spent:
    """What Steps have taken so far."""

    cpu_s: float = 0.0
    wall_s: float = 0.0

    def forecast(self) -> Forecast:
        """The same as something that will be taken once more."""
        return Forecast(Guess(0, 0, 0), _around(self.cpu_s, _CPU_SPREAD), _around(self.wall_s, _WALL_SPREAD))


def timed(talk: Talk[T], spent: Spent) -> Talk[T]:
    """Runs a Talk as it is, and adds up what its Steps take."""

    def add(outcome: Outcome) -> None:
        each = outcome.members or (outcome,)
        spent.cpu_s += sum(one.cpu_s for one in each)
        spent.wall_s += max(one.active_s for one in each)

    return (yield from relayed(talk, lambda step: step, add))


@dataclass(frozen=True)
class Sample:
    """What the windows came to, and what it takes to check them, per second of media.

    `source_bytes` are those of the whole part that is wanted; 0 where that is not known. `finish` is what it took to
    finish the container of a part, which for the whole is hardly more.
    """

    windows: tuple[Window, ...]
    is_whole: bool
    source_bytes: float
    check_cpu: float
    check_wall: float
    finish: Spent


def foreseen(source: Source, info: MediaInfo, made: Output, scratch: Scratch) -> Talk[Forecast]:
    """What to expect of one output: by trying windows where it is encoded, by counting where it is copied.

    Raises:
        StepFailed: it cannot be encoded or copied.
    """
    if made.selection.encoded:
        return forecast_of((yield from sampled(source, info, made, scratch)), made, info)
    counts = yield from counted_source(source)
    kept = [counts[each.stream.index] for each in made.selection.kept if not each.file] if counts else []
    share = made.seconds(info) / expect.seconds(info) if expect.seconds(info) else 1.0
    bytes_ = share * (sum(each.bytes for each in kept) + _overhead(kept, 1.0) if counts else source.size)
    windows, _ = windows_of(info, made.span, expect.seconds(info))
    name = scratch.path(f"part.{made.container.suffix}")
    part = replace(made, span=windows[len(windows) // 2], target=name, result=name)
    tried: Outcome = yield Run(encode_command(source, info, [part]), makes=(name,), label="Try a part")
    part_bytes = tried.last_tick.out_bytes if tried.last_tick else 0
    more = max(1.0, bytes_ / part_bytes) if part_bytes else 1.0
    # To start takes as long as to copy some megabytes, and is not done more than once.
    again = 1.0 if len(windows) == 1 else more
    cpu_s, wall_s = tried.cpu_s * again + _ONCE_CPU_S, tried.active_s * again + _ONCE_WALL_S
    return Forecast(_around(bytes_, _SAME_AGAIN), _around(cpu_s, 0.7), _around(wall_s, 0.7))


def sampled(source: Source, info: MediaInfo, made: Output, scratch: Scratch) -> Talk[Sample]:
    """Encodes the windows of one output, counts what came of them, and decodes one of them.

    Raises:
        StepFailed: a window cannot be encoded; the whole could not be either.
    """
    seconds = expect.seconds(info)
    spans, is_whole = windows_of(info, made.span, seconds)
    if made.choices.video == "sheet":
        # It takes its pictures from all over the film, and not many.
        spans, is_whole = (made.span,), True
    dense = _Density(0.0, ())
    if not is_whole:
        dense = yield from _density(source, info, seconds)
    names: list[str] = []
    outcomes: list[Outcome] = []
    for number, span in enumerate(spans, 1):
        name = scratch.path(f"window-{number}.{made.container.suffix}")
        # What is burnt in costs little, and is made ready for the wanted part as a whole.
        window = replace(made, span=span, target=name, result=name, burn=None)
        encode = encode_command(source, info, [window])
        part = (number, len(spans))
        tried: Outcome = yield Run(encode, makes=(name,), label="Try a part", part=part)
        outcomes.append(tried if is_whole else _without((yield _found(source, info, span, part)), tried))
        names.append(name)
    try:
        contents = yield from counted_files(tuple(names), "Count what is in the parts")
    except Unreadable as unreadable:
        raise PipelineError(result_wrong("A part could not be read back", (), str(unreadable))) from unreadable
    windows = tuple(
        Window(_length_s(each.streams), each.bytes, dense.of(span), outcome.active_s, outcome.cpu_s, each.streams)
        for each, outcome, span in zip(contents, outcomes, spans, strict=True)
    )
    check_cpu = check_wall = 0.0
    if made.selection.encoded and windows[0].media_s:
        look = decode_command(made.selection, names[0])
        read: Outcome = yield Run(look, reads=(names[0],), label="Decode a part")
        check_cpu, check_wall = read.cpu_s / windows[0].media_s, read.active_s / windows[0].media_s
    finish = Spent()
    if made.is_finished_apart:
        part_made = replace(made, target=names[0], result=scratch.path(f"finished.{made.container.suffix}"))
        yield from timed(faststart(source, info, part_made), finish)
    whole = dense.of(Span(made.span.start_s, made.seconds(info)))
    return Sample(windows, is_whole, whole, check_cpu, check_wall, finish)


@dataclass(frozen=True)
class _Density:
    """How many bytes the source has from moment to moment."""

    every_s: float
    sizes: tuple[int, ...]

    def of(self, span: Span) -> float:
        """The bytes of a part; 0 where nothing is known."""
        if not self.every_s:
            return 0.0
        end_s = math.inf if span.length_s is None else span.start_s + span.length_s
        return sum(
            size * max(0.0, min(end_s, (at + 1) * self.every_s) - max(span.start_s, at * self.every_s)) / self.every_s
            for at, size in enumerate(self.sizes)
        )


def _density(source: Source, info: MediaInfo, seconds: float) -> Talk[_Density]:
    every_s = max(LEAST_MOMENT_S, seconds / MOMENTS)
    counts = yield from counted_moments(source, every_s)
    first = info.video or info.audio
    if counts is None or first is None:
        return _Density(0.0, ())
    shift = round(info.start_s / every_s)
    return _Density(every_s, counts[first.index].sizes[shift:])


def _found(source: Source, info: MediaInfo, span: Span, part: tuple[int, int]) -> Run:
    """Only comes to where a window begins, which may be long after the last keyframe, and takes its first picture.

    The whole job does not do that for every window, so it is taken off what a window took.
    """
    first = info.video or info.audio
    stream = source_input(source, **span.input_options())[str(first.index if first else 0)]
    look = command(output([stream], "-", format="null", frames=1))
    return Run(look, reads=(source.file,) if source.is_scratch else (), label="Find a part", part=part)


def _without(found: Outcome, tried: Outcome) -> Outcome:
    cpu_s, active_s = max(0.0, tried.cpu_s - found.cpu_s), max(0.0, tried.active_s - found.active_s)
    return msgspec.structs.replace(tried, cpu_s=cpu_s, active_s=active_s)


def windows_of(info: MediaInfo, span: Span, seconds: float) -> tuple[tuple[Span, ...], bool]:
    """The parts to try, spread evenly, and whether they are all there is; nothing longer than is known is asked for."""
    length_s = span.of(seconds)
    rate = info.video.frame_rate if info.video else 0.0
    window_s = max(WINDOW_S, WINDOW_FRAMES / rate) if rate else WINDOW_S
    if length_s <= WHOLE * WINDOWS * window_s:
        return (span,), True
    each_s = length_s / WINDOWS
    starts = (span.start_s + (number + 0.5) * each_s - window_s / 2 for number in range(WINDOWS))
    return tuple(replace(beginning_at(info, start_s), length_s=window_s) for start_s in starts), False


def _length_s(streams: Sequence[Count]) -> float:
    timed = [each for each in streams if each.kind in ("video", "audio")]
    film = [each for each in timed if each.kind == "video"]
    return max((each.length_s for each in film or timed), default=0.0)


# How much more or less than the windows say was seen, for what they leave out: on clips of benchmarks/clips.toml.
_SIZE_SPREAD = 0.06
_CPU_SPREAD = 0.10
_WALL_SPREAD = 0.25
# Of a whole that was tried, only what differs from run to run.
_SAME_AGAIN = 0.02
# To start the child that counts, and to keep and publish what was made: once a job, however long it is.
_ONCE_CPU_S = 0.07
_ONCE_WALL_S = 0.08
# What a window takes beyond its share of the whole: threads that fill at its beginning and drain at its end.
_APART_CPU_S = 0.02
_APART_WALL_S = 0.05


def forecast_of(sample: Sample, made: Output, info: MediaInfo) -> Forecast:
    """What the windows say of the whole: its size, and the time it takes with its check."""
    length_s = made.seconds(info)
    tried_s = sum(window.media_s for window in sample.windows)
    share = 1.0 if sample.is_whole or not tried_s else length_s / tried_s
    apart_cpu_s, apart_wall_s = (0.0, 0.0) if sample.is_whole else (_APART_CPU_S, _APART_WALL_S)
    cpu_s = share * sum(max(0.0, each.cpu_s - apart_cpu_s) for each in sample.windows) + sample.check_cpu * length_s
    wall_s = share * sum(max(0.0, each.wall_s - apart_wall_s) for each in sample.windows)
    wall_s += sample.check_wall * length_s + sample.finish.wall_s + _ONCE_WALL_S
    cpu_s += sample.finish.cpu_s + _ONCE_CPU_S
    return Forecast(
        bytes=_around(sample.windows[0].bytes, _SAME_AGAIN) if sample.is_whole else _size(sample, made, info),
        cpu_s=_around(cpu_s, _CPU_SPREAD),
        wall_s=_around(wall_s, _WALL_SPREAD),
        tried_s=tried_s,
    )


def _size(sample: Sample, made: Output, info: MediaInfo) -> Guess:
    windows = [window for window in sample.windows if window.media_s]
    rates = [_bytes_per_s(window, info) for window in windows]
    mean = statistics.fmean(rates)
    scale = made.seconds(info) / sum(window.media_s for window in windows)
    there = sum(window.source_bytes for window in windows)
    if sample.source_bytes and there:
        # Bytes of ours for each of the source's, times all of those.
        share = sum(rate * window.media_s for rate, window in zip(rates, windows, strict=True)) / there
        likely = share * sample.source_bytes
        off = [rate - share * window.source_bytes / window.media_s for rate, window in zip(rates, windows, strict=True)]
    else:
        likely = mean * made.seconds(info)
        off = [rate - mean for rate in rates]
    error = 2 * math.sqrt(sum(value * value for value in off)) / len(off) / mean
    # Where all windows together are a large share of the film, what they leave out matters less.
    left = 1 - min(1.0, 1 / scale)
    counts = [each for window in windows for each in window.streams]
    return _around(likely + _overhead(counts, scale), _SIZE_SPREAD + error * math.sqrt(left))


def _bytes_per_s(window: Window, info: MediaInfo) -> float:
    """What a second of the whole will have, from a window that has a keyframe more than the whole would there."""
    total = 0.0
    rate = info.video.frame_rate if info.video else 0.0
    for each in window.streams:
        bytes_ = float(each.bytes)
        if each.kind == "video" and each.keyframes and rate and each.packets > each.keyframes:
            key = each.key_bytes / each.keyframes
            other = (each.bytes - each.key_bytes) / (each.packets - each.keyframes)
            # One stands at the beginning because the window begins there; in the whole, one stands there only as
            # often as its turn comes round.
            bytes_ -= (key - other) * max(0.0, 1 - each.packets / rate / KEYFRAME_S)
        total += bytes_
    return total / window.media_s


def _overhead(counts: Sequence[Count], scale: float) -> float:
    """What the index of an MP4 takes beside the packets: size, time and place of each, about."""
    return 3000 + scale * sum(each.packets * (14 if each.kind == "video" else 6) for each in counts)


def _around(likely: float, spread: float) -> Guess:
    return Guess(likely, likely * (1 - spread), likely * (1 + spread))
