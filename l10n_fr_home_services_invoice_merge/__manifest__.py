# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
{
    "name": "Services à la personne: merged invoices",
    "summary": "Invoices merged by OCA’s module keep when and by whom each service "
    "was done",
    "version": "19.0.1.0.0",
    "category": "Accounting/Localizations",
    "license": "LGPL-3",
    "development_status": "Beta",
    "author": "Urssaf avance immédiate contributors",
    "website": "https://www.urssaf.fr/accueil/services/services-particuliers/avance-immediate.html",
    "depends": ["l10n_fr_home_services", "account_invoice_merge"],
    "auto_install": True,
}
