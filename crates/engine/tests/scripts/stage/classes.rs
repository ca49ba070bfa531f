//! The classes of calls, by what their lost answers allow.
//! It must not say how a class is resolved.

use stationmaster_engine::Resolution;

/// All of them.
pub const ALL: [Resolution; 4] = [
    Resolution::Token,
    Resolution::Revision,
    Resolution::Evidence,
    Resolution::Person,
];

/// Those whose calls are not made again while they are in doubt.
pub const NOT_REPEATED: [Resolution; 2] = [Resolution::Evidence, Resolution::Person];
