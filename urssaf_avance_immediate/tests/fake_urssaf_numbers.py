# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""What a caller of :class:`FakeUrssaf` can know of the numbers that it has posted.

The fake refuses a number that it has, as Urssaf does: what it recorded does not show a
second post. This does.
"""

# After these faults the caller knows that Urssaf has taken nothing.
NEVER_TAKEN = frozenset(
    {
        "refused",
        "http_429",
        "http_503",
        "nonsense_headers",
        "unauthorized",
        "forbidden",
    }
)
# What is answered under these faults tells the caller nothing.
UNREADABLE = frozenset({"junk", "deep", "huge", "wrong_types"})
DUPLICATE = "ERR_FACTURE_DOUBLON"


class PostedNumbers:
    """``blind`` are the numbers that were posted (050) though Urssaf had them, or might
    have had them: it had not refused them, was not proven to be out of reach, and had
    not been asked for them in vain (070).
    """

    def __init__(self):
        self.blind: list[str] = []
        self._open: set[str] = set()

    def posted(self, sent: list[dict]):
        """These leave now."""
        for demande in sent:
            number = demande["numFactureTiers"]
            if number in self._open:
                self.blind.append(number)
            self._open.add(number)

    def forgotten(self):
        """The caller has lost what it knew, as a database that was restored."""
        self._open.clear()

    def not_taken(self, sent: list[dict]):
        """The caller learns that Urssaf has none of these."""
        self._open -= {demande["numFactureTiers"] for demande in sent}

    def answered(self, results: list[dict]):
        """What the caller reads of a post: a refusal frees the number, except where
        Urssaf says that it has it.
        """
        for result in results:
            codes = {error["code"] for error in result.get("errors", ())}
            if codes and DUPLICATE not in codes:
                self._open.discard(result["numFactureTiers"])

    def searched(self, asked: dict, found: list[dict]):
        """What the caller reads of a search by number."""
        shown = {info["demandePaiement"]["numFactureTiers"] for info in found}
        self._open -= set(asked.get("numFactureTiers") or ()) - shown
