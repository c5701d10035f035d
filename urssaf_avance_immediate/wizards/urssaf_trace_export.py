# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
import base64
import re

from odoo import api, fields, models
from odoo.tools import format_datetime

from ..lib.rules import PARIS


class UrssafTraceExport(models.TransientModel):
    """One case of the tests that Urssaf asks for, with the trace of its calls, as a
    document to hand in.
    """

    _name = "urssaf.trace.export"
    _inherit = ["urssaf.wizard"]
    _description = "Export of Urssaf Calls"

    name = fields.Char(
        string="Test case", required=True, default=lambda self: self._default_name()
    )
    result = fields.Text(
        string="What was checked", help="Written at the head of the document."
    )
    trace_ids = fields.Many2many(
        "urssaf.trace", default=lambda self: self.env.context.get("active_ids")
    )
    trace_count = fields.Integer(string="Calls", compute="_compute_trace_count")
    filename = fields.Char(compute="_compute_document")
    document = fields.Binary(compute="_compute_document", attachment=False)

    @api.model
    def _default_name(self):
        traces = self.env["urssaf.trace"].browse(self.env.context.get("active_ids"))
        methods = sorted({f"M{t.method}" for t in traces if t.method != "token"})
        return ", ".join(methods) or self.env._("Calls to Urssaf")

    @api.depends("trace_ids")
    def _compute_trace_count(self):
        for export in self:
            export.trace_count = len(export.trace_ids)

    @api.depends("name", "result", "trace_ids")
    def _compute_document(self):
        for export in self:
            word = re.sub(r"\W+", "-", export.name or "").strip("-")
            export.filename = f"urssaf-{word or 'export'}.md"
            export.document = base64.b64encode(export._markdown().encode())

    def _markdown(self):
        """The calls in the order in which they were made."""
        traces = self.trace_ids.sorted("id")
        environments = dict(
            traces._fields["environment"]._description_selection(self.env)
        )
        company = traces.company_id[:1] or self.env.company
        sap = company._urssaf_holder().home_service_sap_number
        lines = [
            f"# {self.name}",
            "",
            f"- {self.env._('Company')}: {company.name}",
            f"- {self.env._('SAP number')}: {sap or '-'}",
            *(
                f"- {self.env._('Environment')}: {environments.get(key, key)}"
                for key in sorted(set(traces.mapped("environment")))
            ),
        ]
        if self.result:
            lines += ["", self.result]
        for rank, trace in enumerate(traces, 1):
            lines += ["", *self._section(rank, trace)]
        return "\n".join([*lines, ""])

    def _section(self, rank, trace):
        moment = format_datetime(self.env, trace.called_at, tz=PARIS.key)
        yield f"## {rank}. {trace.verb} {trace.path}"
        yield ""
        yield f"- {self.env._('Time')}: {moment} (Europe/Paris)"
        yield f"- {self.env._('HTTP status')}: {trace.outcome}"
        yield f"- {self.env._('Duration')}: {trace.milliseconds} ms"
        yield f"- X-Correlation-ID: {trace.correlation_id}"
        for title, text in (
            (self.env._("Sent"), trace.request_shown),
            (self.env._("Received"), trace.response_shown),
        ):
            yield from ("", f"### {title}", "", "```json", text or "", "```")
