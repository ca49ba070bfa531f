//! Every question of the gate as a literal list of its rules, in the order in which they are asked.
//! It must not hold a rule's text. A line that stands in an earlier list for the same reason needs no comment.

use super::between;
use super::call::{self, Call};
use super::case::{self, Case};
use super::standing::{self, Sending};
use super::violation::Follows::{self, End, Reopen, Wait, Withhold};
use super::{loss, order, risk};
use crate::Why;
use crate::ledger::Ending::{Cancelled, Expired, Failed, Refused};
use crate::pace::Waits::{Condition, News, Reading};

/// A line about what is asked of a group: what follows, and the rule.
pub type CaseRule = (Follows, fn(&Case<'_>) -> Option<Why>);
/// A line about a call of the running operation.
pub type CallRule = (Follows, fn(&Call<'_>) -> Option<Why>);

/// A line about a recorded call: each withholds.
pub type SendingRule = fn(&Sending<'_>) -> Option<Why>;

/// May the planned failover of an armed intent begin? Nothing ends it here: that its text is of now was judged when it was armed, and it lapses
/// by its own deadline.
pub const INTENT_MAY_BEGIN: &[CaseRule] = &[
    (Wait(News), case::not_claimed), // a part of what would be moved may be another group's
    (Wait(News), case::operation_running), // one operation at a time; the intent is armed beside it and comes next
    (Wait(News), case::suspended),   // the switch of a person who wants nothing to move
    (Wait(News), case::unseen),      // nobody can say what would be moved
    (Wait(News), case::not_permitted), // the provider's state does not allow it: an intent is never forced
    (Wait(News), case::active_unknown), // from nowhere nothing is moved
    (Wait(News), case::already_there), // nor to where it is
    (Wait(News), case::listed_only), // a listing may be older than the state that the author saw
    (Wait(News), case::not_supported), // without a plan there is nothing to do
    (Wait(News), case::check_fails), // what would stop its first step anyway is told before it is recorded
];

/// May a forced failover that a person filed begin? Only facts end it; for all else it waits until its `notAfter`, and is judged wholly anew.
pub const FORCED_ORDER_MAY_BEGIN: &[CaseRule] = &[
    (End(Refused), case::of_another_group), // before all else: the name may belong to a group that is gone
    (End(Cancelled), case::taken_back), // who takes the name of an operation that was taken back learns what became of that
    (End(Expired), case::lapsed),       // the same where its time was over
    (End(Refused), case::ran_before),   // a name that ran is never run again, whatever else is right with it
    (End(Refused), order::replayed),    // an order is an act of a person: put back by a program it is none
    (End(Refused), case::without_end),  // an order without an end would lie in wait for another state
    (End(Expired), case::too_late),     // before the token: who comes too late learns that, and not an old state
    (End(Refused), case::without_token), // its author must have seen a state
    (End(Refused), case::target_missing), // and must have said where to
    (End(Refused), loss::loss_not_accepted), // and what may be lost
    (Wait(News), order::behind_a_planned_failover), // that one may still fail
    (End(Refused), case::token_used),   // more telling than stale
    (End(Refused), order::order_stale), // the state must be the one that its author saw
    (Wait(News), order::not_noted),     // what is not remembered could be put back
    (Wait(News), case::not_claimed),    // the claim comes, or a person corrects one of the two groups
    (Wait(News), case::call_under_way), // what has not called gives way; what has called is carried to its end
    (Wait(Reading), case::unseen),      // what cannot be read is read again
    (Wait(News), order::listing_not_enough), // a listing may let an order begin, and ends none
    (End(Refused), case::already_there), // there is nothing to move
    (Wait(Condition), case::provider_works), // a passage ends by itself
    (End(Refused), case::not_permitted_at_all), // the provider's state forbids it
    (Wait(Condition), risk::risk_not_accepted), // the link may come back, or its author accepts that it does not
    (End(Refused), case::not_supported), // the provider has no such operation
    (End(Refused), loss::loss_unknown), // a bound is worth nothing where the loss is not told
    (End(Refused), loss::loss_too_large), // more than was accepted
];

/// May another operation that a person filed begin? What passes by itself is waited for, until its `notAfter`.
pub const ORDER_MAY_BEGIN: &[CaseRule] = &[
    (End(Refused), case::of_another_group),
    (End(Cancelled), case::taken_back),
    (End(Expired), case::lapsed),
    (End(Refused), case::planned_by_order), // a planned failover is asked for on the group, where Git can hold it
    (End(Refused), case::ran_before),
    (End(Refused), case::without_end),
    (End(Expired), case::too_late),
    (End(Refused), case::without_token),
    (End(Refused), case::token_used),
    (End(Refused), case::token_stale),
    (Wait(News), case::not_claimed),
    (Wait(News), case::suspended),         // nothing is lost by waiting for the switch
    (Wait(News), case::operation_running), // nor for the running operation
    (Wait(News), case::unseen),            // nor for the provider
    (Wait(News), case::listed_only),
    (End(Refused), case::active_unknown), // nothing is overwritten where it is not certain which side lives
    (End(Refused), case::wrong_station),  // its author saw production elsewhere
    (End(Refused), case::side_not_named), // a re-protection overwrites a side: its author must have said which stays
    (End(Refused), case::not_permitted),
    (End(Refused), case::not_supported),
];

/// May the first call of an operation be recorded?
pub const FIRST_CALL_MAY_BE_RECORDED: &[CallRule] = &[
    (Wait(News), call::not_claimed), // in this very pass each object must be the group's own
    (Wait(News), call::suspended),   // the switch stops every mutating call
    (Wait(Reading), call::unseen),   // no call is made blindly
    (Wait(Reading), call::listing_not_enough), // nor sent on a listing: a forced failover may be recorded on one
    (Wait(Condition), call::not_permitted), // the state can have changed since the operation began; its deadline ends it
    (Wait(Condition), call::direction_unknown), // the same with where production runs
    (Reopen, call::check_open),             // a fact that held a moment ago does not any more
];

/// May a further call of an operation be recorded? It is bound to what the first one did, not to the state that the author saw.
pub const FURTHER_CALL_MAY_BE_RECORDED: &[CallRule] = &[
    (Wait(News), call::not_claimed),
    (Wait(News), call::suspended),
    (Wait(Reading), call::unseen),
    (Wait(Reading), call::listed_only),
    (End(Failed), between::moved_away_for_good), // somebody else moved production: the call would move it back, or overwrite it
    (Wait(Condition), between::moved_away),      // a passage is no result
    (End(Failed), between::move_not_shown),      // the move before it did not happen, whoever said so
    (Wait(Condition), between::place_unknown), // what must not move production cannot go on where nobody knows where it runs
    (End(Failed), between::no_trace_for_long), // its first call was taken back
    (Wait(Condition), between::no_trace),      // or is not shown yet
    (Reopen, call::check_open),
];

/// May a call on a part of a job be recorded, which a person decided? Production may run at the target already: what of that is right, the provider
/// knows, and offers nothing else.
pub const PART_CALL_MAY_BE_RECORDED: &[CallRule] = &[
    (Wait(News), call::not_claimed),
    (Wait(News), call::suspended),
    (Wait(Reading), call::unseen),
    (Wait(Reading), call::part_unread), // what the provider allows is read in this very pass
    (Withhold, call::part_not_offered), // a part is left out only where the reading permits it; the decision is used up
];

/// May it be sent?
pub const PART_CALL_MAY_BE_SENT: &[CallRule] = &[
    (Withhold, call::object_changed), // while the job waits nothing changes but by somebody else
    (Withhold, call::listed_only),
];

/// May a call that perhaps happened be made once more? Asked only where a second one does nothing at the provider, with the lists for sending after it; what follows is always
/// that evidence is looked for, or a person is asked.
pub const REPEAT_MAY_BE_RECORDED: &[CallRule] = &[
    (Withhold, call::refused_before),  // the provider has spoken
    (Withhold, call::withdrawn),       // nobody wants it any more
    (Withhold, call::not_claimed),     // an object may be another group's by now
    (Withhold, call::suspended),       // the switch stops every mutating call
    (Withhold, call::object_gone),     // its author took it back
    (Withhold, call::time_over),       // its author wanted it until then
    (Withhold, call::tried_enough),    // a provider that never answers is no reason to go on for ever
    (Withhold, call::dropped_no_more), // the key is remembered for a time only
    (Withhold, call::unseen),          // no call is made blindly
    (Withhold, call::listed_only),     // nor on a listing
];

/// What a repeat must meet besides, right before it is sent.
pub const REPEAT_MAY_BE_SENT: &[CallRule] = &[
    (Withhold, call::known_made),    // meanwhile it was learned that the call was made
    (Withhold, call::not_droppable), // the provider would carry out both
    (Withhold, call::withdrawn),     // it was taken back since it was recorded
];

/// May the first call of an operation be sent? The last look: is what was recorded still true?
pub const FIRST_CALL_MAY_BE_SENT: &[CallRule] = &[
    (Withhold, call::object_changed), // the state that it is bound to is gone
    (Withhold, between::moved_away),  // before depth and permit, so that who moved it is told
    (Withhold, call::listed_only),    // a listing is not enough to act on
    (Withhold, call::not_permitted),
    (Withhold, call::direction_unknown),
    (Withhold, call::check_open),
];

/// May a further call be sent?
pub const FURTHER_CALL_MAY_BE_SENT: &[CallRule] = &[
    (Withhold, call::object_changed),
    (Withhold, between::moved_away),
    (Withhold, call::listed_only),
    (Withhold, between::place_unknown),
    (Withhold, between::no_trace),
    (Withhold, call::check_open),
];

/// May a call that is recorded and signed be sent? Asked once the lists above hold: the driver has read all of this right before the sending.
pub const RECORDED_CALL_MAY_BE_SENT: &[SendingRule] = &[
    standing::same_ledger,  // nobody else has decided anything since
    standing::same_group,   // nobody has taken it back since, nor made another group of that name
    standing::in_time,      // a call that was held up for long is not the one that was decided
    standing::not_stopping, // a process that ends could not write the answer down
    standing::leads,        // work that two replicas do at once is wasted; what keeps them apart is the guarded record
];
