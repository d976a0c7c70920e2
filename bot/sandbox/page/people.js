/** Choosing who you are. */

import { avatar } from "./avatar.js";
import { openMenu } from "./menu.js";
import { become } from "./places.js";
import { state } from "./store.js";
import { theme, THEMES, wear } from "./theme.js";
import { clock } from "./time.js";

/** The menu of everybody who can be, with the time where they are. */
export function choosePerson(anchor) {
  const now = Date.now() / 1000;
  const everybody = state.people.filter((each) => !each.is_bot && !each.deactivated);
  openMenu(anchor, "Choose who you are", ["Be somebody else", ...everybody.map((each) => ({
    label: each.real_name || each.name, hint: `@${each.name} · ${clock(now, each.tz)} in ${zone(each.tz)}`,
    icon: avatar(each, "small"), checked: each.name === state.me.name, run: () => become(each.name),
  })), "Colours", ...Object.entries(THEMES).map(([name, label]) => ({
    label, checked: theme() === name, run: () => wear(name),
  }))]);
}

/** "Europe/Berlin" → "Berlin" */
export function zone(tz) {
  return tz.split("/").at(-1).replaceAll("_", " ");
}
