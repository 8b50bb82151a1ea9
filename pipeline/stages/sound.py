"""How sound is encoded: codec, bit rate, depth, channels, loudness, and every sample at its time."""

from __future__ import annotations

from typing import Any

from pipeline.model.source import MediaInfo
from pipeline.stages.choices.sound import SoundChoices
from pipeline.stages.loudness import Loudness, levelled
from pipeline.stages.mixing import channels_of, mixed, rate_of, shaped
from pipeline.stages.selection import Kept, is_deep

# One channel needs more than half of what two do, which have much in common.
_MONO = 0.6
_OPUS_KBPS = 256
_AAC_KBPS = 1024
_MP3_KBPS = ((32000, 320), (16000, 160), (0, 64))
# An AAC frame of 1024 samples has at most 6144 bits a channel.
_AAC_BITS_A_SAMPLE = 6


def audio_options(
    kept: Kept, choices: SoundChoices, place: str, info: MediaInfo, loudness: Loudness | None
) -> dict[str, Any]:
    """The output options of one encoded sound stream, `place` being its specifier: `a:0`."""
    sound, encoder = kept.stream, kept.encoder
    rate = rate_of(sound, encoder, choices)
    filters = [
        *mixed(sound, encoder, choices, info),
        *(levelled(loudness, choices, rate) if loudness else ()),
        *shaped(sound, encoder, choices),
    ]
    return {f"c:{place}": encoder, **_precision(kept, choices, place), f"filter:{place}": ",".join(filters)}


def _precision(kept: Kept, choices: SoundChoices, place: str) -> dict[str, Any]:
    """The bit rate, or the bits of a sample where nothing is thrown away."""
    match kept.encoder:
        case "flac" if is_deep(kept.stream):
            return {f"sample_fmt:{place}": "s32", f"bits_per_raw_sample:{place}": 24}
        case "flac":
            return {f"sample_fmt:{place}": "s16"}
        case "pcm_s16le" | "pcm_s24le":
            return {}
        case _:
            return {f"b:{place}": f"{kbps_of(kept, choices)}k"}


def kbps_of(kept: Kept, choices: SoundChoices) -> int:
    """The bit rate of lossy sound: what was chosen for two channels, by their number, within what the codec has."""
    channels = channels_of(kept.stream, kept.encoder, choices)
    rate = rate_of(kept.stream, kept.encoder, choices) or 48000
    wanted = choices.audio_kbps * (_MONO if channels == 1 else channels / 2)
    match kept.encoder:
        case "libmp3lame":
            most = next(kbps for least, kbps in _MP3_KBPS if rate >= least)
        case "libopus":
            most = _OPUS_KBPS * channels
        case _:
            most = min(_AAC_KBPS, _AAC_BITS_A_SAMPLE * channels * rate // 1000)
    return max(8, round(min(wanted, most)))
