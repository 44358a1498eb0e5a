// The chat page: who one is, their chat, and what happens in it, live.

import { mountClock, setClock } from "/assets/clock.js";
import { loadCommands, mountComposer } from "/assets/compose.js";
import { byId, el, showAlert, toast } from "/assets/dom.js";
import { createMessage, updateMessage } from "/assets/message.js";
import { follow, get, post } from "/assets/net.js";
import { drawPeople, loadPeople, mountAddPerson, people } from "/assets/people.js";
import { dayName, say, speak } from "/assets/words.js";

const log = byId("log");
// Telegram gives a tap up after about so long.
const TAP_MS = 15_000;
const TYPING_MS = 5_000;
// Enough to scroll through; a chat that a bench filled would take a minute to draw.
const SHOWN_MAX = 300;

// The chat that is open.
let chat = { id: null, started: false, blocked: false, messages: new Map(), pinned: [], close: () => {} };
const taps = new Map();
const answered = new Set();
let typingTimer = 0;

const failed = (error) => toast(`${say("failed")}: ${error.message}`);
const { sendText } = mountComposer({ chat: () => chat.id, failed });
const acts = { press, send: sendText };

async function open(id) {
  chat.close();
  const opened = { id, started: false, blocked: false, messages: new Map(), pinned: [], close: () => {} };
  chat = opened;
  speak(people.get(id)?.language_code);
  byId("app").dataset.pane = "chat";
  let state;
  try {
    state = await get(`/sim/chats/${id}?last=${SHOWN_MAX}`);
    await loadCommands(id, people.get(id)?.language_code ?? "");
  } catch (error) {
    failed(error);
    setTimeout(() => { if (chat === opened) open(id); }, 1500);
    return;
  }
  // Another person was chosen meanwhile.
  if (chat !== opened) return;
  log.replaceChildren();
  Object.assign(chat, { started: state.started, blocked: state.blocked, pinned: state.pinned });
  state.messages.forEach((message) => put(message, false));
  replyKeyboard(state.reply_keyboard);
  drawFrame();
  log.scrollTop = log.scrollHeight;
  chat.close = follow(id, state.rev, {
    onHappened: (event) => { if (chat === opened) happened(event); },
    onSignal: signalled,
    onReload: () => { if (chat === opened) open(id); },
    onOnline: (yes) => { byId("offline").hidden = yes; },
  });
}

// One happening of the chat.
function happened(event) {
  const atEnd = log.scrollHeight - log.scrollTop - log.clientHeight < 90;
  switch (event.what) {
    case "edited":
    case "incoming_edited":
      // One older than what is shown stays out of sight.
      if (chat.messages.has(event.message.id)) put(event.message, true);
      break;
    case "sent":
    case "incoming":
      put(event.message, true);
      if (event.what === "sent") typing(null);
      if (event.what === "incoming") chat.started = true;
      break;
    case "deleted":
      event.ids.forEach(remove);
      break;
    case "pinned":
      chat.pinned.push(event.id);
      break;
    case "unpinned":
      chat.pinned = chat.pinned.filter((id) => !event.ids.includes(id));
      break;
    case "reply_keyboard":
      replyKeyboard(event.markup);
      break;
    case "answered":
      answer(event);
      break;
    case "blocked":
    case "unblocked":
      chat.blocked = event.what === "blocked";
      break;
  }
  drawFrame();
  if (atEnd || event.what === "incoming") log.scrollTop = log.scrollHeight;
}

function signalled(signal) {
  if (signal.typing) typing(signal.typing);
  if (signal.clock) setClock(signal.clock);
  if (signal.people) loadPeople().then(() => drawPeople(chat.id, choose), () => {});
  if (signal.profile) loadCommands(chat.id, people.get(chat.id)?.language_code ?? "").catch(() => {});
}

function put(message, fresh) {
  const original = message.reply_to && chat.messages.get(message.reply_to)?.message;
  if (original) message.quoted = original.text || say("photoOf");
  const parts = chat.messages.get(message.id);
  if (parts) {
    updateMessage(parts, message, acts);
    return;
  }
  const made = createMessage(message, acts);
  if (fresh) made.node.classList.add("fresh");
  const before = [...chat.messages.values()].at(-1)?.message;
  const day = dayName(message.date * 1000);
  if (!before || dayName(before.date * 1000) !== day) log.append(el("p", { class: "day" }, day));
  else if (before.from === message.from) made.node.classList.add("same");
  chat.messages.set(message.id, made);
  log.append(made.node);
}

function remove(id) {
  chat.messages.get(id)?.node.remove();
  chat.messages.delete(id);
}

async function press(message, button, node) {
  node.setAttribute("aria-busy", "true");
  const done = () => node.removeAttribute("aria-busy");
  try {
    const { callback_query_id: tap } = await post(`/sim/chats/${chat.id}/press`, { message_id: message, data: button.callback_data });
    if (answered.delete(tap)) return done();
    taps.set(tap, done);
    setTimeout(() => { if (taps.delete(tap)) done(); }, TAP_MS);
  } catch (error) {
    done();
    failed(error);
  }
}

function answer({ tap, text, alert, url }) {
  const done = taps.get(tap);
  // The answer may come before the tap's own reply says which tap it was.
  if (done) done();
  else answered.add(tap);
  taps.delete(tap);
  if (url) window.open(url, "_blank", "noopener");
  if (!text) return;
  if (alert) showAlert(text);
  else toast(text);
}

function typing(action) {
  clearTimeout(typingTimer);
  const status = byId("status");
  status.classList.toggle("typing", Boolean(action));
  status.textContent = action ? say(action === "typing" ? "typing" : "sending") : say("bot");
  if (action) typingTimer = setTimeout(typing, TYPING_MS, null);
}

function replyKeyboard(markup) {
  const root = byId("reply-keyboard");
  root.hidden = !markup;
  const label = (button) => (typeof button === "string" ? button : button.text);
  root.replaceChildren(...(markup?.keyboard ?? []).map((row) =>
    el("div", { class: "row" }, ...row.map((button) => el("button", { type: "button", onclick: () => sendText(label(button)) }, label(button))))));
}

// Everything around the messages.
function drawFrame() {
  const chosen = chat.id !== null;
  byId("start").hidden = !chosen || chat.started || chat.blocked;
  byId("unblock").hidden = !chosen || !chat.blocked;
  byId("composer-form").hidden = !chosen || !chat.started || chat.blocked;
  byId("block").hidden = !chosen || !chat.started || chat.blocked;
  byId("empty").hidden = chosen && chat.messages.size > 0;
  const pinned = chat.messages.get(chat.pinned.at(-1))?.message;
  byId("pinned").hidden = !pinned;
  byId("pinned").textContent = pinned ? pinned.text || say("photoOf") : "";
}

function drawWords() {
  const text = { "people-title": "people", "add-label": "name", "composer-label": "message", start: "start", unblock: "unblock", block: "block", menu: "menu", offline: "offline" };
  for (const [id, word] of Object.entries(text)) byId(id).textContent = say(word);
  byId("add-name").placeholder = say("add");
  byId("composer").placeholder = say("message");
  const labels = { "add-language": "language", "add-submit": "add", back: "back", attach: "attach", send: "send", "to-end": "toEnd" };
  for (const [id, word] of Object.entries(labels)) byId(id).setAttribute("aria-label", say(word));
  for (const [id, word] of Object.entries({ "attach-sample": "sample", "attach-photo": "photo", "attach-document": "document" })) {
    byId(id).querySelector("b").textContent = say(word);
  }
  byId("empty").textContent = say(chat.id === null ? "choose" : "startHint");
  typing(null);
}

function choose(id) {
  if (location.hash !== `#${id}`) location.hash = String(id);
  else byId("app").dataset.pane = "chat";
}

async function route() {
  const id = Number(location.hash.slice(1));
  if (!people.has(id)) {
    byId("app").dataset.pane = "people";
    return;
  }
  if (id === chat.id) {
    byId("app").dataset.pane = "chat";
    return;
  }
  const opening = open(id);
  drawWords();
  drawPeople(id, choose);
  await opening;
  const focus = [byId("start"), byId("composer")].find((node) => node.offsetParent !== null);
  focus?.focus({ preventScroll: true });
}

const trying = (act) => () => act().catch(failed);
byId("start").addEventListener("click", () => sendText("/start").then(() => byId("composer").focus()));
byId("block").addEventListener("click", trying(() => post(`/sim/chats/${chat.id}/block`)));
byId("unblock").addEventListener("click", trying(() => post(`/sim/chats/${chat.id}/unblock`)));
byId("back").addEventListener("click", () => {
  history.replaceState(null, "", location.pathname);
  byId("app").dataset.pane = "people";
  byId("people").querySelector("[aria-current] , button")?.focus();
});
byId("to-end").addEventListener("click", () => log.scrollTo({ top: log.scrollHeight, behavior: "smooth" }));
log.addEventListener("scroll", () => {
  byId("to-end").hidden = log.scrollHeight - log.scrollTop - log.clientHeight < 300;
});
// Pictures that load late must not push the newest message out of sight.
log.addEventListener("load", () => {
  if (log.scrollHeight - log.scrollTop - log.clientHeight < 500) log.scrollTop = log.scrollHeight;
}, true);
window.addEventListener("hashchange", route);

mountClock(byId("clock"));
mountAddPerson(async (person) => {
  await loadPeople();
  choose(person.id);
}, failed);
byId("chat-title").textContent = "Antrean";
get("/sim/bot").then((bot) => { byId("chat-title").textContent = bot.name; }, () => {});
await loadPeople();
drawPeople(null, choose);
drawWords();
drawFrame();
await route();
