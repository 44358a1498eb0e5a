// Talking to the scripted door.

export class Refused extends Error {}

async function ask(path, options) {
  let answer;
  try {
    answer = await fetch(path, options);
  } catch {
    throw new Refused("no connection");
  }
  const body = await answer.json().catch(() => ({}));
  if (!answer.ok) throw new Refused(body.error ?? answer.statusText);
  return body;
}

export const get = (path) => ask(path);

export const post = (path, body = {}) =>
  ask(path, { method: "POST", headers: { "content-type": "application/json" }, body: JSON.stringify(body) });

// Follows a chat. The browser reconnects by itself and says what it has seen; `onReload` means that was too long ago.
export function follow(chat, after, { onHappened, onSignal, onReload, onOnline }) {
  const events = new EventSource(`/sim/chats/${chat}/events?after=${after}`);
  events.addEventListener("happened", (event) => onHappened(JSON.parse(event.data)));
  events.addEventListener("signal", (event) => onSignal(JSON.parse(event.data)));
  events.addEventListener("reload", onReload);
  events.onopen = () => onOnline(true);
  events.onerror = () => {
    onOnline(false);
    // Some failures end the stream for good; then the page begins anew.
    if (events.readyState === EventSource.CLOSED) setTimeout(onReload, 1500);
  };
  return () => events.close();
}
