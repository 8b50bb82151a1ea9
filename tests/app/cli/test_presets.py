from __future__ import annotations

import json
from pathlib import Path

import pytest

from app import bootstrap, cli

DATA = Path(__file__).resolve().parents[2] / "data" / "handbrake"


class Talk:
    """`reelyard presets …` on one home: what it printed, what it said beside, how it ended."""

    def __init__(self, home: Path, capsys: pytest.CaptureFixture[str]) -> None:
        self.home = home
        self._capsys = capsys
        self.out = self.beside = ""

    def __call__(self, *words: str) -> int:
        code = cli.main(["presets", *words, "--home", str(self.home)], lambda: bootstrap)
        said = self._capsys.readouterr()
        self.out, self.beside = said.out, said.err
        return code

    @property
    def files(self) -> list[str]:
        folder = self.home / "presets"
        return sorted(each.name for each in folder.iterdir()) if folder.exists() else []


@pytest.fixture
def talk(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> Talk:
    return Talk(tmp_path, capsys)


def test_without_more_words_presets_are_listed(talk: Talk) -> None:
    assert talk() == talk("list") == 0
    assert "convert --preset web-1080p (default)\n" in talk.out


def test_an_exported_preset_is_imported_under_another_name_and_removed(talk: Talk) -> None:
    assert talk("export", "web-1080p") == 0
    text = talk.out
    assert 'id = "web-1080p"' in text and "default" not in text
    given = talk.home / "given.toml"
    assert talk("export", "web-1080p", "-o", str(given)) == 0
    assert given.read_text() == text

    assert talk("import", str(given)) == 1
    assert "There is a preset named “web-1080p” already" in talk.beside and talk.files == []
    assert talk("import", str(given), "--as", "web-mine") == 0
    assert "“Web 1080p” is now the preset web-mine." in talk.out
    assert "reelyard run convert FILES… --preset web-mine" in talk.out
    assert "    Video codec: H.264\n" in talk.out and "    Largest height: 1080 px\n" in talk.out
    assert "Not taken over" not in talk.out
    assert talk.files == ["convert.web-mine.toml"]
    assert talk("list") == 0 and "convert --preset web-mine\n" in talk.out

    assert talk("remove", "web-mine") == 0
    assert talk.files == [] and "The preset web-mine is removed" in talk.beside
    assert talk("remove", "web-mine") == 2


def test_handbrakes_presets_are_imported_with_a_list_of_what_was_not_taken_over(talk: Talk) -> None:
    assert talk("import", str(DATA / "everyday.json"), str(DATA / "cleaned.json")) == 0
    assert "“Fast 1080p30” is now the preset fast-1080p30." in talk.out
    assert "“Old tapes, cleaned!” is now the preset old-tapes-cleaned." in talk.out
    assert "  Not taken over:\n    SubtitleAddForeignAudioSearch = true: Reelyard does not" in talk.out
    assert talk.files == ["convert.fast-1080p30.toml", "convert.old-tapes-cleaned.toml"]


def test_as_json_an_import_says_the_same_to_programs(talk: Talk) -> None:
    assert talk("import", str(DATA / "hardware.json"), "--json") == 0
    (imported,) = json.loads(talk.out)["imported"]
    assert (imported["id"], imported["recipe"]) == ("h-265-qsv-2160p-4k", "convert")
    assert imported["options"]["encoder"] == "hardware"
    assert imported["left"] == [{"name": "VideoQSVDecode", "value": "true", "why": "Pictures are decoded in software."}]
    assert imported["file"] == str(talk.home / "presets" / "convert.h-265-qsv-2160p-4k.toml")


def test_replace_takes_the_place_of_ones_own_and_of_an_exported_file(talk: Talk) -> None:
    everyday = str(DATA / "everyday.json")
    assert talk("import", everyday) == talk("import", everyday, "--replace") == 0
    assert talk.files == ["convert.fast-1080p30.toml"]
    given = str(talk.home / "given.toml")
    assert talk("export", "fast-1080p30", "-o", given) == 0
    assert talk("export", "web-1080p", "-o", given) == 2
    assert talk("export", "web-1080p", "-o", given, "--replace") == 0
    assert 'id = "web-1080p"' in (talk.home / "given.toml").read_text()


def test_one_broken_file_among_others_changes_nothing(talk: Talk) -> None:
    broken = talk.home / "broken.json"
    broken.write_text('{"PresetList": [')
    assert talk("import", str(DATA / "everyday.json"), str(broken)) == 1
    assert "Nothing was imported from" in talk.beside and "broken.json" in talk.beside
    assert talk.files == [] and talk.out == ""


WRONG: dict[str, tuple[str, str]] = {
    "imprt a.json": ("“imprt”", "Perhaps “import” was meant."),
    "flibber": ("“flibber”", "--help"),
    "import": ("“presets import” was not told which.", ""),
    "export": ("“presets export” was not told which.", ""),
    "remove": ("“presets remove” was not told which.", ""),
    "list web-1080p": ("“presets list” takes no names.", ""),
    "export web-1080p remux-mp4": ("One preset is exported at a time.", ""),
    "export web": ("There is no preset named “web”.", "“web-1080p”"),
    "remove web-1080p": ("cannot be removed", "export it"),
    f"import {DATA / 'everyday.json'} {DATA / 'cleaned.json'} --as mine": ("--as names one preset", "and here are 2."),
    f"import {DATA / 'everyday.json'} --as My/One": ("“My/One” cannot be the id", "“my-one”"),
}


@pytest.mark.parametrize("words", WRONG, ids=range(len(WRONG)))
def test_what_is_not_meant_so_is_said_and_nothing_is_done(words: str, talk: Talk) -> None:
    assert talk(*words.split()) == 2
    assert all(said in talk.beside for said in WRONG[words])
    assert talk.files == [] and talk.out == ""


def test_a_place_that_cannot_be_written_to_is_named(talk: Talk) -> None:
    nowhere = str(talk.home / "gone" / "given.toml")
    assert talk("export", "web-1080p", "-o", nowhere) == 1
    assert str(talk.home / "gone") in talk.beside
