//! The server behind a door: where it is, how it is trusted, as whom it is called.
//! It must not send; `forward` does.

use std::path::Path;
use std::sync::Arc;

use base64::Engine;
use base64::engine::general_purpose::STANDARD as BASE64;
use rustls::ClientConfig;
use rustls::pki_types::ServerName;
use serde_json::Value;

use super::{Error, tls};
use crate::history::Source;

/// A server to stand in front of.
#[derive(Clone, Debug)]
pub struct Upstream {
    pub(crate) source: Source,
    /// Label of the replica that comes through this door; none where several do.
    pub(crate) replica: Option<String>,
    pub(crate) host: String,
    pub(crate) port: u16,
    pub(crate) tls: Option<Secure>,
    /// The bearer token of a kubeconfig, which the operator goes on to send itself.
    pub(crate) bearer: Option<String>,
}

#[derive(Clone)]
pub(crate) struct Secure {
    pub config: Arc<ClientConfig>,
    pub name: ServerName<'static>,
}

impl std::fmt::Debug for Secure {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Secure")
            .field("name", &self.name)
            .finish_non_exhaustive()
    }
}

impl Upstream {
    /// The API server of a kubeconfig, called as its user. `replica` is the label of the one that is given the door's kubeconfig.
    ///
    /// # Errors
    /// The kubeconfig does not read, or names no server or no usable certificates.
    pub fn kubernetes(kubeconfig: &str, replica: &str) -> Result<Self, Error> {
        let wrong = || Error::upstream("the kubeconfig");
        let text: Value = serde_saphyr::from_str(kubeconfig).map_err(|error| wrong()(error.to_string().into()))?;
        let missing = |what: &str| wrong()(format!("it has no {what}").into());
        let context = entry(&text, "contexts", "context", text["current-context"].as_str())
            .ok_or_else(|| missing("current context"))?;
        let cluster =
            entry(&text, "clusters", "cluster", context["cluster"].as_str()).ok_or_else(|| missing("cluster"))?;
        let user = entry(&text, "users", "user", context["user"].as_str()).ok_or_else(|| missing("user"))?;
        let server = cluster["server"].as_str().ok_or_else(|| missing("server"))?;
        let authority = pem(cluster, "certificate-authority")?.ok_or_else(|| missing("certificate authority"))?;
        let certificate = pem(user, "client-certificate")?.zip(pem(user, "client-key")?);
        let certificate = certificate.as_ref().map(|(cert, key)| (cert.as_str(), key.as_str()));
        let config = tls::client(&authority, certificate).map_err(wrong())?;
        let (host, port) = address(server, "https").map_err(Error::upstream(server))?;
        Ok(Self {
            source: Source::Kubernetes,
            replica: Some(replica.to_owned()),
            tls: Some(Secure {
                config,
                name: name(&host).map_err(Error::upstream(server))?,
            }),
            host,
            port,
            bearer: user["token"].as_str().map(str::to_owned),
        })
    }

    /// The same from a file.
    ///
    /// # Errors
    /// As [`Upstream::kubernetes`], and the file cannot be read.
    pub fn kubernetes_file(kubeconfig: &Path, replica: &str) -> Result<Self, Error> {
        let text = std::fs::read_to_string(kubeconfig).map_err(Error::io(kubeconfig))?;
        Self::kubernetes(&text, replica)
    }

    /// The provider at this URL, e.g. `http://127.0.0.1:4711`. `authority` is the PEM of the CA of an HTTPS one; the door then speaks
    /// TLS too.
    ///
    /// # Errors
    /// The URL or the certificate cannot be used.
    pub fn provider(url: &str, authority: Option<&str>) -> Result<Self, Error> {
        let wrong = || Error::upstream(url);
        let (scheme, _) = url
            .split_once("://")
            .ok_or_else(|| wrong()("it has no scheme".into()))?;
        let (host, port) = address(url, scheme).map_err(wrong())?;
        let tls = match (scheme, authority) {
            ("http", _) => None,
            ("https", Some(authority)) => Some(Secure {
                config: tls::client(authority, None).map_err(wrong())?,
                name: name(&host).map_err(wrong())?,
            }),
            ("https", None) => return Err(wrong()("HTTPS needs the authority that signed its certificate".into())),
            (other, _) => return Err(wrong()(format!("`{other}` is neither http nor https").into())),
        };
        Ok(Self {
            source: Source::Provider,
            replica: None,
            host,
            port,
            tls,
            bearer: None,
        })
    }

    /// The same with a fixed label: only this replica comes through the door. Without one the proxy looks which process it is.
    #[must_use]
    pub fn of(self, replica: &str) -> Self {
        Self {
            replica: Some(replica.to_owned()),
            ..self
        }
    }
}

type Failure = Box<dyn std::error::Error + Send + Sync>;

fn address(url: &str, scheme: &str) -> Result<(String, u16), Failure> {
    let uri: http::Uri = url.parse()?;
    let host = uri.host().ok_or("it has no host")?.trim_matches(['[', ']']);
    let usual = if scheme == "https" { 443 } else { 80 };
    Ok((host.to_owned(), uri.port_u16().unwrap_or(usual)))
}

fn name(host: &str) -> Result<ServerName<'static>, Failure> {
    Ok(ServerName::try_from(host.to_owned())?)
}

/// The entry of a kubeconfig's list with this name.
fn entry<'a>(text: &'a Value, list: &str, field: &str, name: Option<&str>) -> Option<&'a Value> {
    let name = name?;
    let mut entries = text[list].as_array()?.iter();
    entries.find(|entry| entry["name"] == name).map(|entry| &entry[field])
}

/// PEM that stands in the kubeconfig as base64, or in a file that it names.
fn pem(of: &Value, field: &str) -> Result<Option<String>, Error> {
    if let Some(data) = of[format!("{field}-data")].as_str() {
        let wrong = |problem: Failure| Error::upstream(format!("{field}-data"))(problem);
        let bytes = BASE64.decode(data).map_err(|error| wrong(error.into()))?;
        return String::from_utf8(bytes).map(Some).map_err(|error| wrong(error.into()));
    }
    match of[field].as_str() {
        Some(file) => std::fs::read_to_string(file)
            .map(Some)
            .map_err(Error::io(Path::new(file))),
        None => Ok(None),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_cannot_be_stood_in_front_of_is_told() {
        let told = |result: Result<Upstream, Error>| result.unwrap_err().to_string();
        assert_eq!(
            told(Upstream::provider("127.0.0.1:1", None)),
            "127.0.0.1:1: it has no scheme"
        );
        assert!(told(Upstream::provider("https://127.0.0.1", None)).contains("needs the authority"));
        assert!(told(Upstream::provider("https://127.0.0.1", Some("x"))).contains("no certificate in it"));
        assert!(told(Upstream::provider("ftp://127.0.0.1", None)).contains("neither http nor https"));
        assert_eq!(
            told(Upstream::kubernetes("{}", "a")),
            "the kubeconfig: it has no current context"
        );
        let upstream = Upstream::provider("http://127.0.0.1:7/x", None).unwrap();
        assert_eq!(
            (upstream.host.as_str(), upstream.port, upstream.tls.is_none()),
            ("127.0.0.1", 7, true)
        );
    }
}
