# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
{
    "name": "Urssaf avance immédiate: OCA’s bank reconciliation",
    "summary": "Which demandes de paiement a line of the bank pays, from OCA’s form",
    "version": "19.0.1.0.0",
    "category": "Accounting/Localizations",
    "license": "LGPL-3",
    "development_status": "Beta",
    "author": "Urssaf avance immédiate contributors",
    "website": "https://www.urssaf.fr/accueil/services/services-particuliers/avance-immediate.html",
    "depends": ["urssaf_avance_immediate", "account_reconcile_oca"],
    "data": ["views/account_bank_statement_line_views.xml"],
    "auto_install": True,
}
