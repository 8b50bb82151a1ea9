"""The hardware encoders: which one is taken for a codec, and how quality and speed are said to each.

No graphics device was at hand when this was written: the arguments are those the encoders document in ffmpeg 9.0.2,
and none of the qualities was compared. That is why a job goes on in software where one of them fails.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from pipeline.model.machine import HardwareCodec, Machine
from pipeline.model.problem import Problem, Warn
from pipeline.model.stage import Outcome
from pipeline.stages.choices.video import VideoChoices
from pipeline.stages.pixels import Pixels
from pipeline.stages.software import LARGEST_CRF, Bitrate, Crf, Quality, keyframes

# The better known first: where a computer has more than one, its own card before the processor's graphics.
_FAMILIES = (
    "nvenc", "qsv", "vaapi", "amf", "videotoolbox", "mf", "d3d12va", "v4l2m2m", "vulkan", "mediacodec",
)  # fmt: skip
_CODECS = {"h264": "H.264", "hevc": "HEVC", "av1": "AV1", "vp9": "VP9", "prores": "ProRes", "dnxhr": "DNxHR"}

# It takes two turns over a film to make a file of a certain size, and what is known of the way to a score is known of
# software.
_GOALS = {"size": "A file size", "vmaf": "A VMAF score"}

# What an encoder that does not start, stops, hangs or crashes is found to be. Some of it may pass by itself; but when
# a Script hears of that, it has been tried again in vain.
_FAULTS = frozenset({
    "hardware_unusable", "encoder_missing", "tool_failed", "tool_crashed", "tool_stalled", "out_of_memory",
})  # fmt: skip

# Speed names that each encoder has for ours, from the fastest to the slowest.
_NVENC_PRESETS = ("p1", "p1", "p2", "p3", "p3", "p4", "p5", "p6", "p7")
_QSV_PRESETS = (
    "veryfast", "veryfast", "veryfast", "faster", "fast", "medium", "slow", "slower", "veryslow",
)  # fmt: skip
_AMF_QUALITIES = ("speed", "speed", "speed", "balanced", "balanced", "balanced", "quality", "quality", "quality")
_SPEEDS = ("ultrafast", "superfast", "veryfast", "faster", "fast", "medium", "slow", "slower", "veryslow")


def hardware_for(choices: VideoChoices, machine: Machine) -> HardwareCodec | None:
    """The proven encoder to take; None where software is wanted, or nothing was proven for the codec."""
    if not is_wanted(choices):
        return None
    names = [f"{choices.video}_{family}" for family in _FAMILIES]
    proven = [each for each in machine.hardware if each.encoder in names]
    return min(proven, key=lambda each: names.index(each.encoder), default=None)


def missing(choices: VideoChoices, hardware: HardwareCodec | None) -> tuple[Warn, ...]:
    """What is to be said where hardware was asked for and software is taken."""
    if hardware is not None or not _is_asked_for(choices):
        return ()
    if goal := _GOALS.get(choices.rate):
        return (Warn("hardware_missing", f"{goal} is only reached in software, which was used."),)
    text = f"No hardware encoder for {_CODECS[choices.video]} was found to work on this computer; software was used."
    return (Warn("hardware_missing", text),)


def is_at_fault(problem: Problem, used: Sequence[HardwareCodec | None]) -> bool:
    """Whether a process that failed may do without the hardware it used: the fault is not the source's or a drive's."""
    return any(used) and problem.code in _FAULTS


def failure(hardware: HardwareCodec, outcome: Outcome) -> Warn:
    """What is to be said where one failed, with the first line it said itself."""
    said = [text for _, text in outcome.complaints] or list(outcome.lines)
    about = next((text for text in said if hardware.encoder in text), next(iter(said), ""))
    why = f": {about}" if about else "."
    return Warn("hardware_failed", f"The hardware encoder {hardware.encoder} failed, so software was used{why}")


def hardware_options(
    hardware: HardwareCodec, choices: VideoChoices, quality: Quality, place: str, frame_rate: float
) -> dict[str, Any]:
    """The output options of one stream that is encoded in hardware."""
    family = hardware.encoder.rpartition("_")[2]
    options: dict[str, Any] = {f"c:{place}": hardware.encoder, **_speed(family, choices, place)}
    match quality:
        case Crf(value=value):
            options |= _constant(family, choices.video, value, place)
        case Bitrate(kbps=kbps):
            options |= {f"b:{place}": f"{kbps:g}k"}
    if choices.video == "hevc":
        options[f"tag:{place}"] = "hvc1"
    return options | keyframes(place, frame_rate)


def uploaded(stream: Any, hardware: HardwareCodec, pixels: Pixels) -> Any:
    """The last filters: the format hardware takes, planes of two, and the way into its memory where it has its own."""
    stream = stream.filter("format", "p010le" if pixels.bit_depth > 8 else "nv12")
    return stream.filter("hwupload") if "hwupload" in hardware.filters else stream


def devices(hardware: Sequence[HardwareCodec | None]) -> tuple[str, ...]:
    """The arguments before the input that open what these need, each once."""
    wanted = dict.fromkeys(each.before_input for each in hardware if each is not None and each.before_input)
    return tuple(word for words in wanted for word in words)


def is_wanted(choices: VideoChoices) -> bool:
    """Whether pictures are to be encoded in hardware, and it can do what is asked."""
    return _is_asked_for(choices) and choices.rate not in _GOALS


def _is_asked_for(choices: VideoChoices) -> bool:
    return choices.encoder == "hardware" and choices.video not in ("copy", "none", "gif", "webp", "sheet")


def _speed(family: str, choices: VideoChoices, place: str) -> dict[str, Any]:
    at = _SPEEDS.index(choices.speed)
    match family:
        case "nvenc":
            return {f"preset:{place}": _NVENC_PRESETS[at]}
        case "qsv":
            return {f"preset:{place}": _QSV_PRESETS[at]}
        case "amf":
            return {f"quality:{place}": _AMF_QUALITIES[at]}
        case _:
            return {}


def _constant(family: str, codec: str, crf: float, place: str) -> dict[str, Any]:
    """A constant quality, as near to the software encoder's CRF as each family has it.

    Quantizers of H.264 and HEVC are the scale CRF is on, so the number is taken as it is; those of AV1 and VP9 go up
    to 255 and are four of ours each. Quick Sync has one scale for all, 1 to 51. VideoToolbox counts up to 100, best
    last.
    """
    largest = LARGEST_CRF[codec]
    quantizer = round(crf) if largest == 51 else round(crf * 255 / largest)
    match family:
        case "nvenc":
            # Of AV1, cq goes from 0 to 63 as CRF does. Without b 0 its own bit rate is a limit.
            return {f"rc:{place}": "vbr", f"cq:{place}": round(crf), f"b:{place}": 0}
        case "qsv":
            return {f"global_quality:{place}": max(1, round(crf * 51 / largest))}
        case "vaapi":
            return {f"rc_mode:{place}": "CQP", f"global_quality:{place}": max(1, quantizer)}
        case "amf":
            return {f"rc:{place}": "cqp", f"qp_i:{place}": quantizer, f"qp_p:{place}": quantizer}
        case "vulkan":
            return {f"rc_mode:{place}": "cqp", f"qp:{place}": quantizer}
        case "videotoolbox":
            return {f"q:{place}": max(1, min(100, round(100 * (1 - crf / largest))))}
        case _:
            # Media Foundation, V4L2 and MediaCodec have no constant quality that all of their drivers know.
            return {f"b:{place}": f"{_kbps(crf, largest):g}k"}


def _kbps(crf: float, largest: int) -> float:
    """A bit rate instead of a quality: 6 Mb/s at a usual one, half of it with each tenth of the scale more."""
    return round(6000 * 2 ** ((0.42 - crf / largest) * 10))
