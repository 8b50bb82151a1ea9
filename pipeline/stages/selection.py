"""Which streams of a source a result keeps, in which order and how, and what has to be left out."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from pipeline.model.problem import Warn
from pipeline.model.source import MediaInfo, MediaStream, StreamKind
from pipeline.stages.choices.output import OutputChoices
from pipeline.stages.containers import Container, container_of
from pipeline.stages.languages import asked_for, in_order

# Codec names as ffmpeg's encoders have them.
AUDIO_ENCODERS = {"aac": "aac", "opus": "libopus", "mp3": "libmp3lame", "flac": "flac", "pcm": "pcm_s16le"}
DEEP_PCM = "pcm_s24le"

COVERS = ("mjpeg", "png")
TEXT_SUBTITLES = frozenset({
    "subrip", "ass", "ssa", "webvtt", "mov_text", "text", "subviewer", "subviewer1", "microdvd", "mpl2", "sami",
    "realtext", "jacosub", "vplayer", "stl", "pjs",
})  # fmt: skip
# What stays exact when it is decoded; of the rest, the depth of what comes out says nothing.
_LOSSLESS = ("flac", "alac", "wavpack", "tta", "ape", "truehd", "mlp", "shorten", "tak")
_FONTS = ("ttf", "otf", "font", "truetype", "opentype")


FROM_ZERO = {"seek_timestamp": 1}
"""How a file of subtitles alone is read: ffmpeg would take the time of its first line for its beginning."""


@dataclass(frozen=True)
class Kept:
    """A stream that is kept. `encoder` is ffmpeg's name of it, for pictures the codec's, or `copy`.

    `file` is the scratch file it is the first stream of, where it does not come from the source itself. `is_default`
    is what the result says of it, None where that is what the source says.
    """

    stream: MediaStream
    encoder: str
    file: str = ""
    is_default: bool | None = None

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
    """The streams of a result in the order they have there: picture, sound, subtitles, attachments, cover."""

    kept: tuple[Kept, ...]
    left_out: tuple[Warn, ...] = ()

    def of_kind(self, *kinds: StreamKind) -> tuple[Kept, ...]:
        """Those of some kinds, in order."""
        return tuple(each for each in self.kept if each.kind in kinds)

    def without_covers(self) -> Selection:
        """The same without covers, which stand last."""
        return replace(self, kept=tuple(each for each in self.kept if each.kind != "cover"))

    def besides(self, left_out: Sequence[Warn]) -> Selection:
        """The same, when more had to be left out."""
        return replace(self, left_out=(*self.left_out, *left_out))

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

    @property
    def files(self) -> tuple[str, ...]:
        """The scratch files some of them are read from."""
        return tuple(each.file for each in self.kept if each.file)


def selected(info: MediaInfo, choices: OutputChoices, beside: Sequence[Kept] = ()) -> Selection:
    """What of a source, and of subtitle files beside it, is kept. Data never is."""
    container = container_of(choices)
    films = _films(info, choices)
    wanted = _wanted_sounds(info, choices)
    sounds = _sounds(info, choices, wanted[: container.sounds])
    subtitles = _subtitles(info, choices, container, beside) if films else ()
    attachments = _attachments(info, choices, container)
    covers = _covers(info, choices, container)
    kept = (*films, *sounds, *subtitles, *attachments, *covers)
    return Selection(kept, _left_out(info, choices, container, kept, len(wanted), beside))


def _films(info: MediaInfo, choices: OutputChoices) -> tuple[Kept, ...]:
    if choices.video == "none" or info.video is None:
        return ()
    return (Kept(info.video, "copy" if choices.video == "copy" else choices.video),)


def _wanted_sounds(info: MediaInfo, choices: OutputChoices) -> tuple[MediaStream, ...]:
    """The tracks that are asked for, the one marked as default first where only one can be kept."""
    container = container_of(choices)
    if choices.audio == "none" or not container.sounds:
        return ()
    found = in_order(info.of_kind("audio"), choices.audio_languages, _language_of) or _instead(info)
    is_ordered = bool(choices.audio_languages)
    if not is_ordered and (container.sounds == 1 or choices.audio_tracks == "first"):
        found = tuple(sorted(found, key=lambda each: not each.is_default))
    return found[:1] if choices.audio_tracks == "first" else found


def _instead(info: MediaInfo) -> tuple[MediaStream, ...]:
    """What is kept where no track is in a language that was asked for: a film without its sound is no use.

    Those of no language may well be in it; else it is the one that players take.
    """
    found = info.of_kind("audio")
    unnamed = tuple(each for each in found if not each.language)
    return unnamed or tuple(sorted(found, key=lambda each: not each.is_default))[:1]


def _sounds(info: MediaInfo, choices: OutputChoices, wanted: Sequence[MediaStream]) -> tuple[Kept, ...]:
    # In an order that somebody asked for, the first is what players are to take.
    marks = choices.audio_languages != ""
    return tuple(
        Kept(each, _audio_encoder(each, info, choices), is_default=at == 0 if marks else None)
        for at, each in enumerate(wanted)
    )


def _audio_encoder(stream: MediaStream, info: MediaInfo, choices: OutputChoices) -> str:
    if choices.audio == "copy" or (choices.audio_copy_fitting and _fits(stream, info, choices)):
        return "copy"
    return DEEP_PCM if choices.audio == "pcm" and is_deep(stream) else AUDIO_ENCODERS[choices.audio]


def _fits(stream: MediaStream, info: MediaInfo, choices: OutputChoices) -> bool:
    """Whether sound is already what it would be made to be, so that encoding it again would only harm it."""
    is_codec = stream.codec.startswith("pcm_") if choices.audio == "pcm" else stream.codec == choices.audio
    held = container_of(choices).audio
    return (
        is_codec
        and (held is None or stream.codec in held)
        and choices.loudness is None
        and (choices.channels == "keep" or stream.channels <= (2 if choices.channels == "stereo" else 1))
        and choices.sample_rate in ("keep", str(stream.sample_rate_hz))
        and not (choices.start or choices.end)
        # What Ogg says of times is too often wrong for its packets to be taken as they are.
        and info.container != "ogg"
    )


def is_deep(stream: MediaStream) -> bool:
    """Whether its samples have more than 16 bits that mean something. Where nobody looked, they may have."""
    if stream.codec.startswith("pcm_"):
        return any(bits in stream.codec for bits in ("24", "32", "64"))
    return stream.codec in _LOSSLESS and stream.bit_depth not in (8, 16)


def _subtitles(
    info: MediaInfo, choices: OutputChoices, container: Container, beside: Sequence[Kept]
) -> tuple[Kept, ...]:
    if choices.subtitles in ("none", "burn") or not container.text:
        return ()
    found = _wanted_subtitles(info, choices, beside)
    marks = choices.subtitle_languages != ""
    return tuple(
        replace(
            each,
            encoder=_subtitle_encoder(each.stream.codec, choices, container),
            is_default=False if marks or each.file else None,
        )
        for each in found
        if each.stream.codec in container.subtitles | TEXT_SUBTITLES
    )


def _wanted_subtitles(info: MediaInfo, choices: OutputChoices, beside: Sequence[Kept]) -> tuple[Kept, ...]:
    every = (*(Kept(each, "copy") for each in info.of_kind("subtitle")), *beside)
    return in_order(every, choices.subtitle_languages, lambda kept: kept.stream.language)


def _subtitle_encoder(codec: str, choices: OutputChoices, container: Container) -> str:
    if choices.subtitles == "convert" and codec in TEXT_SUBTITLES and codec != container.text:
        return container.text
    return "copy" if codec in container.subtitles else container.text


def _attachments(info: MediaInfo, choices: OutputChoices, container: Container) -> tuple[Kept, ...]:
    if not choices.attachments or not container.attachments:
        return ()
    return tuple(Kept(each, "copy") for each in info.of_kind("attachment"))


def _covers(info: MediaInfo, choices: OutputChoices, container: Container) -> tuple[Kept, ...]:
    if not choices.covers or not container.covers:
        return ()
    found = sorted(info.of_kind("cover"), key=lambda each: each.codec not in COVERS)
    # Players show JPEG and PNG; what else covers are in is made into PNG.
    return tuple(Kept(each, "copy" if each.codec in COVERS else "png") for each in found if each.codec)[:1]


def _left_out(
    info: MediaInfo, choices: OutputChoices, container: Container, kept: Sequence[Kept], sounds: int,
    beside: Sequence[Kept],
) -> tuple[Warn, ...]:  # fmt: skip
    """What a person has not chosen to leave out, and is left out all the same."""
    has_film = any(each.kind == "video" for each in kept)
    warnings: list[Warn] = []
    if has_film and (others := len(info.of_kind("video")) - 1):
        warnings.append(Warn("tracks_left_out", f"{_tracks(others, 'picture')} left out: only the first is kept."))
    if container.sounds and (others := sounds - container.sounds) > 0:
        text = f"{_tracks(others, 'sound')} left out: {container.label} holds only one."
        warnings.append(Warn("tracks_left_out", text))
    if (
        sounds
        and choices.audio_languages
        and not in_order(info.of_kind("audio"), choices.audio_languages, _language_of)
    ):
        asked = ", ".join(asked_for(choices.audio_languages))
        text = f"No sound is in {asked}; what is kept is in {_languages(kept)}."
        warnings.append(Warn("language_missing", text))
    if has_film and choices.subtitles in ("keep", "convert"):
        placed = {(each.file, each.stream.index) for each in kept}
        wanted = _wanted_subtitles(info, choices, beside)
        lost = [
            each.stream.codec or "an unknown codec" for each in wanted if (each.file, each.stream.index) not in placed
        ]
        if lost:
            what = f"{_tracks(len(lost), 'subtitle')} left out: {container.label} has no place for {_list(lost)}."
            warnings.append(Warn("subtitles_left_out", what))
    return (*warnings, *_attached_left_out(info, choices, container, kept))


def _attached_left_out(
    info: MediaInfo, choices: OutputChoices, container: Container, kept: Sequence[Kept]
) -> tuple[Warn, ...]:
    warnings: list[Warn] = []
    # A cover that players of pictures do not show is not missed in a GIF or on a sheet.
    is_missed = choices.covers and container.sounds and info.of_kind("cover")
    if is_missed and not any(each.kind == "cover" for each in kept):
        warnings.append(Warn("cover_left_out", f"The cover was left out: {container.label} has no place for it."))
    # Fonts serve styled subtitles, which nothing but an MKV has.
    lost = [each for each in info.of_kind("attachment") if not any(word in each.codec for word in _FONTS)]
    if choices.attachments and lost and not container.attachments:
        what = "One attached file was" if len(lost) == 1 else f"{len(lost)} attached files were"
        warnings.append(Warn("attachments_left_out", f"{what} left out: {container.label} has no place for them."))
    if choices.chapters and info.chapters and not container.chapters and container.sounds:
        warnings.append(Warn("chapters_left_out", f"Chapters were left out: {container.label} has no place for them."))
    return tuple(warnings)


def _language_of(stream: MediaStream) -> str:
    return stream.language


def _languages(kept: Sequence[Kept]) -> str:
    named = dict.fromkeys(each.stream.language or "no named language" for each in kept if each.kind == "audio")
    return ", ".join(named)


def _tracks(count: int, kind: str) -> str:
    return f"One {kind} track was" if count == 1 else f"{count} {kind} tracks were"


def _list(codecs: list[str]) -> str:
    return ", ".join(dict.fromkeys(codecs))
