//! Pictures drawn for a message: QR codes, as PNG.

use qrcode::{Color, EcLevel, QrCode};

/// Pixels to a module. Eight: a phone's camera reads it off a screen at arm's length.
const SCALE: usize = 8;
/// Modules of white around the code: ISO/IEC 18004 asks for four.
const QUIET: usize = 4;

/// The text is too long for a QR code, or the picture could not be written.
#[derive(Debug, thiserror::Error)]
pub(super) enum BadPicture {
    #[error("no QR code holds this text: {0}")]
    Code(#[from] qrcode::types::QrError),
    #[error("the picture cannot be written: {0}")]
    Png(#[from] png::EncodingError),
}

/// `text` as a QR code, black on white.
pub(super) fn qr_png(text: &str) -> Result<Vec<u8>, BadPicture> {
    let code = QrCode::with_error_correction_level(text, EcLevel::M)?;
    let side = (code.width() + 2 * QUIET) * SCALE;
    let mut pixels = vec![u8::MAX; side * side];
    for (at, _) in code.to_colors().iter().enumerate().filter(|(_, color)| **color == Color::Dark) {
        let (left, top) = ((at % code.width() + QUIET) * SCALE, (at / code.width() + QUIET) * SCALE);
        for row in pixels.chunks_exact_mut(side).skip(top).take(SCALE) {
            row[left..left + SCALE].fill(0);
        }
    }
    encode(&pixels, side)
}

fn encode(pixels: &[u8], side: usize) -> Result<Vec<u8>, BadPicture> {
    let side = u32::try_from(side).expect("the largest QR code has 177 modules");
    let mut file = Vec::new();
    let mut encoder = png::Encoder::new(&mut file, side, side);
    encoder.set_color(png::ColorType::Grayscale);
    encoder.set_depth(png::BitDepth::Eight);
    let mut writer = encoder.write_header()?;
    writer.write_image_data(pixels)?;
    writer.finish()?;
    Ok(file)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_code_has_a_quiet_zone_and_three_finders() {
        let file = qr_png("ANTREAN:0A1B2C3D").expect("a picture");
        let mut reader = png::Decoder::new(std::io::Cursor::new(file)).read_info().expect("a png");
        let mut pixels = vec![0; reader.output_buffer_size().expect("a size")];
        let frame = reader.next_frame(&mut pixels).expect("a frame");
        let side = frame.width as usize;
        let dark = |x: usize, y: usize| pixels[y * side + x] == 0;
        let edge = QUIET * SCALE;
        assert!(!dark(edge - 1, edge) && !dark(0, 0));
        for (x, y) in [(edge, edge), (side - edge - 1, edge), (edge, side - edge - 1)] {
            assert!(dark(x, y));
        }
    }

    #[test]
    fn a_text_that_fits_no_code_is_refused() {
        assert!(qr_png(&"9".repeat(8_000)).is_err());
    }
}
