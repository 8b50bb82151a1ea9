"""Measures how loud sound is, so that it can be brought to a target by one gain, the same from beginning to end.

What is measured (EBU R 128, as broadcasters and streaming services do) says how far the whole is from its target.
Nothing is ever made louder in one place and quieter in another. Only where the gain would lift short peaks over the
largest true peak are those held down, by a few decibels at most; beyond that the gain stays smaller, and that is said.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from pipeline.media.command import command, output, source_input
from pipeline.model.problem import Warn
from pipeline.model.source import MediaInfo, Source
from pipeline.model.stage import Outcome, Run, Talk
from pipeline.stages import expect
from pipeline.stages.choices.sound import SoundChoices
from pipeline.stages.mixing import mixed
from pipeline.stages.selection import Kept, Selection
from pipeline.stages.span import Span

# Peaks of speech and of most music can be held down this far without anyone hearing it.
HELD_DB = 6.0
# As quiet as the measure goes: silence, or less than 400 ms of sound.
SILENT_LUFS = -70.0
# Less than this nobody hears, and what was measured is rounded to a tenth.
_MEANT_DB = 0.05
# The last lines of a Step are kept; a track has this share of them.
_TRACKS_A_STEP = 4


@dataclass(frozen=True)
class Loudness:
    """What one track was measured at: integrated loudness in LUFS, and true peak in dBTP."""

    integrated: float
    true_peak: float


@dataclass(frozen=True)
class Gain:
    """How a track is brought to its target: by `by_db`, and peaks held `held_db` lower than that. `short_db` of it is
    missing.
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
    found: dict[int, Loudness] = {}
    for at in range(0, len(tracks), _TRACKS_A_STEP):
        outcome: Outcome = yield _measuring(source, info, span, tracks[at : at + _TRACKS_A_STEP], choices)
        found |= heard(outcome.lines)
    return {index: each for index, each in found.items() if each.integrated > SILENT_LUFS}


def gain_of(loudness: Loudness, choices: SoundChoices) -> Gain:
    """The gain that brings a track to its target without breaking the largest true peak."""
    assert choices.loudness is not None
    wanted = choices.loudness - loudness.integrated
    room = choices.true_peak - loudness.true_peak
    if wanted <= room:
        return Gain(wanted)
    held = min(wanted - room, HELD_DB)
    return Gain(room + held, held, wanted - room - held)


def levelled(loudness: Loudness, choices: SoundChoices, rate: int) -> list[str]:
    """The filters that apply the gain. `rate` is how many samples a second come out."""
    gain = gain_of(loudness, choices)
    if abs(gain.by_db) < _MEANT_DB:
        return []
    louder = f"volume={gain.by_db:.2f}dB"
    if gain.held_db < _MEANT_DB:
        return [louder]
    # At four times the samples and more, their peaks are the true ones, but for a trace that going back adds.
    limit = 10 ** ((choices.true_peak - 0.2) / 20)
    back = [f"aresample={rate}"] if rate else []
    return [louder, "aresample=192000", f"alimiter=limit={limit:.4f}:attack=5:release=50:level=0:latency=1", *back]


def out_of_reach(found: Mapping[int, Loudness], choices: SoundChoices) -> tuple[Warn, ...]:
    """Says which tracks do not reach the target, and why."""
    gains = [gain_of(each, choices) for each in found.values()]
    return tuple(
        Warn(
            "loudness_not_reached",
            f"Sound reaches {(choices.loudness or 0.0) - gain.short_db:.1f} LUFS, not {choices.loudness:g}: its peaks "
            f"would go {gain.held_db + gain.short_db:.1f} dB over {choices.true_peak:g} dBTP, and they are held down "
            f"by {gain.held_db:g} dB at most.",
        )
        for gain in gains
        if gain.short_db >= 0.1
    )


def _measuring(source: Source, info: MediaInfo, span: Span, tracks: Sequence[Kept], choices: SoundChoices) -> Run:
    entry = source_input(source, vn=None, **span.input_options())
    filters: dict[str, Any] = {}
    for number, kept in enumerate(tracks):
        # The name of its index, so that it is known who speaks.
        meter = f"ebur128@{kept.stream.index}=peak=true:framelog=quiet"
        filters[f"filter:a:{number}"] = ",".join([*mixed(kept.stream, kept.encoder, choices, info), meter])
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


def heard(lines: Sequence[str]) -> dict[int, Loudness]:
    """What the meters said, by the index of their track."""
    found: dict[int, Loudness] = {}
    index, integrated = -1, SILENT_LUFS
    for line in lines:
        if who := _METER.search(line):
            index, integrated = int(who[1]), SILENT_LUFS
        elif said := _INTEGRATED.fullmatch(line):
            integrated = float(said[1])
        elif (said := _PEAK.fullmatch(line)) and index >= 0:
            found[index] = Loudness(integrated, float(said[1]))
    return found
