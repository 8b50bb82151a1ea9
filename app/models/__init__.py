"""What views read. No SQL, no painting."""
