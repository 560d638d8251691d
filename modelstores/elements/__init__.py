"""The 26 information elements: the codebook, the tagger, the normalisers."""
