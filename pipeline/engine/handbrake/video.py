"""What a HandBrake preset says about the video codec and its quality."""

from __future__ import annotations

from dataclasses import dataclass

from pipeline.engine.handbrake.arguments import arguments
from pipeline.engine.handbrake.fields import Fields

_SPEEDS = ("ultrafast", "superfast", "veryfast", "faster", "fast", "medium", "slow", "slower", "veryslow")
# What encoders call their speeds that are not named as x264's.
_SPEED_OF = {
    "placebo": "veryslow", "slowest": "veryslow", "quality": "slow", "balanced": "medium", "speed": "veryfast",
    "fastest": "ultrafast",
}  # fmt: skip
# SVT-AV1 counts from slow to fast; by the numbers our own speeds stand for.
_SPEED_OF_NUMBER = (
    "veryslow", "veryslow", "veryslow", "slower", "slower", "slow", "slow", "medium", "fast", "veryfast",
    "ultrafast", "ultrafast", "ultrafast", "ultrafast",
)  # fmt: skip
_CODECS = {
    "x264": "h264", "h264": "h264", "x265": "hevc", "h265": "hevc", "hevc": "hevc", "svt_av1": "av1", "av1": "av1",
    "vp9": "vp9",
}  # fmt: skip
_HARDWARE = ("nvenc", "qsv", "vce", "vt", "mf", "vaapi")
# These count quality from 0 to 100, more being better.
_OTHER_SCALE = ("vt", "mf")
_TUNES = ("film", "animation", "grain")
_BY_BITRATE, _BY_QUALITY = 1, 2
_MOST_CRF = 63
_LEAST_KBPS, _MOST_KBPS = 10, 400_000


@dataclass(frozen=True)
class Encoder:
    """What is behind the name of an encoder: our name of its codec, the hardware it wants, and its bits."""

    codec: str
    hardware: str
    has_10_bits: bool


def encoder_named(name: str) -> Encoder | None:
    """What HandBrake's name of an encoder means; None for those we have nothing like."""
    word = name.lower()
    has_10_bits = word.endswith(("_10bit", "_12bit"))
    word = word.removesuffix("_10bit").removesuffix("_12bit")
    maker, _, rest = word.partition("_")
    hardware = maker if maker in _HARDWARE else ""
    codec = _CODECS.get(rest if hardware else word)
    return None if codec is None else Encoder(codec, hardware, has_10_bits)


def video(fields: Fields) -> None:
    """Takes over all of it."""
    name = fields.text("VideoEncoder")
    encoder = encoder_named(name)
    if encoder is None:
        if name:
            fields.leave("VideoEncoder", "Reelyard does not make this codec; H.264 was taken.")
        encoder = Encoder("h264", "", False)
    elif name.lower().endswith("_12bit"):
        fields.leave("VideoEncoder", "10 bits were taken instead of 12.")
    fields.options["video"] = encoder.codec
    if encoder.hardware:
        fields.options["encoder"] = "hardware"
    if encoder.has_10_bits or encoder.codec != "h264":
        fields.options["bit_depth"] = "10" if encoder.has_10_bits else "8"
    _quality(fields, encoder)
    _speed(fields)
    _tune(fields)
    arguments(fields, encoder.codec, in_software=not encoder.hardware, has_10_bits=encoder.has_10_bits)


def _quality(fields: Fields, encoder: Encoder) -> None:
    kind = fields.whole("VideoQualityType") if "VideoQualityType" in fields else _BY_QUALITY
    # Without a number 0 must not be taken: it is lossless.
    crf, kbps = fields.number("VideoQualitySlider", -1), fields.whole("VideoAvgBitrate")
    passes = "VideoMultiPass" if fields.flag("VideoMultiPass") else "VideoTwoPass"
    if kind == _BY_BITRATE and _LEAST_KBPS <= kbps <= _MOST_KBPS:
        fields.options.update(rate="bitrate", video_kbps=kbps)
        if fields.flag(passes):
            fields.leave(passes, "A bit rate is reached in one pass.")
    elif kind != _BY_QUALITY:
        fields.leave("VideoQualityType", "The quality is the codec's usual one.")
    elif encoder.hardware in _OTHER_SCALE:
        fields.leave(
            "VideoQualitySlider", "It counts on a scale of that hardware; the codec's usual quality was taken."
        )
    elif 0 <= crf <= _MOST_CRF:
        fields.options["crf"] = crf
    elif "VideoQualitySlider" in fields:
        fields.leave("VideoQualitySlider", "It is beyond the scale of the codec, whose usual quality was taken.")


def _speed(fields: Fields) -> None:
    said = fields.text("VideoPreset").lower()
    if said.isdecimal() and int(said) < len(_SPEED_OF_NUMBER):
        speed = _SPEED_OF_NUMBER[int(said)]
    else:
        speed = _SPEED_OF.get(said, said)
    if speed in _SPEEDS:
        fields.options["speed"] = speed
    elif said:
        fields.leave("VideoPreset", "Reelyard has no such speed; medium was taken.")
    if said == "placebo":
        fields.leave("VideoPreset", "Reelyard's slowest speed is veryslow.")


def _tune(fields: Fields) -> None:
    tunes = [each.strip() for each in fields.text("VideoTune").split(",")]
    taken = [each for each in tunes if each in _TUNES]
    if taken:
        fields.options["tune"] = taken[0]
    if [each for each in tunes if each not in ("", "none")] != taken[:1]:
        fields.leave("VideoTune", "Encoders are tuned for film, animation or grain only, and for one of them.")
