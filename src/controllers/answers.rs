//! Answers what no group's pass sees, and says that it was seen of what a pass has not come to yet; again after a while where that failed.
//! It must not judge: `orphans`, `unreadable` and `seen` say what is told.

use super::group::{Error, seen};
use super::{Context, orphans, unreadable};
use crate::places::{Haste, Places};
use crate::watch::Unreadable;
use futures::StreamExt;
use futures::channel::mpsc::{UnboundedReceiver, UnboundedSender, unbounded};
use futures::stream::FuturesUnordered;
use kube::ResourceExt;
use kube::runtime::reflector::ObjectRef;
use stationmaster_api::{OperationDecision, ProtectionGroup, RecoveryOperation};
use std::time::Duration;

/// How many are answered at the same time; of one namespace a quarter of them.
const AT_ONCE: usize = 16;
/// So long a pass has time to say more. Nobody looks sooner, and where nothing hangs nothing more is written.
const PASS: Duration = Duration::from_secs(1);
/// The pause after the first failure; each further one doubles it.
const PAUSE: Duration = Duration::from_secs(2);
/// The longest pause.
const LONGEST: Duration = Duration::from_secs(64);

/// Something that wants an answer.
#[derive(Clone, Debug)]
pub enum Case {
    /// A group.
    Group(ObjectRef<ProtectionGroup>),
    /// An operation.
    Operation(ObjectRef<RecoveryOperation>),
    /// A decision.
    Decision(ObjectRef<OperationDecision>),
    /// An object that cannot be read.
    Unreadable(Unreadable),
}

impl Case {
    fn namespace(&self) -> String {
        let namespace = match self {
            Case::Group(reference) => reference.namespace.clone(),
            Case::Operation(reference) => reference.namespace.clone(),
            Case::Decision(reference) => reference.namespace.clone(),
            Case::Unreadable(object) => Some(object.namespace.clone()),
        };
        namespace.unwrap_or_default()
    }
}

/// Takes cases from anywhere.
#[derive(Clone)]
pub struct Answers(UnboundedSender<(Case, Duration)>);

/// Where they come out: each with the pause before it is looked at.
pub type Cases = UnboundedReceiver<(Case, Duration)>;

impl Answers {
    /// The sending and the receiving end.
    pub fn new() -> (Answers, Cases) {
        let (sender, receiver) = unbounded();
        (Answers(sender), receiver)
    }

    /// Takes what no pass will see.
    pub fn ask(&self, case: Case) {
        // The receiver lives as long as the operator leads.
        let _ = self.0.unbounded_send((case, Duration::ZERO));
    }

    /// Takes what a pass was woken for, and may be late for.
    pub fn ask_later(&self, case: Case) {
        let _ = self.0.unbounded_send((case, PASS));
    }
}

/// Answers until nothing can come any more.
pub async fn run(context: &Context, cases: Cases, unreadable: UnboundedReceiver<Unreadable>) {
    super::wakers::synced(context).await;
    let places = Places::new(AT_ONCE);
    let unreadable = unreadable.map(|object| (Case::Unreadable(object), Duration::ZERO));
    let mut cases = futures::stream::select(cases, unreadable);
    let mut working = FuturesUnordered::new();
    loop {
        tokio::select! {
            Some((case, pause)) = cases.next() => working.push(attempt(context, &places, case, pause)),
            Some(ended) = working.next() => {
                if let Some((case, pause)) = ended {
                    working.push(attempt(context, &places, case, pause));
                }
            }
            else => return,
        }
    }
}

/// One try after a pause; what is left to do, and after which pause.
async fn attempt(context: &Context, places: &Places, case: Case, pause: Duration) -> Option<(Case, Duration)> {
    tokio::time::sleep(pause).await;
    let place = places.take(&case.namespace(), "", Haste::Routine).await;
    let told = answer(context, &case).await;
    drop(place);
    let error = match told {
        Ok(again) => return again.map(|pause| (case, pause)),
        Err(error) => error,
    };
    if !error.conflict() {
        let error = crate::telemetry::error_chain(&error);
        tracing::warn!(case = ?case, error, "it could not be answered; it is tried again");
    }
    Some((case, (pause * 2).clamp(PAUSE, LONGEST)))
}

/// One answer; the pause after which there may be another one to give.
async fn answer(context: &Context, case: &Case) -> Result<Option<Duration>, Error> {
    let stores = &context.stores;
    match case {
        Case::Group(reference) => {
            if let Some(object) = stores.groups.get(reference) {
                seen::group(context, &object).await?;
            }
        }
        Case::Operation(reference) => {
            let Some(object) = stores.operations.get(reference) else {
                return Ok(None);
            };
            let namespace = object.namespace().unwrap_or_default();
            match stores.group(&namespace, &object.spec.group_ref.name) {
                Some(group) => return seen::operation(context, &group, &object).await,
                None => orphans::operation(context, &object).await?,
            }
        }
        Case::Decision(reference) => {
            let Some(object) = stores.decisions.get(reference) else {
                return Ok(None);
            };
            let namespace = object.namespace().unwrap_or_default();
            let judges = stores.judges(&object);
            match judges.iter().find_map(|group| stores.group(&namespace, group)) {
                Some(group) => seen::decision(context, &group, &object).await?,
                None => orphans::decision(context, &object).await?,
            }
        }
        Case::Unreadable(object) => unreadable::tell(context, object).await?,
    }
    Ok(None)
}
