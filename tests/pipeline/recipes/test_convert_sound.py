"""Converts the sound of real files with a real engine: every codec, layout and rate, on time and as loud as asked."""

from __future__ import annotations

import re
import shlex
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from pipeline.model.source import MediaStream
from tests.pipeline.recipes.clips import clip
from tests.pipeline.recipes.support import Made, converted, ended, starts_s
from tests.support import builders, child
from tests.support.builders import Media, make
from tests.support.engine import Engine, opened

pytestmark = pytest.mark.slow

_NOISE = "-f lavfi -i anoisesrc=duration={s}:color=pink:sample_rate=48000:amplitude={a}:seed={seed}"
# Sound of every kind an encoder could stumble over.
SOUNDS: dict[str, str] = {
    "telephone.wav": "-f lavfi -i sine=frequency=440:sample_rate=8000:duration=2 -c:a pcm_mulaw",
    "studio 96k.flac": "-f lavfi -i sine=frequency=440:sample_rate=96000:duration=2 -ac 2 -c:a flac -sample_fmt s32",
    "studio 192k.wav": "-f lavfi -i sine=frequency=440:sample_rate=192000:duration=2 -ac 2 -c:a pcm_s24le",
    "surround side.mka": f"{builders._A} -af aformat=channel_layouts=5.1(side) -c:a ac3",
    "seven.mka": f"{builders._A} -af aformat=channel_layouts=7.1 -c:a flac",
    "three without a layout.wav": f"{builders._A} -af pan=3c|c0=c0|c1=c0|c2=c0 -c:a pcm_s16le",
    "sixteen.wav": f"{builders._A} -af pan=16c|{'|'.join(f'c{at}=c0' for at in range(16))} -c:a pcm_s16le",
    "quiet.flac": f"{_NOISE.format(s=10, a=0.02, seed=1)} -ac 2 -c:a flac",
    "peaky.flac": (
        f"{_NOISE.format(s=12, a=0.3, seed=1)} "
        "-af volume=volume='if(lt(mod(t\\,3)\\,0.05)\\,1\\,0.1)':eval=frame -ac 2 -c:a flac"
    ),
    "tones no one hears.wav": (
        "-f lavfi -i anoisesrc=duration=5:color=white:sample_rate=192000:amplitude=0.05:seed=3 "
        "-af aformat=channel_layouts=7.1 -c:a pcm_s24le"
    ),
    "silent.flac": "-f lavfi -i anullsrc=sample_rate=48000 -t 2 -c:a flac",
    "two levels.mka": (
        f"{_NOISE.format(s=10, a=0.02, seed=1)} {_NOISE.format(s=10, a=0.2, seed=2)} -map 0 -map 1 -c:a flac "
        "-metadata:s:a:0 language=eng -metadata:s:a:1 language=deu"
    ),
    "loud in all channels.mka": (
        "-f lavfi -i sine=frequency=440:sample_rate=48000:duration=2 "
        "-af volume=18dB,pan=5.1|FL=c0|FR=c0|FC=c0|LFE=c0|BL=c0|BR=c0 -c:a flac"
    ),
    "spoken.mkv": (
        f"{builders._V} {builders._A} {builders._A2} -map 0 -map 1 -map 2 -map 1 {builders._X264} -c:a aac "
        "-metadata:s:a:0 language=eng -metadata:s:a:1 language=ger -metadata:s:a:1 title=Kommentar "
        "-metadata:s:a:2 language=fra"
    ),
}  # fmt: skip


@pytest.fixture(scope="module")
def engine(tmp_path_factory: pytest.TempPathFactory, media: Media) -> Iterator[Engine]:
    with opened(tmp_path_factory.mktemp("sound"), jobs_at_once=2) as engine:
        # Its workers are children that live on; they are started before any test is watched for children it leaves.
        for job in engine.add(*(clip(media, name) for name in ("mono.wav", "stereo.flac", "aac.m4a")), container="m4a"):
            ended(engine, job)
        yield engine


def sound(media: Media, name: str) -> Path:
    """One clip of this table, or of the others."""
    if name not in SOUNDS:
        return clip(media, name)
    file = media.folder / name
    return file if file.exists() else make(shlex.split(SOUNDS[name]), file)


def track(made: Made) -> MediaStream:
    """The first track of sound."""
    found = made.result.audio
    assert found is not None
    return found


CODECS = (("aac", "m4a"), ("opus", "opus"), ("mp3", "mp3"), ("flac", "flac"), ("pcm", "wav"))
RATES: dict[str, dict[str, int]] = {
    "telephone.wav": {"aac": 8000, "opus": 48000, "mp3": 8000, "flac": 8000, "pcm": 8000},
    "studio 96k.flac": {"aac": 48000, "opus": 48000, "mp3": 48000, "flac": 96000, "pcm": 96000},
    "studio 192k.wav": {"aac": 48000, "opus": 48000, "mp3": 48000, "flac": 192000, "pcm": 192000},
}


@pytest.mark.parametrize(("codec", "container"), CODECS)
@pytest.mark.parametrize("name", RATES)
def test_every_codec_gets_a_rate_it_has(name: str, codec: str, container: str, engine: Engine, media: Media) -> None:
    made = converted(engine, sound(media, name), container=container)
    assert track(made).sample_rate_hz == RATES[name][codec]
    assert made.result.duration_s == pytest.approx(2.0, abs=0.05)
    assert made.warnings == []


@pytest.mark.parametrize(
    ("name", "channels"),
    (
        ("surround side.mka", 6),
        ("seven.mka", 8),
        ("three without a layout.wav", 3),
        ("sixteen.wav", 8),
        ("mono.wav", 1),
    ),
)
@pytest.mark.parametrize(("codec", "container"), CODECS)
def test_every_layout_gets_into_every_codec(
    codec: str, container: str, name: str, channels: int, engine: Engine, media: Media
) -> None:
    made = converted(engine, sound(media, name), container=container)
    assert track(made).channels == (min(channels, 2) if codec == "mp3" else channels)


@pytest.mark.parametrize(("name", "bits"), (("studio 96k.flac", 24), ("stereo.flac", 16), ("plain.mp3", 16)))
@pytest.mark.parametrize("container", ("flac", "wav"))
def test_samples_keep_their_depth(name: str, bits: int, container: str, engine: Engine, media: Media) -> None:
    made = converted(engine, sound(media, name), container=container)
    said = child.run([builders.ffmpeg(), "-hide_banner", "-i", f"file:{made.file}"]).err
    assert ("24 bit" in said) == (bits == 24)


def peak_db(file: Path, chain: str = "anull") -> float:
    """The largest sample, in decibels below full scale."""
    said = child.run([builders.ffmpeg(), "-i", f"file:{file}", "-af", f"{chain},astats", "-f", "null", "-"]).err
    return float(re.findall(r"Peak level dB: (-?[\d.]+|-inf)", said)[-1])


@pytest.mark.parametrize(("channels", "count"), (("stereo", 2), ("mono", 1)))
def test_surround_is_mixed_down_without_clipping(channels: str, count: int, engine: Engine, media: Media) -> None:
    made = converted(engine, sound(media, "loud in all channels.mka"), container="flac", channels=channels)
    assert track(made).channels == count
    # As loud as the loudest channel was, and a sine still: what is cut off has harmonics.
    assert peak_db(made.file) == pytest.approx(peak_db(sound(media, "loud in all channels.mka")), abs=0.2)
    assert peak_db(made.file, "bandreject=frequency=440:width_type=h:width=200,atrim=start=0.5") < -30


def loudness(file: Path, at: int = 0) -> tuple[float, float]:
    """Integrated loudness in LUFS and true peak in dBTP."""
    words = ["-hide_banner", "-i", f"file:{file}", "-map", f"0:a:{at}", "-af", "ebur128=peak=true:framelog=quiet"]
    said = child.run([builders.ffmpeg(), *words, "-f", "null", "-"]).err
    integrated, peak = re.findall(r"I: +(-?[\d.]+|-inf) LUFS|Peak: +(-?[\d.]+|-inf) dBFS", said)
    return float(integrated[0]), float(peak[1])


@pytest.mark.parametrize("target", (-16.0, -23.0, -30.0))
@pytest.mark.parametrize("container", ("flac", "wav", "opus"))
def test_loudness_comes_to_its_target(container: str, target: float, engine: Engine, media: Media) -> None:
    made = converted(engine, sound(media, "quiet.flac"), container=container, loudness=target)
    integrated, peak = loudness(made.file)
    assert integrated == pytest.approx(target, abs=0.3)
    assert peak <= -1.0 + 0.1
    assert track(made).sample_rate_hz == 48000
    assert made.warnings == []


def test_every_track_is_measured_for_itself(engine: Engine, media: Media) -> None:
    made = converted(engine, sound(media, "two levels.mka"), container="mkv", audio="flac", loudness=-20.0)
    assert [loudness(made.file, at)[0] for at in (0, 1)] == pytest.approx([-20.0, -20.0], abs=0.3)


def test_what_the_result_has_no_room_for_is_not_measured(engine: Engine, media: Media) -> None:
    made = converted(
        engine, sound(media, "tones no one hears.wav"), container="flac", loudness=-23.0, sample_rate="44100"
    )
    assert loudness(made.file)[0] == pytest.approx(-23.0, abs=0.3)


def test_peaks_are_held_down_a_little_and_no_more(engine: Engine, media: Media) -> None:
    held = converted(engine, sound(media, "peaky.flac"), container="flac", loudness=-24.0)
    integrated, peak = loudness(held.file)
    assert integrated == pytest.approx(-24.0, abs=0.5)
    assert held.warnings == []
    assert peak <= -0.9
    short = converted(engine, sound(media, "peaky.flac"), container="flac", loudness=-14.0)
    integrated, peak = loudness(short.file)
    assert short.warnings == ["loudness_not_reached"]
    said = re.search(r"about (-[\d.]+) LUFS", short.job.warnings[0].message)
    assert said is not None
    assert integrated == pytest.approx(float(said[1]), abs=1.0)
    assert peak <= -0.9


def test_silence_has_no_loudness_and_stays_silence(engine: Engine, media: Media) -> None:
    made = converted(engine, sound(media, "silent.flac"), container="m4a", loudness=-16.0)
    assert made.result.duration_s == pytest.approx(2.0, abs=0.05)
    assert made.warnings == []


ON_TIME: tuple[dict[str, Any], ...] = (
    {"container": "mp4", "audio": "aac"},
    {"container": "mp4", "audio": "opus"},
    {"container": "mp4", "audio": "mp3"},
    {"container": "mp4", "audio": "flac"},
    {"container": "mov", "audio": "aac"},
    {"container": "mov", "audio": "pcm"},
    {"container": "mov", "audio": "mp3"},
    {"container": "mkv", "audio": "aac"},
    {"container": "mkv", "audio": "opus"},
    {"container": "mkv", "audio": "mp3"},
    {"container": "mkv", "audio": "flac"},
    {"container": "mkv", "audio": "pcm"},
    {"container": "webm", "audio": "opus", "video": "vp9"},
)


@pytest.mark.parametrize("name", ("h264_aac.mp4", "picture later.mp4", "sound later.mp4"))
@pytest.mark.parametrize("sets", ON_TIME, ids=lambda sets: f"{sets['audio']} in {sets['container']}")
def test_sound_stays_where_it_was_beside_the_picture(
    sets: dict[str, Any], name: str, engine: Engine, media: Media
) -> None:
    def offset_s(file: Path) -> float:
        picture, heard = (starts_s(file, kind) for kind in ("v", "a"))
        return picture - heard

    made = converted(engine, clip(media, name), **sets)
    assert offset_s(made.file) == pytest.approx(offset_s(clip(media, name)), abs=0.006)


@pytest.mark.parametrize("container", ("mp3", "wav", "flac", "opus", "m4a", "mp4", "mkv"))
def test_sound_alone_begins_when_it_did_in_its_film(container: str, engine: Engine, media: Media) -> None:
    made = converted(engine, clip(media, "sound later.mp4"), container=container, video="none")
    assert made.result.duration_s == pytest.approx(2.5, abs=0.06)


@pytest.mark.parametrize(("codec", "container"), (("opus", "mkv"), ("mp3", "mkv"), ("pcm", "mov")))
def test_a_hole_becomes_silence(codec: str, container: str, engine: Engine, media: Media) -> None:
    file = converted(engine, clip(media, "sound with a hole.mkv"), audio=codec, container=container).file
    words = ("-i", f"file:{file}", "-map", "0:a", "-af", "silencedetect=noise=-40dB:d=0.3", "-f", "null", "-")
    said = child.run([builders.ffmpeg(), "-hide_banner", *words]).err
    hole = [float(at) for at in re.findall(r"silence_(?:start|end): ([\d.]+)", said)]
    assert hole == pytest.approx([0.6, 1.2], abs=0.06)


@pytest.mark.parametrize("container", ("mp4", "mkv", "mov", "webm"))
def test_tracks_come_in_the_languages_asked_for_with_their_titles(container: str, engine: Engine, media: Media) -> None:
    codecs = {"video": "vp9", "audio": "opus"} if container == "webm" else {}
    made = converted(engine, sound(media, "spoken.mkv"), container=container, audio_languages="de,en", **codecs)
    found = made.result.of_kind("audio")
    assert [each.language for each in found] == ["ger", "eng"]
    assert [each.title for each in found] == ["Kommentar", ""]
    assert [each.is_default for each in found] == [True, False]


def test_sound_that_fits_is_taken_over_packet_by_packet(engine: Engine, media: Media) -> None:
    made = converted(engine, clip(media, "h264_aac.mp4"), audio_copy_fitting=True)
    digest = ("-map", "0:a", "-c", "copy", "-f", "md5", "-")
    before, after = (
        child.run([builders.ffmpeg(), "-v", "error", "-i", f"file:{file}", *digest]).out
        for file in (clip(media, "h264_aac.mp4"), made.file)
    )
    assert before == after
