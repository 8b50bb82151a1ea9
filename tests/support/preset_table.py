"""The README's table of presets, made from their files: `python -m tests.support.preset_table` writes it anew."""

from __future__ import annotations

from pathlib import Path

import resources
from pipeline.engine.presets import PresetBook
from pipeline.recipes.convert import Convert
from pipeline.stages.choices.output import OutputChoices

README = Path(__file__).resolve().parents[2] / "README.md"

_BEGIN = "<!-- The table is made by `python -m tests.support.preset_table`. -->\n"
_END = "<!-- End of the table. -->\n"


def table() -> str:
    """All built-in presets, as they are offered."""
    convert = Convert()
    texts = [(name, resources.text(f"presets/{name}")) for name in resources.names("presets")]
    book = PresetBook({convert.id: convert}, texts)
    lines = ["| preset | makes | size and quality |", "|---|---|---|"]
    for preset in book.presets():
        words = in_words(convert.decode(preset.options))
        lines.append(f"| `{preset.id}` | {preset.summary.rstrip('.')} | {words} |")
    return "\n".join(lines) + "\n"


def in_words(choices: OutputChoices) -> str:
    """Size and quality of what some choices make: `CRF 21, up to 1080p; AAC 160 kb/s`."""
    return "; ".join(", ".join(part) for part in (_picture(choices), _sound(choices)) if part)


def with_table(readme: str) -> str:
    """The README with the table of today."""
    before, _, rest = readme.partition(_BEGIN)
    _, _, after = rest.partition(_END)
    assert after, "the README has lost the marks the table stands between"
    return before + _BEGIN + "\n" + table() + "\n" + _END + after


def _picture(choices: OutputChoices) -> list[str]:
    match choices.video:
        case "none":
            return []
        case "copy":
            return ["pictures unchanged"]
        case "sheet":
            return [f"{choices.sheet_columns} × {choices.sheet_rows} pictures"]
        case "prores":
            words = [f"ProRes 422 {choices.prores_profile.upper()}"]
        case "gif":
            words = ["256 colours"]
        case _:
            words = [_rate(choices)]
    if choices.aspect != "keep":
        words.append(f"{choices.aspect}, {choices.max_height}×{choices.max_width}")
    elif choices.max_height:
        words.append(f"up to {choices.max_height}p")
    elif choices.max_width:
        words.append(f"up to {choices.max_width} px")
    if choices.fps or choices.max_fps:
        words.append(f"{choices.fps:g} fps" if choices.fps else f"up to {choices.max_fps:g} fps")
    return words


def _rate(choices: OutputChoices) -> str:
    match choices.rate:
        case "size":
            return f"at most {choices.target_mb:g} MB"
        case "vmaf":
            return f"VMAF {choices.target_vmaf:g}"
        case "bitrate":
            return f"{choices.video_kbps} kb/s"
        case _:
            return f"CRF {choices.crf:g}"


def _sound(choices: OutputChoices) -> list[str]:
    match choices.audio:
        case "none":
            return []
        case "copy":
            return ["sound unchanged"]
        case "flac":
            words = ["FLAC, lossless"]
        case "pcm":
            words = ["PCM, uncompressed"]
        case "opus":
            words = [f"Opus {choices.audio_kbps} kb/s"]
        case codec:
            words = [f"{codec.upper()} {choices.audio_kbps} kb/s"]
    if choices.channels != "keep":
        words.append(choices.channels)
    if choices.loudness is not None:
        words.append(f"{choices.loudness:g} LUFS".replace("-", "−"))
    return words


if __name__ == "__main__":
    README.write_text(with_table(README.read_text(encoding="utf-8")), encoding="utf-8")
