//! What people send that was not asked for: each has its own answer, and nothing else changes.

use crate::world::{World, data, file, render};
use antrean_chat::{Input, Lang, OtherKind, Tap};

/// The answers as far as they are given, free of the buttons' revision.
fn answers(world: &World) -> serde_json::Value {
    let mut saved: serde_json::Value = serde_json::from_slice(&world.dialogue.save()).expect("JSON");
    saved["rev"] = 0.into();
    saved["session"] = 0.into();
    saved
}

/// Sends `input` and expects `answer` on the screen, and nothing else changed.
#[track_caller]
fn check(world: &mut World, input: &Input, answer: &str) {
    let before = answers(world);
    world.take(input);
    let toast = world.toast.as_ref().map(|toast| toast.text.clone()).unwrap_or_default();
    assert!(world.live.text.contains(answer) || toast.contains(answer), "{answer:?} is not in\n{}\n{toast}", world.live.text);
    assert_eq!(answers(world), before);
    assert!(world.jobs.is_empty(), "{:?}", world.jobs);
}

fn said(text: &str) -> Input {
    Input::Text(text.to_owned())
}

fn tapped(data: &str) -> Input {
    Input::Tap(Tap { data: data.to_owned(), from_owner: true })
}

fn at_step(texts: &[&str]) -> World {
    let mut world = World::new(Lang::Id);
    world.say("/start");
    for text in texts {
        world.say(text);
    }
    world
}

fn at_nik() -> World {
    at_step(&["1", "1", "1", "Jakarta Selatan", "2", "1", "2", "A1234567", "Siti Aminah"])
}

fn at_photo() -> World {
    let mut world = at_nik();
    world.say("3174095208900001");
    world.say("12-08-1990");
    world
}

#[test]
fn text_where_a_button_is_expected_is_answered_with_a_hint() {
    for (texts, hint) in [
        (&["1"][..], "Ketuk salah satu layanan"),
        (&["1", "1"], "Ketuk Dewasa atau Anak"),
        (&["1", "1", "1", "Jakarta Selatan"], "Ketuk salah satu paspor"),
        (&["1", "1", "1", "Jakarta Selatan", "1"], "Ketuk salah satu tujuan"),
    ] {
        check(&mut at_step(texts), &said("entahlah <b>"), hint);
    }
    check(&mut at_step(&[]), &said("entahlah"), "Silakan pakai tombol");
}

#[test]
fn typed_answers_are_understood_where_buttons_are_shown() {
    let mut world = at_step(&["Ajukan paspor", "reguler", "dewasa", "jakarta"]);
    assert!(world.sees("Hasil untuk “jakarta”"), "{}", world.live.text);
    for text in ["jakarta pusat", "biasa 5 tahun", "umrah", "kembali"] {
        world.say(text);
    }
    assert!(world.sees("Langkah 5 dari 12"), "{}", world.live.text);
    world.say("lanjut");
    assert!(world.sees("Langkah 6 dari 12"), "{}", world.live.text);
}

#[test]
fn an_unknown_office_is_said_to_be_unknown() {
    check(&mut at_step(&["1", "1", "1"]), &said("Atlantis <i>"), "Tidak ada kantor yang cocok dengan “Atlantis &lt;i&gt;”");
}

#[test]
fn a_button_of_an_old_screen_is_told_stale() {
    let mut world = at_step(&["1"]);
    let old = data(&world.live, "Reguler");
    world.tap("Percepatan");
    check(&mut world, &tapped(&old), "layar lama");
    assert!(world.sees("Langkah 2 dari 12"), "{}", world.live.text);
}

#[test]
fn of_two_taps_at_once_the_second_is_stale_and_the_screen_still_works() {
    let mut world = at_step(&["1"]);
    let tap = data(&world.live, "Reguler");
    world.press(&tap);
    check(&mut world, &tapped(&tap), "layar lama");
    world.tap("Dewasa");
    assert!(world.sees("Langkah 3 dari 12"), "{}", world.live.text);
}

#[test]
fn a_button_of_a_lost_dialogue_is_stale() {
    let mut world = at_step(&["1"]);
    let old = data(&world.live, "Reguler").replacen("1|", "1|f", 1);
    check(&mut world, &tapped(&old), "layar lama");
}

#[test]
fn another_persons_callback_is_refused_with_an_alert() {
    let mut world = at_step(&["1"]);
    let tap = Tap { data: data(&world.live, "Reguler"), from_owner: false };
    check(&mut world, &Input::Tap(tap), "milik orang lain");
    assert!(world.toast.as_ref().is_some_and(|toast| toast.alert));
}

#[test]
fn garbage_in_a_callback_is_answered() {
    for garbage in ["", "garbage", "1|x|y|z|", "9|1|1|home|", "1|-|-|leave|", "🙂🙂🙂"] {
        let mut world = at_step(&["1"]);
        let before = answers(&world);
        world.press(garbage);
        assert!(world.toast.is_some(), "{garbage:?} was not answered");
        assert_eq!(answers(&world), before, "{garbage:?}");
    }
}

#[test]
fn a_button_that_is_not_on_the_screen_does_nothing() {
    let mut world = at_step(&["1"]);
    let forged = data(&world.live, "Reguler").replace("pick|regular", "hour|9");
    check(&mut world, &tapped(&forged), "tidak dikenali");
}

#[test]
fn a_nik_of_fifteen_digits_is_counted() {
    check(&mut at_nik(), &said("317409120890001"), "16 angka; yang Anda ketik 15");
}

#[test]
fn a_nik_with_letters_is_told_so() {
    check(&mut at_nik(), &said("31740912089000A1"), "tanpa huruf");
}

#[test]
fn a_nik_with_an_impossible_date_is_told_so() {
    check(&mut at_nik(), &said("3174093002900001"), "tanggal ini tidak ada");
}

#[test]
fn a_nik_of_no_region_or_serial_is_told_so() {
    check(&mut at_nik(), &said("0174091208900001"), "kode wilayah");
    check(&mut at_nik(), &said("3174091208900000"), "0000");
}

#[test]
fn a_birth_date_that_disagrees_warns_and_lets_through() {
    let mut world = at_nik();
    world.say("3174095208900001");
    world.say("13-08-1990");
    assert!(world.sees("tidak sama dengan yang ada di NIK"), "{}", world.live.text);
    world.tap("Sudah benar");
    assert!(world.sees("Langkah 8 dari 12"), "{}", world.live.text);
}

#[test]
fn a_birth_date_that_disagrees_can_be_corrected() {
    let mut world = at_nik();
    world.say("3174095208900001");
    world.say("13-08-2015");
    assert!(world.sees("pilihan dewasa/anak tidak cocok"), "{}", world.live.text);
    world.tap("Perbaiki tanggal lahir");
    world.say("12-08-1990");
    assert!(world.sees("Langkah 8 dari 12"), "{}", world.live.text);
}

#[test]
fn a_correction_typed_at_the_warning_is_taken_at_once() {
    let mut world = at_nik();
    world.say("3174095208900001");
    world.say("13-08-1990");
    assert!(world.sees("tidak sama dengan yang ada di NIK"), "{}", world.live.text);
    world.say("12 agustus 1990");
    assert!(world.sees("Langkah 8 dari 12"), "{}", world.live.text);
}

#[test]
fn a_birth_date_in_the_future_or_of_nonsense_is_told_so() {
    let mut world = at_nik();
    world.say("3174095208900001");
    check(&mut world, &said("12-08-2090"), "tidak mungkin menjadi tanggal lahir");
    check(&mut world, &said("kemarin"), "Ketik tanggal lahir");
}

#[test]
fn a_first_passport_is_asked_twice() {
    let mut world = at_step(&["1", "1", "1", "Jakarta Selatan", "2", "1"]);
    world.tap("Belum pernah");
    assert!(world.sees("Benar-benar belum pernah"), "{}", world.live.text);
    world.tap("Saya pernah punya");
    assert!(world.sees("Langkah 6 dari 12"), "{}", world.live.text);
}

#[test]
fn a_pdf_where_a_photo_is_due_is_told_so() {
    let pdf = Input::Document { file: file("x", Some(1000)), mime: Some("application/pdf".to_owned()), name: Some("ktp.pdf".to_owned()) };
    check(&mut at_photo(), &pdf, "PDF belum bisa dibaca");
}

#[test]
fn a_video_where_a_photo_is_due_is_told_so() {
    check(&mut at_photo(), &Input::Other(OtherKind::Video), "Itu video");
    let video = Input::Document { file: file("x", Some(1000)), mime: Some("video/mp4".to_owned()), name: None };
    check(&mut at_photo(), &video, "Itu video");
}

#[test]
fn a_file_of_21_megabytes_is_told_too_large() {
    let large = Input::Document { file: file("x", Some(21_000_000)), mime: Some("image/jpeg".to_owned()), name: None };
    check(&mut at_photo(), &large, "lebih besar dari 20 MB");
}

#[test]
fn an_empty_photo_is_told_so() {
    check(&mut at_photo(), &Input::Other(OtherKind::EmptyPhoto), "kosong atau rusak");
    let empty = Input::Document { file: file("x", Some(0)), mime: Some("image/png".to_owned()), name: None };
    check(&mut at_photo(), &empty, "kosong atau rusak");
}

#[test]
fn an_image_sent_as_a_file_counts_as_a_photo() {
    let mut world = at_photo();
    world.take(&Input::Document { file: file("x", Some(1_000_000)), mime: Some("image/png".to_owned()), name: None });
    assert!(world.sees("Foto KK"), "{}", world.live.text);
}

#[test]
fn the_same_photo_twice_is_told_so() {
    let mut world = at_photo();
    world.photo("ektp");
    let again = Input::Photo(antrean_chat::PhotoIn { file: file("ektp", Some(1000)), width: 1, height: 1 });
    check(&mut world, &again, "sama dengan foto dokumen sebelumnya");
}

#[test]
fn text_where_a_photo_is_due_is_answered_with_a_hint() {
    check(&mut at_photo(), &said("nanti saja"), "tombol lampiran");
}

#[test]
fn a_photo_where_none_is_due_is_told_so() {
    let photo = Input::Photo(antrean_chat::PhotoIn { file: file("x", Some(1000)), width: 1, height: 1 });
    check(&mut at_nik(), &photo, "Foto tidak diperlukan");
}

#[test]
fn everything_else_a_person_can_send_has_an_answer() {
    for (kind, answer) in [
        (OtherKind::Voice, "Pesan suara"),
        (OtherKind::Sticker, "Stiker"),
        (OtherKind::Contact, "Kontak"),
        (OtherKind::Location, "Lokasi"),
        (OtherKind::Edited, "diubah"),
        (OtherKind::Unknown, "tidak dikenal"),
    ] {
        check(&mut at_nik(), &Input::Other(kind), answer);
    }
}

#[test]
fn an_unknown_command_is_answered_and_the_step_stays() {
    check(&mut at_nik(), &said("/dance"), "Perintah itu tidak dikenal");
}

#[test]
fn days_that_are_full_closed_or_not_yet_open_are_told_apart() {
    let mut world = World::new(Lang::Id);
    world.fill_in();
    for (day, answer) in [
        ("2-12-2026", "sudah penuh"),
        ("5-12-2026", "tutup"),
        ("21-12-2026", "belum dibuka"),
        ("25-12-2026", "tutup"),
        ("20-11-2026", "tutup"),
    ] {
        check(&mut world, &said(day), answer);
    }
    world.say("/start");
    world.tap("Lanjutkan");
    world.tap("Des ›");
    let before = answers(&world);
    world.tap("🔴2");
    assert!(world.toast.as_ref().is_some_and(|toast| toast.text.contains("sudah penuh")));
    assert_eq!(answers(&world), before);
}

#[test]
fn a_month_without_quota_says_so_and_leads_to_another_office_and_back() {
    let mut world = World::new(Lang::Id);
    world.fill_in();
    world.tap("Des ›");
    // Nothing is opened after 18 December: the whole of January is still to come.
    world.tap("Jan ›");
    assert!(world.sees("belum dibuka di kantor ini"), "{}", render(&world.live));
    world.tap("Pilih kantor lain");
    assert!(world.sees("Kantor"), "{}", render(&world.live));
    world.say("Jakarta Pusat");
    assert!(world.sees("Jakarta Pusat") && world.sees("🟢"), "the calendar of the other office: {}", render(&world.live));
}

#[test]
fn a_tap_while_a_place_is_being_held_asks_for_no_second_one() {
    let mut world = World::new(Lang::Id);
    world.fill_in();
    world.say("1-12-2026");
    world.say("9");
    world.jobs.clear();
    check(&mut world, &said("10"), "sedang diproses");
    let forged = data(&world.live, "Kembali").replace("back|", "hour|10");
    check(&mut world, &tapped(&forged), "tidak dikenali");
}

#[test]
fn a_tap_while_a_code_is_being_issued_asks_for_no_second_one() {
    let mut world = World::new(Lang::Id);
    world.fill_in();
    world.hold();
    world.say("1");
    world.jobs.clear();
    check(&mut world, &said("1"), "sedang diproses");
    check(&mut world, &said("kirim"), "sedang diproses");
}

#[test]
fn leaving_asks_first_and_keeps_everything_on_no() {
    let mut world = at_nik();
    world.tap("✖ Batal");
    assert!(world.sees("Batalkan permohonan ini?"), "{}", world.live.text);
    world.tap("Tidak");
    assert!(world.sees("Langkah 7 dari 12"), "{}", world.live.text);
}
