"""Captures: WARC files that hold what a run received, written and read again."""
