"""Says what a tool's last lines mean. The only place that reads them for their sense."""

from __future__ import annotations

import os
import re
import signal
from collections.abc import Callable
from dataclasses import dataclass

from pipeline.media.process import Exit
from pipeline.model import problem
from pipeline.model.problem import Problem
from pipeline.model.source import Source
from pipeline.model.stage import Command

_DETAIL_LINES = 12
_CRASHES = frozenset({"SIGSEGV", "SIGABRT", "SIGBUS", "SIGILL", "SIGFPE", "SIGTRAP", "SIGSYS"})
_ASKED_TO_END = 255  # ffmpeg hears SIGTERM and SIGINT and ends in order, with this code and no error line


def diagnose(command: Command, exit: Exit, *, source: Source | None, folder: str) -> Problem:
    """The Problem of a process that ended with another exit code than 0, or that we stopped.

    Args:
        command: what was run.
        exit: how it ended.
        source: what the job was made from; its path is shown where it is the one at fault.
        folder: what is shown where writing was at fault.
    """
    if exit.stalled_s > 0:
        return problem.tool_stalled(command.tool, exit.stalled_s)
    case = _Case(command, exit, source, folder)
    text = "\n".join(exit.lines)
    for pattern, say in _SIGNS:
        if match := pattern.search(text):
            return say(case, match)
    if exit.code < 0:
        return _ended_by(command.tool, _signal_name(-exit.code), case.detail)
    if command.tool == "ffmpeg" and exit.code == _ASKED_TO_END and not exit.complaints:
        return problem.tool_killed(command.tool, signal.Signals.SIGTERM.name)
    return problem.tool_failed(command.tool, exit.code, case.detail)


@dataclass(frozen=True)
class _Case:
    """What a sign is judged by."""

    command: Command
    exit: Exit
    source: Source | None
    folder: str

    @property
    def detail(self) -> str:
        return "\n".join(self.exit.lines[-_DETAIL_LINES:])

    @property
    def source_path(self) -> str:
        return self.source.file if self.source is not None else self.input(0)

    def input(self, number: int) -> str:
        """The file of one `-i`, without its protocol."""
        words = self.command.argv
        files = [words[at + 1] for at, word in enumerate(words[:-1]) if word == "-i"]
        return files[number].removeprefix("file:") if number < len(files) else ""


def _bad_input(case: _Case, match: re.Match[str]) -> Problem:
    """An input that cannot be opened: a person's file, or one of ours that an earlier Step should have made well."""
    path, reason = case.input(int(match["input"])), match["reason"]
    if path and not os.path.isabs(path):
        return problem.result_wrong(f"The intermediate file {path} cannot be read ({reason})", (path,), case.detail)
    path = path or case.source_path
    match reason:
        case "moov atom not found" | "End of file":
            return problem.source_truncated(path, case.detail)
        case "No such file or directory":
            return problem.source_missing(path)
        case "Permission denied" | "Operation not permitted":
            return problem.source_unreadable(path)
        case "Is a directory":
            return problem.source_is_folder(path)
        case "Invalid data found when processing input":
            return problem.not_media(path, case.detail)
        case _:
            return problem.source_unreachable(path, reason)


def _bad_output(case: _Case, match: re.Match[str]) -> Problem:
    match match["reason"]:
        case "Permission denied" | "Read-only file system" | "Operation not permitted":
            return problem.destination_readonly(case.folder)
        case _:
            return problem.destination_missing(case.folder)


def _odd_size(case: _Case, match: re.Match[str]) -> Problem:
    size = match.groupdict()
    if size.get("width"):
        return problem.odd_size(int(size["width"]), int(size["height"]))
    video = case.source.info.video if case.source is not None and case.source.info is not None else None
    return problem.odd_size(video.width, video.height) if video else _failed(case, match)


def _codec_not_for_container(case: _Case, match: re.Match[str]) -> Problem:
    codec = next((each[1] for line in case.exit.lines if (each := _CODEC.search(line))), "One of the streams")
    return problem.codec_not_for_container(codec, match["container"])


_CODEC = re.compile(r"Could not find tag for codec (\S+) in stream")


def _no_stream(case: _Case, match: re.Match[str]) -> Problem:
    kinds = {"v": "video", "a": "audio", "s": "subtitle track", "t": "attachment", "d": "data track"}
    return problem.no_stream(case.source_path, kinds.get(match["kind"].lower(), "such stream"))


def _encoder_did_not_open(case: _Case, match: re.Match[str]) -> Problem:
    if match["encoder"].endswith(_HARDWARE):
        return problem.hardware_unusable(match["encoder"], case.detail)
    return _failed(case, match)


_HARDWARE = ("_nvenc", "_qsv", "_vaapi", "_amf", "_videotoolbox", "_v4l2m2m", "_vulkan", "_mf", "_d3d12va")


def _damaged(case: _Case, match: re.Match[str]) -> Problem:
    read = next((each for line in case.exit.lines if (each := _DECODED.search(line))), None)
    path = case.input(int(read[1])) if read else ""
    if path and not os.path.isabs(path):
        return problem.result_wrong(f"The intermediate file {path} cannot be decoded", (path,), case.detail)
    at_s = case.exit.complaints[0][0] if case.exit.complaints else 0.0
    return problem.source_damaged(path or case.source_path, at_s, case.detail)


_DECODED = re.compile(r"^\[[av]ist#(\d+):")


def _failed(case: _Case, match: re.Match[str]) -> Problem:
    return problem.tool_failed(case.command.tool, case.exit.code, case.detail)


def _ended_by(tool: str, name: str, detail: str) -> Problem:
    return problem.tool_crashed(tool, name, detail) if name in _CRASHES else problem.tool_killed(tool, name)


def _signal_name(number: int) -> str:
    try:
        return signal.Signals(number).name
    except ValueError:
        return f"signal {number}"


# Lines of ffmpeg 9.0.2, without level and addresses, in the order in which they are looked for: a full disk comes
# before what follows from it. Each but one is made by a real run in
# tests/pipeline/media/test_diagnose.py.
_SIGNS: tuple[tuple[re.Pattern[str], Callable[[_Case, re.Match[str]], Problem]], ...] = tuple(
    (re.compile(pattern, re.MULTILINE), say)
    for pattern, say in (
        # [out#0/mp4] Error writing trailer: No space left on device
        (r"No space left on device|Disk quota exceeded", lambda case, _: problem.disk_full(case.folder, case.detail)),
        # [h264_nvenc] OpenEncodeSessionEx failed: out of memory (10): (no details) … Cannot allocate memory
        # It is the card's memory, or its number of encodes at once; no card was at hand to make these two lines.
        (
            r"^\[(?P<encoder>\w+_nvenc)\] OpenEncodeSessionEx failed",
            lambda case, match: problem.hardware_unusable(match["encoder"], case.detail),
        ),
        (r"File too large", lambda case, _: problem.file_too_large(case.folder)),
        (
            r"Cannot allocate memory|std::bad_alloc|^MemoryError|malloc of size \d+ failed",
            lambda case, _: problem.out_of_memory(case.command.tool, case.detail),
        ),
        # [in#0] moov atom not found
        (r"^\[in#(?P<input>\d+)[^]]*\] (?P<reason>moov atom not found)$", _bad_input),
        # [in#0] Error opening input: No such file or directory
        (r"^\[in#(?P<input>\d+)[^]]*\] Error opening input: (?P<reason>.+)$", _bad_input),
        # [out#0/mp4] Error opening output file:x/out.mp4: Read-only file system
        (r"^\[out#\d+[^]]*\] Error opening output .*: (?P<reason>[^:\n]+)$", _bad_output),
        (
            r"^\[out#\d+[^]]*\] Error (?:writing|closing|muxing|submitting)[^:\n]*: "
            r"(?P<reason>Input/output error|Read-only file system|Stale file handle|No such device)$",
            _bad_output,
        ),
        # [vost#0:0] Unknown encoder 'libnope'
        (r"Unknown encoder '(?P<name>[^']+)'", lambda _, match: problem.encoder_missing(match["name"])),
        # [AVFilterGraph] No such filter: 'nosuch'
        (r"No such filter: '(?P<name>[^']+)'", lambda _, match: problem.filter_missing(match["name"])),
        (
            r"no decoder found for: (?P<name>\S+)|Decoder \(codec (?P<codec>\S+)\) not found",
            lambda case, match: problem.decoder_missing(match["name"] or match["codec"], case.source_path),
        ),
        # [fatal] Stream map '' matches no streams. … Failed to set value '0:s' for option 'map': Invalid argument
        (r"Failed to set value '\d+:(?P<kind>[a-zA-Z]?)[^'\n]*' for option 'map'", _no_stream),
        (r"Output file does not contain any stream(?P<kind>)", _no_stream),
        # [libx264] width not divisible by 2 (321x181)
        (r"(?:width|height) not divisible by 2 \((?P<width>\d+)x(?P<height>\d+)\)", _odd_size),
        # x265 [error]: Picture width must be an integer multiple of the specified chroma subsampling
        (r"x265 \[error\]: Picture (?:width|height) must be an integer multiple", _odd_size),
        # [out#0/webm] Could not write header (incorrect codec parameters ?): Invalid argument
        (
            r"^\[out#\d+/(?P<container>[^]]+)\] Could not write header \(incorrect codec parameters \?\): "
            r"(?:Invalid argument|Not yet implemented)",
            _codec_not_for_container,
        ),
        # [vost#0:0/h264_nvenc] [enc:h264_nvenc] Error while opening encoder - maybe incorrect parameters such as …
        (r"\[enc:(?P<encoder>[^]]+)\] Error while opening encoder", _encoder_did_not_open),
        # [aist#0:0/aac] [dec:aac] Decode error rate 1 exceeds maximum 0.666667
        (r"Decode error rate \S+ exceeds maximum", _damaged),
        (
            r"(?:Error submitting packet to decoder|Decoding error|error while decoding)"
            r"[\s\S]*Nothing was written into output file",
            _damaged,
        ),
    )
)
