/** The one popup menu: opened at a button, closed by choosing, by Esc or by a click elsewhere. */

import { h, update } from "./dom.js";

const GAP = 4; // pixels between the button and its menu

function place(menu, anchor) {
  const box = anchor.getBoundingClientRect();
  const { offsetWidth: width, offsetHeight: height } = menu;
  const below = box.bottom + GAP + height <= innerHeight;
  const left = Math.max(8, Math.min(box.left, innerWidth - width - 8));
  menu.style.left = `${left}px`;
  menu.style.top = `${below ? box.bottom + GAP : Math.max(8, box.top - GAP - height)}px`;
}

function arrows(event) {
  const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
  if (!step) return;
  const items = [...event.currentTarget.querySelectorAll("[role^=menuitem]")];
  const at = items.indexOf(document.activeElement);
  items.at((at + step + items.length) % items.length)?.focus();
  event.preventDefault();
}

/**
 * Open at `anchor`. Items are `{label, hint?, icon?, danger?, checked?, run}` or a string, which heads a group.
 * The menu opens inside the dialog that holds the anchor, because what is outside a modal dialog cannot be clicked.
 */
export function openMenu(anchor, label, items) {
  openPopup(anchor, { role: "menu", label }, items.map((item) => (typeof item === "string"
    ? h("div", { class: "menu-head" }, item)
    : h("button", {
      type: "button",
      role: item.checked === undefined ? "menuitem" : "menuitemradio",
      "aria-checked": item.checked === undefined ? undefined : String(item.checked),
      class: item.danger ? "menu-item danger" : "menu-item",
      on: { click: () => { closeMenu(); item.run(); } },
    }, item.icon, h("span", { class: "menu-words" }, h("span", {}, item.label), item.hint && h("small", {}, item.hint))))));
}

/** Open any content at `anchor` in the same popup. */
export function openPopup(anchor, { role, label }, content) {
  const menu = document.getElementById("menu");
  if (menu.matches(":popover-open")) menu.hidePopover();
  (anchor.closest("dialog") ?? document.body).append(menu);
  menu.setAttribute("role", role);
  menu.setAttribute("aria-label", label);
  update(menu, content);
  menu.onkeydown = role === "menu" ? arrows : null;
  menu.showPopover();
  place(menu, anchor);
  menu.querySelector("button, input, a")?.focus();
  menu.ontoggle = (event) => {
    if (event.newState !== "closed") return;
    if (menu.contains(document.activeElement) || document.activeElement === document.body) anchor.focus?.();
  };
}

export function closeMenu() {
  const menu = document.getElementById("menu");
  if (menu.matches(":popover-open")) menu.hidePopover();
}
