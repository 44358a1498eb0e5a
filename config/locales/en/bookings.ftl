# Bookings, and what the crew tells about them.

state-held = 🟡 Place on hold
state-billed = 🟡 Waiting for payment
state-paid = 🟢 Paid
state-attended = 🔵 Attended
state-no-show = ⚫ Not attended
state-released = ⚪ Place released
state-expired = 🔴 Expired
state-cancelled = ⚪ Cancelled
state-refund-due = 🟠 Refund on its way

bookings-title = <b>Your bookings</b>
bookings-none = You have no bookings yet. Tap “Apply for a passport” to begin.
bookings-line = { $state }
    { $office } · { $slot }
    Number { $number }
booking-facts = <b>{ $state }</b>

    Number: <b>{ $number }</b>
    Immigration office { $office }
    { $slot }
booking-amount = Fee: <b>{ $amount }</b>
booking-unknown = This booking cannot be shown right now. Please try again in a moment.
booking-not-found = ⚠️ That booking is not on your list.

next-held = The place is on hold. Finish and submit the application.
next-billed =
    Billing code: <code>{ $code }</code>
    ({ $grouped })
    Pay before <b>{ $until }</b>.

    <b>How to pay</b>
    • ATM or mobile banking: the menu Penerimaan Negara / MPN, type the billing code.
    • Bank or post office counter: tell them the billing code.
    • Marketplace: the menu Penerimaan Negara, type the billing code.

    The status here changes by itself once it is paid. Never pay through other people or into private accounts.
next-paid = Come 15 minutes early with the proof and your original papers. The booking's number is not a queue number at the office.
next-attended = Thank you, this application was served at the office.
next-no-show = The appointment passed without you, so the fee is lost. Please apply anew.
next-released = The place was released. Tap “Apply again” to choose a new date; your answers are kept.
next-expired = The billing code is no longer valid and the place was released. Tap “Apply again”: your answers are kept.
next-cancelled = This booking is cancelled. Tap “Apply again” if you change your mind; your answers are kept.
next-refund-due = Your money is recorded and will be paid back through the immigration office. Show this booking's number there.

billed = ✅ <b>Your billing code is here.</b> Please pay before its time is over.
billed-elsewhere = ✅ <b>Your billing code is here.</b>
    Code: <code>{ $code }</code>
    Fee: <b>{ $amount }</b>
    Pay before <b>{ $until }</b>. How to pay is under “Show this booking”.
bill-reminder = ⏰ The billing code <code>{ $code }</code> is valid until <b>{ $until }</b>. Pay before then to keep your place.
expired = 🔴 <b>The billing code expired.</b> The booking at { $office }, { $slot }, was not paid, so its place was released. Tap “Apply again”: your answers are kept, just choose a date.
cancelling = <b>Cancel this booking?</b>
    { $office } · { $slot }
    Its billing code stops working and its place is released.
cancel-waiting = ⏳ Cancelling… This screen changes by itself.
cancelled = ⚪ The booking at { $office }, { $slot }, is cancelled. Do not pay its code any more.
refused = ⚠️ That is no longer possible, because the booking has changed meanwhile. See its status below or with /status.

proof-title = 🎫 Proof of booking
paid = 🟢 Paid. Thank you!
paid-late = 🟢 Paid. Your money came after the deadline, but the place was still free and is yours again.
moved = 🟢 Rescheduled. This is your new proof; the old one is no longer valid.
eve-reminder = 📅 Your appointment at the immigration office is tomorrow.
proof = <b>{ $title }</b>

    Number: <b>{ $number }</b>
    Immigration office { $office }
    { $slot }

    Show this QR code at the office. Come 15 minutes early with your original papers.
refund-late = 🟠 <b>We received your money ({ $amount }), but too late, and the place was taken.</b> It will be paid back. Take the number { $number } to the immigration office, or see /status.
refund-twice = 🟠 <b>The booking { $number } was paid twice.</b> The extra { $amount } will be paid back. Your appointment is unchanged; take that number to the immigration office.

move-ask-date = <b>Reschedule · choose a date</b>
    Now: { $from }
    Choose a new date at { $office }. The old one stays yours until the new one is certain.
move-ask-hour = <b>Reschedule · choose an hour</b>
    Now: { $from }
    Choose an hour on { $date } ({ $zone }).
move-confirm = <b>Reschedule like this?</b>
    From: { $from }
    To: <b>{ $to }</b>
    A booking can be rescheduled { $moves ->
        [one] only once
       *[other] only { $moves } times
    }.
move-waiting = ⏳ Rescheduling to <b>{ $to }</b>… This screen changes by itself.
moved-from = ✓ The old appointment was released: { $from }.
move-full = 🔴 Sorry, { $window } is full. Your old appointment stays valid.
    { $nearest }
move-full-elsewhere = 🔴 Not rescheduled: the hour you chose is full. Your old appointment stays valid.
move-used-up = ⚠️ This booking was rescheduled before and cannot be rescheduled again. Your appointment is unchanged.
move-too-late = ⚠️ Rescheduling is possible until the day before the appointment. Your appointment is unchanged.
move-not-paid = ⚠️ Only a paid booking can be rescheduled.
move-unfit = ⚠️ It cannot be rescheduled to there. Your appointment is unchanged; please choose another one.
