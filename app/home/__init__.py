"""The home: the folder with database, settings and caches, and who owns it now."""

from app.home.owner import Owner, claim, living_owner
from app.home.places import Home, find_home

__all__ = ["Home", "Owner", "claim", "find_home", "living_owner"]
