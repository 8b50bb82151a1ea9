"""The engine: jobs, steps and tools. Knows nothing of Qt, of servers or of settings files."""
