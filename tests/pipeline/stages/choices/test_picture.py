"""Choices about pictures: what nobody chose changes nothing."""

from __future__ import annotations

from pipeline.model.option import fields_of
from pipeline.stages.choices.picture import PictureChoices


def test_by_default_a_picture_stays_what_it_is() -> None:
    usual = PictureChoices()
    assert (usual.max_height, usual.max_width, usual.fps, usual.max_fps) == (0, 0, 0, 0)
    assert (usual.aspect, usual.crop, usual.rotate, usual.mirror) == ("keep", "off", "0", "no")
    assert (usual.start, usual.end, usual.denoise, usual.sharpen, usual.filters) == ("", "", "off", "off", "")


def test_they_stand_under_one_heading() -> None:
    assert {field.group for field in fields_of(PictureChoices)} == {"Picture"}
