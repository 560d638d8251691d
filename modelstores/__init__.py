"""A living instrument for comparing stores of pre-trained machine-learning models."""

__version__ = "0.1.0"

#: Raised whenever spiders, page reading or items change what is read from a page:
#: observations of different parsers are kept apart.
PARSER_VERSION = "1"
