# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""What is a means of payment, though it stands on an invoice as a negative line."""

import re
import unicodedata

_VOUCHER = re.compile(
    r"\b(cheques?|bons?|cartes?|coffrets?|e-cartes?)[ -](cadeaux?|kdo)\b"
    r"|\bbons? d.achat\b|\bcesu\b|\b(cheques?|tickets?) emploi[ -]service\b"
    r"|\bgift (card|voucher|certificate)s?\b"
)


def is_voucher(text: str) -> bool:
    """Whether the label of a line names a gift voucher or a CESU: with those, a service
    is paid, its price stays the same. A discount lowers the price.
    """
    plain = unicodedata.normalize("NFKD", text.lower())
    return bool(
        _VOUCHER.search("".join(c for c in plain if not unicodedata.combining(c)))
    )
