//! One identity at one provider: its token, renewed by one caller at a time, the project's id, and what each endpoint has refused.
//! It must not know what requests are for.

use super::credentials::Credentials;
use super::login::{Login, login};
use super::project::secrets_of;
use super::signing::{put, sign};
use super::token::{Standing, Token};
use crate::problem::Problem;
use http::HeaderName;
use jiff::Timestamp;
use secrecy::{ExposeSecret, SecretString};
use stationmaster_engine::Reason;
use stationmaster_provider::{Fault, FaultClass};
use stationmaster_transport::{Alone, Clock, Gate, Request, Secrets, Transport, Urgency, Way, within};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

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

/// What is remembered of each endpoint: one that refuses says nothing of the others.
#[derive(Default)]
pub(crate) struct Gates {
    pub(crate) sdrs: Gate,
    pub(crate) ecs: Gate,
    pub(super) iam: Gate,
}

/// What the session has in hand.
#[derive(Default)]
pub(super) struct State {
    token: Option<Token>,
    /// The project that IAM told for an access key, by the name that is set.
    pub(super) project: Option<String>,
}

/// The identity.
pub(crate) struct Session {
    pub(crate) transport: Arc<Transport>,
    pub(crate) clock: Clock,
    pub(crate) credentials: Credentials,
    pub(crate) project_id: Option<String>,
    pub(crate) project_name: Option<String>,
    pub(crate) gates: Gates,
    pub(super) state: Mutex<State>,
}

/// How long a request waits for the renewal of a token that still serves.
const RENEWAL: Duration = Duration::from_secs(3);
/// How long a login may take; those who wait for it share its answer.
const LOGIN: Duration = Duration::from_secs(15);

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
            gates: Gates::default(),
            state: Mutex::default(),
        }
    }

    /// What requests need: a token where there are tokens, and the project.
    pub(crate) async fn pass(&self, urgency: Urgency) -> Result<Pass, Problem> {
        match &self.credentials {
            Credentials::Password { password, .. } => {
                let token = self.token(urgency).await?;
                Ok(Pass {
                    generation: token.generation,
                    secrets: Secrets::of([token.value.clone(), password.clone()]),
                    token: Some(token.value),
                    project: token.project,
                })
            }
            Credentials::AccessKey { key, .. } => Ok(Pass {
                generation: 0,
                token: None,
                secrets: secrets_of(key),
                project: self.project(key, urgency).await?,
            }),
        }
    }

    /// Puts the credentials on a request. Signatures are made as of `at`, over all headers that the request has by now.
    pub(crate) fn authorize(&self, request: &mut Request, host: &str, pass: &Pass, at: Timestamp) -> Result<(), Fault> {
        match (&self.credentials, &pass.token) {
            (Credentials::AccessKey { key, .. }, _) => sign(request, key, host, Some(&pass.project), at),
            (Credentials::Password { .. }, Some(token)) => {
                put(request, HeaderName::from_static("x-auth-token"), token.expose_secret())
            }
            (Credentials::Password { .. }, None) => Err(no_token()),
        }
    }

    /// SDRS did not take the pass: its token is renewed before the next use, and used on where that fails.
    pub(crate) fn doubt(&self, pass: &Pass) {
        if let Some(token) = &mut self.state().token
            && token.generation == pass.generation
        {
            token.refuse();
        }
    }

    /// Whether the pass holds the newest credentials that could be had: for a token, that IAM gave it after the last refusal.
    pub(crate) fn renewed_since(&self, before: &Pass, now: &Pass) -> bool {
        !self.has_tokens() || now.generation > before.generation
    }

    /// A text without anything secret that this session holds.
    pub(crate) fn scrub(&self, text: &str) -> String {
        match &self.credentials {
            Credentials::Password { password, .. } => {
                let token = self.state().token.as_ref().map(|token| token.value.clone());
                Secrets::of(token.into_iter().chain([password.clone()])).scrub(text)
            }
            Credentials::AccessKey { key, .. } => secrets_of(key).scrub(text),
        }
    }

    /// Whether it works with tokens of IAM.
    pub(crate) fn has_tokens(&self) -> bool {
        matches!(self.credentials, Credentials::Password { .. })
    }

    /// A token that serves.
    async fn token(&self, urgency: Urgency) -> Result<Token, Problem> {
        let known = self.state().token.clone();
        let standing = known.as_ref().map(Token::standing);
        match (known, standing) {
            (Some(token), Some(Standing::Good)) => Ok(token),
            (Some(token), Some(Standing::Aged)) => Ok(self.renewed(token, urgency).await),
            (known, _) => match (self.log_in(urgency).await, known) {
                (Ok(()), known) => self.state().token.clone().or(known).ok_or_else(|| no_token().into()),
                // Whatever IAM says: whether a token is good only the service knows.
                (Err(problem), Some(token)) => {
                    tracing::debug!(error = problem.fault.message, "the token is used on");
                    Ok(token)
                }
                (Err(problem), None) => Err(problem),
            },
        }
    }

    /// A token that serves while it is renewed. One caller renews it and waits a moment for that; an urgent one does not.
    async fn renewed(&self, token: Token, urgency: Urgency) -> Token {
        if urgency == Urgency::Urgent {
            return token;
        }
        let Some(alone) = self.gates.iam.alone_if_free() else {
            return token;
        };
        let tried = self.log_in_alone(alone, urgency);
        if let Ok(Ok(())) = tokio::time::timeout(RENEWAL, tried).await {
            return self.state().token.clone().unwrap_or(token);
        }
        self.keep(&token);
        token
    }

    /// Gets a token. One caller logs in, the others wait for it and share what came of it.
    async fn log_in(&self, urgency: Urgency) -> Result<(), Problem> {
        match self.gates.iam.alone(urgency).await? {
            Way::Free => Ok(()),
            Way::Alone(alone) => {
                let late = || format!("getting a token from IAM: no answer within {} s", LOGIN.as_secs());
                let outcome = within(LOGIN, late, self.log_in_alone(alone, urgency)).await;
                let kept = self.state().token.clone();
                if let (Err(_), Some(token)) = (&outcome, kept) {
                    self.keep(&token);
                }
                outcome
            }
        }
    }

    async fn log_in_alone(&self, alone: Alone<'_>, urgency: Urgency) -> Result<(), Problem> {
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
            urgent: urgency == Urgency::Urgent,
        };
        match login(&self.transport, iam, &who, self.clock.now()).await {
            Ok(granted) => {
                let mut state = self.state();
                let generation = state.token.as_ref().map_or(1, |token| token.generation + 1);
                state.token = Some(Token::new(granted, generation));
                drop(state);
                self.gates.iam.accepted();
                self.gates.sdrs.renewed();
                self.gates.ecs.renewed();
                alone.end(Ok(()));
                Ok(())
            }
            Err(problem) => {
                self.note_refusal(&problem, urgency);
                alone.end(Err(problem.fault.clone()));
                Err(problem)
            }
        }
    }

    fn keep(&self, token: &Token) {
        if let Some(known) = &mut self.state().token
            && known.generation == token.generation
        {
            known.keep();
        }
    }

    /// What IAM refuses is not tried again for a while; also where a page of something before IAM says so, because accounts are locked.
    pub(super) fn note_refusal(&self, problem: &Problem, urgency: Urgency) {
        if problem.fault.class == FaultClass::Denied || matches!(problem.status, Some(401 | 403)) {
            self.gates.iam.refused(&problem.fault, urgency);
        }
    }

    pub(super) fn state(&self) -> std::sync::MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

fn no_token() -> Fault {
    Fault::new(FaultClass::NotSent, Reason::AuthenticationFailed, "there is no token")
}
