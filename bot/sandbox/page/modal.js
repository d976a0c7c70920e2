/** The modal on top of the stack: its form, its submission, and what is wrong with it. */

import { sentence } from "./actions.js";
import { post } from "./api.js";
import { blocks } from "./blocks.js";
import { h, update } from "./dom.js";
import { readFields } from "./fields.js";
import { icon } from "./icons.js";
import { textObject } from "./mrkdwn.js";
import { changed, modals, refresh, state } from "./store.js";

const TROUBLE = "We had some trouble connecting. Try again?";
const forms = new Map(); // by view id: {errors, trouble, busy, hash}
let focused = null;

function formOf(view) {
  const known = forms.get(view.id);
  if (known?.hash === view.hash) return known;
  const fresh = { errors: {}, trouble: null, busy: known?.busy ?? false, hash: view.hash };
  forms.set(view.id, fresh);
  return fresh;
}

/** Bring the modal on screen in step with the stack; menus opened in it are its dialog's other children. */
export function drawModal() {
  const dialog = document.getElementById("modal");
  const [view] = modals();
  if (!view) return shut(dialog);
  update(dialog.firstElementChild, sheet(view, formOf(view), modals().length > 1));
  dialog.setAttribute("aria-labelledby", `title-${view.id}`);
  dialog.oncancel = (event) => {
    event.preventDefault();
    close(view);
  };
  if (!dialog.open) dialog.showModal();
  markFields(dialog, view);
  if (focused !== view.id) focusFirst(dialog, view);
  return undefined;
}

function shut(dialog) {
  focused = null;
  if (dialog.open) dialog.close();
  forms.clear();
  update(dialog.firstElementChild);
}

function focusFirst(dialog, view) {
  focused = view.id;
  const wanted = dialog.querySelector("[data-autofocus]")
    ?? dialog.querySelector("[data-control] :is(input, select, textarea)");
  (wanted ?? dialog.querySelector(".sheet-foot .filled") ?? dialog.querySelector("button"))?.focus();
  dialog.querySelector(".sheet-body").scrollTop = 0;
}

function sheet(view, form, stacked) {
  return h("form", {
    class: "sheet", key: view.id, novalidate: true, "aria-busy": String(form.busy),
    "data-surface": "view", "data-view-id": view.id, surface: { view: view.id },
    on: {
      submit(event) {
        event.preventDefault();
        submit(view, event.currentTarget);
      },
      input: (event) => forgive(view, event.target.closest("[data-block-id]")?.dataset.blockId),
    },
  },
  h("header", { class: "sheet-head" },
    stacked ? tool("Back", "back", () => close(view)) : h("img", { class: "avatar small", src: "/page/tocsin.svg", alt: "" }),
    h("h2", { id: `title-${view.id}` }, textObject(view.title)),
    tool("Close", "close", () => close(view, true))),
  h("div", { class: "sheet-body blocks" },
    form.trouble && h("p", { class: "trouble", role: "alert", key: "trouble" }, form.trouble),
    blocks(view.blocks, { prefix: view.id, errors: form.errors })),
  foot(view, form, stacked));
}

/** What was wrong at a field is gone once the field is changed; whether it is right now, submitting tells. */
function forgive(view, id) {
  const { errors } = formOf(view);
  const label = view.blocks.find((each) => each.block_id === id)?.label?.text;
  if (!(id in errors) && !(label in errors)) return;
  delete errors[id];
  delete errors[label];
  changed();
}

function tool(label, drawing, run) {
  return h("button", { type: "button", class: "ghost square", "aria-label": label, on: { click: run } }, icon(drawing));
}

function foot(view, form, stacked) {
  const leave = stacked ? "Back" : view.submit ? "Cancel" : "Close";
  const busy = { disabled: form.busy, "aria-busy": String(form.busy) };
  return h("footer", { class: "sheet-foot" },
    h("button", { type: "button", class: "btn", on: { click: () => close(view) } }, view.close ? textObject(view.close) : leave),
    view.submit && h("button", { class: "btn primary filled", ...busy }, textObject(view.submit)));
}

/** Tie each field to its error and hint, for those who cannot see where they stand. */
function markFields(dialog, view) {
  const { errors } = formOf(view);
  for (const block of view.blocks) {
    if (block.type !== "input") continue;
    const node = dialog.querySelector(`.block[data-block-id="${CSS.escape(block.block_id)}"]`);
    const wrong = errors[block.block_id] ?? errors[block.label.text];
    const about = [...node.querySelectorAll(".field-error:not(:empty), .hint")].map((each) => each.id).join(" ");
    for (const field of node.querySelectorAll("[data-control] :is(input, select, textarea)")) {
      field.toggleAttribute("aria-invalid", false);
      if (wrong) field.setAttribute("aria-invalid", "true");
      if (!field.closest(".tick")) field.setAttribute("aria-describedby", about);
      field.toggleAttribute("required", !block.optional && !field.closest(".tick, .tokens"));
    }
  }
}

async function submit(view, node) {
  const form = formOf(view);
  if (form.busy || !view.submit) return;
  Object.assign(form, { busy: true, errors: {}, trouble: null });
  changed();
  const result = await send(view, node);
  Object.assign(forms.get(view.id) ?? {}, { busy: false, ...result });
  await refresh("views", "messages", "channels");
  changed();
  if (result.errors) document.querySelector("#modal [aria-invalid=true]")?.focus();
}

async function send(view, node) {
  try {
    const answer = await post("submit", { as: state.me.name, view: view.id, fields: readFields(node) });
    if (answer.errors) return { errors: answer.errors };
    return answer.acked === false || answer.error ? { trouble: answer.text ?? TROUBLE } : {};
  } catch (error) {
    return { trouble: sentence(error) };
  }
}

/** Close the top modal, or with `all` the whole stack, as its ✕ does. */
async function close(view, all = false) {
  state.views = state.views.filter((each) => each.id !== view.id && !(all && each.type === "modal"));
  changed();
  const closing = post("close", { as: state.me.name, view: view.id, all });
  await closing.catch((error) => console.warn("closing:", error.message));
  await refresh("views");
}
