//! Shows as they lie in the outbox: JSON with a version. Sealed and opened by the store, which knows nothing of them.

use antrean_chat::Show;
use serde::{Deserialize, Serialize};

/// The schema version this release writes and reads.
const VERSION: u32 = 1;

#[derive(Serialize, Deserialize)]
struct Wire<T> {
    v: u32,
    #[serde(flatten)]
    show: T,
}

pub(super) fn write(show: &Show) -> Vec<u8> {
    serde_json::to_vec(&Wire { v: VERSION, show }).expect("a show has string keys only")
}

/// Reads what [`write()`] wrote. The error says why it cannot be read here, and nothing of what is in it.
pub(super) fn read(wire: &[u8]) -> Result<Show, String> {
    #[derive(Deserialize)]
    struct Head {
        v: u32,
    }
    // The text of serde's error could quote the screen.
    let malformed = |error: serde_json::Error| format!("not a show of the expected shape (column {})", error.column());
    let Head { v } = serde_json::from_slice(wire).map_err(malformed)?;
    if v != VERSION {
        return Err(format!("schema version {v}, this release reads {VERSION}"));
    }
    serde_json::from_slice(wire).map(|Wire { show, .. }| show).map_err(malformed)
}

#[cfg(test)]
mod tests {
    use antrean_chat::{Action, How, Picture};

    use super::*;

    /// As version 1 wrote them: every way of showing, every button, and a picture.
    const RELEASED: [&str; 3] = [
        r#"{"v":1,"how":"live","screen":{"text":"<b>Tanggal</b>","buttons":[[{"label":"1","action":{"data":"1|5|9|day|1"}}]]}}"#,
        r#"{"v":1,"how":"below","screen":{"text":"Kode","buttons":[[{"label":"Salin","action":{"copy":"800123456789012"}}]]}}"#,
        r#"{"v":1,"how":"keep","screen":{"text":"Bukti","buttons":[[{"label":"Peta","action":{"url":"https://example.com"}}]],"picture":{"qr":"ANTREAN:1"}}}"#,
    ];

    #[test]
    fn shows_of_version_1_are_read_and_written_the_same() {
        let shows: Vec<Show> = RELEASED.iter().map(|wire| read(wire.as_bytes()).expect("a show of version 1")).collect();
        assert_eq!(shows.iter().map(|show| show.how).collect::<Vec<_>>(), [How::Live, How::Below, How::Keep]);
        assert!(matches!(&shows[1].screen.buttons[0][0].action, Action::Copy(code) if code == "800123456789012"));
        assert!(matches!(&shows[2].screen.picture, Some(Picture::Qr(_))));
        for (wire, show) in RELEASED.iter().zip(&shows) {
            assert_eq!(String::from_utf8(write(show)).as_deref(), Ok(*wire));
        }
    }

    #[test]
    fn a_show_of_a_future_version_is_named_not_guessed() {
        let future = RELEASED[0].replace("\"v\":1", "\"v\":2");
        assert_eq!(read(future.as_bytes()), Err("schema version 2, this release reads 1".to_owned()));
        assert!(read(b"{}").is_err_and(|reason| reason.starts_with("not a show")));
    }
}
