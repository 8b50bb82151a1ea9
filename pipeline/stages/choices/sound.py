"""What can be chosen about sound."""

from __future__ import annotations

from typing import Annotated, ClassVar, Literal

from pipeline.model.option import option, within
from pipeline.stages.choices.video import VideoChoices


class SoundChoices(VideoChoices, frozen=True):
    """Codec, tracks, channels and loudness of sound."""

    group: ClassVar[str] = "Sound"

    audio: Annotated[
        Literal["aac", "opus", "mp3", "flac", "pcm", "copy", "none"],
        option(
            "Audio codec",
            "How sound is encoded; copy keeps it as it is, none leaves it out.",
            choices={
                "aac": "AAC", "opus": "Opus", "mp3": "MP3", "flac": "FLAC", "pcm": "PCM (as in WAV)", "copy": "Copy",
                "none": "None",
            },
        ),
    ] = "aac"  # fmt: skip
    audio_kbps: Annotated[
        int, option("Audio bit rate", "For two channels; more get more, one gets less.", ge=16, le=512, unit="kb/s")
    ] = 160
    audio_copy_fitting: Annotated[
        bool, option("Copy what fits", "Sound that is in this codec already is copied instead of encoded again.")
    ] = False
    audio_languages: Annotated[
        str,
        option("Audio languages", "Keeps only these, in this order, as eng,deu; und is unnamed; empty keeps all."),
    ] = ""
    audio_tracks: Annotated[
        Literal["all", "first"],
        option("Audio tracks", "How many of them are kept.", choices={"all": "All", "first": "The first"}),
    ] = "all"
    channels: Annotated[
        Literal["keep", "stereo", "mono"],
        option("Channels", "Surround sound can be mixed down, without its deep effects (LFE).",
               choices={"keep": "As they are", "stereo": "Stereo", "mono": "Mono"}),
    ] = "keep"  # fmt: skip
    sample_rate: Annotated[
        Literal["keep", "44100", "48000"],
        option("Sample rate", "How often a second sound is measured.",
               choices={"keep": "As it is", "44100": "44.1 kHz", "48000": "48 kHz"}, expert=True),
    ] = "keep"  # fmt: skip
    loudness: Annotated[
        Annotated[float, within(-40, -5)] | None,
        option("Loudness", "Measured first, then brought to this; empty leaves it as it is.",
               unit="LUFS"),
    ] = None  # fmt: skip
    true_peak: Annotated[
        float, option("Largest true peak", "What loudness never goes beyond.", ge=-9, le=0, unit="dBTP", expert=True)
    ] = -1.0
