"""Encodes one source into one scratch file, copying the streams that are kept as they are."""

from __future__ import annotations

from typing import Any

from pipeline.media.command import command, output, source_input
from pipeline.model.problem import PipelineError, Problem, bad_option, no_stream, no_times, source_damaged
from pipeline.model.source import MediaInfo, MediaStream, Source
from pipeline.model.stage import Outcome, Run, Talk
from pipeline.stages import expect
from pipeline.stages.geometry import picture
from pipeline.stages.selection import Kept, Selection, Wanted

# A fragmented file is readable while it grows and survives a kill; it is remuxed into a plain one afterwards.
# Without delay_moov the encoder delay is not known yet when the header is written, and sound is 57 ms early.
CRASH_SAFE_MP4 = {"movflags": "+hybrid_fragmented+delay_moov", "flush_packets": 1}

_MP3_CHANNELS = 2
_MP3_KBPS = 320
_AAC_KBPS = 1024


def encoded(
    source: Source, info: MediaInfo, selection: Selection, wanted: Wanted, target: str, **muxing: Any
) -> Talk[Outcome]:
    """Encodes or copies into scratch file `target`, and returns the Outcome, for the check that follows.

    Raises:
        PipelineError: no stream would be left, nothing could be decoded, or pictures cannot be copied.
    """
    if selection.is_empty:
        raise PipelineError(_nothing_left(source, wanted))
    entry, sounds = _entries(source, info, selection)
    streams: list[Any] = []
    options: dict[str, Any] = {}
    counts: dict[str, int] = {}
    for kept in selection.kept:
        letter = _LETTERS[kept.kind]
        number = counts[letter] = counts.get(letter, -1) + 1
        stream = (sounds if kept.kind == "audio" else entry)[str(kept.stream.index)]
        is_film = kept.kind == "video" and kept.is_encoded
        streams.append(picture(stream, kept.stream, wanted.max_height) if is_film else stream)
        options |= _options(kept, f"{letter}:{number}", wanted, info)
    step = Run(
        command(
            output(streams, target, map_metadata=_tags(info), map_chapters=0, **options, **muxing),
            expect_s=expect.seconds(info),
            expect_frames=expect.frames(info) if selection.has_video else 0,
        ),
        makes=(target,),
        label="Encode" if wanted.encodes else "Copy",
        reads=(source.file,) if source.is_scratch else (),
    )
    outcome: Outcome = yield step
    if _came_to_nothing(outcome, selection):
        if not outcome.complaints:
            raise PipelineError(_nothing_left(source, wanted))
        said = "\n".join(text for _, text in outcome.complaints)
        raise PipelineError(source_damaged(source.path, outcome.complaints[0][0], said))
    if any(_MADE_UP_TIMES in line for line in outcome.lines):
        raise PipelineError(no_times(source.path))
    return outcome


def _came_to_nothing(outcome: Outcome, selection: Selection) -> bool:
    tick = outcome.last_tick
    # Beside sound alone, the one frame is its cover.
    return tick is not None and not tick.out_time_s and not (selection.has_video and tick.frame)


_LETTERS = {"video": "v", "cover": "v", "audio": "a", "subtitle": "s"}

# Holes in the sound become silence; otherwise what follows would come too early. MP3 knows no time at all, so there
# sound that begins later than the film does gets silence before it, and chapters fit.
_ON_TIME = "aresample=async=1"
_ON_TIME_MP3 = "aresample=async=1:first_pts=0"

# Of some Ogg films ffmpeg 9.0.2 reads sound whose times jump back with every page, takes each jump for a new
# beginning of all, and makes minutes of seconds. The sound in Ogg is without holes: its samples say when they are. And
# what is read by itself does not disturb the pictures.
_BY_SAMPLES = "asetpts=N/SR/TB,"


def _entries(source: Source, info: MediaInfo, selection: Selection) -> tuple[Any, Any]:
    """Where pictures and where sound are read from."""
    if info.container == "ogg" and selection.has_video:
        return source_input(source, an=None), source_input(source, vn=None)
    entry = source_input(source)
    return entry, entry


def _timed(wanted: Wanted, info: MediaInfo) -> str:
    by_samples = _BY_SAMPLES if info.container == "ogg" else ""
    return by_samples + (_ON_TIME_MP3 if wanted.container == "mp3" else _ON_TIME)


# AVI and bare streams do not say when a picture is shown. Where pictures are stored in another order than they are
# shown in, the muxer that copies them counts on in the wrong order, says this line, and ends well:
#
#   [mp4 @ 0x55a8adccd500] [warning] pts has no value
_MADE_UP_TIMES = "pts has no value"


def _options(kept: Kept, place: str, wanted: Wanted, info: MediaInfo) -> dict[str, Any]:
    match kept.kind:
        case "video" if kept.is_encoded:
            return {
                f"c:{place}": kept.encoder,
                "crf": wanted.crf,
                "preset": wanted.speed,
                # Every frame at its own time: a frame rate that varies stays so, and none is dropped or doubled.
                f"fps_mode:{place}": "passthrough",
                f"enc_time_base:{place}": "demux",
                **_brand(wanted.video, place),
                **_language(kept.stream, place),
            }
        case "video":
            return {f"c:{place}": "copy", **_brand(kept.stream.codec, place)}
        case "audio" if kept.is_encoded:
            return {
                f"c:{place}": kept.encoder,
                f"b:{place}": f"{_kbps(kept, wanted)}k",
                f"filter:{place}": _timed(wanted, info),
            }
        case "cover":
            return {f"c:{place}": "copy", f"disposition:{place}": "attached_pic"}
        case _:
            return {f"c:{place}": kept.encoder}


def _kbps(kept: Kept, wanted: Wanted) -> int:
    channels = kept.stream.channels
    if kept.encoder == "libmp3lame":
        return round(min(_kbps_for(min(channels, _MP3_CHANNELS), wanted), _MP3_KBPS))
    return round(min(_kbps_for(channels, wanted), _AAC_KBPS))


def _kbps_for(channels: int, wanted: Wanted) -> float:
    return wanted.audio_kbps * max(1.0, channels / 2)


def _brand(codec: str, place: str) -> dict[str, str]:
    # Apple's players take HEVC only under this tag.
    return {f"tag:{place}": "hvc1"} if codec == "hevc" else {}


def _language(stream: MediaStream, place: str) -> dict[str, str]:
    # What goes through filters leaves its tags behind.
    return {f"metadata:s:{place}": f"language={stream.language}"} if stream.language else {}


def _tags(info: MediaInfo) -> int | str:
    """Where the tags of the whole are: Ogg has them at its stream."""
    return f"0:s:{info.audio.index}" if info.container == "ogg" and info.audio else 0


def _nothing_left(source: Source, wanted: Wanted) -> Problem:
    kinds = [kind for kind, codec in (("video", wanted.video), ("audio", wanted.audio)) if codec != "none"]
    if not kinds:
        return bad_option("audio", "With it and the other options, neither pictures nor sound would be left")
    return no_stream(source.path, f"{' or '.join(kinds)} stream")
