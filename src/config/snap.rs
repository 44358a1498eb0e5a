//! What was agreed with the bank: who it is when it calls, and who we are when we ask it.

use reqwest::Url;
use ring::signature::RsaKeyPair;
use secrecy::SecretString;
use spki::der::Document;
use spki::{DecodePublicKey, SubjectPublicKeyInfoRef};

use super::{Config, ConfigError, wrong};

/// The bank's side of SNAP BI.
pub(crate) struct Snap {
    /// The `X-CLIENT-KEY` the bank asks for tokens with.
    pub(crate) client_id: String,
    /// Signs every call, symmetrically.
    pub(crate) secret: SecretString,
    /// The bank's RSA key as `RSAPublicKey` in DER: what verifies its token requests.
    pub(crate) public_key: Vec<u8>,
}

/// Our side of SNAP BI, where we are the one who asks.
pub(crate) struct BankStatus {
    /// What the standard's paths are put behind.
    pub(crate) url: Url,
    pub(crate) client_id: String,
    pub(crate) secret: SecretString,
    /// Signs our requests for a token; the bank has its other half.
    pub(crate) private_key: RsaKeyPair,
    /// `partnerServiceId`: our number at the bank, padded with spaces to 8.
    pub(crate) partner_service_id: String,
}

impl Config {
    pub(crate) fn snap(&self) -> Result<Snap, ConfigError> {
        let client_id = self.need("ANTREAN_SNAP_CLIENT_ID", "the client id agreed with the bank (X-CLIENT-KEY)")?.to_owned();
        let secret = self.need("ANTREAN_SNAP_SECRET", "the client secret agreed with the bank")?.into();
        Ok(Snap { client_id, secret, public_key: self.snap_public_key()? })
    }

    /// The bank's payment status service, where there is one.
    pub(crate) fn bank_status(&self) -> Result<Option<BankStatus>, ConfigError> {
        let Some(text) = self.get("ANTREAN_BANK_URL") else { return Ok(None) };
        let url = Url::parse(text).ok().filter(|url| matches!(url.scheme(), "http" | "https") && url.has_host());
        let expected = "the http(s) address the bank's /v1.0/transfer-va/status stands behind";
        let url = url.ok_or_else(|| wrong("ANTREAN_BANK_URL", "is no such address", expected))?;
        let Snap { client_id, secret, .. } = self.snap()?;
        let expected = "our number at the bank (partnerServiceId), 1 to 8 digits";
        let number = self.need("ANTREAN_SNAP_PARTNER_ID", expected)?;
        if !(1..=8).contains(&number.len()) || !number.bytes().all(|byte| byte.is_ascii_digit()) {
            return Err(wrong("ANTREAN_SNAP_PARTNER_ID", "is no such number", expected));
        }
        let (private_key, partner_service_id) = (self.snap_private_key()?, format!("{number:>8}"));
        Ok(Some(BankStatus { url, client_id, secret, private_key, partner_service_id }))
    }

    fn snap_private_key(&self) -> Result<RsaKeyPair, ConfigError> {
        const NAME: &str = "ANTREAN_SNAP_PRIVATE_KEY";
        let expected = "our RSA key as PEM (BEGIN PRIVATE KEY), or the path of a file with it";
        let pem = self.pem(NAME, expected)?;
        let unfit = || wrong(NAME, "holds no such key", expected);
        let (_, der) = spki::der::pem::decode_vec(pem.trim().as_bytes()).map_err(|_| unfit())?;
        RsaKeyPair::from_pkcs8(&der).map_err(|_| unfit())
    }

    fn snap_public_key(&self) -> Result<Vec<u8>, ConfigError> {
        const NAME: &str = "ANTREAN_SNAP_PUBLIC_KEY";
        let expected = "the bank's RSA public key as PEM (BEGIN PUBLIC KEY), or the path of a file with it";
        let pem = self.pem(NAME, expected)?;
        let unfit = |_| wrong(NAME, "holds no such key", expected);
        let document = Document::from_public_key_pem(pem.trim()).map_err(unfit)?;
        let info = SubjectPublicKeyInfoRef::try_from(document.as_bytes()).map_err(unfit)?;
        Ok(info.subject_public_key.raw_bytes().to_vec())
    }

    /// A PEM, from the environment itself or the file it names.
    fn pem(&self, name: &'static str, expected: &'static str) -> Result<String, ConfigError> {
        let text = self.need(name, expected)?;
        if text.trim_start().starts_with("-----BEGIN") {
            // One-line environments carry line ends as \n.
            return Ok(text.replace("\\n", "\n"));
        }
        std::fs::read_to_string(text).map_err(|error| wrong(name, &format!("names {text}, which cannot be read ({error})"), expected))
    }
}
