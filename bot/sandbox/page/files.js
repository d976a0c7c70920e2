/** Uploaded files in a message: pictures as they are, text to be read here, the rest to be opened. */

import { ask } from "./ask.js";
import { h } from "./dom.js";
import { icon } from "./icons.js";
import { markdown } from "./markdown.js";
import { link } from "./mrkdwn.js";
import { toast } from "./toast.js";

const READABLE = /^(text\/|application\/(json|yaml|x-yaml))/;

/** "1.5 kB" */
function size(bytes) {
  if (bytes < 1000) return `${bytes} B`;
  return bytes < 1_000_000 ? `${(bytes / 1000).toFixed(1)} kB` : `${(bytes / 1_000_000).toFixed(1)} MB`;
}

/** The address of a picture of the workspace, by a block's `slack_file`. */
export function pictureAddress({ id, url }) {
  return url ?? `${location.origin}/files/${encodeURIComponent(id)}/picture`;
}

/** One file of a message. */
export function fileCard(file) {
  if (file.mode === "tombstone") return h("div", { class: "file muted" }, icon("trash"), "This file was deleted.");
  const title = file.title ?? file.name;
  if (file.mimetype?.startsWith("image/")) {
    return h("figure", { class: "file-picture" }, h("figcaption", {}, title),
      h("button", { type: "button", class: "bare", "aria-label": `Open ${title}`, on: { click: () => look(file, title) } },
        h("img", { class: "full", src: file.url_private, alt: title, loading: "lazy" })));
  }
  return h("div", { class: "file" }, icon("file"),
    h("div", { class: "file-words" }, link(file.url_private ?? "", title),
      file.size !== undefined && h("small", { class: "muted" }, `${(file.filetype ?? "").toUpperCase()} ${size(file.size)}`)),
    READABLE.test(file.mimetype ?? "") && h("button", { type: "button", class: "btn", on: { click: () => read(file, title) } }, "Preview"));
}

function look(file, title) {
  ask({ title, body: h("img", { class: "whole", src: file.url_private, alt: title }) });
}

async function read(file, title) {
  const answer = await fetch(file.url_private).catch(() => null);
  if (!answer?.ok) {
    toast("This file cannot be read any more.");
    return;
  }
  const text = await answer.text();
  const body = file.filetype === "md" ? h("div", { class: "document" }, markdown(text)) : h("pre", {}, text);
  ask({ title, body });
}
