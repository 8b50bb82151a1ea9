from __future__ import annotations

from typing import Any

import pytest

from pipeline.engine.handbrake.fields import Fields
from pipeline.engine.handbrake.picture import picture

PLAIN: dict[str, Any] = {"crop": "auto", "deinterlace": "off"}

# What a preset says, what is taken besides what a plain preset comes to, and which fields are left.
TAKEN: dict[str, tuple[dict[str, Any], dict[str, Any], list[str]]] = {
    "no size": ({"PictureWidth": 0, "PictureHeight": 0}, {}, []),
    "1080p": ({"PictureWidth": 1920, "PictureHeight": 1080}, {"max_width": 1920, "max_height": 1080}, []),
    "upright": ({"PictureWidth": 1080, "PictureHeight": 1920}, {"max_width": 1920, "max_height": 1080}, []),
    "a height": ({"PictureHeight": 720}, {"max_height": 720}, []),
    "a width": ({"PictureWidth": 640}, {"max_width": 640}, []),
    "slanted PAL": ({"PictureWidth": 720, "PictureHeight": 576}, {"max_height": 576}, ["PictureWidth"]),
    "PAL in square pixels": (
        {"PictureWidth": 720, "PictureHeight": 576, "PicturePAR": "off"}, {"max_width": 720, "max_height": 576}, [],
    ),
    "scaled up": (
        {"PictureHeight": 2160, "PictureAllowUpscaling": True}, {"max_height": 2160, "upscale": True}, [],
    ),
    "no limit to scale up to": ({"PictureAllowUpscaling": True}, {}, []),
    "another shape": ({"PictureKeepRatio": False, "PicturePAR": "custom"}, {}, ["PictureKeepRatio", "PicturePAR"]),
    "crop": (
        {"PictureCropMode": 3, "PictureTopCrop": 2, "PictureRightCrop": 8, "PictureLeftCrop": 6,
         "PictureBottomCrop": 4},
        {"crop": "2:4:6:8"}, [],
    ),
    "crop nothing": ({"PictureCropMode": 2}, {"crop": "off"}, []),
    "crop zero": ({"PictureCropMode": 3}, {"crop": "off"}, []),
    "crop carefully": ({"PictureCropMode": 1}, {}, ["PictureCropMode"]),
    "crop of an old version": (
        {"PictureAutoCrop": False, "PictureTopCrop": 10}, {"crop": "10:0:0:0"}, [],
    ),
    "crop outwards": ({"PictureCropMode": 3, "PictureTopCrop": -2}, {"crop": "off"}, ["PictureCropMode"]),
    "crop unheard of": ({"PictureCropMode": 9}, {"crop": "off"}, ["PictureCropMode"]),
    "upright again": ({"PictureRotate": "angle=90:hflip=0"}, {"rotate": "90"}, []),
    "mirrored": ({"PictureRotate": "angle=0:hflip=1"}, {"mirror": "horizontal"}, []),
    "turned and mirrored": ({"PictureRotate": "angle=270:hflip=1"}, {"rotate": "270", "mirror": "vertical"}, []),
    "turning is off": ({"PictureRotate": "angle=90:hflip=0:disable=1"}, {}, []),
    "turned oddly": ({"PictureRotate": "angle=45:hflip=0"}, {}, ["PictureRotate"]),
    "turned as of old": ({"PictureRotate": "4"}, {}, ["PictureRotate"]),
    "decomb": (
        {"PictureDeinterlaceFilter": "decomb", "PictureDeinterlacePreset": "default",
         "PictureCombDetectPreset": "default"}, {"deinterlace": "auto"}, [],
    ),
    "yadif always": (
        {"PictureDeinterlaceFilter": "yadif", "PictureCombDetectPreset": "off"}, {"deinterlace": "always"}, [],
    ),
    "bob": (
        {"PictureDeinterlaceFilter": "bwdif", "PictureDeinterlacePreset": "bob"}, {"deinterlace": "double"}, [],
    ),
    "eedi2bob": (
        {"PictureDeinterlaceFilter": "decomb", "PictureDeinterlacePreset": "eedi2bob"}, {"deinterlace": "double"},
        ["PictureDeinterlacePreset"],
    ),
    "deinterlaced by numbers": (
        {"PictureDeinterlaceFilter": "yadif", "PictureDeinterlacePreset": "custom",
         "PictureDeinterlaceCustom": "mode=7", "PictureCombDetectPreset": "custom",
         "PictureCombDetectCustom": "mode=3"},
        {"deinterlace": "auto"}, ["PictureDeinterlaceCustom", "PictureCombDetectCustom"],
    ),
    "denoise": (
        {"PictureDenoiseFilter": "hqdn3d", "PictureDenoisePreset": "medium"}, {"denoise": "medium"}, [],
    ),
    "denoise is off": ({"PictureDenoiseFilter": "off", "PictureDenoisePreset": "light"}, {}, []),
    "denoise film a little": (
        {"PictureDenoiseFilter": "nlmeans", "PictureDenoisePreset": "ultralight", "PictureDenoiseTune": "film"},
        {"denoise": "light"}, ["PictureDenoisePreset", "PictureDenoiseTune"],
    ),
    "denoise by numbers": (
        {"PictureDenoiseFilter": "nlmeans", "PictureDenoisePreset": "custom", "PictureDenoiseCustom": "y-strength=9"},
        {}, ["PictureDenoiseCustom"],
    ),
    "sharpen": (
        {"PictureSharpenFilter": "unsharp", "PictureSharpenPreset": "verystrong"}, {"sharpen": "strong"},
        ["PictureSharpenPreset"],
    ),
    "the source's rate": ({"VideoFramerate": "auto", "VideoFramerateMode": "vfr"}, {}, []),
    "the source's rate as of old": ({"VideoFramerate": "Same as source", "VideoFramerateMode": "vfr"}, {}, []),
    "the source's rate, even": ({"VideoFramerate": "auto", "VideoFramerateMode": "cfr"}, {}, ["VideoFramerateMode"]),
    "a peak rate": ({"VideoFramerate": "30", "VideoFramerateMode": "pfr"}, {"max_fps": 30}, []),
    "a rate": ({"VideoFramerate": "25", "VideoFramerateMode": "cfr"}, {"fps": 25}, []),
    "NTSC": ({"VideoFramerate": "29.97", "VideoFramerateMode": "pfr"}, {"max_fps": 30000 / 1001}, []),
    "a rate that is none": ({"VideoFramerate": "30", "VideoFramerateMode": "vfr"}, {}, ["VideoFramerate"]),
    "a rate beyond all": ({"VideoFramerate": "1000", "VideoFramerateMode": "cfr"}, {}, ["VideoFramerate"]),
    "grey": ({"VideoGrayScale": True}, {"filters": "hue=s=0"}, []),
    "to SDR": ({"PictureColorspacePreset": "bt709"}, {"hdr": "sdr"}, []),
    "to HDR": ({"PictureColorspacePreset": "bt2020"}, {}, ["PictureColorspacePreset"]),
}  # fmt: skip


@pytest.mark.parametrize("said", TAKEN)
def test_a_picture_is_taken_over(said: str) -> None:
    values, options, left = TAKEN[said]
    fields = Fields(values)
    picture(fields)
    assert fields.options == {**PLAIN, **options}
    assert [each.name for each in fields.left] == left
