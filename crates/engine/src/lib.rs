//! The pure heart of Stationmaster: decides from values only.
