//! The stage of the stories: what is there, what is asked for, what is looked at.
//! It must not decide what is right; each story does.

mod ask;
mod look;
mod scene;
mod spoil;

pub use ask::CONFIRM_LATE;
pub use look::{condition, reason};
pub use scene::{Before, Scene, Setup};
pub use spoil::{after_applying, answers, before_applying, hold, on, on_reads};

use k8s_openapi::api::coordination::v1::Lease;
use libtest_mimic::Trial;
use stationmaster_testkit::installation::{Installation, Operator, OperatorOptions, Options};
use std::pin::Pin;
use std::time::Duration;
use tokio::sync::OnceCell;

/// The group that stories are about. Each scene has a cloud of its own, so the name is the same everywhere.
pub const GROUP: &str = "payments-db";

/// Seconds that an operator leads for without a renewal, where nobody waits for the lease.
pub const LONG_LEASE: u64 = 60;

/// A story as a test: it gets a runtime of its own.
pub fn story<F>(name: &str, tell: impl FnOnce() -> F + Send + 'static) -> Trial
where
    F: Future<Output = ()>,
{
    Trial::test(name, move || {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
        runtime.block_on(tell());
        Ok(())
    })
}

/// The stories of a module, each under its own name.
macro_rules! stories {
    ($($name:ident),* $(,)?) => {
        /// The stories of this module.
        pub fn stories() -> Vec<libtest_mimic::Trial> {
            let module = module_path!().split_once("::").map_or("", |(_, module)| module);
            vec![$(crate::stage::story(&format!("{module}::{}", stringify!($name)), $name)),*]
        }
    };
}
pub(crate) use stories;

/// A part of a story that runs beside others.
pub type Part<'a> = Pin<Box<dyn Future<Output = ()> + 'a>>;

/// The installation of all stories that leave the operator alone. It tells all that it can, in JSON: what it tells is searched for secrets.
pub async fn shared() -> &'static (Installation, Operator) {
    static SHARED: OnceCell<(Installation, Operator)> = OnceCell::const_new();
    let made = async || {
        let installation = Installation::start(Options::default()).await.unwrap();
        let options = OperatorOptions {
            log_level: "debug".into(),
            log_format: "json".into(),
            // Nobody else waits for it, and a busy machine must not take it away.
            lease_duration_seconds: LONG_LEASE,
            ..OperatorOptions::default()
        };
        let operator = installation.operator(options).await.unwrap();
        (installation, operator)
    };
    SHARED.get_or_init(made).await
}

/// An installation whose operator may be killed, with the first replica.
pub async fn own_installation() -> (Installation, Operator) {
    let installation = Installation::start(Options::default()).await.unwrap();
    let operator = installation.operator(OperatorOptions::replica("first")).await.unwrap();
    (installation, operator)
}

/// The same for one that is alone: a busy machine must not take its lease away, and when it was killed its [lease is freed](free_lease).
pub async fn own_installation_of_one() -> (Installation, Operator) {
    let installation = Installation::start(Options::default()).await.unwrap();
    let options = OperatorOptions {
        lease_duration_seconds: LONG_LEASE,
        ..OperatorOptions::replica("first")
    };
    let operator = installation.operator(options).await.unwrap();
    (installation, operator)
}

/// Takes the lease of a dead replica away instead of waiting for its end.
pub async fn free_lease(installation: &Installation) {
    let own = installation.own_namespace().await.unwrap();
    let free = serde_json::json!({"spec": {"holderIdentity": ""}});
    let _: Lease = own.patch("stationmaster", &free).await.unwrap();
}

/// Waits until `look` says yes; what it was about is told when it does not within three minutes.
pub async fn until(what: &str, mut look: impl AsyncFnMut() -> bool) {
    within(Duration::from_secs(180), what, &mut look).await;
}

/// The same with another bound.
pub async fn within(bound: Duration, what: &str, mut look: impl AsyncFnMut() -> bool) {
    let started = std::time::Instant::now();
    while !look().await {
        assert!(started.elapsed() < bound, "not within {} s: {what}", bound.as_secs());
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
}
