// The bot of README.md in node-telegram-bot-api.

import { readFileSync } from "node:fs";
import { Bot, InlineKeyboardBuilder, InputFile, TelegramApiError } from "node-telegram-bot-api";
import { createWebhookServer } from "node-telegram-bot-api/node";

const { API_URL, BOT_TOKEN, PICTURE, WEBHOOK_PORT, WEBHOOK_SECRET } = process.env;
const picture = readFileSync(PICTURE);
// It waits by itself when it is told to: that is what /flood shows.
const bot = new Bot(BOT_TOKEN, { apiRoot: API_URL });

const fetched = async (fileId) => {
  const file = await bot.api.getFile({ file_id: fileId });
  const answer = await fetch(`${API_URL}/file/bot${BOT_TOKEN}/${file.file_path}`);
  return new Uint8Array(await answer.arrayBuffer());
};

bot.command("start", (ctx) => {
  const keys = new InlineKeyboardBuilder().text("Edit", "edit").text("Toast", "toast").build();
  return ctx.reply(`Hello <b>${ctx.message.from.first_name}</b>`, { parse_mode: "HTML", reply_markup: keys });
});

bot.command("album", (ctx) =>
  ctx.api.sendMediaGroup({
    chat_id: ctx.message.chat.id,
    media: [
      { type: "photo", media: new InputFile(picture, { filename: "one.jpg" }), caption: "one" },
      { type: "photo", media: new InputFile(picture, { filename: "two.jpg" }) },
    ],
  }),
);

bot.command("fail", async (ctx) => {
  try {
    await ctx.reply("<b>broken", { parse_mode: "HTML" });
  } catch (error) {
    if (!(error instanceof TelegramApiError)) throw error;
    await ctx.reply(`error: ${error.description}`);
  }
});

bot.command("flood", async (ctx) => {
  await ctx.reply("through after waiting");
});

bot.on("callback_query", async (ctx) => {
  const { data, message } = ctx.callbackQuery;
  await ctx.answerCallbackQuery(data === "toast" ? { text: "A toast" } : {});
  if (data === "edit") {
    await ctx.api.editMessageText({ chat_id: message.chat.id, message_id: message.message_id, text: "Edited in place" });
  }
});

bot.on("message", async (ctx) => {
  const { photo, media_group_id, document } = ctx.message;
  if (photo && media_group_id) return ctx.reply(`part of album ${media_group_id}`);
  if (photo) {
    const largest = photo.at(-1);
    const data = await fetched(largest.file_id);
    return ctx.reply(`photo ${largest.width}x${largest.height}, ${data.length} bytes`);
  }
  if (document) {
    const back = new InputFile(await fetched(document.file_id), { filename: `back-${document.file_name}` });
    return ctx.api.sendDocument({ chat_id: ctx.message.chat.id, document: back });
  }
});

if (WEBHOOK_PORT) {
  const server = createWebhookServer(bot, { path: "/hook", secretToken: WEBHOOK_SECRET });
  server.listen(Number(WEBHOOK_PORT), "127.0.0.1", () =>
    bot.api.setWebhook({ url: `http://127.0.0.1:${WEBHOOK_PORT}/hook`, secret_token: WEBHOOK_SECRET }),
  );
} else {
  await bot.startPolling();
}
