//! SDRS as a provider: the configuration checked, the parts put together, the trait served.
//! It must not hold rules; each is in the module of its concern.

use crate::auth::{Credentials, Key, Session};
use crate::call;
use crate::client::{Client, Read};
use crate::config::{SdrsAuth, SdrsConfig, SignatureForm, base_url};
use crate::jobs;
use crate::observe;
use crate::obstacles::OBSTACLES;
use crate::plan;
use crate::sign::Form;
use crate::wire::{GroupPage, Quotas, Versions};
use async_trait::async_trait;
use http::Method;
use stationmaster_engine::{JobReport, Observation, Obstacle, OperationType, Plan, PlannedOutcome, Reason, Station};
use stationmaster_provider::{
    CallRequest, ConnectionFacts, Fault, Listing, LostCall, PreparedCall, Provider, Quota, Scope, Wanted,
};
use stationmaster_transport::given::{present, secret, wrong};
use stationmaster_transport::{Leads, Request, Transport, Urgency, whole};
use std::collections::BTreeMap;
use std::fmt;
use std::sync::Arc;
use std::time::Duration;

/// How long production takes at least to be moved away and back.
const THERE_AND_BACK: Duration = Duration::from_secs(60);

/// For so long versions and quotas are waited for.
const INFORMS: Duration = Duration::from_secs(5);

/// One connection to SDRS.
pub struct Sdrs {
    client: Client,
    memory: observe::Memory,
    dead_time_seconds: Option<u32>,
}

impl Sdrs {
    /// Checks the configuration; sends nothing.
    ///
    /// # Errors
    /// `EndpointInvalid`, `SecretInvalid`, `CABundleNotFound` or `ProjectNotFound`, with the field that is wrong.
    pub fn new(config: SdrsConfig) -> Result<Sdrs, Fault> {
        let sdrs = base_url("endpoint", &config.endpoint)?;
        let optional = |what, text: &Option<String>| text.as_deref().map(|text| base_url(what, text)).transpose();
        let iam = optional("iamEndpoint", &config.iam_endpoint)?;
        let ecs = optional("ecsEndpoint", &config.ecs_endpoint)?;
        if config.project_id.is_none() && config.project_name.is_none() {
            return Err(wrong(
                Reason::ProjectNotFound,
                "neither projectID nor projectName is set",
            ));
        }
        let dead_time_seconds = match config.auth {
            SdrsAuth::Password { .. } => None,
            SdrsAuth::AccessKey { .. } => Some(plan::dead_time_seconds(
                config.signature_validity_seconds,
                config.transport.request_timeout,
            )),
        };
        if iam.is_none() && config.project_id.is_none() {
            return Err(wrong(
                Reason::EndpointInvalid,
                "iamEndpoint is needed to find the project's id by its name",
            ));
        }
        let credentials = match config.auth {
            SdrsAuth::Password {
                username,
                password,
                domain_name,
            } => {
                let iam = iam.ok_or_else(|| wrong(Reason::EndpointInvalid, "iamEndpoint is needed for a password"))?;
                present("username", &username)?;
                secret("password", &password)?;
                present("domainName", &domain_name)?;
                Credentials::Password {
                    username,
                    password,
                    domain_name,
                    iam,
                }
            }
            SdrsAuth::AccessKey {
                access_key,
                secret_key,
                security_token,
            } => {
                present("accessKey", &access_key)?;
                secret("secretKey", &secret_key)?;
                let form = match config.signature_form {
                    SignatureForm::Access => Form::Access,
                    SignatureForm::Credential => Form::Credential {
                        region: config.region.unwrap_or_default(),
                        service: String::new(),
                    },
                };
                let key = Key {
                    access_key,
                    secret_key,
                    security_token,
                    form,
                };
                Credentials::AccessKey { key, iam }
            }
        };
        let transport = Transport::new(config.transport)?;
        let session = Session::new(
            Arc::new(transport),
            config.clock,
            credentials,
            config.project_id,
            config.project_name,
        );
        Ok(Sdrs {
            client: Client {
                session: Arc::new(session),
                sdrs,
                ecs,
                leads: Leads::default(),
            },
            memory: observe::Memory::default(),
            dead_time_seconds,
        })
    }

    async fn connected(&self) -> Result<ConnectionFacts, Fault> {
        self.client.session.verify_project().await?;
        let scope = self.project().await?;
        // The one read that the operator cannot do without.
        self.client
            .read::<GroupPage>(&Read {
                query: &[("limit", "1"), ("offset", "0")],
                ..Read::of_sdrs(
                    "ListProtectionGroups",
                    "listing the protection groups",
                    &["server-groups"],
                )
            })
            .await?;
        let (api_version, quotas) = tokio::join!(Self::informs(self.api_version()), Self::informs(self.quotas()));
        Ok(ConnectionFacts {
            api_version,
            scope,
            quotas,
        })
    }

    async fn project(&self) -> Result<String, Fault> {
        Ok(self.client.session.pass(Urgency::Routine).await?.project)
    }

    /// The version that the service calls its current one; none if it does not say.
    async fn api_version(&self) -> Option<String> {
        let request = Request::new("ListApiVersions", Method::GET, self.client.sdrs.at(&[], &[]).ok()?);
        let response = self.client.session.transport.read(&request).await.ok()?;
        let versions = serde_json::from_slice::<Versions>(&response.body).ok()?.versions;
        let current = versions
            .iter()
            .find(|version| version.status.as_deref() == Some("CURRENT"));
        current.or(versions.first()).and_then(|version| version.id.clone())
    }

    /// The quotas; none where they cannot be read.
    async fn quotas(&self) -> Vec<Quota> {
        let read = Read {
            informs: true,
            ..Read::of_sdrs("ShowQuota", "reading the quotas", &["sdrs", "quotas"])
        };
        let answer = self.client.read::<Quotas>(&read).await;
        let quota = |entry: crate::wire::QuotaEntry| {
            Some(Quota {
                resource: entry.resource?,
                used: u64::try_from(entry.used?).ok()?,
                limit: u64::try_from(entry.quota?).ok(),
            })
        };
        let resources = answer.map(|answer| answer.quotas.resources).unwrap_or_default();
        resources.into_iter().filter_map(quota).collect()
    }

    /// What only informs: for so long it is waited for, and nothing depends on it.
    async fn informs<T: Default>(reading: impl Future<Output = T>) -> T {
        tokio::time::timeout(INFORMS, reading).await.unwrap_or_default()
    }
}

impl fmt::Debug for Sdrs {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Sdrs")
            .field("endpoint", &self.client.sdrs)
            .finish_non_exhaustive()
    }
}

#[async_trait]
impl Provider for Sdrs {
    fn kind(&self) -> &'static str {
        "sdrs"
    }

    fn endpoint(&self) -> String {
        self.client.sdrs.place()
    }

    /// The project: its id is unique over all regions of a cloud, whatever gateway leads to it.
    async fn identity(&self) -> Result<Scope, Fault> {
        self.client.session.verify_project().await?;
        self.project().await.map(Scope::new)
    }

    /// Each of the two moves is a job over all servers and disks of the group; the vendor names no duration, and no client waits less.
    fn there_and_back(&self) -> Option<Duration> {
        Some(THERE_AND_BACK)
    }

    fn plan(&self, operation: OperationType, _target: Station, _seen: &Observation) -> Option<Plan> {
        Some(Plan {
            outcome: PlannedOutcome::usual(operation),
            steps: plan::steps(operation, self.dead_time_seconds),
        })
    }

    fn capabilities(&self) -> Vec<String> {
        let operations = OperationType::ALL.iter().map(|operation| operation.as_str().to_owned());
        operations
            .chain(self.client.ecs.as_ref().map(|_| "ReadServerState".to_owned()))
            .collect()
    }

    fn obstacles(&self) -> &'static [Obstacle] {
        OBSTACLES
    }

    async fn connect(&self) -> Result<ConnectionFacts, Fault> {
        whole("connecting", self.connected()).await
    }

    async fn list(&self) -> Result<BTreeMap<String, Observation>, Fault> {
        Ok(self.list_wanted(&Wanted::everything()).await?.objects)
    }

    async fn list_wanted(&self, wanted: &Wanted) -> Result<Listing, Fault> {
        Ok(observe::list(&self.client, &self.memory, wanted).await?)
    }

    async fn observe(&self, object: &str) -> Result<Observation, Fault> {
        let reading = async { Ok(observe::full(&self.client, &self.memory, object).await?) };
        whole("reading the protection group with its members", reading).await
    }

    async fn observe_for_failover(&self, object: &str) -> Result<Observation, Fault> {
        Ok(observe::for_failover(&self.client, &self.memory, object).await?)
    }

    async fn observe_after_failover(&self, object: &str) -> Result<Observation, Fault> {
        let reading = async { Ok(observe::after_failover(&self.client, &self.memory, object).await?) };
        whole("reading the protection group after its failover", reading).await
    }

    async fn prepare(&self, call: &CallRequest) -> Result<Box<dyn PreparedCall>, Fault> {
        call::prepare(&self.client, call).await
    }

    async fn poll(&self, _action: &str, operation: OperationType, job: &str) -> Result<JobReport, Fault> {
        Ok(jobs::poll(&self.client, operation, job).await?)
    }

    async fn find(&self, lost: &LostCall) -> Result<Option<JobReport>, Fault> {
        Ok(jobs::find(&self.client, lost).await?)
    }
}
