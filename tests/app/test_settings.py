from __future__ import annotations

import os
from pathlib import Path

import msgspec
import pytest

from app.settings import Settings, load_settings
from pipeline.model.option import fields_of


def test_without_a_file_all_settings_have_their_defaults(tmp_path: Path) -> None:
    found = load_settings(str(tmp_path / "settings.toml"))
    assert found.settings == Settings()
    assert found.warnings == ()


def test_what_is_saved_is_read_again_and_defaults_are_not_written(tmp_path: Path) -> None:
    path = tmp_path / "deep" / "settings.toml"
    load_settings(str(path)).changed(jobs_at_once=3, if_exists="skip").save()
    assert path.read_text() == 'jobs_at_once = 3\nif_exists = "skip"\n'
    assert load_settings(str(path)).settings == Settings(jobs_at_once=3, if_exists="skip")
    assert os.listdir(path.parent) == ["settings.toml"]


@pytest.mark.parametrize("name", [field.name for field in fields_of(Settings)])
def test_every_setting_survives_being_saved(name: str, tmp_path: Path) -> None:
    field = next(field for field in fields_of(Settings) if field.name == name)
    other = {
        "flag": not field.default,
        "integer": int(field.ge or 0) + 11,
        "text": "somewhere",
        "choice": field.values[-1][0] if field.values else "",
    }[field.kind]
    file = load_settings(str(tmp_path / "settings.toml")).changed(**{name: other})
    file.save()
    assert getattr(load_settings(file.path).settings, name) == other


def test_a_key_of_another_version_is_kept_and_warned_about(tmp_path: Path) -> None:
    path = tmp_path / "settings.toml"
    path.write_text("jobs_at_onse = 3\nlow_priority = true\n[viewer]\nport = 1\n")
    found = load_settings(str(path))
    assert found.settings == Settings(low_priority=True)
    assert [warning.code for warning in found.warnings] == ["setting_unknown"] * 2
    assert "Perhaps “jobs_at_once” was meant." in found.warnings[0].remedy.text
    found.changed(low_priority=False).save()
    assert path.read_text() == "jobs_at_onse = 3\n\n[viewer]\nport = 1\n"


@pytest.mark.parametrize(
    ("line", "reason"),
    [
        ("jobs_at_once = 65", "Expected `int` <= 64"),
        ("jobs_at_once = 'many'", "Expected `int`, got `str`"),
        ("theme = 'pink'", "Invalid enum value 'pink'"),
        ("low_priority = 1", "Expected `bool`, got `int`"),
    ],
)
def test_a_bad_value_falls_back_to_its_default_with_a_sentence(line: str, reason: str, tmp_path: Path) -> None:
    path = tmp_path / "settings.toml"
    path.write_text(f"{line}\nhistory_days = 30\n")
    found = load_settings(str(path))
    assert found.settings == Settings(history_days=30)
    (warning,) = found.warnings
    assert warning.message.endswith("has a value it cannot take; its default is used.")
    assert warning.why.startswith(reason)


@pytest.mark.parametrize("content", [b"jobs_at_once = = 3", b"\xff\xfe"])
def test_a_damaged_file_is_said_to_be_so_and_kept_beside(content: bytes, tmp_path: Path) -> None:
    path = tmp_path / "settings.toml"
    path.write_bytes(content)
    found = load_settings(str(path))
    assert found.settings == Settings()
    assert [warning.code for warning in found.warnings] == ["settings_unreadable"]
    found.changed(jobs_at_once=2).save()
    assert (tmp_path / "settings.toml.damaged").read_bytes() == content
    assert load_settings(str(path)).settings.jobs_at_once == 2


def test_a_file_that_cannot_be_written_leaves_the_old_one(tmp_path: Path) -> None:
    path = tmp_path / "settings.toml"
    path.write_text("jobs_at_once = 1\n")
    (tmp_path / "settings.toml.new").mkdir()
    with pytest.raises(OSError):
        load_settings(str(path)).changed(jobs_at_once=2).save()
    assert path.read_text() == "jobs_at_once = 1\n"


def test_a_change_out_of_range_is_refused(tmp_path: Path) -> None:
    with pytest.raises(msgspec.ValidationError):
        load_settings(str(tmp_path / "settings.toml")).changed(stall_after_s=1)


def test_jobs_at_once_follow_the_cores_unless_they_are_set(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(os, "cpu_count", lambda: 16)
    assert Settings().places == 4
    assert Settings(jobs_at_once=7).places == 7
    monkeypatch.setattr(os, "cpu_count", lambda: 2)
    assert Settings().places == 1


def test_results_go_beside_their_sources_unless_a_folder_is_set(tmp_path: Path) -> None:
    assert Settings().destination.folder == b""
    assert Settings(output_folder=str(tmp_path)).destination.folder == os.fsencode(tmp_path)
    assert Settings(if_exists="skip").destination.if_exists == "skip"
