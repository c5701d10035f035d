# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
{
    "name": "Urssaf avance immédiate: payment orders",
    "summary": "No debit order for what Urssaf collects",
    "version": "19.0.1.0.0",
    "category": "Accounting/Localizations",
    "license": "LGPL-3",
    "development_status": "Beta",
    "author": "Urssaf avance immédiate contributors",
    "website": "https://www.urssaf.fr/accueil/services/services-particuliers/avance-immediate.html",
    "depends": ["urssaf_avance_immediate", "account_payment_order"],
    "data": ["security/ir.model.access.csv"],
    "auto_install": True,
}
