//! What happens to people while processes and Redis die under them: nothing.

use futures_util::future::join_all;

use antrean_rig::{Flood, Person, Wishes, World};

const PEOPLE: usize = 50;
/// Enough to hit every kind of process several times; more would only make the test longer.
const KILLS: usize = 24;

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn fifty_people_book_while_bots_and_workers_are_killed() {
    let mut world = World::with_settings(Flood::Unlimited, "[engine]\nlease_ms = 2_000\n").await;
    world.open_quota("JKTSEL", 100).await;
    let roles: [&[&str]; 5] = [&["bot"], &["worker"], &["bot"], &["worker"], &["web"]];
    for role in roles {
        world.start(role).await;
    }
    let people = invite(&world, PEOPLE).await;
    let booking = join_all(people.into_iter().map(books_and_pays));
    tokio::pin!(booking);

    // The web role lives: the bank repeats what got no answer, and that is its own test.
    let victims = roles.len() - 1;
    let mut killed = 0;
    let codes = loop {
        let next = killed % victims;
        tokio::select! {
            codes = &mut booking => break codes,
            () = world.door.sees_acts(30), if killed < KILLS => {
                world.kill_and_restart(next, roles[next]).await;
                killed += 1;
            }
        }
    };
    assert!(killed >= victims, "only {killed} processes were killed: the people were too quick for the test to mean anything");
    all_ended_right(&world, &codes).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn redis_crashes_in_the_middle_and_nothing_is_lost() {
    let mut world = World::with_settings(Flood::Unlimited, "[engine]\nlease_ms = 2_000\n").await;
    world.open_quota("JKTSEL", 100).await;
    for role in [["bot"], ["worker"], ["web"]] {
        world.start(&role).await;
    }
    let people = invite(&world, 15).await;
    let booking = join_all(people.into_iter().map(books_and_pays));
    tokio::pin!(booking);

    let mut crashes = 0;
    let codes = loop {
        tokio::select! {
            codes = &mut booking => break codes,
            () = world.door.sees_acts(60), if crashes < 3 => {
                world.redis.crash_and_restart().await;
                crashes += 1;
            }
        }
    };
    assert_eq!(crashes, 3, "Redis was to crash in the middle");
    for process in world.processes() {
        assert!(process.is_running(), "processes recover by themselves:\n{}", process.tail());
    }
    all_ended_right(&world, &codes).await;
}

pub(crate) async fn invite(world: &World, people: usize) -> Vec<Person> {
    join_all((0..people).map(|at| async move { world.person(&format!("Guest {at}"), "en").await })).await
}

pub(crate) async fn books_and_pays(mut person: Person) -> String {
    let bill = person.books(&Wishes::default()).await;
    person.pays(&bill).await;
    bill.code
}

/// Every bill is another one, every booking is paid, and the recount agrees.
pub(crate) async fn all_ended_right(world: &World, codes: &[String]) {
    let mut distinct = codes.to_vec();
    distinct.sort();
    distinct.dedup();
    assert_eq!(distinct.len(), codes.len(), "no code was given twice");
    let bookings = world.bookings(&[]).await;
    let paid = bookings.iter().filter(|booking| booking["state"] == "paid").count();
    assert_eq!(paid, codes.len(), "everybody who paid has a paid booking: {bookings:#?}");
    let left = bookings.iter().filter(|booking| booking["state"] == "billed" || booking["state"] == "held").count();
    assert_eq!(left, 0, "nobody has a second booking on the way");
    let dead = world.operator(&["jobs", "list", "--json"]).await;
    assert_eq!(dead.code, 0, "{dead:?}");
    world.is_sound().await;
}
