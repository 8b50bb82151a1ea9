"""Which streams of a source a result keeps, in which order and how, and what has to be left out."""

from __future__ import annotations

from dataclasses import dataclass, replace

from pipeline.model.problem import Warn
from pipeline.model.source import MediaInfo, MediaStream, StreamKind

# Codec names as ffmpeg's encoders have them.
VIDEO_ENCODERS = {"h264": "libx264", "hevc": "libx265"}
AUDIO_ENCODERS = {"aac": "aac", "mp3": "libmp3lame"}

COVERS = ("mjpeg", "png")
_HOLDS_COVERS = ("mp4", "m4a", "mp3")
_TEXT_SUBTITLES = frozenset({
    "subrip", "ass", "ssa", "webvtt", "mov_text", "text", "subviewer", "subviewer1", "microdvd", "mpl2", "sami",
    "realtext", "jacosub", "vplayer", "stl", "pjs",
})  # fmt: skip
# What Matroska holds as it is; other texts become SubRip there.
_IN_MATROSKA = frozenset({
    "subrip", "ass", "ssa", "webvtt", "hdmv_pgs_subtitle", "dvd_subtitle", "dvb_subtitle", "hdmv_text_subtitle",
})  # fmt: skip


@dataclass(frozen=True)
class Wanted:
    """What to make of a source. Codecs are `copy`, `none`, or a key of the encoder tables."""

    container: str
    video: str
    audio: str
    crf: int = 21
    speed: str = "medium"
    max_height: int = 0
    audio_kbps: int = 160
    subtitles: bool = True

    @property
    def encodes(self) -> bool:
        """Whether anything is encoded; otherwise all is copied."""
        return self.video in VIDEO_ENCODERS or self.audio in AUDIO_ENCODERS


@dataclass(frozen=True)
class Kept:
    """A stream that is kept. `encoder` is ffmpeg's name of it, or `copy`."""

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


def selected(info: MediaInfo, wanted: Wanted) -> Selection:
    """What of a source is kept. Data and attachments never are: MP4 has no place for them."""
    films = _films(info, wanted)
    sounds = _sounds(info, wanted)
    subtitles = _subtitles(info, wanted) if films else ()
    covers = _covers(info, wanted)
    return Selection(
        kept=(*films, *sounds, *subtitles, *covers),
        left_out=_left_out(info, wanted, len(films), len(sounds), subtitles),
    )


def _films(info: MediaInfo, wanted: Wanted) -> tuple[Kept, ...]:
    if wanted.video == "none" or info.video is None:
        return ()
    return (Kept(info.video, VIDEO_ENCODERS.get(wanted.video, "copy")),)


def _sounds(info: MediaInfo, wanted: Wanted) -> tuple[Kept, ...]:
    if wanted.audio == "none":
        return ()
    found = info.of_kind("audio")
    if wanted.container == "mp3":
        found = tuple(each for each in found if each.is_default)[:1] or found[:1]
    return tuple(Kept(each, AUDIO_ENCODERS.get(wanted.audio, "copy")) for each in found)


def _subtitles(info: MediaInfo, wanted: Wanted) -> tuple[Kept, ...]:
    found = info.of_kind("subtitle") if wanted.subtitles else ()
    match wanted.container:
        case "mp4":
            fit = (each for each in found if each.codec in _TEXT_SUBTITLES)
            return tuple(Kept(each, "copy" if each.codec == "mov_text" else "mov_text") for each in fit)
        case "mkv":
            fit = (each for each in found if each.codec in _IN_MATROSKA | _TEXT_SUBTITLES)
            return tuple(Kept(each, "copy" if each.codec in _IN_MATROSKA else "subrip") for each in fit)
        case _:
            return ()


def _covers(info: MediaInfo, wanted: Wanted) -> tuple[Kept, ...]:
    if wanted.container not in _HOLDS_COVERS:
        return ()
    return tuple(Kept(each, "copy") for each in info.of_kind("cover") if each.codec in COVERS)[:1]


def _left_out(
    info: MediaInfo, wanted: Wanted, films: int, sounds: int, subtitles: tuple[Kept, ...]
) -> tuple[Warn, ...]:
    name = wanted.container.upper()
    warnings: list[Warn] = []
    if films and (others := len(info.of_kind("video")) - films):
        warnings.append(Warn("tracks_left_out", f"{_tracks(others, 'picture')} left out: only the first is kept."))
    if sounds and (others := len(info.of_kind("audio")) - sounds):
        warnings.append(Warn("tracks_left_out", f"{_tracks(others, 'sound')} left out: {name} holds only one."))
    if films and wanted.subtitles:
        kept = {each.stream.index for each in subtitles}
        lost = [each.codec or "an unknown codec" for each in info.of_kind("subtitle") if each.index not in kept]
        if lost:
            what = f"{_tracks(len(lost), 'subtitle')} left out: {name} has no place for {_list(lost)}."
            warnings.append(Warn("subtitles_left_out", what))
    return tuple(warnings)


def _tracks(count: int, kind: str) -> str:
    return f"One {kind} track was" if count == 1 else f"{count} {kind} tracks were"


def _list(codecs: list[str]) -> str:
    return ", ".join(dict.fromkeys(codecs))
