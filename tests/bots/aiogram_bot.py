"""The bot of README.md in aiogram."""

import asyncio
import os
from pathlib import Path

from aiogram import Bot, Dispatcher, F, Router
from aiogram.client.session.aiohttp import AiohttpSession
from aiogram.client.telegram import TelegramAPIServer
from aiogram.exceptions import TelegramBadRequest, TelegramRetryAfter
from aiogram.filters import Command
from aiogram.types import (
    BufferedInputFile,
    CallbackQuery,
    InlineKeyboardButton,
    InlineKeyboardMarkup,
    InputMediaPhoto,
    Message,
)
from aiogram.webhook.aiohttp_server import SimpleRequestHandler, setup_application
from aiohttp import web

PICTURE = Path(os.environ["PICTURE"]).read_bytes()
router = Router()


@router.message(Command("start"))
async def start(message: Message) -> None:
    keys = [[InlineKeyboardButton(text="Edit", callback_data="edit"), InlineKeyboardButton(text="Toast", callback_data="toast")]]
    text = f"Hello <b>{message.from_user.first_name}</b>"
    await message.answer(text, parse_mode="HTML", reply_markup=InlineKeyboardMarkup(inline_keyboard=keys))


@router.callback_query()
async def press(query: CallbackQuery) -> None:
    await query.answer("A toast" if query.data == "toast" else None)
    if query.data == "edit":
        await query.message.edit_text("Edited in place")


@router.message(F.photo)
async def photo(message: Message, bot: Bot) -> None:
    if message.media_group_id:
        await message.answer(f"part of album {message.media_group_id}")
        return
    largest = message.photo[-1]
    data = (await bot.download(largest)).read()
    await message.answer(f"photo {largest.width}x{largest.height}, {len(data)} bytes")


@router.message(F.document)
async def document(message: Message, bot: Bot) -> None:
    sent = message.document
    data = (await bot.download(sent)).read()
    await message.answer_document(BufferedInputFile(data, filename=f"back-{sent.file_name}"))


@router.message(Command("album"))
async def album(message: Message) -> None:
    picture = [BufferedInputFile(PICTURE, filename=f"{name}.jpg") for name in ("one", "two")]
    await message.answer_media_group([InputMediaPhoto(media=picture[0], caption="one"), InputMediaPhoto(media=picture[1])])


@router.message(Command("fail"))
async def fail(message: Message) -> None:
    try:
        await message.answer("<b>broken", parse_mode="HTML")
    except TelegramBadRequest as error:
        await message.answer(f"error: {error.message}")


@router.message(Command("flood"))
async def flood(message: Message) -> None:
    try:
        await message.answer("through")
    except TelegramRetryAfter as told:
        await asyncio.sleep(told.retry_after)
        await message.answer("through after waiting")


async def main() -> None:
    session = AiohttpSession(api=TelegramAPIServer.from_base(os.environ["API_URL"]))
    bot = Bot(os.environ["BOT_TOKEN"], session=session)
    dispatcher = Dispatcher()
    dispatcher.include_router(router)
    port = os.environ.get("WEBHOOK_PORT")
    if not port:
        await dispatcher.start_polling(bot)
        return
    secret = os.environ["WEBHOOK_SECRET"]
    app = web.Application()
    SimpleRequestHandler(dispatcher, bot, secret_token=secret).register(app, path="/hook")
    setup_application(app, dispatcher, bot=bot)
    runner = web.AppRunner(app)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", int(port)).start()
    await bot.set_webhook(f"http://127.0.0.1:{port}/hook", secret_token=secret)
    await asyncio.Event().wait()


asyncio.run(main())
