//! Client certificates and CA bundles, from PEM or PKCS#12.

use std::fs;
use std::path::Path;

use gatepass_core::exchange::ClientCertificateFiles;
use gatepass_oauth::ports::ClientCertificate;
use rustls::pki_types::pem::PemObject;
use rustls::pki_types::{CertificateDer, PrivateKeyDer};
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

    /// From PEM blocks: one private key and at least one certificate, in any order; other blocks do not matter.
    pub(crate) fn from_pem(pem: &[u8], _passphrase: Option<&str>) -> Result<Self, Trouble> {
        let chain = certificates(pem)?;
        if chain.is_empty() {
            return Err(refused(
                "There is no certificate in the PEM text.",
                "Add the block that starts with -----BEGIN CERTIFICATE-----.",
            ));
        }
        let key = PrivateKeyDer::from_pem_slice(pem).map_err(|_| {
            refused(
                "There is no private key in the PEM text that can be read.",
                "Add the key as PKCS#8, PKCS#1 or SEC1 block (-----BEGIN PRIVATE KEY----- and the like).",
            )
        })?;
        Ok(Self { chain, key })
    }

    fn from_pkcs12(_container: &[u8], _password: &str) -> Result<Self, Trouble> {
        Err(refused(
            "PKCS#12 client certificates cannot be read yet.",
            "Convert it: openssl pkcs12 -in client.p12 -out client.pem -nodes.",
        ))
    }
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
