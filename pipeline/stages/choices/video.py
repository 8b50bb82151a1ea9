"""What can be chosen about the container and the video codec."""

from __future__ import annotations

from typing import Annotated, ClassVar, Literal

from pipeline.model.option import option, within
from pipeline.stages.choices.picture import PictureChoices

Container = Literal["mp4", "mkv", "mov", "webm", "mp3", "m4a", "opus", "flac", "wav", "gif", "webp", "jpg"]
VideoCodec = Literal["h264", "hevc", "av1", "vp9", "prores", "dnxhr", "gif", "webp", "sheet", "copy", "none"]
Rate = Literal["crf", "bitrate", "size", "vmaf"]


class VideoChoices(PictureChoices, frozen=True):
    """Container, codec, and how its quality is said."""

    group: ClassVar[str] = "Video"

    container: Annotated[
        Container,
        option(
            "Container",
            "The kind of file to make.",
            choices={
                "mp4": "MP4", "mkv": "MKV", "mov": "MOV", "webm": "WebM", "mp3": "MP3", "m4a": "M4A", "opus": "Opus",
                "flac": "FLAC", "wav": "WAV", "gif": "GIF", "webp": "WebP", "jpg": "JPEG",
            },
        ),
    ] = "mp4"  # fmt: skip
    video: Annotated[
        VideoCodec,
        option(
            "Video codec",
            "How pictures are encoded; copy keeps them as they are, none leaves them out.",
            choices={
                "h264": "H.264", "hevc": "HEVC", "av1": "AV1", "vp9": "VP9", "prores": "ProRes", "dnxhr": "DNxHR",
                "gif": "GIF", "webp": "WebP", "sheet": "Contact sheet", "copy": "Copy", "none": "None",
            },
        ),
    ] = "h264"  # fmt: skip
    encoder: Annotated[
        Literal["software", "hardware"],
        option(
            "Encode with",
            "A hardware encoder is used where one was proven on this computer; otherwise, or if it fails, software.",
            choices={"software": "Software", "hardware": "Hardware, if it works"},
        ),
    ] = "software"
    rate: Annotated[
        Rate,
        option(
            "Quality by",
            "How the quality is said: a constant rate factor, a bit rate, a file size, or a VMAF score to reach.",
            choices={"crf": "CRF", "bitrate": "Bit rate", "size": "File size", "vmaf": "VMAF"},
        ),
    ] = "crf"
    crf: Annotated[
        Annotated[float, within(0, 63)] | None,
        option("Quality (CRF)", "Constant rate factor: lower is better and larger; empty is the codec's usual one."),
    ] = None  # fmt: skip
    video_kbps: Annotated[int, option("Video bit rate", "For quality by bit rate.", ge=10, le=400_000, unit="kb/s")] = (
        4000
    )
    target_mb: Annotated[
        float, option("File size", "For quality by file size: the result is at most this large.", ge=0, unit="MB")
    ] = 10.0
    target_vmaf: Annotated[
        float, option("VMAF to reach", "For quality by VMAF: the mean score of the result.", ge=20, le=99)
    ] = 95.0
    accept_poor: Annotated[
        bool,
        option("Accept poor pictures", "Goes on also where the file size asked for means pictures nobody would want."),
    ] = False
    speed: Annotated[
        Literal["ultrafast", "superfast", "veryfast", "faster", "fast", "medium", "slow", "slower", "veryslow"],
        option("Encoder speed", "Slower makes smaller files of the same quality."),
    ] = "medium"
    tune: Annotated[
        Literal["none", "film", "animation", "grain"],
        option(
            "Tune for",
            "What H.264 and HEVC pay attention to.",
            choices={"none": "Anything", "film": "Film", "animation": "Animation", "grain": "Grain"},
            expert=True,
        ),
    ] = "none"
    bit_depth: Annotated[
        Literal["auto", "8", "10"],
        option(
            "Bit depth",
            "Automatic is 8 bits for H.264 and the source's, up to 10, for newer codecs.",
            choices={"auto": "Automatic", "8": "8 bit", "10": "10 bit"},
            expert=True,
        ),
    ] = "auto"
    prores_profile: Annotated[
        Literal["proxy", "lt", "standard", "hq", "4444"],
        option("ProRes profile", "Higher ones are larger and better.",
               choices={"proxy": "422 Proxy", "lt": "422 LT", "standard": "422", "hq": "422 HQ", "4444": "4444"}),
    ] = "hq"  # fmt: skip
    dnxhr_profile: Annotated[
        Literal["lb", "sq", "hq", "hqx", "444"],
        option("DNxHR profile", "Higher ones are larger and better; HQX and 444 have 10 bits.",
               choices={"lb": "LB", "sq": "SQ", "hq": "HQ", "hqx": "HQX", "444": "444"}),
    ] = "hq"  # fmt: skip
    sheet_columns: Annotated[int, option("Columns", "Pictures beside each other on a contact sheet.", ge=1, le=20)] = 4
    sheet_rows: Annotated[int, option("Rows", "Rows of pictures on a contact sheet.", ge=1, le=20)] = 5
    extra: Annotated[
        str,
        option("Further arguments", "More ffmpeg arguments for the output, as a shell would read them.", expert=True),
    ] = ""
