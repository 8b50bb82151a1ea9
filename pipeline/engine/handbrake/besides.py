"""What a HandBrake preset says about the container, subtitles, chapters and tags."""

from __future__ import annotations

from pipeline.engine.handbrake.fields import Fields
from pipeline.engine.handbrake.languages import languages_in

_CONTAINERS = {
    "av_mp4": "mp4", "mp4": "mp4", "m4v": "mp4", "mp4 file": "mp4", "av_mkv": "mkv", "mkv": "mkv", "mkv file": "mkv",
    "av_webm": "webm", "webm": "webm", "av_mov": "mov", "mov": "mov",
}  # fmt: skip


def besides(fields: Fields) -> None:
    """Takes over all of it."""
    _container(fields)
    _subtitles(fields)
    fields.options["chapters"] = fields.flag("ChapterMarkers", True)
    fields.options["metadata"] = fields.flag("MetadataPassthrough", True)


def _container(fields: Fields) -> None:
    said = fields.text("FileFormat").lower()
    if said in _CONTAINERS:
        fields.options["container"] = _CONTAINERS[said]
    elif said:
        fields.leave("FileFormat", "Reelyard does not make this container; MP4 was taken.")


def _subtitles(fields: Fields) -> None:
    behaviour = fields.text("SubtitleTrackSelectionBehavior") or "none"
    burns = fields.text("SubtitleBurnBehavior") or "none"
    languages = languages_in(fields, "SubtitleLanguageList")
    bitmaps = [name for name in ("SubtitleBurnBDSub", "SubtitleBurnDVDSub") if fields.flag(name)]
    if fields.flag("SubtitleAddForeignAudioSearch"):
        fields.leave("SubtitleAddForeignAudioSearch", "Reelyard does not look for subtitles of foreign dialogue.")
    if behaviour == "none":
        fields.options["subtitles"] = "none"
        return
    if languages:
        fields.options["subtitle_languages"] = ",".join(languages)
    if burns in ("first", "foreign_first"):
        fields.options["subtitles"] = "burn"
        fields.leave("SubtitleBurnBehavior", "A film without such a subtitle is refused, not made without it.")
        return
    fields.options["subtitles"] = "keep"
    if behaviour == "first":
        fields.leave("SubtitleTrackSelectionBehavior", "All subtitles of these languages are kept, not the first.")
    for name in bitmaps:
        fields.leave(name, "Drawn subtitles are kept where the container holds them, and burnt in only if told to.")
