// What the page itself says, in the language of the person one is.

const WORDS = {
  id: {
    people: "Jadi siapa?", add: "Tambah orang", name: "Nama orang baru", language: "Bahasa orang baru",
    back: "Kembali ke daftar orang", bot: "bot", typing: "mengetik…", sending: "mengirim…",
    start: "MULAI", startHint: "Belum ada pesan. Tekan MULAI.", block: "Blokir", unblock: "BUKA BLOKIR",
    message: "Pesan", send: "Kirim", menu: "Menu", attach: "Lampirkan",
    sample: "Foto contoh", photo: "Foto…", document: "Berkas…", edited: "diedit", copied: "Disalin",
    offline: "Menyambung kembali…", failed: "Tidak terkirim", toEnd: "Ke pesan terbaru", choose: "Pilih orang untuk mulai.",
    photoOf: "Foto", opens: "membuka tautan", copies: "menyalin", sent: "Anda",
  },
  en: {
    people: "Who are you?", add: "Add a person", name: "Name of a new person", language: "Language of a new person",
    back: "Back to the people", bot: "bot", typing: "typing…", sending: "sending…",
    start: "START", startHint: "No messages yet. Press START.", block: "Block", unblock: "UNBLOCK",
    message: "Message", send: "Send", menu: "Menu", attach: "Attach",
    sample: "Sample photo", photo: "Photo…", document: "File…", edited: "edited", copied: "Copied",
    offline: "Reconnecting…", failed: "Not sent", toEnd: "To the newest message", choose: "Choose a person to begin.",
    photoOf: "Photo", opens: "opens a link", copies: "copies", sent: "You",
  },
};

let language = "id";

export function speak(code) {
  language = code?.startsWith("id") || !code ? "id" : "en";
  document.documentElement.lang = language;
}

export const say = (word) => WORDS[language][word];

// Everything here happens in Jakarta time, whatever the browser's zone: the bot writes in it too.
const zone = "Asia/Jakarta";
const locale = () => (language === "id" ? "id-ID" : "en-GB");

export const clockTime = (ms) => new Intl.DateTimeFormat(locale(), { hour: "2-digit", minute: "2-digit", timeZone: zone }).format(ms);
export const dayName = (ms) => new Intl.DateTimeFormat(locale(), { day: "numeric", month: "long", year: "numeric", timeZone: zone }).format(ms);
export const longDay = (ms) => new Intl.DateTimeFormat(locale(), { weekday: "long", day: "numeric", month: "long", year: "numeric", timeZone: zone }).format(ms);
export const shortDay = (ms) => new Intl.DateTimeFormat(locale(), { weekday: "short", day: "numeric", month: "short", timeZone: zone }).format(ms);
export const seconds = (ms) => new Intl.DateTimeFormat(locale(), { hour: "2-digit", minute: "2-digit", second: "2-digit", timeZone: zone }).format(ms);
