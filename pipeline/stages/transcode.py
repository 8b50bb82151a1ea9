"""Encodes one source into one scratch file, copying the streams that are kept as they are."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from pipeline.media.command import command, output, source_input
from pipeline.model.problem import PipelineError, Warn, no_stream, source_damaged
from pipeline.model.source import MediaInfo, MediaStream, Source
from pipeline.model.stage import Outcome, Run, StepFailed, Talk
from pipeline.stages import expect
from pipeline.stages.geometry import colour_tags, picture

# Codec names as ffmpeg's encoders have them.
VIDEO_ENCODERS = {"h264": "libx264", "hevc": "libx265"}
AUDIO_ENCODERS = {"aac": "aac", "mp3": "libmp3lame"}

# A fragmented file is readable while it grows and survives a kill; it is remuxed into a plain one afterwards.
# Without delay_moov the encoder delay is not known yet when the header is written, and sound is 57 ms early.
CRASH_SAFE_MP4 = {"movflags": "+hybrid_fragmented+delay_moov", "flush_packets": 1}

DAMAGE_SHORTER_S = 0.5
DAMAGE_SHORTER = 0.01


@dataclass(frozen=True)
class Wanted:
    """What to make of a source. Codecs are `copy`, `none`, or a key of the encoder tables."""

    video: str
    audio: str
    crf: int = 21
    speed: str = "medium"
    max_height: int = 0
    audio_kbps: int = 160
    subtitle_codec: str = ""

    @property
    def encodes_video(self) -> bool:
        """Whether pictures are encoded, not copied or left out."""
        return self.video in VIDEO_ENCODERS

    @property
    def encodes_audio(self) -> bool:
        """Whether sound is encoded, not copied or left out."""
        return self.audio in AUDIO_ENCODERS


def encoded(source: Source, info: MediaInfo, wanted: Wanted, target: str, **muxing: Any) -> Talk[Outcome]:
    """Encodes or copies into scratch file `target`, and returns the Outcome, for the check that follows.

    Raises:
        PipelineError: no stream would be left, or nothing of the source could be decoded.
    """
    streams, options = _mapped(source_input(source), source, info, wanted)
    step = Run(
        command(
            output(streams, target, map_metadata=0, map_chapters=0, **options, **muxing),
            expect_s=expect.seconds(info),
            expect_frames=expect.frames(info) if wanted.video != "none" else 0,
        ),
        makes=(target,),
        label="Encode" if wanted.encodes_video or wanted.encodes_audio else "Copy",
        reads=(source.file,) if source.is_scratch else (),
    )
    outcome: Outcome = yield step
    if outcome.complaints and not _reached(outcome):
        first = outcome.complaints[0]
        raise PipelineError(source_damaged(source.path, first[0], "\n".join(text for _, text in outcome.complaints)))
    return outcome


def damage(source: Source, info: MediaInfo, outcome: Outcome) -> Talk[tuple[Warn, ...]]:
    """Says where the source is damaged, as Warns. Looks closer only where the encode complained.

    A cut-off source ends early without a complaint from its index: then the missing end is the place.
    """
    warnings: list[Warn] = []
    if outcome.complaints:
        at_s = yield from _first_fault(source, info, outcome.complaints[0][0])
        warnings.append(
            Warn("source_damaged", f"The source is damaged at {_clock(at_s)}; look at the result there.", at_s)
        )
    reached_s = _reached(outcome)
    whole_s = expect.seconds(info)
    if whole_s and whole_s - reached_s > max(DAMAGE_SHORTER_S, DAMAGE_SHORTER * whole_s):
        text = (
            f"The source ends at {_clock(reached_s)}, though it says it is {_clock(whole_s)} long; so does the result."
        )
        warnings.append(Warn("source_cut_off", text, reached_s))
    return tuple(warnings)


def _first_fault(source: Source, info: MediaInfo, near_s: float) -> Talk[float]:
    """Decodes up to the first fault; the encode's own complaint is off by the encoder's lookahead."""
    stream = info.video or info.audio
    assert stream is not None
    strict = source_input(source, err_detect="explode")
    check = output([strict[str(stream.index)]], "-", format="null")
    look = command(check, expect_s=expect.seconds(info), stops_at_error=True)
    try:
        outcome: Outcome = yield Run(look, label="Find the damage")
    except StepFailed as failed:
        outcome = failed.outcome
    return _reached(outcome) or near_s


def _mapped(entry: Any, source: Source, info: MediaInfo, wanted: Wanted) -> tuple[list[Any], dict[str, Any]]:
    streams: list[Any] = []
    options: dict[str, Any] = {}
    if wanted.video != "none" and (video := info.video) is not None:
        stream = entry[str(video.index)]
        streams.append(picture(stream, video, wanted.max_height) if wanted.encodes_video else stream)
        options |= _video_options(video, wanted)
    if wanted.audio != "none":
        for number, audio in enumerate(info.of_kind("audio")):
            streams.append(entry[str(audio.index)])
            options |= _audio_options(number, audio, wanted)
    if not streams:
        raise PipelineError(no_stream(source.path, _wish(wanted)))
    if wanted.subtitle_codec and info.video is not None:
        texts = [each for each in info.of_kind("subtitle") if each.codec in TEXT_SUBTITLES]
        streams += [entry[str(each.index)] for each in texts]
        options |= {"c:s": wanted.subtitle_codec} if texts else {}
    return streams, options


TEXT_SUBTITLES = ("subrip", "ass", "ssa", "webvtt", "mov_text", "text")


def _video_options(video: MediaStream, wanted: Wanted) -> dict[str, Any]:
    if wanted.video == "copy":
        return {"c:v": "copy", **_brand(video.codec)}
    return {
        "c:v": VIDEO_ENCODERS[wanted.video],
        "crf": wanted.crf,
        "preset": wanted.speed,
        **_brand(wanted.video),
        **colour_tags(video),
    }


def _audio_options(number: int, audio: MediaStream, wanted: Wanted) -> dict[str, Any]:
    if wanted.audio == "copy":
        return {f"c:a:{number}": "copy"}
    per_stereo = wanted.audio_kbps * max(1.0, audio.channels / 2)
    return {f"c:a:{number}": AUDIO_ENCODERS[wanted.audio], f"b:a:{number}": f"{min(per_stereo, 1024):.0f}k"}


def _brand(codec: str) -> dict[str, str]:
    # Apple's players take HEVC only under this tag.
    return {"tag:v": "hvc1"} if codec == "hevc" else {}


def _wish(wanted: Wanted) -> str:
    kinds = [kind for kind, codec in (("video", wanted.video), ("audio", wanted.audio)) if codec != "none"]
    return " or ".join(kinds) + " stream"


def _reached(outcome: Outcome) -> float:
    return outcome.last_tick.out_time_s if outcome.last_tick else 0.0


def _clock(seconds: float) -> str:
    minutes, rest = divmod(int(seconds), 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours}:{minutes:02d}:{rest:02d}" if hours else f"{minutes}:{rest:02d}"
