//! Whole conversations, from START to what the person came for.

use crate::world::World;
use antrean_chat::{How, Lang, Order, Picture};
use antrean_domain::outcome::MoveRefusal;
use antrean_domain::{Job, Outcome, Rupiah, State};

#[test]
fn from_start_to_paid_by_buttons() {
    let mut world = World::new(Lang::Id);
    world.say("/start");
    assert!(world.sees("Halo, Budi &lt;b&gt;"), "{}", world.live.text);
    for label in [
        "Ajukan paspor",
        "Reguler",
        "Dewasa",
        "Jakarta Selatan",
        "Elektronik 10 tahun · Rp950.000",
        "Wisata",
        "Belum pernah punya",
        "Ya, saya belum pernah",
    ] {
        world.tap(label);
    }
    for text in ["Budi Santoso", "3174091208900001", "12 Agustus 1990"] {
        world.say(text);
    }
    world.photo("ektp");
    world.photo("kk");
    assert!(world.sees("Langkah 9 dari 12"), "{}", world.live.text);
    world.tap("Des ›");
    world.tap("🟢1");
    world.tap("09.00–10.00");
    assert!(world.sees("Menahan tempat"), "{}", world.live.text);
    assert!(matches!(&world.jobs[..], [Order::Job(Job::Hold { seq: 1, places: 1, .. })]), "{:?}", world.jobs);
    world.work();
    assert!(world.sees("ditahan sampai <b>09.10 WIB</b>"), "{}", world.live.text);
    world.tap("Kirim dan minta kode bayar");
    assert!(matches!(&world.jobs[..], [Order::Bill { amount: Rupiah(950_000), .. }]), "{:?}", world.jobs);
    world.work();
    assert!(world.sees("🟡 Menunggu pembayaran") && world.sees("<code>800123456789012</code>"), "{}", world.live.text);
    assert!(world.sees("11.00 WIB"), "{}", world.live.text);
    let booking = world.only();
    let slot = world.set(&booking, State::Paid);
    let shows = world.tell(Outcome::Paid { booking, slot, late: false });
    let hows: Vec<How> = shows.iter().map(|show| show.how).collect();
    assert_eq!(hows, [How::Live, How::Keep]);
    assert!(world.live.text.contains("🟢 Sudah terbayar"), "{}", world.live.text);
    assert!(matches!(&world.kept[0].picture, Some(Picture::Qr(_))));
}

#[test]
fn an_expired_bill_begins_again_with_one_tap_and_all_answers() {
    let mut world = World::new(Lang::Id);
    let booking = world.bill();
    let slot = world.set(&booking, State::Expired);
    world.tell(Outcome::Expired { booking, slot });
    assert!(world.live.text.contains("🔴 Kedaluwarsa"), "{}", world.live.text);
    world.tap_kept("Ajukan lagi");
    assert!(world.sees("Langkah 9 dari 12") && world.sees("Siti Aminah"), "{}", world.live.text);
    world.hold();
    assert!(world.sees("Langkah 11 dari 12"), "{}", world.live.text);
    world.say("1");
    assert!(matches!(world.jobs.last(), Some(Order::Bill { .. })));
}

#[test]
fn applying_again_never_costs_the_draft_under_way() {
    let mut world = World::new(Lang::Id);
    let booking = world.bill();
    let slot = world.set(&booking, State::Expired);
    world.tell(Outcome::Expired { booking, slot });
    world.say("/start");
    world.tap("Ajukan paspor");
    world.tap("Percepatan");
    world.tap_kept("Ajukan lagi");
    assert!(world.sees("Langkah 2 dari 12") && world.sees("Percepatan") && world.sees("belum selesai"), "{}", world.live.text);
    world.say("/batal");
    world.tap("Ya");
    world.tap_kept("Ajukan lagi");
    assert!(world.sees("Langkah 9 dari 12") && world.sees("Siti Aminah"), "{}", world.live.text);
}

#[test]
fn a_paid_booking_moves_once() {
    let mut world = World::new(Lang::En);
    let booking = world.bill();
    world.pay(&booking);
    world.tap("Reschedule");
    world.say("1-12-2026");
    assert!(world.sees("That is the date of your appointment now"), "{}", world.live.text);
    world.say("8 December");
    world.tap("10:00–11:00");
    world.tap("Yes, reschedule");
    assert!(matches!(&world.jobs[..], [Order::Job(Job::Reschedule { .. })]));
    world.work();
    assert!(world.live.text.contains("Tuesday, 8 December 2026, 10:00–11:00 WIB"), "{}", world.live.text);
    assert!(world.kept.last().is_some_and(|screen| screen.picture.is_some()));
    assert!(!world.live.buttons.iter().flatten().any(|button| button.label.contains("Reschedule")), "it may move a second time");
}

#[test]
fn a_move_to_an_hour_that_filled_up_offers_the_nearest() {
    let mut world = World::new(Lang::Id);
    let booking = world.bill();
    world.pay(&booking);
    world.tap("Ganti jadwal");
    world.say("8 Desember");
    world.say("10");
    world.tap("Ya, ganti jadwal");
    let Order::Job(Job::Reschedule { to, .. }) = world.jobs.remove(0) else { panic!("no reschedule") };
    world.full.push(to.clone());
    world.tell(Outcome::NotRescheduled { booking, to, why: MoveRefusal::Full });
    assert!(world.sees("Jam terdekat") && world.sees("Sel 8 Des, 09.00–10.00"), "{}", world.live.text);
}

#[test]
fn a_booking_is_cancelled_before_payment() {
    let mut world = World::new(Lang::Id);
    world.bill();
    world.tap("Batalkan permohonan ini");
    world.tap("Ya, batalkan");
    assert!(world.sees("Sedang dibatalkan"), "{}", world.live.text);
    assert!(matches!(&world.jobs[..], [Order::Job(Job::Cancel { .. })]));
    world.work();
    assert!(world.live.text.contains("⚪ Dibatalkan"), "{}", world.live.text);
}

#[test]
fn another_hour_replaces_the_one_held() {
    let mut world = World::new(Lang::Id);
    world.fill_in();
    world.hold();
    world.tap("✏️ Tanggal kedatangan");
    world.say("3-12-2026");
    world.say("13");
    let [Order::Job(Job::Hold { booking, seq, slot, .. })] = &world.jobs[..] else { panic!("{:?}", world.jobs) };
    assert_eq!((seq, slot.to_string().as_str()), (&2, "JKTSEL:2026-12-03:13:regular"));
    assert_eq!(*booking, world.only());
    world.work();
    assert!(world.sees("Langkah 11 dari 12") && world.sees("3 Desember 2026</b>"), "{}", world.live.text);
}

#[test]
fn the_hour_alone_is_changed_from_the_review() {
    let mut world = World::new(Lang::Id);
    world.fill_in();
    world.hold();
    world.tap("✏️ Jam");
    world.tap("✓ 🟢 09.00");
    assert!(world.sees("Langkah 11 dari 12") && world.jobs.is_empty(), "{}", world.live.text);
    world.tap("✏️ Jam");
    world.tap("14.00–15.00");
    world.work();
    assert!(world.sees("Langkah 11 dari 12") && world.sees("Jam: <b>14.00–15.00 WIB"), "{}", world.live.text);
}

#[test]
fn an_edit_in_the_review_comes_back_to_it() {
    let mut world = World::new(Lang::Id);
    world.fill_in();
    world.hold();
    world.tap("✏️ Nama");
    world.say("Siti Nurhaliza");
    assert!(world.sees("Langkah 11 dari 12") && world.sees("Siti Nurhaliza"), "{}", world.live.text);
    world.tap("✏️ Tujuan");
    world.tap("‹ Kembali");
    assert!(world.sees("Langkah 11 dari 12"), "{}", world.live.text);
    assert!(world.jobs.is_empty(), "{:?}", world.jobs);
}

/// For a child a parent's card was asked for, for an adult their own.
#[test]
fn another_age_group_asks_for_the_ektp_again() {
    let mut world = World::new(Lang::Id);
    world.fill_in();
    world.hold();
    world.tap("✏️ Dewasa");
    world.tap("Anak");
    world.tap("Elektronik 5 tahun");
    world.tap("Sudah benar, lanjutkan");
    assert!(world.sees("eKTP ayah atau ibu"), "{}", world.live.text);
    world.photo("parent");
    assert!(world.sees("Langkah 11 dari 12"), "{}", world.live.text);
    assert!(world.jobs.is_empty(), "the place stays held: {:?}", world.jobs);
}

#[test]
fn another_office_gives_the_place_back_and_asks_for_a_date() {
    let mut world = World::new(Lang::Id);
    world.fill_in();
    world.hold();
    world.tap("✏️ Kantor");
    world.say("Denpasar");
    assert!(matches!(&world.jobs[..], [Order::Job(Job::Release { .. })]), "{:?}", world.jobs);
    assert!(world.sees("Langkah 9 dari 12") && world.sees("Denpasar"), "{}", world.live.text);
    world.jobs.clear();
    world.say("1-12-2026");
    world.say("9");
    let [Order::Job(Job::Hold { booking, .. })] = &world.jobs[..] else { panic!("{:?}", world.jobs) };
    assert_eq!(booking.office.as_str(), "DENPASAR");
}

#[test]
fn a_date_on_which_the_office_no_longer_issues_the_passport_asks_for_another() {
    let mut world = World::new(Lang::Id);
    world.say("/start");
    for text in ["1", "1", "1", "Bogor", "Biasa 5 tahun", "1", "2", "A1234567", "Siti Aminah", "3174095208900001", "12-08-1990"] {
        world.say(text);
    }
    for photo in ["ektp", "kk", "paspor"] {
        world.photo(photo);
    }
    world.say("8-12-2026");
    assert!(world.sees("tidak diterbitkan kantor ini") && world.sees("Langkah 4 dari 12"), "{}", world.live.text);
    world.tap("Elektronik 5 tahun");
    assert!(world.sees("Langkah 10 dari 12"), "{}", world.live.text);
}

#[test]
fn the_last_hour_gone_tells_the_nearest_free_ones() {
    let mut world = World::new(Lang::Id);
    world.fill_in();
    world.say("1-12-2026");
    world.say("9");
    let Order::Job(Job::Hold { booking, slot, .. }) = world.jobs.remove(0) else { panic!("no hold") };
    world.full.push(slot.clone());
    world.tell(Outcome::Full { booking, slot, kept: None });
    assert!(world.sees("jam 09.00–10.00 sudah penuh") && world.sees("Sel 1 Des, 10.00–11.00 · sisa 8"), "{}", world.live.text);
    assert!(world.sees("Langkah 10 dari 12"), "{}", world.live.text);
}

#[test]
fn a_hold_that_ran_out_keeps_the_answers() {
    let mut world = World::new(Lang::Id);
    world.fill_in();
    world.hold();
    world.tell(Outcome::HoldOver { booking: world.only() });
    assert!(world.sees("Waktu menahan tempat sudah habis") && world.sees("Langkah 10 dari 12"), "{}", world.live.text);
    world.say("9");
    world.work();
    assert!(world.sees("Langkah 11 dari 12"), "{}", world.live.text);
}

#[test]
fn a_place_nobody_waits_for_goes_back() {
    let mut world = World::new(Lang::Id);
    world.fill_in();
    world.say("1-12-2026");
    world.say("9");
    let hold = world.jobs.remove(0);
    world.tap("✖ Batal");
    world.tap("Ya, batalkan");
    assert!(matches!(&world.jobs[..], [Order::Job(Job::Release { seq: 2, .. })]), "{:?}", world.jobs);
    world.jobs = vec![hold];
    world.work();
    assert!(matches!(&world.jobs[..], [Order::Job(Job::Release { seq: 3, .. })]), "{:?}", world.jobs);
}

#[test]
fn a_code_that_comes_after_giving_up_is_cancelled() {
    let mut world = World::new(Lang::Id);
    world.fill_in();
    world.hold();
    world.say("1");
    world.say("/batal");
    world.say("/batal");
    assert!(world.sees("Permohonan dibatalkan"), "{}", world.live.text);
    world.work();
    assert!(matches!(&world.jobs[..], [Order::Job(Job::Cancel { .. })]), "{:?}", world.jobs);
    world.work();
    assert!(world.kept.last().is_some_and(|screen| screen.text.contains("sudah dibatalkan")));
}

#[test]
fn a_chat_has_no_more_active_bookings_than_allowed() {
    let mut world = World::new(Lang::Id);
    for _ in 0..2 {
        world.bill();
    }
    world.say("/start");
    world.tap("Ajukan paspor");
    assert!(world.sees("paling banyak 2 permohonan aktif"), "{}", world.live.text);
    assert!(world.jobs.is_empty());
}

#[test]
fn late_money_and_money_paid_twice_are_told_apart() {
    let mut world = World::new(Lang::Id);
    let booking = world.bill();
    let slot = world.set(&booking, State::Paid);
    world.tell(Outcome::Paid { booking: booking.clone(), slot, late: true });
    assert!(world.kept.last().is_some_and(|screen| screen.text.contains("tempatnya masih ada")));
    world.tell(Outcome::RefundDue { booking: booking.clone(), amount: Rupiah(950_000), again: true });
    assert!(world.kept.last().is_some_and(|screen| screen.text.contains("terbayar dua kali")));
    world.set(&booking, State::RefundDue);
    world.tell(Outcome::RefundDue { booking, amount: Rupiah(950_000), again: false });
    assert!(world.kept.last().is_some_and(|screen| screen.text.contains("terlambat")));
    assert!(world.live.text.contains("🟠"), "{}", world.live.text);
}

#[test]
fn news_leaves_the_screen_and_its_buttons_alone() {
    let mut world = World::new(Lang::Id);
    let booking = world.bill();
    world.say("/start");
    world.tap("Ajukan paspor");
    let slot = world.set(&booking, State::Paid);
    let shows = world.tell(Outcome::Paid { booking, slot, late: false });
    assert_eq!(shows.iter().map(|show| show.how).collect::<Vec<_>>(), [How::Keep]);
    world.tap("Reguler");
    assert!(world.sees("Langkah 2 dari 12"), "{}", world.live.text);
}

#[test]
fn an_office_is_subscribed_to_and_left_again() {
    let mut world = World::new(Lang::Id);
    world.say("/langganan");
    world.tap("Bogor");
    world.tap("Bogor");
    assert_eq!(world.jobs.len(), 1, "a second tap asked again");
    world.work();
    assert!(world.sees("Langganan Anda: <b>Bogor</b>"), "{}", world.live.text);
    world.say("bogor");
    assert!(matches!(&world.jobs[..], [Order::Job(Job::Subscribe { on: false, .. })]), "{:?}", world.jobs);
    world.work();
    assert!(world.sees("belum berlangganan"), "{}", world.live.text);
}

#[test]
fn a_dialogue_that_was_lost_says_so_once_and_finds_its_bookings_again() {
    let mut world = World::new(Lang::Id);
    let booking = world.bill();
    world.dialogue = antrean_chat::Dialogue::fresh_after_loss(Lang::Id);
    world.say("halo");
    assert!(world.sees("tidak dapat dibaca lagi"), "{}", world.live.text);
    world.say("halo");
    assert!(!world.live.text.contains("tidak dapat dibaca lagi"), "{}", world.live.text);
    world.pay(&booking);
    world.say("/status");
    assert!(world.sees("🟢 Sudah terbayar"), "{}", world.live.text);
}

#[test]
fn a_job_on_a_booking_older_than_the_dialogue_is_not_superseded() {
    let mut world = World::new(Lang::Id);
    let booking = world.bill();
    world.bookings.get_mut(&booking).expect("a booking").seq = 40;
    world.tap("Batalkan permohonan ini");
    world.tap("Ya, batalkan");
    assert!(matches!(&world.jobs[..], [Order::Job(Job::Cancel { seq: 41, .. })]), "{:?}", world.jobs);
}
