"""One file to be made, with everything that was decided about it before it is encoded."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from pipeline.model.machine import HardwareCodec
from pipeline.model.source import MediaInfo
from pipeline.stages import expect
from pipeline.stages.choices.output import OutputChoices
from pipeline.stages.containers import Container, container_of
from pipeline.stages.encoders import Quality
from pipeline.stages.look import UNSEEN, Seen
from pipeline.stages.loudness import Loudness
from pipeline.stages.pixels import USUAL, Pixels
from pipeline.stages.score import Scoring
from pipeline.stages.selection import Selection
from pipeline.stages.span import WHOLE, Span
from pipeline.stages.subtitles import Burn


@dataclass(frozen=True)
class Output:
    """What is made of a source, and into which scratch files.

    `target` is what the encoder writes, `result` the finished file: the same one, but for containers that are written
    fragmented first. `loudness` is by the stream's index in the source. `scored` says how its film is scored in the
    process that encodes it, None that it is not.
    """

    choices: OutputChoices
    selection: Selection
    target: str
    result: str
    quality: Quality
    pixels: Pixels = USUAL
    span: Span = WHOLE
    seen: Seen = UNSEEN
    loudness: Mapping[int, Loudness] = field(default_factory=dict)
    burn: Burn | None = None
    hardware: HardwareCodec | None = None
    scored: Scoring | None = None

    @property
    def container(self) -> Container:
        """Where it goes."""
        return container_of(self.choices)

    @property
    def is_finished_apart(self) -> bool:
        """It is encoded into one file and remuxed into another."""
        return self.target != self.result

    @property
    def has_own_times(self) -> bool:
        """Pictures are not those of the source one by one: another rate, a palette film, a sheet."""
        c = self.choices
        return bool(c.fps or c.max_fps or c.deinterlace == "double" or c.filters) or c.video in ("gif", "webp", "sheet")

    @property
    def is_all_of_the_source(self) -> bool:
        """From its beginning to its end, picture by picture."""
        return self.span.is_whole and not self.has_own_times

    def seconds(self, info: MediaInfo) -> float:
        """How long it should be; 0 where that is not known."""
        return self.span.of(expect.seconds(info))

    def frames(self, info: MediaInfo) -> int:
        """How many pictures it should have, about; 0 where that is not known."""
        if not self.selection.has_video or self.choices.video == "sheet":
            return 0
        if self.choices.fps:
            return round(self.seconds(info) * self.choices.fps)
        film = info.video
        if not self.span.is_whole and film is not None:
            return round(self.seconds(info) * film.frame_rate)
        return expect.frames(info)
