"""Brings sound to its time, its channels and its rate: the filters that stand before its encoder."""

from __future__ import annotations

from pipeline.model.source import MediaInfo, MediaStream
from pipeline.stages.choices.sound import SoundChoices

# Of some Ogg films ffmpeg 9.0.2 reads sound whose times jump back with every page, takes each jump for a new
# beginning of all, and makes minutes of seconds. The sound in Ogg is without holes: its samples say when they are. And
# what is read by itself does not disturb the pictures.
_BY_SAMPLES = "asetpts=N/SR/TB"

# Holes in the sound become silence; otherwise what follows would come too early.
_ON_TIME = "aresample=async=1"
# Sound alone begins when its film did: what begins later gets silence before it. Most files of sound know no time.
_FROM_ZERO = ":first_pts=0"

# ffmpeg's own coefficients: the centre and the surrounds 3 dB lower on both sides, the deep effects (LFE) left out, as
# players do. All of it as much quieter as it takes so that loud passages of all channels at once are never cut off.
_MIXED_DOWN = ":ochl={layout}:rematrix_maxval=1"

# What the channels of a layout that encoders have no place for, or of none at all, are taken for, by their number.
_LAYOUTS = {3: "3.0", 4: "quad", 5: "5.0", 6: "5.1", 7: "6.1", 8: "7.1"}
_MOST = 8

# LAME has no others; of higher ones players of lossy sound have none.
_MP3_RATES = (8000, 11025, 12000, 16000, 22050, 24000, 32000, 44100, 48000)
_AAC_RATES = (7350, *_MP3_RATES)
_CD = 11025


def mixed(sound: MediaStream, encoder: str, choices: SoundChoices, info: MediaInfo) -> list[str]:
    """The filters that bring decoded sound to its time and to the channels of the result."""
    by_samples = [_BY_SAMPLES] if info.container == "ogg" else []
    from_zero = _FROM_ZERO if choices.video == "none" else ""
    channels = channels_of(sound, encoder, choices)
    down = _MIXED_DOWN.format(layout=("mono", "stereo")[channels - 1]) if channels <= 2 < sound.channels else ""
    if channels == 1 and sound.channels == 2:
        down = _MIXED_DOWN.format(layout="mono")
    return [*by_samples, f"{_ON_TIME}{from_zero}{down}"]


def shaped(sound: MediaStream, encoder: str, choices: SoundChoices) -> list[str]:
    """The last filter, where an encoder would refuse the layout or the rate that the source has."""
    parts = []
    channels = channels_of(sound, encoder, choices)
    if channels in _LAYOUTS and (encoder in ("libopus", "flac") or sound.channels > _MOST):
        parts.append(f"channel_layouts={_LAYOUTS[channels]}")
    if (rate := rate_of(sound, encoder, choices)) and rate != sound.sample_rate_hz:
        parts.append(f"sample_rates={rate}")
    return [f"aformat={':'.join(parts)}"] if parts else []


def channels_of(sound: MediaStream, encoder: str, choices: SoundChoices) -> int:
    """How many channels the result has."""
    most = 2 if encoder == "libmp3lame" else _MOST
    asked = {"keep": most, "stereo": 2, "mono": 1}[choices.channels]
    return max(1, min(sound.channels, asked, most))


def rate_of(sound: MediaStream, encoder: str, choices: SoundChoices) -> int:
    """How many samples a second the result has; 0 where the source does not say how many it has."""
    if encoder == "libopus":
        return 48000
    rate = sound.sample_rate_hz if choices.sample_rate == "keep" else int(choices.sample_rate)
    fit = {"aac": _AAC_RATES, "libmp3lame": _MP3_RATES}.get(encoder)
    if not rate or fit is None or rate in fit:
        return rate
    if rate > fit[-1]:
        return 44100 if rate % _CD == 0 else 48000
    return next(each for each in fit if each > rate)
