// The clock in the bar: what time it is for the product, and buttons that move it forward.

import { el, svg } from "/assets/dom.js";
import { get, post } from "/assets/net.js";
import { clockTime, longDay, seconds, shortDay } from "/assets/words.js";

const TEXT = {
  id: { title: "Waktu produk", real: "Sama dengan jam komputer ini", ahead: "Lebih maju", units: ["hari", "jam", "menit"], steps: ["+1 menit", "+10 menit", "+1 jam", "+2 jam", "+1 hari"] },
  en: { title: "Product time", real: "Same as this computer's clock", ahead: "Ahead by", units: ["d", "h", "min"], steps: ["+1 min", "+10 min", "+1 hour", "+2 hours", "+1 day"] },
};
const STEPS_S = [60, 600, 3600, 7200, 86400];

const clock = { skewMs: 0, offsetS: 0 };
let draw = () => {};

export const nowMs = () => Date.now() + clock.skewMs;

// News from elsewhere: another page moved the clock.
export function setClock({ now_ms, offset_s }) {
  clock.skewMs = now_ms - Date.now();
  clock.offsetS = offset_s;
  draw();
}

export function mountClock(root) {
  const text = () => TEXT[document.documentElement.lang] ?? TEXT.id;
  const chipTime = el("span", { class: "time" });
  const chipDay = el("span", { class: "clock-day" });
  const chip = el("button", { type: "button", class: "clock-chip", "data-testid": "clock", "aria-expanded": "false", "aria-controls": "clock-panel" },
    svg("M12 7v5l3 2M12 3a9 9 0 1 0 0 18 9 9 0 0 0 0-18z"), chipDay, chipTime);
  const date = el("p", { class: "date" });
  const time = el("time", { "data-testid": "clock-now" });
  const ahead = el("p", { class: "ahead", role: "status" });
  const steps = STEPS_S.map((step) => el("button", { type: "button", "data-testid": `clock-advance-${step}`, onclick: () => advance(step) }));
  const panel = el("div", { id: "clock-panel", class: "clock-panel", role: "group", hidden: true }, date, time, ahead, el("div", { class: "clock-steps" }, ...steps));
  root.append(chip, panel);

  draw = () => {
    const now = nowMs();
    const words = text();
    chip.setAttribute("aria-label", `${words.title}: ${longDay(now)} ${clockTime(now)}`);
    chip.dataset.steered = String(clock.offsetS > 0);
    panel.setAttribute("aria-label", words.title);
    chipDay.textContent = shortDay(now);
    chipTime.textContent = `${clockTime(now)} WIB`;
    date.textContent = longDay(now);
    time.textContent = `${seconds(now)} WIB`;
    time.dateTime = new Date(now).toISOString();
    const aheadText = clock.offsetS > 0 ? `${words.ahead} ${span(clock.offsetS, words.units)}` : words.real;
    if (!ahead.classList.contains("error") && ahead.textContent !== aheadText) ahead.textContent = aheadText;
    steps.forEach((button, index) => { button.textContent = words.steps[index]; });
  };

  const open = (yes) => {
    panel.hidden = !yes;
    chip.setAttribute("aria-expanded", String(yes));
  };
  chip.addEventListener("click", () => open(panel.hidden));
  root.addEventListener("keydown", (event) => {
    if (event.key !== "Escape" || panel.hidden) return;
    open(false);
    chip.focus();
  });
  document.addEventListener("pointerdown", (event) => { if (!root.contains(event.target)) open(false); });

  async function advance(step) {
    steps.forEach((button) => { button.disabled = true; });
    ahead.classList.remove("error");
    try {
      setClock(await post("/sim/clock/advance", { seconds: step }));
    } catch (error) {
      ahead.classList.add("error");
      ahead.textContent = error.message;
    }
    steps.forEach((button) => { button.disabled = false; });
    steps[STEPS_S.indexOf(step)].focus();
  }

  draw();
  setInterval(() => draw(), 1000);
  get("/sim/clock").then(setClock, () => {});
}

function span(offsetS, [days, hours, minutes]) {
  const parts = [[Math.floor(offsetS / 86400), days], [Math.floor(offsetS / 3600) % 24, hours], [Math.floor(offsetS / 60) % 60, minutes]];
  return parts.filter(([count]) => count > 0).map(([count, unit]) => `${count} ${unit}`).join(" ");
}
