# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from odoo import models

# Whose e-mails are written to customers, or to Urssaf.
WRITERS = (
    "urssaf.enrolment",
    "urssaf.payment.request",
    "urssaf.customer.form",
    "home.service.certificate",
)


class MailMail(models.Model):
    _inherit = "mail.mail"

    def send(self, *args, **kwargs):
        """Extends mail: what waited in the queue when a database was copied left from
        the original. It stays in the queue of the copy.
        """
        return super(MailMail, self - self._urssaf_held()).send(*args, **kwargs)

    def _urssaf_held(self):
        """The e-mails of self that this add-on, or the trade below it, wrote, where the
        database is a copy.
        """
        held = self.browse()
        if not self.env["res.company"]._urssaf_real_database():
            return held
        # sudo(): who empties the queue may not read what the e-mails are about.
        for model in WRITERS:
            about = self.filtered(lambda mail, model=model: mail.model == model)
            records = self.env[model].sudo().browse(about.mapped("res_id")).exists()
            copied = records.filtered(lambda r: r.company_id._urssaf_is_copy())
            held |= about.filtered(lambda mail, ids=set(copied.ids): mail.res_id in ids)
        # The e-mail with a customer’s link names no record, see ``_mail_link``.
        # sudo(): as above.
        forms = self.env["urssaf.customer.form"].sudo()
        links = forms.search([("mail_id", "in", (self - held).ids)])
        return held | self.browse(
            links.filtered(lambda form: form.company_id._urssaf_is_copy()).mail_id.ids
        )
