//! The contract suite: numbered rules that each provider passes against its simulator.
//! It must not know how a provider works; it only asks through the trait, and looks at the world through a [`Bench`].
//!
//! `docs/provider-contract.md` lists the same numbers; a test keeps the two equal.

mod bench;
mod calls;
mod connection;
mod dressed;
mod effects;
mod jobs;
mod observation;
mod parts;
mod plans;
mod spoilt;
mod unfit;

pub use bench::{Bench, Disturbance, Flaw, JournalLine, Ready, Spoil};
pub use dressed::{Dress, Dressed};

use std::future::Future;
use std::pin::Pin;

/// Why a rule is broken.
pub type Broken = String;

type Checking<'a> = Pin<Box<dyn Future<Output = Result<(), Broken>> + Send + 'a>>;

/// One rule.
pub struct Rule {
    /// Its number in `docs/provider-contract.md`.
    pub number: u32,
    /// What it says.
    pub text: &'static str,
    check: for<'a> fn(&'a dyn Bench) -> Checking<'a>,
}

impl Rule {
    /// Checks the rule on a bench that nothing else has used.
    ///
    /// # Errors
    /// What was seen instead.
    pub async fn check(&self, bench: &dyn Bench) -> Result<(), Broken> {
        (self.check)(bench).await
    }
}

macro_rules! rules {
    ($($number:literal $text:literal => $check:path;)*) => {
        /// All rules, by number.
        pub const RULES: &[Rule] = &[$(
            Rule { number: $number, text: $text, check: |bench| Box::pin($check(bench)) },
        )*];
    };
}

rules! {
    1 "Two connections to the same object have the same identity, and no secret is in it." => connection::identity;
    2 "`connect` tells the scope that `identity` tells." => connection::connects;
    3 "Wrong credentials are `Denied` with `AuthenticationFailed`, for reads and calls, and nothing is done." => connection::wrong_credentials;
    4 "Where nobody listens, reads and calls are `NotSent`." => connection::nobody_listens;
    5 "A certificate that cannot be verified is `NotSent` with `CertificateInvalid`; nothing reaches the provider." => connection::certificate;
    6 "`list` holds every object at depth `Listed`, and agrees with `observe` on status, station and fingerprint." => observation::list_agrees;
    7 "An id that does not exist is `ProtectionObjectNotFound`, and is not in the list." => observation::not_found;
    8 "A status word that is not documented is kept, is `Phase::Unknown`, and closes every permit; a forced failover is open only at the risk `UnknownProviderState`." => observation::unknown_word;
    9 "While the provider works, the group is not settled and every permit is closed." => observation::closed_while_working;
    10 "A move by someone else changes the fingerprint." => observation::fingerprint_changes;
    11 "Two readings of an unchanged group are equal." => observation::stable;
    12 "Reads change nothing: the journal stays empty." => observation::reads_are_reads;
    13 "A plan is the same each time in the same state; its steps have unique names, and refer only to steps of it. What is no capability has no plan and no permit." => plans::well_formed;
    14 "A full reading holds each fact that the plan of a permitted operation checks, and it holds when the group is ready." => plans::facts;
    15 "A fact never holds while what it speaks of cannot be read." => plans::unreadable_fact;
    16 "`prepare` sends nothing mutating." => calls::prepare_is_silent;
    17 "An accepted call is in the journal exactly once, with the action of the plan, and works on the right object." => calls::accepted_once;
    18 "A refused call is `Refused` with the provider's code, is sent once, and changes nothing." => calls::refused;
    19 "A lost answer is `Ambiguous`, and the call was sent once." => calls::lost_answer;
    20 "A connection that is closed before the provider has acted is `Ambiguous` or `NotSent`, never more, and is sent once at most." => calls::lost_request;
    21 "A provider that never answers is `Ambiguous` once the deadline has passed, and the call was sent once." => calls::no_answer;
    22 "A gateway's 502, 503 and 504 are `Ambiguous`, even with `Retry-After`, and the call was sent once." => spoilt::gateway;
    23 "Throttling is `TurnedAway` with `CallTurnedAway` and the time that the provider asked for; nothing is done and nothing is sent again." => calls::throttled;
    24 "Credentials that lapse before the call are `TurnedAway` with `AuthenticationFailed`; the call is not repeated by itself, and the next one has fresh credentials." => calls::lapsed_credentials;
    25 "A success that cannot be read, is cut off, too long or too slow, is `Ambiguous`, and the call was sent once." => spoilt::success;
    26 "A redirect is not followed and is `Ambiguous`." => spoilt::redirect;
    27 "A call that was recorded long ago is not sent any more." => unfit::stale;
    28 "A call that does not fit its operation or endpoint is not sent." => unfit::misfit;
    29 "A job is followed to its success, with its parts, and then the group shows the outcome that the plan declares." => jobs::to_success;
    30 "A job of another kind than the operation's is told apart." => jobs::another_kind;
    31 "A job that fails is `Failed` with the provider's code, and the group shows that the operation's work failed." => jobs::failure;
    32 "A job that the provider does not know is `Gone`." => jobs::gone;
    33 "A job's success is not taken for the role: the reading shows what the provider shows." => jobs::success_without_effect;
    34 "`find` finds the job of a lost call where the provider lists it, and never one of an earlier call, nor one that is known as another call's." => jobs::find;
    35 "No secret is in any fault, answer or `Debug` text, even when the provider repeats it." => spoilt::secrets;
    36 "What a reading says to stand in the way is a word of the core or an obstacle that the provider declares, with its meaning." => observation::obstacles;
    37 "Each call shows the effect that it declares, and between two calls the operation is `Partway` or its permit is closed, and its outcome is not shown; a call that declares `Nothing` changes no part of the fingerprint; one that is declared harmless when made twice does nothing the second time." => effects::effects;
    38 "A connection that reaches the same objects by another address tells another endpoint and the same identity." => connection::another_address;
    39 "What is health and not position leaves the status and the station of the fingerprint as they are." => observation::health_is_no_position;
    40 "A job whose part failed waits for a person where the provider keeps it open: it offers what may be asked of which part, a retry of it is one call, and the job goes on to its success." => parts::retried;
}

/// Breaks a rule unless a condition holds.
macro_rules! ensure {
    ($condition:expr, $($text:tt)+) => {
        if !$condition {
            return Err(format!($($text)+));
        }
    };
}
use ensure;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_document_lists_the_same_rules() {
        let page = concat!(env!("CARGO_MANIFEST_DIR"), "/../../docs/provider-contract.md");
        let page = std::fs::read_to_string(page).unwrap();
        let listed: Vec<&str> = page
            .lines()
            .filter(|line| line.starts_with("| ") && line.as_bytes()[2].is_ascii_digit())
            .collect();
        let wanted: Vec<String> = RULES
            .iter()
            .map(|rule| format!("| {} | {} |", rule.number, rule.text))
            .collect();
        assert_eq!(listed, wanted, "docs/provider-contract.md and the suite differ");
        assert!(
            RULES
                .iter()
                .map(|rule| rule.number)
                .eq(1..=u32::try_from(RULES.len()).unwrap())
        );
    }
}
