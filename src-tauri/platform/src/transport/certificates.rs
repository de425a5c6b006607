//! Client certificates and CA bundles, from PEM or PKCS#12.

use std::fs;
use std::path::Path;

use gatepass_core::exchange::ClientCertificateFiles;
use gatepass_oauth::ports::ClientCertificate;
use p12_keystore::{CertificateBag, Pkcs12Archive};
use pkcs8::{EncryptedPrivateKeyInfoRef, SecretDocument};
use rustls::pki_types::pem::PemObject;
use rustls::pki_types::{CertificateDer, PrivateKeyDer, PrivatePkcs8KeyDer};
use zeroize::Zeroizing;

use super::failures::Trouble;

/// Who we say we are in a TLS handshake.
pub(crate) struct Identity {
    /// The certificate itself first, then those that vouch for it.
    pub(crate) chain: Vec<CertificateDer<'static>>,
    pub(crate) key: PrivateKeyDer<'static>,
}

impl Identity {
    /// From a file: PEM (certificate and key in one file or two) or PKCS#12, told apart by what is in it.
    pub(super) fn from_files(files: &ClientCertificateFiles) -> Result<Self, Trouble> {
        let mut content = read(&files.certificate)?;
        if !content.windows(10).any(|window| window == b"-----BEGIN") {
            return Self::from_pkcs12(&content, files.passphrase.as_deref().unwrap_or_default());
        }
        if let Some(key) = &files.key {
            content.push(b'\n');
            content.extend_from_slice(&read(key)?);
        }
        Self::from_pem(&content, files.passphrase.as_deref())
    }

    /// From what the auth config holds.
    pub(super) fn from_config(certificate: &ClientCertificate) -> Result<Self, Trouble> {
        match certificate {
            ClientCertificate::Pem(pem) => Self::from_pem(pem.expose().as_bytes(), None),
            ClientCertificate::Pkcs12 { base64, password } => {
                use base64::Engine as _;
                let compact: String = base64.expose().split_ascii_whitespace().collect();
                let compact = Zeroizing::new(compact);
                let decoded = base64::engine::general_purpose::STANDARD.decode(compact.as_bytes());
                let container = Zeroizing::new(decoded.map_err(|_| {
                    refused(
                        "The PKCS#12 container is not valid Base64.",
                        "Paste the whole .p12 or .pfx file, encoded as Base64.",
                    )
                })?);
                Self::from_pkcs12(&container, password.expose())
            }
        }
    }

    /// From PEM blocks: one private key and at least one certificate, in any order; other blocks do not matter. The
    /// passphrase is for a key in an `ENCRYPTED PRIVATE KEY` block (PKCS#8).
    pub(crate) fn from_pem(pem: &[u8], passphrase: Option<&str>) -> Result<Self, Trouble> {
        let chain = certificates(pem)?;
        if chain.is_empty() {
            return Err(refused(
                "There is no certificate in the PEM text.",
                "Add the block that starts with -----BEGIN CERTIFICATE-----.",
            ));
        }
        let key = match encrypted_key(pem) {
            Some(block) => decrypted(block, passphrase.unwrap_or_default())?,
            None => PrivateKeyDer::from_pem_slice(pem).map_err(|_| {
                refused(
                    "There is no private key in the PEM text that can be read.",
                    "Add the key as PKCS#8, PKCS#1 or SEC1 block (-----BEGIN PRIVATE KEY----- and the like).",
                )
            })?,
        };
        Ok(Self { chain, key })
    }

    /// From a PKCS#12 container (RFC 7292): its first key, the certificate that belongs to it, and the others after
    /// that one.
    fn from_pkcs12(container: &[u8], password: &str) -> Result<Self, Trouble> {
        let archive = Pkcs12Archive::from_pkcs12(container, password).map_err(|error| {
            refused(
                &format!("The PKCS#12 container does not open: {error}."),
                "Check its password. A container with old ciphers may need converting: openssl pkcs12 -in old.p12 \
                 -nodes -out client.pem.",
            )
        })?;
        let Some(key) = archive.keys.first() else {
            return Err(refused(
                "The PKCS#12 container holds no private key.",
                "Export it again, with its private key.",
            ));
        };
        let own = key.local_key_id.as_ref().map(AsRef::as_ref);
        let belongs = |bag: &&CertificateBag| own.is_some() && bag.local_key_id.as_deref() == own;
        let leaf = archive.certs.iter().find(belongs).or(archive.certs.first());
        let Some(leaf) = leaf else {
            return Err(refused(
                "The PKCS#12 container holds no certificate.",
                "Export it again, with its certificate.",
            ));
        };
        let others = archive.certs.iter().filter(|bag| bag.cert != leaf.cert);
        let chain = [leaf].into_iter().chain(others).map(|bag| bag.cert.as_der().to_vec().into()).collect();
        Ok(Self { chain, key: PrivatePkcs8KeyDer::from(key.key.as_der().to_vec()).into() })
    }
}

/// The encrypted key's PEM block, if there is one.
fn encrypted_key(pem: &[u8]) -> Option<&str> {
    const BEGIN: &str = "-----BEGIN ENCRYPTED PRIVATE KEY-----";
    const END: &str = "-----END ENCRYPTED PRIVATE KEY-----";
    let text = std::str::from_utf8(pem).ok()?;
    let block = &text[text.find(BEGIN)?..];
    Some(&block[..block.find(END)? + END.len()])
}

fn decrypted(block: &str, passphrase: &str) -> Result<PrivateKeyDer<'static>, Trouble> {
    let unreadable = || {
        refused(
            "The encrypted private key cannot be read.",
            "It is to be a PKCS#8 block; convert it with: openssl pkcs8 -topk8 -in old.pem -out new.pem.",
        )
    };
    let (_, document) = SecretDocument::from_pem(block).map_err(|_| unreadable())?;
    let encrypted = EncryptedPrivateKeyInfoRef::try_from(document.as_bytes()).map_err(|_| unreadable())?;
    let key = encrypted.decrypt(passphrase).map_err(|_| {
        refused(
            "The private key does not open with this passphrase.",
            "Check the passphrase of the client certificate in the settings.",
        )
    })?;
    Ok(PrivatePkcs8KeyDer::from(key.as_bytes().to_vec()).into())
}

/// The certificates of a CA bundle file.
pub(super) fn authorities(path: &Path) -> Result<Vec<CertificateDer<'static>>, Trouble> {
    let found = certificates(&read(path)?)?;
    if found.is_empty() {
        return Err(Trouble::invalid(
            format!("The CA bundle {} holds no certificate.", path.display()),
            "It is to be a PEM file with one block or more that starts with -----BEGIN CERTIFICATE-----.",
            "Choose another file in the settings.",
        ));
    }
    Ok(found)
}

fn certificates(pem: &[u8]) -> Result<Vec<CertificateDer<'static>>, Trouble> {
    CertificateDer::pem_slice_iter(pem).collect::<Result<_, _>>().map_err(|error| {
        refused("A certificate in the PEM text cannot be read.", &format!("Correct or replace it: {error}."))
    })
}

fn read(path: &Path) -> Result<Zeroizing<Vec<u8>>, Trouble> {
    fs::read(path).map(Zeroizing::new).map_err(|error| {
        Trouble::invalid(
            format!("The certificate file {} cannot be read.", path.display()),
            format!("{error}."),
            "Choose the file again in the settings.",
        )
    })
}

fn refused(what: &str, next_step: &str) -> Trouble {
    Trouble::invalid("The client certificate cannot be used.", what, next_step)
}
