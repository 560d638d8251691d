"""The project's own ``scrapy`` commands."""

from modelstores.garbage import search_while_loading

search_while_loading()  # from here on: a fifth of a command's start would be spent on searches
