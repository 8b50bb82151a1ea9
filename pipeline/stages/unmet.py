"""Wishes that cannot be met because what they are about is copied as it is. They are said, not dropped."""

from __future__ import annotations

from pipeline.model.problem import Warn
from pipeline.model.source import MediaStream
from pipeline.stages.choices.output import OutputChoices
from pipeline.stages.look import UNSEEN
from pipeline.stages.shape import frame_of


def unmet(choices: OutputChoices, film: MediaStream | None, has_sound: bool) -> tuple[Warn, ...]:
    """What of the choices copied pictures and copied sound do not get."""
    warnings: list[Warn] = []
    if choices.video == "copy" and film is not None and (wishes := _of_pictures(choices, film)):
        text = f"Pictures are copied as they are, so this is not done: {_listed(wishes)}. It needs a video codec."
        warnings.append(Warn("not_done", text))
    if choices.audio == "copy" and has_sound and (wishes := _of_sound(choices)):
        text = f"Sound is copied as it is, so this is not done: {_listed(wishes)}. It needs an audio codec."
        warnings.append(Warn("not_done", text))
    return tuple(warnings)


def _of_pictures(choices: OutputChoices, film: MediaStream) -> list[str]:
    wishes = {
        "crop": choices.crop.strip().lower() not in ("", "off"),
        "rotation": choices.rotate != "0",
        "flip": choices.mirror != "no",
        "shape": choices.aspect != "keep",
        # A limit that the film keeps anyway is no wish.
        "size": choices.aspect == "keep" and choices.rotate == "0" and _is_scaled(choices, film),
        "frame rate": bool(choices.fps) or bool(choices.max_fps and film.frame_rate > choices.max_fps),
        "deinterlacing": choices.deinterlace in ("always", "double"),
        "denoising": choices.denoise != "off",
        "sharpening": choices.sharpen != "off",
        "conversion to SDR": choices.hdr == "sdr" and film.is_hdr,
        "further filters": bool(choices.filters.strip()),
        "burnt subtitles": choices.subtitles == "burn",
    }
    return [name for name, is_wished in wishes.items() if is_wished]


def _is_scaled(choices: OutputChoices, film: MediaStream) -> bool:
    limits = (choices.max_height, min(film.width, film.height)), (choices.max_width, max(film.width, film.height))
    if not any(limit for limit, _ in limits):
        return False
    if choices.upscale:
        return frame_of(film, choices, UNSEEN) != (film.width, film.height)
    return any(0 < limit < side for limit, side in limits)


def _of_sound(choices: OutputChoices) -> list[str]:
    wishes = {
        "loudness": choices.loudness is not None,
        "mixing down": choices.channels != "keep",
        "sample rate": choices.sample_rate != "keep",
    }
    return [name for name, is_wished in wishes.items() if is_wished]


def _listed(wishes: list[str]) -> str:
    return wishes[0] if len(wishes) == 1 else f"{', '.join(wishes[:-1])} and {wishes[-1]}"
