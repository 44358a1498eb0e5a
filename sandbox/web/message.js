// One message as an element, made once and then changed in place, so that an edit does not flicker.

import { el, formatted, safeUrl, svg, toast } from "/assets/dom.js";
import { clockTime, say } from "/assets/words.js";

const COPY = "M9 9h11v11H9zM5 15H4V4h11v1";
const LINK = "M7 17L17 7M9 7h8v8";

// `acts` is what a person can do here: press(message, button, element), send(text).
export function createMessage(message, acts) {
  const node = el("article", { class: `message ${message.from}`, "data-testid": `message-${message.id}`, "data-id": message.id });
  const bubble = el("div", { class: "bubble" });
  node.append(bubble);
  const parts = { node, bubble, shown: {} };
  updateMessage(parts, message, acts);
  return parts;
}

export function updateMessage(parts, message, acts) {
  const { node, bubble, shown } = parts;
  node.dataset.edited = message.edited;
  node.classList.toggle("has-photo", Boolean(message.photo?.url));
  node.classList.toggle("has-text", Boolean(message.text));
  node.classList.toggle("keyed", message.keyboard.length > 0);

  const body = JSON.stringify([message.text, message.entities, message.photo, message.document, message.other, message.edited > 0, message.quoted]);
  if (body !== shown.body) {
    shown.body = body;
    const picture = bubble.querySelector(".photo");
    // The same picture stays as it is: loading it again would flash.
    const keep = picture && picture.getAttribute("href") === message.photo?.url ? picture : null;
    const contents = media(message, keep);
    const when = meta(message);
    if (message.quoted) contents.unshift(el("span", { class: "quote" }, message.quoted));
    if (message.text) contents.push(el("div", { class: "text" }, ...formatted(message.text, message.entities, acts.send), when));
    else contents.push(when);
    bubble.replaceChildren(...contents);
  }

  const keys = JSON.stringify(message.keyboard);
  if (keys !== shown.keys) {
    shown.keys = keys;
    replaceKeyboard(node, message, acts);
  }
  parts.message = message;
}

function meta(message) {
  const at = message.date * 1000;
  return el("span", { class: "meta" },
    message.edited > 0 ? el("span", {}, say("edited")) : null,
    el("time", { datetime: new Date(at).toISOString() }, clockTime(at)));
}

function media(message, keep) {
  const { photo, document: file, other } = message;
  if (photo?.url) {
    return [keep ?? el("a", { class: "photo", href: photo.url, target: "_blank", "data-testid": "photo" },
      el("img", { src: photo.url, alt: message.text ? `${say("photoOf")}: ${message.text.slice(0, 80)}` : say("photoOf"), width: photo.width || null, height: photo.height || null }))];
  }
  if (photo) return [el("div", { class: "other" }, `${say("photoOf")} (0)`)];
  if (file) {
    const name = file.name ?? "file";
    return [el("a", { class: "file", href: file.url, download: name, "data-testid": "document" },
      el("span", { class: "icon-file", "aria-hidden": "true" }, (name.split(".").pop() ?? "").slice(0, 4).toUpperCase()),
      el("span", {}, el("b", {}, name), el("small", {}, bytes(file.size))))];
  }
  if (other) return [el("div", { class: "other" }, other.kind === "location" ? `📍 ${other.value.latitude}, ${other.value.longitude}` : `▫️ ${other.kind}`)];
  return [];
}

function bytes(size) {
  if (size < 1024) return `${size} B`;
  if (size < 1024 * 1024) return `${(size / 1024).toFixed(0)} kB`;
  return `${(size / 1024 / 1024).toFixed(1)} MB`;
}

// Puts the new keyboard where the old one was; whoever was on one of its keys stays on the key at that place.
function replaceKeyboard(node, message, acts) {
  const old = node.querySelector(".keyboard");
  const focused = old ? [...old.querySelectorAll(".key")].indexOf(document.activeElement) : -1;
  if (message.keyboard.length === 0) {
    old?.remove();
    return;
  }
  const fresh = el("div", { class: "keyboard" }, ...message.keyboard.map((row) =>
    el("div", { class: row.length > 4 ? "row full" : "row" }, ...row.map((button) => key(message, button, acts)))));
  if (old) old.replaceWith(fresh);
  else node.append(fresh);
  const keys = fresh.querySelectorAll(".key");
  if (focused >= 0) keys[Math.min(focused, keys.length - 1)].focus({ preventScroll: true });
}

function key(message, button, acts) {
  const look = { class: "key", "data-style": button.style };
  if (button.url) {
    const url = safeUrl(button.url);
    return el("a", { ...look, href: url ?? "#", target: "_blank", rel: "noopener noreferrer", title: say("opens") }, button.text, svg(LINK, "mark"));
  }
  if (button.copy_text) {
    const copy = async () => {
      await navigator.clipboard.writeText(button.copy_text.text).catch(() => {});
      toast(`${say("copied")}: ${button.copy_text.text}`);
    };
    return el("button", { ...look, type: "button", title: say("copies"), "data-copy": button.copy_text.text, onclick: copy }, button.text, svg(COPY, "mark"));
  }
  const node = el("button", { ...look, type: "button", "data-data": button.callback_data }, button.text);
  node.addEventListener("click", () => acts.press(message.id, button, node));
  return node;
}
