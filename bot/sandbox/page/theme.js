/** Light or dark: as the system has it, or as the person chose in this browser. */

const SHELF = "tocsin.theme";
/** By name; "system" follows the computer. */
export const THEMES = { system: "As the system", light: "Light", dark: "Dark" };

export function theme() {
  const chosen = localStorage.getItem(SHELF);
  return chosen in THEMES ? chosen : "system";
}

/** Show the chosen theme, or choose one. */
export function wear(name = theme()) {
  localStorage.setItem(SHELF, name);
  if (name === "system") delete document.documentElement.dataset.theme;
  else document.documentElement.dataset.theme = name;
}
