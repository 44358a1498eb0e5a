// The bot of README.md in grammY.

import { readFileSync } from "node:fs";
import { createServer } from "node:http";
import { Bot, GrammyError, InlineKeyboard, InputFile, InputMediaBuilder, webhookCallback } from "grammy";

const { API_URL, BOT_TOKEN, PICTURE, WEBHOOK_PORT, WEBHOOK_SECRET } = process.env;
const picture = readFileSync(PICTURE);
const bot = new Bot(BOT_TOKEN, { client: { apiRoot: API_URL } });

const fetched = async (fileId) => {
  const file = await bot.api.getFile(fileId);
  const answer = await fetch(`${API_URL}/file/bot${BOT_TOKEN}/${file.file_path}`);
  return new Uint8Array(await answer.arrayBuffer());
};

bot.command("start", (ctx) => {
  const keys = new InlineKeyboard().text("Edit", "edit").text("Toast", "toast");
  return ctx.reply(`Hello <b>${ctx.from.first_name}</b>`, { parse_mode: "HTML", reply_markup: keys });
});

bot.command("album", (ctx) =>
  ctx.replyWithMediaGroup([
    InputMediaBuilder.photo(new InputFile(picture, "one.jpg"), { caption: "one" }),
    InputMediaBuilder.photo(new InputFile(picture, "two.jpg")),
  ]),
);

bot.command("fail", async (ctx) => {
  try {
    await ctx.reply("<b>broken", { parse_mode: "HTML" });
  } catch (error) {
    if (!(error instanceof GrammyError)) throw error;
    await ctx.reply(`error: ${error.description}`);
  }
});

bot.command("flood", async (ctx) => {
  try {
    await ctx.reply("through");
  } catch (error) {
    if (!(error instanceof GrammyError && error.error_code === 429)) throw error;
    await new Promise((resolve) => setTimeout(resolve, error.parameters.retry_after * 1000));
    await ctx.reply("through after waiting");
  }
});

bot.on("callback_query:data", async (ctx) => {
  await ctx.answerCallbackQuery(ctx.callbackQuery.data === "toast" ? "A toast" : undefined);
  if (ctx.callbackQuery.data === "edit") await ctx.editMessageText("Edited in place");
});

bot.on("message:photo", async (ctx) => {
  if (ctx.message.media_group_id) return ctx.reply(`part of album ${ctx.message.media_group_id}`);
  const largest = ctx.message.photo.at(-1);
  const data = await fetched(largest.file_id);
  return ctx.reply(`photo ${largest.width}x${largest.height}, ${data.length} bytes`);
});

bot.on("message:document", async (ctx) => {
  const { file_id, file_name } = ctx.message.document;
  return ctx.replyWithDocument(new InputFile(await fetched(file_id), `back-${file_name}`));
});

if (WEBHOOK_PORT) {
  createServer(webhookCallback(bot, "http", { secretToken: WEBHOOK_SECRET })).listen(Number(WEBHOOK_PORT), "127.0.0.1", () =>
    bot.api.setWebhook(`http://127.0.0.1:${WEBHOOK_PORT}/hook`, { secret_token: WEBHOOK_SECRET }),
  );
} else {
  bot.start();
}
