/** Ctrl+K: going to a channel, a person or the app by typing a part of its name. */

import { ask, stopAsking } from "./ask.js";
import { avatar } from "./avatar.js";
import { h, update } from "./dom.js";
import { icon } from "./icons.js";
import { go } from "./places.js";
import { placeOf, state } from "./store.js";
import { isUnread } from "./unread.js";

const MOST = 12;

function everything() {
  const channels = state.channels.filter((each) => each.kind !== "im").map((each) => ({
    place: placeOf(each), label: each.name, hint: about(each), unread: isUnread(each), names: each.name,
    mark: each.private ? icon("lock") : h("span", { class: "hash", "aria-hidden": "true" }, "#"),
  }));
  const others = state.people.filter((each) => !each.deactivated && each.name !== state.me.name);
  const people = others.map((each) => {
    const name = each.is_bot ? each.real_name : each.name;
    const direct = state.channels.find((one) => one.kind === "im" && one.with === name);
    return {
      place: `@${name}`, label: each.real_name || name, hint: each.is_bot ? "app" : `@${name}`,
      unread: direct ? isUnread(direct) : false, names: `${name} ${each.real_name}`, mark: avatar(each, "tiny"),
    };
  });
  return [...channels, ...people];
}

function about(channel) {
  if (channel.archived) return "archived";
  return channel.member === false ? "not joined" : "";
}

/** Unread places first, then those whose name begins with what was typed, then the rest that hold it. */
function matches(typed) {
  const wanted = typed.trim().toLowerCase().replace(/^[#@]/, "");
  const rank = (each) => {
    const words = each.names.toLowerCase().split(/[\s-]+/);
    const begins = each.names.toLowerCase().startsWith(wanted) || words.some((word) => word.startsWith(wanted));
    return (begins ? 0 : 2) + (each.unread ? 0 : 1);
  };
  const found = everything().filter((each) => each.names.toLowerCase().includes(wanted));
  return found.sort((one, other) => rank(one) - rank(other)).slice(0, MOST);
}

/** Open the dialog; Enter goes to the marked place, Esc leaves. */
export function openSwitcher() {
  if (document.querySelector("dialog[open]")) return;
  let items = [];
  let at = 0;
  const list = h("ul", { class: "switch-list", role: "listbox", id: "switch-list", "aria-label": "Places" });
  const field = h("input", {
    role: "combobox", "aria-label": "Go to a channel or person", placeholder: "Channel or person", autocomplete: "off",
    "aria-expanded": "true", "aria-controls": "switch-list",
    on: { input: () => { at = 0; draw(); }, keydown: keys },
  });
  const leave = (index) => {
    if (!items[index]) return;
    stopAsking();
    go(items[index].place);
    // Whoever has keys goes on typing; on a phone the keyboard would cover the messages.
    if (matchMedia("(hover: hover)").matches) setTimeout(() => document.querySelector("#composer textarea")?.focus());
  };
  function draw() {
    items = matches(field.value);
    field.setAttribute("aria-activedescendant", items.length ? `switch-${at}` : "");
    update(list, items.length === 0 && h("li", { class: "muted" }, "Nothing has this in its name."),
      items.map((each, index) => h("li", {
        id: `switch-${index}`, role: "option", class: index === at ? "suggestion on" : "suggestion", "aria-selected": String(index === at),
        on: { mousedown: (event) => event.preventDefault(), click: () => leave(index) },
      }, each.mark, each.unread ? h("b", {}, each.label) : h("span", {}, each.label),
      h("span", { class: "muted" }, each.unread ? "unread" : each.hint))));
    list.querySelector(".on")?.scrollIntoView({ block: "nearest" });
  }
  function keys(event) {
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    if (step && items.length) at = (at + step + items.length) % items.length;
    else if (event.key === "Enter") leave(at);
    else return;
    event.preventDefault();
    draw();
  }
  draw();
  ask({ title: "Go to", body: [field, list] });
}
