"""The schemas of items, codebook and vocabulary, read through importlib.resources."""
