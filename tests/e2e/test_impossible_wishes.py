"""Wishes that cannot be granted: each is refused with its problem, or granted as far as it goes and that is told.

A destination without a byte left is in tests/faults/test_destinations.py, HandBrake presets that are broken JSON in
tests/pipeline/engine/handbrake.
"""

from __future__ import annotations

import shlex
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.support import audit, child
from tests.support.builders import Media, make
from tests.support.reader import MISSING, is_here, read

pytestmark = pytest.mark.slow

NOT_BEGUN = 2
FAILED = 1


@dataclass(frozen=True)
class Wish:
    """A wish, the exit code, what the problem is called, and words its sentence must hold.

    What can be known from the options alone is wrong use, told before any job is made; that has no code on the wire.
    """

    name: str
    sets: tuple[str, ...]
    exit_code: int
    problem: str
    words: tuple[str, ...]
    clip: str = "h264_aac.mp4"


REFUSED = (
    Wish("10 MB for 3 h of 4K", ("rate=size", "target_mb=10", "max_height=0", "max_width=0"), FAILED, "size_too_small",
         ("10 MB", "3:00:00", "3840×2160", "kb/s"), "long.mp4"),
    Wish("a size of nothing", ("rate=size", "target_mb=0"), NOT_BEGUN, "bad_option", ("0 MB",)),
    Wish("ProRes in MP4", ("video=prores",), NOT_BEGUN, "bad_option", ("MP4", "ProRes", "MOV")),
    Wish("H.264 in WebM", ("container=webm",), NOT_BEGUN, "bad_option", ("WebM", "H.264", "MP4")),
    Wish("burn a subtitle that is not there", ("subtitles=burn",), FAILED, "no_subtitle", ("subtitle",)),
    Wish("burn a language that is not there", ("subtitles=burn", "subtitle_languages=jpn"), FAILED, "no_subtitle",
         ("jpn",), "tracks.mkv"),
    Wish("a crop larger than the picture", ("crop=200:200:0:0",), FAILED, "bad_option", ("320", "180")),
    Wish("a crop that is none", ("crop=here and there",), FAILED, "bad_option", ("top:bottom:left:right",)),
    Wish("begin behind the end", ("start=100",), FAILED, "bad_option", ("start", "0:02")),
    Wish("end before the beginning", ("start=1.5", "end=1"), FAILED, "bad_option", ("end",)),
    Wish("neither pictures nor sound", ("video=none", "audio=none"), FAILED, "bad_option", ("neither",)),
    Wish("a quality no H.264 has", ("crf=60",), NOT_BEGUN, "bad_option", ("51", "60")),
    Wish("sound alone of a silent film", ("container=mp3", "video=none", "audio=mp3"), FAILED, "no_stream", ("audio",),
         "video_only.mp4"),
    Wish("a GIF of sound", ("container=gif", "video=gif", "audio=none", "subtitles=none"), FAILED, "no_stream",
         ("video",), "plain.mp3"),
    Wish("another output by the back door", ("extra=-f null other.mkv",), NOT_BEGUN, "bad_option", ("-f",)),
    Wish("other streams by the back door", ("extra=-map 0:1",), NOT_BEGUN, "bad_option", ("-map",)),
    Wish("a filter that is none", ("filters=nosuchfilter=1",), FAILED, "bad_option", ("ffmpeg",)),
    Wish("a filter that reads another file", ("filters=movie=/etc/hostname",), NOT_BEGUN, "bad_option", ("movie",)),
)  # fmt: skip

# Granted as far as it goes: the codes of the warnings, how many frames there are, and how long it lasts.
GRANTED: dict[str, tuple[tuple[str, ...], tuple[str, ...], int, float]] = {
    "1 frame a second": (("fps=1", "audio=none"), (), 2, 2.0),
    "end behind the end": (("end=100",), ("end_beyond_source",), 50, 2.0),
    "a language that is not there": (("audio_languages=jpn",), ("language_missing",), 50, 2.0),
    "10 MB for 2 s": (("rate=size", "target_mb=10"), ("size_not_needed",), 50, 2.0),
    "poor pictures, accepted": (("rate=size", "target_mb=0.02", "accept_poor=true", "audio=none"), (), 50, 2.0),
}


@pytest.fixture(scope="module")
def long_film(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """3 h of 4K, made in seconds: ten black seconds, copied a thousand times."""
    folder = tmp_path_factory.mktemp("long")
    black = "-f lavfi -i color=black:s=3840x2160:r=5:d=10 -c:v libx264 -preset ultrafast -pix_fmt yuv420p"
    once = make(shlex.split(black), folder / "once.mp4")
    return make(["-stream_loop", "1079", "-i", str(once), "-c", "copy"], folder / "long.mp4")


def run(source: Path, folder: Path, sets: tuple[str, ...]) -> child.Ended:
    """One file with these options."""
    words = [word for text in ("speed=ultrafast", *sets) for word in ("--set", text)]
    return child.reelyard("run", "convert", source, *words, "-o", folder / "out", "--home", folder / "home", "--json")


@pytest.mark.parametrize("wish", REFUSED, ids=lambda wish: wish.name)
def test_what_cannot_be_done_is_refused_and_says_why(
    wish: Wish, media: Media, tmp_path: Path, request: pytest.FixtureRequest
) -> None:
    source = request.getfixturevalue("long_film") if wish.clip == "long.mp4" else media.clip(wish.clip)
    ended = run(source, tmp_path, wish.sets)
    assert ended.code == wish.exit_code, ended.err
    if wish.exit_code == NOT_BEGUN:
        said = ended.err
    else:
        (job,) = ended.summary["jobs"]
        problem = job["problem"]
        assert problem["code"] == wish.problem
        said = f"{problem['message']} {problem['why']}"
    assert [word for word in wish.words if word not in said] == [], said
    # Nothing is there but what a failed job keeps to go on with.
    assert [file for file in (tmp_path / "out").rglob("*") if audit.SCRATCH not in file.parts] == []


@pytest.mark.skipif(not is_here(), reason=MISSING)
@pytest.mark.parametrize("name", GRANTED)
def test_what_can_be_done_in_part_is_done_and_told(name: str, media: Media, tmp_path: Path) -> None:
    sets, warnings, frames, length_s = GRANTED[name]
    ended = run(media.clip("h264_aac.mp4"), tmp_path, sets)
    assert ended.code == 0, ended.said
    (job,) = ended.summary["jobs"]
    assert tuple(warning["code"] for warning in job["warnings"]) == warnings
    film = read(Path(job["artifacts"][0]["path"]))
    assert film.video.packets == frames
    assert film.length_s == pytest.approx(length_s, abs=0.05)
    targets = [float(text.partition("=")[2]) for text in sets if text.startswith("target_mb=")]
    assert all(film.file.stat().st_size <= mb * 1_000_000 for mb in targets)
