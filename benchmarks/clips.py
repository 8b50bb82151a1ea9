"""Fetches the real clips of clips.toml out of their packages into a cache folder. Installs nothing."""

from __future__ import annotations

import os
import shutil
import sys
import tempfile
import tomllib
import zipfile
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from tests.support.child import run

_LIST = Path(__file__).with_name("clips.toml")


class NotHere(Exception):
    """This machine cannot fetch the package: no network, no apt-get, or no such package."""


@dataclass(frozen=True)
class Clip:
    """One real clip and where it comes from."""

    name: str
    origin: str
    package: str
    path: str
    licence: str
    large: bool
    has_pictures: bool


def listed(*, large: bool = False) -> tuple[Clip, ...]:
    """The clips of the list; `large` takes those in that are long, or much to fetch."""
    rows = tomllib.loads(_LIST.read_text())["clip"]
    clips = tuple(
        Clip(
            row["name"], row["from"], row["package"], row["path"], row["licence"],
            large=row.get("large", False), has_pictures=not row.get("sound_only", False),
        )
        for row in rows
    )  # fmt: skip
    return tuple(clip for clip in clips if large or not clip.large)


def cache_folder() -> Path:
    """Where fetched clips stay: $REELYARD_CLIPS, or a folder in the user's cache."""
    if given := os.environ.get("REELYARD_CLIPS"):
        return Path(given)
    return Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "reelyard-clips"


def fetch(clips: Iterable[Clip], folder: Path | None = None) -> dict[str, Path]:
    """The clips as files, by name. A package is fetched once; what is there already is not fetched again.

    Raises:
        NotHere: a package cannot be fetched; the message names it.
    """
    folder = folder or cache_folder()
    folder.mkdir(parents=True, exist_ok=True)
    wanted = list(clips)
    missing = [clip for clip in wanted if not (folder / clip.name).exists()]
    for origin, package in sorted({(clip.origin, clip.package) for clip in missing}):
        with tempfile.TemporaryDirectory(prefix="reelyard-clips-") as scratch:
            unpacked = _unpack_debian(package, scratch) if origin == "debian" else _unpack_pypi(package, scratch)
            for clip in (clip for clip in missing if clip.package == package):
                half = folder / f".{os.getpid()}-{clip.name}"
                shutil.copyfile(unpacked / clip.path, half)
                half.replace(folder / clip.name)
    return {clip.name: folder / clip.name for clip in wanted}


def _unpack_debian(package: str, scratch: str) -> Path:
    if not (shutil.which("apt-get") and shutil.which("dpkg-deb")):
        raise NotHere(f"{package} is a Debian package, and this system has no apt-get.")
    download = ["apt-get", "download", "-q", "-o", "APT::Sandbox::User=root", package]
    if run(download, folder=scratch).code:
        run(["apt-get", "update", "-q"], folder=scratch)
        if (again := run(download, folder=scratch)).code:
            raise NotHere(f"{package} could not be fetched: {again.err.strip()[-300:]}")
    archive = next(Path(scratch).glob("*.deb"))
    done = run(["dpkg-deb", "-x", str(archive), "unpacked"], folder=scratch)
    if done.code:
        raise NotHere(f"{package} could not be unpacked: {done.err.strip()[-300:]}")
    return Path(scratch, "unpacked")


def _unpack_pypi(package: str, scratch: str) -> Path:
    done = run(
        [sys.executable, "-m", "pip", "download", "-q", "--no-deps", "--only-binary=:all:", "-d", scratch, package]
    )
    if done.code:
        raise NotHere(f"{package} could not be fetched: {done.err.strip()[-300:]}")
    unpacked = Path(scratch, "unpacked")
    with zipfile.ZipFile(next(Path(scratch).glob("*.whl"))) as wheel:
        wheel.extractall(unpacked)
    return unpacked


def main() -> None:
    """Fetches them all and prints what there is."""
    for name, file in fetch(listed(large="--large" in sys.argv)).items():
        print(f"{file.stat().st_size:>10}  {name}")


if __name__ == "__main__":
    main()
