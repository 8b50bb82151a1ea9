from __future__ import annotations

import os
from pathlib import Path

from app.home import find_home


def test_a_named_home_keeps_everything_in_one_folder(tmp_path: Path) -> None:
    home = find_home(str(tmp_path / "h"), {})
    for place in (home.database_folder, home.settings_file, home.cache_folder, home.logs_folder, home.presets_folder):
        assert place.startswith(str(tmp_path / "h"))
    assert os.listdir(tmp_path) == [], "finding makes nothing"


def test_the_argument_goes_before_the_environment(tmp_path: Path) -> None:
    environ = {"REELYARD_HOME": str(tmp_path / "environment")}
    assert find_home(None, environ).folder == str(tmp_path / "environment")
    assert find_home(str(tmp_path / "argument"), environ).folder == str(tmp_path / "argument")


def test_a_relative_home_is_made_absolute() -> None:
    assert find_home("h", {}).folder == os.path.join(os.getcwd(), "h")


def test_without_a_name_the_platform_says_where() -> None:
    home = find_home(None, {})
    assert os.path.isabs(home.folder)
    assert "reelyard" in home.folder
    assert home.cache_folder != home.folder


def test_the_home_of_a_run_has_its_own_database_and_shares_the_rest(tmp_path: Path) -> None:
    home = find_home(str(tmp_path), {})
    run = home.for_run()
    assert run.database_folder == os.path.join(home.runs_folder, run.run_id)
    assert (run.settings_file, run.presets_folder, run.cache_folder) == (
        home.settings_file,
        home.presets_folder,
        home.cache_folder,
    )
    assert run.lock_file != home.lock_file
    assert home.for_run().run_id != run.run_id


def test_runs_are_listed_oldest_first_and_files_are_none(tmp_path: Path) -> None:
    home = find_home(str(tmp_path), {})
    assert home.runs() == ()
    runs = [home.for_run() for _ in range(3)]
    for run in reversed(runs):
        os.makedirs(run.folder)
    Path(home.runs_folder, "stray.txt").touch()
    assert home.runs() == tuple(runs)
