/**
 * Block Kit as a person sees it. Every node says where it came from (`data-block-id`, `data-action-id`).
 *
 * To add a block: 1. write `name(block, ctx)`; 2. name it in BLOCKS; 3. style it in blocks.css; 4. show it in
 * tests/sandbox/test_page_modals.py.
 */

import { buttonFor } from "./buttons.js";
import { controlFor, isGroup } from "./controls.js";
import { h } from "./dom.js";
import { pictureAddress } from "./files.js";
import { markdown } from "./markdown.js";
import { link, textObject, withEmoji } from "./mrkdwn.js";
import { richText } from "./richtext.js";

/**
 * Blocks as nodes. `ctx`: `{prefix, errors?}`; `prefix` makes ids unique in the document, `errors` are the app's
 * sentences by block_id.
 */
export function blocks(list, ctx) {
  return list.map((block, at) => h("div", {
    class: `block block-${block.type}`, key: block.block_id ?? `n${at}`,
    "data-block-id": block.block_id, "data-block-type": block.type,
  }, (BLOCKS[block.type] ?? unknown)(block, ctx)));
}

function unknown(block) {
  return h("p", { class: "muted" }, `A “${block.type}” block, which this page cannot show.`);
}

function idOf(block, element, ctx) {
  return `${ctx.prefix}-${block.block_id}-${element.action_id}`.replace(/[^\w-]/g, "_");
}

/** A button, a menu or an input outside an input block; its change goes to the app at once. */
function interactive(element, block, ctx) {
  const meta = { block, id: idOf(block, element, ctx), labelled: false, dispatch: "change" };
  return controlFor(element, meta) ?? buttonFor(element, block);
}

function section(block, ctx) {
  const words = [
    block.text && h("div", { class: block.text.type === "mrkdwn" ? "mrkdwn" : "plain" }, textObject(block.text)),
    block.fields && h("div", { class: "fields" }, block.fields.map((field) => h("div", { class: "mrkdwn" }, textObject(field)))),
  ];
  if (!block.accessory) return h("div", { class: "section-words" }, words);
  const extra = block.accessory.type === "image" ? picture(block.accessory, "thumb") : interactive(block.accessory, block, ctx);
  return h("div", { class: "section-row" }, h("div", { class: "section-words" }, words), h("div", { class: "accessory" }, extra));
}

function header(block) {
  return h(`h${Math.min((block.level ?? 1) + 2, 6)}`, { class: "plain" }, textObject(block.text));
}

function context(block) {
  return h("div", { class: "context-row" }, block.elements.map((element) => (element.type === "image"
    ? picture(element, "tiny") : h("span", { class: "mrkdwn" }, textObject(element)))));
}

function actions(block, ctx) {
  return h("div", { class: "actions-row" }, block.elements.map((element) => interactive(element, block, ctx)));
}

function image(block) {
  return h("figure", {}, block.title && h("figcaption", {}, textObject(block.title)), picture(block, "full"));
}

function picture(source, size) {
  const address = source.image_url ?? (source.slack_file ? pictureAddress(source.slack_file) : "");
  if (!/^(https?:|data:image\/)/i.test(address)) return h("span", { class: "muted" }, source.alt_text);
  return h("img", {
    class: size, src: address, alt: source.alt_text, loading: "lazy", referrerpolicy: "no-referrer",
    width: source.image_width, height: source.image_height,
  });
}

function input(block, ctx) {
  const { element } = block;
  const id = idOf(block, element, ctx);
  const wanted = element.dispatch_action_config?.trigger_actions_on ?? ["on_enter_pressed"];
  const dispatch = block.dispatch_action ? ["change", ...wanted.map((each) => each.split("_")[1])].join(" ") : "never";
  const error = ctx.errors?.[block.block_id] ?? ctx.errors?.[block.label.text];
  const words = [textObject(block.label), block.optional && h("span", { class: "optional" }, " (optional)")];
  const label = isGroup(element)
    ? h("div", { class: "label", id: `${id}-label` }, words)
    : h("label", { class: "label", for: id, id: `${id}-label` }, words);
  return [
    label,
    controlFor(element, { block, id, labelled: true, dispatch }) ?? unknown(element),
    h("p", { class: "field-error", id: `${id}-error`, role: "alert" }, error ? textObject({ type: "plain_text", text: error }) : null),
    block.hint && h("small", { class: "hint", id: `${id}-hint` }, textObject(block.hint)),
  ];
}

function table(block) {
  const align = (at) => `align-${block.column_settings?.[at]?.align ?? "left"}`;
  const rows = block.rows.map((row, index) => h("tr", {}, row.map((cell, at) => (
    h(index === 0 ? "th" : "td", { class: align(at), scope: index === 0 ? "col" : undefined },
      cell.type === "rich_text" ? richText(cell) : withEmoji(cell.text ?? ""))))));
  return h("div", { class: "table-scroll" },
    h("table", {}, h("thead", {}, rows[0]), h("tbody", {}, rows.slice(1))));
}

function video(block) {
  return h("figure", {},
    h("figcaption", {}, link(block.title_url ?? block.video_url, block.title.text)),
    picture({ image_url: block.thumbnail_url, alt_text: block.alt_text }, "full"));
}

const BLOCKS = {
  section, header, context, actions, image, input, table, video,
  divider: () => h("hr"),
  rich_text: (block) => richText(block),
  markdown: (block) => markdown(block.text),
  alert: (block) => h("div", { class: `alert ${block.level ?? "info"}`, role: "note" }, textObject(block.text)),
};
