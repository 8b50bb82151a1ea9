"""The database: queue, history, journal. The only place that says SQL. Knows nothing of threads but its own writer."""
