"""Coding by people: sheets to fill, their judgements, and how far they agree."""
