from __future__ import annotations

import os
import sys
import threading
from pathlib import Path

import pytest

from pipeline.media import kept, toolchain
from pipeline.media.hardware import HardwareEncoder
from pipeline.media.toolchain import Abilities, Toolchain, ask
from pipeline.model.problem import PipelineError, Problem, tool_missing, tool_too_old
from tests.pipeline.media.support import FFMPEG
from tests.support import fake_tool


@pytest.fixture(autouse=True)
def no_variable(monkeypatch: pytest.MonkeyPatch) -> None:
    """The tests decide which ffmpeg it is."""
    monkeypatch.delenv("REELYARD_FFMPEG", raising=False)


def problem_of(chain: Toolchain) -> Problem:
    """What a Toolchain says when it is asked what it can do."""
    with pytest.raises(PipelineError) as raised:
        chain.abilities()
    return raised.value.problem


def test_the_packaged_ffmpeg_answers() -> None:
    abilities = Toolchain().abilities()
    assert abilities.version.startswith(("n", "6", "7", "8", "9"))
    assert {"libx264", "libx265", "libsvtav1", "libvpx-vp9", "aac", "libopus", "mov_text"} <= abilities.encoders
    assert {"scale", "libvmaf", "loudnorm", "split", "concat", "zscale"} <= abilities.filters
    assert not {"=", "------", "Encoders:"} & (abilities.encoders | abilities.filters)


def test_names_are_resolved_to_programs() -> None:
    chain = Toolchain()
    assert chain.resolve(("ffmpeg", "-i", "x")) == [FFMPEG, "-i", "x"]
    assert chain.resolve(("python", "-m", "x")) == [sys.executable, "-m", "x"]
    with pytest.raises(PipelineError) as raised:
        chain.resolve(("packager", "x"))
    assert raised.value.problem == tool_missing("packager")


def test_the_given_path_stands_before_the_variable_and_that_before_the_packaged_one(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    given, named = fake_tool.install(tmp_path, "old"), fake_tool.install(tmp_path, "well")
    assert Toolchain().program("ffmpeg") == FFMPEG
    monkeypatch.setenv("REELYARD_FFMPEG", str(named))
    assert Toolchain().program("ffmpeg") == str(named)
    assert Toolchain(str(given)).program("ffmpeg") == str(given)


@pytest.mark.parametrize("make", ["nothing", "folder", "not executable"])
def test_a_missing_ffmpeg_is_said(make: str, tmp_path: Path) -> None:
    program = tmp_path / "ffmpeg"
    if make == "folder":
        program.mkdir()
    if make == "not executable":
        program.write_text("#!/bin/sh\n")
    chain = Toolchain(str(program))
    assert problem_of(chain) == tool_missing("ffmpeg")
    with pytest.raises(PipelineError):
        chain.id("ffmpeg")
    with pytest.raises(PipelineError):
        chain.resolve(("ffmpeg",))


def test_an_old_ffmpeg_is_refused(tmp_path: Path) -> None:
    said = problem_of(Toolchain(str(fake_tool.install(tmp_path, "old"))))
    assert said == tool_too_old("ffmpeg", "4.1", "6.0")
    assert said.message == "ffmpeg 4.1 is too old." and said.why == "Reelyard needs 6.0 or newer."


def test_a_build_without_a_version_is_judged_by_its_libavcodec(tmp_path: Path) -> None:
    assert problem_of(Toolchain(str(fake_tool.install(tmp_path, "old_build")))).code == "tool_too_old"
    abilities = Toolchain(str(fake_tool.install(tmp_path, "new_build"))).abilities()
    assert abilities == Abilities("N-118448-g43be8d0728", frozenset({"libx264"}), frozenset({"scale"}))


@pytest.mark.parametrize(
    ("personality", "detail"),
    [
        ("nonsense", "Usage: frobnicate [file]"),
        ("binary", ""),
        ("floods", ""),
        ("refuses", "Exit code 127.\nerror while loading shared libraries"),
        ("crashes", "Exit code -11."),
        ("well", "frame=5"),
    ],
)
def test_what_does_not_answer_like_ffmpeg_is_unusable(personality: str, detail: str, tmp_path: Path) -> None:
    said = problem_of(Toolchain(str(fake_tool.install(tmp_path, personality))))
    assert said.code == "tool_unusable"
    assert said.message == "ffmpeg does not answer like ffmpeg."
    assert said.detail.startswith(detail)


@pytest.mark.parametrize("personality", ["hangs", "deaf", "stalls"])
def test_what_never_answers_is_unusable(personality: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(toolchain, "_LIMIT_S", 0.3)
    said = problem_of(Toolchain(str(fake_tool.install(tmp_path, personality))))
    assert said.code == "tool_unusable" and said.detail == "No answer to -version in 0.3 s."


def test_the_id_follows_the_file_and_not_its_name(tmp_path: Path) -> None:
    one, two = fake_tool.install(tmp_path, "old"), tmp_path / "elsewhere"
    two.write_bytes(one.read_bytes())
    two.chmod(0o755)
    os.utime(one, ns=(1, 1_000))
    os.utime(two, ns=(1, 1_000))
    first = Toolchain(str(one)).id("ffmpeg")
    assert first == Toolchain(str(one)).id("ffmpeg") == Toolchain(str(two)).id("ffmpeg")
    os.utime(two, ns=(1, 2_000))
    assert Toolchain(str(two)).id("ffmpeg") != first
    assert Toolchain().id("python") != Toolchain().id("ffmpeg")


def test_what_was_asked_once_is_not_asked_again(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    program, cache = fake_tool.install(tmp_path, "new_build"), str(tmp_path / "cache")
    asked: list[str] = []

    def counted(path: str) -> Abilities:
        asked.append(path)
        return ask(path)

    monkeypatch.setattr(toolchain, "ask", counted)
    chain = Toolchain(str(program), cache)
    assert chain.abilities() is chain.abilities()
    assert Toolchain(str(program), cache).abilities() == chain.abilities()
    assert len(asked) == 1
    os.utime(program, ns=(1, 1))
    chain.abilities()
    assert len(asked) == 2
    (tmp_path / "cache" / "abilities.json").write_text("{damaged")
    Toolchain(str(program), cache).abilities()
    Toolchain(str(program)).abilities()
    assert len(asked) == 4


def test_a_problem_is_not_remembered(tmp_path: Path) -> None:
    chain = Toolchain(str(tmp_path / "ffmpeg"), str(tmp_path / "cache"))
    assert problem_of(chain).code == "tool_missing"
    fake_tool.install(tmp_path, "new_build").rename(tmp_path / "ffmpeg")
    assert chain.abilities().encoders == {"libx264"}


def test_many_threads_ask_once(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[str] = []

    def counted(path: str) -> Abilities:
        asked.append(path)
        return ask(path)

    monkeypatch.setattr(toolchain, "ask", counted)
    chain = Toolchain(str(fake_tool.install(tmp_path, "new_build")))
    threads = [threading.Thread(target=chain.abilities) for _ in range(5)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(asked) == 1


def test_hardware_is_tried_once_for_these_devices(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    tried: list[tuple[HardwareEncoder, ...]] = []
    nodes = ["/dev/dri/renderD128"]

    def works(program: str, asked: tuple[HardwareEncoder, ...]) -> tuple[HardwareEncoder, ...]:
        tried.append(tuple(asked))
        return asked[:1]

    monkeypatch.setattr(toolchain, "working", works)
    monkeypatch.setattr(toolchain, "devices", lambda: tuple(nodes))
    cache = str(tmp_path)
    found = Toolchain(cache=cache).hardware()
    assert len(found) == 1 and Toolchain(cache=cache).hardware() == found
    assert len(tried) == 1 and len(tried[0]) > 20
    nodes.append("/dev/dri/renderD129")
    Toolchain(cache=cache).hardware()
    assert len(tried) == 2


def test_abilities_survive_the_cache(tmp_path: Path) -> None:
    whole = Toolchain(cache=str(tmp_path)).abilities()
    assert Toolchain(cache=str(tmp_path)).abilities() == whole
    assert kept.read(str(tmp_path), "abilities.json", ["another"], Abilities) is None
