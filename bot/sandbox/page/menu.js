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

/** Arrows, Home and End walk through a menu; a letter goes to the next item that begins with it. */
function arrows(event) {
  const items = [...event.currentTarget.querySelectorAll("[role^=menuitem]")];
  const at = items.indexOf(document.activeElement);
  const next = { ArrowDown: at + 1, ArrowUp: at < 0 ? -1 : at - 1, Home: 0, End: -1 }[event.key];
  const item = next === undefined ? beginning(items, at, event.key) : items.at(next % items.length);
  if (!item) return;
  item.focus();
  event.preventDefault();
}

function beginning(items, at, key) {
  if (key.length !== 1 || key === " ") return undefined;
  const begins = (each) => each.querySelector(".menu-words").textContent.trim().toLowerCase().startsWith(key.toLowerCase());
  return [...items.slice(at + 1), ...items.slice(0, at + 1)].find(begins);
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
