//! A small service of our own for what the simulator does not do: odd answers, in the documented shapes.
//! It must not check credentials.
#![allow(dead_code, reason = "each test program uses its own part")]

use axum::Router;
use secrecy::SecretString;
use stationmaster_provider::Provider;
use stationmaster_provider_sdrs::{SdrsAuth, SdrsConfig};
use std::sync::Arc;
use tokio::task::JoinHandle;

/// The service; it ends when this is dropped.
pub struct Documented {
    pub address: String,
    task: JoinHandle<()>,
}

impl Drop for Documented {
    fn drop(&mut self) {
        self.task.abort();
    }
}

impl Documented {
    pub async fn serve(router: Router) -> Documented {
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = format!("http://{}", listener.local_addr().unwrap());
        let task = tokio::spawn(async move { axum::serve(listener, router).await.unwrap() });
        Documented { address, task }
    }

    /// A configuration with an access key and the project `p`.
    pub fn config(&self) -> SdrsConfig {
        let auth = SdrsAuth::AccessKey {
            access_key: "AK".to_owned(),
            secret_key: SecretString::from("the-secret-key"),
            security_token: Some(SecretString::from("the-security-token")),
        };
        let mut config = SdrsConfig::new(&self.address, auth);
        config.project_id = Some("p".to_owned());
        config.transport.requests_per_second = 1000;
        // A busy machine is no answer.
        config.transport.request_timeout = std::time::Duration::from_secs(60);
        config
    }

    pub fn provider(&self) -> Arc<dyn Provider> {
        Arc::new(stationmaster_provider_sdrs::Sdrs::new(self.config()).unwrap())
    }
}
