"""All IO that is no process. Libraries are imported where they are used."""
