"""The sources of traps that no other table of clips has. A maker is given the shared clips and a folder of its own."""

from __future__ import annotations

import os
import shlex
import shutil
from collections.abc import Callable
from pathlib import Path

from tests.pipeline.recipes.clips import clip
from tests.support import damage
from tests.support.builders import Media, make

Maker = Callable[[Media, Path], Path]

_LONGEST_NAME = 249
_WORDS = "1\n00:00:00,350 --> 00:00:01,500\nM W M W M W M W\n"


def shared(name: str) -> Maker:
    """A clip of the shared tables."""
    return lambda media, folder: clip(media, name)


def made(name: str, words: str) -> Maker:
    """A clip of ffmpeg's own pictures."""
    return lambda media, folder: make(shlex.split(words), folder / name)


def named(name: bytes) -> Maker:
    """A good clip under this name."""

    def maker(media: Media, folder: Path) -> Path:
        path = os.path.join(os.fsencode(folder), name)
        shutil.copyfile(clip(media, "h264_aac.mp4"), path)
        return Path(os.fsdecode(path))

    return maker


def longest_name(media: Media, folder: Path) -> Path:
    """A good clip under a name so long that a few letters more would be too many."""
    return named(b"n" * (_LONGEST_NAME - 4) + b".mp4")(media, folder)


def longest_path(media: Media, folder: Path) -> Path:
    """A good clip in folders in folders, its path over 3,400 bytes long."""
    for number in range(17):
        folder = folder / (f"{number:02}" + "d" * 198)
    folder.mkdir(parents=True)
    return Path(shutil.copyfile(clip(media, "h264_aac.mp4"), folder / "deep.mp4"))


def chaptered(media: Media, folder: Path) -> Path:
    """12 s in three chapters, so long that none is too short for anybody."""
    chapters = "".join(
        f"[CHAPTER]\nTIMEBASE=1/1\nSTART={at}\nEND={at + 4}\ntitle={name}\n"
        for at, name in ((0, "First"), (4, "Second"), (8, "Third"))
    )
    (folder / "chapters.ffmeta").write_text(f";FFMETADATA1\ntitle=Three parts\n{chapters}")
    words = (
        f"-f lavfi -i testsrc2=size=160x90:rate=25:duration=12 -i '{folder}/chapters.ffmeta' -map_metadata 1 "
        "-c:v libx264 -preset ultrafast -pix_fmt yuv420p"
    )
    return make(shlex.split(words), folder / "chaptered.mkv")


def black_with_words(media: Media, folder: Path) -> Path:
    """A black film, and subtitles beside it, in a folder whose name is full of what filters read as their own."""
    place = folder / "it's [a]:b, c;d=%e"
    place.mkdir()
    (place / "black.srt").write_text(_WORDS)
    return make(
        shlex.split("-f lavfi -i color=black:s=320x180:r=25:d=2 -c:v libx264 -preset ultrafast -pix_fmt yuv420p"),
        place / "black.mp4",
    )


def cut(name: str, keep: float) -> Maker:
    """The beginning of a good clip."""
    return lambda media, folder: damage.cut(clip(media, name), folder / name, keep)


def empty(media: Media, folder: Path) -> Path:
    """A file of no bytes."""
    return damage.empty(folder / "empty.mp4")


HLG = made(
    "hlg.mkv",
    "-f lavfi -i testsrc2=size=320x180:rate=25:duration=2 -vf setparams=color_primaries=bt2020:"
    "color_trc=arib-std-b67:colorspace=bt2020nc:range=tv,format=yuv420p10le -c:v libx265 -preset ultrafast "
    "-x265-params log-level=error",
)
UNTAGGED_720P = made(
    "untagged.mp4",
    "-f lavfi -i testsrc2=size=1280x720:rate=25:duration=0.6 -c:v libx264 -preset ultrafast -pix_fmt yuv420p",
)
ODD = made(
    "odd.webm",
    "-f lavfi -i testsrc2=size=322x182:rate=25:duration=2 -vf crop=321:181:0:0:exact=1 -c:v libvpx-vp9 "
    "-deadline realtime -cpu-used 8 -pix_fmt yuv420p",
)
TRACKS_AND_PICTURES = shared("everything.mkv")
