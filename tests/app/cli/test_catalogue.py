from __future__ import annotations

import json
from pathlib import Path

import pytest

from app import bootstrap, cli


def listed(words: str, home: Path, capsys: pytest.CaptureFixture[str]) -> str:
    assert cli.main([*words.split(), "--home", str(home)], lambda: bootstrap) == 0
    return capsys.readouterr().out


def test_every_recipe_is_listed_with_every_option(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    said = listed("recipes", tmp_path, capsys)
    for recipe in bootstrap.RECIPES:
        assert f"{recipe.id}: {recipe.label}. {recipe.summary}" in said
        for name in recipe.options.__struct_fields__:
            assert f"--set {name}=" in said
    assert "  Presets: web-1080p, phone-720p, hevc-small, size-10mb, audio-mp3, " in said


def test_values_are_shown_as_they_may_be_written(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    said = listed("recipes", tmp_path, capsys)
    assert "--set crf=0…63\n" in said
    assert "--set max_height=0…8640 px (default: 0)\n" in said
    assert "--set max_fps=0…240 fps (default: 0)\n" in said
    assert "--set chapters=true|false (default: true)\n" in said
    assert "--set subtitles=keep|convert|burn|none (default: keep)\n" in said
    assert "--set also=LIST\n" in said


def test_options_stand_under_their_headings(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    lines = listed("recipes", tmp_path, capsys).splitlines()
    headings = ["  Picture", "  Video", "  Sound", "  Subtitles and tags", "  Output"]
    assert [line for line in lines if line in headings] == headings
    assert lines.index("  Video") < next(at for at, line in enumerate(lines) if "--set crf=" in line)


def test_recipes_as_json_say_what_a_form_needs(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    found = {recipe["id"]: recipe for recipe in json.loads(listed("recipes --json", tmp_path, capsys))["recipes"]}
    convert = found["convert"]
    assert convert["default_preset"] in convert["presets"]
    crf = next(option for option in convert["options"] if option["name"] == "crf")
    assert (crf["kind"], crf["ge"], crf["le"], crf["optional"]) == ("number", 0, 63, True)


def test_presets_are_listed_with_their_default_marked(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    said = listed("presets", tmp_path, capsys)
    assert "convert --preset web-1080p (default)\n" in said
    assert said.count("(default)") == len(bootstrap.RECIPES)


def test_a_preset_of_the_user_is_listed_with_its_file(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    mine = tmp_path / "presets" / "mine.toml"
    mine.parent.mkdir()
    mine.write_text(
        'schema = 1\nrecipe = "convert"\nid = "mine"\nlabel = "Mine"\nsummary = "As I like it."\n[options]\ncrf = 30\n'
    )
    presets = {preset["id"]: preset for preset in json.loads(listed("presets --json", tmp_path, capsys))["presets"]}
    assert presets["mine"]["options"] == {"crf": 30}
    assert presets["mine"]["origin"] == str(mine)
    assert presets["web-1080p"]["is_default"]
    assert "convert --preset mine\n    Mine. As I like it.\n" in listed("presets", tmp_path, capsys)


def test_a_preset_that_cannot_be_used_is_named_and_the_others_are_listed(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "presets").mkdir()
    (tmp_path / "presets" / "mine.toml").write_text("schema = one")
    assert cli.main(["presets", "--home", str(tmp_path)], lambda: bootstrap) == 0
    said = capsys.readouterr()
    assert "convert --preset web-1080p (default)" in said.out
    assert str(tmp_path / "presets" / "mine.toml") in said.err
