//! Looks at what every order shows, each second: something is always said, and no order that must come through is given up.
//! It must not be kinder where nobody could write: a scene says when that is so.

use super::ground::Ground;
use stationmaster_api::OperationState;
use tokio::time::{Duration, Instant};

/// So long after it was filed an order may show nothing.
const SILENCE: Duration = Duration::from_secs(1);
/// How many of a kind are told.
const TOLD: usize = 3;

/// An order.
#[derive(Clone, Debug)]
pub struct Filed {
    name: String,
    at: Instant,
    must_not_end_badly: bool,
    blank: u32,
}

impl Filed {
    /// An order that is filed now.
    pub fn now(name: &str) -> Filed {
        Filed {
            name: name.to_owned(),
            at: Instant::now(),
            must_not_end_badly: false,
            blank: 0,
        }
    }
}

/// See the module.
#[derive(Debug, Default)]
pub struct Witness {
    filed: Vec<Filed>,
    /// Until then nobody could write anything.
    mute_until: Option<Instant>,
    untrue: Vec<String>,
}

impl Witness {
    /// An order was filed.
    pub fn files(&mut self, order: Filed) {
        self.filed.push(order);
    }

    /// An order was taken back.
    pub fn forgets(&mut self, name: &str) {
        self.filed.retain(|order| order.name != name);
    }

    /// What was demanded of orders so far is not demanded any more.
    pub fn begins_anew(&mut self) {
        self.filed.iter_mut().for_each(|order| order.must_not_end_badly = false);
    }

    /// This order must not be refused, nor fail.
    pub fn must_not_end_badly(&mut self, name: &str) {
        for order in self.filed.iter_mut().filter(|order| order.name == name) {
            order.must_not_end_badly = true;
        }
    }

    /// For so long nothing can be written: no operator runs, or the API server takes nothing.
    pub fn nobody_writes_for(&mut self, seconds: u64) {
        self.mute_until = self.mute_until.max(Some(Instant::now() + Duration::from_secs(seconds)));
    }

    /// Looks.
    pub fn look(&mut self, ground: &Ground) {
        let now = Instant::now();
        if self.mute_until.is_some_and(|until| now <= until + SILENCE) {
            return;
        }
        for order in &mut self.filed {
            let Some(object) = ground.operation(&order.name) else {
                continue;
            };
            let shown = object.status.unwrap_or_default();
            let said = |text: &Option<String>| text.as_deref().is_some_and(|text| !text.trim().is_empty());
            if shown.state.is_none() || !said(&shown.reason) || !said(&shown.message) {
                order.blank += u32::from(now >= order.at + SILENCE);
            }
            let badly = matches!(
                shown.state,
                Some(
                    OperationState::Refused
                        | OperationState::Failed
                        | OperationState::Expired
                        | OperationState::Cancelled
                )
            );
            if order.must_not_end_badly && badly && self.untrue.len() < TOLD {
                let (name, reason, message) = (&order.name, shown.reason, shown.message);
                self.untrue
                    .push(format!("{name} is given up: {:?} {reason:?}: {message:?}", shown.state));
                order.must_not_end_badly = false;
            }
        }
    }

    /// What must not be.
    pub fn found(&mut self) -> Vec<String> {
        let blank = self.filed.iter().filter(|order| order.blank > 0);
        let told = blank.map(|order| format!("{} shows nothing for {} s", order.name, order.blank));
        let mut found: Vec<String> = told.take(TOLD).collect();
        found.append(&mut self.untrue);
        found
    }
}
