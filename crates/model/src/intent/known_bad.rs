//! The trouble in which each design that is known to be wrong shows, kept small so that the shortest way is found in seconds.
//! It must not be tuned until nothing is found: a design that is not found fails the run.

use super::{Bound, Design, Spent};
use stationmaster_provider_proof::Variant;

/// A design, its name, the provider, and the trouble.
pub type KnownBad = (Design, &'static str, Variant, Spent);

const VERSIONED: Variant = Variant::sdrs();
const UNVERSIONED: Variant = Variant {
    revision: false,
    ..VERSIONED
};
const ASKING: Variant = Variant {
    person: true,
    ..VERSIONED
};

const fn spent(people: u8, git: u8, console: u8, cluster: u8, deaths: u8, pauses: u8) -> Spent {
    Spent {
        people,
        git,
        console,
        dark: 0,
        servers: 0,
        cluster,
        deaths,
        pauses,
    }
}

/// Production is moved at the console, and back, around an operation that is answered and dies once.
pub const THERE_AND_BACK: Spent = spent(2, 0, 2, 0, 1, 1);

/// The same while the provider cannot be read for a while.
const fn dark(most: Spent) -> Spent {
    Spent { dark: 2, ..most }
}

/// Production is moved at the console, and back, within the time for which a list counts.
pub const LISTED: Spent = spent(1, 0, 2, 0, 0, 2);

/// A provider at which that can be.
const QUICK: Variant = Variant {
    there_and_back_seconds: 60,
    ..VERSIONED
};

/// All of them.
pub const KNOWN_BAD: [KnownBad; 19] = [
    (
        Design::LooksAtTheList,
        "takes-the-list-for-the-last-look",
        VERSIONED,
        spent(1, 0, 2, 0, 0, 0),
    ),
    (Design::ForgetsTheListsAge, "forgets-how-old-the-list-is", QUICK, LISTED),
    (Design::StationOnly, "station-only", VERSIONED, spent(1, 0, 0, 1, 0, 0)),
    (
        Design::TokenInStatus,
        "token-in-status",
        UNVERSIONED,
        spent(1, 0, 1, 0, 1, 0),
    ),
    (
        Design::NoGenerationRule,
        "no-generation-rule",
        VERSIONED,
        spent(2, 1, 0, 0, 0, 0),
    ),
    (
        Design::JudgesTheLastEdit,
        "judges-the-last-edit-alone",
        VERSIONED,
        spent(2, 1, 0, 0, 0, 0),
    ),
    (Design::NoLapse, "no-lapse", VERSIONED, spent(1, 0, 0, 0, 0, 1)),
    (
        Design::ForcedWithoutToken,
        "forced-without-compare-and-swap",
        VERSIONED,
        spent(1, 0, 1, 2, 0, 1),
    ),
    (
        Design::LedgerInBackup,
        "ledger-in-the-backup",
        UNVERSIONED,
        spent(1, 0, 1, 2, 0, 1),
    ),
    (
        Design::TokenIssuedAfterTheResult,
        "token-issued-only-after-the-result",
        VERSIONED,
        spent(1, 0, 1, 0, 1, 1),
    ),
    (
        Design::NoAbsenceRule,
        "no-absence-rule",
        UNVERSIONED,
        spent(2, 0, 0, 2, 0, 1),
    ),
    (
        Design::LedgerBySpelling,
        "ledger-by-the-spelling-of-the-endpoint",
        VERSIONED,
        spent(1, 0, 0, 2, 0, 1),
    ),
    (
        Design::AnyRevisionIsNoise,
        "any-revision-is-noise",
        VERSIONED,
        spent(1, 0, 2, 0, 0, 0),
    ),
    (
        Design::MakesAgain,
        "makes-its-operation-again",
        VERSIONED,
        spent(2, 0, 0, 0, 1, 0),
    ),
    (
        Design::ForgetsOrders,
        "forgets-the-orders-that-wait",
        VERSIONED,
        dark(spent(3, 0, 0, 1, 0, 0)),
    ),
    (
        Design::OrdersOutliveChanges,
        "orders-outlive-a-change",
        VERSIONED,
        dark(spent(1, 0, 2, 0, 0, 0)),
    ),
    (
        Design::OrdersOutliveAbsence,
        "orders-outlive-an-absence-without-a-revision",
        UNVERSIONED,
        dark(spent(1, 0, 2, 0, 1, 1)),
    ),
    (
        Design::AdmitsForGood,
        "admits-for-good-what-waited-behind",
        VERSIONED,
        spent(2, 0, 3, 0, 0, 1),
    ),
    (Design::AsksNobody, "asks-nobody", ASKING, spent(2, 0, 0, 0, 0, 0)),
];

/// How far each is looked for.
pub const fn bound(most: Spent) -> Bound {
    Bound {
        most,
        depth: 15,
        settle_one_in: 1,
    }
}
