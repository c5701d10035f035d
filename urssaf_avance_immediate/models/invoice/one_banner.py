# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Several things to say at the head of an invoice, in one banner with one button."""

LEVELS = ("danger", "warning", "info")
READY = "urssaf_ready"


def one_banner(papers, ours):
    """What is gravest comes first, with its button. Where both are as grave, what the
    paper lacks comes first: the paper is put right before the invoice leaves. “Ready to
    be sent” is said only where nothing else is.

    :param papers: the trade's banners, what the paper lacks
    :param ours: what the demande waits for
    :return: ``{name: banner}``, under the name of the gravest of ours
    """
    # Sorting keeps the order of those of one level.
    ranked = sorted(ours.items(), key=_weight)
    said = [(n, b) for n, b in ranked[1:] if b["level"] != "info"]
    said = [*ranked[:1], *said]
    if papers:
        said = [(name, banner) for name, banner in said if name != READY]
        said = sorted([*papers.items(), *said], key=_weight)
    if not said:
        return {}
    name = (ranked or said)[0][0]
    banners = [banner for _name, banner in said]
    message = "\n".join(banner["message"] for banner in banners)
    offer = next((banner for banner in banners if banner.get("action")), {})
    offered = {key: offer[key] for key in ("action", "action_text") if key in offer}
    return {name: banners[0] | {"message": message} | offered}


def _weight(item):
    return LEVELS.index(item[1]["level"])
