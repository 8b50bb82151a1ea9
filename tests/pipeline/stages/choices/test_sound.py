"""Choices about sound: a codec for each value, and loudness only where it is asked for."""

from __future__ import annotations

from pipeline.model.option import fields_of
from pipeline.stages.choices.sound import SoundChoices
from pipeline.stages.selection import AUDIO_ENCODERS

FIELDS = {field.name: field for field in fields_of(SoundChoices) if field.group == "Sound"}


def test_every_codec_has_an_encoder() -> None:
    codecs = {value for value, _ in FIELDS["audio"].values} - {"copy", "none"}
    assert codecs == set(AUDIO_ENCODERS)


def test_by_default_sound_keeps_its_tracks_channels_and_loudness() -> None:
    usual = SoundChoices()
    assert (usual.audio_languages, usual.audio_tracks, usual.channels) == ("", "all", "keep")
    assert (usual.sample_rate, usual.loudness) == ("keep", None)
