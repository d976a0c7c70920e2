/** Starts the page: asks who is there, listens for changes, and draws. */

import { composer } from "./composer.js";
import { h, update } from "./dom.js";
import { greeting } from "./greeting.js";
import { head } from "./head.js";
import { homeTab } from "./home.js";
import { icon } from "./icons.js";
import { conversation, threadRows } from "./list.js";
import { listen } from "./live.js";
import { drawModal } from "./modal.js";
import { arrive, closeThread, go, onPerson } from "./places.js";
import { follow } from "./scroll.js";
import { sidebar } from "./sidebar.js";
import { changed, here, isBotPlace, notice, onChange, refresh, state } from "./store.js";
import { isUnread, markRead } from "./unread.js";

const part = (id) => document.getElementById(id);
const mainScroll = follow(part("messages"));
const CLOCKS = 30_000; // milliseconds between drawings in which only the clocks and "today" change
let threadScroll = null;
let hang = () => {};

function draw() {
  if (!state.booted || !state.me) return;
  const channel = here();
  if (channel && state.messages !== null && document.visibilityState === "visible") markRead(channel);
  const atHome = isBotPlace() && state.place.tab === "home";
  document.body.classList.toggle("with-thread", Boolean(state.place.thread));
  update(part("sidebar"), sidebar());
  update(part("head"), head());
  update(part("notice"), greeting());
  update(part("messages"), atHome ? homeTab() : conversation());
  update(part("composer"), composer());
  mainScroll([state.me.name, state.place.in, state.place.tab, state.messages === null].join(" "), atHome);
  drawThread();
  drawModal();
  const unread = state.channels.filter(isUnread).length;
  document.title = `${unread ? `(${unread}) ` : ""}${state.place.in} · ${state.app.team.name} sandbox`;
}

function drawThread() {
  const side = part("side");
  side.hidden = !state.place.thread;
  if (side.hidden) {
    update(side);
    threadScroll = null;
    return;
  }
  update(side,
    h("header", { class: "thread-head" }, h("h2", {}, "Thread"), h("span", { class: "muted" }, state.place.in),
      h("button", {
        type: "button", class: "ghost square", "aria-label": "Close the thread", on: { click: closeThread },
      }, icon("close"))),
    h("div", { class: "thread-scroll" }, threadRows()),
    h("footer", {}, composer({ thread: state.place.thread })));
  threadScroll ??= follow(side.querySelector(".thread-scroll"));
  threadScroll(`${state.place.thread} ${state.thread === null}`);
}

/** What each of the sandbox's words asks for. */
function heard(word) {
  switch (word.type) {
    case "messages": {
      if (!here() || word.channel === here().id) refresh("messages", "thread");
      refresh("channels");
      break;
    }
    case "channels": refresh("channels"); break;
    case "views": refresh("views"); break;
    case "people": refresh("people", "messages", "thread"); break; // names are in messages, and a reset begins with it
    case "sockets":
      state.app.connections = word.connections;
      changed();
      break;
    case "notice": notice(word.text, word.channel); break;
    default: console.warn("unknown word from the sandbox:", word.type);
  }
}

/** After a lost line everything may have changed, even the workspace. */
async function linked(up) {
  state.linked = up;
  changed();
  if (up) await refresh("app", "people", "channels", "messages", "thread", "views");
}

function asPerson() {
  hang();
  hang = listen(state.me.name, heard, linked);
}

/** Links to places inside the workspace stay in this page. */
function followLink(event) {
  const link = event.target.closest?.("a[data-place]");
  if (!link || event.metaKey || event.ctrlKey || event.shiftKey) return;
  event.preventDefault();
  const { place } = link.dataset;
  go(place, { tab: place === `@${state.app.app.name}` && !here() ? "home" : "messages" });
}

function keys(event) {
  if (event.key !== "Escape" || event.defaultPrevented || document.querySelector("dialog[open], #menu:popover-open")) return;
  if (document.body.classList.contains("drawer-open")) document.body.classList.remove("drawer-open");
  else if (state.place.thread) closeThread();
}

async function start() {
  onChange(draw);
  onPerson(asPerson);
  addEventListener("popstate", arrive);
  setInterval(changed, CLOCKS);
  document.addEventListener("click", followLink);
  document.addEventListener("keydown", keys);
  document.addEventListener("visibilitychange", changed);
  part("scrim").onclick = () => document.body.classList.remove("drawer-open");
  await refresh("app", "people");
  state.booted = true;
  arrive();
  await refresh("channels", "views");
}

start();
