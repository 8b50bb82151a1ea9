"""What a HandBrake preset says about sound. It may make several tracks of one; we make one of each."""

from __future__ import annotations

from pipeline.engine.handbrake.fields import Fields
from pipeline.engine.handbrake.languages import languages_in

# HandBrake's encoders and the codec we make instead.
_SAME = {
    "av_aac": "aac", "ca_aac": "aac", "fdk_aac": "aac", "faac": "aac", "aac": "aac", "mp3": "mp3", "lame": "mp3",
    "opus": "opus", "flac16": "flac", "flac24": "flac", "ffflac": "flac", "ffflac24": "flac",
}  # fmt: skip
_INSTEAD = {
    "ac3": "aac", "eac3": "aac", "ffac3": "aac", "ca_haac": "aac", "fdk_haac": "aac", "vorbis": "opus",
    "alac16": "flac", "alac24": "flac", "truehd": "flac",
}  # fmt: skip
_COPIED_WHERE_IT_FITS = {"copy:aac": "aac", "copy:mp3": "mp3", "copy:flac": "flac", "copy:opus": "opus"}

_CHANNELS = {
    "mono": "mono", "left_only": "mono", "right_only": "mono", "stereo": "stereo", "dpl1": "stereo",
    "dpl2": "stereo", "none": "keep", "": "keep", "5point1": "keep", "6point1": "keep", "7point1": "keep",
    "5_2_lfe": "keep",
}  # fmt: skip
_COUNTS = {"5point1": 6, "6point1": 7, "7point1": 8, "5_2_lfe": 7}
_NOT_QUITE = ("left_only", "right_only", "dpl1", "dpl2")
_RATES = {"44.1": "44100", "48": "48000"}
# As many codecs as HandBrake lists when all of them may be copied.
_ALL_COPIED = 8
_LEAST_KBPS, _MOST_KBPS = 16, 512

_TRACK_AS_IT_IS = {
    "AudioTrackDRCSlider": (0, "Loud and soft stay as they are in the source."),
    "AudioTrackGainSlider": (0, "“loudness” brings sound to a level; a fixed gain is not known."),
    "AudioNormalizeMixLevel": (0, "Sound that is mixed down is not brought to another level."),
    "AudioCompressionLevel": (-1, "The encoder's usual effort is taken."),
}


def sound(fields: Fields) -> None:
    """Takes over all of it: the first track as the way all are made."""
    tracks = fields.tables("AudioList")
    behaviour = fields.text("AudioTrackSelectionBehavior") or "first"
    fallback, copied = fields.text("AudioEncoderFallback"), fields.texts("AudioCopyMask")
    languages = languages_in(fields, "AudioLanguageList")
    if languages:
        fields.options["audio_languages"] = ",".join(languages)
    if behaviour == "none" or not tracks:
        fields.options["audio"] = "none"
        return
    first, *more = tracks
    name = first.text("AudioEncoder").lower()
    _codec(fields, first, name, fallback)
    if name == "copy":
        if copied and len(copied) < _ALL_COPIED:
            fields.leave("AudioCopyMask", "Sound is copied whatever codec it is in.")
        if fallback not in ("", "none"):
            fields.leave("AudioEncoderFallback", "Sound that fits the container is copied; other sound is refused.")
    _track(fields, first)
    fields.options["audio_tracks"] = "all" if behaviour == "all" or len(languages) > 1 else "first"
    if behaviour == "first" and len(languages) > 1:
        fields.leave("AudioTrackSelectionBehavior", "All tracks of these languages are kept, not one of each.")
    for other in more:
        other.leave("AudioEncoder", "A track is made once; this further copy of it is not.")


def _codec(fields: Fields, track: Fields, name: str, fallback: str) -> None:
    if name == "copy":
        fields.options["audio"] = "copy"
    elif name in _COPIED_WHERE_IT_FITS:
        fields.options.update(audio=_COPIED_WHERE_IT_FITS[name], audio_copy_fitting=True)
    elif name.startswith("copy:"):
        fields.options["audio"] = "copy"
        track.leave("AudioEncoder", "Sound is copied whatever codec it is in.")
    elif name == "none":
        fields.options["audio"] = "none"
    elif name in _SAME:
        fields.options["audio"] = _SAME[name]
    else:
        fields.options["audio"] = _INSTEAD.get(name, _SAME.get(fallback, "aac"))
        track.leave("AudioEncoder", f"Reelyard does not make it; {fields.options['audio'].upper()} was taken.")


def _track(fields: Fields, track: Fields) -> None:
    mixdown, kbps = track.text("AudioMixdown").lower(), track.whole("AudioBitrate")
    rate = track.text("AudioSamplerate").lower()
    is_encoded = fields.options["audio"] not in ("copy", "none", "flac")
    if track.flag("AudioTrackQualityEnable"):
        track.leave("AudioTrackQuality", "Sound is encoded with a bit rate.")
    elif is_encoded and kbps > 0:
        # Theirs is for the track, ours for two channels of it.
        wanted = round(kbps * 2 / max(2, _COUNTS.get(mixdown, 2)))
        fields.options["audio_kbps"] = min(max(wanted, _LEAST_KBPS), _MOST_KBPS)
        if wanted != fields.options["audio_kbps"]:
            track.leave("AudioBitrate", f"The nearest that is possible was taken: {fields.options['audio_kbps']} kb/s.")
    if fields.options["audio"] not in ("copy", "none"):
        _mix(fields, track, mixdown, rate)
    for name, (usual, why) in _TRACK_AS_IT_IS.items():
        if track.number(name) != usual and name in track:
            track.leave(name, why)


def _mix(fields: Fields, track: Fields, mixdown: str, rate: str) -> None:
    if mixdown not in _CHANNELS:
        track.leave("AudioMixdown", "It is none of HandBrake's; channels stay as they are.")
    elif _CHANNELS[mixdown] != "keep":
        fields.options["channels"] = _CHANNELS[mixdown]
    if mixdown in _NOT_QUITE:
        track.leave("AudioMixdown", f"It is mixed down to plain {_CHANNELS[mixdown]}.")
    if rate in _RATES:
        fields.options["sample_rate"] = _RATES[rate]
    elif rate not in ("", "auto"):
        track.leave("AudioSamplerate", "Sound has 44.1 or 48 kHz, or keeps its own.")
