"""Choices about containers and codecs: each has a label, and each codec somewhere to go."""

from __future__ import annotations

from pipeline.model.option import fields_of
from pipeline.stages.choices.video import VideoChoices
from pipeline.stages.containers import CONTAINERS

FIELDS = {field.name: field for field in fields_of(VideoChoices)}


def test_every_container_that_can_be_chosen_is_known() -> None:
    assert {value for value, _ in FIELDS["container"].values} == set(CONTAINERS)


def test_every_value_has_a_label_of_its_own() -> None:
    for name in ("container", "video", "encoder", "rate", "tune", "bit_depth", "prores_profile", "dnxhr_profile"):
        labels = [label for _, label in FIELDS[name].values]
        assert len(set(labels)) == len(labels)


def test_quality_may_be_left_to_the_codec() -> None:
    assert (FIELDS["crf"].optional, FIELDS["crf"].default) == (True, None)
    assert (FIELDS["crf"].ge, FIELDS["crf"].le) == (0, 63)


def test_they_add_to_those_of_pictures() -> None:
    assert [field.group for field in fields_of(VideoChoices)] == sorted(
        (field.group for field in fields_of(VideoChoices)), key=["Picture", "Video"].index
    )
