"""The terms of an offer: what a product costs, and that a licence governs its use."""

from __future__ import annotations

import re
from collections.abc import Iterator
from decimal import Decimal, InvalidOperation
from typing import Any

from modelstores.page import dig, objects
from spiders.aws.listing import line

#: Most prices kept: a model has one for each kind of machine, over a thousand in all.
MAX_PRICES = 50
#: most digits of an amount before or after the point: more is no price
MAX_DIGITS = 20
DURATION = re.compile(r"P(\d{1,4})([DWMY])")
UNITS = {"D": "day", "W": "week", "M": "month", "Y": "year"}
#: what terms without a price say: a trial, and a licence bought elsewhere
WORDS = {"FreeTrialPricingTerm": "Free trial", "ByolPricingTerm": "Bring your own license (BYOL)"}
FREE = "FREE"


def prices(summary: Any) -> list[str]:
    """Return the prices of an offer, a line each: "Inference, ml.m5.xlarge: $1.5 / Hours"."""
    found: dict[str, None] = {}
    if line(dig(summary, "pricingModel")) == FREE:
        found["Free"] = None
    for term in objects(dig(summary, "terms")):
        for price in _of_term(term):
            found[price] = None
            if len(found) == MAX_PRICES:
                return list(found)
    return list(found)


def licence(summary: Any) -> str:
    """Return the kind of licence document that the buyer accepts, "" if there is none."""
    for term in objects(dig(summary, "terms")):
        if term.get("termType") == "LegalTerm":
            for document in objects(term.get("documents")):
                if kind := line(document.get("type")):
                    return f"End User License Agreement (EULA): {kind}"
    return ""


def _of_term(term: dict[str, Any]) -> Iterator[str]:
    currency, kind = line(term.get("currencyCode")), line(term.get("termType"))
    if kind in WORDS:
        yield " ".join(filter(None, (WORDS[kind], _duration(term.get("duration")))))
    elif price := _amount(term.get("price"), currency):
        period = line(term.get("billingPeriod")) or _duration(term.get("duration"))
        yield " / ".join(filter(None, (price, period)))
    for card in objects(term.get("rateCards")):
        name = line(card.get("displayName")) or line(card.get("dimensionKey"))
        if price := _amount(card.get("price"), currency):
            yield f"{name}: {' / '.join(filter(None, (price, line(card.get('unit')))))}"
        for rate in objects(card.get("rates")):
            if price := _amount(rate.get("price"), currency):
                period = _duration(dig(rate, "selector", "value"))
                yield f"{name}: {' / '.join(filter(None, (price, period)))}"


def _amount(value: object, currency: str) -> str:
    """Return "$0.007" or "0.007 EUR"; "" for what is no amount."""
    try:
        amount = Decimal(line(value)[:40])
    except InvalidOperation:
        return ""
    if not amount.is_finite() or abs(amount.adjusted()) > MAX_DIGITS:
        return ""
    plain = f"{amount:,f}"
    plain = plain.rstrip("0").rstrip(".") if "." in plain else plain
    return f"${plain}" if currency == "USD" else f"{plain} {currency}".strip()


def _duration(value: object) -> str:
    found = DURATION.fullmatch(line(value))
    return f"{found[1]} {UNITS[found[2]]}{'s' * (int(found[1]) != 1)}" if found else ""
