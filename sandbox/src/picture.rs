//! Pictures: how large one is, and making one where nobody has any at hand.

use jpeg_encoder::{ColorType, Encoder};

/// The largest side a generated picture may have; Telegram scales photos to 1280 anyway.
pub(crate) const SIDE_MAX: u16 = 4_096;

/// Width and height of a JPEG or PNG, from its header.
pub(crate) fn dimensions(bytes: &[u8]) -> Option<(u32, u32)> {
    if bytes.starts_with(b"\x89PNG\r\n\x1a\n") {
        let side = |at| Some(u32::from_be_bytes(bytes.get(at..at + 4)?.try_into().ok()?));
        return Some((side(16)?, side(20)?));
    }
    if !bytes.starts_with(&[0xff, 0xd8]) {
        return None;
    }
    let side = |at: usize| Some(u32::from(u16::from_be_bytes(bytes.get(at..at + 2)?.try_into().ok()?)));
    let mut at = 2;
    loop {
        let (0xff, marker) = (*bytes.get(at)?, *bytes.get(at + 1)?) else { return None };
        // A start of frame carries the size; C4, C8 and CC look alike but are not frames.
        if matches!(marker, 0xc0..=0xcf) && !matches!(marker, 0xc4 | 0xc8 | 0xcc) {
            return Some((side(at + 7)?, side(at + 5)?));
        }
        at += 2 + usize::try_from(side(at + 2)?).ok()?;
    }
}

/// A JPEG of this size that looks like a photographed card. With `bytes` it is padded to that many (if it is smaller):
/// decoders ignore what follows the end of the image.
pub(crate) fn generate(width: u16, height: u16, bytes: Option<usize>) -> Vec<u8> {
    let (width, height) = (width.clamp(1, SIDE_MAX), height.clamp(1, SIDE_MAX));
    let mut pixels = Vec::with_capacity(usize::from(width) * usize::from(height) * 3);
    for y in 0..height {
        for x in 0..width {
            pixels.extend(colour(f32::from(x) / f32::from(width), f32::from(y) / f32::from(height)));
        }
    }
    let mut jpeg = Vec::new();
    Encoder::new(&mut jpeg, 85)
        .encode(&pixels, width, height, ColorType::Rgb)
        .expect("the buffer has three bytes per pixel and a Vec takes all writes");
    jpeg.resize(bytes.unwrap_or(0).max(jpeg.len()), 0);
    jpeg
}

/// The colour at a point between (0, 0) and (1, 1): a desk, a card on it, a portrait and lines of writing on the card.
fn colour(x: f32, y: f32) -> [u8; 3] {
    let inside = |x0: f32, y0: f32, x1: f32, y1: f32| x >= x0 && x < x1 && y >= y0 && y < y1;
    if !inside(0.07, 0.12, 0.93, 0.88) {
        return shade([120, 96, 76], y);
    }
    if inside(0.68, 0.30, 0.87, 0.74) {
        let (dx, head, shoulders) = ((x - 0.775) / 0.075, (y - 0.44) / 0.10, (y - 0.76) / 0.20);
        let person = dx * dx + head * head < 0.55 || dx * dx + shoulders * shoulders < 1.0;
        return if person { [70, 74, 92] } else { [196, 64, 58] };
    }
    let writing = [(0.34, 0.60), (0.43, 0.52), (0.52, 0.57), (0.61, 0.46), (0.70, 0.54)];
    let is_line = |&(top, right): &(f32, f32)| inside(0.13, top, right, top + 0.035);
    if inside(0.25, 0.18, 0.75, 0.23) || writing.iter().any(is_line) {
        return [44, 62, 92];
    }
    shade([170, 205, 226], x)
}

fn shade(colour: [u8; 3], by: f32) -> [u8; 3] {
    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "a colour times a factor up to 1")]
    colour.map(|part| (f32::from(part) * (1.0 - 0.18 * by)) as u8)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_generated_picture_has_the_size_asked_for() {
        let jpeg = generate(320, 200, Some(50_000));
        assert_eq!(dimensions(&jpeg), Some((320, 200)));
        assert_eq!(jpeg.len(), 50_000);
        assert_eq!(dimensions(b"%PDF-1.7"), None);
    }
}
