/** A channel's canvases: documents to read beside its messages. */

import { h } from "./dom.js";
import { markdown } from "./markdown.js";
import { here, state } from "./store.js";

/** The canvases of the place on screen, its own first. */
export function canvases() {
  const mine = state.canvases.filter((each) => each.channel === here()?.id);
  return mine.sort((one, other) => Number(other.home) - Number(one.home));
}

/** The canvas that the tab on screen shows, if it shows one. */
export function openCanvas() {
  return canvases().find((each) => state.place.tab === `canvas-${each.id}`);
}

/** The document. */
export function canvasTab(canvas) {
  return h("article", { class: "document", key: canvas.id, role: "tabpanel", "aria-label": canvas.title },
    h("h3", { class: "document-title" }, canvas.title),
    canvas.markdown ? markdown(canvas.markdown) : h("p", { class: "muted" }, "This canvas is empty."),
    h("p", { class: "muted small" }, `Written by ${canvas.by}`));
}
