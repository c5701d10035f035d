import { Component, useState } from "@odoo/owl";
import { registry } from "@web/core/registry";
import { useService } from "@web/core/utils/hooks";
import { standardWidgetProps } from "@web/views/widgets/standard_widget_props";

const TYPED = ["environment", "sandbox_url", "client_id", "client_secret"];

/** Sends the credentials that are typed in the dialogue in one request, which tries and
 * saves them; the dialogue itself is never saved, since the secret would be. The answer
 * stands there until something else is typed. */
export class UrssafTestAndSave extends Component {
    static template = "urssaf_avance_immediate.TestAndSave";
    static props = { ...standardWidgetProps };

    setup() {
        this.orm = useService("orm");
        this.state = useState({ busy: false, answer: null, about: "" });
    }

    get typed() {
        return Object.fromEntries(
            TYPED.map((name) => [name, this.props.record.data[name] || false])
        );
    }

    get answer() {
        const same = this.state.about === JSON.stringify(this.typed);
        return same ? this.state.answer : null;
    }

    async press() {
        const { record } = this.props;
        this.state.busy = true;
        try {
            if (!(await record.checkValidity({ displayNotification: true }))) {
                return;
            }
            const answer = await this.orm.call(record.resModel, "action_test_and_save", [
                { company_id: record.data.company_id.id, ...this.typed },
            ]);
            await record.update({
                client_secret: false,
                secret_known: answer.secret_known,
            });
            this.state.about = JSON.stringify(this.typed);
            this.state.answer = answer;
        } finally {
            this.state.busy = false;
        }
    }
}

registry.category("view_widgets").add("urssaf_test_and_save", {
    component: UrssafTestAndSave,
});
