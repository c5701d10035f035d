import { Component, onWillUnmount, status, useEffect, useState } from "@odoo/owl";
import { registry } from "@web/core/registry";
import { useService } from "@web/core/utils/hooks";
import { standardFieldProps } from "@web/views/fields/standard_field_props";

const EVERY = 2000;

/**
 * {total, done, text}: a bar that asks for these three, and for nothing else of the
 * record, until all is done. A list of a thousand lines beside it is read once.
 */
export class UrssafProgress extends Component {
    static template = "urssaf_avance_immediate.Progress";
    static props = { ...standardFieldProps };

    setup() {
        this.orm = useService("orm");
        // What was asked last, and of which value of the record that is news.
        this.news = useState({ of: null, progress: null });
        useEffect(
            () => this.plan(),
            () => [this.progress.done, this.progress.total]
        );
        onWillUnmount(() => clearTimeout(this.timer));
    }

    get known() {
        return this.props.record.data[this.props.name] || { total: 0, done: 0, text: "" };
    }

    get progress() {
        const { of, progress } = this.news;
        return of === JSON.stringify(this.known) ? progress : this.known;
    }

    get percent() {
        const { total, done } = this.progress;
        return total ? Math.round((100 * done) / total) : 0;
    }

    plan() {
        clearTimeout(this.timer);
        if (this.progress.done < this.progress.total) {
            this.timer = setTimeout(async () => {
                await this.ask();
                // The dialogue may have been closed meanwhile.
                if (status(this) !== "destroyed") {
                    this.plan();
                }
            }, EVERY);
        }
    }

    async ask() {
        const { record, name } = this.props;
        const of = JSON.stringify(this.known);
        const [values] = await this.orm.silent.read(record.resModel, [record.resId], [name]);
        if (values && status(this) !== "destroyed") {
            Object.assign(this.news, { of, progress: values[name] });
        }
    }
}

registry.category("fields").add("urssaf_progress", {
    component: UrssafProgress,
    supportedTypes: ["json"],
});
