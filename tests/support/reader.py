"""Reads media with programs that are none of ours: an ffprobe of another build, and MediaInfo where it is installed."""

from __future__ import annotations

import json
import shutil
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Any

from tests.support.child import run

MISSING = "no ffprobe is installed to read results with; on Debian: apt-get install ffmpeg"


def is_here() -> bool:
    """Whether there is an ffprobe."""
    return shutil.which("ffprobe") is not None


@dataclass(frozen=True)
class Track:
    """One stream as ffprobe tells of it."""

    told: dict[str, Any]

    @property
    def kind(self) -> str:
        """`video`, `audio`, `subtitle`, `data` or `attachment`; `cover` for a picture that goes with the media."""
        if self.told.get("disposition", {}).get("attached_pic"):
            return "cover"
        return str(self.told.get("codec_type", "data"))

    @property
    def codec(self) -> str:
        """ffmpeg's name of the codec."""
        return str(self.told.get("codec_name", ""))

    @property
    def size(self) -> tuple[int, int]:
        """Width and height as they are stored."""
        return int(self.told.get("width", 0)), int(self.told.get("height", 0))

    @property
    def shape(self) -> float:
        """Width to height as shown: pixels that are not square, and the rotation, taken in."""
        width, height = self.size
        across, _, down = str(self.told.get("sample_aspect_ratio", "1:1")).partition(":")
        shape = width / height * (int(across) / int(down) if int(across or 0) and int(down or 0) else 1.0)
        return 1 / shape if self.rotation % 180 else shape

    @property
    def rotation(self) -> int:
        """Degrees a player turns it by; 0 where the file says nothing."""
        return next((int(side["rotation"]) for side in self.told.get("side_data_list", []) if "rotation" in side), 0)

    @property
    def colours(self) -> tuple[str, str, str, str]:
        """Primaries, transfer, space and range; empty where the file says nothing."""
        keys = ("color_primaries", "color_transfer", "color_space", "color_range")
        said = [str(self.told.get(key, "")) for key in keys]
        return said[0], said[1], said[2], said[3]

    @property
    def pixels(self) -> str:
        """ffmpeg's name of the pixel format."""
        return str(self.told.get("pix_fmt", ""))

    @property
    def language(self) -> str:
        """As tagged; empty where it is not."""
        said = str(self.told.get("tags", {}).get("language", ""))
        return "" if said == "und" else said

    @property
    def packets(self) -> int:
        """How many there are; they were counted."""
        return int(self.told.get("nb_read_packets", 0))

    @property
    def channels(self) -> int:
        """How many channels a sound has."""
        return int(self.told.get("channels", 0))

    @property
    def length_s(self) -> float:
        """The stream's own length; 0 where the file does not say. Matroska says it in a tag, as 00:01:02.500."""
        hours, minutes, seconds = (self.told.get("tags", {}).get("DURATION") or "0:0:0").split(":")
        return float(self.told.get("duration", int(hours) * 3600 + int(minutes) * 60 + float(seconds)))


@dataclass(frozen=True)
class Film:
    """A file as ffprobe reads it."""

    file: Path
    told: dict[str, Any]
    tracks: tuple[Track, ...] = field(default=())

    def of(self, kind: str) -> tuple[Track, ...]:
        """The streams of one kind."""
        return tuple(track for track in self.tracks if track.kind == kind)

    @property
    def video(self) -> Track:
        """The first picture that is no cover."""
        assert self.of("video"), f"{self.file.name} has no video"
        return self.of("video")[0]

    @property
    def containers(self) -> tuple[str, ...]:
        """ffmpeg's names of the container."""
        return tuple(str(self.told["format"]["format_name"]).split(","))

    @property
    def length_s(self) -> float:
        """The length the container says."""
        return float(self.told["format"].get("duration", 0.0))

    @property
    def tags(self) -> dict[str, str]:
        """The file's own tags, their names in small letters."""
        return {name.lower(): str(text) for name, text in self.told["format"].get("tags", {}).items()}

    @property
    def chapters(self) -> list[tuple[float, str]]:
        """Beginning in seconds and title of each."""
        return [
            (float(chapter["start_time"]), str(chapter.get("tags", {}).get("title", "")))
            for chapter in self.told.get("chapters", [])
        ]

    @cached_property
    def frames(self) -> list[dict[str, Any]]:
        """What ffprobe tells of every frame of the first picture; the whole stream is decoded for it."""
        return _frames(self.file, ())

    @cached_property
    def first_frame(self) -> dict[str, Any]:
        """What ffprobe tells of the first frame."""
        return _frames(self.file, ("-read_intervals", "%+#1"))[0]

    @property
    def hdr_data(self) -> set[str]:
        """The kinds of HDR data that stream and first frame carry."""
        lists = (self.video.told.get("side_data_list", []), self.first_frame.get("side_data_list", []))
        kinds = {str(side.get("side_data_type", "")) for sides in lists for side in sides}
        return {kind for kind in kinds if kind.startswith(("Mastering display", "Content light"))}

    @property
    def times_s(self) -> list[float]:
        """When each frame of the first picture is shown."""
        return [float(frame["best_effort_timestamp_time"]) for frame in self.frames]


def read(file: Path) -> Film:
    """What ffprobe says of a file.

    Raises:
        ValueError: it cannot read it; the message is what it said.
    """
    words = ("-show_format", "-show_streams", "-show_chapters", "-count_packets")
    done = run(["ffprobe", "-v", "error", *words, "-of", "json", "-i", f"file:{file}"])
    if done.code:
        raise ValueError(done.err.strip())
    told = json.loads(done.out)
    return Film(file, told, tuple(Track(stream) for stream in told.get("streams", [])))


def media_info(file: Path) -> dict[str, dict[str, str]]:
    """What MediaInfo says of the first track of each kind; empty where it is not installed."""
    if shutil.which("mediainfo") is None:
        return {}
    told = json.loads(run(["mediainfo", "--Output=JSON", str(file)]).out)
    found: dict[str, dict[str, str]] = {}
    for track in (told.get("media") or {}).get("track", []):
        found.setdefault(str(track["@type"]), track)
    return found


def _frames(file: Path, words: tuple[str, ...]) -> list[dict[str, Any]]:
    asked = ["ffprobe", "-v", "error", "-select_streams", "V:0", *words, "-show_frames", "-of", "json"]
    done = run([*asked, "-i", f"file:{file}"])
    frames: list[dict[str, Any]] = json.loads(done.out or "{}").get("frames", [])
    return frames
