//! Sealing: nothing personal enters Redis in the clear. Updates, dialogues, screens and applications are sealed
//! here with ChaCha20-Poly1305 and bound to their purpose, so that one cannot be read as the other.
//!
//! A sealed text is `key id (4 bytes) · nonce (12) · ciphertext and tag`. The key id is cut from the key's hash:
//! several keys may be known at once, the first seals and all of them open, which is how a key is changed.

use std::sync::Arc;

use ring::aead::{Aad, CHACHA20_POLY1305, LessSafeKey, NONCE_LEN, Nonce, UnboundKey};
use ring::digest;

const KEY_ID_LEN: usize = 4;

/// The keys. Cheap to clone.
#[derive(Clone)]
pub struct Seal {
    keys: Arc<[Key]>,
}

struct Key {
    id: [u8; KEY_ID_LEN],
    key: LessSafeKey,
}

#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum SealError {
    #[error("sealed with a key this role does not have (key id {0})")]
    UnknownKey(String),
    #[error("the seal is broken: damaged, or sealed for another purpose")]
    Broken,
}

impl Seal {
    /// Seals and opens with `key`.
    pub fn new(key: [u8; 32]) -> Self {
        Self::with_former(key, &[])
    }

    /// Seals with `key`; opens what `former` keys sealed as well.
    pub fn with_former(key: [u8; 32], former: &[[u8; 32]]) -> Self {
        let keys = std::iter::once(&key).chain(former).map(Key::new).collect();
        Self { keys }
    }

    /// `plain`, readable only with the key and only for `purpose`.
    pub fn seal(&self, purpose: &str, plain: &[u8]) -> Vec<u8> {
        let current = &self.keys[0];
        // 96 random bits a message: a repeat becomes likely only after some 2^48 of them under one key.
        let nonce: [u8; NONCE_LEN] = rand::random();
        let mut sealed = Vec::with_capacity(KEY_ID_LEN + NONCE_LEN + plain.len() + CHACHA20_POLY1305.tag_len());
        sealed.extend_from_slice(&current.id);
        sealed.extend_from_slice(&nonce);
        sealed.extend_from_slice(plain);
        let tag = current
            .key
            .seal_in_place_separate_tag(Nonce::assume_unique_for_key(nonce), Aad::from(purpose), &mut sealed[KEY_ID_LEN + NONCE_LEN..])
            .expect("a message is far below ChaCha20's limit of 256 GB");
        sealed.extend_from_slice(tag.as_ref());
        sealed
    }

    /// What was sealed for `purpose`.
    pub fn open(&self, purpose: &str, sealed: &[u8]) -> Result<Vec<u8>, SealError> {
        let (id, rest) = sealed.split_first_chunk::<KEY_ID_LEN>().ok_or(SealError::Broken)?;
        let (nonce, ciphertext) = rest.split_first_chunk::<NONCE_LEN>().ok_or(SealError::Broken)?;
        let key = self.keys.iter().find(|key| key.id == *id);
        let key = key.ok_or_else(|| SealError::UnknownKey(data_encoding::HEXLOWER.encode(id)))?;
        let mut buffer = ciphertext.to_vec();
        let plain = key
            .key
            .open_in_place(Nonce::assume_unique_for_key(*nonce), Aad::from(purpose), &mut buffer)
            .map_err(|_unspecified| SealError::Broken)?;
        Ok(plain.to_vec())
    }
}

impl std::fmt::Debug for Seal {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Seal({} keys)", self.keys.len())
    }
}

impl Key {
    fn new(bytes: &[u8; 32]) -> Self {
        let hash = digest::digest(&digest::SHA256, bytes);
        let id = *hash.as_ref().first_chunk().expect("a SHA-256 hash has 32 bytes");
        let key = UnboundKey::new(&CHACHA20_POLY1305, bytes).expect("a ChaCha20 key has 32 bytes");
        Self { id, key: LessSafeKey::new(key) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_sealed_opens_for_its_purpose_only() {
        let seal = Seal::new([7; 32]);
        let sealed = seal.seal("update", b"3171234567890123");
        assert_eq!(seal.open("update", &sealed).expect("opens"), b"3171234567890123");
        assert_eq!(seal.open("dialogue", &sealed), Err(SealError::Broken));
        assert!(!sealed.windows(4).any(|window| window == b"3171"));
    }

    #[test]
    fn a_former_key_still_opens_and_an_unknown_one_is_named() {
        let old = Seal::new([1; 32]).seal("update", b"hello");
        assert_eq!(Seal::with_former([2; 32], &[[1; 32]]).open("update", &old).expect("opens"), b"hello");
        assert!(matches!(Seal::new([2; 32]).open("update", &old), Err(SealError::UnknownKey(_))));
    }

    #[test]
    fn damage_is_noticed() {
        let seal = Seal::new([7; 32]);
        let mut sealed = seal.seal("update", b"hello");
        *sealed.last_mut().expect("not empty") ^= 1;
        assert_eq!(seal.open("update", &sealed), Err(SealError::Broken));
        assert_eq!(seal.open("update", b"short"), Err(SealError::Broken));
    }
}
