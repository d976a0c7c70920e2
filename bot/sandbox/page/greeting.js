/** One line for somebody who opens the sandbox for the first time. */

import { h } from "./dom.js";
import { icon } from "./icons.js";
import { example } from "./list.js";
import { choosePerson, zone } from "./people.js";
import { changed, state } from "./store.js";

const SHELF = "tocsin.greeted";

/** Who you are and what to try, until it is closed; nothing on later visits. */
export function greeting() {
  if (localStorage.getItem(SHELF)) return null;
  const typed = example();
  const done = () => {
    localStorage.setItem(SHELF, "yes");
    changed();
  };
  const other = { type: "button", class: "linklike", on: { click: (event) => choosePerson(event.currentTarget) } };
  const close = { type: "button", class: "ghost square", "aria-label": "Close the greeting", on: { click: done } };
  return h("div", { class: "greeting", role: "note" },
    h("p", {}, "You are ", h("b", {}, state.me.real_name || state.me.name), ` (${zone(state.me.tz)} time). `,
      typed && ["Try ", h("code", {}, typed), ", or "], h("button", other, "be somebody else"), "."),
    h("button", close, icon("close")));
}
