/**
 * The inputs of Block Kit. Each is a `.control` node whose `read()` answers its present value as the sandbox's hands
 * take it: text; an option's value; a list of those; a person's or channel's id; YYYY-MM-DD, HH:MM or epoch seconds.
 *
 * To add one: 1. write `name(element, meta)` that answers `control(…)`; 2. name it in CONTROLS; 3. style it in
 * blocks.css; 4. add it to the "every element" view of tests/sandbox/test_page_modals.py.
 */

import { choices, control, initialValues, naming, send } from "./control.js";
import { h } from "./dom.js";
import { externalSelect, multiSelect } from "./many.js";
import { textObject } from "./mrkdwn.js";
import { state } from "./store.js";
import { fromLocalField, localField } from "./time.js";

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
  const field = element.multiline || element.type === "rich_text_input"
    ? h("textarea", { ...common, rows: 4 })
    : h("input", { ...common, type: type ?? "text" });
  field.value = typeof element.initial_value === "object" ? words(element.initial_value) : (element.initial_value ?? "");
  return control(element, meta, {
    read: () => field.value, write: (value) => { field.value = value; }, children: field,
  });
}

/** The text of a rich_text value, which this page edits without its styles. */
function words(value) {
  return value.text ?? (value.elements ?? []).map(words).join(value.type === "rich_text" ? "\n" : "");
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
  rich_text_input: textInput, static_select: select, external_select: externalSelect, users_select: select, channels_select: select, conversations_select: select,
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
