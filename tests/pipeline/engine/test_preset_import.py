from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any

import pytest

from pipeline.engine.preset_import import MOST_BYTES, free_id, id_from, is_id, read_presets
from pipeline.engine.preset_schema import SCHEMA, PresetFile
from pipeline.model.problem import PipelineError
from pipeline.recipes.convert import Convert
from tests.pipeline.engine.bench import problem_of

DATA = Path(__file__).resolve().parents[2] / "data" / "handbrake"
RECIPES = {"convert": Convert()}


def text(options: str = "", *, id_: str = "mine", label: str = "Mine", recipe: str = "convert", more: str = "") -> str:
    return (
        f'schema = {SCHEMA}\nrecipe = "{recipe}"\nid = {json.dumps(id_)}\nlabel = {json.dumps(label)}\n'
        f'summary = "As I like it."\n{more}\n[options]\n{options}\n'
    )


def written(folder: Path, content: str | bytes, name: str = "given.toml") -> str:
    path = folder / name
    path.write_bytes(content.encode() if isinstance(content, str) else content)
    return str(path)


def test_a_preset_of_ours_is_taken_as_it_is(tmp_path: Path) -> None:
    (found,) = read_presets(written(tmp_path, text('audio = "mp3"\ncrf = 30')), RECIPES)
    assert found.file == PresetFile(SCHEMA, "convert", "mine", "Mine", "As I like it.", {"crf": 30.0, "audio": "mp3"})
    assert list(found.file.options) == ["crf", "audio"], "in the order in which they are declared"
    assert found.left == () and not found.from_handbrake


def test_a_preset_of_an_earlier_version_is_brought_to_this_one(tmp_path: Path) -> None:
    old = (
        'schema = 1\nrecipe = "convert"\nid = "old"\nlabel = "Old"\nsummary = "Of old."\n[options]\nsubtitles = false\n'
    )
    (found,) = read_presets(written(tmp_path, old), RECIPES)
    assert found.file.schema == SCHEMA
    assert found.file.options == {"crf": 21.0, "subtitles": "none"}


def test_what_a_stranger_chose_does_not_become_the_default_nor_a_path(tmp_path: Path) -> None:
    given = text(id_="../../Évil Name", label="clear\x9b2J\u202ethe screen.", more="default = true")
    (found,) = read_presets(written(tmp_path, given), RECIPES)
    assert (found.file.id, found.file.label, found.file.default) == ("evil-name", "Clear 2J the screen", False)
    assert [left.name for left in found.left] == ["default", "id"]


def test_handbrakes_presets_get_an_id_of_their_name(tmp_path: Path) -> None:
    content = json.dumps([json.loads((DATA / f"{name}.json").read_text()) for name in ("everyday", "cleaned")])
    found = read_presets(written(tmp_path, "\ufeff" + content, "presets.json"), RECIPES)
    assert [(each.file.id, each.file.label) for each in found] == [
        ("fast-1080p30", "Fast 1080p30"),
        ("old-tapes-cleaned", "Old tapes, cleaned!"),
    ]
    assert found[0].file.summary == "H.264 video (up to 1080p30) and AAC stereo audio, in an MP4 container."
    assert found[1].file.summary == "For my tapes."
    assert all(each.from_handbrake and each.left for each in found)


def test_a_preset_of_handbrake_without_a_name_gets_one(tmp_path: Path) -> None:
    (found,) = read_presets(written(tmp_path, '{"VideoEncoder": "x264"}'), RECIPES)
    assert (found.file.id, found.file.label, found.file.summary) == (
        "preset",
        "From HandBrake",
        "A preset of HandBrake.",
    )


REFUSED: dict[str, tuple[str | bytes, str]] = {
    "nothing": ("", "schema"),
    "no TOML": ("PRESET", ""),
    "no text": (b"\x00\xff\xfe", "UTF-8"),
    "broken JSON": ('{"PresetList": [', "JSON"),
    "JSON of another program": ('{"a": 1}', "HandBrake"),
    "an empty list": ("[]", "no preset"),
    "a later version": (text().replace(f"schema = {SCHEMA}", "schema = 99"), "version 99"),
    "another recipe": (text(recipe="gone"), "“gone”"),
    "an unknown option": (text("crff = 1"), "“crff”"),
    "a value out of range": (text("crf = 99"), "“crf”"),
    "too large": (b"#" * (MOST_BYTES + 1), "4 MB"),
}


@pytest.mark.parametrize("wrong", REFUSED)
def test_what_cannot_be_used_is_refused_by_name_with_the_reason(wrong: str, tmp_path: Path) -> None:
    content, reason = REFUSED[wrong]
    path = written(tmp_path, content)
    with pytest.raises(PipelineError) as caught:
        read_presets(path, RECIPES)
    problem = problem_of(caught.value)
    assert problem.code == "not_a_preset"
    assert path in problem.message and reason in problem.why


def test_a_file_of_50_mb_is_not_read_to_its_end(tmp_path: Path) -> None:
    path = tmp_path / "huge.json"
    with path.open("wb") as file:
        file.write(b"[")
        file.truncate(50_000_000)
    with pytest.raises(PipelineError) as caught:
        read_presets(str(path), RECIPES)
    assert "4 MB" in problem_of(caught.value).why


@pytest.mark.parametrize("kind", ["gone", "folder"])
def test_a_file_that_cannot_be_opened_is_refused(kind: str, tmp_path: Path) -> None:
    if sys.platform == "win32" and kind == "folder":
        pytest.skip("Windows calls it a matter of permission")
    with pytest.raises(PipelineError) as caught:
        read_presets(str(tmp_path if kind == "folder" else tmp_path / "gone.json"), RECIPES)
    assert "It cannot be read: " in problem_of(caught.value).why


@pytest.mark.parametrize(
    ("name", "id_"),
    [
        ("Fast 1080p30", "fast-1080p30"),
        ("  H.265 — für Ömas TV!  ", "h-265-fur-omas-tv"),
        ("日本語", "preset"),
        ("", "preset"),
        ("x" * 100, "x" * 48),
        ("../../etc", "etc"),
    ],
)
def test_an_id_is_made_of_a_name(name: str, id_: str) -> None:
    assert id_from(name) == id_
    assert is_id(id_)


@pytest.mark.parametrize("text", ["", "A", "a b", "a/b", "-a", "a-", "a--b", "a.b", "ä", "a\n", "x" * 49])
def test_not_every_text_is_an_id(text: str) -> None:
    assert not is_id(text)


def test_an_id_that_is_taken_gets_a_number() -> None:
    taken: Any = {"web", "web-2"}
    assert (free_id("mp3", taken), free_id("web", taken)) == ("mp3", "web-3")
