//! The secrets an operator would bring, made at the first start and kept: with another seal key nothing that was
//! stored could be read any more.

use std::fs::{self, OpenOptions};
use std::io::Write;
use std::os::unix::fs::OpenOptionsExt;
use std::path::{Path, PathBuf};

use anyhow::{Context, bail};
use data_encoding::{BASE64, HEXLOWER};
use tokio::process::Command;

/// Made once, found again at every later start.
pub(super) struct Keys {
    pub(super) seal: [u8; 32],
    pub(super) snap_secret: String,
    pub(super) bank_private_pem: String,
    pub(super) bank_public_path: PathBuf,
    pub(super) biller_private_path: PathBuf,
    pub(super) biller_public_pem: String,
    /// Whether they were made just now.
    pub(super) fresh: bool,
}

impl Keys {
    pub(super) async fn find_or_make(dir: &Path) -> anyhow::Result<Self> {
        let dir = super::folder(dir)?;
        let [seal, secret, private, public] = ["seal.key", "snap.secret", "bank.pem", "bank.pub.pem"].map(|name| dir.join(name));
        let [biller_private, biller_public] = ["biller.pem", "biller.pub.pem"].map(|name| dir.join(name));
        let fresh = !public.exists();
        if fresh {
            write_private(&seal, BASE64.encode(&rand::random::<[u8; 32]>()).as_bytes())?;
            write_private(&secret, HEXLOWER.encode(&rand::random::<[u8; 24]>()).as_bytes())?;
            make_pair(&private, &public).await?;
        }
        // Sandboxes that were made before the product asked the bank anything have none.
        if !biller_public.exists() {
            make_pair(&biller_private, &biller_public).await?;
        }
        let seal = BASE64.decode(read(&seal)?.trim().as_bytes()).ok().and_then(|bytes| bytes.try_into().ok());
        Ok(Self {
            seal: seal.with_context(|| format!("the seal key in {} is spoilt; start in another folder: --data DIR", dir.display()))?,
            snap_secret: read(&secret)?,
            bank_private_pem: read(&private)?,
            bank_public_path: public,
            biller_private_path: biller_private,
            biller_public_pem: read(&biller_public)?,
            fresh,
        })
    }

    /// The seal key as the environment carries it.
    pub(super) fn seal_text(&self) -> String {
        BASE64.encode(&self.seal)
    }
}

/// Writes a file that only its owner may read.
pub(super) fn write_private(path: &Path, content: &[u8]) -> anyhow::Result<()> {
    let open = OpenOptions::new().create(true).write(true).truncate(true).mode(0o600).open(path);
    open.and_then(|mut file| file.write_all(content)).with_context(|| format!("cannot write {}", path.display()))
}

fn read(path: &Path) -> anyhow::Result<String> {
    fs::read_to_string(path).with_context(|| format!("cannot read {}", path.display()))
}

async fn make_pair(private: &Path, public: &Path) -> anyhow::Result<()> {
    openssl(&["genpkey", "-algorithm", "RSA", "-pkeyopt", "rsa_keygen_bits:2048", "-out"], private).await?;
    // The last to appear: a start that was cut short begins anew.
    let source = private.display().to_string();
    openssl(&["pkey", "-in", &source, "-pubout", "-out"], public).await
}

/// Runs openssl, which writes `out`.
async fn openssl(arguments: &[&str], out: &Path) -> anyhow::Result<()> {
    let run = Command::new("openssl").args(arguments).arg(out).output().await;
    let output = match run {
        Ok(output) => output,
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => {
            bail!("openssl is missing; install it: script/setup --light (or apt-get install openssl, brew install openssl)")
        }
        Err(error) => return Err(error).context("cannot run openssl"),
    };
    if !output.status.success() {
        bail!("openssl {} failed: {}", arguments[0], String::from_utf8_lossy(&output.stderr).trim());
    }
    Ok(())
}
