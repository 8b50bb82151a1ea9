"""Values and words. Imports the standard library and msgspec, nothing else of ours."""
