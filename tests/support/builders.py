"""Makes small media files of every kind with the packaged ffmpeg, each one once a session."""

from __future__ import annotations

import os
import shlex
from collections.abc import Iterable
from functools import cache
from pathlib import Path

import imageio_ffmpeg

from tests.support.child import run

_V = "-f lavfi -i testsrc2=size=320x180:rate=25:duration=2"
_A = "-f lavfi -i sine=frequency=440:sample_rate=48000:duration=2"
_A2 = "-f lavfi -i sine=frequency=880:sample_rate=48000:duration=2"
_X264 = "-c:v libx264 -preset ultrafast -g 25 -pix_fmt yuv420p"
_AAC = "-c:a aac -b:a 96k"
_CHAPTERS = """;FFMETADATA1
title=A film with chapters
[CHAPTER]
TIMEBASE=1/1000
START=0
END=1000
title=First
[CHAPTER]
TIMEBASE=1/1000
START=1000
END=2000
title=Second
"""
_SUBTITLES = """1
00:00:00,200 --> 00:00:00,900
Good morning.

2
00:00:01,100 --> 00:00:01,800
Good night.
"""
_HDR10 = (
    "-vf setparams=color_primaries=bt2020:color_trc=smpte2084:colorspace=bt2020nc:range=tv,format=yuv420p10le "
    "-c:v libx265 -preset ultrafast -x265-params log-level=error:repeat-headers=1:hdr10=1:max-cll=1000,400:"
    "master-display=G(13250,34500)B(7500,3000)R(34000,16000)WP(15635,16450)L(10000000,1)"
)

# `@name` stands for another clip of this table, made first. All are 2 s of 320x180 at 25 frames a second unless the
# name says otherwise, and well under a second of work.
CLIPS: dict[str, str] = {
    "h264_aac.mp4": f"{_V} {_A} {_X264} {_AAC} -movflags +faststart",
    "moov_last.mp4": f"{_V} {_A} {_X264} {_AAC}",
    "fragmented.mp4": f"{_V} {_A} {_X264} {_AAC} -movflags +frag_keyframe+empty_moov",
    "h264_aac.mkv": f"{_V} {_A} {_X264} {_AAC}",
    "h264_aac.mov": f"{_V} {_A} {_X264} {_AAC}",
    "hevc_aac.mp4": f"{_V} {_A} -c:v libx265 -preset ultrafast -x265-params log-level=error -tag:v hvc1 {_AAC}",
    "vp9_opus.webm": f"{_V} {_A} -c:v libvpx-vp9 -deadline realtime -cpu-used 8 -c:a libopus -b:a 64k",
    "av1.mkv": f"{_V} -c:v libsvtav1 -preset 12",
    "mpeg2_mp2.ts": f"{_V} {_A} -c:v mpeg2video -b:v 1M -c:a mp2",
    "mpeg4_mp3.avi": f"{_V} {_A} -c:v mpeg4 -c:a libmp3lame",
    "tracks.mkv": (
        f"{_V} {_A} {_A2} -i @lines.srt -i @chapters.ffmeta -map 0:v -map 1:a -map 2:a -map 3:s -map 3:s "
        f"-map_metadata 4 -map_chapters 4 {_X264} {_AAC} -c:s srt "
        "-metadata:s:a:0 language=eng -metadata:s:a:1 language=deu -metadata:s:s:0 language=eng "
        "-metadata:s:s:1 language=deu -disposition:s:1 forced"
    ),
    "cover.mp4": (
        "-i @h264_aac.mp4 -i @picture.jpg -map 0 -map 1 -c copy -disposition:v:1 attached_pic -metadata title=Covered"
    ),
    "anamorphic.mp4": f"-f lavfi -i testsrc2=size=360x288:rate=25:duration=2,setsar=64/45 {_A} {_X264} {_AAC}",
    "odd_321x181.mkv": f"-f lavfi -i testsrc2=size=321x181:rate=25:duration=2 {_A} -c:v ffv1 -pix_fmt yuv444p {_AAC}",
    "rotated.mp4": "-display_rotation 90 -i @h264_aac.mp4 -map 0 -c copy",
    "vfr.mp4": f"{_V} {_A} -vf select='not(mod(n\\,3))+lt(n\\,12)' -fps_mode vfr {_X264} {_AAC}",
    "hdr10.mkv": f"{_V} {_A} {_HDR10} {_AAC}",
    "high10.mp4": f"{_V} -c:v libx264 -preset ultrafast -pix_fmt yuv420p10le",
    "full_range.mp4": f"{_V} -vf scale=out_range=pc,format=yuvj420p -c:v libx264 -preset ultrafast -color_range pc",
    "interlaced.ts": (
        "-f lavfi -i testsrc2=size=320x180:rate=50:duration=2,interlace=scan=tff "
        f"{_A} -c:v mpeg2video -b:v 2M -flags +ilme+ildct -c:a mp2"
    ),
    "video_only.mp4": f"{_V} {_X264}",
    "raw.h264": f"{_V} {_X264} -f h264",
    "live.webm": f"{_V} -c:v libvpx-vp9 -deadline realtime -cpu-used 8 -f webm -live 1",
    "animation.gif": "-f lavfi -i testsrc2=size=160x90:rate=10:duration=2",
    "mono.wav": f"{_A} -ac 1 -c:a pcm_s16le",
    "stereo.flac": f"{_A} -ac 2 -c:a flac",
    "plain.mp3": f"{_A} -c:a libmp3lame -b:a 96k",
    "cover.mp3": (
        "-i @plain.mp3 -i @picture.jpg -map 0 -map 1 -c copy -id3v2_version 3 -disposition:v attached_pic "
        "-metadata title=Covered -metadata artist=Somebody"
    ),
    "vorbis.ogg": f"{_A} -ac 2 -c:a libvorbis",
    "aac.m4a": f"{_A} {_AAC}",
    "audio_only.mkv": f"{_A} -c:a libopus -b:a 64k",
    "surround.mka": f"{_A} -ac 6 -c:a flac",
    "picture.jpg": "-f lavfi -i testsrc2=size=160x90:rate=1:duration=1 -frames:v 1 -update 1",
}
_TEXTS = {"lines.srt": _SUBTITLES, "chapters.ffmeta": _CHAPTERS}


@cache
def ffmpeg() -> str:
    """The packaged ffmpeg."""
    return str(imageio_ffmpeg.get_ffmpeg_exe())


def make(arguments: Iterable[str], file: Path) -> Path:
    """Runs ffmpeg into `file`, which stands complete or not at all."""
    half = file.with_name(f".{os.getpid()}-{file.name}")
    done = run([ffmpeg(), "-v", "error", "-nostdin", "-y", *arguments, f"file:{half}"])
    assert done.code == 0, f"{file.name}: {done.err}"
    half.replace(file)
    return file


class Media:
    """A folder of clips, filled as they are asked for. Several test processes may share it."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        folder.mkdir(parents=True, exist_ok=True)

    def clip(self, name: str) -> Path:
        """One clip of `CLIPS`. Do not change it: others read it too."""
        file = self.folder / name
        if file.exists():
            return file
        if name in _TEXTS:
            half = file.with_name(f".{os.getpid()}-{name}")
            half.write_text(_TEXTS[name])
            half.replace(file)
            return file
        words = shlex.split(CLIPS[name])
        return make([str(self.clip(word[1:])) if word.startswith("@") else word for word in words], file)

    def seconds(self, duration_s: float, *, size: str = "320x180") -> Path:
        """H.264 and AAC in MP4 of this length, for tests that need a job to be at work for a while."""
        file = self.folder / f"{duration_s:g}s_{size}.mp4"
        if file.exists():
            return file
        picture = f"-f lavfi -i testsrc2=size={size}:rate=25:duration={duration_s:g}"
        sound = f"-f lavfi -i sine=frequency=330:sample_rate=48000:duration={duration_s:g}"
        return make(shlex.split(f"{picture} {sound} {_X264} {_AAC} -movflags +faststart"), file)

    def all(self) -> dict[str, Path]:
        """Every clip of `CLIPS`."""
        return {name: self.clip(name) for name in CLIPS}
