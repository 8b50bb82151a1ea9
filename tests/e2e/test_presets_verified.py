"""Each preset on real clips of many kinds; what comes of it is read by an ffprobe of another build and by MediaInfo."""

from __future__ import annotations

import os
import re
import shutil
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import pytest

from benchmarks.clips import NotHere, fetch, listed
from tests.e2e.expected import CODECS, CONTAINERS, Expected, expected, presets
from tests.pipeline.recipes.support import boxes
from tests.support import child, reader
from tests.support.reader import Film, media_info, read

pytestmark = [pytest.mark.slow, pytest.mark.skipif(not reader.is_here(), reason=reader.MISSING)]

# H.264 with a varying rate, MPEG-2 in a program stream, H.264 and VP9 in AVI, Theora with broken time stamps and
# without sound, MP3 in MP4, no sound, an odd rate, pixels that are not square, 10 frames a second, 5.1, a few pixels,
# and sound alone.
CLIPS = (
    "phone.mp4", "hello.mpeg", "hello.avi", "ball_vp9.avi", "hello.ogg", "magnets.ogv", "cockatoo.mp4", "birds.mp4",
    "tour.mp4", "ball.mp4", "mars.avi", "bigbuckbunny.mp4", "carphone.mp4", "voice.ogg",
)  # fmt: skip
CUT_S = 1.5
LONG_AGO_S = 1_500_000_000
# What is quick to make is made of the whole clip.
WHOLE = ("remux-mp4", "audio-mp3", "audio-flac", "podcast", "contact-sheet")
# Rates and lengths of AVI and Ogg are not those of what is in them, and the reader drops what it cannot decode.
NOT_COUNTED = ("hello.ogg", "ball_vp9.avi", "tour.mp4")
# Its frames lie in another order than they are shown in, and it does not say when that is.
NO_TIMES = ("remux-mp4", "hello.mpeg")
# Copied and cut, sound with broken time stamps comes out too long; our check throws that away, as it should.
THROWN_AWAY = ("archive-av1", "hello.ogg")


@dataclass(frozen=True)
class Made:
    """What a run made of one clip."""

    source: Film
    ended: dict[str, Any]

    @property
    def film(self) -> Film:
        """The result, read once it is asked for."""
        (artifact,) = self.ended["artifacts"]
        return read(Path(artifact["path"]))


@pytest.fixture(scope="module")
def sources(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Film]:
    """Copies of the clips, each with a date long ago, as they are before anything is done."""
    folder = tmp_path_factory.mktemp("sources")
    try:
        files = fetch(clip for clip in listed() if clip.name in CLIPS)
    except NotHere as why:
        pytest.skip(str(why))
    found = {}
    for name, file in files.items():
        # Three of them differ in their suffix only, and so would their results.
        copy = Path(shutil.copyfile(file, folder / _as_own(name)))
        os.utime(copy, (LONG_AGO_S, LONG_AGO_S))
        found[name] = read(copy)
    return found


@pytest.fixture(scope="module", params=sorted(presets()))
def made(
    request: pytest.FixtureRequest, sources: dict[str, Film], tmp_path_factory: pytest.TempPathFactory
) -> tuple[str, dict[str, Made]]:
    """One preset, and what it made of each clip."""
    preset = request.param
    place = tmp_path_factory.mktemp(preset)
    # What is cut is not smaller than its source by as much as it would be; that rule has tests of its own.
    sets = [] if preset in WHOLE else [f"end={CUT_S}", "min_saving=null"]
    ended = child.reelyard(
        "run", "convert", *(film.file for film in sources.values()), "--preset", preset,
        *(word for text in sets for word in ("--set", text)), "-o", place / "out", "--home", place / "home",
        "--jobs", "2", "--json", limit_s=900,
    )  # fmt: skip
    assert ended.out.strip(), ended.err
    jobs = {Path(job["source"]).name: job for job in ended.summary["jobs"]}
    return preset, {name: Made(film, jobs[_as_own(name)]) for name, film in sources.items()}


def _as_own(name: str) -> str:
    """The name with its suffix said twice: some clips differ in nothing else, and then so would their results."""
    stem, _, suffix = name.rpartition(".")
    return f"{stem}-{suffix}.{suffix}"


@pytest.mark.parametrize("name", CLIPS)
def test_a_preset_makes_what_its_file_says(name: str, made: tuple[str, dict[str, Made]]) -> None:
    preset, all_made = made
    one = all_made[name]
    wanted = expected(preset, one.source, None if preset in WHOLE else CUT_S)
    if wanted.refused or (preset, name) == NO_TIMES:
        assert (one.ended["state"], one.ended["artifacts"]) == ("failed", [])
        assert one.ended["problem"]["code"] in ("no_stream", "codec_not_for_container", "no_times")
        return
    if (preset, name) == THROWN_AWAY and one.ended["state"] == "failed":
        assert (one.ended["problem"]["code"], one.ended["artifacts"]) == ("result_wrong", [])
        return
    assert one.ended["state"] == "completed", one.ended["problem"]
    if name in NOT_COUNTED:
        wanted = replace(wanted, frames=(1, wanted.frames[1] + 2))
    found = _differences(wanted, one.film, presets()[preset], _as_own(name))
    assert [each for each in found if name not in NOT_COUNTED or not each.startswith("length")] == []


def _differences(wanted: Expected, film: Film, options: dict[str, Any], name: str) -> list[str]:
    """Where the result is not what was wanted."""
    stem = str(options["name"]).replace("{stem}", name.rpartition(".")[0])
    pairs: dict[str, tuple[Any, Any]] = {
        "name": (film.file.name, f"{stem}.{wanted.suffix}"),
        "container": (wanted.container in film.containers or film.containers, True),
        "video": (tuple(track.codec for track in film.of("video")), (wanted.video,) if wanted.video else ()),
        "audio": (tuple(track.codec for track in film.of("audio")), wanted.audio),
        "channels": (tuple(track.channels for track in film.of("audio")), wanted.channels),
        "languages": (tuple(track.language for track in film.of("audio")), wanted.languages),
        "date": (int(film.file.stat().st_mtime), LONG_AGO_S),
    }
    if wanted.pixels:
        pairs["pixels"] = (film.video.pixels, wanted.pixels)
        pairs["HDR data"] = (film.hdr_data, set())
        pairs["transfer is HDR"] = (film.video.colours[1] in ("smpte2084", "arib-std-b67"), False)
    if wanted.sample_rate:
        pairs["sample rates"] = ({int(track.told["sample_rate"]) for track in film.of("audio")}, {wanted.sample_rate})
    if wanted.suffix in ("mp4", "mov"):
        outer = boxes(film.file)
        pairs["index first"] = (outer.index(b"moov") < outer.index(b"mdat"), True)
    if options["rate"] == "size":
        pairs["not over the size"] = (film.file.stat().st_size <= options["target_mb"] * 1_000_000, True)
    found = [f"{what}: {here!r}, not {there!r}" for what, (here, there) in pairs.items() if here != there]
    return [*found, *_times(wanted, film), *_sizes(wanted, film), *_media_info(wanted, film), *_loudness(options, film)]


def _times(wanted: Expected, film: Film) -> list[str]:
    """Frames counted, and the length within 50 ms or a frame, whichever is more."""
    if not wanted.length_s:
        return []
    found = []
    if wanted.video and not wanted.frames[0] <= film.video.packets <= wanted.frames[1]:
        found.append(f"frames: {film.video.packets}, not {wanted.frames[0]} to {wanted.frames[1]}")
    # Sound that is copied ends with a packet, and begins with what its encoder puts in front.
    close_s = max(0.05, 1.05 / wanted.fps if wanted.fps else 0.0, 0.1 if wanted.suffix == "mkv" else 0.0)
    here_s = film.length_s
    # A sound may end after its picture, and then so does the file.
    longest_s = (
        max(wanted.length_s, *(track.length_s for track in film.of("audio"))) if wanted.audio else wanted.length_s
    )
    if not wanted.length_s - close_s <= here_s <= longest_s + close_s:
        found.append(f"length: {here_s:.3f} s, not {wanted.length_s:.3f} s")
    return found


def _sizes(wanted: Expected, film: Film) -> list[str]:
    if wanted.size == (0, 0):
        return []
    here = film.video.size
    is_near = all(abs(a - b) <= 2 for a, b in zip(here, wanted.size, strict=True))
    return [] if is_near else [f"size: {here[0]}x{here[1]}, not {wanted.size[0]}x{wanted.size[1]}"]


def _media_info(wanted: Expected, film: Film) -> list[str]:
    """A third opinion on container and codecs, where there is one."""
    told = media_info(film.file)
    if not told:
        return []
    names = dict(CODECS.values())
    asked = [("General", CONTAINERS[wanted.suffix][1])]
    asked += [("Video", names[wanted.video])] if wanted.video in names and wanted.suffix not in ("gif", "jpg") else []
    asked += [("Audio", names[wanted.audio[0]])] if wanted.audio and wanted.audio[0] in names else []
    said = [(kind, told.get(kind, {}).get("Format", "nothing"), name) for kind, name in asked]
    return [f"MediaInfo says of {kind}: {here}, not {name}" for kind, here, name in said if here != name]


def _loudness(options: dict[str, Any], film: Film) -> list[str]:
    """As loud as asked for, or as the largest true peak lets it be; a second is too short to be measured."""
    if options["loudness"] is None or film.length_s < 3 or not film.of("audio"):
        return []
    said = child.run(["ffmpeg", "-nostdin", "-i", f"file:{film.file}", "-map", "0:a:0", "-af", "ebur128=peak=true",
                      "-f", "null", "-"]).err  # fmt: skip
    loud, peak = (float(re.findall(rf"{word}:\s+(-?[\d.]+|-inf) (?:LUFS|dBFS)", said)[-1]) for word in ("I", "Peak"))
    if peak < -60:
        return []  # silence has no loudness
    is_right = abs(loud - options["loudness"]) <= 1.0 or (
        loud < options["loudness"] and peak > options["true_peak"] - 2.5
    )
    # What encoders lose on the way may add 2 dB to a peak; beyond 0 it would be cut off.
    is_whole = peak <= max(0.0, options["true_peak"] + 1.6)
    return [] if is_right and is_whole else [f"loudness: {loud} LUFS, peak {peak} dBFS"]
