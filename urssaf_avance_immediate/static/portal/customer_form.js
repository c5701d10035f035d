// License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
//
// The form works without this file: it offers communes while one types, and hides
// what a birth abroad does not need.

(() => {
    "use strict";
    const form = document.getElementById("urssaf_form");
    if (!form) {
        return;
    }
    const country = form.elements.birth_country;
    const inFrance = form.querySelector(".js_in_france");
    const commune = form.elements.birth_commune;
    const chosen = form.elements.birth_commune_id;
    const list = document.getElementById("urssaf_communes");
    const search = form.dataset.search;
    const known = new Map();
    let timer = null;
    let last = "";

    const showPlace = () => {
        inFrance.hidden = country.value !== form.dataset.france;
        commune.required = !inFrance.hidden;
    };

    const offer = (found) => {
        list.replaceChildren(
            ...found.map(({id, label}) => {
                known.set(label, id);
                const option = document.createElement("option");
                option.value = label;
                return option;
            })
        );
    };

    const ask = async () => {
        const words = commune.value.trim();
        if (words.length < 2 || words === last || known.has(words)) {
            return;
        }
        last = words;
        const born = form.elements.birth_date.value;
        const department = form.elements.birth_department.value;
        // Posted: an address with the day of birth would stay in every log.
        const body = new URLSearchParams({
            q: `${words} ${department}`,
            born,
            csrf_token: form.elements.csrf_token.value,
        });
        try {
            const answer = await fetch(search, {
                method: "POST",
                body,
                credentials: "same-origin",
            });
            if (answer.ok && last === words) {
                offer(await answer.json());
            }
        } catch {
            // Without the network there is no list: the name alone will do.
        }
    };

    commune.addEventListener("input", () => {
        chosen.value = known.get(commune.value) || "";
        clearTimeout(timer);
        timer = setTimeout(ask, 250);
    });
    country.addEventListener("change", showPlace);
    showPlace();

    // A second press would find the link used.
    form.addEventListener("submit", () => {
        const button = form.querySelector("button[type=submit]");
        button.disabled = true;
        window.addEventListener("pageshow", () => (button.disabled = false));
    });
    const summary = document.getElementById("urssaf_errors");
    if (summary) {
        summary.focus();
    }
})();
