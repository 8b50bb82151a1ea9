"""Every sentence is checked against what a real ffmpeg really said; nothing here is made up but where it says so."""

from __future__ import annotations

import os
import shutil
import signal
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from pipeline.media.diagnose import diagnose
from pipeline.media.process import Exit, Running
from pipeline.model.problem import Problem
from pipeline.model.source import MediaInfo, MediaStream, Source
from pipeline.model.stage import Command
from tests.pipeline.media.support import ENDLESS, FFMPEG, HEARD, LINUX, Heard, run
from tests.support import child, damage, wait
from tests.support.builders import Media

ROOT_ONLY = pytest.mark.skipif(not LINUX or os.getuid() != 0, reason="needs to mount, or to become another user")
AS_NOBODY = ("--reuid", "65534", "--clear-groups", "--")
PICTURE = ("-f", "lavfi", "-i", "testsrc2=size=320x180:rate=25:duration=4")
ODD = ("-f", "lavfi", "-i", "testsrc=size=321x181:rate=25:duration=1")


def told(heard: Heard, words: tuple[str, ...], folder: Path, source: Path | None = None) -> Problem:
    """What is said of a run that ended badly."""
    assert heard.ended.code != 0
    made_from = None if source is None else Source(os.fsencode(source))
    return diagnose(Command(("ffmpeg", *words)), heard.ended, source=made_from, folder=str(folder))


def said(words: tuple[str, ...], folder: Path, source: Path | None = None, by: tuple[str, ...] = ()) -> Problem:
    """Runs ffmpeg in a folder, and says what it meant."""
    argv = (*HEARD, *words)
    heard = run([*by, FFMPEG, *argv], folder)
    return told(heard, argv, folder, source)


def reads(file: Path) -> tuple[str, ...]:
    """The arguments that only decode a file."""
    return ("-i", f"file:{file}", "-f", "null", "-")


@pytest.mark.parametrize(
    ("make", "code"),
    [
        (lambda clip, file: file, "source_missing"),
        (lambda clip, file: damage.text(file), "not_media"),
        (lambda clip, file: damage.archive(file.with_suffix(".bin")), "not_media"),
        (lambda clip, file: damage.cut(clip, file, 0.5), "source_truncated"),
        (lambda clip, file: file.parent, "source_is_folder"),
        (lambda clip, file: damage.header_noise(clip, file.with_suffix(".mkv"), length=4096), "not_media"),
    ],
)
def test_a_bad_source(make: object, code: str, media: Media, tmp_path: Path) -> None:
    assert callable(make)
    file = make(media.clip("moov_last.mp4"), tmp_path / "film\nof %d.mp4")
    problem = said(reads(file), tmp_path, file)
    if file.name.endswith("film\nof %d.mp4") and code == "not_media":
        code = "source_truncated"  # ffmpeg takes any file of that name for an MP4; the probe knows better
    assert problem.code == code
    assert str(file) in problem.message


def test_the_input_at_fault_is_named_and_not_always_the_source(media: Media, tmp_path: Path) -> None:
    clip, cover = media.clip("h264_aac.mp4"), tmp_path / "cover.jpg"
    problem = said(("-i", f"file:{clip}", *reads(cover)), tmp_path, clip)
    assert problem.code == "source_missing" and str(cover) in problem.message


def test_an_intermediate_file_at_fault_is_condemned(media: Media, tmp_path: Path) -> None:
    clip = media.clip("h264_aac.mp4")
    damage.cut(media.clip("moov_last.mp4"), tmp_path / "part.mp4", 0.5)
    problem = said(("-i", f"file:{clip}", "-i", "part.mp4", "-f", "null", "-"), tmp_path, clip)
    assert problem.code == "result_wrong" and problem.condemns == ("part.mp4",)


@ROOT_ONLY
def test_what_may_not_be_read_or_written(media: Media, open_folder: Path) -> None:
    setpriv = shutil.which("setpriv")
    assert setpriv is not None
    secret = open_folder / "secret.mp4"
    secret.write_bytes(media.clip("h264_aac.mp4").read_bytes())
    secret.chmod(0o600)
    by = (setpriv, *AS_NOBODY)
    assert said(reads(secret), open_folder, secret, by).code == "source_unreadable"
    closed = open_folder / "closed"
    closed.mkdir(mode=0o755)
    problem = said((*PICTURE, "file:closed/out.mp4"), open_folder, by=by)
    assert problem.code == "destination_readonly" and str(open_folder) in problem.message


@pytest.fixture
def small_drive(tmp_path: Path) -> Iterator[Path]:
    """A drive of 64 KiB."""
    folder = tmp_path / "small"
    folder.mkdir()
    assert child.run(["mount", "-t", "tmpfs", "-o", "size=64k", "tmpfs", str(folder)]).code == 0
    yield folder
    assert child.run(["umount", str(folder)]).code == 0


@ROOT_ONLY
@pytest.mark.parametrize("out", ["out.mp4", "out.mkv", "out.ts", "-movflags +hybrid_fragmented out.mp4"])
def test_a_full_disk(out: str, media: Media, small_drive: Path) -> None:
    problem = said(("-i", f"file:{media.clip('h264_aac.mp4')}", "-c", "copy", *out.split()), small_drive)
    assert problem.code == "disk_full" and str(small_drive) in problem.message
    assert "No space left on device" in problem.detail


@ROOT_ONLY
def test_a_drive_that_can_only_be_read(small_drive: Path) -> None:
    assert child.run(["mount", "-o", "remount,ro", str(small_drive)]).code == 0
    assert said((*PICTURE, "out.mp4"), small_drive).code == "destination_readonly"


@pytest.mark.skipif(not LINUX, reason="only Linux has /dev/full")
def test_a_full_device(tmp_path: Path) -> None:
    assert said((*PICTURE, "-f", "matroska", "file:/dev/full"), tmp_path).code == "disk_full"


def test_a_folder_that_is_gone(tmp_path: Path) -> None:
    assert said((*PICTURE, "file:gone/out.mp4"), tmp_path).code == "destination_missing"


@pytest.mark.parametrize(
    ("words", "code", "in_message"),
    [
        ((*PICTURE, "-c:v", "libnope", "out.mp4"), "encoder_missing", "libnope"),
        ((*PICTURE, "-vf", "nosuch", "out.mp4"), "filter_missing", "nosuch"),
        ((*PICTURE, "-c:v", "h264_nvenc", "out.mp4"), "hardware_unusable", "h264_nvenc"),
        ((*ODD, "-c:v", "libx264", "-pix_fmt", "yuv420p", "out.mp4"), "odd_size", "321×181"),
        ((*PICTURE, "-map", "0:s", "out.mkv"), "no_stream", "subtitle"),
        ((*PICTURE, "-map", "0:a:3", "out.mkv"), "no_stream", "audio"),
        ((*PICTURE, "-nosuch", "1", "out.mkv"), "tool_failed", "exit code"),
        ((*PICTURE, "-c:v", "libx264", "-preset", "nosuch", "out.mkv"), "tool_failed", "exit code"),
    ],
)
def test_what_cannot_be_done(words: tuple[str, ...], code: str, in_message: str, tmp_path: Path) -> None:
    problem = said(words, tmp_path)
    assert problem.code == code
    assert in_message in problem.message


@pytest.mark.parametrize(
    ("clip", "words", "message"),
    [
        ("tracks.mkv", "-map 0 -c copy out.mp4", "subrip cannot be stored in MP4 without encoding it again."),
        ("stereo.flac", "-c:a pcm_s16le out.webm", "One of the streams cannot be stored in WEBM"),
        ("h264_aac.mp4", "-c copy out.ogg", "One of the streams cannot be stored in OGG"),
        ("mono.wav", "-c copy out.mp3", "One of the streams cannot be stored in MP3"),
        ("tracks.mkv", "-map 0:s -c copy out.avi", "One of the streams cannot be stored in AVI"),
    ],
)
def test_a_codec_that_has_no_place_in_the_container(
    clip: str, words: str, message: str, media: Media, tmp_path: Path
) -> None:
    problem = said(("-i", f"file:{media.clip(clip)}", *words.split()), tmp_path)
    assert problem.code == "codec_not_for_container"
    assert problem.message.startswith(message)


def test_x265_does_not_say_the_size_so_the_source_does(tmp_path: Path) -> None:
    words = (*HEARD, *ODD, "-c:v", "libx265", "-pix_fmt", "yuv420p", "out.mp4")
    heard = run([FFMPEG, *words], tmp_path)
    info = MediaInfo("avi", 1.0, (MediaStream(0, "video", "ffv1", width=321, height=181),))
    problem = diagnose(Command(("ffmpeg", *words)), heard.ended, source=Source(b"/x.avi", info=info), folder="/")
    assert problem.code == "odd_size" and "321×181" in problem.message
    assert told(heard, words, tmp_path).code == "tool_failed"


@pytest.mark.parametrize("words", ["-f null -", "-xerror -err_detect explode -f null -", "-c:a flac -vn out.flac"])
def test_a_source_of_which_nothing_could_be_decoded(words: str, media: Media, tmp_path: Path) -> None:
    content = bytearray(media.clip("moov_last.mp4").read_bytes())
    start = content.index(b"mdat") + 4
    end = content.index(b"moov", start) - 4
    content[start:end] = b"\xff" * (end - start)
    broken = tmp_path / "broken.mp4"
    broken.write_bytes(content)
    problem = said(("-i", f"file:{broken}", *words.split()), tmp_path, broken)
    assert problem.code == "source_damaged" and str(broken) in problem.message
    ours = said(("-i", "broken.mp4", *words.split()), tmp_path, media.clip("mono.wav"))
    assert ours.code == "result_wrong" and ours.condemns == ("broken.mp4",)


@pytest.mark.parametrize(
    ("number", "code"),
    [(signal.SIGKILL, "tool_killed"), (signal.SIGTERM, "tool_killed"), (signal.SIGSEGV, "tool_crashed")],
)
def test_an_end_from_outside(number: signal.Signals, code: str, tmp_path: Path) -> None:
    heard = Heard()
    held: list[Running] = []
    words = (*HEARD, *ENDLESS)

    def end() -> None:
        wait.until(lambda: heard.ticks, "ffmpeg to be at work")
        os.kill(held[0].pid, number)

    thread = threading.Thread(target=end)
    thread.start()
    run([FFMPEG, *words], tmp_path, on_start=held.append, heard=heard)
    thread.join()
    problem = told(heard, words, tmp_path)
    assert problem.code == code
    assert number.name in problem.message
    assert problem.is_transient is (code == "tool_killed")


def test_a_stall_is_said_with_its_length() -> None:
    exit = Exit(code=-9, active_s=70.0, lines=(), complaints=(), last_tick=None, stalled_s=60.0)
    problem = diagnose(Command(("ffmpeg",)), exit, source=None, folder="/")
    assert problem.code == "tool_stalled" and "60 s" in problem.message and problem.is_transient


@pytest.mark.parametrize(
    ("line", "code"),
    [
        # Made up: these states of a computer cannot be had in a test.
        ("[out#0/mp4] Error writing trailer: File too large", "file_too_large"),
        ("[out#0/mp4] Error writing trailer: Disk quota exceeded", "disk_full"),
        ("[out#0/mp4] Error muxing a packet: Input/output error", "destination_missing"),
        ("[in#0] Error opening input: Input/output error", "source_unreachable"),
        ("[h264] Error submitting packet to decoder: Cannot allocate memory", "out_of_memory"),
        ("[dec:none] Decoding requested, but no decoder found for: none", "decoder_missing"),
        ("nothing known", "tool_failed"),
    ],
)
def test_states_of_a_computer(line: str, code: str) -> None:
    exit = Exit(code=1, active_s=1.0, lines=("before", line), complaints=(), last_tick=None)
    words = ("ffmpeg", "-i", "file:/film.mp4", "out.mp4")
    problem = diagnose(Command(words), exit, source=Source(b"/film.mp4"), folder="/out")
    assert problem.code == code
    assert problem.message and problem.why and problem.remedy.text


def test_a_full_disk_is_found_before_what_follows_from_it() -> None:
    lines = (
        "[out#0/mp4] Could not write header (incorrect codec parameters ?): Invalid argument",
        "[out#0/mp4] Error closing file: No space left on device",
    )
    exit = Exit(code=228, active_s=1.0, lines=lines, complaints=(), last_tick=None)
    assert diagnose(Command(("ffmpeg",)), exit, source=None, folder="/").code == "disk_full"


def test_a_tool_of_another_kind_is_only_quoted() -> None:
    exit = Exit(code=255, active_s=1.0, lines=tuple(map(str, range(100))), complaints=(), last_tick=None)
    problem = diagnose(Command(("python", "-m", "x")), exit, source=None, folder="/")
    assert problem.code == "tool_failed" and problem.detail.splitlines() == [str(number) for number in range(88, 100)]
