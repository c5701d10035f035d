# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
{
    "name": "Services à la personne: contracts",
    "summary": "The period that OCA’s contract invoices is when its services were done",
    "version": "19.0.1.0.0",
    "category": "Accounting/Localizations",
    "license": "LGPL-3",
    "development_status": "Beta",
    "author": "Urssaf avance immédiate contributors",
    "website": "https://www.urssaf.fr/accueil/services/services-particuliers/avance-immediate.html",
    "depends": ["l10n_fr_home_services", "contract"],
    "auto_install": True,
}
