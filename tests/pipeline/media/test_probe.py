from __future__ import annotations

import os
import socket
import sys
import threading
from collections.abc import Callable, Iterator
from pathlib import Path

import psutil
import pytest

from pipeline.media.probe import Prober
from pipeline.model import problem
from pipeline.model.problem import PipelineError, Problem
from pipeline.model.source import MediaInfo, MediaStream
from pipeline.model.stage import Canceled
from tests.pipeline.media.support import LINUX, until_gone
from tests.support import child, damage, names, wait
from tests.support.builders import Media, make

WILD = (sys.executable, "-m", "tests.pipeline.media.wild_worker")
NOBODY = 65534


class Remembered:
    """A cache that keeps everything, and counts."""

    def __init__(self) -> None:
        self.kept: dict[tuple[bytes, int, int], MediaInfo] = {}

    def get(self, path: bytes, size: int, mtime_ns: int) -> MediaInfo | None:
        return self.kept.get((path, size, mtime_ns))

    def put(self, path: bytes, size: int, mtime_ns: int, info: MediaInfo) -> None:
        self.kept[path, size, mtime_ns] = info


@pytest.fixture(scope="module")
def shared(media: Media) -> Iterator[Prober]:
    """One Prober for the files that do no harm. Its worker starts here, so that no test is blamed for it."""
    made = Prober()
    made.info(str(media.clip("h264_aac.mp4")))
    yield made
    made.close()


@pytest.fixture
def wild() -> Iterator[Prober]:
    """A Prober whose worker does what file names say."""
    made = Prober(limit_s=60.0, worker=WILD)
    yield made
    made.close()


def refused(prober: Prober, path: Path | str) -> Problem:
    """Why a file is not taken."""
    with pytest.raises(PipelineError) as raised:
        prober.info(str(path))
    return raised.value.problem


def stream(info: MediaInfo, index: int = 0) -> MediaStream:
    """One stream of what was found."""
    return info.streams[index]


CHECKS: dict[str, Callable[[MediaInfo], bool]] = {
    "h264_aac.mp4": lambda it: (
        it.container == "mov,mp4,m4a,3gp,3g2,mj2" and it.duration_s == 2.0 and it.bit_rate > 0
        and stream(it).frames == 50 and stream(it).is_default and stream(it).codec == "h264"
        and stream(it, 1).sample_rate_hz == 48000 and stream(it, 1).channel_layout == "mono"
    ),
    "h264_aac.mkv": lambda it: it.container == "matroska,webm" and stream(it).duration_s == 2.0,
    "hevc_aac.mp4": lambda it: stream(it).codec == "hevc" and stream(it).profile == "Main",
    "av1.mkv": lambda it: stream(it).codec == "av1" and it.audio is None,
    "vp9_opus.webm": lambda it: [each.codec for each in it.streams] == ["vp9", "opus"],
    "mpeg2_mp2.ts": lambda it: it.container == "mpegts" and it.start_s > 1.0,
    "tracks.mkv": lambda it: (
        [(each.kind, each.language, each.is_forced) for each in it.streams]
        == [("video", "", False), ("audio", "eng", False), ("audio", "deu", False), ("subtitle", "eng", False),
            ("subtitle", "deu", True)]
        and it.chapters == 2 and stream(it, 3).codec == "subrip" and stream(it, 3).duration_s == 1.8
    ),
    "cover.mp4": lambda it: [each.kind for each in it.streams] == ["video", "audio", "cover"],
    "cover.mp3": lambda it: [each.kind for each in it.streams] == ["audio", "cover"] and it.video is None,
    "anamorphic.mp4": lambda it: stream(it).sample_aspect == "64:45",
    "rotated.mp4": lambda it: stream(it).rotation == 90 and (stream(it).width, stream(it).height) == (320, 180),
    "vfr.mp4": lambda it: stream(it).frames == 25 and 12 < stream(it).frame_rate < 13,
    "hdr10.mkv": lambda it: (
        stream(it).is_hdr and stream(it).pixel_format == "yuv420p10le" and stream(it).bit_depth == 10
        and (stream(it).colour_range, stream(it).colour_space, stream(it).colour_transfer, stream(it).colour_primaries)
        == ("tv", "bt2020nc", "smpte2084", "bt2020")
    ),
    "high10.mp4": lambda it: stream(it).profile == "High 10" and not stream(it).is_hdr,
    "full_range.mp4": lambda it: stream(it).colour_range == "pc" and stream(it).pixel_format == "yuvj420p",
    "interlaced.ts": lambda it: stream(it).field_order == "tt",
    "video_only.mp4": lambda it: stream(it).field_order == "progressive" and it.audio is None,
    "raw.h264": lambda it: it.duration_s is None and stream(it).duration_s is None and stream(it).frame_rate == 25.0,
    "live.webm": lambda it: it.duration_s is None,
    "animation.gif": lambda it: it.container == "gif" and stream(it).frames == 20,
    "mono.wav": lambda it: stream(it).codec == "pcm_s16le" and stream(it).bit_rate == 768000,
    "plain.mp3": lambda it: stream(it).codec == "mp3" and it.video is None,
    "surround.mka": lambda it: (stream(it).channels, stream(it).channel_layout) == (6, "5.1"),
}  # fmt: skip


@pytest.mark.parametrize("name", CHECKS)
def test_what_is_in_a_clip(name: str, media: Media, shared: Prober) -> None:
    info = shared.info(str(media.clip(name)))
    assert CHECKS[name](info), info


def test_chapters_in_mp4_are_a_data_track_and_attachments_are_found(
    media: Media, tmp_path: Path, shared: Prober
) -> None:
    tracks = media.clip("tracks.mkv")
    font = damage.text(tmp_path / "font.ttf")
    for arguments, name in (
        (["-map", "0:V", "-map", "0:a", "-c", "copy"], "chapters.mp4"),
        (["-map", "0", "-c", "copy", "-attach", str(font), "-metadata:s:t", "mimetype=font/ttf"], "attached.mkv"),
    ):
        make(["-i", str(tracks), *arguments], tmp_path / name)
    chapters = shared.info(str(tmp_path / "chapters.mp4"))
    assert chapters.chapters == 2
    assert [each.kind for each in chapters.streams] == ["video", "audio", "audio", "data"]
    attached = shared.info(str(tmp_path / "attached.mkv"))
    assert attached.streams[-1].kind == "attachment"


@pytest.mark.parametrize("kind", names.ODD_NAMES)
def test_odd_names_are_only_names(kind: str, media: Media, tmp_path: Path, shared: Prober) -> None:
    name = names.ODD_NAMES[kind]
    if not names.can_be_named(tmp_path, name):
        pytest.skip("this file system does not take the name")
    path = os.path.join(os.fsencode(tmp_path), name)
    os.link(media.clip("h264_aac.mp4"), path)
    assert shared.info(os.fsdecode(path)).duration_s == 2.0


def test_a_relative_path_is_one_below_the_working_folder(
    media: Media, shared: Prober, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(media.folder)
    media.clip("h264_aac.mp4")
    assert shared.info("h264_aac.mp4").duration_s == 2.0


REFUSALS: dict[str, tuple[Callable[[Path, Path], Path], str]] = {
    "missing": (lambda clip, file: file, "source_missing"),
    "below a file": (lambda clip, file: clip / "x.mp4", "source_missing"),
    "name too long": (lambda clip, file: file.with_name("n" * 300), "source_missing"),
    "folder": (lambda clip, file: file.parent, "source_is_folder"),
    "broken link": (lambda clip, file: damage.broken_link(file), "broken_link"),
    "link to itself": (lambda clip, file: _loop(file), "broken_link"),
    "fifo": (lambda clip, file: damage.pipe(file), "not_a_file"),
    "socket": (lambda clip, file: _socket(file), "not_a_file"),
    "device": (lambda clip, file: Path(os.devnull), "not_a_file"),
    "empty": (lambda clip, file: damage.empty(file), "source_empty"),
    "cut off": (lambda clip, file: damage.cut(clip, file, 0.5), "source_truncated"),
    "cut to its header": (lambda clip, file: damage.cut(clip, file, 0.0005), "source_truncated"),
    "text": (lambda clip, file: damage.text(file), "not_media"),
    "text by name": (lambda clip, file: damage.text(file.with_suffix(".txt")), "not_media"),
    "archive": (lambda clip, file: damage.archive(file), "not_media"),
    "playlist of nothing": (lambda clip, file: damage.playlist(file.with_suffix(".m3u8")), "not_media"),
    "header of noise": (lambda clip, file: damage.header_noise(clip, file, length=4096), "not_media"),
}


def _loop(file: Path) -> Path:
    file.symlink_to(file.name)
    return file


def _socket(file: Path) -> Path:
    with socket.socket(socket.AF_UNIX) as listening:
        listening.bind(str(file))
    return file


@pytest.mark.parametrize("what", REFUSALS)
def test_what_is_no_media_file_is_refused_by_its_reason(
    what: str, media: Media, open_folder: Path, shared: Prober
) -> None:
    make, code = REFUSALS[what]
    file = make(media.clip("moov_last.mp4"), open_folder / "film.mp4")
    said = refused(shared, file)
    assert said.code == code
    assert said.remedy.text


def test_a_name_with_a_nul_is_missing(shared: Prober) -> None:
    assert refused(shared, "film\0.mp4").code == "source_missing"


@pytest.mark.parametrize("name", ["picture.jpg", "lines.srt"])
def test_a_picture_or_a_text_of_subtitles_is_not_media(name: str, media: Media, shared: Prober) -> None:
    said = refused(shared, media.clip(name))
    assert said.code == "not_media" and said.detail


@pytest.mark.skipif(not LINUX or os.getuid() != 0, reason="needs to become another user")
def test_what_another_user_may_not_read_is_unreadable(media: Media, open_folder: Path) -> None:
    secret = open_folder / "secret.mp4"
    secret.write_bytes(media.clip("h264_aac.mp4").read_bytes())
    secret.chmod(0o600)
    closed = open_folder / "closed"
    closed.mkdir()
    (closed / "film.mp4").write_bytes(secret.read_bytes())
    closed.chmod(0o700)
    code = (
        "import os, sys; from pipeline.media.probe import regular_file; from pipeline.model.problem import *\n"
        f"os.setgroups([]); os.setgid({NOBODY}); os.setuid({NOBODY})\n"
        "for path in sys.argv[1:]:\n"
        "    try: regular_file(path)\n"
        "    except PipelineError as error: print(error.problem.code)\n"
    )
    ended = child.run([sys.executable, "-c", code, str(secret), str(closed / "film.mp4")])
    assert ended.out.split() == ["source_unreadable", "source_unreadable"], ended.err


def test_a_file_that_hangs_is_given_up_and_the_next_one_works(media: Media, tmp_path: Path) -> None:
    wild = Prober(limit_s=1.0, worker=WILD)
    hanging = damage.text(tmp_path / "hang.mp4")
    before = {each.pid for each in psutil.Process().children()}
    assert refused(wild, hanging) == problem.probe_stuck(str(hanging), 1.0)
    assert wild.info(str(media.clip("h264_aac.mp4"))).duration_s == 2.0
    wild.close()
    until_gone(*({each.pid for each in psutil.Process().children()} - before))


def test_a_file_that_kills_the_worker_is_said_and_the_next_one_works(
    media: Media, tmp_path: Path, wild: Prober
) -> None:
    said = refused(wild, damage.text(tmp_path / "abort.mp4"))
    assert said.code == "probe_died"
    assert "a library's last words" in said.detail and "Ended by signal 6." in said.detail
    assert wild.info(str(media.clip("h264_aac.mp4"))).duration_s == 2.0


def test_what_a_library_prints_tears_no_answer(media: Media, tmp_path: Path, wild: Prober) -> None:
    noisy = tmp_path / "flood.mp4"
    os.link(media.clip("h264_aac.mp4"), noisy)
    assert wild.info(str(noisy)).duration_s == 2.0


def test_a_mistake_of_ours_is_no_problem_of_the_file(media: Media, tmp_path: Path, wild: Prober) -> None:
    with pytest.raises(RuntimeError, match="a mistake of ours"):
        wild.info(str(damage.text(tmp_path / "mistake.mp4")))
    assert wild.info(str(media.clip("h264_aac.mp4"))).duration_s == 2.0


def test_a_worker_that_does_not_start_is_a_mistake_of_ours(media: Media) -> None:
    prober = Prober(worker=(sys.executable, "-c", "raise SystemExit('no such library')"))
    with pytest.raises(RuntimeError, match="no such library"):
        prober.info(str(media.clip("h264_aac.mp4")))
    prober.close()


def test_a_worker_killed_from_outside_between_two_files_is_replaced(media: Media) -> None:
    prober = Prober()
    clip = str(media.clip("h264_aac.mp4"))
    prober.info(clip)
    worker = next(iter(prober._all))
    worker.kill()
    worker.join()
    assert prober.info(clip).duration_s == 2.0
    prober.close()


def test_what_is_known_is_not_looked_at_again(media: Media, tmp_path: Path) -> None:
    cache = Remembered()
    clip = tmp_path / "clip.mp4"
    clip.write_bytes(media.clip("h264_aac.mp4").read_bytes())
    first = Prober(cache=cache)
    info = first.info(str(clip))
    first.close()
    never = Prober(cache=cache, worker=("/no/such/worker",))
    assert never.info(str(clip)) is info
    os.utime(clip, ns=(1, 1))
    with pytest.raises(OSError):
        never.info(str(clip))
    assert [key[0] for key in cache.kept] == [os.fsencode(clip)]


def test_many_threads_share_two_workers(media: Media, tmp_path: Path) -> None:
    prober = Prober(workers=2)
    clips = [media.clip(name) for name in ("h264_aac.mp4", "tracks.mkv", "mono.wav")]
    found: list[MediaInfo | Problem] = []

    def look(clip: Path) -> None:
        for _ in range(10):
            found.append(prober.info(str(clip)))

    threads = [threading.Thread(target=look, args=(clip,)) for clip in clips * 2]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(found) == 60 and len(prober._all) <= 2
    prober.close()
    assert prober._all == set()


def test_closing_lets_nobody_wait(media: Media, tmp_path: Path) -> None:
    prober = Prober(workers=1, limit_s=3600, worker=WILD)
    hanging = str(damage.text(tmp_path / "hang.mp4"))
    ends: list[type[BaseException]] = []

    def look() -> None:
        try:
            prober.info(hanging)
        except Canceled as end:
            ends.append(type(end))

    threads = [threading.Thread(target=look) for _ in range(3)]
    for thread in threads:
        thread.start()
    wait.until(lambda: prober._all, "a worker to be at work")
    prober.close()
    prober.close()
    for thread in threads:
        thread.join()
    assert ends == [Canceled] * 3
    with pytest.raises(Canceled):
        prober.info(hanging)
