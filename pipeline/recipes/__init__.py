"""One recipe a file; none knows another."""
