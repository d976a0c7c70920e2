/** Starts the page: asks who is there, listens for changes, and draws. */

import { canvasTab, openCanvas } from "./canvas.js";
import { openCard } from "./card.js";
import { composer } from "./composer.js";
import { h, update } from "./dom.js";
import { greeting } from "./greeting.js";
import { head } from "./head.js";
import { homeTab } from "./home.js";
import { icon } from "./icons.js";
import { conversation, forgetNew, threadRows } from "./list.js";
import { listen } from "./live.js";
import { drawModal } from "./modal.js";
import { arrive, closeThread, go, onPerson } from "./places.js";
import { follow } from "./scroll.js";
import { sidebar } from "./sidebar.js";
import { changed, here, isBotPlace, notice, onChange, refresh, state } from "./store.js";
import { openSwitcher } from "./switcher.js";
import { wear } from "./theme.js";
import { isUnread, markRead, rememberUnread } from "./unread.js";

const part = (id) => document.getElementById(id);
const mainScroll = follow(part("messages"));
const CLOCKS = 30_000; // milliseconds between drawings in which only the clocks and "today" change
let threadScroll = null;
let hang = () => {};

function draw() {
  if (!state.booted || !state.me) return;
  const channel = here();
  if (channel && state.messages !== null && document.visibilityState === "visible") {
    rememberUnread(channel);
    markRead(channel);
  }
  const canvas = openCanvas();
  const atHome = isBotPlace() && state.place.tab === "home";
  document.body.classList.toggle("with-thread", Boolean(state.place.thread));
  update(part("sidebar"), sidebar());
  update(part("head"), head());
  update(part("notice"), greeting());
  update(part("messages"), atHome ? homeTab() : canvas ? canvasTab(canvas) : conversation());
  update(part("composer"), composer());
  mainScroll([state.me.name, state.place.in, state.place.tab, state.messages === null].join(" "), atHome || Boolean(canvas));
  lookForNew();
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
    case "canvases": refresh("canvases", "channels"); break;
    case "read": refresh("channels"); break;
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
  if (up) await refresh("app", "people", "channels", "messages", "thread", "canvases", "views");
}

function asPerson() {
  hang();
  hang = listen(state.me.name, heard, linked);
}

/** Whether the line above what is new is out of sight at the top. */
function lookForNew() {
  const line = part("messages").querySelector(".divider.new");
  const above = Boolean(state.unread.count) && (!line || line.getBoundingClientRect().bottom < part("messages").getBoundingClientRect().top);
  const bar = part("messages").querySelector(".unread-bar");
  state.unread.above = above;
  if (bar) bar.hidden = !above;
}

/** A mention opens the card of whom it names. */
function followMention(event) {
  const mention = event.target.closest?.(".mention");
  if (mention?.about) openCard(mention, mention.about);
}

/** Links to places inside the workspace stay in this page. */
function followLink(event) {
  const link = event.target.closest?.("a[data-place]");
  if (!link || event.metaKey || event.ctrlKey || event.shiftKey) return;
  event.preventDefault();
  const { place } = link.dataset;
  go(place, { tab: place === `@${state.app.app.name}` && !here() ? "home" : "messages" });
}

/** Alt with an arrow goes to the next place of the sidebar, with Shift to the next unread one. */
function walk(step, onlyUnread) {
  const items = [...document.querySelectorAll("#sidebar a.side-item")];
  const at = items.findIndex((each) => each.classList.contains("active"));
  const rest = [...items.slice(at + 1), ...items.slice(0, Math.max(at, 0))];
  const ordered = step > 0 ? rest : rest.reverse();
  const next = ordered.find((each) => !onlyUnread || each.classList.contains("unread"));
  if (next) go(next.dataset.place);
}

function shortcuts(event) {
  if ((event.ctrlKey || event.metaKey) && event.key.toLowerCase() === "k") openSwitcher();
  else if (event.altKey && ["ArrowDown", "ArrowUp"].includes(event.key)) walk(event.key === "ArrowDown" ? 1 : -1, event.shiftKey);
  else return;
  event.preventDefault();
}

function keys(event) {
  shortcuts(event);
  if (event.key !== "Escape" || event.defaultPrevented || document.querySelector("dialog[open], #menu:popover-open")) return;
  if (document.body.classList.contains("drawer-open")) document.body.classList.remove("drawer-open");
  else if (state.place.thread) closeThread();
  else if (state.unread.count) forgetNew();
}

async function start() {
  wear();
  onChange(draw);
  onPerson(asPerson);
  addEventListener("popstate", arrive);
  setInterval(changed, CLOCKS);
  document.addEventListener("click", followLink);
  document.addEventListener("click", followMention);
  part("messages").addEventListener("scroll", lookForNew, { passive: true });
  document.addEventListener("keydown", keys);
  document.addEventListener("visibilitychange", () => {
    if (document.visibilityState === "hidden") state.unread = { count: 0, arriving: true };
    changed();
  });
  part("scrim").onclick = () => document.body.classList.remove("drawer-open");
  await refresh("app", "people");
  state.booted = true;
  arrive();
  await refresh("channels", "canvases", "views");
}

start();
