"""Which streams of a source a result keeps, in which order and how, and what has to be left out."""

from __future__ import annotations

from dataclasses import dataclass, replace

from pipeline.model.problem import Warn
from pipeline.model.source import MediaInfo, MediaStream, StreamKind
from pipeline.stages.choices.output import OutputChoices
from pipeline.stages.containers import Container, container_of

# Codec names as ffmpeg's encoders have them.
AUDIO_ENCODERS = {"aac": "aac", "opus": "libopus", "mp3": "libmp3lame", "flac": "flac", "pcm": "pcm_s16le"}

COVERS = ("mjpeg", "png")
_TEXT_SUBTITLES = frozenset({
    "subrip", "ass", "ssa", "webvtt", "mov_text", "text", "subviewer", "subviewer1", "microdvd", "mpl2", "sami",
    "realtext", "jacosub", "vplayer", "stl", "pjs",
})  # fmt: skip


@dataclass(frozen=True)
class Kept:
    """A stream that is kept. `encoder` is ffmpeg's name of it, for pictures the codec's, or `copy`."""

    stream: MediaStream
    encoder: str

    @property
    def kind(self) -> StreamKind:
        """What it is in the result: the same as in the source."""
        return self.stream.kind

    @property
    def is_encoded(self) -> bool:
        """Pictures or sound that are made anew, so that they are checked by decoding them."""
        return self.encoder != "copy" and self.kind in ("video", "audio")

    @property
    def is_copied(self) -> bool:
        """Pictures or sound taken over packet by packet."""
        return self.encoder == "copy" and self.kind in ("video", "audio")


@dataclass(frozen=True)
class Selection:
    """The streams of a result in the order they have there: picture, sound, subtitles, cover."""

    kept: tuple[Kept, ...]
    left_out: tuple[Warn, ...] = ()

    def of_kind(self, *kinds: StreamKind) -> tuple[Kept, ...]:
        """Those of some kinds, in order."""
        return tuple(each for each in self.kept if each.kind in kinds)

    def without_covers(self) -> Selection:
        """The same without covers, which stand last."""
        return replace(self, kept=tuple(each for each in self.kept if each.kind != "cover"))

    @property
    def has_video(self) -> bool:
        """Whether the result has moving pictures."""
        return bool(self.of_kind("video"))

    @property
    def is_empty(self) -> bool:
        """Nothing to see or hear would be left."""
        return not self.of_kind("video", "audio")

    @property
    def encoded(self) -> tuple[tuple[int, Kept], ...]:
        """What is encoded, each with its index in the result."""
        return tuple((index, each) for index, each in enumerate(self.kept) if each.is_encoded)

    @property
    def copied(self) -> tuple[tuple[int, Kept], ...]:
        """What is copied, each with its index in the result."""
        return tuple((index, each) for index, each in enumerate(self.kept) if each.is_copied)


def selected(info: MediaInfo, choices: OutputChoices) -> Selection:
    """What of a source is kept. Data never is."""
    container = container_of(choices)
    films = _films(info, choices)
    sounds = _sounds(info, choices, container)
    subtitles = _subtitles(info, choices, container) if films else ()
    covers = _covers(info, choices, container)
    return Selection(
        kept=(*films, *sounds, *subtitles, *covers),
        left_out=_left_out(info, choices, container, len(films), len(sounds), subtitles),
    )


def _films(info: MediaInfo, choices: OutputChoices) -> tuple[Kept, ...]:
    if choices.video == "none" or info.video is None:
        return ()
    return (Kept(info.video, "copy" if choices.video == "copy" else choices.video),)


def _sounds(info: MediaInfo, choices: OutputChoices, container: Container) -> tuple[Kept, ...]:
    if choices.audio == "none" or not container.sounds:
        return ()
    found = info.of_kind("audio")
    if container.sounds == 1:
        found = tuple(each for each in found if each.is_default)[:1] or found[:1]
    return tuple(Kept(each, AUDIO_ENCODERS.get(choices.audio, "copy")) for each in found)


def _subtitles(info: MediaInfo, choices: OutputChoices, container: Container) -> tuple[Kept, ...]:
    if choices.subtitles in ("none", "burn") or not container.text:
        return ()
    fit = (each for each in info.of_kind("subtitle") if each.codec in container.subtitles | _TEXT_SUBTITLES)
    return tuple(Kept(each, "copy" if each.codec in container.subtitles else container.text) for each in fit)


def _covers(info: MediaInfo, choices: OutputChoices, container: Container) -> tuple[Kept, ...]:
    if not choices.covers or container.covers != "track":
        return ()
    return tuple(Kept(each, "copy") for each in info.of_kind("cover") if each.codec in COVERS)[:1]


def _left_out(
    info: MediaInfo, choices: OutputChoices, container: Container, films: int, sounds: int, subtitles: tuple[Kept, ...]
) -> tuple[Warn, ...]:
    warnings: list[Warn] = []
    if films and (others := len(info.of_kind("video")) - films):
        warnings.append(Warn("tracks_left_out", f"{_tracks(others, 'picture')} left out: only the first is kept."))
    if sounds and (others := len(info.of_kind("audio")) - sounds):
        text = f"{_tracks(others, 'sound')} left out: {container.label} holds only one."
        warnings.append(Warn("tracks_left_out", text))
    if films and choices.subtitles in ("keep", "convert"):
        kept = {each.stream.index for each in subtitles}
        lost = [each.codec or "an unknown codec" for each in info.of_kind("subtitle") if each.index not in kept]
        if lost:
            what = f"{_tracks(len(lost), 'subtitle')} left out: {container.label} has no place for {_list(lost)}."
            warnings.append(Warn("subtitles_left_out", what))
    return tuple(warnings)


def _tracks(count: int, kind: str) -> str:
    return f"One {kind} track was" if count == 1 else f"{count} {kind} tracks were"


def _list(codecs: list[str]) -> str:
    return ", ".join(dict.fromkeys(codecs))
