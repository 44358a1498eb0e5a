# Dates, buttons, short answers. Buttons and toasts know no HTML.

language-name = English

months = January February March April May June July August September October November December
months-short = Jan Feb Mar Apr May Jun Jul Aug Sep Oct Nov Dec
weekdays = Monday Tuesday Wednesday Thursday Friday Saturday Sunday
weekdays-short = Mon Tue Wed Thu Fri Sat Sun
weekdays-letters = Mo Tu We Th Fr Sa Su
date-long = { $weekday }, { $day } { $month } { $year }
date-short = { $weekday } { $day } { $month }
clock = { $hour }:{ $minute }

button-home = 🏠 Main menu
button-book = 📝 Apply for a passport
button-continue = ▶️ Continue the application
button-anew = 🆕 Start over
button-bookings = 📋 My bookings
button-subscriptions = 🔔 Subscribe to openings
button-language = 🌐 Bahasa / Language
button-help = ❓ Help
button-back = ‹ Back
button-leave = ✖ Cancel
button-keep = Next ›
button-leave-yes = Yes, cancel the application
button-leave-no = No, continue
button-page-before = ‹ Previous
button-page-after = Next page ›
button-never-sure = Yes, I never had one
button-had-one = I have had a passport
button-number-unknown = I do not remember the number
button-doubt-right = This is right, go on
button-doubt-birth = Correct the birth date
button-doubt-nik = Correct the NIK
button-doubt-age = Correct adult/child
button-edit = ✏️ { $title }
button-submit = ✅ Submit and get a billing code
button-other-office = 🏢 Choose another office
button-open = Show this booking
button-again = 🔁 Apply again
button-copy-code = 📋 Copy the billing code
button-refresh = 🔄 Refresh
button-cancel-booking = ✖ Cancel this booking
button-cancel-yes = Yes, cancel it
button-cancel-no = No, keep it
button-proof = 🎫 Show the proof
button-move = 📅 Reschedule
button-move-yes = Yes, reschedule

apology = ⏳ We cannot take anything in at the moment. Nothing is lost: what you sent is kept and will be answered as soon as we can, usually within minutes. No need to send it twice.
toast-not-yours = This button belongs to someone else. Press /start in your own chat to begin.
toast-stale = This button is from an older screen. Please use the newest one.
toast-unknown = This button is not known. Please use the newest screen.
toast-refreshed = This is the latest status.

hint-service = 💡 Tap one of the services, or type its number.
hint-age = 💡 Tap Adult or Child, or type 1 or 2.
hint-office = 💡 Tap one of the offices, or type part of its name or city.
hint-passport = 💡 Tap one of the passports, or type its number.
hint-purpose = 💡 Tap one of the purposes, or type its number.
hint-earlier = 💡 Tap one of the answers, or type its number.
hint-never-doubt = 💡 Tap one of the answers, or type its number.
hint-number = 💡 A passport number has 1–2 letters and 6–7 digits, like A1234567. Please type it again.
hint-name = 💡 A name has letters only, 2–100 characters. Type it as on the identity card.
hint-nik = 💡 Type the 16 digits of the NIK.
hint-birth = 💡 Type the birth date, like 12-08-1990 or 12 August 1990.
hint-doubt = 💡 Tap one of the answers, or type its number.
hint-ektp = 💡 Send the photo with the attachment button (📎).
hint-kk = 💡 Send the photo with the attachment button (📎).
hint-old-passport = 💡 Send the photo with the attachment button (📎).
hint-date = 💡 Tap a day marked 🟢, or type the date, like 1 December.
hint-hour = 💡 Tap one of the hours, or type it, like 9 or 09:00.
hint-review = 💡 Tap Submit if all is right, or the part you want to correct.
hint-moving = 💡 Tap one of the choices, or type the date (1 December) or the hour (9).
hint-waiting = ⏳ Your request is on its way. This screen changes by itself in a moment.
hint-buttons = 💡 Please use the buttons below, or type /start for the main menu.

screen-too-long = This screen has more than { $max } characters and cannot be shown. Type /start for the main menu.
