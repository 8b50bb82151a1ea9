"""What a HandBrake preset says that has no place with us: passed over where it changes nothing, named where it does."""

from __future__ import annotations

from typing import Any

from pipeline.engine.handbrake.fields import Fields

_UNKNOWN = "This Reelyard does not know it."
_NOT_HERE = "Reelyard has no such filter; “filters” takes one of ffmpeg's."

# About the preset and the window it is shown in, or about what another field has switched off.
_NO_OPTIONS = frozenset((
    "PresetName", "PresetDescription", "PresetDisabled", "PresetBuildNumber", "PresetBuild", "Type", "Default",
    "Folder", "FolderOpen", "ChildrenArray", "UsesPictureFilters", "UsesPictureSettings", "UsesMaxPictureSettings",
    "VideoTurboTwoPass", "VideoTurboMultiPass", "VideoTwoPass", "VideoMultiPass", "VideoQSVAsyncDepth",
    "VideoAvgBitrate", "VideoQualitySlider", "PicturePARWidth", "PicturePARHeight", "PictureDARWidth",
    "PictureDetelecineCustom", "PictureChromaSmoothCustom", "PictureChromaSmoothTune", "PictureColorspaceCustom",
    "PictureDeblockCustom", "PictureDeblockTune", "PicturePadTop", "PicturePadBottom", "PicturePadLeft",
    "PicturePadRight", "PicturePadColor", "x264UseAdvancedOptions", "lavcOption", "AudioTrackQuality", "AudioTrack",
    "AudioTrackDescription", "AudioCopyMask", "AudioEncoderFallback", "AudioSecondaryEncoderMode",
    # We do these always: sound begins with the pictures, and the index of an MP4 stands at its beginning.
    "AlignAVStart", "Mp4HttpOptimize", "Optimize",
))  # fmt: skip

# A field: the values that say nothing we would not do anyway, and why others are left.
_USUAL: dict[str, tuple[tuple[Any, ...], str]] = {
    "AudioDitherMethod": (("", "auto", "none"), "Sound is not dithered by a method of its own."),
    "AudioTrackName": (("",), "Tracks keep the names they have."),
    "InlineParameterSets": ((False,), "Parameter sets stand at the beginning only."),
    "Mp4iPodCompatible": ((False,), "The mark for old iPods is not written."),
    "PictureChromaSmoothPreset": (("", "off"), _NOT_HERE),
    "PictureDeblockPreset": (("", "off"), _NOT_HERE),
    "PictureDeblock": ((0, False), _NOT_HERE),
    "PictureDetelecine": (("", "off"), _NOT_HERE),
    "PictureForceHeight": ((0,), "A size is a limit, or reached with “upscale”."),
    "PictureForceWidth": ((0,), "A size is a limit, or reached with “upscale”."),
    "PictureItuPAR": ((False,), "Reelyard makes square pixels."),
    "PictureModulus": ((0, 2), "Width and height are made even, no more."),
    "PicturePadMode": (("", "none"), "“aspect” and “fill” add bars for a shape."),
    "SubtitleAddCC": ((False,), "Closed captions inside the pictures are not made into a track."),
    "SubtitleAddForeignAudioSubtitle": ((False,), "Subtitles are chosen by language, whatever the sound's is."),
    "VideoColorMatrixCodeOverride": ((0,), "Colours are marked as what they are."),
    "VideoColorRange": (("", "auto", "limited"), "Pictures get the limited range every player expects."),
    "VideoHWDecode": ((0, False), "Pictures are decoded in software."),
    "VideoPasshtruHDRDynamicMetadata": (("", 0, 1, 2, 3, "all", "off"), _UNKNOWN),
    "VideoQSVDecode": ((0, False), "Pictures are decoded in software."),
    "VideoScaler": (("", "swscale"), "Pictures are scaled with swscale."),
    "x264Option": (("",), "They are for another program; “extra” takes arguments of ffmpeg."),
}


def rest(fields: Fields) -> None:
    """Leaves what nobody has asked for, unless it says nothing."""
    for name, value in fields.unasked().items():
        usual, why = _USUAL.get(name, ((None, "", 0, False, [], {}), _UNKNOWN))
        if name not in _NO_OPTIONS and value not in usual:
            fields.leave(name, why)
