//! The trouble in which each design that is known to be wrong shows, kept small so that the shortest way is found in seconds.
//! It must not be tuned until nothing is found: a design that is not found fails the run.

use super::{Bound, Design, Spent};

/// A design, its name, whether the provider shows a revision, and the trouble.
pub type KnownBad = (Design, &'static str, bool, Spent);

const fn spent(people: u8, git: u8, console: u8, cluster: u8, deaths: u8, pauses: u8) -> Spent {
    Spent {
        people,
        git,
        console,
        servers: 0,
        cluster,
        deaths,
        pauses,
    }
}

/// All of them.
pub const KNOWN_BAD: [KnownBad; 8] = [
    (Design::StationOnly, "station-only", true, spent(1, 0, 0, 1, 0, 0)),
    (Design::TokenInStatus, "token-in-status", false, spent(1, 0, 1, 0, 1, 0)),
    (
        Design::NoGenerationRule,
        "no-generation-rule",
        true,
        spent(2, 1, 0, 0, 0, 0),
    ),
    (Design::NoLapse, "no-lapse", true, spent(1, 0, 0, 0, 0, 1)),
    (
        Design::ForcedWithoutToken,
        "forced-without-compare-and-swap",
        true,
        spent(1, 0, 1, 2, 0, 1),
    ),
    (
        Design::LedgerInBackup,
        "ledger-in-the-backup",
        false,
        spent(1, 0, 1, 2, 0, 1),
    ),
    (
        Design::TokenMintedAfterTheResult,
        "token-minted-only-after-the-result",
        true,
        spent(1, 0, 1, 0, 1, 1),
    ),
    (Design::NoAbsenceRule, "no-absence-rule", false, spent(2, 0, 0, 2, 0, 1)),
];

/// How far each is looked for.
pub const fn bound(most: Spent) -> Bound {
    Bound {
        most,
        depth: 15,
        settle_one_in: 1,
    }
}
