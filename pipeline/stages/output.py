"""One file to be made, with everything that was decided about it before it is encoded."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from pipeline.model.machine import HardwareCodec
from pipeline.model.problem import Warn
from pipeline.model.source import MediaInfo, MediaStream
from pipeline.stages import expect
from pipeline.stages.bars import said_crop
from pipeline.stages.choices.output import OutputChoices
from pipeline.stages.cleaning import doubles
from pipeline.stages.containers import Container, container_of
from pipeline.stages.encoders import Quality
from pipeline.stages.frame_rate import rate_of
from pipeline.stages.geometry import has_own_times
from pipeline.stages.keyframe import moved_start
from pipeline.stages.look import UNSEEN, Seen
from pipeline.stages.loudness import Loudness, out_of_reach
from pipeline.stages.pixels import USUAL, Pixels, losses
from pipeline.stages.score import Scoring
from pipeline.stages.selection import Selection
from pipeline.stages.shape import frame_of
from pipeline.stages.span import WHOLE, Span
from pipeline.stages.subtitles import Burn
from pipeline.stages.unmet import unmet


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
        film = self.film
        if film is None or self.choices.video in ("copy", "none"):
            return False
        return self.choices.video in ("gif", "webp", "sheet") or has_own_times(film, self.choices, self.seen)

    @property
    def film(self) -> MediaStream | None:
        """The source's stream its pictures are made of."""
        return next((each.stream for each in self.selection.of_kind("video")), None)

    @property
    def size(self) -> tuple[int, int]:
        """Width and height of its picture; (0, 0) where it has none."""
        return _size(self.film, self.choices, self.seen)

    @property
    def foretold(self) -> tuple[Warn, ...]:
        """What a person should know about it before it is made."""
        lost = losses(self.choices, self.film, self.pixels) if self.film else ()
        lost += out_of_reach(self.loudness, self.choices)
        has_sound = bool(self.selection.of_kind("audio"))
        lost = (*unmet(self.choices, self.film, has_sound), *lost)
        return (*self.span.warnings, *moved_start(self.span, self.seen.copied_from_s, self.choices.container), *lost)

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
        film = self.film
        if film is None or (self.span.is_whole and not self.has_own_times):
            return expect.frames(info)
        doubled = doubles(film, self.choices, self.seen)
        rate = rate_of(film, self.choices, doubled=doubled) or film.frame_rate * (2 if doubled else 1)
        return round(self.seconds(info) * rate)


def size_before(info: MediaInfo | None, choices: OutputChoices) -> tuple[int, int] | None:
    """The size of an output's picture before anybody looked into its source; None where that has to be done.

    Raises:
        PipelineError: a crop that cannot be read or is larger than the picture.
    """
    if info is None:
        return None
    film = info.video if choices.video != "none" else None
    match choices.crop.strip().lower():
        case "" | "off":
            return _size(film, choices, UNSEEN)
        case _ if film is None or choices.video == "copy":
            return _size(film, choices, UNSEEN)
        case "auto":
            return None
        case sides:
            return _size(film, choices, Seen(said_crop(sides, film)))


def _size(film: MediaStream | None, choices: OutputChoices, seen: Seen) -> tuple[int, int]:
    if film is None:
        return 0, 0
    return (film.width, film.height) if choices.video == "copy" else frame_of(film, choices, seen)
