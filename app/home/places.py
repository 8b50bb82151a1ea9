"""Where a home keeps what. Makes no folder and reads none, but to list the homes of single runs."""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass, replace

from pipeline.model.job import new_id

_VARIABLE = "REELYARD_HOME"


@dataclass(frozen=True)
class Home:
    """The folders of one home, all absolute.

    `folder` holds the database, the owner's lock and the homes of single runs. `run_id` is set on the home of a
    single run, which has a database of its own and shares settings, presets and caches with the home it lies in.
    """

    folder: str
    config_folder: str
    cache_folder: str
    logs_folder: str
    run_id: str = ""

    @property
    def database_folder(self) -> str:
        """Where the database and its backups are."""
        return self.folder

    @property
    def presets_folder(self) -> str:
        """The user's own presets."""
        return os.path.join(self.config_folder, "presets")

    @property
    def settings_file(self) -> str:
        """The settings, as TOML."""
        return os.path.join(self.config_folder, "settings.toml")

    @property
    def runs_folder(self) -> str:
        """The homes of single runs, one folder each."""
        return os.path.join(self.folder, "runs")

    @property
    def lock_file(self) -> str:
        """What the owner holds locked."""
        return os.path.join(self.folder, "owner.lock")

    def for_run(self, run_id: str = "") -> Home:
        """The home of one run beside an owner; a new one without `run_id`."""
        run_id = run_id or new_id()
        folder = os.path.join(self.runs_folder, run_id)
        return replace(self, folder=folder, logs_folder=os.path.join(folder, "logs"), run_id=run_id)

    def runs(self) -> tuple[Home, ...]:
        """The homes of single runs that are there, oldest first (their ids begin with the time)."""
        try:
            with os.scandir(self.runs_folder) as entries:
                names = sorted(entry.name for entry in entries if entry.is_dir(follow_symlinks=False))
        except OSError:
            return ()
        return tuple(self.for_run(name) for name in names)


def find_home(argument: str | None = None, environ: Mapping[str, str] = os.environ) -> Home:
    """The home to use: the argument, else REELYARD_HOME, else the platform's folders.

    A named home keeps everything in one folder. Nothing is created.
    """
    if named := argument or environ.get(_VARIABLE):
        folder = os.path.abspath(os.path.expanduser(named))
        return Home(folder, folder, os.path.join(folder, "cache"), os.path.join(folder, "logs"))
    import platformdirs  # here, so that a named home does without it

    platform = platformdirs.PlatformDirs("reelyard", appauthor=False)
    return Home(
        folder=platform.user_data_dir,
        config_folder=platform.user_config_dir,
        cache_folder=platform.user_cache_dir,
        logs_folder=platform.user_log_dir,
    )
