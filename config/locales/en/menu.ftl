# The menu, help, language, subscriptions, and what is said anywhere.

command-start = Main menu
command-status = My bookings
command-langganan = Subscribe to an office's openings
command-bahasa = Change language / ganti bahasa
command-batal = Cancel what you are doing
command-help = Help
command-unknown = 💡 That command is not known. There are /start, /status, /langganan, /bahasa, /batal and /help.

welcome = <b>Welcome to the passport queue.</b> Here you book an appointment for a passport at an immigration office, step by step.
welcome-name = <b>Hello, { $name }.</b> Welcome to the passport queue. Here you book an appointment for a passport at an immigration office, step by step.
welcome-operator = This bot is run by <b>{ $operator }</b>. It takes no money itself: you pay only through a bank or an official channel, with a billing code of 15 digits.
welcome-warning = ⚠️ Beware of impostors: no officer ever asks for a transfer to a private account, a PIN or an OTP.
home-choose = Please choose:
home-draft = Your application is not finished (step { $n } of { $of }). Your answers are kept.

help =
    <b>How it works</b>

    1. Answer some questions and send photos of your papers.
    2. Choose a date and an hour. Your place is held for { $hold } { $hold ->
        [one] minute
       *[other] minutes
    } while you review.
    3. Submit, then pay with the billing code within { $bill } minutes at an ATM, by mobile banking, at a bank or post office counter, or in a marketplace.
    4. The proof with its QR code comes here. Show it at the office, 15 minutes early, with the original papers.

    A paid booking can be rescheduled { $moves ->
        [one] once
       *[other] { $moves } times
    }, at the latest on the day before.

    <b>Commands</b>
    /start – main menu
    /status – my bookings
    /langganan – news of openings
    /bahasa – change the language
    /batal – cancel what you are doing

    Every button can be typed, too. This bot is run by { $operator }.

language-choose = Pilih bahasa. / Choose a language.
language-set = ✓ Language: English.

lost-dialogue = ⚠️ Sorry, what you filled in before can no longer be read, so we begin anew. A place on hold is released by itself; what you paid for stays valid.
nothing-to-leave = There is nothing to cancel.
leaving = <b>Cancel this application?</b> All answers and photos are deleted, and the place on hold is given back.
draft-dropped = The application is cancelled. Your answers are deleted.

subscriptions = <b>Subscribe to openings</b>
    Tap an office to start or stop hearing when it opens new quota. Or type part of its name.
subscriptions-none = You are not subscribed to any office yet.
subscriptions-mine = 🔔 Your subscriptions: <b>{ $offices }</b>
subscribe-waiting = ⏳ Noting your choice for { $office }…
subscribed = 🔔 You will be told when { $office } opens new quota. Type /langganan to change that.
unsubscribed = 🔕 You will no longer hear from { $office }. Type /langganan to change that.

late-input = ↩️ Your message reached us only after your last tap, so it was not taken as an answer. Please look at what is asked below, and send it again if it fits.
other-edited = 💡 Edited messages are not read again. Please send the answer as a new message.
other-video = 💡 No video is needed here. Please follow the steps below.
other-voice = 💡 Voice messages are not understood yet. Please type the answer.
other-sticker = 💡 Nice sticker! But answers are tapped or typed.
other-contact = 💡 No contact is needed here. Please follow the steps below.
other-location = 💡 No location is needed. For an office, type part of its name or city.
other-unknown = 💡 This kind of message is not known. Please tap a button or type the answer.
