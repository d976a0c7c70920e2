/** What a person has not seen yet; the sandbox keeps it, so that it is the same in every window and after a reload. */

import { post } from "./api.js";
import { state } from "./store.js";

let told = "";

/** Whether something was said in this channel or DM since the person last looked. */
export function isUnread(channel) {
  return channel.unread > 0;
}

/**
 * Remember where reading began when a person comes to a place, for the line above what is new. What arrives while they
 * look is not new to them.
 */
export function rememberUnread(channel) {
  if (!state.unread.arriving) return;
  state.unread = { in: state.place.in, since: channel.read_ts ?? "", count: channel.unread };
}

/** The person looks at this channel now. */
export function markRead(channel) {
  const mark = `${state.me.name} ${channel.id} ${channel.latest_ts}`;
  if (!isUnread(channel) || told === mark) return;
  told = mark;
  Object.assign(channel, { unread: 0, mentions: 0 });
  post("read", { as: state.me.name, in: channel.id, ts: channel.latest_ts }).catch((error) => console.warn(error.message));
}
