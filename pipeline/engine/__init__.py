"""The moving parts: what starts, runs, suspends, replays and publishes jobs."""
