"""The project's own ``scrapy`` commands."""

from modelstores.garbage import search_seldom

search_seldom()  # while a command is loaded: a fifth of its start would be spent on searches
