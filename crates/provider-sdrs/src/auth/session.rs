//! One identity at one provider: the token, its renewal by one caller at a time, the project's id, and the memory of refusals.
//! It must not know what requests are for.

use super::hold_off::HoldOff;
use super::login::{Granted, Login, login};
use super::project;
use super::secrets::Secrets;
use super::signing::{put, sign};
use crate::clock::Clock;
use crate::endpoint::Endpoint;
use crate::problem::Problem;
use crate::sign::Form;
use http::{HeaderName, Method};
use jiff::Timestamp;
use secrecy::{ExposeSecret, SecretString};
use stationmaster_engine::Reason;
use stationmaster_provider::{Fault, FaultClass};
use stationmaster_transport::{Request, Transport};
use std::sync::Arc;
use std::time::Duration;
use tokio::sync::Mutex;
use tokio::time::Instant;

/// An access key.
pub(crate) struct Key {
    pub(crate) access_key: String,
    pub(crate) secret_key: SecretString,
    pub(crate) security_token: Option<SecretString>,
    pub(crate) form: Form,
}

/// How this connection proves who it is.
pub(crate) enum Credentials {
    Password {
        username: String,
        password: SecretString,
        domain_name: String,
        iam: Endpoint,
    },
    AccessKey {
        key: Key,
        iam: Option<Endpoint>,
    },
}

/// Whether a refusal of a moment ago may be taken for the answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Urgency {
    /// A read: wrong credentials are not tried again for a while.
    Routine,
    /// A call that a person waits for: try, whatever was refused before.
    Urgent,
}

/// What a request was authorised with.
#[derive(Clone)]
pub(crate) struct Pass {
    /// Which token; 0 for access keys.
    generation: u64,
    token: Option<SecretString>,
    /// What must not be read in any text about the request.
    pub(crate) secrets: Secrets,
    /// The project.
    pub(crate) project: String,
}

struct Token {
    value: SecretString,
    renew_at: Instant,
    dead_at: Instant,
}

#[derive(Default)]
struct State {
    token: Option<Token>,
    generation: u64,
    project: Option<String>,
    hold_off: HoldOff,
}

/// The identity.
pub(crate) struct Session {
    pub(crate) transport: Arc<Transport>,
    pub(crate) clock: Clock,
    pub(crate) credentials: Credentials,
    pub(crate) project_id: Option<String>,
    pub(crate) project_name: Option<String>,
    state: Mutex<State>,
}

/// How long a token that is still good is used after a renewal that failed.
const RENEW_PAUSE: Duration = Duration::from_secs(60);

impl Session {
    pub(crate) fn new(
        transport: Arc<Transport>,
        clock: Clock,
        credentials: Credentials,
        project_id: Option<String>,
        project_name: Option<String>,
    ) -> Session {
        Session {
            transport,
            clock,
            credentials,
            project_id,
            project_name,
            state: Mutex::default(),
        }
    }

    /// What requests need: a token where there are tokens, and the project. One caller logs in, the others wait for it.
    pub(crate) async fn pass(&self, urgency: Urgency) -> Result<Pass, Problem> {
        let mut state = self.state.lock().await;
        if let (Urgency::Routine, Some(fault)) = (urgency, state.hold_off.fault()) {
            return Err(fault.into());
        }
        let mut token = None;
        let secrets = match &self.credentials {
            Credentials::Password { password, .. } => {
                self.renew(&mut state).await?;
                token = state.token.as_ref().map(|token| token.value.clone());
                Secrets::of(token.iter().chain([password]).cloned())
            }
            Credentials::AccessKey { key, .. } => {
                self.find_project(&mut state, key).await?;
                Secrets::of([key.secret_key.clone()].into_iter().chain(key.security_token.clone()))
            }
        };
        let project = state
            .project
            .clone()
            .ok_or_else(|| project::not_found("no project is set".to_owned()))?;
        Ok(Pass {
            generation: state.generation,
            token,
            secrets,
            project,
        })
    }

    /// Puts the credentials on a request. Signatures are made as of `at`, over all headers that the request has by now.
    pub(crate) fn authorize(&self, request: &mut Request, host: &str, pass: &Pass, at: Timestamp) -> Result<(), Fault> {
        match (&self.credentials, &pass.token) {
            (Credentials::AccessKey { key, .. }, _) => sign(request, key, host, Some(&pass.project), at),
            (Credentials::Password { .. }, Some(token)) => {
                put(request, HeaderName::from_static("x-auth-token"), token.expose_secret())
            }
            (Credentials::Password { .. }, None) => Err(Fault::new(
                FaultClass::NotSent,
                Reason::AuthenticationFailed,
                "there is no token",
            )),
        }
    }

    /// The provider did not take the pass: the token is dropped, so that the next pass logs in anew. `remember` holds off further tries.
    pub(crate) async fn refused(&self, pass: &Pass, remember: Option<&Fault>) {
        let mut state = self.state.lock().await;
        if state.generation == pass.generation {
            state.token = None;
        }
        if let Some(fault) = remember {
            state.hold_off.refused(fault);
        }
    }

    /// The provider took the pass.
    pub(crate) async fn accepted(&self) {
        self.state.lock().await.hold_off.accepted();
    }

    /// Whether a refused request can be asked again with a new token.
    pub(crate) fn can_renew(&self) -> bool {
        matches!(self.credentials, Credentials::Password { .. })
    }

    async fn renew(&self, state: &mut State) -> Result<(), Problem> {
        let now = Instant::now();
        if state.token.as_ref().is_some_and(|token| now < token.renew_at) {
            return Ok(());
        }
        let Credentials::Password {
            username,
            password,
            domain_name,
            iam,
        } = &self.credentials
        else {
            return Ok(());
        };
        let who = Login {
            username,
            password,
            domain_name,
            project_id: self.project_id.as_deref(),
            project_name: self.project_name.as_deref(),
        };
        match login(&self.transport, iam, &who, self.clock.now()).await {
            Ok(Granted { token, life, project }) => {
                state.token = Some(Token {
                    value: token,
                    renew_at: now + life.mul_f64(0.8),
                    dead_at: now + life,
                });
                state.generation += 1;
                state.project = Some(project);
                Ok(())
            }
            Err(problem) if problem.fault.class == FaultClass::Denied => {
                state.hold_off.refused(&problem.fault);
                state.token = None;
                Err(problem)
            }
            // A token in the last fifth of its life still serves while IAM cannot be reached.
            // It is asked again after a while, so that an IAM that hangs does not hold up every request.
            Err(_) if state.token.as_ref().is_some_and(|token| now < token.dead_at) => {
                if let Some(token) = &mut state.token {
                    token.renew_at = now + RENEW_PAUSE;
                }
                Ok(())
            }
            Err(problem) => Err(problem),
        }
    }

    async fn find_project(&self, state: &mut State, key: &Key) -> Result<(), Problem> {
        if state.project.is_some() {
            return Ok(());
        }
        let Credentials::AccessKey { iam, .. } = &self.credentials else {
            return Ok(());
        };
        let (Some(name), Some(iam)) = (&self.project_name, iam) else {
            state.project.clone_from(&self.project_id);
            return Ok(());
        };
        let uri = iam.at(&["v3", "projects"], &[("name", name)])?;
        let mut request = Request::new("ListProjects", Method::GET, uri);
        sign(&mut request, key, iam.host(), None, self.clock.now())?;
        let response = self.transport.read(&request).await?;
        let secrets = Secrets::of([key.secret_key.clone()].into_iter().chain(key.security_token.clone()));
        let found = project::id_of(name, &response, self.clock.now(), |text| secrets.scrub(text));
        let id = found.inspect_err(|problem| {
            if problem.fault.class == FaultClass::Denied {
                state.hold_off.refused(&problem.fault);
            }
        })?;
        if let Some(wanted) = &self.project_id
            && *wanted != id
        {
            let message = format!("project {name} has the id {id}, not {wanted}");
            return Err(project::not_found(message).into());
        }
        state.project = Some(id);
        Ok(())
    }
}
