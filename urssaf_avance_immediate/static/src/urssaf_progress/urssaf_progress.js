import { Component, onWillUnmount, status, useEffect } from "@odoo/owl";
import { registry } from "@web/core/registry";
import { standardFieldProps } from "@web/views/fields/standard_field_props";

const EVERY = 2000;

/** {total, done, text}: a bar that reads the record again until all is done. */
export class UrssafProgress extends Component {
    static template = "urssaf_avance_immediate.Progress";
    static props = { ...standardFieldProps };

    setup() {
        useEffect(
            () => this.plan(),
            () => [this.progress.done, this.progress.total]
        );
        onWillUnmount(() => clearTimeout(this.timer));
    }

    get progress() {
        return this.props.record.data[this.props.name] || { total: 0, done: 0, text: "" };
    }

    get percent() {
        const { total, done } = this.progress;
        return total ? Math.round((100 * done) / total) : 0;
    }

    plan() {
        clearTimeout(this.timer);
        if (this.progress.done < this.progress.total) {
            this.timer = setTimeout(async () => {
                await this.props.record.load();
                // The dialogue may have been closed meanwhile.
                if (status(this) !== "destroyed") {
                    this.plan();
                }
            }, EVERY);
        }
    }
}

registry.category("fields").add("urssaf_progress", {
    component: UrssafProgress,
    supportedTypes: ["json"],
});
