/** Where the person looks and who they are, kept in the page's address so that it can be shared and gone back to. */

import { post } from "./api.js";
import { changed, isBotPlace, refresh, state } from "./store.js";

const FIRST_PLACE = "#general";
const FIRST_COUNT = 100; // messages; the rest comes when a person asks for it
const listeners = new Set();

/** Call after the person became somebody else. */
export function onPerson(run) {
  listeners.add(run);
}

function fromAddress() {
  const query = new URLSearchParams(location.search);
  return {
    as: query.get("as"),
    place: { in: query.get("in") ?? FIRST_PLACE, tab: query.get("tab") ?? "messages", thread: query.get("thread") },
  };
}

function toAddress() {
  const { in: place, tab, thread } = state.place;
  const query = [["as", state.me.name], ["in", place]];
  if (tab !== "messages") query.push(["tab", tab]);
  if (thread) query.push(["thread", thread]);
  return `?${query.map(([name, value]) => `${name}=${encodeURIComponent(value)}`).join("&")}`;
}

/** Take person and place from the address; a name that nobody has is the first person. */
export function arrive() {
  const { as, place } = fromAddress();
  const everybody = state.people.filter((each) => !each.is_bot && !each.deactivated);
  const before = state.me?.name;
  state.me = everybody.find((each) => each.name === as || each.id === as) ?? everybody[0] ?? null;
  show(place);
  if (!state.me) return;
  history.replaceState(null, "", toAddress());
  if (before !== state.me.name) for (const run of listeners) run();
}

function show(place) {
  const moved = place.in !== state.place.in;
  if (moved || place.thread !== state.place.thread) state.thread = null;
  if (moved) Object.assign(state, { messages: null, missing: undefined, count: FIRST_COUNT, unread: { count: 0, arriving: true }, editing: null });
  state.place = place;
  document.body.classList.remove("drawer-open");
  changed();
  load();
}

function load() {
  if (!state.me) return;
  refresh("messages", "thread");
  if (isBotPlace() && state.place.tab === "home") openHome();
}

async function openHome() {
  await post("home", { as: state.me.name }).catch((error) => console.warn("opening Home:", error.message));
  refresh("views");
}

/** Go to a channel ("#incidents"), a DM ("@bob") or an id; for the app, to its "home" or "messages" tab. */
export function go(place, { tab = "messages", thread = null } = {}) {
  show({ in: place, tab, thread });
  history.pushState(null, "", toAddress());
}

export function openThread(ts) {
  go(state.place.in, { tab: state.place.tab, thread: ts });
}

export function closeThread() {
  go(state.place.in, { tab: state.place.tab });
}

/** Be another person, in the same place if they can see it. */
export function become(name) {
  state.me = state.people.find((each) => each.name === name);
  Object.assign(state, { views: [], messages: null, thread: null, channels: [] });
  const own = state.place.in === `@${name}`;
  show({ ...state.place, in: own ? FIRST_PLACE : state.place.in, thread: null });
  history.pushState(null, "", toAddress());
  for (const run of listeners) run();
}
