# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
{
    "name": "Urssaf avance immédiate: sales",
    "summary": "Down payments of sales orders are the deposits of demandes de "
    "paiement; what is paid online is not for Urssaf",
    "version": "19.0.1.0.0",
    "category": "Accounting/Localizations",
    "license": "LGPL-3",
    "development_status": "Beta",
    "author": "Urssaf avance immédiate contributors",
    "website": "https://www.urssaf.fr/accueil/services/services-particuliers/avance-immediate.html",
    "depends": ["urssaf_avance_immediate", "sale"],
    "data": ["views/sale_order_views.xml"],
    "auto_install": True,
}
