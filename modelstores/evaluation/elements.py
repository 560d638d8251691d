"""How well the elements that the program finds on pages agree with those that people found."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from statistics import fmean
from typing import Any, NamedTuple

from modelstores.elements import codebook
from modelstores.elements.tagger import tag
from modelstores.evaluation import gold, pages
from modelstores.evaluation.agreement import Confusion
from modelstores.evaluation.outcome import Outcome
from modelstores.losses import reason
from modelstores.reports.table import Block, Cell, Table
from modelstores.store import Store

#: Pages of the gold on which an element must be for its F1 to say much.
ENOUGH = 5
#: Most wrong answers that the layout for people lists.
MAX_WRONG = 500

COLUMNS = (
    *("figure", "element", "store", "id", "gold", "predicted", "judged"),
    *("precision", "recall", "f1", "kappa", "state", "evidence", "place", "rule"),
)
_FIGURES = ("gold", "predicted", "precision", "recall", "F1", "kappa")
NOTES = (
    "gold, predicted: pages that show it, as labelled and as found; kappa: Cohen's",
    "micro: all answers counted together; macro: the mean over the elements that a page shows,",
    f"macro_{ENOUGH}: over those that {ENOUGH} or more pages show",
    "a page that could not be read counts as showing nothing",
)


@dataclass(frozen=True)
class Page:
    """A line of the gold: a page of a store, and the elements that it shows."""

    id: str
    store: str
    url: str
    path: Path
    #: {element id: whether the page shows it}; what is not in it was not labelled
    labels: Mapping[str, bool]


@dataclass(frozen=True)
class Prediction:
    """What the program finds on a page."""

    page: Page
    #: {element id: what the tagger says of it}; empty if the page could not be read
    told: Mapping[str, Mapping[str, Any]]
    #: why the page could not be read
    unread: str | None = None

    def shows(self, element: str) -> bool:
        """Tell whether the page shows an element, as far as the program can tell."""
        return element in self.told and self.told[element]["state"] == "present"

    def as_line(self) -> dict[str, Any]:
        """Return what is written: elements by the paper's names."""
        shown = {e.name: int(self.shows(e.id)) for e in codebook.load().elements}
        return {"id": self.page.id, "elements": shown}


def evaluate(
    path: Path, store_of: Callable[[str], Store | None], seen: Callable[[int, int], None]
) -> Outcome:
    """Return what the stores' spiders find on the pages of a gold file, and how well.

    ``store_of`` gives the store of a name, None if no spider reads it; ``seen`` is told how
    many pages were read, of how many.

    Raises:
        GoldError: the gold cannot be used.
    """
    found = []
    every = read(path)
    for number, page in enumerate(every, 1):
        found.append(predict(page, store_of(page.store)))
        seen(number, len(every))
    unread = [f"{p.page.id} ({p.page.store}): {p.unread}" for p in found if p.unread]
    labelled = any(page.labels for page in every)
    return Outcome([p.as_line() for p in found], table(found) if labelled else None, unread)


def read(path: Path) -> list[Page]:
    """Return the pages of a gold file. Their files need not be there.

    Raises:
        GoldError: a line lacks a field, leads out of the gold's folder, or labels what is no
            element, or with neither 0 nor 1.
    """
    return [_page(line, path.parent) for line in gold.read(path)]


def _page(line: gold.Line, folder: Path) -> Page:
    file = line.text("file")
    if not pages.is_within(folder, file):
        raise line.error(f"file {file!r:.100} leads out of the folder of the gold")
    ids = {element.name: element.id for element in codebook.load().elements}
    labels = line.fields.get("elements", {})
    if not isinstance(labels, dict):
        raise line.error("'elements' is no JSON object")
    for name, value in labels.items():
        if name not in ids:
            raise line.error(f"no element {name!r:.100}")
        if value not in (0, 1):
            raise line.error(f"{name!r} is neither 0 nor 1")
    return Page(
        id=line.text("id"),
        store=line.text("store"),
        url=line.text("url"),
        path=folder / file,
        labels={ids[name]: bool(value) for name, value in labels.items()},
    )


def predict(page: Page, store: Store | None) -> Prediction:
    """Return what a store's spider and the tagger find on a page."""
    if store is None:
        return Prediction(page, {}, f"no spider reads the store {page.store!r}")
    try:
        product = store.product(pages.response(page.url, pages.read(page.path)))
    except pages.PageError as error:
        return Prediction(page, {}, str(error))
    except Exception as error:  # whatever one page does costs that page alone
        return Prediction(page, {}, reason(error))
    return Prediction(page, tag(product))


# --- figures ---


class Macro(NamedTuple):
    """The means of the figures of some elements."""

    elements: int
    precision: float
    recall: float
    f1: float
    kappa: float


def macro(counts: Mapping[str, Confusion], support: int = 1) -> Macro | None:
    """Return the means over the elements that at least so many pages show, None if none is."""
    kept = [count for count in counts.values() if count.support >= support]
    if not kept:
        return None
    return Macro(
        len(kept),
        fmean(count.precision for count in kept),
        fmean(count.recall for count in kept),
        fmean(count.f1 for count in kept),
        fmean(count.kappa or 0.0 for count in kept),  # None is of what nothing was judged
    )


def by_element(predictions: Iterable[Prediction]) -> dict[str, Confusion]:
    """Return the counts of each element that is labelled anywhere, in the codebook's order."""
    found = list(predictions)
    counts = {
        element.id: Confusion.of(
            (one.page.labels[element.id], one.shows(element.id))
            for one in found
            if element.id in one.page.labels
        )
        for element in codebook.load().elements
    }
    return {element: count for element, count in counts.items() if count.judged}


def micro(counts: Mapping[str, Confusion]) -> Confusion:
    """Return all elements' counts as one."""
    return sum(counts.values(), Confusion())


@dataclass(frozen=True)
class Figures:
    """How well predictions agree with the labels."""

    elements: Mapping[str, Confusion]
    #: the means that there is an element for
    macros: Mapping[str, Macro]
    #: {store: its pages}
    stores: Mapping[str, Sequence[Prediction]]
    #: every wrong answer: what was predicted of the page, and the element
    wrong: Sequence[tuple[Prediction, str]]

    @classmethod
    def of(cls, predictions: Iterable[Prediction]) -> Figures:
        """Compare predictions with the labels of their pages."""
        stores: dict[str, list[Prediction]] = {}
        wrong = []
        for one in predictions:
            stores.setdefault(one.page.store, []).append(one)
            labels = one.page.labels.items()
            wrong += [(one, element) for element, yes in labels if one.shows(element) != yes]
        elements = by_element(one for found in stores.values() for one in found)
        means = {"macro": macro(elements), f"macro_{ENOUGH}": macro(elements, ENOUGH)}
        macros = {name: mean for name, mean in means.items() if mean}
        return cls(elements, macros, stores, wrong)


def table(predictions: Iterable[Prediction]) -> Table:
    """Return the figures and every wrong answer, for programs and for people."""
    figures = Figures.of(predictions)
    more = len(figures.wrong) - MAX_WRONG
    cut = [f"{more} more wrong answers are in csv and json"] if more > 0 else []
    return Table(COLUMNS, _rows(figures), _layout(figures), NOTES, cut, remarks=())


def _rows(figures: Figures) -> list[tuple[Cell, ...]]:
    rows = [_row("element", count, element=name) for name, count in figures.elements.items()]
    rows.append(_row("micro", micro(figures.elements)))
    rows += [_row(name, mean) for name, mean in figures.macros.items()]
    for name, found in figures.stores.items():
        rows.append(_row("store", micro(by_element(found)), store=name))
    return rows + [_wrong_row(*one) for one in figures.wrong]


def _layout(figures: Figures) -> list[Block]:
    book = codebook.load()
    elements = [[book[name].name, *_words(count)] for name, count in figures.elements.items()]
    whole = [["micro", *_words(micro(figures.elements))]]
    for name, mean in figures.macros.items():
        whole.append([f"{name} ({mean.elements} elements)", *_words(mean)])
    stores = []
    for name, found in figures.stores.items():
        unread = sum(one.unread is not None for one in found)
        stores.append([name, str(len(found)), str(unread), *_words(micro(by_element(found)))])
    wrong = [_wrong_words(*one) for one in figures.wrong[:MAX_WRONG]]
    titles = ["product", "element", "answer", "words", "place", "rule"]
    return [
        Block("Elements", ["element", *_FIGURES], elements),
        Block("All elements", ["", *_FIGURES], whole),
        Block("Stores", ["store", "pages", "unread", *_FIGURES], stores),
        Block(f"Wrong: {len(figures.wrong)}", titles, wrong),
    ]


def _row(figure: str, count: Confusion | Macro, **said: str) -> tuple[Cell, ...]:
    counted: dict[str, Cell] = {}
    if isinstance(count, Confusion):
        counted = {"gold": count.support, "predicted": count.predicted, "judged": count.judged}
    quality = {name: getattr(count, name) for name in ("precision", "recall", "f1", "kappa")}
    return _cells(figure=figure, **said, **counted, **quality)


def _wrong_row(one: Prediction, element: str) -> tuple[Cell, ...]:
    told = one.told.get(element, {"state": "unread"})
    return _cells(
        figure="wrong",
        element=element,
        store=one.page.store,
        id=one.page.id,
        gold=int(one.page.labels[element]),
        predicted=int(one.shows(element)),
        state=told["state"],
        evidence=told.get("evidence"),
        place=told.get("where"),
        rule=told.get("rule"),
    )


def _cells(**said: Cell) -> tuple[Cell, ...]:
    return tuple(said.get(column) for column in COLUMNS)


def _wrong_words(one: Prediction, element: str) -> list[str]:
    told = one.told.get(element, {"state": "unread"})
    answer = "false alarm" if one.shows(element) else f"miss ({told['state']})"
    proof = [told.get(name) or "" for name in ("evidence", "where", "rule")]
    return [one.page.id, codebook.load()[element].name, answer, *proof]


def _words(count: Confusion | Macro) -> list[str]:
    """Return gold, predicted, precision, recall, F1 and kappa as people read them."""
    counted = ["", ""]
    if isinstance(count, Confusion):
        if not count.judged:
            return [""] * len(_FIGURES)
        counted = [str(count.support), str(count.predicted)]
    quality = (count.precision, count.recall, count.f1, count.kappa)
    return [*counted, *("" if one is None else f"{one:.3f}" for one in quality)]
