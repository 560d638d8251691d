"""The four stations of an item's way, each a thin adapter over pure functions."""
