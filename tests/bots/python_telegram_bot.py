"""The bot of README.md in python-telegram-bot."""

import asyncio
import os
from pathlib import Path

from telegram import InlineKeyboardButton, InlineKeyboardMarkup, InputMediaPhoto, Update
from telegram.error import RetryAfter, TelegramError
from telegram.ext import Application, CallbackQueryHandler, CommandHandler, ContextTypes, MessageHandler, filters

API_URL = os.environ["API_URL"]
PICTURE = Path(os.environ["PICTURE"]).read_bytes()


async def start(update: Update, _: ContextTypes.DEFAULT_TYPE) -> None:
    keys = [[InlineKeyboardButton("Edit", callback_data="edit"), InlineKeyboardButton("Toast", callback_data="toast")]]
    text = f"Hello <b>{update.effective_user.first_name}</b>"
    await update.message.reply_html(text, reply_markup=InlineKeyboardMarkup(keys))


async def press(update: Update, _: ContextTypes.DEFAULT_TYPE) -> None:
    query = update.callback_query
    await query.answer("A toast" if query.data == "toast" else None)
    if query.data == "edit":
        await query.edit_message_text("Edited in place")


async def photo(update: Update, _: ContextTypes.DEFAULT_TYPE) -> None:
    message = update.message
    if message.media_group_id:
        await message.reply_text(f"part of album {message.media_group_id}")
        return
    largest = message.photo[-1]
    data = await (await largest.get_file()).download_as_bytearray()
    await message.reply_text(f"photo {largest.width}x{largest.height}, {len(data)} bytes")


async def document(update: Update, _: ContextTypes.DEFAULT_TYPE) -> None:
    sent = update.message.document
    data = await (await sent.get_file()).download_as_bytearray()
    await update.message.reply_document(bytes(data), filename=f"back-{sent.file_name}")


async def album(update: Update, _: ContextTypes.DEFAULT_TYPE) -> None:
    await update.message.reply_media_group([InputMediaPhoto(PICTURE, caption="one"), InputMediaPhoto(PICTURE)])


async def fail(update: Update, _: ContextTypes.DEFAULT_TYPE) -> None:
    try:
        await update.message.reply_text("<b>broken", parse_mode="HTML")
    except TelegramError as error:
        await update.message.reply_text(f"error: {error.message}")


async def flood(update: Update, _: ContextTypes.DEFAULT_TYPE) -> None:
    try:
        await update.message.reply_text("through")
    except RetryAfter as told:
        wait = told.retry_after
        await asyncio.sleep(wait if isinstance(wait, int) else wait.total_seconds())
        await update.message.reply_text("through after waiting")


def main() -> None:
    builder = Application.builder().token(os.environ["BOT_TOKEN"])
    app = builder.base_url(f"{API_URL}/bot").base_file_url(f"{API_URL}/file/bot").build()
    for name, handler in {"start": start, "album": album, "fail": fail, "flood": flood}.items():
        app.add_handler(CommandHandler(name, handler))
    app.add_handler(CallbackQueryHandler(press))
    app.add_handler(MessageHandler(filters.PHOTO, photo))
    app.add_handler(MessageHandler(filters.Document.ALL, document))
    if port := os.environ.get("WEBHOOK_PORT"):
        app.run_webhook(
            listen="127.0.0.1",
            port=int(port),
            url_path="hook",
            webhook_url=f"http://127.0.0.1:{port}/hook",
            secret_token=os.environ["WEBHOOK_SECRET"],
        )
    else:
        app.run_polling()


main()
