"""Fixtures of the fault tests."""

from tests.support.fixtures import media, open_folder

__all__ = ["media", "open_folder"]
