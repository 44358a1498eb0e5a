//! What people send by mistake, by impatience and by malice: each has its own clear answer, and changes nothing else.

use serde_json::json;

use antrean_rig::{Message, Person, Wishes, World};

/// Somebody in front of the first question.
async fn at_the_first_question(world: &World) -> (Person, Message) {
    let mut person = world.person("Clumsy", "en").await;
    person.says("/start").await;
    person.taps("book|").await;
    let question = person.sees("the first question", |message| message.button("pick|regular").is_some()).await;
    (person, question)
}

/// Somebody in front of the question for their NIK.
async fn at_the_nik(world: &World) -> Person {
    world.open_quota("JKTSEL", 1).await;
    let (mut person, _) = at_the_first_question(world).await;
    for verb in ["pick|regular", "pick|adult"] {
        person.taps(verb).await;
    }
    person.sees("the list of offices", |message| message.button("office|").is_some()).await;
    person.says("JKTSEL").await;
    for verb in ["pick|electronic-5", "pick|tourism", "pick|never", "pick|sure"] {
        person.taps(verb).await;
    }
    person.asked().await;
    person.says(Wishes::default().name).await;
    person.asked().await;
    person
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn text_where_a_button_is_expected_is_hinted_at_and_the_question_stays() {
    let world = World::running().await;
    let (mut person, question) = at_the_first_question(&world).await;
    person.says("what do you mean?").await;
    let again = person.sees("the question again", |message| message.button("pick|regular").is_some()).await;
    assert_ne!(again.text, question.text, "a hint stands above the question");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_button_of_an_old_screen_is_answered_and_never_acted_on() {
    let world = World::running().await;
    let (mut person, question) = at_the_first_question(&world).await;
    person.taps_on(&question, "pick|regular").await;
    person.taps("pick|adult").await;
    person.sees("the list of offices", |message| message.button("office|").is_some()).await;
    person.taps_on(&question, "pick|lost").await;
    assert!(!person.gets_toast().await.is_empty());
    // Still where they were: an office can be chosen, and the service is not "lost".
    person.says("JKTSEL").await;
    person.sees("the passports", |message| message.button("pick|electronic-5").is_some()).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn two_taps_at_once_are_one() {
    let world = World::running().await;
    let (mut person, question) = at_the_first_question(&world).await;
    person.taps_on(&question, "pick|regular").await;
    person.taps_on(&question, "pick|regular").await;
    person.sees("the next question", |message| message.button("pick|adult").is_some()).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn another_persons_tap_is_refused_aloud() {
    let world = World::running().await;
    let (mut person, question) = at_the_first_question(&world).await;
    let stranger = world.person("Stranger", "en").await;
    let data = question.button("pick|regular").and_then(|button| button.callback_data.clone()).expect("a button with data");
    let press = json!({ "message_id": question.id, "data": data, "from": stranger.id, "wait_ms": 60_000 });
    let answer = world.door.post(&format!("/sim/chats/{}/press", person.id), press).await;
    assert_eq!(answer["answer"]["alert"], true, "{answer}");
    // The owner's own tap on the same screen still counts: nothing was changed.
    person.taps_on(&question, "pick|regular").await;
    person.sees("the next question", |message| message.button("pick|adult").is_some()).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn garbage_in_a_button_is_answered_and_redrawn() {
    let world = World::running().await;
    let (mut person, question) = at_the_first_question(&world).await;
    for garbage in ["", "🙂", "1|0|0|home|", "9|ff|1|submit|", "1|-|-|cancel|", "' OR 1=1 --"] {
        let toast = person.presses(question.id, garbage, 60_000).await;
        assert!(toast.is_some_and(|toast| !toast.is_empty()), "{garbage:?} was met with silence");
    }
    // Nothing changed, so nothing was drawn anew: the keys under the question still count.
    person.taps_on(&question, "pick|regular").await;
    person.sees("the next question", |message| message.button("pick|adult").is_some()).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn each_wrong_nik_is_told_what_is_wrong_with_it() {
    let world = World::running().await;
    let mut person = at_the_nik(&world).await;
    let mut told = Vec::new();
    for wrong in ["317409520890001", "31740952O8900001", "3174093208900001"] {
        person.says(wrong).await;
        let answer = person.sees("what is wrong", |message| message.button("back|").is_some()).await;
        told.push(answer.text);
    }
    told.sort();
    told.dedup();
    assert_eq!(told.len(), 3, "too short, not a number and no such date are three things: {told:#?}");
    person.says(Wishes::default().nik).await;
    person.asked().await;
    person.says("13-08-1990").await;
    person.sees("the doubt: the date disagrees with the NIK", |message| message.button("pick|right").is_some()).await;
    person.taps("pick|right").await;
    person.asked().await;
    person.sends_photo().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn where_a_photo_is_due_nothing_else_passes() {
    let world = World::running().await;
    let mut person = at_the_nik(&world).await;
    person.says(Wishes::default().nik).await;
    person.asked().await;
    person.says("12-08-1990").await;
    let question = person.sees("the question for a photo", |message| message.button("back|").is_some()).await;
    let wrong = [
        ("document", json!({ "name": "ktp.pdf", "mime": "application/pdf" })),
        ("document", json!({ "name": "ktp.jpg", "mime": "image/jpeg", "size": 22_020_096 })),
        ("other", json!({ "kind": "video" })),
        ("photo", json!({ "photos": [] })),
        ("text", json!({ "text": "here it is" })),
    ];
    let mut told = Vec::new();
    for (kind, what) in wrong {
        person.sends(kind, what).await;
        told.push(person.sees("the question again", |message| message.button("back|").is_some()).await.text);
    }
    assert!(told.iter().all(|text| *text != question.text), "each is told why: {told:#?}");
    told.sort();
    told.dedup();
    assert!(told.len() >= 4, "a document, a video, a big file and nothing at all are different things: {told:#?}");
    person.sends_photo().await;
    let next = person.sees("the next question", |message| message.button("back|").is_some()).await;
    assert!(!told.contains(&next.text), "the photo was taken");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn malformed_and_unknown_updates_stop_nobody() {
    let world = World::running().await;
    let (mut person, _) = at_the_first_question(&world).await;
    let malformed = [
        json!({}),
        json!({ "message": 5 }),
        json!({ "message": { "chat": {} } }),
        json!({ "callback_query": { "id": "x" } }),
        json!({ "poll_answer": { "poll_id": "1" } }),
        json!({ "message": { "message_id": 1, "date": 0, "chat": { "id": person.id, "type": "private" }, "rich_text": { "blocks": [1] } } }),
    ];
    for update in malformed {
        world.door.post("/sim/updates", json!({ "update": update })).await;
    }
    // The last one is a message, if of a kind from the future: it is answered, and the question stands below it.
    person.reads("not known").await;
    person.taps("pick|regular").await;
    person.sees("the next question", |message| message.button("pick|adult").is_some()).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_same_update_twice_is_one() {
    let world = World::running().await;
    let (mut person, question) = at_the_first_question(&world).await;
    let update = json!({
        "update_id": 5_000_000_000_i64,
        "message": {
            "message_id": 9_000, "date": 1_700_000_000, "text": "/help",
            "from": { "id": person.id, "is_bot": false, "first_name": "Clumsy", "language_code": "en" },
            "chat": { "id": person.id, "type": "private", "first_name": "Clumsy" },
        },
    });
    for _ in 0..2 {
        world.door.post("/sim/updates", json!({ "update": update })).await;
    }
    let help = person.sees("the help", |message| message.button("home|").is_some()).await;
    // What comes after both is answered after both: by then the help was shown once, or it never will be.
    person.says("/start").await;
    person.sees("the menu", |message| message.button("book|").is_some()).await;
    let shown = person.history().await.iter().filter_map(|event| event.shown()).filter(|message| message.text == help.text).count();
    assert_eq!(shown, 1, "one update, one answer");
    drop(question);
}
