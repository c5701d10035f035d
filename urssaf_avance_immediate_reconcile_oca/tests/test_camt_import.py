# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""A statement of the bank as CAMT.053 comes in through OCA's importer, where it is
installed (``account_statement_import_camt``): its lines are those of Urssaf like any
others.
"""

import base64

from odoo.tests import tagged
from odoo.tests.common import freeze_time

from odoo.addons.urssaf_avance_immediate.tests.bank import LABEL, BankCase
from odoo.addons.urssaf_avance_immediate.tests.cases import NOW

IBAN = "FR7612345678901234567890189"  # of nobody

ENTRY = """
      <Ntry>
        <Amt Ccy="EUR">{amount}</Amt>
        <CdtDbtInd>{side}</CdtDbtInd>
        <Sts>BOOK</Sts>
        <BookgDt><Dt>{day}</Dt></BookgDt>
        <ValDt><Dt>{day}</Dt></ValDt>
        <AcctSvcrRef>{reference}</AcctSvcrRef>
        <NtryDtls><TxDtls>
          <Refs><EndToEndId>{reference}</EndToEndId></Refs>
          <RltdPties><Dbtr><Nm>URSSAF</Nm></Dbtr></RltdPties>
          <RmtInf><Ustrd>{label}</Ustrd></RmtInf>
        </TxDtls></NtryDtls>
      </Ntry>"""

STATEMENT = """<?xml version="1.0" encoding="utf-8"?>
<Document xmlns="urn:iso:std:iso:20022:tech:xsd:camt.053.001.02">
  <BkToCstmrStmt>
    <GrpHdr><MsgId>1</MsgId><CreDtTm>2026-02-28T10:00:00</CreDtTm></GrpHdr>
    <Stmt>
      <Id>2026-02</Id>
      <CreDtTm>2026-02-28T10:00:00</CreDtTm>
      <Acct><Id><IBAN>{iban}</IBAN></Id><Ccy>EUR</Ccy></Acct>
      <Bal>
        <Tp><CdOrPrtry><Cd>OPBD</Cd></CdOrPrtry></Tp>
        <Amt Ccy="EUR">0.00</Amt><CdtDbtInd>CRDT</CdtDbtInd>
        <Dt><Dt>2026-02-01</Dt></Dt>
      </Bal>
      <Bal>
        <Tp><CdOrPrtry><Cd>CLBD</Cd></CdOrPrtry></Tp>
        <Amt Ccy="EUR">{closing}</Amt><CdtDbtInd>CRDT</CdtDbtInd>
        <Dt><Dt>2026-02-28</Dt></Dt>
      </Bal>{entries}
    </Stmt>
  </BkToCstmrStmt>
</Document>
"""


@tagged("post_install", "-at_install")
@freeze_time(NOW)
class TestCamtImport(BankCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.journal.bank_account_id = cls.env["res.partner.bank"].create(
            {"acc_number": IBAN, "partner_id": cls.company.partner_id.id}
        )
        # OCA lets who has Odoo's own right to the bank import files.
        cls.bank_clerk = cls._make_user("bank_clerk", "account.group_account_user")

    def _import(self, *entries):
        """``(amount, day, label)`` each; the lines that come of them."""
        known = self.env["account.bank.statement.line"].search([])
        text = STATEMENT.format(
            iban=IBAN,
            closing=f"{sum(amount for amount, _day, _label in entries):.2f}",
            entries="".join(
                ENTRY.format(
                    amount=f"{abs(amount):.2f}",
                    side="CRDT" if amount > 0 else "DBIT",
                    day=day,
                    label=label,
                    reference=f"AI{number}",
                )
                for number, (amount, day, label) in enumerate(entries)
            ),
        )
        self.env["account.statement.import"].with_user(self.bank_clerk).create(
            {
                "statement_file": base64.b64encode(text.encode()),
                "statement_filename": "releve.xml",
            }
        ).import_file_button()
        return self.env["account.bank.statement.line"].search([]) - known

    def test_lines_of_a_camt_file_are_proposed_and_reconciled(self):
        first = self._request(96.0, "2026-02-05")
        second = self._request(50.0, "2026-02-05")
        lines = self._import(
            (146.0, "2026-02-05", LABEL), (12.34, "2026-02-06", "VIR M DUPONT")
        )
        ours = lines.filtered(lambda line: line.amount == 146.0)
        self.assertEqual(ours.journal_id, self.journal)
        self.assertIn(LABEL, ours.payment_ref)
        self.assertEqual(ours.urssaf_suggestion, "one")
        self._wizard(ours).action_reconcile()
        self.assertTrue(ours.is_reconciled)
        self.assertEqual(ours.urssaf_request_ids, first | second)
        self.assertFalse((lines - ours).urssaf_received)

    def test_a_debit_of_a_camt_file_opens_the_take_back(self):
        request = self._request(96.0, "2026-02-05")
        self._wizard(self._import((96.0, "2026-02-05", LABEL))).action_reconcile()
        request.write({"state": "unpaid", "remote_code": "60", "remote_label": "Refus"})
        debit = self._import(
            (500.0, "2026-02-24", "VIR M DUPONT"), (-96.0, "2026-02-25", "PRLV URSSAF")
        ).filtered(lambda line: line.amount < 0)
        wizard = self._wizard(debit)
        self.assertEqual(self._ticked(wizard), request)
