//! Certificate authorities, serving and client certificates, and the key for service account tokens.
//! It must not be used for anything but tests: nothing is ever revoked, and keys lie in plain files.

use std::fs;
use std::path::{Path, PathBuf};
use std::time::{Duration, SystemTime};

use rcgen::{
    BasicConstraints, CertificateParams, DnType, ExtendedKeyUsagePurpose, IsCa, Issuer, KeyPair, KeyUsagePurpose,
};

use super::Error;
use super::layout::write_private;

/// How long certificates last. A control plane for tests never gets as old.
const VALID: Duration = Duration::from_secs(10 * 365 * 24 * 3600);
/// Certificates are valid from this long ago, for clocks that are stepped back a little.
const BACKDATED: Duration = Duration::from_secs(24 * 3600);

/// A client certificate and its key, as PEM.
#[derive(Clone)]
pub struct ClientCert {
    /// The certificate.
    pub certificate_pem: String,
    /// Its private key (PKCS #8).
    pub key_pem: String,
}

/// A certificate authority: files `<name>.crt` and `<name>.key`.
pub(crate) struct Authority {
    pub certificate_file: PathBuf,
    pub certificate_pem: String,
    issuer: Issuer<'static, KeyPair>,
}

impl Authority {
    /// The authority that lies in the directory, else a new one. A kept directory keeps its certificates.
    pub fn load_or_create(directory: &Path, name: &str) -> Result<Self, Error> {
        let (certificate_file, key_file) = (
            directory.join(format!("{name}.crt")),
            directory.join(format!("{name}.key")),
        );
        let mut params = lasting(name);
        params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
        params.key_usages = vec![
            KeyUsagePurpose::KeyCertSign,
            KeyUsagePurpose::CrlSign,
            KeyUsagePurpose::DigitalSignature,
        ];
        let kept = fs::read_to_string(&certificate_file).and_then(|cert| Ok((cert, fs::read_to_string(&key_file)?)));
        let (certificate_pem, key) = match kept {
            Ok((certificate, key)) => (certificate, KeyPair::from_pem(&key)?),
            Err(_) => {
                let key = KeyPair::generate()?;
                let certificate = params.self_signed(&key)?.pem();
                write_private(&key_file, &key.serialize_pem())?;
                write_private(&certificate_file, &certificate)?;
                (certificate, key)
            }
        };
        // Name, usages and key are all that an issuer takes from its certificate, and they are the same each time.
        Ok(Self {
            certificate_file,
            certificate_pem,
            issuer: Issuer::new(params, key),
        })
    }

    /// A certificate to serve under these names, and to call with.
    pub fn serving(&self, name: &str, hosts: &[&str]) -> Result<ClientCert, Error> {
        let mut params = CertificateParams::new(hosts.iter().map(|host| (*host).to_owned()).collect::<Vec<_>>())?;
        with_lifetime(&mut params);
        params.distinguished_name.push(DnType::CommonName, name);
        params.extended_key_usages = vec![ExtendedKeyUsagePurpose::ServerAuth, ExtendedKeyUsagePurpose::ClientAuth];
        self.sign(params)
    }

    /// A client certificate. Kubernetes reads the user from CN and the groups from O.
    pub fn client(&self, user: &str, groups: &[&str]) -> Result<ClientCert, Error> {
        let mut params = lasting(user);
        params.extended_key_usages = vec![ExtendedKeyUsagePurpose::ClientAuth];
        // rcgen keeps one value for each attribute type; the same type under its number makes room for a second.
        let slots = [DnType::OrganizationName, DnType::CustomDnType(vec![2, 5, 4, 10])];
        if groups.len() > slots.len() {
            return Err(Error::TooManyGroups {
                user: user.to_owned(),
                count: groups.len(),
            });
        }
        for (slot, group) in slots.into_iter().zip(groups) {
            params.distinguished_name.push(slot, *group);
        }
        self.sign(params)
    }

    fn sign(&self, mut params: CertificateParams) -> Result<ClientCert, Error> {
        params.key_usages = vec![KeyUsagePurpose::DigitalSignature];
        params.use_authority_key_identifier_extension = true;
        let key = KeyPair::generate()?;
        let certificate_pem = params.signed_by(&key, &self.issuer)?.pem();
        Ok(ClientCert {
            certificate_pem,
            key_pem: key.serialize_pem(),
        })
    }
}

impl ClientCert {
    /// Writes `<name>.crt` and `<name>.key`.
    pub(crate) fn write(&self, directory: &Path, name: &str) -> Result<Pair, Error> {
        let pair = Pair {
            certificate: directory.join(format!("{name}.crt")),
            key: directory.join(format!("{name}.key")),
        };
        write_private(&pair.certificate, &self.certificate_pem)?;
        write_private(&pair.key, &self.key_pem)?;
        Ok(pair)
    }
}

impl std::fmt::Debug for ClientCert {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("ClientCert").finish_non_exhaustive()
    }
}

/// The files of a certificate and its key.
#[derive(Clone, Debug)]
pub(crate) struct Pair {
    pub certificate: PathBuf,
    pub key: PathBuf,
}

/// The files of the key that signs service account tokens.
#[derive(Clone, Debug)]
pub(crate) struct ServiceAccountKey {
    pub private: PathBuf,
    pub public: PathBuf,
}

impl ServiceAccountKey {
    /// The key that lies in the directory, else a new one. ECDSA P-256, which the API server takes as well as RSA; the
    /// public half needs a file of its own, since it does not look for it in a PKCS #8 file.
    pub fn load_or_create(directory: &Path) -> Result<Self, Error> {
        let files = Self {
            private: directory.join("service-accounts.key"),
            public: directory.join("service-accounts.pub"),
        };
        if !(files.private.is_file() && files.public.is_file()) {
            let key = KeyPair::generate()?;
            write_private(&files.private, &key.serialize_pem())?;
            write_private(&files.public, &key.public_key_pem())?;
        }
        Ok(files)
    }
}

fn lasting(common_name: &str) -> CertificateParams {
    let mut params = CertificateParams::default();
    with_lifetime(&mut params);
    params.distinguished_name.push(DnType::CommonName, common_name);
    params
}

fn with_lifetime(params: &mut CertificateParams) {
    let now = SystemTime::now();
    params.not_before = (now - BACKDATED).into();
    params.not_after = (now + VALID).into();
}

#[cfg(test)]
mod tests {
    use std::os::unix::fs::PermissionsExt;

    use super::*;

    #[test]
    fn a_kept_directory_keeps_its_authority_and_keys_are_private() {
        let directory = tempfile::tempdir().unwrap();
        let first = Authority::load_or_create(directory.path(), "ca").unwrap();
        let second = Authority::load_or_create(directory.path(), "ca").unwrap();
        assert_eq!(first.certificate_pem, second.certificate_pem);
        let other = Authority::load_or_create(directory.path(), "etcd-ca").unwrap();
        assert_ne!(first.certificate_pem, other.certificate_pem);
        let key = || ServiceAccountKey::load_or_create(directory.path()).unwrap();
        let before = fs::read_to_string(key().private).unwrap();
        assert_eq!(fs::read_to_string(key().private).unwrap(), before);
        for file in ["ca.key", "service-accounts.key"] {
            let mode = fs::metadata(directory.path().join(file)).unwrap().permissions().mode();
            assert_eq!(mode & 0o777, 0o600, "{file}");
        }
    }

    #[test]
    fn a_certificate_refuses_groups_that_it_would_lose() {
        let directory = tempfile::tempdir().unwrap();
        let authority = Authority::load_or_create(directory.path(), "ca").unwrap();
        assert!(authority.client("jane", &["one", "two"]).is_ok());
        assert!(matches!(
            authority.client("jane", &["a", "b", "c"]),
            Err(Error::TooManyGroups { count: 3, .. })
        ));
    }

    #[test]
    fn a_client_certificate_does_not_show_its_key_in_debug_output() {
        let cert = ClientCert {
            certificate_pem: "CERT".into(),
            key_pem: "SECRET".into(),
        };
        assert!(!format!("{cert:?}").contains("SECRET"));
    }
}
