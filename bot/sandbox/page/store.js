/** What the page knows: who the person is, where they look, and what the sandbox last said about it. */

import { get } from "./api.js";

/** Everything that is shown follows from this. `place.in` is "#general", "@Tocsin" or an id. */
export const state = {
  app: { team: { id: "", name: "" }, app: {}, commands: [], shortcuts: [], webhooks: [], connections: 0 },
  people: [],
  me: null,
  place: { in: "#general", tab: "messages", thread: null },
  channels: [],
  groups: [],
  canvases: [],
  messages: null, // null while they are loading
  count: 100, // how many of them are asked for
  unread: { count: 0, arriving: true }, // {in, since, count}: what was new when the person came to this place
  editing: null, // the ts of the message that is being edited
  missing: undefined, // why the place on screen cannot be shown
  thread: null,
  views: [],
  notices: [], // {channel, text, at}: Slackbot's words for this person, kept only in this page
  linked: true,
  booted: false,
};

const watchers = new Set();
let due = false;

/** Call `draw` after every change, once for changes made together. */
export function onChange(draw) {
  watchers.add(draw);
}

export function changed() {
  if (due) return;
  due = true;
  setTimeout(() => {
    due = false;
    for (const draw of watchers) draw();
  });
}

/** The people by id, the bot included. */
export function person(id) {
  return state.people.find((each) => each.id === id);
}

export function channel(id) {
  return state.channels.find((each) => each.id === id);
}

/** A user group by id. */
export function group(id) {
  return state.groups.find((each) => each.id === id);
}

/** How a place is written in the address and to the sandbox: "#general", "@bob". */
export function placeOf(each) {
  return each.kind === "im" ? `@${each.with}` : `#${each.name}`;
}

/** The channel or DM on screen; undefined for a DM that nobody has opened yet. */
export function here() {
  return state.channels.find((each) => each.id === state.place.in || placeOf(each) === state.place.in);
}

/** What a person is called in a mention: the app by its displayed name, people by the name that one types. */
export function handle(each) {
  return each.is_bot ? each.real_name : each.name;
}

export function isBotPlace(place = state.place) {
  return place.in === `@${state.app.app.name}`;
}

/** The person on the other side of the DM on screen. */
export function partner() {
  if (!state.place.in.startsWith("@")) return undefined;
  return state.people.find((each) => each.name === state.place.in.slice(1) || each.real_name === state.place.in.slice(1));
}

/** Open modals, top first. */
export function modals() {
  return state.views.filter((view) => view.type === "modal");
}

export function home() {
  return state.views.find((view) => view.type === "home");
}

const loaders = {
  async app() {
    state.app = await get("app");
  },
  async people() {
    [state.people, state.groups] = await Promise.all([get("people"), get("usergroups")]);
    const name = state.me?.name;
    if (name) state.me = state.people.find((each) => each.name === name) ?? state.me;
  },
  async channels(asked) {
    const answer = await get("channels", { as: asked.as, ims: 1 });
    if (current(asked)) state.channels = answer;
  },
  async messages(asked) {
    const query = { as: asked.as, in: asked.in, top: 1, limit: state.count };
    const answer = await get("messages", query).catch((error) => ({ error }));
    if (!current(asked)) return;
    state.messages = Array.isArray(answer) ? answer : [];
    state.missing = answer.error?.message;
  },
  async thread(asked) {
    if (!asked.thread) return;
    const answer = await get("messages", { as: asked.as, in: asked.in, thread_ts: asked.thread });
    if (current(asked) && state.place.thread === asked.thread) state.thread = answer;
  },
  async canvases(asked) {
    const answer = await get("canvases", { as: asked.as }).catch(() => []);
    if (current(asked)) state.canvases = answer;
  },
  async views(asked) {
    const answer = await get("views", { as: asked.as });
    if (current(asked)) state.views = answer;
  },
};

function current(asked) {
  return state.me?.name === asked.as && state.place.in === asked.in;
}

const running = new Map();

/**
 * Ask the sandbox again about each of the named things ("app", "people", "channels", "messages", "thread", "canvases", "views").
 * Asked again while an answer is on its way, it asks once more afterwards, so the last answer is never stale.
 */
export function refresh(...names) {
  return Promise.all(names.map(refreshOne));
}

async function refreshOne(name) {
  if (running.has(name)) {
    const round = running.get(name);
    round.next ??= round.done.then(() => refreshOne(name));
    return round.next;
  }
  const round = {};
  running.set(name, round);
  const asked = { as: state.me?.name, in: state.place.in, thread: state.place.thread };
  round.done = loaders[name](asked)
    .catch((error) => console.warn(`refreshing ${name}:`, error.message))
    .finally(() => {
      running.delete(name);
      changed();
    });
  return round.done;
}

/** Show Slackbot's words in a channel, to this person only. */
export function notice(text, channelId) {
  state.notices.push({ text, channel: channelId ?? here()?.id, at: Date.now() / 1000, as: state.me?.name });
  changed();
}
