//! Through which proxy the API server is reached from outside a cluster: the kubeconfig's own `proxy-url`, else that of the environment.
//! It must not print an address: it may hold a password.
//!
//! kube looks whether `NO_PROXY` names the *proxy* (kube-client 5.0), and sends loopback through it too. So what it has found is judged anew,
//! by the rules that hold for endpoints. In a pod the API server is in the cluster's own network: there the environment's proxy is for
//! endpoints alone.

use super::ClientError;
use kube::Config;
use kube::config::{KubeConfigOptions, Kubeconfig};
use stationmaster_transport::Proxy;

/// The configuration from the kubeconfig or the service account, with the proxy that belongs to it.
pub(super) async fn infer() -> Result<Config, ClientError> {
    let mut config = Config::infer().await?;
    if Config::from_kubeconfig(&KubeConfigOptions::default()).await.is_ok() {
        let own = Kubeconfig::read().ok().and_then(|kubeconfig| own(&kubeconfig));
        judge(&mut config, own.as_deref(), |name| std::env::var(name).ok())?;
    }
    Ok(config)
}

/// The `proxy-url` of the cluster of the current context.
fn own(kubeconfig: &Kubeconfig) -> Option<String> {
    let current = kubeconfig.current_context.as_ref()?;
    let context = kubeconfig.contexts.iter().find(|context| &context.name == current)?;
    let name = &context.context.as_ref()?.cluster;
    let cluster = kubeconfig.clusters.iter().find(|cluster| &cluster.name == name)?;
    cluster
        .cluster
        .as_ref()?
        .proxy_url
        .clone()
        .filter(|url| !url.is_empty())
}

/// Sets the proxy. A `proxy-url` of the kubeconfig is meant for this very server, whatever the environment says.
fn judge(config: &mut Config, own: Option<&str>, variable: impl Fn(&str) -> Option<String>) -> Result<(), ClientError> {
    config.proxy_url = match own {
        Some(own) => {
            let uri: Option<http::Uri> = own.parse().ok();
            let usable = uri.filter(|uri| matches!(uri.scheme_str(), Some("http" | "https")) && uri.host().is_some());
            Some(usable.ok_or(ClientError::ProxyUrl)?)
        }
        None => Proxy::of_environment(variable)?.and_then(|proxy| proxy.between(&config.cluster_url)),
    };
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn judged(server: &str, own: Option<&str>, https: &str, no: &str) -> Result<Option<String>, String> {
        let mut config = Config::new(server.parse().unwrap());
        // What kube has made of the environment.
        config.proxy_url = Some("http://somewhere:1".parse().unwrap());
        let environment = |name: &str| match name {
            "HTTPS_PROXY" => Some(https.to_owned()),
            "NO_PROXY" => Some(no.to_owned()),
            _ => None,
        };
        judge(&mut config, own, environment).map_err(|error| crate::telemetry::error_chain(&error))?;
        Ok(config.proxy_url.map(|uri| uri.to_string()))
    }

    const SERVER: &str = "https://api.cloud.test:6443";
    const PROXY: &str = "http://user:hunter2@proxy.corp.test:3128";

    #[test]
    fn the_environments_proxy_serves_the_api_server_unless_that_is_excepted() {
        let through = Ok(Some(format!("{PROXY}/")));
        assert_eq!(judged(SERVER, None, PROXY, ""), through);
        assert_eq!(
            judged(SERVER, None, PROXY, "proxy.corp.test,.corp.test,,"),
            through,
            "the proxy's own name excepts nothing"
        );
        for no in ["*", ".cloud.test", "api.cloud.test", "other.test, api.cloud.test:6443"] {
            assert_eq!(judged(SERVER, None, PROXY, no), Ok(None), "{no}");
        }
        for near in [
            "https://127.0.0.1:6443",
            "https://localhost:6443",
            "https://[::1]:6443",
            "http://api.cloud.test",
        ] {
            assert_eq!(judged(near, None, PROXY, ""), Ok(None), "{near}");
        }
        assert_eq!(judged(SERVER, None, "", ""), Ok(None));
    }

    #[test]
    fn the_kubeconfigs_own_proxy_is_meant_for_its_server() {
        let own = Some("http://bastion.test:8080");
        for server in [SERVER, "https://127.0.0.1:6443"] {
            assert_eq!(
                judged(server, own, PROXY, "*"),
                Ok(Some("http://bastion.test:8080/".to_owned()))
            );
        }
        let kubeconfig = |cluster: serde_json::Value| -> Kubeconfig {
            serde_json::from_value(serde_json::json!({
                "current-context": "b",
                "clusters": [{ "name": "a", "cluster": { "server": SERVER, "proxy-url": "http://a" } }, { "name": "c", "cluster": cluster }],
                "contexts": [{ "name": "a", "context": { "cluster": "a", "user": "" } }, { "name": "b", "context": { "cluster": "c", "user": "" } }],
            }))
            .unwrap()
        };
        let with = kubeconfig(serde_json::json!({ "server": SERVER, "proxy-url": "http://c" }));
        assert_eq!(super::own(&with).as_deref(), Some("http://c"));
        assert_eq!(super::own(&kubeconfig(serde_json::json!({ "server": SERVER }))), None);
    }

    #[test]
    fn what_is_no_proxy_is_told_in_a_sentence_without_its_password() {
        for own in ["socks5://u:hunter2@bastion.test", "hunter2", "http://"] {
            let error = judged(SERVER, Some(own), "", "").unwrap_err();
            assert!(error.contains("proxy-url") && !error.contains("hunter2"), "{error}");
        }
        let error = judged(SERVER, None, "socks5://u:hunter2@proxy", "").unwrap_err();
        assert!(error.contains("HTTPS_PROXY") && !error.contains("hunter2"), "{error}");
    }
}
