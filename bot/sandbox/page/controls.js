/**
 * The inputs of Block Kit. Each is a `.control` node whose `read()` answers its present value as the sandbox's hands
 * take it: text; an option's value; a list of those; a person's or channel's id; YYYY-MM-DD, HH:MM or epoch seconds.
 *
 * To add one: 1. write `name(element, meta)` that answers `control(…)`; 2. name it in CONTROLS; 3. style it in
 * blocks.css; 4. add it to the "every element" view of tests/sandbox/test_page_blocks.py.
 */

import { act } from "./actions.js";
import { h } from "./dom.js";
import { textObject } from "./mrkdwn.js";
import { state } from "./store.js";
import { fromLocalField, localField } from "./time.js";

/**
 * `meta`: `{block, id, labelled?, dispatch}`. `id` goes to the element that a label points at; without a label the
 * placeholder names it. `dispatch` says when a change is sent to the app: "change", "enter", "character" or "never".
 */
function control(element, meta, { read, write, children }) {
  return h("div", {
    class: `control ${element.type}`,
    key: `${meta.block.block_id}/${element.action_id}`,
    keep: JSON.stringify([element, meta.block.block_id, meta.dispatch, state.people.length]),
    "data-control": true, "data-block-id": meta.block.block_id, "data-action-id": element.action_id,
    element, read,
    adopt(before) {
      if (before.element.type === element.type) write(before.read());
    },
  }, children);
}

/** The fields of a form as the sandbox takes them: values by block_id, by action_id where a block holds several. */
export function readFields(root) {
  const byBlock = Map.groupBy(root.querySelectorAll("[data-control]"), (each) => each.dataset.blockId);
  const named = [...byBlock].flatMap(([block, controls]) => (
    controls.length === 1 ? [[block, controls[0]]] : controls.map((each) => [each.dataset.actionId, each])));
  return Object.fromEntries(named.map(([name, each]) => [name, each.read()]));
}

function naming(element, meta) {
  const words = element.placeholder?.text ?? meta.block.text?.text ?? element.action_id;
  return { id: meta.id, "aria-label": meta.labelled ? undefined : words };
}

function send(node, element, meta, value) {
  if (meta.dispatch !== "never") act(node.closest(".control") ?? node, meta.block, element, value);
}

const TYPES = { email_text_input: "email", url_text_input: "url", number_input: "number" };
const PAUSE = 350; // milliseconds without typing before on_character_entered is sent

function textInput(element, meta) {
  const type = TYPES[element.type];
  let timer;
  const common = {
    ...naming(element, meta), placeholder: element.placeholder?.text, autocomplete: "off", name: element.action_id,
    autofocus: element.focus_on_load, "data-autofocus": element.focus_on_load,
    maxlength: element.max_length, minlength: element.min_length, min: element.min_value, max: element.max_value,
    step: type === "number" ? (element.is_decimal_allowed ? "any" : "1") : undefined,
    on: {
      input() {
        clearTimeout(timer);
        if (meta.dispatch.includes("character")) timer = setTimeout(() => send(field, element, meta, field.value), PAUSE);
      },
      keydown(event) {
        if (event.key !== "Enter" || event.shiftKey || !meta.dispatch.includes("enter")) return;
        event.preventDefault();
        send(field, element, meta, field.value);
      },
    },
  };
  const field = element.multiline
    ? h("textarea", { ...common, rows: 4 })
    : h("input", { ...common, type: type ?? "text" });
  field.value = element.initial_value ?? "";
  return control(element, meta, {
    read: () => field.value, write: (value) => { field.value = value; }, children: field,
  });
}

/** What can be chosen: `[{label, value, description?, group?}]`. */
function choices(element) {
  if (element.type.includes("users_select")) return people();
  if (element.type.includes("channels_select")) return channels();
  if (element.type.includes("conversations_select")) return [...channels(), ...people()];
  const own = (options, group) => options.map((option) => ({
    label: option.text.text, value: option.value, description: option.description?.text, group,
  }));
  const initial = [element.initial_option, ...(element.initial_options ?? [])].filter(Boolean);
  if (element.option_groups) return element.option_groups.flatMap((each) => own(each.options, each.label.text));
  return own(element.options ?? initial);
}

function people() {
  return state.people.filter((each) => !each.deactivated).map((each) => (
    { label: each.real_name || each.name, value: each.id, description: `@${each.name}` }));
}

function channels() {
  return state.channels.filter((each) => each.kind !== "im" && !each.archived).map((each) => (
    { label: `#${each.name}`, value: each.id }));
}

function initialValues(element) {
  const single = element.initial_option?.value ?? element.initial_user
    ?? element.initial_channel ?? element.initial_conversation;
  const many = element.initial_options?.map((option) => option.value)
    ?? element.initial_users ?? element.initial_channels ?? element.initial_conversations;
  return many ?? (single === undefined ? [] : [single]);
}

function optionNodes(all, chosen) {
  return [...Map.groupBy(all, (each) => each.group)].map(([group, members]) => {
    const nodes = members.map((each) => h("option", {
      value: each.value, selected: chosen === each.value, "data-description": each.description,
    }, each.label));
    return group ? h("optgroup", { label: group }, nodes) : nodes;
  });
}

function select(element, meta) {
  const all = choices(element);
  const [first] = initialValues(element);
  const about = h("small", { class: "chosen" });
  const field = h("select", {
    ...naming(element, meta), name: element.action_id, "data-autofocus": element.focus_on_load,
    on: {
      change() {
        describe();
        send(field, element, meta, field.value);
      },
    },
  }, h("option", { value: "", class: "placeholder" }, element.placeholder?.text ?? "Choose…"), optionNodes(all, first));
  const describe = () => {
    field.classList.toggle("empty", field.value === "");
    about.textContent = all.find((each) => each.value === field.value)?.description ?? "";
  };
  describe();
  return control(element, meta, {
    read: () => field.value || null,
    write(value) {
      if (value !== null && !all.some((each) => each.value === value)) return;
      field.value = value ?? "";
      describe();
    },
    children: [field, about],
  });
}

/** Several choices: what is chosen stands as tokens, each with its own remove button, before a menu that adds. */
function multiSelect(element, meta) {
  const all = choices(element);
  let chosen = initialValues(element);
  const tokens = h("span", { class: "tokens" });
  const field = h("select", { ...naming(element, meta), name: element.action_id, on: { change: () => add(field.value) } });
  const set = (values) => {
    chosen = values.filter((value) => all.some((each) => each.value === value));
    const left = all.filter((each) => !chosen.includes(each.value));
    const full = chosen.length >= (element.max_selected_items ?? Infinity);
    const words = full ? "No more can be added" : (element.placeholder?.text ?? "Add…");
    const first = h("option", { value: "", class: "placeholder" }, words);
    field.replaceChildren(first, ...(full ? [] : optionNodes(left).flat()));
    field.value = "";
    field.classList.add("empty");
    tokens.replaceChildren(...chosen.map(token));
  };
  const token = (value) => {
    const { label } = all.find((each) => each.value === value);
    return h("button", { type: "button", class: "token", "aria-label": `Remove ${label}`, on: { click: () => drop(value) } },
      label, h("span", { "aria-hidden": "true" }, " ×"));
  };
  const change = (values) => {
    set(values);
    send(field, element, meta, chosen);
  };
  const add = (value) => value && change([...chosen, value]);
  const drop = (value) => {
    change(chosen.filter((each) => each !== value));
    field.focus();
  };
  set(chosen);
  return control(element, meta, { read: () => chosen, write: set, children: [tokens, field] });
}

/** Radio buttons and checkboxes: one native input for each option, named by its text. */
function ticks(element, meta) {
  const radio = element.type === "radio_buttons";
  const initial = initialValues(element);
  const boxes = element.options.map((option, at) => h("input", {
    type: radio ? "radio" : "checkbox", id: `${meta.id}-${at}`, name: meta.id, value: option.value,
    checked: initial.includes(option.value), on: { change: () => send(group, element, meta, read()) },
    "aria-describedby": option.description ? `${meta.id}-${at}-about` : undefined,
  }));
  const chosen = () => boxes.filter((box) => box.checked).map((box) => box.value);
  const read = () => (radio ? (chosen()[0] ?? null) : chosen());
  const group = h("div", {
    class: "ticks", role: radio ? "radiogroup" : "group",
    "aria-labelledby": meta.labelled ? `${meta.id}-label` : undefined, "aria-label": naming(element, meta)["aria-label"],
  }, element.options.map((option, at) => h("div", { class: "tick" }, boxes[at], h("div", {},
    h("label", { for: boxes[at].id }, textObject(option.text)),
    option.description && h("small", { id: `${meta.id}-${at}-about` }, textObject(option.description))))));
  return control(element, meta, {
    read,
    write(value) {
      const values = radio ? [value] : value;
      for (const box of boxes) box.checked = values.includes(box.value);
    },
    children: group,
  });
}

/** `kind`: date, time or datetime-local. A moment is epoch seconds outside and the person's own clock inside. */
function picker(element, meta, kind) {
  const outside = (text) => (text === "" ? null : kind === "datetime-local" ? fromLocalField(text, state.me.tz) : text);
  const inside = (value) => (value === null ? "" : kind === "datetime-local" ? localField(value, state.me.tz) : value);
  const field = h("input", {
    ...naming(element, meta), type: kind, name: element.action_id,
    on: { change: () => send(field, element, meta, outside(field.value)) },
  });
  const write = (value) => { field.value = inside(value); };
  write(element.initial_date ?? element.initial_time ?? element.initial_date_time ?? null);
  return control(element, meta, { read: () => outside(field.value), write, children: field });
}

const CONTROLS = {
  plain_text_input: textInput, email_text_input: textInput, url_text_input: textInput, number_input: textInput,
  static_select: select, external_select: select, users_select: select, channels_select: select, conversations_select: select,
  multi_static_select: multiSelect, multi_external_select: multiSelect, multi_users_select: multiSelect,
  multi_channels_select: multiSelect, multi_conversations_select: multiSelect,
  radio_buttons: ticks, checkboxes: ticks,
  datepicker: (element, meta) => picker(element, meta, "date"),
  timepicker: (element, meta) => picker(element, meta, "time"),
  datetimepicker: (element, meta) => picker(element, meta, "datetime-local"),
};

/** Whether a control has several inputs, so that its label names the group instead of one of them. */
export function isGroup(element) {
  return element.type === "radio_buttons" || element.type === "checkboxes";
}

/** The control for an element, or null when it is not an input. */
export function controlFor(element, meta) {
  return CONTROLS[element.type]?.(element, meta) ?? null;
}
