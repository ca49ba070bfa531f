//! Is production where a call needs it, and have the calls before it left their trace?
//! It must not ask what the operation was allowed: only what has become of it since.

use super::Call;
use crate::ledger::Submission;
use crate::plan::Effect;
use crate::{CallSpec, Observation, Permit, Phase, Reason, StepKind, Why, pace};

/// Between two calls of one operation somebody else can have moved production: then the next call would move it back, or overwrite the side
/// where it runs now. While it moves, a provider need not tell where it runs.
pub(super) fn moved_away(call: &Call<'_>) -> Option<Why> {
    let active = call.seen()?.active.known()?;
    let target = call.operation.target;
    let since = match (call.operation.kind.moves_production(), active == target) {
        (true, true) if !follows_the_move(call) => "already",
        (true, false) if follows_the_move(call) => "and not at the target",
        (false, false) => "by now",
        _ => return None,
    };
    let message = format!("production runs at {active} {since}: no call is made");
    Some(Why::new(Reason::ExternalRoleChange, message))
}

/// A passage is no result; and a move that has just been made may not be shown yet.
pub(super) fn moved_away_for_good(call: &Call<'_>) -> Option<Why> {
    let shown = !follows_the_move(call) || pace::outcome_overdue(call.step, call.now);
    moved_away(call).filter(|_| shown && call.seen().is_some_and(Observation::settled))
}

/// It is not known where production runs, and that should stay, or must be known.
pub(super) fn place_unknown(call: &Call<'_>) -> Option<Why> {
    let seen = call.seen()?;
    let needed = !call.operation.kind.moves_production() || follows_the_move(call);
    let message = || format!("where production runs is not known (status {})", seen.provider_status);
    (needed && seen.active.known().is_none()).then(|| Why::new(Reason::ActiveStationUnknown, message()))
}

/// The group is at rest, and it has had its time to show that production runs at the target: it was not moved.
pub(super) fn move_not_shown(call: &Call<'_>) -> Option<Why> {
    let seen = call.seen()?;
    let over = follows_the_move(call) && seen.settled() && pace::outcome_overdue(call.step, call.now);
    let status = &seen.provider_status;
    let message = || {
        format!(
            "production was to run at {} by now (status {status})",
            call.operation.target
        )
    };
    (over && seen.active.known().is_none()).then(|| Why::new(Reason::OutcomeDiffers, message()))
}

/// The calls before it have left no trace: somebody has taken them back, or the provider does not show them yet. That production runs at the
/// target is the trace of a move. Where they show nothing by their nature, the object must be as it was before them.
pub(super) fn no_trace(call: &Call<'_>) -> Option<Why> {
    let seen = call.seen()?;
    if follows_the_move(call) {
        return None;
    }
    let (gone, what) = match first_of_silent_calls(call) {
        Some(first) => (
            !seen.fingerprint.same_position(&first.before),
            "the group is not as it was before the first call",
        ),
        None => {
            let kind = call.operation.kind;
            let traced = seen.phase == Phase::Partway(kind) || seen.permit(kind) != Permit::Open;
            (!traced, "nothing is seen of the first call")
        }
    };
    let message = || {
        format!(
            "{what} (status {}): it was taken back, or is not shown yet",
            seen.provider_status
        )
    };
    gone.then(|| Why::new(Reason::StateChanged, message()))
}

/// But for the grace: what is not seen yet may be seen in a moment. Where nobody knows where production runs, the first call may have left one.
pub(super) fn no_trace_for_long(call: &Call<'_>) -> Option<Why> {
    no_trace(call).filter(|_| pace::outcome_overdue(call.step, call.now))
}

fn follows_the_move(call: &Call<'_>) -> bool {
    call.spec().is_some_and(|spec| spec.follows_the_move)
}

/// The first attempt of the operation that left, if all of its calls so far show nothing.
fn first_of_silent_calls<'a>(call: &Call<'a>) -> Option<&'a Submission> {
    let made = |spec: &CallSpec, left: Option<&'a Submission>| left.map(|first| (spec.effect, first));
    let mut before = call
        .operation
        .steps
        .iter()
        .filter(|s| s.spec.name != call.step.spec.name && s.part.is_none())
        .filter_map(|s| match &s.spec.kind {
            StepKind::Call(spec) => made(spec, s.first_left()),
            _ => None,
        });
    let (effect, first) = before.next()?;
    (effect == Effect::Nothing && before.all(|(effect, _)| effect == Effect::Nothing)).then_some(first)
}
