// The list of people one can be.

import { byId, el } from "/assets/dom.js";
import { get, post } from "/assets/net.js";

export const people = new Map();

export function avatar(person) {
  const letters = `${person.first_name[0] ?? "?"}${person.last_name?.[0] ?? ""}`;
  return el("span", { class: `avatar hue-${person.id % 6}`, "aria-hidden": "true" }, letters.toUpperCase());
}

export async function loadPeople() {
  const { people: list } = await get("/sim/people");
  people.clear();
  for (const person of list) people.set(person.id, person);
}

export function drawPeople(current, onChoose) {
  const items = [...people.values()].map((person) => {
    const name = [person.first_name, person.last_name].filter(Boolean).join(" ");
    return el("li", {}, el("button", {
      type: "button", class: "person", "data-testid": `person-${person.id}`, "aria-current": person.id === current ? "true" : null,
      onclick: () => onChoose(person.id),
    }, avatar(person), el("span", {}, el("span", { class: "name" }, name), el("span", { class: "about" }, person.about ?? person.language_code ?? ""))));
  });
  byId("people").replaceChildren(...items);
}

export function mountAddPerson(onAdded, onError) {
  byId("add-person").addEventListener("submit", async (event) => {
    event.preventDefault();
    const [first_name, ...rest] = byId("add-name").value.trim().split(/\s+/);
    if (!first_name) return;
    const language_code = byId("add-language").value;
    try {
      const person = await post("/sim/people", {
        first_name, last_name: rest.join(" ") || null, language_code, about: language_code === "id" ? "Bahasa Indonesia" : "English",
      });
      byId("add-name").value = "";
      onAdded(person);
    } catch (error) {
      onError(error);
    }
  });
}
