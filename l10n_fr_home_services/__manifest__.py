# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
{
    "name": "Services à la personne",
    "summary": "Home services in France: natures of the services, their dates on the "
    "invoices, the SAP number of the company",
    "version": "19.0.1.0.0",
    "category": "Accounting/Localizations",
    "license": "LGPL-3",
    "development_status": "Beta",
    "author": "Urssaf avance immédiate contributors",
    "website": "https://www.urssaf.fr/accueil/services/services-particuliers/avance-immediate.html",
    "countries": ["fr"],
    "depends": ["account"],
    "data": [
        "security/home_service_security.xml",
        "security/ir.model.access.csv",
        "data/home_service_nature_data.xml",
        "data/home_service_official_amount_data.xml",
        "views/home_service_nature_views.xml",
        "views/home_service_official_amount_views.xml",
        "views/product_views.xml",
        "views/account_move_views.xml",
        "views/res_config_settings_views.xml",
        "views/home_service_menus.xml",
    ],
    "demo": ["demo/product_demo.xml"],
    "uninstall_hook": "uninstall_hook",
}
