// License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
//
// The form works without this file: it offers communes while one types, hides what a
// birth abroad does not need, says at once what is not right, and shows one part after
// the other on a phone. What counts is checked again by Odoo.

(() => {
    "use strict";
    const form = document.getElementById("urssaf_form");
    if (!form) {
        return;
    }
    const sentences = JSON.parse(form.dataset.sentences);
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

    // -- what is not right, while one types ------------------------------------------

    // Never stricter than Odoo, which has the last word.
    const NO_NAME = /[\d@<>{}[\]_=+*/\\"]/;
    const PREFIX = /^((?:\+|00)(?:33|262|590|594|596))0?/;
    const MOBILE = /^0[67]\d{8}$/;

    const mobileIsRight = (text) =>
        MOBILE.test(text.replace(/[^\d+]/g, "").replace(PREFIX, "0"));

    const ibanIsRight = (text) => {
        const iban = text.replace(/[\s-]/g, "").toUpperCase();
        if (!/^[A-Z]{2}\d{2}[A-Z0-9]{10,30}$/.test(iban)) {
            return false;
        }
        const moved = iban.slice(4) + iban.slice(0, 4);
        let rest = 0;
        for (const sign of moved) {
            for (const figure of String(parseInt(sign, 36))) {
                rest = (rest * 10 + Number(figure)) % 97;
            }
        }
        return rest === 1 && (!iban.startsWith("FR") || iban.length === 27);
    };

    const dateIsRight = (text) =>
        !/^\d{4}-\d\d-\d\d$/.test(text) ||
        (text >= "1900-01-01" && text < new Date().toISOString().slice(0, 10));

    const RIGHT = {
        birth_name: (text) => !NO_NAME.test(text),
        usage_name: (text) => !NO_NAME.test(text),
        first_names: (text) => !NO_NAME.test(text),
        birth_date: dateIsRight,
        mobile: mobileIsRight,
        email: (_text, input) => !input.validity.typeMismatch,
        zip: (text) => /^\d{5}$/.test(text),
        iban: ibanIsRight,
    };

    /** What is wrong with this field, in a sentence, or nothing. */
    const faultOf = (input) => {
        if (input.type === "checkbox") {
            return input.required && !input.checked ? sentences.consent : "";
        }
        const text = input.value.trim();
        if (!text) {
            return input.required || input.validity.badInput ? sentences.required : "";
        }
        const check = RIGHT[input.name];
        return check && !check(text, input) ? sentences[input.name] : "";
    };

    const show = (input, fault) => {
        const place = document.getElementById(`e_${input.name}`);
        if (place) {
            // As text: nothing that is typed becomes part of the page.
            place.textContent = fault;
        }
        input.classList.toggle("is-invalid", Boolean(fault));
        if (fault) {
            input.setAttribute("aria-invalid", "true");
        } else {
            input.removeAttribute("aria-invalid");
        }
    };

    const inputsOf = (part) =>
        [...part.querySelectorAll("input, select")].filter(
            (input) => input.type !== "hidden" && !input.closest(".js_in_france[hidden]")
        );

    /** Say what is wrong in this part; return the first field of it. */
    const check = (part) => {
        const wrong = inputsOf(part).filter((input) => {
            const fault = faultOf(input);
            show(input, fault);
            return fault;
        });
        return wrong[0];
    };

    for (const input of inputsOf(form)) {
        // Not yet filled in is no fault before the next step.
        input.addEventListener("change", () => {
            if (input.value.trim() || input.classList.contains("is-invalid")) {
                show(input, faultOf(input));
            }
        });
        input.addEventListener("input", () => {
            if (input.classList.contains("is-invalid") && !faultOf(input)) {
                show(input, "");
            }
        });
    }

    // -- one part after the other, on a phone ------------------------------------------

    const parts = [...form.querySelectorAll("fieldset")];
    const progress = document.getElementById("urssaf_progress");
    const next = document.getElementById("urssaf_next");
    const back = document.getElementById("urssaf_back");
    const send = document.getElementById("urssaf_send");
    const narrow = window.matchMedia("(max-width: 575.98px)");
    let step = 0;

    const layOut = () => {
        const stepping = narrow.matches;
        const lastOne = step === parts.length - 1;
        parts.forEach((part, index) => {
            part.hidden = stepping && index !== step;
        });
        progress.hidden = !stepping;
        progress.textContent = sentences.progress
            .replace("{step}", step + 1)
            .replace("{steps}", parts.length);
        next.hidden = !stepping || lastOne;
        send.hidden = stepping && !lastOne;
        back.hidden = !stepping || step === 0;
    };

    /** Go to a part, and let a screen reader say where one is. */
    const goTo = (index, focus) => {
        step = index;
        layOut();
        if (focus) {
            focus.focus();
        } else {
            const title = parts[step].querySelector("legend");
            title.tabIndex = -1;
            title.focus({preventScroll: true});
            progress.scrollIntoView({block: "start"});
        }
    };

    const partOf = (input) => parts.findIndex((part) => part.contains(input));

    const goOn = () => {
        const wrong = check(parts[step]);
        if (wrong) {
            wrong.focus();
            return;
        }
        // The button “back” of a phone leads to the step before, and loses nothing.
        window.history.pushState({step: step + 1}, "");
        goTo(step + 1);
    };

    next.addEventListener("click", goOn);
    back.addEventListener("click", () => window.history.back());
    window.addEventListener("popstate", (ev) => {
        if (narrow.matches) {
            goTo((ev.state && ev.state.step) || 0);
        }
    });
    narrow.addEventListener("change", layOut);
    // Our sentences, in the customer’s language, instead of the browser’s.
    form.noValidate = true;
    const summary = document.getElementById("urssaf_errors");
    if (summary) {
        for (const link of summary.querySelectorAll("a")) {
            link.addEventListener("click", (ev) => {
                const input = document.getElementById(link.hash.slice(1));
                if (input) {
                    ev.preventDefault();
                    goTo(partOf(input), input);
                }
            });
        }
    }
    const told = form.querySelector(".is-invalid");
    step = told ? Math.max(0, partOf(told)) : 0;
    // Each part that was passed is one step back.
    window.history.replaceState({step: 0}, "");
    for (let passed = 1; narrow.matches && passed <= step; passed++) {
        window.history.pushState({step: passed}, "");
    }
    layOut();

    form.addEventListener("submit", (ev) => {
        if (narrow.matches && step < parts.length - 1) {
            // The key “enter” in the middle of the form.
            ev.preventDefault();
            goOn();
            return;
        }
        const wrong = parts.map(check).find(Boolean);
        if (wrong) {
            ev.preventDefault();
            goTo(partOf(wrong), wrong);
            return;
        }
        // A second press would find the link used.
        send.disabled = true;
        window.addEventListener("pageshow", () => (send.disabled = false));
    });
    if (summary) {
        summary.focus();
    }
})();
