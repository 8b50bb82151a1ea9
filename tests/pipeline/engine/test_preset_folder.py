from __future__ import annotations

import errno
import os
from collections.abc import Callable
from pathlib import Path

import pytest

from pipeline.engine.handbrake.fields import Left
from pipeline.engine.preset_folder import Imported, exported, put_in, take_out
from pipeline.engine.preset_import import Found, read_presets
from pipeline.engine.preset_schema import SCHEMA, PresetFile
from pipeline.engine.presets import PresetBook
from pipeline.model.problem import PipelineError
from tests.pipeline.engine.bench import problem_of
from tests.pipeline.engine.runners import Scripted, copies

RECIPES = {"scripted": Scripted(copies)}
BUILT_IN = (
    f'schema = {SCHEMA}\nrecipe = "scripted"\nid = "web"\nlabel = "Web"\nsummary = "For the web."\n'
    "default = true\n[options]\ncrf = 30\n"
)


def book(folder: Path) -> PresetBook:
    """The presets as they are now: one built-in one, and what the folder holds."""
    return PresetBook(RECIPES, [("built-in", BUILT_IN)], str(folder))


def found(id_: str = "mine", crf: int = 10, *, from_handbrake: bool = False, left: tuple[Left, ...] = ()) -> Found:
    file = PresetFile(SCHEMA, "scripted", id_, "Mine", "As I like it.", {"crf": crf})
    return Found(file, left, f"/given/{id_}.json", from_handbrake)


def put(folder: Path, *presets: Found, as_id: str = "", replace: bool = False) -> tuple[Imported, ...]:
    return put_in(str(folder), book(folder), presets, as_id=as_id, replace=replace)


def files(folder: Path) -> dict[str, str]:
    return {path.name: path.read_text() for path in folder.iterdir()} if folder.exists() else {}


def refusal(act: Callable[[], object]) -> str:
    with pytest.raises(PipelineError) as caught:
        act()
    return problem_of(caught.value).code


def test_a_preset_comes_into_a_folder_that_is_made_for_it(tmp_path: Path) -> None:
    folder = tmp_path / "config" / "presets"
    left = (Left("VideoLevel", '"4.0"', "It follows."),)
    (imported,) = put(folder, found(left=left))
    assert imported.preset.origin == str(folder / "scripted.mine.toml")
    assert (imported.source, imported.left) == ("/given/mine.json", left)
    made = book(folder)
    assert made.problems == []
    assert made.named("mine") == imported.preset
    (text,) = files(folder).values()
    assert text.startswith("# Imported from 'mine.json'.\n# Not taken over:\n#   VideoLevel = \"4.0\": It follows.\n")


def test_several_come_in_at_once_with_ids_that_are_free(tmp_path: Path) -> None:
    presets = [found(id_, from_handbrake=True) for id_ in ("web", "tv", "tv")]
    assert [each.preset.id for each in put(tmp_path, *presets)] == ["web-2", "tv", "tv-2"]
    assert [each.preset.id for each in put(tmp_path, presets[1])] == ["tv-3"]


@pytest.mark.parametrize("as_id", ["", "mine"])
@pytest.mark.parametrize("from_handbrake", [False, True])
def test_none_takes_the_place_of_another_unasked(as_id: str, from_handbrake: bool, tmp_path: Path) -> None:
    put(tmp_path, found(crf=1))
    before = files(tmp_path)
    given = found("other" if as_id else "mine", crf=2, from_handbrake=from_handbrake)
    if from_handbrake and not as_id:
        put(tmp_path, given)
    else:
        assert refusal(lambda: put(tmp_path, given, as_id=as_id)) == "preset_exists"
    assert {name: files(tmp_path)[name] for name in before} == before


def test_asked_to_it_takes_the_place_of_ones_own_in_its_very_file(tmp_path: Path) -> None:
    (first,) = put(tmp_path, found(crf=1))
    own = tmp_path / "My favourite.toml"
    os.rename(first.preset.origin, own)
    (imported,) = put(tmp_path, found(crf=2), replace=True)
    assert imported.preset.origin == str(own)
    assert list(files(tmp_path)) == [own.name]
    assert book(tmp_path).named("mine").options == {"crf": 2}


def test_a_built_in_one_is_covered_only_when_asked_and_comes_back(tmp_path: Path) -> None:
    assert refusal(lambda: put(tmp_path, found("web"))) == "preset_exists"
    put(tmp_path, found("web", crf=1), replace=True)
    made = book(tmp_path)
    assert made.named("web").options == {"crf": 1}
    take_out(made, made.named("web"))
    assert book(tmp_path).named("web").options == {"crf": 30}


def test_two_of_ours_with_one_id_do_not_come_in_together(tmp_path: Path) -> None:
    assert refusal(lambda: put(tmp_path, found(), found())) == "preset_exists"
    assert refusal(lambda: put(tmp_path, found(), found(), replace=True)) == "preset_exists"
    assert files(tmp_path) == {}


def test_a_file_that_is_no_preset_keeps_its_name(tmp_path: Path) -> None:
    (tmp_path / "scripted.mine.toml").write_text("what I still have to correct")
    (imported,) = put(tmp_path, found(), replace=True)
    assert imported.preset.origin == str(tmp_path / "scripted.mine-2.toml")
    assert files(tmp_path)["scripted.mine.toml"] == "what I still have to correct"


@pytest.mark.parametrize("name", ["fsync", "link", "replace"])
def test_what_fails_midway_leaves_the_folder_as_it_was(
    name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    put(tmp_path, found("old", crf=1))
    before = files(tmp_path)
    real, calls = getattr(os, name), [0]

    def full(*words: object) -> object:
        calls[0] += 1
        if calls[0] == (1 if name == "replace" else 2):
            raise OSError(errno.ENOSPC, "No space left on device")
        return real(*words)

    monkeypatch.setattr(os, name, full)
    presets = (found("one"), found("two"), found("old", crf=2))
    assert refusal(lambda: put(tmp_path, *presets, replace=True)) == "disk_full"
    assert files(tmp_path) == before


def test_one_that_is_built_in_or_gone_is_not_removed(tmp_path: Path) -> None:
    (imported,) = put(tmp_path, found())
    made = book(tmp_path)
    assert refusal(lambda: take_out(made, made.named("web"))) == "preset_built_in"
    os.unlink(imported.preset.origin)
    assert refusal(lambda: take_out(made, made.named("mine"))) == "destination_missing"


def test_what_is_exported_is_taken_in_elsewhere(tmp_path: Path) -> None:
    path = tmp_path / "given.toml"
    path.write_text(exported(book(tmp_path / "none").named("web")))
    (again,) = read_presets(str(path), RECIPES)
    assert again.left == ()
    assert again.file == PresetFile(SCHEMA, "scripted", "web", "Web", "For the web.", {"crf": 30})
