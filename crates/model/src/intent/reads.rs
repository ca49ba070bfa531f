//! What the operator of the model reads at the provider, and what it remembers of that.
//! It must not judge what was read.

use super::design::Design;
use super::state::{OBJECT, Operator, State};
use jiff::{SignedDuration, Timestamp};
use stationmaster_engine::pass::{Observes, Seen, Watched};
use stationmaster_engine::{Depth, Observation, Reason, Sight};

/// What was seen last, and when; only of a design that begins by it.
pub(super) fn earlier(state: &State) -> Option<&(Observation, Timestamp)> {
    match &state.operator {
        Operator::Up { earlier, .. } => earlier.as_deref(),
        Operator::Down => None,
    }
}

pub(super) fn see(state: &State, depth: Depth) -> Sight {
    if state.dark {
        let (reason, message) = (Reason::ProviderUnreachable, "no route".to_owned());
        return Sight::Unseen { reason, message };
    }
    Sight::Seen(state.provider.observe(OBJECT, depth).expect("the object is there"))
}

pub(super) fn observe(state: &State, at: &Observes) -> Seen {
    let depth = if at.reads_the_object() {
        Depth::Full
    } else {
        Depth::Listed
    };
    state.provider.shown(at.look(), see(state, depth), state.now)
}

/// None where the console moves production in no time: then nothing need be remembered, and worlds that differ in nothing else stay equal.
pub(super) fn there_and_back(state: &State) -> Option<SignedDuration> {
    let seconds = i64::from(state.provider.variant.there_and_back_seconds);
    (seconds > 0).then(|| SignedDuration::from_secs(seconds))
}

/// What is seen now is remembered until the next look.
pub(super) fn watch(state: &mut State, design: Design, sight: &Sight) {
    let seen = sight.seen().filter(|_| there_and_back(state).is_some());
    let reading = seen.map(|seen| Watched::of(seen, state.now));
    let last = sight.seen().filter(|_| design.begins_by_the_list());
    // Where nothing is told by its age, worlds that differ in nothing else stay equal: it never grows old there.
    let at = if reading.is_some() { state.now } else { Timestamp::MAX };
    if let Operator::Up { watched, earlier, .. } = &mut state.operator {
        *watched = reading;
        *earlier = last.map(|seen| Box::new((seen.clone(), at)));
    }
}
