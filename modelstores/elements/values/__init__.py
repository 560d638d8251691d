"""Normalisers: from the words for an element to values that can be compared and counted."""
