from __future__ import annotations

import json
import os
import shutil
import signal
from pathlib import Path
from typing import Any

import pytest

from app import bootstrap, cli
from app.home import Home, claim, find_home
from app.settings import Settings
from pipeline.engine.presets import PresetBook
from pipeline.media.toolchain import Toolchain
from pipeline.model.job import Artifact
from pipeline.model.machine import Machine
from pipeline.model.option import RecipeOptions
from pipeline.model.problem import PipelineError, Problem, Warn, bad_option, skipped_by_rule
from pipeline.model.recipe import Recipe
from pipeline.model.shell import pasted
from pipeline.model.source import Source
from pipeline.model.stage import Command, Outcome, Run, Scratch, Script, Stage, Talk
from tests.support.builders import Media

LOOK, ENCODE, VERIFY = Stage("look", "Look"), Stage("encode", "Encode"), Stage("verify", "Verify")
PRESET = 'schema = 1\nrecipe = "played"\nid = "usual"\nlabel = "Usual"\nsummary = "As always."\n[options]\n'


class Options(RecipeOptions, frozen=True):
    """None."""


class Played(Recipe[Options]):
    """What happens to a source is in its name: `skip…`, `bad…`, `warn…`, `search…`, `cores…`, `bug…`, `interrupt…`."""

    id = "played"
    label = "Played"
    summary = "What a test wants."
    options = Options

    def stages(self, source: Source, options: Options) -> tuple[Stage, ...]:
        return LOOK, ENCODE, VERIFY

    def script(self, source: Source, options: Options, scratch: Scratch) -> Script:
        return (yield from self._steps(source, scratch))

    def _steps(self, source: Source, scratch: Scratch) -> Script:
        match source.stem:
            case stem if stem.startswith("cores"):
                assert scratch.machine.cores == 12
            case stem if stem.startswith("bad"):
                raise PipelineError(bad_option("crop", "It is larger than the picture"))
            case stem if stem.startswith("bug"):
                raise ZeroDivisionError("ours")
            case stem if stem.startswith("interrupt"):
                os.kill(os.getpid(), signal.SIGINT)
                yield Run(Command(("python", "-c", "import time; time.sleep(60)"), speaks="nothing"), stage="look")
        yield Run(Command(("ffmpeg", "-i", f"file:{source.file}", "file:a.out")), makes=("a.out",), stage="encode")
        if source.stem.startswith("search"):
            found: Outcome = yield Run(Command(("python", "-m", "search"), speaks="json"), stage="encode")
            assert found.value["crf"]
        return (Artifact(b"a.out"),)

    def result_name(self, source: Source, options: Options) -> bytes:
        return os.fsencode(f"{source.stem}.out")

    def skips(self, source: Source, options: Options) -> Problem | None:
        is_skipped = source.stem.startswith("skip")
        return skipped_by_rule(f"{source.name} is small", "skip_below_mb") if is_skipped else None

    def foresees(self, source: Source, options: Options, scratch: Scratch) -> Talk[tuple[Warn, ...]]:
        yield from ()
        return (Warn("hdr_lost", "HDR would become SDR."),) if source.stem.startswith("warn") else ()


class Bootstrap:
    """What the verb may open: no core."""

    def open_presets(self, home: Home) -> PresetBook:
        return PresetBook({"played": Played()}, [("built-in", PRESET)])

    def open_toolchain(self, home: Home, settings: Settings) -> Toolchain:
        return Toolchain()

    def machine_of(self, toolchain: Toolchain, *, with_hardware: bool) -> Machine:
        return Machine(cores=12)


def plan(home: Path, *words: str | Path) -> int:
    made: Any = Bootstrap()
    return cli.main(["plan", "played", *map(str, words), "--home", str(home)], lambda: made)


@pytest.fixture
def clips(media: Media, tmp_path: Path) -> Path:
    """A folder of real clips whose names say what becomes of them."""
    folder = tmp_path / "clips"
    folder.mkdir()
    for name in ("a.mp4", "a.mov", "bad.mp4", "skip.mp4", "warn.mp4"):
        shutil.copyfile(media.clip("h264_aac.mp4"), folder / name)
    (folder / "notes.mp4").write_text("no media")
    return folder


def test_each_file_has_a_line_that_says_what_would_happen_and_why(
    clips: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert plan(tmp_path / "home", clips) == 1
    assert capsys.readouterr().out.splitlines() == [
        "a.mov: would be made into a.out.",
        "a.mp4: would be made into a (2).out.",
        "bad.mp4: would fail. The option “crop” has a value it cannot take. It is larger than the picture.",
        f"notes.mp4: would fail. This is not a media file: {clips / 'notes.mp4'}. "
        "No known container or codec was found in it.",
        "skip.mp4: would be skipped. skip.mp4 is small.",
        "warn.mp4: would be made into warn.out.",
        "    HDR would become SDR.",
        "3 would be made, 1 skipped, 2 would fail.",
    ]
    assert not (tmp_path / "home").exists()
    assert sorted(os.listdir(clips)) == ["a.mov", "a.mp4", "bad.mp4", "notes.mp4", "skip.mp4", "warn.mp4"]


@pytest.mark.parametrize(
    ("names", "code"),
    [(("a.mp4",), 0), (("a.mp4", "skip.mp4"), 0), (("cores.mp4",), 0), (("a.mp4", "bad.mp4"), 1), (("lost.mp4",), 1)],
)
def test_the_exit_code_says_whether_all_would_go_well(
    names: tuple[str, ...], code: int, clips: Path, tmp_path: Path
) -> None:
    shutil.copyfile(clips / "a.mp4", clips / "cores.mp4")
    assert plan(tmp_path / "home", *(clips / name for name in names)) == code


def test_the_exact_commands_can_be_shown(clips: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    shutil.copyfile(clips / "a.mp4", clips / "search it.mp4")
    assert plan(tmp_path / "home", clips / "search it.mp4", "--commands") == 0
    lines = capsys.readouterr().out.splitlines()
    assert lines[0] == f"# ffmpeg stands for {Toolchain().program('ffmpeg')}"
    assert lines[2:] == [
        "search it.mp4: would be made into search it.out.",
        f"    ffmpeg -i 'file:{clips}/search it.mp4' file:a.out",
        "    python -m search",
        "    What follows in “Encode” and after it depends on what is found there.",
        "1 would be made, 0 skipped, 0 would fail.",
    ]


def test_a_plan_is_told_in_json(clips: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert plan(tmp_path / "home", clips, "--json", "--commands", "-o", tmp_path / "out") == 1
    *files, last = (json.loads(line) for line in capsys.readouterr().out.splitlines())
    assert last == {"totals": {"convert": 3, "skip": 1, "fail": 2}}
    found = {os.path.basename(file["path"]): file for file in files}
    assert found["a.mov"] == {
        "path": str(clips / "a.mov"),
        "would": "convert",
        "problem": None,
        "results": [{"path": str(tmp_path / "out" / "clips" / "a.out")}],
        "warnings": [],
        "commands": [f"ffmpeg -i file:{clips}/a.mov file:a.out"],
        "unforeseen": None,
    }
    assert found["skip.mp4"]["problem"]["code"] == "skipped_by_rule"
    assert found["bad.mp4"]["problem"]["why"] == "It is larger than the picture."
    assert found["warn.mp4"]["warnings"] == [{"code": "hdr_lost", "message": "HDR would become SDR."}]
    assert plan(tmp_path / "home", clips, "--json") == 1
    assert all("commands" not in json.loads(line) for line in capsys.readouterr().out.splitlines())


@pytest.mark.parametrize(
    ("if_exists", "line"),
    [
        ("rename", "a.mp4: would be made into a (2).out."),
        ("overwrite", "a.mp4: would be made into a.out."),
        ("skip", "a.mp4: would be skipped. The result is there already: "),
    ],
)
def test_a_name_that_is_taken_is_dealt_with_as_a_run_would(
    if_exists: str, line: str, clips: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (clips / "a.out").touch()
    assert plan(tmp_path / "home", clips / "a.mp4", "--if-exists", if_exists) == 0
    assert capsys.readouterr().out.startswith(line)


@pytest.mark.parametrize(("words", "name"), [((), "b (2).out"), (("--replace",), "b.out")])
def test_a_source_makes_room_only_where_it_is_to_be_replaced(
    words: tuple[str, ...], name: str, clips: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (clips / "a.mp4").rename(clips / "b.out")
    assert plan(tmp_path / "home", clips / "b.out", *words) == 0
    assert capsys.readouterr().out.startswith(f"b.out: would be made into {name}.")


def test_what_is_no_media_is_left_out_as_in_a_run(
    clips: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "empty").mkdir()
    (clips / "notes.txt").touch()
    assert plan(tmp_path / "home", clips / "a.mp4", clips) == 1
    assert f"left out {clips}/notes.txt: its suffix is not one of a media file." in capsys.readouterr().err
    assert plan(tmp_path / "home", tmp_path / "empty") == 1
    assert "No media was found in" in capsys.readouterr().err


def test_wrong_names_are_refused(clips: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert plan(tmp_path / "home", clips, "--preset", "usal") == 2
    assert plan(tmp_path / "home", clips, "--set", "cfr=1") == 2
    assert capsys.readouterr().err.count("reelyard: ") == 2


def test_a_mistake_of_ours_is_shown_and_ends_the_plan_of_no_other_file(
    clips: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    shutil.copyfile(clips / "a.mp4", clips / "bug.mp4")
    assert plan(tmp_path / "home", clips / "bug.mp4", clips / "a.mp4") == 1
    lines = capsys.readouterr().out.splitlines()
    assert lines[0].startswith("bug.mp4: would fail. Reelyard made a mistake here.")
    assert "    ZeroDivisionError: ours" in lines
    assert lines[-2:] == ["a.mp4: would be made into a.out.", "1 would be made, 0 skipped, 1 would fail."]


def test_it_works_beside_an_owner(clips: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    home = find_home(str(tmp_path / "home"))
    with claim(home):
        assert plan(tmp_path / "home", clips / "a.mp4") == 0
    assert home.runs() == ()


def test_ctrl_c_ends_it_and_what_it_runs(clips: Path, tmp_path: Path) -> None:
    shutil.copyfile(clips / "a.mp4", clips / "interrupt.mp4")
    assert plan(tmp_path / "home", clips / "interrupt.mp4", clips / "a.mp4") == 130


def test_a_name_that_is_no_text_is_planned_and_shown(
    clips: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    odd = os.path.join(os.fsencode(clips), b"caf\xe9\n.mp4")
    shutil.copyfile(clips / "a.mp4", odd)
    assert plan(tmp_path / "home", os.fsdecode(odd), "--commands") == 0
    lines = capsys.readouterr().out.splitlines()
    assert lines[2] == "caf\ufffd\ufffd.mp4: would be made into caf\ufffd\ufffd.out."
    assert lines[3] == f"    ffmpeg -i $'file:{clips}/caf\\351\\012.mp4' file:a.out"


@pytest.mark.parametrize("preset", ["web-1080p", "remux-mp4", "audio-mp3"])
def test_the_product_plans_its_own_presets(
    preset: str, clips: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    words = [
        "plan",
        "convert",
        str(clips / "a.mov"),
        "--preset",
        preset,
        "--commands",
        "--home",
        str(tmp_path / "home"),
    ]
    assert cli.main(words, lambda: bootstrap) == 0
    said = capsys.readouterr().out
    assert said.splitlines()[-1] == "1 would be made, 0 skipped, 0 would fail."
    assert f"-i file:{clips}/a.mov" in said


def test_all_results_of_a_file_are_named(clips: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    words = ["plan", "convert", str(clips / "a.mov"), "--also", "audio-mp3", "--also", "phone-720p"]
    assert cli.main([*words, "--home", str(tmp_path / "home")], lambda: bootstrap) == 0
    said = capsys.readouterr().out.splitlines()[0]
    assert said == "a.mov: would be made into a (2).mp4, a.mp3 and a (3).mp4."


@pytest.mark.slow
@pytest.mark.parametrize("sets", [["speed=ultrafast"], ["loudness=-16", "crop=auto"], ["video=copy"]])
def test_what_is_planned_is_what_is_run(
    sets: list[str], clips: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    words = ["convert", str(clips / "a.mov"), "--home", str(tmp_path / "home"), "-o", str(tmp_path / "out")]
    for each in sets:
        words += ["--set", each]
    assert cli.main(["plan", *words, "--commands", "--json"], lambda: bootstrap) == 0
    planned = json.loads(capsys.readouterr().out.splitlines()[0])
    assert cli.main(["run", *words], lambda: bootstrap) == 0
    capsys.readouterr()
    assert cli.main(["log", "1", "--commands", "--home", str(tmp_path / "home")], lambda: bootstrap) == 0
    program = pasted([Toolchain().program("ffmpeg")])
    ran = capsys.readouterr().out.splitlines()
    assert [line.replace(program, "ffmpeg", 1) for line in ran] == planned["commands"]
    assert [str(file) for file in (tmp_path / "out").iterdir()] == [made["path"] for made in planned["results"]]
