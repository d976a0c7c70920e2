/** A field in which one finds one of many choices by typing a part of it. */

import { h, update } from "./dom.js";

const MOST = 50;
const PAUSE = 200; // milliseconds without typing before an app is asked

/**
 * `find(typed)` answers the choices, `[{label, value, description?}]`, at once or later, or a string that says why there
 * are none; `pick(choice)` is called with the chosen one, `back()` for Backspace in the empty field. `slow`: ask after
 * a pause only. Answers `{node, field, close}`.
 */
export function searchField({ props, label, find, pick, back = () => {}, slow = false }) {
  const id = `${props.id}-list`;
  const list = h("ul", { role: "listbox", id, "aria-label": `Choices for ${label}`, hidden: true, class: "choices" });
  const field = h("input", { ...props, type: "text", role: "combobox", "aria-expanded": "false", "aria-controls": id, autocomplete: "off" });
  let items = [];
  let at = 0;
  let timer;
  let asked = 0;

  function draw(words) {
    list.hidden = items.length === 0 && !words;
    field.setAttribute("aria-expanded", String(!list.hidden));
    field.setAttribute("aria-activedescendant", items.length ? `${id}-${at}` : "");
    update(list, words && h("li", { class: "muted choice", key: "words" }, words), items.map((each, index) => h("li", {
      id: `${id}-${index}`, role: "option", key: each.value, "aria-selected": String(index === at),
      class: index === at ? "choice on" : "choice",
      on: { mousedown: (event) => event.preventDefault(), click: () => take(index) },
    }, h("span", {}, each.label), each.description && h("small", {}, each.description))));
    list.querySelector(".on")?.scrollIntoView({ block: "nearest" });
  }
  async function search() {
    const mine = ++asked;
    const found = await find(field.value.trim().toLowerCase());
    if (mine !== asked || document.activeElement !== field) return;
    items = Array.isArray(found) ? found.slice(0, MOST) : [];
    at = 0;
    draw(Array.isArray(found) ? (items.length ? null : "Nothing found") : found);
  }
  function soon() {
    clearTimeout(timer);
    timer = setTimeout(search, slow ? PAUSE : 0);
  }
  function close() {
    clearTimeout(timer);
    asked += 1;
    items = [];
    draw(null);
  }
  function take(index) {
    const [chosen] = items.slice(index, index + 1);
    if (!chosen) return;
    close();
    pick(chosen);
  }
  function keys(event) {
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    if (step && list.hidden) soon();
    else if (step && items.length) at = (at + step + items.length) % items.length;
    else if (event.key === "Enter") {
      event.preventDefault();
      take(at);
      return;
    } else if (event.key === "Escape" && !list.hidden) {
      close();
      event.preventDefault();
      event.stopPropagation();
      return;
    } else {
      if (event.key === "Backspace" && field.value === "") back();
      return;
    }
    event.preventDefault();
    if (items.length) draw(null);
  }
  Object.assign(field, { oninput: soon, onclick: soon, onkeydown: keys, onblur: close });
  return { node: h("span", { class: "search-field" }, field, list), field, close };
}
