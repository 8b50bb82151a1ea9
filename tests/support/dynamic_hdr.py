"""Makes clips of HDR that changes with the scene: Dolby Vision by the box that says so, HDR10+ by what x265 writes."""

from __future__ import annotations

import json
import struct
from pathlib import Path

from tests.support.builders import Media, make

_PATH = (b"moov", b"trak", b"mdia", b"minf", b"stbl", b"stsd")


def dolby_vision(media: Media, file: Path, profile: int, base: int) -> Path:
    """An HDR10 clip whose MP4 calls it Dolby Vision of this profile, with a base of this compatibility."""
    make(["-i", str(media.clip("hdr10.mkv")), "-c", "copy", "-tag:v", "hvc1"], file)
    content = bytearray(file.read_bytes())
    # Version 1.0; profile, level 1, there are metadata, no enhancement layer, a base layer.
    record = bytes((1, 0)) + struct.pack(">H", profile << 9 | 1 << 3 | 0b101) + bytes((base << 4,)) + bytes(19)
    box = struct.pack(">I4s", 8 + len(record), b"dvcC" if profile < 8 else b"dvvC") + record
    at, sizes = 0, []
    for name in _PATH:
        while content[at + 4 : at + 8] != name:
            at += struct.unpack_from(">I", content, at)[0]
        sizes.append(at)
        at += 16 if name == b"stsd" else 8
    sizes.append(at)  # the entry of the first track, at whose end the box stands
    end = at + struct.unpack_from(">I", content, at)[0]
    content[end:end] = box
    for place in sizes:
        struct.pack_into(">I", content, place, struct.unpack_from(">I", content, place)[0] + len(box))
    file.write_bytes(content)
    return file


_SCENE = {
    "BezierCurveData": {"Anchors": [102, 205, 307, 410, 512, 614, 717, 819, 922], "KneePointX": 0, "KneePointY": 0},
    "LuminanceParameters": {
        "AverageRGB": 1037,
        "LuminanceDistributions": {
            "DistributionIndex": [1, 5, 10, 25, 50, 75, 90, 95, 99],
            "DistributionValues": [3, 14024, 43, 56, 219, 1036, 2714, 4668, 14445],
        },
        "MaxScl": [17830, 16895, 14252],
    },
    "NumberOfWindows": 1,
    "TargetedSystemDisplayMaximumLuminance": 400,
    "SceneId": 0,
}


def hdr10_plus(media: Media, file: Path) -> Path:
    """A clip whose every picture carries HDR10+."""
    scenes = [{**_SCENE, "SceneFrameIndex": at, "SequenceFrameIndex": at} for at in range(50)]
    told = {
        "JSONInfo": {"HDR10plusProfile": "B", "Version": "1.0"},
        "SceneInfo": scenes,
        "SceneInfoSummary": {"SceneFirstFrameIndex": [0], "SceneFrameNumbers": [50]},
    }
    # x265 reads its parameters between colons, so the name must be without one.
    scene_file = file.with_name("scenes.json")
    scene_file.write_text(json.dumps(told))
    parameters = f"log-level=error:repeat-headers=1:hdr10=1:dhdr10-info={scene_file}"
    words = ["-i", str(media.clip("hdr10.mkv")), "-c:v", "libx265", "-preset", "ultrafast", "-x265-params", parameters]
    return make(words, file)
