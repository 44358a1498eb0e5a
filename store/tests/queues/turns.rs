//! Mailboxes: updates taken in once, and turns that commit whole or not at all.

use antrean_store::{Commit, Committed, Delivered, LetterKind, Mail};

use crate::house::{BUDI, House, SITI, job, next_turn, update};

#[tokio::test]
async fn an_update_reaches_its_turn_and_its_effects_are_committed_together() {
    let house = House::open().await;
    let mut reader = house.store.turns(0).await.expect("joined");
    house.deliver(BUDI, [1, 2]).await;

    let turn = next_turn(&mut reader).await;
    assert_eq!(turn.chat, BUDI);
    assert_eq!((turn.rev, &turn.dialogue, turn.alone), (0, &None, false));
    assert_eq!(turn.mail, vec![Mail::Update(update(1)), Mail::Update(update(2))]);
    let commit = Commit { taken: 2, dialogue: b"saved", shows: vec![b"hello".to_vec()], jobs: vec![job(1)] };
    assert_eq!(house.store.commit(&turn, commit.clone()).await.expect("answered"), Committed::Done);
    // Its answer was lost and it is sent again: nothing happens twice.
    assert_eq!(house.store.commit(&turn, commit).await.expect("answered"), Committed::Stale);

    assert_eq!(house.redis::<usize>("XLEN ready:{c0}").await, 0);
    assert_eq!(house.redis::<usize>("EXISTS in:{c0}:7001").await, 0);
    assert_eq!(house.redis::<usize>("HLEN ready-ids:{c0}").await, 0);
    assert_eq!(house.redis::<usize>("LLEN out:{c0}:7001").await, 1);
    assert_eq!(house.redis::<usize>("XLEN outready:{c0}").await, 1);
    assert_eq!(house.redis::<usize>("XLEN hop:{c0}").await, 1);
    house.deliver(BUDI, [3]).await;
    let turn = next_turn(&mut reader).await;
    assert_eq!((turn.rev, turn.dialogue), (1, Some(Ok(b"saved".to_vec()))));
}

#[tokio::test]
async fn a_repeated_update_is_dropped_and_a_smaller_id_is_not() {
    let house = House::open().await;
    let deliver = async |ids: &[i64]| {
        let updates: Vec<_> = ids.iter().map(|id| (BUDI, *id, update(*id))).collect();
        house.store.deliver(&updates).await.expect("delivered")
    };
    assert_eq!(deliver(&[10, 11]).await, [Delivered::New, Delivered::New]);
    assert_eq!(deliver(&[11, 10, 9]).await, [Delivered::Repeated, Delivered::Repeated, Delivered::New]);
    // Over midnight an id is still known.
    house.store.clock().advance(86_400_000).await.expect("steered");
    assert_eq!(deliver(&[9]).await, [Delivered::Repeated]);
    assert_eq!(house.redis::<usize>("LLEN in:{c0}:7001").await, 3);
}

#[tokio::test]
async fn nothing_personal_lies_open() {
    let house = House::open().await;
    let nik = br#"{"text":"3171234567890123"}"#.to_vec();
    house.store.deliver(&[(BUDI, 1, nik.clone())]).await.expect("delivered");
    let mut reader = house.store.turns(0).await.expect("joined");
    let turn = next_turn(&mut reader).await;
    assert_eq!(turn.mail, vec![Mail::Update(nik.clone())]);
    house.commit(&turn, &nik, &["3171234567890123"]).await;
    for read in ["HGET dialogue:{c0}:7001 data", "LINDEX out:{c0}:7001 0"] {
        let stored: Vec<u8> = house.redis(read).await;
        assert!(!stored.windows(16).any(|window| window == b"3171234567890123"), "{read}");
    }
}

#[tokio::test]
async fn what_a_dead_reader_held_is_taken_over_and_the_dead_change_nothing() {
    let house = House::open().await;
    let mut dead = house.store.turns(0).await.expect("joined");
    house.deliver(BUDI, [1]).await;
    let late = next_turn(&mut dead).await;
    // Killed between the read and the commit.
    drop(dead);

    let mut living = house.store.turns(0).await.expect("joined");
    let turn = next_turn(&mut living).await;
    assert_eq!((turn.chat, turn.alone), (BUDI, true));
    // The dead one was only slow, and commits after all.
    assert_eq!(house.commit(&late, b"late", &["late"]).await, Committed::Stale);
    assert_eq!(house.redis::<usize>("EXISTS dialogue:{c0}:7001 out:{c0}:7001").await, 0);
    assert_eq!(house.commit(&turn, b"right", &["right"]).await, Committed::Done);
    assert_eq!(house.redis::<usize>("LLEN out:{c0}:7001").await, 1);
}

#[tokio::test]
async fn what_was_committed_before_a_crash_is_not_done_again() {
    let house = House::open().await;
    let mut dead = house.store.turns(0).await.expect("joined");
    house.deliver(BUDI, [1]).await;
    let turn = next_turn(&mut dead).await;
    house.commit(&turn, b"saved", &["hello"]).await;
    // Killed between the commit and the next read.
    drop(dead);
    let mut living = house.store.turns(0).await.expect("joined");
    house.deliver(SITI, [2]).await;
    assert_eq!(next_turn(&mut living).await.chat, SITI);
    assert_eq!(house.redis::<usize>("XLEN ready:{c0}").await, 1);
}

#[tokio::test]
async fn mail_that_comes_during_a_turn_gets_a_turn_of_its_own() {
    let house = House::open().await;
    let mut reader = house.store.turns(0).await.expect("joined");
    house.deliver(BUDI, [1]).await;
    let turn = next_turn(&mut reader).await;
    house.deliver(BUDI, [2]).await;
    assert_eq!(house.redis::<usize>("XLEN ready:{c0}").await, 1, "a chat is one actor");
    assert_eq!(house.commit(&turn, b"first", &[]).await, Committed::Done);
    let turn = next_turn(&mut reader).await;
    assert_eq!((turn.rev, turn.mail), (1, vec![Mail::Update(update(2))]));
}

#[tokio::test]
async fn two_ready_entries_of_one_chat_do_not_both_trim() {
    let house = House::open().await;
    let (mut first, mut second) = (house.store.turns(0).await.expect("joined"), house.store.turns(0).await.expect("joined"));
    house.deliver(BUDI, [1, 2]).await;
    let of_first = next_turn(&mut first).await;
    // A repair took the entry for lost while it was in the first reader's hands.
    let other: String = house.redis("XADD ready:{c0} * c 7001").await;
    house.redis::<usize>(&format!("HSET ready-ids:{{c0}} 7001 {other}")).await;
    let of_second = next_turn(&mut second).await;

    assert_eq!(house.commit(&of_first, b"first", &["first"]).await, Committed::Stale);
    assert_eq!(house.commit(&of_second, b"second", &["second"]).await, Committed::Done);
    assert_eq!(house.redis::<usize>("LLEN out:{c0}:7001").await, 1);
    assert_eq!(house.redis::<usize>("XLEN ready:{c0}").await, 0, "the entry nobody knows of is gone too");
}

#[tokio::test]
async fn a_mailbox_parks_its_head_and_not_the_chat() {
    let house = House::open().await;
    let mut reader = house.store.turns(0).await.expect("joined");
    house.redis::<usize>("RPUSH in:{c0}:7001 garbage").await;
    house.deliver(BUDI, [1]).await;
    let turn = next_turn(&mut reader).await;
    assert!(matches!(&turn.mail[..], [Mail::Unreadable { .. }, Mail::Update(_)]));
    assert_eq!(house.store.park_head(&turn, "unreadable").await.expect("answered"), Committed::Done);
    assert_eq!(next_turn(&mut reader).await.mail, vec![Mail::Update(update(1))]);

    let letters = house.store.dead_letters(10).await.expect("read");
    assert_eq!(letters.len(), 1);
    assert_eq!((letters[0].kind, letters[0].of.as_str(), letters[0].payload.as_slice()), (LetterKind::Mail, "7001", b"garbage".as_slice()));
    assert!(house.store.drop_dead(&letters[0].id).await.expect("answered"));
    assert!(house.store.dead_letter(&letters[0].id).await.expect("read").is_none());
}

#[tokio::test]
async fn a_message_that_kills_its_process_is_parked_and_its_neighbours_survive() {
    let house = House::open().await;
    house.deliver(BUDI, [1, 2, 3]).await;
    let mut taken = Vec::new();
    let mut crashes = 0;
    // Update 2 kills whoever sees it.
    while taken != [1, 3] {
        let mut reader = house.store.turns(0).await.expect("joined");
        loop {
            let turn = next_turn(&mut reader).await;
            if turn.mail.contains(&Mail::Update(update(2))) {
                crashes += 1;
                break;
            }
            for n in [1, 3] {
                if turn.mail.contains(&Mail::Update(update(n))) {
                    taken.push(n);
                }
            }
            house.commit(&turn, b"{}", &[]).await;
            if taken == [1, 3] {
                break;
            }
        }
    }
    assert_eq!(crashes, 4, "once in company, three times alone");
    assert_eq!(house.store.dead_letters(10).await.expect("read").len(), 1);
    assert_eq!(house.redis::<usize>("HLEN alone:{c0}").await, 0, "nothing is left behind");
}

#[tokio::test]
async fn a_parked_message_can_be_brought_back() {
    let house = House::open().await;
    let mut reader = house.store.turns(0).await.expect("joined");
    house.deliver(BUDI, [1]).await;
    let turn = next_turn(&mut reader).await;
    house.store.park_head(&turn, "a fault that has been mended since").await.expect("answered");
    let letters = house.store.dead_letters(10).await.expect("read");
    assert!(house.store.retry_dead(&letters[0].id).await.expect("answered"));
    assert!(!house.store.retry_dead(&letters[0].id).await.expect("answered"), "once only");
    assert_eq!(next_turn(&mut reader).await.mail, vec![Mail::Update(update(1))]);
}
