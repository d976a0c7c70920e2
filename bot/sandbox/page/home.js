/** The app's Home tab. */

import { blocks } from "./blocks.js";
import { h } from "./dom.js";
import { home, state } from "./store.js";

/** What the app published for this person, or what to do when it has not. */
export function homeTab() {
  const view = home();
  const bot = state.app.app.name;
  if (!view) {
    const why = state.app.connections
      ? `${bot} has not published a Home for you yet.`
      : `${bot} is not connected. Start the bot and open this tab again.`;
    return h("div", { class: "empty at-top", key: "home-empty" }, h("h3", {}, bot), h("p", {}, why));
  }
  return h("div", {
    class: "home blocks", key: view.id, role: "tabpanel", "aria-label": "Home", "data-view-id": view.id,
    "data-surface": "home", surface: { home: true },
  }, blocks(view.blocks, { prefix: "home" }));
}
