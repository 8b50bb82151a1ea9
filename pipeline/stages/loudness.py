"""Measures how loud sound is, so that it can be brought to a target in one linear step."""

from __future__ import annotations

from dataclasses import dataclass

from pipeline.model.source import MediaInfo, Source
from pipeline.model.stage import Talk
from pipeline.stages.choices.sound import SoundChoices
from pipeline.stages.selection import Selection
from pipeline.stages.span import Span


@dataclass(frozen=True)
class Loudness:
    """What one track was measured at (EBU R 128): integrated LUFS, true peak dBTP, range LU, threshold, offset."""

    integrated: float
    true_peak: float
    range: float
    threshold: float
    offset: float


def measured(
    source: Source, info: MediaInfo, span: Span, selection: Selection, choices: SoundChoices
) -> Talk[dict[int, Loudness]]:
    """The loudness of every track that is encoded, by its index in the source; empty where no target is set."""
    yield from ()
    return {}
