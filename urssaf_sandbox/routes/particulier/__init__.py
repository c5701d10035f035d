# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""`/particulier/`: the particulier's space, in French, page by page."""

from fastapi import APIRouter

from ...space.pages import PageError
from . import access, demandes, home, profile, prestataires

router = APIRouter(prefix="/particulier", include_in_schema=False)
for _part in (access, home, demandes, prestataires, profile):
    router.include_router(_part.router)


@router.get("/{_rest:path}")
def unknown(_rest: str) -> None:
    """Say that there is no such page."""
    raise PageError(404, "Cette page n'existe pas.")
