# The twelve steps of an application.

step-head = <b>Step { $n } of { $of } · { $title }</b>
answers-so-far = <i>{ $answers }</i>
answer-now = Your answer now: <b>{ $answer }</b>. Type to change it, or tap Next.
answer-photo = ✓ sent
answer-none = –

title-service = Service
title-age = Adult or child
title-office = Office
title-passport = Passport
title-purpose = Purpose
title-earlier = Earlier passport
title-never-doubt = Earlier passport
title-number = Old passport's number
title-name = Name
title-nik = NIK
title-birth = Birth date
title-doubt = Check your data
title-ektp = Photo of the eKTP
title-kk = Photo of the KK
title-old-passport = Photo of the old passport
title-date = Date of visit
title-hour = Hour
title-review = Review

service-regular = Regular
service-expedited = Expedited (ready the same day)
service-lost = Lost passport (BAP)
service-damaged = Damaged passport (BAP)
age-adult = Adult (17 and older)
age-child = Child (under 17)
passport-ordinary-5 = Ordinary, 5 years
passport-ordinary-10 = Ordinary, 10 years
passport-electronic-5 = Electronic, 5 years
passport-electronic-10 = Electronic, 10 years
purpose-tourism = Tourism
purpose-umrah = Umrah
purpose-hajj = Hajj
purpose-work = Work (formal)
purpose-migrant = Migrant work (PMI)
purpose-study = Study
purpose-treatment = Medical treatment
earlier-never = Never had one
earlier-expired = Had one, it expired
earlier-full = Had one, its pages are full

ask-service = Which service do you need? Expedited costs { $expedited } more.
service-interview = A lost or damaged passport begins with an interview (BAP) at the office. The fine is { $lost } (lost) or { $damaged } (damaged); the officer decides.
ask-age = Who is this passport for? A child under 17 gets one for 5 years.
ask-office = At which immigration office? Choose from the list, or type part of its name or city.
office-page = Page { $page } of { $pages } · { $count ->
        [one] { $count } office
       *[other] { $count } offices
    }
office-search = 🔎 Found for “{ $text }”:
office-not-found = 🔎 No office matches “{ $text }”. Try another city, or choose from the list.
ask-office-first = No office is chosen yet. Tap Back to choose one.
ask-passport = Which passport would you like? The fee includes the service you chose.
ask-passport-none = This office does not issue a passport for your choices yet. Tap Back and choose another office.
passport-unfit = ⚠️ This office does not issue the passport you chose for that age or date. Please choose again.
ask-purpose = What is this passport for?
ask-earlier = Have you ever had a passport?
    Please answer truly: a wrong “never” gets the application rejected, and the fee is lost.
ask-never-doubt = ⚠️ <b>Have you really never had a passport?</b>
    If the records show that you had one or applied for one, the application is rejected and the fee is not paid back.
ask-number = Type the number of your old passport, like <b>A1234567</b>. It is on the data page.
ask-name = Type the full name as on the eKTP, or as in the KK if there is no eKTP yet.
ask-nik =
    { $age ->
        [child] Type the child's NIK (16 digits). It is in the family card (KK).
       *[other] Type your NIK (16 digits). It is on the eKTP.
    }
nik-length = ⚠️ A NIK has 16 digits; you typed { $digits }. Please check it.
nik-not-digits = ⚠️ A NIK has digits only, no letters. Please check it.
nik-region = ⚠️ The first six digits of a NIK are a region, and this one does not exist. Please check it.
nik-date = ⚠️ Digits 7 to 12 of a NIK are a birth date, and this date does not exist. Please check it.
nik-serial = ⚠️ The last four digits of a NIK cannot be 0000. Please check it.
ask-birth = Type the birth date: day-month-year, like <b>12-08-1990</b>.
birth-impossible = ⚠️ { $date } cannot be a birth date. Please check the year.
doubt-birth-in-nik = ⚠️ The birth date you typed is not the one in the NIK.
doubt-age = ⚠️ By the birth date, the choice of adult or child does not fit.
ask-doubt = If your papers really say so, just go on and have the originals ready. If not, correct it first.
ask-ektp =
    { $age ->
        [child] Send a <b>photo of the father's or mother's eKTP</b>.
       *[other] Send a <b>photo of your eKTP</b>.
    } The whole card in view, the writing readable.
ask-kk = Send a <b>photo of the family card (KK)</b>. The whole page in view, the writing readable.
ask-old-passport = Send a <b>photo of the old passport's data page</b>: the page with the picture and the number.
photo-limit = Send it as a photo (JPG/PNG) of at most { $mb } MB. No PDF, no video.
photo-taken = ✓ The photo is here. Send another one to replace it, or tap Next.
photo-thanks = ✓ Photo received.
photo-same = ⚠️ This is the same photo as for another paper. Please send the paper asked for.
photo-not-now = 💡 No photo is needed at this step. Please follow the steps below.
photo-too-large = ⚠️ That file is larger than { $mb } MB. Send it as an ordinary photo and it gets smaller by itself.
photo-empty = ⚠️ That photo is empty or broken. Please take it again and send it.
photo-pdf = ⚠️ PDFs cannot be read here. Open the document, take a photo of the page and send that.
photo-video = ⚠️ That is a video. A photo is needed; send it with the attachment button (📎).
photo-document = ⚠️ That file is not a photo. Send a photo (JPG or PNG) with the attachment button (📎).

ask-date = Choose the day of your visit to { $office }. You can also type the date.
ask-date-first = No date is chosen yet. Tap Back to choose one.
calendar-free-days = The nearest dates with places left:
calendar-free-day = 🟢 { $date } · { $left } left
calendar-none-free = 🔴 No places are left in { $month }. Try another month, another office, or /langganan to be told.
calendar-none-open = 🔒 The quota of { $month } is not open at this office yet. Choose another office, or type /langganan to be told when it opens.
calendar-own = 📍 your appointment now
calendar-legend = 🟢 places left · 🔴 full · 🔒 not yet open · dot (·) closed
day-full = 🔴 That date is full. Choose one marked 🟢.
day-closed = The office is closed then, or the date is past. Choose one marked 🟢.
day-not-open = 🔒 The quota of that date is not open yet. Type /langganan to be told.
day-same = That is the date of your appointment now. Choose another one.
day-nothing = Tap a day marked 🟢.
ask-hour = <b>{ $date }</b>
    Choose the hour of your visit ({ $zone }). Your place is held at once, for { $minutes ->
        [one] { $minutes } minute
       *[other] { $minutes } minutes
    }.
ask-hour-none = <b>{ $date }</b>
    No hour is open on this date. Tap Back and choose another one.
hour-free = 🟢 { $window } · { $left } left
hour-full = 🔴 { $window } · full
hour-waiting = ⏳ Holding your place: <b>{ $slot }</b>…
    This screen changes by itself as soon as there is an answer.
nearest-hours = The nearest hours with places left:
nearest-hour = 🟢 { $date }, { $window } · { $left } left
nearest-none = No other hour is free in that month. Tap Back to look at other months.
held = 🟢 Your place is held until <b>{ $until }</b>. Continue the application and submit before then.
hold-full = 🔴 Sorry, { $window } is full.
    { $nearest }
hold-over = ⚠️ The time your place was held for is over. Your answers are kept: continue the application and choose an hour again.
hold-refused = ⚠️ That place cannot be held. Your answers are kept: continue the application and choose an hour again.
limit-reached = ⚠️ One account can have at most { $max ->
        [one] { $max } active booking
       *[other] { $max } active bookings
    }. Pay or cancel one, or wait until one is over.

ask-review = Review everything. Tap what you want to correct, or submit.
review-line = { $title }: <b>{ $answer }</b>
review-fee = Fee: <b>{ $amount }</b>
review-kept-until = 🟢 Your place is held until <b>{ $until }</b>. Submit before then.
review-kept-no-more = 🔴 The time your place was held for ended at { $until }. Choose an hour again under “Hour”.
review-incomplete = ⚠️ Something is not answered yet. Please complete it first.
review-waiting = ⏳ Asking for the billing code… This screen changes by itself as soon as it is issued.
again-answers-kept = ✓ Your earlier answers are used again. Just choose a date; everything can still be corrected later.
again-answers-gone = ⚠️ Your earlier answers are no longer kept. Please fill them in anew.
again-draft-first = 💡 This application is not finished yet. Finish or cancel it first, then tap “Apply again” once more.
