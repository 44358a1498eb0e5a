// The bank's page: ask what a code is worth, pay it, see what was paid.

import { mountClock } from "/assets/clock.js";
import { byId, el } from "/assets/dom.js";
import { get, post } from "/assets/net.js";
import { clockTime, shortDay, speak } from "/assets/words.js";

const WORDS = {
  id: {
    tagline: "Loket pembayaran tiruan. Tidak ada uang sungguhan.", ask: "Bayar tagihan", code: "Kode billing", check: "Cek tagihan",
    history: "Riwayat pembayaran", none: "Belum ada pembayaran.", other: "EN", otherName: "English",
    name: "Nama", amount: "Jumlah", codeShort: "Kode", pay: "Bayar", paying: "Sedang dikirim… percobaan ke-",
    expired: "Kode sudah kedaluwarsa", expiredMore: "Tidak bisa dibayar lagi. Buat permohonan baru untuk mendapat kode baru.",
    paid: "Tagihan sudah dibayar", paidMore: "Tidak perlu membayar lagi.",
    unknown: "Kode tidak dikenal", unknownMore: "Periksa lagi angka yang Anda ketik.",
    refused: "Penagih menolak", unreachable: "Penagih tidak bisa dihubungi",
    success: "Pembayaran diterima", refusedPay: "Pembayaran ditolak", unanswered: "Belum ada jawaban dari penagih",
    response: "Jawaban", tries: "kali dikirim",
    states: { accepted: "Diterima", refused: "Ditolak", sending: "Dikirim…", unanswered: "Tak terjawab" },
  },
  en: {
    tagline: "An imitated payment counter. No real money.", ask: "Pay a bill", code: "Billing code", check: "Check the bill",
    history: "Payments made", none: "No payments yet.", other: "ID", otherName: "Bahasa Indonesia",
    name: "Name", amount: "Amount", codeShort: "Code", pay: "Pay", paying: "Sending… attempt ",
    expired: "The code has expired", expiredMore: "It can no longer be paid. Apply again to get a new code.",
    paid: "The bill is already paid", paidMore: "There is nothing left to pay.",
    unknown: "Unknown code", unknownMore: "Check the digits you typed.",
    refused: "The biller refuses", unreachable: "The biller cannot be reached",
    success: "Payment accepted", refusedPay: "Payment refused", unanswered: "The biller has not answered yet",
    response: "Answer", tries: "times sent",
    states: { accepted: "Accepted", refused: "Refused", sending: "Sending…", unanswered: "No answer" },
  },
};

let language = localStorage.getItem("bank-language") === "en" ? "en" : "id";
const say = (word) => WORDS[language][word];
const result = byId("result");

// Always as Indonesians write it: Rp350.000
const rupiah = (value) => `Rp${Number.parseInt(value, 10).toLocaleString("id-ID")}`;
const grouped = (code) => code.replace(/(\d{3})(?=\d)/g, "$1 ");

function drawWords() {
  speak(language);
  for (const node of document.querySelectorAll("[data-word]")) node.textContent = say(node.dataset.word);
  byId("language").textContent = say("other");
  byId("language").setAttribute("aria-label", say("otherName"));
}

function notice(kind, sign, title, more, code) {
  return el("div", { class: `notice ${kind}`, "data-testid": "bank-state", "data-state": code?.state },
    el("span", { class: "sign", "aria-hidden": "true" }, sign),
    el("div", {}, el("b", {}, title), more ? el("div", {}, more) : null,
      code?.response_code ? el("small", { "data-testid": "bank-response-code" }, `${say("response")}: ${code.response_code} ${code.response_message ?? ""}`) : null));
}

function row(term, value, props) {
  return [el("dt", {}, term), el("dd", props, value)];
}

function showBill(bill) {
  switch (bill.state) {
    case "open": {
      const pay = el("button", { type: "button", class: "primary", "data-testid": "bank-pay" }, `${say("pay")} ${rupiah(bill.amount)}`);
      pay.addEventListener("click", () => send(bill, pay));
      result.replaceChildren(el("div", { class: "bill", "data-testid": "bank-state", "data-state": "open" },
        el("dl", {},
          ...row(say("name"), bill.name ?? "", { "data-testid": "bank-name" }),
          ...row(say("codeShort"), grouped(bill.code)),
          ...row(say("amount"), rupiah(bill.amount), { class: "sum", "data-testid": "bank-amount" })),
        pay));
      pay.focus();
      break;
    }
    case "expired":
      result.replaceChildren(notice("warn", "⏳", say("expired"), say("expiredMore"), bill));
      break;
    case "paid":
      result.replaceChildren(notice("good", "✅", say("paid"), say("paidMore"), bill));
      break;
    case "unknown":
      result.replaceChildren(notice("bad", "❓", say("unknown"), say("unknownMore"), bill));
      break;
    default:
      result.replaceChildren(notice("bad", "⚠️", say("refused"), null, bill));
  }
}

async function send(bill, button) {
  button.disabled = true;
  button.textContent = `${say("paying")}1`;
  // A payment that gets no answer is repeated by the bank; meanwhile the history says how often.
  const watch = setInterval(async () => {
    const { payments } = await drawPayments().catch(() => ({ payments: [] }));
    const mine = payments.find((it) => it.request_id === bill.request_id);
    if (mine) button.textContent = `${say("paying")}${Math.max(1, mine.attempts)}`;
  }, 1000);
  try {
    const receipt = await post("/bank/pay", { code: bill.code, name: bill.name ?? "", amount: bill.amount, request_id: bill.request_id });
    const shown = {
      accepted: ["good", "✅", say("success")],
      refused: ["bad", "⛔", say("refusedPay")],
    }[receipt.state] ?? ["warn", "⏳", say("unanswered")];
    const node = notice(...shown, `${bill.name ?? ""} · ${rupiah(bill.amount)}`, receipt);
    node.setAttribute("data-testid", "bank-receipt");
    result.replaceChildren(node);
  } catch (error) {
    result.replaceChildren(notice("bad", "⚠️", say("refusedPay"), error.message));
  }
  clearInterval(watch);
  await drawPayments();
}

async function drawPayments() {
  const answer = await get("/bank/payments");
  byId("none").hidden = answer.payments.length > 0;
  byId("payments").replaceChildren(...answer.payments.map((it) => el("li", { "data-testid": `payment-${it.code}` },
    el("div", { class: "what" }, el("b", {}, it.name || grouped(it.code)), el("small", {}, `${grouped(it.code)} · ${shortDay(it.at_ms)} ${clockTime(it.at_ms)}`)),
    el("div", { class: "how" }, el("b", {}, rupiah(it.amount)),
      el("span", { class: `state ${it.state}` }, say("states")[it.state]),
      el("small", {}, `${it.response_code ?? ""}${it.attempts > 1 ? ` · ${it.attempts} ${say("tries")}` : ""}`)))));
  return answer;
}

byId("inquiry").addEventListener("submit", async (event) => {
  event.preventDefault();
  byId("ask").disabled = true;
  try {
    showBill(await post("/bank/inquiry", { code: byId("code").value }));
  } catch (error) {
    result.replaceChildren(notice("bad", "⚠️", say("unreachable"), error.message));
  }
  byId("ask").disabled = false;
});
byId("code").addEventListener("input", () => result.replaceChildren());
byId("language").addEventListener("click", () => {
  language = language === "id" ? "en" : "id";
  localStorage.setItem("bank-language", language);
  drawWords();
  result.replaceChildren();
  drawPayments();
});

drawWords();
mountClock(byId("clock"));
byId("code").value = new URLSearchParams(location.search).get("code") ?? "";
byId("code").focus();
await drawPayments().catch((error) => result.replaceChildren(notice("bad", "⚠️", error.message)));
