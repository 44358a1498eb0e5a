//! Payloads as they were released. They wait in streams and mailboxes while a release is replaced by the next: what one wrote,
//! all later ones read, or name the version they do not know. These files are added to, never changed.

use std::collections::BTreeSet;

use antrean_domain::job::BadPayload;
use antrean_domain::{Job, Outcome};
use serde_json::Value;

const JOBS: &str = include_str!("released/jobs-1.jsonl");
const OUTCOMES: &str = include_str!("released/outcomes-1.jsonl");

/// Every line is read, and written again as the same; every kind there is has a line.
#[track_caller]
fn check<T>(lines: &str, read: impl Fn(&str) -> Result<T, BadPayload>, write: impl Fn(&T) -> String, of: &[(&str, &str)]) {
    for line in lines.lines() {
        let payload = read(line).unwrap_or_else(|error| panic!("{line} is read no more: {error}"));
        let (mut released, mut written) = (json(line), json(&write(&payload)));
        // What is absent is written as nothing.
        for one in [&mut released, &mut written] {
            one.as_object_mut().expect("an object").retain(|_, value| !value.is_null());
        }
        assert_eq!(written, released, "it is written in another way: that is another version");
    }
    for (field, stub) in of {
        let found: BTreeSet<String> =
            lines.lines().filter_map(|line| json(line).pointer(field).and_then(Value::as_str).map(str::to_owned)).collect();
        let error = read(stub).err().map(|error| error.to_string()).expect("no such kind");
        // serde names all it knows: `unknown variant `?`, expected one of `hold`, `release` …`.
        let known: BTreeSet<String> = error.split('`').skip(3).step_by(2).map(str::to_owned).collect();
        assert!(known.len() > 1, "{error}");
        assert_eq!(found, known, "each has a line in the file");
    }
    for line in lines.lines() {
        for found in [2, 99] {
            let future = line.replace("\"v\":1", &format!("\"v\":{found}"));
            assert_eq!(read(&future).err(), Some(BadPayload::Version { found, known: 1 }), "{future}");
        }
    }
    // Of a future release nothing is known but where its version stands.
    assert_eq!(read(r#"{"kind":7,"v":3,"booking":[]}"#).err(), Some(BadPayload::Version { found: 3, known: 1 }));
    for garbage in ["", "{}", "[]", "null", r#"{"v":"1"}"#, r#"{"v":-1}"#, r#"{"v":1}"#] {
        assert!(matches!(read(garbage), Err(BadPayload::Malformed(_))), "{garbage:?}");
    }
}

fn json(text: &str) -> Value {
    serde_json::from_str(text).expect("JSON")
}

#[test]
fn jobs_of_version_1_are_read() {
    let booking = r#""booking":{"office":"JKTSEL","id":"01939f6f-d4f0-7a1c-8e2b-5d3c00000011"}"#;
    let reminder = format!(r#"{{"v":1,"kind":"remind",{booking},"of":{{"of":"?"}}}}"#);
    check(JOBS, Job::from_wire, Job::to_wire, &[("/kind", r#"{"v":1,"kind":"?"}"#), ("/of/of", &reminder)]);
}

#[test]
fn an_eve_of_version_1_is_read_in_its_brief_form() {
    let brief = "eve1 01939f6fd4f07a1c8e2b5d3c00000011 JKTSEL:2026-12-01:09:regular";
    let eve = JOBS.lines().find(|line| line.contains(r#""eve""#)).expect("an eve was released");
    let job = Job::from_wire(eve).expect("it is read");
    assert_eq!((job.to_brief().as_str(), Job::from_wire(brief)), (brief, Ok(job)));
    for bad in ["eve1 ", &brief[..40], &brief.replace(":regular", ":"), &brief.replace("d4f0", "d4f"), &format!("{brief} ")] {
        assert!(matches!(Job::from_wire(bad), Err(BadPayload::Malformed(_))), "{bad:?}");
    }
    assert!(matches!(Job::from_wire(&brief.replace("eve1", "eve2")), Err(BadPayload::Malformed(_))), "of the future: parked");
}

#[test]
fn outcomes_of_version_1_are_read() {
    let booking = r#""booking":{"office":"JKTSEL","id":"01939f6f-d4f0-7a1c-8e2b-5d3c00000011"}"#;
    let move_refused = format!(r#"{{"v":1,"kind":"not-rescheduled",{booking},"to":"JKTSEL:2026-12-08:10:regular","why":"?"}}"#);
    check(OUTCOMES, Outcome::from_wire, Outcome::to_wire, &[("/kind", r#"{"v":1,"kind":"?"}"#), ("/why", &move_refused)]);
}
