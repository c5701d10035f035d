# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Which method of the API a call is about."""

from starlette.types import Scope

TOKEN = "token"
_ATP = "/atp/v1/tiersPrestations"
_PATHS = {
    ("POST", "/api/oauth/v1/token"): TOKEN,
    ("POST", f"{_ATP}/particulier"): "010",
    ("GET", f"{_ATP}/particulier"): "020",
    ("POST", f"{_ATP}/demandePaiement"): "050",
    ("POST", f"{_ATP}/demandePaiement/rechercher"): "070",
}
METHODS = tuple(_PATHS.values())


def method_of(scope: Scope) -> str | None:
    """Return `token`, `010`, `020`, `050`, `070`; None for anything else."""
    if scope["type"] != "http":
        return None
    return _PATHS.get((scope["method"], scope["path"]))
