"""Which pixels an encoder is given: their format and depth, and whether HDR is kept."""

from __future__ import annotations

from dataclasses import dataclass

from pipeline.model.source import MediaStream
from pipeline.stages.choices.video import VideoChoices


@dataclass(frozen=True)
class Pixels:
    """What pictures are before they are encoded. `is_hdr`: the source's HDR is kept."""

    format: str = "yuv420p"
    bit_depth: int = 8
    is_hdr: bool = False


USUAL = Pixels()


def pixels_of(choices: VideoChoices, video: MediaStream) -> Pixels:
    """The pixels a codec takes from a source."""
    return Pixels()
