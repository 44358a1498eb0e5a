// Small helpers for making elements. Text only ever becomes text nodes.

export const byId = (id) => document.getElementById(id);

export function el(tag, props = {}, ...children) {
  const node = document.createElement(tag);
  for (const [name, value] of Object.entries(props)) {
    if (value === undefined || value === null || value === false) continue;
    if (name === "onclick") node.addEventListener("click", value);
    else if (name === "class") node.className = value;
    else node.setAttribute(name, value === true ? "" : value);
  }
  node.append(...children.filter((child) => child !== null && child !== undefined));
  return node;
}

export function svg(path, className) {
  const space = "http://www.w3.org/2000/svg";
  const node = document.createElementNS(space, "svg");
  node.setAttribute("viewBox", "0 0 24 24");
  node.setAttribute("aria-hidden", "true");
  if (className) node.setAttribute("class", className);
  const line = document.createElementNS(space, "path");
  line.setAttribute("d", path);
  node.append(line);
  return node;
}

export function toast(text) {
  const node = el("div", { class: "toast", "data-testid": "toast" }, text);
  byId("toasts").append(node);
  setTimeout(() => node.remove(), 2500 + text.length * 40);
}

export function showAlert(text) {
  const dialog = byId("alert");
  byId("alert-text").textContent = text;
  if (!dialog.open) dialog.showModal();
}

const SIMPLE = { bold: "strong", italic: "em", underline: "u", strikethrough: "s", code: "code", pre: "pre", blockquote: "blockquote", expandable_blockquote: "blockquote" };

// Text and its entities as nodes. Offsets are UTF-16 code units, which is what JavaScript counts in.
export function formatted(text, entities, onCommand) {
  return range(text, 0, text.length, [...entities].sort((a, b) => a.offset - b.offset || b.length - a.length), onCommand);
}

function range(text, from, to, entities, onCommand) {
  const nodes = [];
  let at = from;
  let index = 0;
  while (index < entities.length) {
    const entity = entities[index];
    const end = Math.min(entity.offset + entity.length, to);
    index += 1;
    if (entity.offset < at) continue;
    if (entity.offset > at) nodes.push(text.slice(at, entity.offset));
    const inner = [];
    while (index < entities.length && entities[index].offset < end) inner.push(entities[index++]);
    nodes.push(wrap(entity, text.slice(entity.offset, end), range(text, entity.offset, end, inner, onCommand), onCommand));
    at = end;
  }
  if (at < to) nodes.push(text.slice(at, to));
  return nodes;
}

function wrap(entity, plain, nodes, onCommand) {
  if (SIMPLE[entity.type]) return el(SIMPLE[entity.type], {}, ...nodes);
  switch (entity.type) {
    case "text_link":
    case "url": {
      const url = safeUrl(entity.url ?? plain);
      return url ? el("a", { href: url, target: "_blank", rel: "noopener noreferrer" }, ...nodes) : el("span", {}, ...nodes);
    }
    case "spoiler":
      return el("span", { class: "spoiler", tabindex: "0" }, ...nodes);
    case "bot_command":
      return el("button", { type: "button", class: "command", onclick: () => onCommand(plain) }, ...nodes);
    default:
      return el("span", {}, ...nodes);
  }
}

export function safeUrl(url) {
  try {
    const parsed = new URL(url);
    return ["http:", "https:", "tg:"].includes(parsed.protocol) ? parsed.href : null;
  } catch {
    return null;
  }
}
