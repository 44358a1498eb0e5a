//! What others build on: commands, exit codes, the environment, and what each role says and ends with.

use antrean_rig::{Durability, Flood, Process, Redis, Wishes, World, run};

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_a_role_lacks_is_named_with_what_it_should_be() {
    let world = World::new(Flood::Unlimited).await;
    let needs: [(&str, &[&str]); 4] = [
        ("run", &["REDIS_URL", "TELOXIDE_TOKEN", "ANTREAN_SEAL_KEY", "ANTREAN_SNAP_SECRET"]),
        ("bot", &["REDIS_URL", "TELOXIDE_TOKEN", "ANTREAN_SEAL_KEY"]),
        ("worker", &["REDIS_URL"]),
        ("web", &["REDIS_URL", "ANTREAN_SNAP_CLIENT_ID", "ANTREAN_SNAP_PUBLIC_KEY"]),
    ];
    for (role, names) in needs {
        for name in names {
            let mut environment = world.environment();
            environment.remove(name);
            let refused = run(&environment, &[role]).await;
            assert_eq!(refused.code, 2, "{role} without {name}: {refused:?}");
            assert!(refused.stderr.contains(&format!("{name} is not set, it should be")), "{role}: {}", refused.stderr);
        }
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_is_wrong_is_named_too_and_no_secret_is_shown() {
    let world = World::new(Flood::Unlimited).await;
    let wrong = [
        ("REDIS_URL", "localhost"),
        ("TELOXIDE_TOKEN", "hunter2"),
        ("TELEGRAM_API_URL", "not an address"),
        ("ANTREAN_SEAL_KEY", "aHVudGVyMg=="),
        ("ANTREAN_CLOCK", "fast"),
        ("ANTREAN_HTTP_ADDR", "8080"),
        ("ANTREAN_SNAP_PUBLIC_KEY", "hunter2"),
        ("ANTREAN_SNAP_PRIVATE_KEY", "hunter2"),
        ("ANTREAN_SNAP_PARTNER_ID", "eight"),
        ("ANTREAN_BANK_URL", "not an address"),
        ("ANTREAN_WATERMARK_FILE", "/nowhere/watermark.json"),
        ("ANTREAN_CONFIG", "/nowhere"),
        ("RUST_LOG", "=[="),
    ];
    for (name, value) in wrong {
        let mut environment = world.environment();
        environment.insert(name, value.to_owned());
        let refused = run(&environment, &["run"]).await;
        assert_eq!(refused.code, 2, "{name}={value}: {refused:?}");
        assert!(refused.stderr.contains(name), "{name}={value}: {}", refused.stderr);
    }
    let mut environment = world.environment();
    environment.insert("TELOXIDE_TOKEN", "hunter2".to_owned());
    assert!(!run(&environment, &["bot"]).await.stderr.contains("hunter2"));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn usage_that_means_nothing_ends_with_two() {
    let world = World::new(Flood::Unlimited).await;
    for arguments in [&["dance"][..], &["worker", "--only", "sleep"], &["quota", "open"], &["jobs", "show"], &["broadcast"]] {
        let refused = run(&world.environment(), arguments).await;
        assert_eq!(refused.code, 2, "{arguments:?}: {refused:?}");
        assert!(!refused.stderr.is_empty(), "{arguments:?} is explained");
    }
    assert_eq!(run(&world.environment(), &["--version"]).await.code, 0);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn every_role_says_when_it_is_ready_and_drains_when_told_to_stop() {
    let mut world = World::new(Flood::Unlimited).await;
    for role in [&["bot"][..], &["worker"], &["worker", "--only", "hi,expire"], &["web"], &["run"]] {
        let mut process = Process::start(&world.environment(), role).await;
        let ended = process.terminate().await;
        assert_eq!(ended.code(), Some(0), "{role:?}:\n{}", process.tail());
    }
    // Nothing of it is needed for the next to work.
    world.start(&["run"]).await;
    world.open_quota("JKTSEL", 1).await;
    let mut person = world.person("Patient", "en").await;
    person.books(&Wishes::default()).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_operator_is_told_what_to_put_right() {
    let world = World::new(Flood::Unlimited).await;
    let open = |changed: (&'static str, &'static str)| {
        let mut arguments = vec!["quota", "open"];
        let usual = [
            ("--office", "JKTSEL"),
            ("--class", "regular"),
            ("--from", "2026-12-01"),
            ("--to", "2026-12-04"),
            ("--hours", "08-15"),
            ("--capacity", "10"),
        ];
        for (name, value) in usual {
            arguments.extend([name, if name == changed.0 { changed.1 } else { value }]);
        }
        arguments
    };
    let wrong = [
        ("--office", "NOWHERE"),
        ("--class", "royal"),
        ("--from", "01-12-2026"),
        ("--to", "2026-11-30"),
        ("--hours", "15-08"),
        ("--hours", "8 to 15"),
        ("--capacity", "many"),
    ];
    for changed in wrong {
        let refused = world.operator(&open(changed)).await;
        assert_ne!(refused.code, 0, "{changed:?}: {refused:?}");
        assert!(refused.stderr.contains(changed.1) || refused.stderr.contains(changed.0), "{changed:?}: {}", refused.stderr);
    }
    let (from, to) = (world.day(1).await, world.day(10).await);
    world.open_quota_on("JKTSEL", from, to, "08-15", 10).await;
    let month = from.format("%Y-%m").to_string();
    let shown = world.operator(&["quota", "show", "--office", "JKTSEL", "--month", &month]).await;
    assert_eq!(shown.code, 0, "{shown:?}");
    world.operator(&["quota", "show", "--office", "JKTSEL", "--month", &month, "--json"]).await.json();
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_doctor_names_each_thing_and_refuses_a_steered_clock() {
    let world = World::new(Flood::Unlimited).await;
    let steered = world.operator(&["doctor"]).await;
    assert_eq!(steered.code, 1, "a steered clock is for tests: {steered:?}");
    let mut environment = world.environment();
    environment.insert("ANTREAN_CLOCK", "system".to_owned());
    let sound = run(&environment, &["doctor"]).await;
    assert_eq!(sound.code, 0, "{}", sound.stdout);
    environment.insert("TELOXIDE_TOKEN", "1:another-token".to_owned());
    assert_eq!(run(&environment, &["doctor"]).await.code, 1, "the token is tried");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_doctor_refuses_a_redis_that_could_forget() {
    let world = World::new(Flood::Unlimited).await;
    let forgetful = Redis::start_with(Durability::Off).await;
    let mut environment = world.environment();
    environment.insert("ANTREAN_CLOCK", "system".to_owned());
    environment.insert("REDIS_URL", forgetful.url());
    let refused = run(&environment, &["doctor"]).await;
    assert_eq!(refused.code, 1, "{}", refused.stdout);
    assert!(refused.stdout.contains("append"), "it says what to turn on: {}", refused.stdout);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn machines_can_read_what_operators_read() {
    let world = World::running().await;
    world.open_quota("JKTSEL", 1).await;
    let mut person = world.person("Readable", "en").await;
    person.books(&Wishes::default()).await;

    assert_eq!(world.operator(&["audit", "--json"]).await.json()["clean"], true);
    world.operator(&["jobs", "list", "--json"]).await.json();
    let [booking] = &world.bookings(&[]).await[..] else { panic!("one booking was made") };
    let shown = booking.to_string();
    let wishes = Wishes::default();
    assert!(!shown.contains(wishes.nik) && !shown.contains(wishes.name), "personal data is masked: {shown}");
    assert!(!shown.contains(&person.id.to_string()), "so is the chat: {shown}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_journal_tells_what_happened_to_a_booking_and_to_whom_it_tells_not() {
    let world = World::running().await;
    world.open_quota("JKTSEL", 1).await;
    let mut person = world.person("Chronicled", "en").await;
    let bill = person.books(&Wishes::default()).await;
    person.pays(&bill).await;

    let [booking] = &world.bookings(&[]).await[..] else { panic!("one booking was made") };
    let id = booking["booking"].as_str().expect("a booking has an id");
    let told = world.operator(&["journal", "--booking", id, "--json"]).await;
    assert_eq!(told.code, 0, "{told:?}");
    let lines: Vec<serde_json::Value> = told.stdout.lines().map(|line| serde_json::from_str(line).expect("an object a line")).collect();
    let words: Vec<_> = lines.iter().filter_map(|line| line["what"].as_str()).collect();
    assert_eq!(words, ["hold", "bill", "payment", "pay"]);
    assert_eq!((&lines[3]["state"], &lines[2]["paid"]), (&"paid".into(), &bill.amount.into()));
    assert!(!told.stdout.contains(&bill.code) && !told.stdout.contains(&person.id.to_string()), "masked: {}", told.stdout);

    let all = world.operator(&["journal"]).await;
    assert!(all.stdout.contains("quota: ") && all.stdout.contains(id), "{all:?}");
    let none = world.operator(&["journal", "--after", "1000", "--json"]).await;
    assert_eq!((none.code, none.stdout.as_str()), (0, ""));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn health_and_metrics_are_served() {
    let mut world = World::running().await;
    for path in ["/healthz", "/readyz"] {
        assert_eq!(status(&world, path).await, 200, "{path}");
    }
    let metrics = reqwest::get(format!("{}/metrics", world.web())).await.expect("the web role answers");
    let metrics = metrics.text().await.expect("it answers in text");
    assert!(metrics.contains("antrean_stream_entries") && metrics.contains("antrean_redis_up 1"), "{metrics}");
    world.redis.crash_and_restart().await;
    assert_eq!(status(&world, "/healthz").await, 200, "a process without its Redis is still alive");
}

async fn status(world: &World, path: &str) -> u16 {
    let answer = reqwest::get(format!("{}{path}", world.web())).await.expect("the web role answers");
    answer.status().as_u16()
}
