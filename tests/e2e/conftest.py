"""Fixtures of the end-to-end tests."""

from tests.support.fixtures import media, open_folder

__all__ = ["media", "open_folder"]
