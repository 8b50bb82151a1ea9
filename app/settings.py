"""The settings: each declared once, kept as TOML. What this version does not know stays in the file."""

from __future__ import annotations

import contextlib
import os
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Annotated, Any, Literal

import msgspec

from pipeline.model.destination import Destination, IfExists
from pipeline.model.option import nearest, option
from pipeline.model.problem import Problem, setting_bad, setting_unknown, settings_unreadable

Theme = Literal["system", "light", "dark"]


class Settings(msgspec.Struct, frozen=True, kw_only=True):
    """All settings with their defaults. Empty texts mean "not chosen"."""

    jobs_at_once: Annotated[
        int,
        option(
            "Jobs at once", "How many jobs use the processor at the same time; 0 fits it to its cores.", ge=0, le=64
        ),
    ] = 0
    ffmpeg: Annotated[
        str,
        option(
            "ffmpeg program",
            "A full path, or “path” for the one the system finds; empty uses the one that came with Reelyard.",
        ),
    ] = ""
    output_folder: Annotated[
        str, option("Output folder", "Where results go; empty puts them beside their sources.")
    ] = ""
    if_exists: Annotated[
        IfExists,
        option(
            "If the name is taken",
            "What to do when a file with the result's name is there already.",
            choices={"rename": "Use a free name", "overwrite": "Replace the old file", "skip": "Skip the job"},
        ),
    ] = "rename"
    history_days: Annotated[
        int,
        option(
            "Keep history",
            "For how many days ended jobs are listed; 0 keeps them for good.",
            ge=0,
            le=36500,
            unit="days",
        ),
    ] = 0
    keep_replaced_days: Annotated[
        int,
        option(
            "Keep replaced sources",
            "For how many days a source that was replaced can be put back; 0 keeps it for good.",
            ge=0,
            le=36500,
            unit="days",
        ),
    ] = 30
    low_priority: Annotated[
        bool, option("Give way to other programs", "Lets other programs go first when the processor is busy.")
    ] = False
    release_after_crash: Annotated[
        bool,
        option("Go on after a crash", "Starts interrupted jobs by themselves at the next start, without being asked."),
    ] = False
    stall_after_s: Annotated[
        int,
        option(
            "Stop stalled tools after",
            "A tool that shows no progress for so long is stopped.",
            ge=10,
            le=86400,
            unit="s",
        ),
    ] = 120
    theme: Annotated[
        Theme,
        option(
            "Theme",
            "The colours of the window.",
            choices={"system": "Like the system", "light": "Light", "dark": "Dark"},
        ),
    ] = "system"

    @property
    def places(self) -> int:
        """Jobs at once as a number: a quarter of the cores where none is set."""
        return self.jobs_at_once or max(1, (os.cpu_count() or 1) // 4)

    @property
    def destination(self) -> Destination:
        """Where results go when nothing else is said."""
        folder = os.path.abspath(os.path.expanduser(self.output_folder)) if self.output_folder else ""
        return Destination(os.fsencode(folder), self.if_exists)


@dataclass(frozen=True)
class SettingsFile:
    """The settings as read from a file. `others` are keys this version does not know; `warnings` say what was off."""

    path: str
    settings: Settings = field(default_factory=Settings)
    others: Mapping[str, Any] = field(default_factory=dict)
    warnings: tuple[Problem, ...] = ()
    is_damaged: bool = False

    def changed(self, **values: Any) -> SettingsFile:
        """The same file with some settings changed. Raises msgspec.ValidationError for a value out of range."""
        known = {**msgspec.structs.asdict(self.settings), **values}
        return replace(self, settings=msgspec.convert(known, Settings))

    def save(self) -> None:
        """Writes what differs from the defaults, whole or not at all; a damaged file is kept beside. Raises OSError."""
        import tomli_w

        default, now = msgspec.structs.asdict(Settings()), msgspec.structs.asdict(self.settings)
        text = tomli_w.dumps({**self.others, **{name: now[name] for name in now if now[name] != default[name]}})
        os.makedirs(os.path.dirname(self.path), exist_ok=True)
        new = f"{self.path}.new"
        try:
            with open(new, "w", encoding="utf-8") as file:
                file.write(text)
                file.flush()
                os.fsync(file.fileno())
            if self.is_damaged:
                os.replace(self.path, f"{self.path}.damaged")
            os.replace(new, self.path)
        except OSError:
            with contextlib.suppress(OSError):
                os.unlink(new)
            raise


def load_settings(path: str) -> SettingsFile:
    """Reads the settings. Never raises: what cannot be used falls back to its default, and a warning says so."""
    try:
        with open(path, "rb") as file:
            found = msgspec.toml.decode(file.read())
    except FileNotFoundError:
        return SettingsFile(path)
    except (OSError, msgspec.DecodeError, UnicodeDecodeError) as error:
        return SettingsFile(path, warnings=(settings_unreadable(path, str(error)),), is_damaged=True)
    names = [setting.name for setting in msgspec.structs.fields(Settings)]
    others = {name: value for name, value in found.items() if name not in names}
    warnings = [setting_unknown(name, nearest(name, names), path) for name in others]
    good = {}
    for name in names:
        if name in found:
            try:
                msgspec.convert({name: found[name]}, Settings)
            except msgspec.ValidationError as error:
                warnings.append(setting_bad(name, str(error).split(" - at ")[0], path))
            else:
                good[name] = found[name]
    return SettingsFile(path, msgspec.convert(good, Settings), others, tuple(warnings))
