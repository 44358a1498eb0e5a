//! Turn: takes a chat that has mail through the conversation, and commits all that follows from it at once.
//!
//! Wakes on: the stream of chats that are ready. Reads: the head of the mailbox, the dialogue, and of the ledger
//! what a step asks for. Writes, in one script: the dialogue, screens into the outbox, jobs onto the hop, the mailbox
//! trimmed. Safe twice because: the commit is refused when the entry or the dialogue is no longer the one read, and
//! the step is a pure function, so that doing it again gives the same. Only the answer to a tap goes out before the
//! commit; it shows nothing that is not also in a screen.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;

use antrean_chat::{Answers, Arrival, BadDialogue, Dialogue, Facts, Input, Lang, Next, Order, Person, Query, Show, Step, Toast};
use antrean_domain::{BookingId, ChatId, Job, Millis};
use antrean_store::{ChatShard, Commit, Mail, SealError, StoreError, Turn};
use futures_util::future::join_all;
use metrics::{counter, histogram};
use teloxide::payloads::{AnswerCallbackQuery, AnswerCallbackQuerySetters};
use tokio_util::sync::CancellationToken;
use tracing::Instrument;
use uuid::{NoContext, Timestamp, Uuid};

use super::message::Trouble;
use super::update::{Envelope, Understood};
use super::{Bot, backoff, order, shows};

/// Chats taken at once by one reader. Their commits share an fsync; more would make the first wait for the last.
const CHATS: usize = 8;
/// After this long Telegram no longer takes the answer to a tap (measured, about 15 seconds).
const TAP_MS: Millis = 15_000;
/// A step asks for every month of the calendar (twelve at the most) until one has a free day, the bookings and an
/// application. More means a loop.
const QUERIES_MAX: usize = 16;
/// A fault that is not the connection's comes back every time: after so many the message is parked.
const FAULTS_MAX: u32 = 5;

pub(super) async fn run(bot: Arc<Bot>, shard: ChatShard, shutdown: CancellationToken) {
    let mut failures = 0;
    while !shutdown.is_cancelled() {
        match read(&bot, shard, &shutdown).await {
            Ok(()) => failures = 0,
            Err(error) => {
                failures += 1;
                tracing::warn!(%error, "chats with mail cannot be read");
                backoff::wait(backoff::delay(failures), &shutdown).await;
            }
        }
    }
}

async fn read(bot: &Arc<Bot>, shard: ChatShard, shutdown: &CancellationToken) -> Result<(), StoreError> {
    let mut reader = bot.store.turns(shard.0).await?;
    while !shutdown.is_cancelled() {
        let turns = reader.next(CHATS).await?;
        join_all(turns.iter().map(|turn| {
            let span = tracing::info_span!("turn", chat = bot.tag(turn.chat), alone = turn.alone);
            serve(bot, turn, shutdown).instrument(span)
        }))
        .await;
    }
    Ok(())
}

/// Serves one chat, however long Redis is away. A turn given up on shutdown is taken by the next process.
async fn serve(bot: &Arc<Bot>, turn: &Turn, shutdown: &CancellationToken) {
    let started = std::time::Instant::now();
    let mut failures = 0_u32;
    loop {
        let Err(error) = serve_once(bot, turn).await else { break };
        failures += 1;
        // Of a long absence every chat in hand would tell every second: 1, 2, 4, 8 … are enough.
        if failures.is_power_of_two() {
            tracing::warn!(%error, failures, "a turn failed");
        }
        if !error.is_transient() && failures >= FAULTS_MAX {
            park(bot, turn, &error.to_string()).await;
            break;
        }
        backoff::wait(backoff::soon(failures), shutdown).await;
        if shutdown.is_cancelled() {
            return;
        }
    }
    histogram!("antrean_turn_seconds").record(started.elapsed());
}

async fn serve_once(bot: &Arc<Bot>, turn: &Turn) -> Result<(), StoreError> {
    let dialogue = match dialogue(turn) {
        Ok(dialogue) => dialogue,
        Err(reason) => {
            // Not committed, so the entry stays pending and is claimed again, once a lease, until such a process has it.
            tracing::error!(reason, "a chat waits for a process that can read its dialogue");
            counter!("antrean_dialogues_foreign_total").increment(1);
            return Ok(());
        }
    };
    // One that was reclaimed goes message by message, so that whatever brings a process down ends up alone at the head.
    let most = if turn.alone { 1 } else { usize::MAX };
    let mut unfit = None;
    let mut messages = Vec::new();
    for mail in turn.mail.iter().take(most) {
        match understand(mail) {
            Ok(message) => messages.push(message),
            Err(reason) => {
                unfit = Some(reason);
                break;
            }
        }
    }
    let as_done = order::by_update(&messages.iter().map(|message| message.arrival.map(|arrival| arrival.update)).collect::<Vec<_>>());
    let mut fold = Fold::of(bot, turn.chat, &dialogue, &messages, &as_done).await?;
    if fold.unfit.is_some() && !as_done.is_sorted() {
        // What was taken may not be the mailbox's head: once more, as it lies there.
        let as_lies: Vec<usize> = (0..messages.len()).collect();
        fold = Fold::of(bot, turn.chat, &dialogue, &messages, &as_lies).await?;
    }
    // What came before an unfit one is committed first; it is the head of the next turn.
    if let Some(reason) = fold.unfit.or(unfit).filter(|_| fold.taken == 0) {
        park(bot, turn, &reason).await;
        return Ok(());
    }
    let commit = Commit { taken: fold.taken, dialogue: &fold.dialogue.save(), shows: wire(&fold.shows), jobs: fold.jobs };
    // Done, or stale: then someone else has served the chat, or does now.
    bot.store.commit(turn, commit).await.map(drop)
}

/// Puts the head message aside, visibly, so that the chat goes on without it.
async fn park(bot: &Bot, turn: &Turn, reason: &str) {
    tracing::error!(reason, "a message is parked: see antrean jobs list");
    if let Err(error) = bot.store.park_head(turn, reason).await {
        // It stays at the head, and parking it is tried again by the next turn.
        tracing::warn!(%error, "the message could not be parked");
    }
}

/// What the messages of one turn amount to.
struct Fold {
    dialogue: Dialogue,
    taken: usize,
    shows: Vec<Show>,
    jobs: Vec<Job>,
    /// Why the message after those taken can never be.
    unfit: Option<String>,
}

/// A message, understood.
struct Message {
    /// Absent for what the crew answers.
    arrival: Option<Arrival>,
    input: Input,
    person: Option<Person>,
    /// The id to answer a tap by.
    callback: Option<String>,
}

impl Fold {
    /// Takes `messages` of `chat` in this order, up to the first that is unfit.
    async fn of(bot: &Arc<Bot>, chat: ChatId, dialogue: &Dialogue, messages: &[Message], order: &[usize]) -> Result<Self, StoreError> {
        let mut fold = Self { dialogue: dialogue.clone(), taken: 0, shows: Vec::new(), jobs: Vec::new(), unfit: None };
        for place in order {
            fold.unfit = fold.take(bot, chat, &messages[*place]).await?.err();
            if fold.unfit.is_some() {
                break;
            }
        }
        Ok(fold)
    }

    /// Takes one more message of `chat`. The inner error says why it can never be taken.
    async fn take(&mut self, bot: &Arc<Bot>, chat: ChatId, message: &Message) -> Result<Result<(), String>, StoreError> {
        let step = match stepped(bot, chat, &self.dialogue, message).await? {
            Ok(step) => step,
            Err(reason) => return Ok(Err(reason)),
        };
        if let Some((callback, arrival)) = message.callback.clone().zip(message.arrival) {
            answer_tap(bot, callback, arrival.received, step.toast);
        }
        for order in step.jobs {
            self.jobs.push(job(bot, order)?);
        }
        self.dialogue = step.dialogue;
        self.shows.extend(step.shows);
        self.taken += 1;
        Ok(Ok(()))
    }
}

/// The saved dialogue, or a new one in the language of whoever writes. The error says why it cannot be read *here*: what
/// another release wrote, or sealed with another key, is not ours to replace.
fn dialogue(turn: &Turn) -> Result<Dialogue, String> {
    let person = turn.mail.iter().find_map(|mail| understand(mail).ok()?.person);
    let lang = Lang::of_code(person.and_then(|person| person.language_code).as_deref());
    let damage = match &turn.dialogue {
        None => return Ok(Dialogue::new(lang)),
        Some(Ok(saved)) => match Dialogue::load(saved) {
            Ok(dialogue) => return Ok(dialogue),
            Err(foreign @ BadDialogue::Version(_)) => return Err(foreign.to_string()),
            Err(damage) => damage.to_string(),
        },
        Some(Err(foreign @ SealError::UnknownKey(_))) => return Err(foreign.to_string()),
        Some(Err(damage)) => damage.to_string(),
    };
    tracing::error!(damage, "a dialogue begins anew");
    counter!("antrean_dialogues_lost_total").increment(1);
    Ok(Dialogue::fresh_after_loss(lang))
}

fn understand(mail: &Mail) -> Result<Message, String> {
    match mail {
        Mail::Update(bytes) => {
            let update = Envelope::open(bytes).map_err(|error| error.to_string())?;
            tracing::debug!(update.id = update.arrival.update, "an update");
            let Understood { arrival, input, person, callback } = update;
            Ok(Message { arrival: Some(arrival), input, person, callback })
        }
        Mail::Outcome(outcome) => Ok(Message { arrival: None, input: Input::Outcome(outcome.clone()), person: None, callback: None }),
        Mail::Unreadable { reason } => Err(reason.clone()),
    }
}

/// Steps through `message`, fetching whatever the step needs to know. The inner error says why it cannot be stepped.
async fn stepped(bot: &Bot, chat: ChatId, dialogue: &Dialogue, message: &Message) -> Result<Result<Box<Step>, String>, StoreError> {
    let now = bot.store.clock().now_ms();
    let mut facts = Facts {
        chat,
        now,
        offices: &bot.offices,
        terms: &bot.terms,
        calendar: &bot.calendar,
        texts: &bot.texts,
        person: message.person.as_ref(),
        arrival: message.arrival,
        fresh: fresh_id(now),
        answers: Answers::default(),
    };
    for _ in 0..=QUERIES_MAX {
        // A panic is a fault in this program, met by one message of one chat. The others must not notice.
        match catch_unwind(AssertUnwindSafe(|| antrean_chat::step(dialogue, &message.input, &facts))) {
            Ok(Next::Step(step)) => return Ok(Ok(step)),
            Ok(Next::Need(query)) => ask(bot, query, &mut facts.answers).await?,
            Err(_) => return Ok(Err("the conversation panicked, see the log".to_owned())),
        }
    }
    Ok(Err(format!("the conversation asked for more than {QUERIES_MAX} facts")))
}

async fn ask(bot: &Bot, query: Query, answers: &mut Answers) -> Result<(), StoreError> {
    match query {
        Query::Month { office, class, month } => answers.months.push(bot.store.month(&office, class, month).await?),
        Query::Bookings(bookings) => {
            let found = bot.store.bookings(&bookings).await?;
            answers.bookings = Some(found.into_iter().flatten().collect());
        }
        Query::Application(booking) => {
            let application = bot.store.application(&booking).await?;
            answers.application = Some((booking, application));
        }
    }
    Ok(())
}

/// The job an order stands for. What is personal is sealed here, before it leaves memory.
fn job(bot: &Bot, order: Order) -> Result<Job, StoreError> {
    match order {
        Order::Job(job) => Ok(job),
        Order::Bill { booking, seq, amount, application } => {
            let application = bot.store.seal_application(&application)?;
            Ok(Job::Bill { booking, seq, amount, application })
        }
    }
}

/// Answers a tap at once, with or without words: the button turns until it is answered. Best effort: an answer
/// that does not arrive costs a person a turning button, nothing else.
fn answer_tap(bot: &Arc<Bot>, callback: String, received: Millis, toast: Option<Toast>) {
    if bot.store.clock().now_ms() - received > TAP_MS {
        counter!("antrean_taps_too_late_total").increment(1);
        return;
    }
    let mut answer = AnswerCallbackQuery::new(teloxide::types::CallbackQueryId(callback));
    if let Some(Toast { text, alert }) = toast {
        answer = answer.text(text).show_alert(alert);
    }
    let bot = Arc::clone(bot);
    tokio::spawn(async move {
        let end = match bot.client.call(&answer).await {
            Ok(_) => "sent",
            Err(failure) => {
                tracing::debug!(%failure, "a tap was not answered");
                Trouble::from(failure).word()
            }
        };
        counter!("antrean_sends_total", "class" => "tap", "end" => end).increment(1);
    });
}

fn wire(shows: &[Show]) -> Vec<Vec<u8>> {
    shows.iter().map(shows::write).collect()
}

/// An id for a booking that may begin now.
fn fresh_id(now_ms: Millis) -> BookingId {
    let now_ms = now_ms.unsigned_abs();
    let nanos = u32::try_from(now_ms % 1_000 * 1_000_000).expect("less than a second of nanoseconds fits");
    BookingId::new(Uuid::new_v7(Timestamp::from_unix(NoContext, now_ms / 1_000, nanos)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ids_sort_by_the_moment_they_are_made() {
        let (early, late) = (fresh_id(1_795_000_000_999), fresh_id(1_795_000_001_000));
        assert!(early < late);
        assert_ne!(fresh_id(5), fresh_id(5));
    }

    #[test]
    fn mail_that_cannot_be_read_is_named_not_lost() {
        let reason = "the seal is broken".to_owned();
        assert_eq!(understand(&Mail::Unreadable { reason: reason.clone() }).err(), Some(reason));
        assert!(understand(&Mail::Update(b"{}".to_vec())).is_err());
    }

    #[test]
    fn a_dialogue_that_others_can_read_is_not_replaced() {
        let read = |saved| {
            let (ready, consumer, mail) = ("1-0".to_owned(), "turn-1".to_owned(), Vec::new());
            dialogue(&Turn { shard: 0, chat: ChatId(7), ready, consumer, rev: 1, dialogue: Some(saved), mail, alone: false })
        };
        assert!(read(Ok(br#"{"v":99}"#.to_vec())).is_err_and(|reason| reason.contains("version 99")));
        assert!(read(Err(SealError::UnknownKey("0a0b0c0d".to_owned()))).is_err_and(|reason| reason.contains("0a0b0c0d")));
        // Nobody can read what is damaged: the person is told, and begins anew.
        assert!(read(Ok(b"?".to_vec())).is_ok() && read(Err(SealError::Broken)).is_ok());
    }
}
