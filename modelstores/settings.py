"""Every setting that differs from Scrapy's default, with its reason.

What the spider decides (whether a browser is needed, whether an archive is read) is
set in ``modelstores.spider``. docs/pitfalls.md says what each of these guards against.
"""

import os

from scrapy.settings import default_settings

from modelstores import __version__

BOT_NAME = "modelstores"
SPIDER_MODULES = ["spiders"]
NEWSPIDER_MODULE = "spiders"
COMMANDS_MODULE = "modelstores.commands"

# --- Ours ---
DATABASE_URL = os.environ.get("MODELSTORES_DATABASE_URL", "sqlite:///modelstores.db")
CAPTURE_DIR = "captures"
WAYBACK_URL = "https://web.archive.org"  # where -a at=DAY finds the past
RESUME_DAYS = 7.0  # a run goes on with a killed one that began at most so long ago; 0: never
WAYBACK_WAIT = 60.0  # seconds the archive is left alone after "too much", then twice as long

# --- An honest and polite visitor ---
# Who asks; operators need somebody to write to. Scrapy's default names only Scrapy.
_contact = os.environ.get("MODELSTORES_CONTACT", "no contact given")
USER_AGENT = f"modelstores/{__version__} (research on AI model stores; {_contact})"
ROBOTSTXT_USER_AGENT = "modelstores"
ROBOTSTXT_OBEY = True  # default False
DOWNLOAD_DELAY = 1.0  # default 0: one request a second and site
DOWNLOAD_DELAY_JITTER = 0.0  # default 0.5 would shorten some of the waits
CONCURRENT_REQUESTS_PER_DOMAIN = 1  # default 8
AUTOTHROTTLE_ENABLED = True  # default False: a slow site is asked less often still
AUTOTHROTTLE_START_DELAY = DOWNLOAD_DELAY  # default 5 s
DOWNLOADER_MIDDLEWARES = {
    # The same, but a server that fails forbids, and Crawl-delay counts.
    "scrapy.downloadermiddlewares.robotstxt.RobotsTxtMiddleware": None,
    "modelstores.robots.RobotsTxt": 100,
    # What the server says is kept (900); what follows sees a whole page.
    "modelstores.conditional.ConditionalRequests": 840,
    "modelstores.wayback.TimeTravel": 60,  # before robots.txt: nothing is asked of the store
    # The same, but a product that is led elsewhere is not lost without a word.
    "scrapy.downloadermiddlewares.redirect.MetaRefreshMiddleware": None,
    "scrapy.downloadermiddlewares.redirect.RedirectMiddleware": None,
    "modelstores.redirects.MetaRefresh": 580,
    "modelstores.redirects.Redirect": 600,
}
# The archive's index takes 24 requests a minute; its pages keep to the delay above.
DOWNLOAD_SLOTS = {"wayback-index": {"delay": 2.6, "concurrency": 1}}
COOKIES_ENABLED = False  # default True: no page may depend on the ones before it

# --- Nothing but the web, and only from those who prove who they are ---
DOWNLOAD_HANDLERS = {"file": None, "data": None, "ftp": None, "s3": None}  # default: all on
DOWNLOAD_VERIFY_CERTIFICATES = True  # default False
DOWNLOAD_MAXSIZE = 32 * 1024 * 1024  # default 1 GiB; applies after decompression too
DOWNLOAD_TIMEOUT = 60  # default 180 s
REDIRECT_MAX_TIMES = 5  # default 20
TELNETCONSOLE_ENABLED = False  # default True: a port that runs code
REMOTE_CONTROL_ENABLED = False  # default True since 2.19: another one

# --- Capture: the HTTP cache is the record of what was seen ---
HTTPCACHE_ENABLED = True  # default False
HTTPCACHE_STORAGE = "modelstores.capture.storage.WarcStorage"  # default pickles into a folder

# --- The way of a page ---
CONCURRENT_ITEMS = 1  # default 100 workers a response; a page has one item, and none waits
ITEM_PIPELINES = {
    "pipelines.validation.ValidationPipeline": 100,
    "pipelines.tagging.TaggingPipeline": 200,
    "pipelines.similarity.SimilarityPipeline": 300,
    "pipelines.database.DatabasePipeline": 400,
}

# --- The browser (only spiders that render start one) ---
PLAYWRIGHT_ABORT_REQUEST = "modelstores.browser.unwanted"  # default: load everything
PLAYWRIGHT_MAX_PAGES_PER_CONTEXT = 1  # default 16; modelstores.rendering.meta says why
PLAYWRIGHT_DEFAULT_NAVIGATION_TIMEOUT = 30_000  # ms, as Playwright itself

_remote_control = "scrapy.extensions.remote_control.RemoteControl"  # off (above), slow to load
EXTENSIONS_BASE = {  # default: that as well; to be left out by None it would be loaded
    name: order
    for name, order in default_settings.EXTENSIONS_BASE.items()
    if name != _remote_control
}
EXTENSIONS = {
    "modelstores.progress.Progress": 0,
    "modelstores.layout.LayoutReport": 0,
}
MEMUSAGE_LIMIT_MB = 4096  # default 0: none

# --- What people see ---
PROGRESS_SECONDS = 10.0  # ours: between two progress lines in a log
LOG_LEVEL = "WARNING"  # default DEBUG; the progress line and the summary tell the rest
FEED_EXPORT_ENCODING = "utf-8"
