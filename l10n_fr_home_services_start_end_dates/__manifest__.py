# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
{
    "name": "Services à la personne: start and end dates",
    "summary": "OCA’s start and end dates of an invoice line are the days of its "
    "service",
    "version": "19.0.1.0.0",
    "category": "Accounting/Localizations",
    "license": "LGPL-3",
    "development_status": "Beta",
    "author": "Urssaf avance immédiate contributors",
    "website": "https://www.urssaf.fr/accueil/services/services-particuliers/avance-immediate.html",
    "depends": ["l10n_fr_home_services", "account_invoice_start_end_dates"],
    "auto_install": True,
}
