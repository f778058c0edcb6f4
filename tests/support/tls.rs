//! A certificate authority for one test, and the mirror over TLS with a certificate of it.

use std::io::{self, Read, Write};
use std::path::PathBuf;
use std::sync::Arc;

use rcgen::{BasicConstraints, CertificateParams, CertifiedIssuer, DnType, IsCa, KeyPair};
use rustls::crypto::ring;
use rustls::pki_types::PrivateKeyDer;
use rustls::{ServerConfig, ServerConnection, StreamOwned};
use tempfile::TempDir;

use super::mirror::{Mirror, Socket, Wire};

/// One connection. Only a body without a length ends with a close_notify; all else is just closed.
struct Tls(StreamOwned<ServerConnection, Socket>);

impl Read for Tls {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        self.0.read(buffer)
    }
}

impl Write for Tls {
    fn write(&mut self, buffer: &[u8]) -> io::Result<usize> {
        self.0.write(buffer)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.0.flush()
    }
}

impl Wire for Tls {
    fn end(&mut self) -> io::Result<()> {
        self.0.conn.send_close_notify();
        self.0.flush()
    }
}

/// An authority that nobody but the test trusts.
pub struct Ca {
    issuer: CertifiedIssuer<'static, KeyPair>,
    dir: TempDir,
}

impl Ca {
    /// Makes a new authority and writes its certificate to a file.
    pub fn new() -> Self {
        let mut params = CertificateParams::new(Vec::new()).expect("no names");
        params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
        params.distinguished_name.push(DnType::CommonName, "gvm-rs test authority");
        let key = KeyPair::generate().expect("a key");
        let issuer = CertifiedIssuer::self_signed(params, key).expect("a certificate");
        let dir = tempfile::tempdir().expect("a temporary directory");
        std::fs::write(dir.path().join("ca.pem"), issuer.pem()).expect("a temporary file");
        Self { issuer, dir }
    }

    /// The certificate as a PEM file, fit for `SSL_CERT_FILE`.
    pub fn pem_path(&self) -> PathBuf {
        self.dir.path().join("ca.pem")
    }

    /// A directory without any certificate, fit for `SSL_CERT_DIR`.
    pub fn empty_dir(&self) -> PathBuf {
        let dir = self.dir.path().join("empty");
        std::fs::create_dir_all(&dir).expect("a temporary directory");
        dir
    }

    /// A mirror over TLS whose certificate is good for 127.0.0.1 and localhost.
    pub fn mirror(&self) -> Mirror {
        self.mirror_for(&["127.0.0.1", "localhost"])
    }

    /// A mirror over TLS whose certificate is good for these names only.
    pub fn mirror_for(&self, names: &[&str]) -> Mirror {
        let config = Arc::new(self.server_config(names));
        Mirror::start_with(
            "https",
            Box::new(move |socket| {
                let session = ServerConnection::new(config.clone()).map_err(io::Error::other)?;
                Ok(Box::new(Tls(StreamOwned::new(session, socket))))
            }),
        )
    }

    fn server_config(&self, names: &[&str]) -> ServerConfig {
        let names: Vec<String> = names.iter().map(|&name| name.to_owned()).collect();
        let key = KeyPair::generate().expect("a key");
        let certificate = CertificateParams::new(names)
            .expect("host names")
            .signed_by(&key, &self.issuer)
            .expect("a certificate");
        let chain = vec![certificate.der().clone()];
        let key = PrivateKeyDer::try_from(key.serialize_der()).expect("a key in DER");
        ServerConfig::builder_with_provider(Arc::new(ring::default_provider()))
            .with_safe_default_protocol_versions()
            .expect("ring has them")
            .with_no_client_auth()
            .with_single_cert(chain, key)
            .expect("key and certificate belong together")
    }
}
