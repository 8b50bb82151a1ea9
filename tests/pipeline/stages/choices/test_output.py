"""The last group of choices: it has all of them, and by default no rule leaves anything out."""

from __future__ import annotations

from pipeline.model.option import fields_of
from pipeline.stages.choices.output import OutputChoices


def test_it_has_every_group_in_order() -> None:
    groups = list(dict.fromkeys(field.group for field in fields_of(OutputChoices)))
    assert groups == ["Picture", "Video", "Sound", "Subtitles and tags", "Output"]


def test_no_two_options_share_a_label() -> None:
    labels = [field.label for field in fields_of(OutputChoices)]
    assert len(set(labels)) == len(labels)


def test_by_default_no_rule_is_on() -> None:
    usual = OutputChoices()
    assert usual.min_saving is None
    assert not any((
        usual.skip_codecs, usual.skip_below_kbps, usual.skip_below_mb, usual.skip_below_height, usual.only_names,
        usual.skip_names, usual.only_folders, usual.skip_folders, usual.also, usual.report,
    ))  # fmt: skip
    assert usual.name == "{stem}"
