"""Clips that spring the traps of converting, beyond those every test shares. All are 2 s long, or say otherwise."""

from __future__ import annotations

import os
import shlex
import shutil
import struct
from collections.abc import Callable
from pathlib import Path

from tests.support import damage
from tests.support.builders import Media, make

_V = "-f lavfi -i testsrc2=size=320x180:rate=25:duration=2"
_A = "-f lavfi -i sine=frequency=440:sample_rate=48000:duration=2"
_X = "-c:v libx264 -preset ultrafast -g 25 -pix_fmt yuv420p -c:a aac -b:a 96k"
_LATE = "1\n00:00:00,200 --> 00:00:00,900\nGood morning.\n\n2\n00:00:09,000 --> 00:00:10,000\nStill here?\n"

# `@name` stands for a clip of this table or of the shared one.
CLIPS: dict[str, str] = {
    "truly odd.mkv": (
        f"-f lavfi -i testsrc2=size=322x182:rate=25:duration=2,format=yuv444p,crop=321:181 {_A} -c:v ffv1 -c:a aac"
    ),
    "picture later.mp4": f"-itsoffset 0.3 {_V} {_A} {_X}",
    "sound later.mp4": f"{_V} -itsoffset 0.5 {_A} {_X}",
    "sound shorter.mp4": f"{_V} -f lavfi -i sine=sample_rate=48000:duration=0.8 {_X}",
    "sound with a hole.mkv": f"{_V} {_A} -af aselect='not(between(t\\,0.6\\,1.2))' {_X}",
    "one picture in 5 s.mp4": "-f lavfi -i testsrc2=size=160x90:rate=1/5:duration=60 -c:v libx264 -preset ultrafast",
    "last picture long.gif": (
        "-f lavfi -i testsrc2=size=160x90:rate=10:duration=1 "
        "-vf setpts='if(gte(N\\,9)\\,(N+30)/10/TB\\,PTS)' -fps_mode vfr"
    ),
    "sound a minute later.mkv": (
        "-f lavfi -i testsrc2=size=160x90:rate=25:duration=70 -itsoffset 60 -f lavfi -i sine=duration=5 -i @lines.srt "
        "-map 0 -map 1 -map 2 -c:v libx264 -preset ultrafast -c:a aac -c:s srt"
    ),
    "sound without anything.mkv": "-i @h264_aac.mp4 -map 0 -c copy -bsf:a noise=drop=1",
    "chapters and cover.mp4": (
        "-i @cover.mp4 -i @chapters.ffmeta -map 0 -map_chapters 1 -c copy -disposition:v:1 attached_pic"
    ),
    "long subtitles.mkv": f"{_V} {_A} -i @late.srt -map 0 -map 1 -map 2 {_X} -c:s srt",
    "everything.mkv": (
        "-i @h264_aac.mp4 -f sup -i @pictures.sup -i @lines.srt -map 0 -map 1 -map 2 -c copy "
        "-attach @font.ttf -metadata:s:t mimetype=application/x-truetype-font -metadata title=Everything"
    ),
    "reordered.avi": f"{_V} -c:v libx264 -preset fast",
    "reordered.h264": f"{_V} -c:v libx264 -preset fast",
    "hevc.mkv": "-i @hevc_aac.mp4 -map 0 -c copy",
    "tagged.ogg": f"{_A} -ac 2 -c:a libvorbis -metadata title=Dawn -metadata artist=Somebody",
    "tall.mp4": "-f lavfi -i testsrc2=size=180x320:rate=25:duration=1 -c:v libx264 -preset ultrafast",
    "tagged bt709.mp4": (
        f"{_V} -vf setparams=color_primaries=bt709:color_trc=bt709:colorspace=bt709:range=tv "
        "-c:v libx264 -preset ultrafast -pix_fmt yuv420p"
    ),
    "untagged hdr.mkv": (
        f"{_V} -vf setparams=color_trc=smpte2084:range=tv,format=yuv420p10le "
        "-c:v libx265 -preset ultrafast -x265-params log-level=error"
    ),
    "transport.ts": f"{_V} {_A} -c:v libx264 -preset fast -g 25 -c:a aac",
    "interlaced and silent about it.avi": (
        "-f lavfi -i testsrc2=size=720x576:rate=50:duration=1,interlace=scan=bff,setfield=bff "
        "-c:v dvvideo -pix_fmt yuv420p"
    ),
    "fast bursts.mkv": (
        "-f lavfi -i testsrc2=size=320x180:rate=60:duration=2 -vf select='lt(n\\,20)+not(mod(n\\,4))' "
        "-fps_mode passthrough -c:v libx264 -preset ultrafast"
    ),
}

_TEN_S = "10s_320x180.mp4"
# Damaged copies, each with the clip it is made of.
DAMAGED: dict[str, tuple[str, Callable[[Path, Path], Path]]] = {
    "cut.mp4": (_TEN_S, lambda source, file: damage.cut(source, file, 0.6)),
    "cut.mkv": ("h264_aac.mkv", lambda source, file: damage.cut(source, file, 0.6)),
    "cut.avi": ("mpeg4_mp3.avi", lambda source, file: damage.cut(source, file, 0.6)),
    "cut.mp3": ("plain.mp3", lambda source, file: damage.cut(source, file, 0.6)),
    "cut.flac": ("stereo.flac", lambda source, file: damage.cut(source, file, 0.5)),
    "zeros.mp4": (_TEN_S, lambda source, file: damage.zero_block(source, file, at=0.5, share=0.02)),
    "many zeros.mp4": (_TEN_S, lambda source, file: damage.zero_block(source, file, at=0.5, share=0.3)),
    "noise.mp4": (_TEN_S, lambda source, file: damage.noise_block(source, file, at=0.3, share=0.02)),
    "zeros.ts": ("mpeg2_mp2.ts", damage.zero_block),
    "zeros.flac": ("stereo.flac", damage.zero_block),
    "beginning lost.ts": ("transport.ts", lambda source, file: _without_beginning(source, file, 0.3)),
}


def clip(media: Media, name: str) -> Path:
    """One clip of these tables, or of the shared one. Do not change it: others read it too."""
    if name == _TEN_S:
        return media.seconds(10)
    if name not in CLIPS and name not in DAMAGED and name not in _FILES:
        return media.clip(name)
    file = media.folder / "convert" / name
    if file.exists():
        return file
    file.parent.mkdir(exist_ok=True)
    if name in CLIPS:
        words = shlex.split(CLIPS[name])
        return make([str(clip(media, word[1:])) if word.startswith("@") else word for word in words], file)
    half = file.with_name(f".{os.getpid()}-{name}")
    if name in DAMAGED:
        origin, break_it = DAMAGED[name]
        break_it(clip(media, origin), half)
    else:
        half.write_bytes(_FILES[name]())
    return half.replace(file)


def renamed(media: Media, name: str, path: bytes) -> Path:
    """A copy of a clip under another name."""
    shutil.copyfile(clip(media, name), path)
    return Path(os.fsdecode(path))


def _without_beginning(source: Path, file: Path, share: float) -> Path:
    content = source.read_bytes()
    file.write_bytes(content[int(len(content) * share) // 188 * 188 :])
    return file


def _pictures() -> bytes:
    """A Blu-ray subtitle stream: compositions and their ends, enough for a muxer that looks no deeper."""

    def segment(at_s: float, kind: int, body: bytes = b"") -> bytes:
        return b"PG" + struct.pack(">IIBH", int(at_s * 90000), 0, kind, len(body)) + body

    times_s = (0.2, 0.9, 1.1, 1.8)
    compositions = [struct.pack(">HHBHBBBB", 320, 180, 0x10, number, 0x80, 0, 0, 0) for number in range(len(times_s))]
    both = zip(times_s, compositions, strict=True)
    return b"".join(segment(at_s, 0x16, body) + segment(at_s, 0x80) for at_s, body in both)


_FILES: dict[str, Callable[[], bytes]] = {
    "late.srt": _LATE.encode,
    "pictures.sup": _pictures,
    "font.ttf": lambda: b"\0\1\0\0" * 20,
}
