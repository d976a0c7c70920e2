/** What could be meant while a person types: commands after a slash, people after an at sign. */

import { avatar } from "./avatar.js";
import { h, update } from "./dom.js";
import { icon } from "./icons.js";
import { state } from "./store.js";

const MOST = 8;

function offers(field) {
  const before = field.value.slice(0, field.selectionStart);
  const command = /^\/\S*$/.exec(before);
  if (command) return commandOffers(command[0]);
  const mention = /(?:^|[\s(])@([\w.-]*)$/.exec(before);
  return mention ? peopleOffers(mention[1].toLowerCase(), before.length - mention[1].length - 1) : [];
}

function commandOffers(typed) {
  const known = state.app.commands.filter((each) => each.command.startsWith(typed));
  return known.map((each) => ({
    mark: icon("bolt"), label: each.command, hint: [each.usage_hint, each.description].filter(Boolean).join(" · "),
    from: 0, text: `${each.command} `, complete: each.command === typed,
  }));
}

function peopleOffers(typed, from) {
  const words = (each) => `${each.name} ${each.real_name}`.toLowerCase().split(/\s+/);
  const matches = state.people.filter((each) => !each.deactivated && words(each).some((word) => word.startsWith(typed)));
  const groups = state.groups.filter((each) => !each.disabled && `${each.handle} ${each.name}`.toLowerCase().includes(typed));
  return [...matches.map((each) => ({
    mark: avatar(each, "tiny"), label: each.real_name || each.name, hint: `@${each.name}`,
    from, text: `@${each.name} `, complete: each.name === typed,
  })), ...groups.map((each) => ({
    mark: icon("people"), label: each.name, hint: `@${each.handle} · ${each.members.length} people`,
    from, text: `@${each.handle} `, complete: each.handle === typed,
  }))].slice(0, MOST);
}

/**
 * A list above `field`. `show()` brings it up to date, `takes(event)` is true when a key was meant for it,
 * `hide()` closes it.
 */
export function suggestions(field) {
  const node = h("ul", { class: "suggestions", role: "listbox", "aria-label": "Suggestions", hidden: true });
  let items = [];
  let at = 0;

  function draw() {
    node.hidden = items.length === 0;
    update(node, items.map((each, index) => h("li", {
      role: "option", "aria-selected": String(index === at), class: index === at ? "suggestion on" : "suggestion",
      on: { mousedown: (event) => { event.preventDefault(); take(index); } },
    }, each.mark, h("b", {}, each.label), h("span", { class: "muted" }, each.hint))));
  }
  function take(index) {
    const { from, text } = items[index];
    field.setRangeText(text, from, field.selectionStart, "end");
    field.dispatchEvent(new Event("input"));
    field.focus();
  }
  function show() {
    items = offers(field);
    at = 0;
    draw();
  }
  function hide() {
    items = [];
    draw();
  }
  function takes(event) {
    if (items.length === 0) return false;
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    if (step) at = (at + step + items.length) % items.length;
    else if (event.key === "Escape") hide();
    else if (event.key === "Tab" || (event.key === "Enter" && !items[at].complete)) take(at);
    else return false;
    event.preventDefault();
    draw();
    return true;
  }
  return { node, show, hide, takes };
}
