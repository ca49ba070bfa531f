//! What a user of the cloud does by hand: stops and starts servers, over the vendor's own IAM and ECS interfaces.
//! It must not touch protection groups; the operator does.

use http::Method;
use serde_json::{Value, json};
use stationmaster_simulator::scenario::{ACCOUNT, PASSWORD, PROJECT, USER};

use super::{Error, Simulator, http as web};

/// A signed-in user of the simulated cloud.
#[derive(Clone, Debug)]
pub struct CloudUser {
    ecs: String,
    token: String,
    project: String,
    authority: Option<String>,
}

impl Simulator {
    /// Signs in as the user of the built-in scenarios.
    pub async fn sign_in(&self) -> Result<CloudUser, Error> {
        let url = format!("{}/v3/auth/tokens", self.endpoints().iam);
        let body = json!({"auth": {
            "identity": {"methods": ["password"], "password": {"user": {
                "name": USER, "password": PASSWORD, "domain": {"name": ACCOUNT},
            }}},
            "scope": {"project": {"name": PROJECT}},
        }});
        let answer = web::send(Method::POST, &url, &[], Some(&body), self.authority()).await?;
        let token = answer
            .headers
            .get("x-subject-token")
            .and_then(|token| token.to_str().ok());
        match token {
            Some(token) if answer.status == 201 => Ok(CloudUser {
                ecs: self.endpoints().ecs.clone(),
                token: token.to_owned(),
                project: self.project().to_owned(),
                authority: self.authority().map(str::to_owned),
            }),
            _ => Err(Error::Refused {
                request: format!("POST {url}"),
                status: answer.status.as_u16(),
                body: answer.body,
            }),
        }
    }
}

impl CloudUser {
    /// Asks ECS to stop servers; tells the job.
    pub async fn stop_servers(&self, ids: &[String]) -> Result<String, Error> {
        self.power("os-stop", ids).await
    }

    /// Asks ECS to start servers; tells the job.
    pub async fn start_servers(&self, ids: &[String]) -> Result<String, Error> {
        self.power("os-start", ids).await
    }

    async fn power(&self, action: &str, ids: &[String]) -> Result<String, Error> {
        let servers: Vec<Value> = ids.iter().map(|id| json!({ "id": id })).collect();
        let url = format!("{}/v1/{}/cloudservers/action", self.ecs, self.project);
        let body = json!({ action: { "servers": servers } });
        let headers = [("x-auth-token", self.token.as_str())];
        let answer = web::send(Method::POST, &url, &headers, Some(&body), self.authority.as_deref()).await?;
        let job = serde_json::from_str::<Value>(&answer.body).ok();
        match job.as_ref().and_then(|job| job["job_id"].as_str()) {
            Some(job) if answer.status == 200 => Ok(job.to_owned()),
            _ => Err(Error::Refused {
                request: format!("POST {url} ({action})"),
                status: answer.status.as_u16(),
                body: answer.body,
            }),
        }
    }
}
