"""What went wrong, why, and what to do now. Every sentence a person reads about a failure is made here.

A new problem is a new constructor. `message` is what happened, `why` the cause, the Remedy what to do now.
"""

from __future__ import annotations

from typing import Literal

import msgspec

from pipeline.model.source import shown

Action = Literal[
    "none", "retry", "choose_destination", "free_space", "locate_source", "choose_tool", "show_details",
    "change_options", "open_settings", "report", "show_folder",
]  # fmt: skip


class Remedy(msgspec.Struct, frozen=True):
    """What to do now: a sentence, and the action a button can offer for it."""

    text: str
    action: Action


class Problem(msgspec.Struct, frozen=True, omit_defaults=True):
    """Something that went wrong.

    `detail` holds last lines of a tool's log or a traceback. `is_transient` says that trying the Step again
    may help. `condemns` names scratch files that cannot be trusted: the Runner forgets the Steps that made them.
    """

    code: str
    message: str
    why: str
    remedy: Remedy
    detail: str = ""
    is_transient: bool = False
    condemns: tuple[str, ...] = ()

    def __str__(self) -> str:
        return f"{self.message} {self.why} {self.remedy.text}"


class Warn(msgspec.Struct, frozen=True, omit_defaults=True):
    """Something a person should know about a result that is good enough to keep. `at_s` is where, in seconds."""

    code: str
    message: str
    at_s: float | None = None


class PipelineError(Exception):
    """The world's fault, not ours. The Runner turns it into a failed attempt with this Problem."""

    def __init__(self, problem: Problem) -> None:
        super().__init__(str(problem))
        self.problem = problem


_SOURCE_DETAILS = Remedy("Check the file in a player, or take it from its origin again.", "show_details")


def source_missing(path: str | bytes) -> Problem:
    return Problem(
        "source_missing",
        f"The source is gone: {shown(path)}.",
        "It was moved, renamed or deleted, or its drive was disconnected.",
        Remedy("Put it back, or add it again from its new place, then retry.", "locate_source"),
    )


def source_changed(path: str | bytes) -> Problem:
    return Problem(
        "source_changed",
        f"The source changed while it was being processed: {shown(path)}.",
        "Its size or time of change is not what it was when work began.",
        Remedy("Retry when it has stopped changing; the work starts again from the new content.", "retry"),
    )


def source_growing(path: str | bytes) -> Problem:
    return Problem(
        "source_growing",
        f"The source is still being written: {shown(path)}.",
        "Its size or time of change moved while we looked at it.",
        Remedy("Retry when the program that writes it has finished.", "retry"),
        is_transient=True,
    )


def source_is_folder(path: str | bytes) -> Problem:
    return Problem(
        "source_is_folder",
        f"This is a folder where a file was expected: {shown(path)}.",
        "It took the place of the file after that was added.",
        Remedy("Add the folder again, so that the media inside it are taken.", "locate_source"),
    )


def broken_link(path: str | bytes) -> Problem:
    return Problem(
        "broken_link",
        f"This link points nowhere: {shown(path)}.",
        "The file it stands for was moved or deleted.",
        Remedy("Add the file itself.", "locate_source"),
    )


def not_a_file(path: str | bytes) -> Problem:
    return Problem(
        "not_a_file",
        f"This is not a regular file: {shown(path)}.",
        "Pipes, sockets and devices cannot be read twice, so a result made from them cannot be verified.",
        Remedy("Save its content to a file and add that.", "locate_source"),
    )


def source_unreadable(path: str | bytes) -> Problem:
    return Problem(
        "source_unreadable",
        f"The source may not be read: {shown(path)}.",
        "Your account has no permission to open it.",
        Remedy("Give yourself permission to read it, then retry.", "retry"),
    )


def source_empty(path: str | bytes) -> Problem:
    return Problem(
        "source_empty",
        f"The source is empty: {shown(path)}.",
        "It has a size of 0 bytes; a copy or download probably never finished.",
        Remedy("Take it from its origin again, then retry.", "retry"),
    )


def not_media(path: str | bytes, detail: str = "") -> Problem:
    return Problem(
        "not_media",
        f"This is not a media file: {shown(path)}.",
        "No known container or codec was found in it.",
        Remedy("Remove it from the list, or open it with the program it belongs to.", "show_details"),
        detail,
    )


def source_truncated(path: str | bytes, detail: str = "") -> Problem:
    return Problem(
        "source_truncated",
        f"The source is cut off and cannot be opened: {shown(path)}.",
        "The index that stands at its end is missing; a recording or copy was interrupted.",
        Remedy("Copy it again from its origin, or repair it with a tool for that camera.", "show_details"),
        detail,
    )


def probe_stuck(path: str | bytes, limit_s: float) -> Problem:
    return Problem(
        "probe_stuck",
        f"Looking into the file took more than {limit_s:g} s: {shown(path)}.",
        "The drive does not answer, or the file is damaged so that reading it never ends.",
        Remedy("Check the drive or copy the file to this computer, then retry.", "retry"),
        is_transient=True,
    )


def probe_died(path: str | bytes, detail: str = "") -> Problem:
    return Problem(
        "probe_died",
        f"The file makes the reader of media files crash: {shown(path)}.",
        "It is damaged in a way the decoder libraries do not survive.",
        _SOURCE_DETAILS,
        detail,
    )


def no_stream(path: str | bytes, wanted: str) -> Problem:
    return Problem(
        "no_stream",
        f"There is no {wanted} in this file: {shown(path)}.",
        f"The recipe's options keep {wanted} only, so the result would be empty.",
        Remedy("Choose a preset that fits what is in the file.", "change_options"),
    )


def codec_not_for_container(codec: str, container: str) -> Problem:
    return Problem(
        "codec_not_for_container",
        f"{codec} cannot be stored in {container.upper()} without encoding it again.",
        "The container has no place for this codec.",
        Remedy("Choose a preset that encodes, or another container.", "change_options"),
    )


def source_damaged(path: str | bytes, at_s: float, detail: str = "") -> Problem:
    return Problem(
        "source_damaged",
        f"The source is damaged and nothing of it could be decoded: {shown(path)}.",
        f"Reading failed {at_s:.1f} s into it.",
        _SOURCE_DETAILS,
        detail,
    )


def unknown_recipe(name: str, nearest: str) -> Problem:
    return _unknown("recipe", name, nearest, "reelyard recipes")


def unknown_preset(name: str, nearest: str) -> Problem:
    return _unknown("preset", name, nearest, "reelyard presets")


def unknown_option(name: str, nearest: str) -> Problem:
    return _unknown("option", name, nearest, "reelyard recipes")


def bad_preset(origin: str, reason: str) -> Problem:
    return Problem(
        "bad_preset",
        f"The preset file {shown(origin)} cannot be used.",
        reason.rstrip(".") + ".",
        Remedy("Correct the file or move it away; other presets are not affected.", "change_options"),
    )


def _unknown(kind: str, name: str, nearest: str, listing: str) -> Problem:
    hint = f"The nearest name is “{nearest}”. " if nearest else ""
    return Problem(
        f"unknown_{kind}",
        f"There is no {kind} named “{name}”.",
        "The name is misspelt, or belongs to another version.",
        Remedy(f"{hint}“{listing}” lists them all.", "change_options"),
    )


def bad_option(name: str, reason: str) -> Problem:
    return Problem(
        "bad_option",
        f"The option “{name}” has a value it cannot take.",
        reason.rstrip(".") + ".",
        Remedy("Give it a value that fits, then start again.", "change_options"),
    )


def destination_readonly(folder: str | bytes) -> Problem:
    return Problem(
        "destination_readonly",
        f"Nothing can be written to {shown(folder)}.",
        "The folder or its drive is read-only for your account.",
        Remedy("Choose another folder, or give yourself permission to write there.", "choose_destination"),
    )


def destination_missing(folder: str | bytes) -> Problem:
    return Problem(
        "destination_missing",
        f"The destination is gone: {shown(folder)}.",
        "The folder was deleted, or its drive was disconnected.",
        Remedy("Connect the drive or choose another folder, then retry.", "choose_destination"),
    )


def disk_full(folder: str | bytes, detail: str = "") -> Problem:
    return Problem(
        "disk_full",
        f"The disk is full: {shown(folder)}.",
        "The result did not fit on the drive of the destination.",
        Remedy("Free some space or choose another folder, then retry; finished steps are kept.", "free_space"),
        detail,
    )


def destination_exists(path: str | bytes) -> Problem:
    return Problem(
        "destination_exists",
        f"The result is there already: {shown(path)}.",
        "The job's rule says to skip a name that is taken.",
        Remedy("Retry makes it again under a free name.", "retry"),
    )


def tool_missing(tool: str) -> Problem:
    return Problem(
        "tool_missing",
        f"{tool} was not found.",
        "The file the settings name, and the one that came with Reelyard, cannot be started.",
        Remedy(f"Install {tool}, or set REELYARD_FFMPEG to the one you have.", "choose_tool"),
    )


def tool_too_old(tool: str, found: str, needed: str) -> Problem:
    return Problem(
        "tool_too_old",
        f"{tool} {found} is too old.",
        f"Reelyard needs {needed} or newer.",
        Remedy("Use the one that comes with Reelyard: remove the setting or REELYARD_FFMPEG.", "choose_tool"),
    )


def tool_unusable(tool: str, detail: str) -> Problem:
    return Problem(
        "tool_unusable",
        f"{tool} does not answer like {tool}.",
        "It started, but what it printed about its version could not be understood.",
        Remedy("Choose another one, or remove the setting to use the one that comes with Reelyard.", "choose_tool"),
        detail,
    )


def encoder_missing(encoder: str) -> Problem:
    return Problem(
        "encoder_missing",
        f"This ffmpeg has no encoder named {encoder}.",
        "It was built without it.",
        Remedy("Choose another codec, or the ffmpeg that comes with Reelyard.", "change_options"),
    )


def tool_failed(tool: str, exit_code: int, detail: str) -> Problem:
    return Problem(
        "tool_failed",
        f"{tool} stopped with exit code {exit_code}.",
        "Its last lines say why, as far as it told.",
        Remedy("Read the log; if the source plays elsewhere, report this.", "report"),
        detail,
    )


def tool_killed(tool: str, signal_name: str) -> Problem:
    return Problem(
        "tool_killed",
        f"{tool} was stopped from outside ({signal_name}).",
        "Another program or the system ended it; with SIGKILL the usual cause is too little memory.",
        Remedy("Close other programs, then retry; finished steps are kept.", "retry"),
        is_transient=True,
    )


def tool_stalled(tool: str, quiet_s: float) -> Problem:
    return Problem(
        "tool_stalled",
        f"{tool} made no progress for {quiet_s:g} s and was stopped.",
        "It hangs, or the drive it reads from does not answer.",
        Remedy("Check the drive, then retry; finished steps are kept.", "retry"),
        is_transient=True,
    )


def out_of_memory(tool: str, detail: str = "") -> Problem:
    return Problem(
        "out_of_memory",
        f"{tool} ran out of memory.",
        "The picture size, the codec and the jobs at once need more than this computer has free.",
        Remedy("Let fewer jobs run at once, then retry.", "retry"),
        detail,
        is_transient=True,
    )


def result_wrong(what: str, condemns: tuple[str, ...], detail: str = "") -> Problem:
    return Problem(
        "result_wrong",
        "The result did not pass its check and was thrown away.",
        what.rstrip(".") + ".",
        Remedy("Retry makes it again; the source is as it was.", "retry"),
        detail,
        condemns=condemns,
    )


def crash_loop(stage: str) -> Problem:
    return Problem(
        "crash_loop",
        f"Reelyard stopped three times while “{stage}” was running on this file.",
        "The file or the options make the computer or the program crash.",
        Remedy("Retry with other options, or report it with the log.", "report"),
    )


def store_unwritable(detail: str) -> Problem:
    return Problem(
        "store_unwritable",
        "The history cannot be written, so nothing new is started.",
        "The drive of the home folder is full, read-only or failing.",
        Remedy("Free some space there; work goes on by itself when writing works again.", "free_space"),
        detail,
    )


def store_is_newer(found: int, known: int) -> Problem:
    return Problem(
        "store_is_newer",
        "The history was written by a newer Reelyard and is opened for reading only.",
        f"Its format is number {found}; this version knows up to {known}.",
        Remedy("Update Reelyard, or use another home folder.", "none"),
    )


def home_owned(home: str | bytes, pid: int) -> Problem:
    return Problem(
        "home_owned",
        f"Another Reelyard (process {pid}) is using {shown(home)}.",
        "A home folder has one owner at a time, so that nothing is done twice.",
        Remedy("Use that one, close it, or give another folder with --home.", "none"),
    )


def home_on_network(home: str | bytes) -> Problem:
    return Problem(
        "home_on_network",
        f"The home folder is on a network drive: {shown(home)}.",
        "Database locks do not work reliably there, and work could be lost.",
        Remedy("Give a folder on this computer with --home or REELYARD_HOME.", "open_settings"),
    )


def unwritable_home(home: str | bytes, detail: str) -> Problem:
    return Problem(
        "home_unwritable",
        f"The home folder cannot be used: {shown(home)}.",
        "Your account cannot write there.",
        Remedy("Give another folder with --home or REELYARD_HOME.", "open_settings"),
        detail,
    )


def setting_unknown(name: str, nearest: str, file: str) -> Problem:
    hint = f"Perhaps “{nearest}” was meant. " if nearest else ""
    return Problem(
        "setting_unknown",
        f"The setting “{name}” is not known and was left as it is.",
        f"It stands in {shown(file)}, misspelt or written by another version.",
        Remedy(f"{hint}Correct or remove it there.", "open_settings"),
    )


def setting_bad(name: str, reason: str, file: str) -> Problem:
    return Problem(
        "setting_bad",
        f"The setting “{name}” has a value it cannot take; its default is used.",
        f"{reason.rstrip('.')}, in {shown(file)}.",
        Remedy("Correct it there or in the settings.", "open_settings"),
    )


def settings_unreadable(file: str, detail: str) -> Problem:
    return Problem(
        "settings_unreadable",
        f"The settings cannot be read, so all have their defaults: {shown(file)}.",
        "The file may not be opened, or is not written as TOML.",
        Remedy("Correct the file, or remove it to begin anew.", "open_settings"),
        detail,
    )


def wrong_use(what: str, hint: str) -> Problem:
    return Problem(
        "wrong_use",
        what,
        "The command line was not understood, and nothing was done.",
        Remedy(hint, "none"),
    )


def nothing_found(paths: str) -> Problem:
    return Problem(
        "nothing_found",
        f"No media was found in {paths}.",
        "The folder is empty, or holds only files of other kinds.",
        Remedy("Give the files themselves, or another folder.", "none"),
    )


def no_screen() -> Problem:
    return Problem(
        "no_screen",
        "There is no screen to open a window on.",
        "Neither DISPLAY nor WAYLAND_DISPLAY is set.",
        Remedy("Use “reelyard run RECIPE INPUT…”, which needs none.", "none"),
    )


def window_libraries_missing(detail: str) -> Problem:
    return Problem(
        "window_libraries_missing",
        f"The window cannot be opened: {detail.rstrip('.')}.",
        "System libraries that Qt needs are not installed.",
        Remedy("“python3 reelyard.py” names the command that installs them; “reelyard run” works without.", "none"),
    )


def store_damaged(detail: str) -> Problem:
    return Problem(
        "store_damaged",
        "The history is damaged, so nothing new is started.",
        "What was read back from the drive is not what was written there.",
        Remedy("Close Reelyard and start it again: it repairs the history and keeps what can be read.", "none"),
        detail,
    )


def store_salvaged(jobs_kept: int, aside: str | bytes) -> Problem:
    return Problem(
        "store_salvaged",
        f"The history was damaged and has been repaired; {_jobs(jobs_kept)} could be read and kept.",
        f"The drive, or something that writes to it, changed the file. It was moved to {shown(aside)}.",
        Remedy("Look through the list for what is missing, and add it again.", "show_folder"),
    )


def store_restored(jobs_kept: int, made_at: str, aside: str | bytes) -> Problem:
    return Problem(
        "store_restored",
        f"The history was damaged and the copy of {made_at} took its place, with {_jobs(jobs_kept)}.",
        f"Nothing in the damaged file could be read. It was moved to {shown(aside)}.",
        Remedy("Look through the list for what is missing since then, and add it again.", "show_folder"),
    )


def _jobs(count: int) -> str:
    return "1 job" if count == 1 else f"{count:,} jobs"


def source_unreachable(path: str | bytes, reason: str) -> Problem:
    return Problem(
        "source_unreachable",
        f"The source cannot be reached: {shown(path)}.",
        f"Its drive answered: {reason.rstrip('.')}.",
        Remedy("Check the drive or the connection to it, then retry.", "retry"),
        is_transient=True,
    )


def odd_size(width: int, height: int) -> Problem:
    return Problem(
        "odd_size",
        f"A picture of {width}×{height} cannot be encoded like this.",
        "The codec stores colour for blocks of 2×2 pixels, so width and height must be even.",
        Remedy("Choose a preset that scales or pads the picture.", "change_options"),
    )


def space_low(folder: str | bytes, free: str) -> Problem:
    return Problem(
        "space_low",
        f"There is little space left: {free} in {shown(folder)}.",
        "Work is kept there while it is done, and a result of some length will not fit.",
        Remedy("Free some space there.", "free_space"),
    )


def file_too_large(folder: str | bytes) -> Problem:
    return Problem(
        "file_too_large",
        f"The drive does not take a file of this size: {shown(folder)}.",
        "Its file system has a limit for one file; on many sticks and cards it is 4 GiB.",
        Remedy("Choose a folder on another drive, then retry; finished steps are kept.", "choose_destination"),
    )


def filter_missing(name: str) -> Problem:
    return Problem(
        "filter_missing",
        f"This ffmpeg has no filter named {name}.",
        "It was built without it.",
        Remedy("Use the ffmpeg that comes with Reelyard: remove the setting or REELYARD_FFMPEG.", "choose_tool"),
    )


def decoder_missing(codec: str, path: str | bytes) -> Problem:
    return Problem(
        "decoder_missing",
        f"This ffmpeg cannot decode {codec}, which is in {shown(path)}.",
        "The codec is unknown to it, or the content is encrypted.",
        Remedy("Convert the file with the program that made it, then add the new file.", "show_details"),
    )


def hardware_unusable(encoder: str, detail: str = "") -> Problem:
    return Problem(
        "hardware_unusable",
        f"The hardware encoder {encoder} did not start.",
        "Its driver is missing, busy or too old, or the hardware does not do this size or format.",
        Remedy("Choose a preset without hardware encoding, or update the driver.", "change_options"),
        detail,
    )


def tool_crashed(tool: str, signal_name: str, detail: str = "") -> Problem:
    return Problem(
        "tool_crashed",
        f"{tool} crashed ({signal_name}).",
        "It has a fault that this file or these options bring out.",
        Remedy("Try another preset or another version of it; report it with the log if that helps.", "report"),
        detail,
    )


def no_times(path: str | bytes) -> Problem:
    return Problem(
        "no_times",
        f"The pictures in this file cannot be copied: {shown(path)}.",
        "Its container does not say when each one is shown, so they would come in the wrong order.",
        Remedy("Choose a preset that encodes them.", "change_options"),
    )


def job_at_work(state: str) -> Problem:
    return Problem(
        "job_at_work",
        f"This job cannot be removed now: it is {state}.",
        "What a job at work has made so far would be taken away under it.",
        Remedy("Cancel it first, then remove it.", "none"),
    )


def skipped_by_rule(what: str, option: str) -> Problem:
    return Problem(
        "skipped_by_rule",
        what.rstrip(".") + ".",
        f"The option “{option}” says so.",
        Remedy("Retry makes it all the same.", "retry"),
    )


def not_a_preset(path: str, reason: str) -> Problem:
    return Problem(
        "not_a_preset",
        f"Nothing was imported from {shown(path)}.",
        reason.rstrip(".") + ".",
        Remedy("Give a preset that Reelyard or HandBrake has exported.", "none"),
    )


def preset_exists(name: str, is_built_in: bool) -> Problem:
    whose = "A preset that comes with Reelyard" if is_built_in else "Another preset of yours"
    return Problem(
        "preset_exists",
        f"There is a preset named “{name}” already, and nothing was imported.",
        f"{whose} has this id, and an id stands for one preset only.",
        Remedy("Give another id with --as, or --replace to let the new one take its place.", "none"),
    )


def preset_built_in(name: str) -> Problem:
    return Problem(
        "preset_built_in",
        f"The preset “{name}” cannot be removed.",
        "It comes with Reelyard and is not a file of yours.",
        Remedy("A preset of yours with the same id takes its place: export it, change it and import it.", "none"),
    )


def ambiguous_preset(name: str, fuller: tuple[str, ...]) -> Problem:
    return Problem(
        "ambiguous_preset",
        f"There is more than one preset named “{name}”.",
        "More than one recipe has a preset with this id.",
        Remedy(f"Say which one is meant: {' or '.join(fuller)}.", "change_options"),
    )


def source_is_link(path: str | bytes) -> Problem:
    return Problem(
        "source_is_link",
        f"This source cannot be replaced: {shown(path)}.",
        "It is a link, and the file it stands for lies elsewhere and may be used under other names.",
        Remedy("Add the file itself, or make the result without replacing the source.", "locate_source"),
    )


def source_not_movable(path: str | bytes, reason: str) -> Problem:
    return Problem(
        "source_not_movable",
        f"The source could not make room for its result: {shown(path)}.",
        f"It could not be moved to a folder beside it: {reason.rstrip('.')}.",
        Remedy("Close programs that use it and check your rights there, then retry; finished steps are kept.", "retry"),
    )


def nothing_to_undo(job: str) -> Problem:
    return Problem(
        "nothing_to_undo",
        f"There is nothing to undo for {job}.",
        "It replaced no source, or what it replaced was kept for as long as the settings say and is gone.",
        Remedy("“reelyard undo --list” shows what can be undone.", "none"),
    )


def undo_too_early(state: str) -> Problem:
    return Problem(
        "undo_too_early",
        f"This job cannot be undone now: it is {state}.",
        "Its source is being replaced, and that is finished first.",
        Remedy("Finish it with “reelyard resume” or in the window, then undo it.", "none"),
    )


def kept_source_gone(path: str | bytes) -> Problem:
    return Problem(
        "kept_source_gone",
        f"The source that was kept is gone: {shown(path)}.",
        "It was moved or deleted by somebody else, or its drive is not connected.",
        Remedy("Connect the drive, or put the file back there, then undo again.", "locate_source"),
    )


def undo_name_taken(path: str | bytes) -> Problem:
    return Problem(
        "undo_name_taken",
        f"The source cannot go back to its place: {shown(path)}.",
        "Another file has that name now, or the result there was changed since.",
        Remedy("Move or rename that file, then try again.", "show_folder"),
    )


def undo_in_use(path: str | bytes) -> Problem:
    return Problem(
        "undo_in_use",
        f"A job still has to read {shown(path)}.",
        "Undoing would move that file away under it.",
        Remedy("Let the job end or cancel it, then undo again.", "none"),
    )


def undo_failed(path: str | bytes, reason: str) -> Problem:
    return Problem(
        "undo_failed",
        f"A file could not be moved: {shown(path)}.",
        f"Its drive answered: {reason.rstrip('.')}.",
        Remedy("Nothing is lost. When the drive can be written again, undo goes on where it stopped.", "retry"),
    )


def dolby_vision_without_base(profile: str) -> Problem:
    return Problem(
        "dolby_vision_without_base",
        f"This film is in Dolby Vision profile {profile.partition('.')[0]}, which cannot be encoded anew.",
        "Its colours are of a kind that only a Dolby Vision decoder understands; they would come out green and purple.",
        Remedy("Choose Copy as the video codec: it keeps the pictures as they are.", "change_options"),
    )


def no_subtitle(path: str | bytes, languages: str) -> Problem:
    wanted = f"None of its subtitles is in {languages}" if languages else "It has none that can be drawn"
    return Problem(
        "no_subtitle",
        f"There is no subtitle to burn in: {shown(path)}.",
        f"{wanted}, and no file with one lies beside it.",
        Remedy("Choose other subtitle languages, or put a subtitle file of the same name beside it.", "change_options"),
    )


def size_too_small(
    target: int, seconds: float, width: int, height: int, kbps: float, good_kbps: float, needed: float
) -> Problem:
    """`target` and `needed` in bytes, `kbps` what would be left for pictures."""
    return Problem(
        "size_too_small",
        f"No more than {_mb(target)} are too few for {_clock(seconds)} of {width}×{height}.",
        f"Only {kbps:.3g} kb/s would be left for the pictures, and they need {good_kbps:,.0f} kb/s to be worth a look.",
        Remedy(f"Allow about {_mb(needed)}, choose a smaller picture, or accept poor ones.", "change_options"),
    )


def sound_too_large(sound: int, target: int, seconds: float) -> Problem:
    return Problem(
        "sound_too_large",
        f"The sound alone has {_mb(sound)}; {_mb(target)} were allowed for all.",
        f"Over {_clock(seconds)} that is {sound * 8 / 1000 / max(seconds, 0.001):,.0f} kb/s.",
        Remedy("Allow a larger file, or choose a lower audio bit rate or fewer tracks.", "change_options"),
    )


def size_out_of_reach(target: int, smallest: int) -> Problem:
    """Both in bytes; `smallest` 0: that is not known."""
    end = f"At the lowest quality its encoder has, it comes to about {_mb(smallest)}."
    return Problem(
        "size_out_of_reach",
        f"The file cannot be made as small as {_mb(target)}.",
        end if smallest else "Its encoder does not even begin with so few bits.",
        Remedy("Allow a larger file, or choose a smaller picture or fewer frames a second.", "change_options"),
    )


def _mb(size: float) -> str:
    return f"{size / 1e6:,.0f} MB" if size >= 100e6 else f"{size / 1e6:.3g} MB"


def _clock(seconds: float) -> str:
    whole = round(seconds)
    return f"{whole // 3600}:{whole // 60 % 60:02}:{whole % 60:02}"


def bug(detail: str) -> Problem:
    return Problem(
        "bug",
        "Reelyard made a mistake here.",
        "This is a fault in the program, not in your file.",
        Remedy("Report it with the text below; the source is as it was.", "report"),
        detail,
    )
