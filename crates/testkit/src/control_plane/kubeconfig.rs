//! The text of a kubeconfig, and clients made from it.
//! It must not choose who the user is.

use std::time::Duration;

use base64::Engine;
use base64::engine::general_purpose::STANDARD as BASE64;
use kube::config::{Config, KubeConfigOptions, Kubeconfig};

use super::Error;
use super::pki::ClientCert;

/// A kubeconfig with everything inside, so that the file can be copied anywhere.
pub(crate) fn text(server: &str, authority_pem: &str, user: &str, cert: &ClientCert) -> String {
    let quoted = |text: &str| serde_json::Value::from(text).to_string();
    let (server, user) = (quoted(server), quoted(user));
    let [ca, certificate, key] =
        [authority_pem, &cert.certificate_pem, &cert.key_pem].map(|pem| BASE64.encode(pem.as_bytes()));
    format!(
        "apiVersion: v1\n\
         kind: Config\n\
         clusters:\n\
         - name: stationmaster\n\
         \u{20} cluster:\n\
         \u{20}   server: {server}\n\
         \u{20}   certificate-authority-data: {ca}\n\
         users:\n\
         - name: {user}\n\
         \u{20} user:\n\
         \u{20}   client-certificate-data: {certificate}\n\
         \u{20}   client-key-data: {key}\n\
         contexts:\n\
         - name: stationmaster\n\
         \u{20} context:\n\
         \u{20}   cluster: stationmaster\n\
         \u{20}   user: {user}\n\
         current-context: stationmaster\n"
    )
}

/// What a client needs, from a kubeconfig's text. No retries: a test wants to see each answer.
pub(crate) async fn client_config(text: &str) -> Result<Config, Error> {
    let kubeconfig = Kubeconfig::from_yaml(text).map_err(Error::client("read the kubeconfig"))?;
    let mut config = Config::from_custom_kubeconfig(kubeconfig, &KubeConfigOptions::default())
        .await
        .map_err(Error::client("read the kubeconfig"))?;
    config.default_retry = false;
    // A proxy in the environment is not meant for loopback.
    config.proxy_url = None;
    Ok(config)
}

/// A client whose answers come soon or not at all: for probes.
pub(crate) async fn probe(text: &str) -> Result<kube::Client, Error> {
    let mut config = client_config(text).await?;
    config.connect_timeout = Some(Duration::from_secs(2));
    config.read_timeout = Some(Duration::from_secs(5));
    kube::Client::try_from(config).map_err(Error::client("make a client"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn the_text_is_what_a_client_reads_also_with_a_user_that_needs_quotes() {
        let pem = "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n";
        let cert = ClientCert {
            certificate_pem: pem.into(),
            key_pem: "key".into(),
        };
        let text = text("https://127.0.0.1:6443", pem, "system:serviceaccount: \"x\" #y", &cert);
        let kubeconfig = Kubeconfig::from_yaml(&text).unwrap();
        assert_eq!(kubeconfig.auth_infos[0].name, "system:serviceaccount: \"x\" #y");
        let config = client_config(&text).await.unwrap();
        assert_eq!(config.cluster_url.to_string(), "https://127.0.0.1:6443/");
        assert!(!config.default_retry);
        assert_eq!(config.proxy_url, None);
    }
}
