/** Small dialogs that ask one thing: an app's confirmation, a new channel's name, a list to choose from. */

import { h, update } from "./dom.js";
import { icon } from "./icons.js";
import { textObject } from "./mrkdwn.js";

/**
 * Show a dialog with this title and body. `submit` is called with the form when its button is pressed and keeps it
 * open by answering false. Resolves to what `submit` answered, or undefined when the person closed it.
 */
export function ask({ title, body, button, danger = false, cancel = "Cancel", submit = () => true }) {
  const dialog = document.getElementById("ask");
  return new Promise((resolve) => {
    let answer;
    const leave = () => dialog.close();
    const form = h("form", {
      class: "sheet", method: "dialog",
      on: {
        async submit(event) {
          event.preventDefault();
          const result = await submit(form);
          if (result === false) return;
          answer = result;
          dialog.close();
        },
      },
    },
    h("header", { class: "sheet-head" },
      h("h2", { id: "ask-title" }, title),
      h("button", { type: "button", class: "ghost square", "aria-label": "Close", on: { click: leave } }, icon("close"))),
    h("div", { class: "sheet-body" }, body),
    button && h("footer", { class: "sheet-foot" },
      h("button", { type: "button", class: "btn", on: { click: leave } }, cancel),
      h("button", { class: danger ? "btn danger filled" : "btn primary filled" }, button)));
    dialog.setAttribute("aria-labelledby", "ask-title");
    dialog.replaceChildren(form);
    dialog.onclose = () => {
      update(dialog);
      resolve(answer);
    };
    dialog.onclick = (event) => {
      if (event.target === dialog) leave(); // beside the sheet
    };
    dialog.showModal();
    form.querySelector(".sheet-body :is(input, select, textarea, a, button), .sheet-foot .filled")?.focus();
  });
}

/** Close whatever is asked, without an answer. */
export function stopAsking() {
  document.getElementById("ask").close();
}

/** An app's `confirm` object: true when the person said yes. */
export async function confirmed(confirm) {
  const answer = await ask({
    title: textObject(confirm.title), body: h("p", { class: "mrkdwn" }, textObject(confirm.text)),
    button: textObject(confirm.confirm), cancel: textObject(confirm.deny), danger: confirm.style === "danger",
  });
  return answer === true;
}
