"""How sound is encoded: codec, bit rate, channels, loudness, and every sample at its time."""

from __future__ import annotations

from typing import Any

from pipeline.model.source import MediaInfo
from pipeline.stages.choices.sound import SoundChoices
from pipeline.stages.loudness import Loudness
from pipeline.stages.selection import Kept

_MP3_CHANNELS = 2
_MP3_KBPS = 320
_AAC_KBPS = 1024

# Holes in the sound become silence; otherwise what follows would come too early. MP3 knows no time at all, so there
# sound that begins later than the film does gets silence before it, and chapters fit.
_ON_TIME = "aresample=async=1"
_ON_TIME_MP3 = "aresample=async=1:first_pts=0"

# Of some Ogg films ffmpeg 9.0.2 reads sound whose times jump back with every page, takes each jump for a new
# beginning of all, and makes minutes of seconds. The sound in Ogg is without holes: its samples say when they are. And
# what is read by itself does not disturb the pictures.
_BY_SAMPLES = "asetpts=N/SR/TB,"


def audio_options(
    kept: Kept, choices: SoundChoices, place: str, info: MediaInfo, loudness: Loudness | None
) -> dict[str, Any]:
    """The output options of one encoded sound stream, `place` being its specifier: `a:0`."""
    return {
        f"c:{place}": kept.encoder,
        f"b:{place}": f"{_kbps(kept, choices)}k",
        f"filter:{place}": _timed(choices, info),
    }


def _timed(choices: SoundChoices, info: MediaInfo) -> str:
    by_samples = _BY_SAMPLES if info.container == "ogg" else ""
    return by_samples + (_ON_TIME_MP3 if choices.container == "mp3" else _ON_TIME)


def _kbps(kept: Kept, choices: SoundChoices) -> int:
    channels = kept.stream.channels
    if kept.encoder == "libmp3lame":
        return round(min(_kbps_for(min(channels, _MP3_CHANNELS), choices), _MP3_KBPS))
    return round(min(_kbps_for(channels, choices), _AAC_KBPS))


def _kbps_for(channels: int, choices: SoundChoices) -> float:
    return choices.audio_kbps * max(1.0, channels / 2)
