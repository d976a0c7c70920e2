/** Block Kit's buttons and overflow menus. */

import { act } from "./actions.js";
import { h } from "./dom.js";
import { icon } from "./icons.js";
import { openMenu } from "./menu.js";
import { textObject } from "./mrkdwn.js";

function classOf(element) {
  return `btn ${element.style ?? ""}`.trim();
}

function button(element, block) {
  const props = {
    class: classOf(element), key: `${block.block_id}/${element.action_id}`, "data-action-id": element.action_id,
    "aria-label": element.accessibility_label,
    on: { click: (event) => act(event.currentTarget, block, element) },
  };
  if (!/^(https?|mailto):/i.test(element.url ?? "")) return h("button", { ...props, type: "button" }, textObject(element.text));
  return h("a", { ...props, href: element.url, target: "_blank", rel: "noopener noreferrer" }, textObject(element.text));
}

function overflow(element, block) {
  return h("button", {
    type: "button", class: "btn square", key: `${block.block_id}/${element.action_id}`, "data-action-id": element.action_id,
    "aria-label": "More actions", "aria-haspopup": "menu",
    on: {
      click(event) {
        const anchor = event.currentTarget;
        openMenu(anchor, "More actions", element.options.map((option) => ({
          label: textObject(option.text), hint: option.description && textObject(option.description),
          run() {
            if (/^https?:/i.test(option.url ?? "")) open(option.url, "_blank", "noopener,noreferrer");
            act(anchor, block, element, option.value ?? option.text.text);
          },
        })));
      },
    },
  }, icon("dots"));
}

/** A button or overflow menu; any other element is named as one that cannot be shown. */
export function buttonFor(element, block) {
  if (element.type === "button" || element.type === "workflow_button") return button(element, block);
  if (element.type === "overflow") return overflow(element, block);
  return h("span", { class: "muted" }, `A “${element.type}” element, which this page cannot show.`);
}
