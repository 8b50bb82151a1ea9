"""Measures how loud sound is, so that it can be brought to a target by one gain, the same from beginning to end.

What is measured (EBU R 128, as broadcasters and streaming services do) says how far the whole is from its target.
Nothing is ever made louder in one place and quieter in another. Only where the gain would lift short peaks over the
largest true peak are those held down, by a few decibels at most; beyond that the gain stays smaller, and that is said.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from pipeline.media.command import command, output, source_input
from pipeline.model.problem import Warn
from pipeline.model.source import MediaInfo, Source
from pipeline.model.stage import Outcome, Run, Talk
from pipeline.stages import expect
from pipeline.stages.choices.sound import SoundChoices
from pipeline.stages.mixing import mixed, rate_of, shaped
from pipeline.stages.selection import Kept, Selection
from pipeline.stages.span import Span

# Peaks of speech and of most music can be held down this far without anyone hearing it.
HELD_DB = 6.0
# As quiet as the measure goes: silence, or less than 400 ms of sound.
SILENT_LUFS = -70.0
# Less than this nobody hears, and what was measured is rounded to a tenth.
_MEANT_DB = 0.05
_TRACE_DB = 0.4
# Less than this is near enough.
_SAID_DB = 0.5
# The last lines of a Step are kept; a track has this share of them.
_TRACKS_A_STEP = 4


@dataclass(frozen=True)
class Loudness:
    """What one track was measured at: integrated loudness in LUFS, and true peak in dBTP.

    `held` is what it comes to with its gain and its peaks held down, None where no peak need be.
    """

    integrated: float
    true_peak: float
    held: float | None = None


@dataclass(frozen=True)
class Gain:
    """How a track is brought to its target: made louder by `by_db`, which would lift its peaks `held_db` too high.

    `short_db` is what is still missing.
    """

    by_db: float
    held_db: float = 0.0
    short_db: float = 0.0


def measures(info: MediaInfo | None, choices: SoundChoices) -> bool:
    """Whether `measured` has a Step to run; with `info` None, before the probe, whether it may have one."""
    is_made = choices.loudness is not None and choices.audio not in ("copy", "none")
    return is_made and (info is None or info.audio is not None)


def measured(
    source: Source, info: MediaInfo, span: Span, selection: Selection, choices: SoundChoices
) -> Talk[dict[int, Loudness]]:
    """The loudness of every track that is encoded, by its index in the source; empty where no target is set.

    Silent ones are left out.
    """
    if not measures(info, choices):
        return {}
    tracks = [kept for _, kept in selection.encoded if kept.kind == "audio"]
    found = yield from _heard(source, info, span, tracks, choices, {})
    peaky = [kept for kept in tracks if (each := found.get(kept.stream.index)) and gain_of(each, choices).held_db]
    # What holding peaks down takes from the whole, only listening tells.
    held = yield from _heard(source, info, span, peaky, choices, found)
    for index, each in held.items():
        found[index] = replace(found[index], held=each.integrated)
    return found


def gain_of(loudness: Loudness, choices: SoundChoices) -> Gain:
    """The gain that brings a track to its target without breaking the largest true peak."""
    assert choices.loudness is not None
    wanted = choices.loudness - loudness.integrated
    room = choices.true_peak - loudness.true_peak
    if wanted - room < _MEANT_DB:
        return Gain(wanted)
    first = min(wanted - room, HELD_DB)
    if loudness.held is None:
        return Gain(room + first, first, wanted - room - first)
    missing = max(0.0, choices.loudness - loudness.held)
    held = min(first + missing, HELD_DB)
    return Gain(room + held, held, missing - (held - first))


def levelled(loudness: Loudness, choices: SoundChoices, rate: int) -> list[str]:
    """The filters that apply the gain. `rate` is how many samples a second come out."""
    gain = gain_of(loudness, choices)
    if abs(gain.by_db) < _MEANT_DB:
        return []
    louder = f"volume={gain.by_db:.2f}dB"
    if not gain.held_db:
        return [louder]
    # At four times the samples and more, their peaks are the true ones, but for what going back adds.
    limit = 10 ** ((choices.true_peak - _TRACE_DB) / 20)
    back = [f"aresample={rate}"] if rate else []
    return [louder, "aresample=192000", f"alimiter=limit={limit:.4f}:attack=5:release=50:level=0:latency=1", *back]


def out_of_reach(found: Mapping[int, Loudness], choices: SoundChoices) -> tuple[Warn, ...]:
    """Says which tracks do not reach the target, and why."""
    gains = [gain_of(each, choices) for each in found.values()]
    return tuple(
        Warn(
            "loudness_not_reached",
            f"Sound comes to about {(choices.loudness or 0.0) - gain.short_db:.1f} LUFS, not {choices.loudness:g}: "
            f"louder, its peaks would have to be held down by more than {HELD_DB:g} dB to stay below "
            f"{choices.true_peak:g} dBTP.",
        )
        for gain in gains
        if gain.short_db >= _SAID_DB
    )


def _heard(
    source: Source, info: MediaInfo, span: Span, tracks: Sequence[Kept], choices: SoundChoices,
    found: Mapping[int, Loudness],
) -> Talk[dict[int, Loudness]]:  # fmt: skip
    """What tracks measure, by their indexes; with their gain, where they are `found`. Silent ones are left out."""
    heard: dict[int, Loudness] = {}
    for at in range(0, len(tracks), _TRACKS_A_STEP):
        step = _measuring(source, info, span, tracks[at : at + _TRACKS_A_STEP], choices, found)
        outcome: Outcome = yield step
        heard |= said(outcome.lines)
    return {index: each for index, each in heard.items() if each.integrated > SILENT_LUFS}


def _measuring(
    source: Source, info: MediaInfo, span: Span, tracks: Sequence[Kept], choices: SoundChoices,
    found: Mapping[int, Loudness],
) -> Run:  # fmt: skip
    entry = source_input(source, vn=None, **span.input_options())
    filters: dict[str, Any] = {}
    for number, kept in enumerate(tracks):
        sound = kept.stream
        level = found.get(sound.index)
        # The name of its index, so that it is known who speaks.
        meter = f"ebur128@{sound.index}=peak=true:framelog=quiet"
        filters[f"filter:a:{number}"] = ",".join([
            *mixed(sound, kept.encoder, choices, info),
            *(levelled(level, choices, rate_of(sound, kept.encoder, choices)) if level else ()),
            # What the result has no room for, such as tones no one hears, does not count.
            *shaped(sound, kept.encoder, choices),
            meter,
        ])  # fmt: skip
    streams = [entry[str(kept.stream.index)] for kept in tracks]
    return Run(
        command(output(streams, "-", format="null", **filters), expect_s=span.of(expect.seconds(info)), says="info"),
        reads=(source.file,) if source.is_scratch else (),
        label="Measure the loudness",
    )


# What a meter says when it ends, of ffmpeg 9.0.2:
#
#   [ebur128@1] Summary:
#
#     Integrated loudness:
#       I:         -26.8 LUFS
#       Threshold: -36.8 LUFS
#
#     Loudness range:
#       LRA:         0.0 LU
#       …
#
#     True peak:
#       Peak:      -22.3 dBFS
_METER = re.compile(r"\[ebur128@(\d+)\] Summary:")
_INTEGRATED = re.compile(r"\s*I:\s+(-?[\d.]+|-inf) LUFS")
_PEAK = re.compile(r"\s*Peak:\s+(-?[\d.]+|-inf) dBFS")


def said(lines: Sequence[str]) -> dict[int, Loudness]:
    """What the meters said, by the index of their track."""
    heard: dict[int, Loudness] = {}
    index, integrated = -1, SILENT_LUFS
    for line in lines:
        if who := _METER.search(line):
            index, integrated = int(who[1]), SILENT_LUFS
        elif loud := _INTEGRATED.fullmatch(line):
            integrated = float(loud[1])
        elif (peak := _PEAK.fullmatch(line)) and index >= 0:
            heard[index] = Loudness(integrated, float(peak[1]))
    return heard
