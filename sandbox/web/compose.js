// Writing, attaching, and the menu of commands.

import { byId, el } from "/assets/dom.js";
import { get, post } from "/assets/net.js";
import { say } from "/assets/words.js";

// What a phone would send: larger pictures are scaled down, and all become JPEG.
const PHOTO_SIDE_MAX = 1280;

let commands = [];

// `chat()` is the chat one is in, `failed(error)` tells the person.
export function mountComposer({ chat, failed }) {
  const form = byId("composer-form");
  const box = byId("composer");
  const attach = byId("attach");

  const trying = (act) => async (...args) => {
    try {
      await act(...args);
    } catch (error) {
      failed(error);
    }
  };
  const sendText = trying(async (text) => { await post(`/sim/chats/${chat()}/text`, { text }); });

  const fit = () => {
    box.style.height = "auto";
    box.style.height = `${box.scrollHeight + 2}px`;
  };
  const show = (panel, button, yes) => {
    panel.hidden = !yes;
    button.setAttribute("aria-expanded", String(yes));
  };
  const closePanels = () => {
    show(byId("commands"), byId("menu"), false);
    show(byId("attach-panel"), attach, false);
  };

  form.addEventListener("submit", async (event) => {
    event.preventDefault();
    const text = box.value.trim();
    if (!text) return;
    box.value = "";
    fit();
    closePanels();
    await sendText(text);
  });
  box.addEventListener("keydown", (event) => {
    if (event.key === "Enter" && !event.shiftKey && !event.isComposing) {
      event.preventDefault();
      form.requestSubmit();
    }
  });
  box.addEventListener("input", () => {
    fit();
    const typed = box.value;
    const wanted = /^\/\w*$/.test(typed) && drawCommands(typed.slice(1), pick) > 0;
    show(byId("commands"), byId("menu"), wanted);
  });
  const pick = async (command) => {
    closePanels();
    box.value = "";
    box.focus();
    await sendText(`/${command}`);
  };

  byId("menu").addEventListener("click", () => {
    const opening = byId("commands").hidden;
    closePanels();
    drawCommands("", pick);
    show(byId("commands"), byId("menu"), opening);
    if (opening) byId("commands").querySelector("button")?.focus();
  });
  attach.addEventListener("click", () => {
    const opening = byId("attach-panel").hidden;
    closePanels();
    show(byId("attach-panel"), attach, opening);
    if (opening) byId("attach-sample").focus();
  });
  form.addEventListener("keydown", (event) => {
    if (event.key !== "Escape") return;
    closePanels();
    box.focus();
  });
  document.addEventListener("pointerdown", (event) => { if (!form.contains(event.target)) closePanels(); });

  // The text in the box goes along as the caption, as in the app.
  const caption = () => {
    const text = box.value.trim();
    box.value = "";
    fit();
    closePanels();
    return text;
  };
  byId("attach-sample").addEventListener("click", trying(async () => {
    await post(`/sim/chats/${chat()}/photo`, { caption: caption(), photos: [{ width: 1280, height: 808 }] });
    box.focus();
  }));
  byId("attach-photo").addEventListener("click", () => byId("photo-file").click());
  byId("attach-document").addEventListener("click", () => byId("document-file").click());
  byId("photo-file").addEventListener("change", trying(async ({ target }) => {
    const files = [...target.files].slice(0, 10);
    target.value = "";
    const photos = await Promise.all(files.map(asJpeg));
    if (photos.length > 0) await post(`/sim/chats/${chat()}/photo`, { caption: caption(), photos: photos.map((base64) => ({ base64 })) });
  }));
  byId("document-file").addEventListener("change", trying(async ({ target }) => {
    const [file] = target.files;
    target.value = "";
    if (!file) return;
    const base64 = await asBase64(file);
    await post(`/sim/chats/${chat()}/document`, { name: file.name, mime: file.type || null, caption: caption(), base64 });
  }));
  return { sendText };
}

// Commands of the narrowest scope the bot set for this person and language.
export async function loadCommands(chat, language) {
  const { commands: all } = await get("/sim/bot");
  const scopes = [`chat:${chat}`, "all_private_chats", "default"];
  const key = scopes.flatMap((scope) => [`${scope}|${language}`, `${scope}|`]).find((it) => all[it]?.length > 0);
  commands = key ? all[key] : [];
  byId("menu").hidden = commands.length === 0;
}

function drawCommands(start, pick) {
  const fitting = commands.filter(({ command }) => command.startsWith(start));
  byId("commands").replaceChildren(...fitting.map(({ command, description }) =>
    el("button", { type: "button", "data-testid": `command-${command}`, onclick: () => pick(command) }, el("b", {}, `/${command}`), el("small", {}, description))));
  return fitting.length;
}

async function asJpeg(file) {
  const image = await createImageBitmap(file);
  const scale = Math.min(1, PHOTO_SIDE_MAX / Math.max(image.width, image.height));
  const canvas = el("canvas", { width: Math.max(1, Math.round(image.width * scale)), height: Math.max(1, Math.round(image.height * scale)) });
  canvas.getContext("2d").drawImage(image, 0, 0, canvas.width, canvas.height);
  const blob = await new Promise((done) => { canvas.toBlob(done, "image/jpeg", 0.88); });
  if (!blob) throw new Error(say("failed"));
  return asBase64(blob);
}

function asBase64(blob) {
  return new Promise((done, failed) => {
    const reader = new FileReader();
    reader.onload = () => done(reader.result.slice(reader.result.indexOf(",") + 1));
    reader.onerror = () => failed(reader.error);
    reader.readAsDataURL(blob);
  });
}
