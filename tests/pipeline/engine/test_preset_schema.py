from __future__ import annotations

from typing import Any

import pytest

from pipeline.engine.preset_schema import SCHEMA, UPGRADES, PresetFile, preset_text, read_preset
from pipeline.model.problem import PipelineError
from tests.pipeline.engine.bench import problem_of


def text(schema: Any = SCHEMA, options: str = "", recipe: str = "convert") -> str:
    return (
        f'schema = {schema}\nrecipe = "{recipe}"\nid = "mine"\nlabel = "Mine"\nsummary = "As I like it."\n'
        f"[options]\n{options}\n"
    )


# What stood in a file of that version, and what it means today.
EARLIER: list[tuple[int, str, dict[str, Any]]] = [
    (1, "subtitles = true", {"subtitles": "keep", "crf": 21}),
    (1, "subtitles = false\ncrf = 30", {"subtitles": "none", "crf": 30}),
    (1, 'video = "hevc"', {"video": "hevc", "crf": 21}),
    (1, 'video = "copy"', {"video": "copy"}),
    (1, 'video = "none"\naudio_kbps = 192', {"video": "none", "audio_kbps": 192}),
    (2, 'subtitles = "burn"', {"subtitles": "burn"}),
]


@pytest.mark.parametrize(("version", "options", "now"), EARLIER)
def test_a_file_of_every_version_means_what_it_meant(version: int, options: str, now: dict[str, Any]) -> None:
    assert read_preset("mine.toml", text(version, options)) == PresetFile(
        SCHEMA, "convert", "mine", "Mine", "As I like it.", now
    )


def test_every_version_up_to_this_one_is_tried() -> None:
    assert {version for version, _, _ in EARLIER} == set(range(1, SCHEMA + 1))
    assert len(UPGRADES) == SCHEMA - 1


def test_other_recipes_keep_what_they_say() -> None:
    assert read_preset("a", text(1, "subtitles = true", recipe="other")).options == {"subtitles": True}


WRONG: dict[str, tuple[str, str]] = {
    "later": (text(SCHEMA + 1), f"version {SCHEMA + 1} of preset files; this Reelyard knows versions up to {SCHEMA}."),
    "before the first": (text(0), "the first is 1"),
    "no number": (text('"1"'), "schema"),
    "a flag": (text("true"), "schema"),
    "no version": ('id = "mine"', "schema"),
    "no TOML": ("schema = = 1", ""),
    "options that are none": ('schema = 1\nrecipe = "convert"\noptions = 7', ""),
    "a number without end": ("schema = " + "9" * 5000, "digits"),
    "very deep": ("a = " + "[" * 5000 + "]" * 5000, "nested too deeply"),
}


@pytest.mark.parametrize("wrong", WRONG)
def test_a_file_that_cannot_be_read_is_named_with_the_reason(wrong: str) -> None:
    content, reason = WRONG[wrong]
    with pytest.raises(PipelineError) as caught:
        read_preset("mine.toml", content)
    problem = problem_of(caught.value)
    assert problem.code == "bad_preset"
    assert "mine.toml" in problem.message and reason in problem.why


def test_what_is_written_is_read_again_with_its_notes_left_out() -> None:
    options = {"crf": 21.5, "name": 'a "b"\n\\c', "also": [{"video": "none"}], "upscale": True}
    file = PresetFile(SCHEMA, "convert", "mine", "Mine", "As I like it.", options)
    written = preset_text(file, ("Imported.", "two\nlines"))
    assert written.startswith("# Imported.\n# two\n# lines\nschema = ")
    assert "default" not in written and "place" not in written
    assert read_preset("a", written) == file
