//! Ways in which the in-process API server can be made wrong on purpose.
//! It must not be used by anything but tests that show that another test sees them.

/// One way to be wrong.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Flaw {
    /// A write of status counts as a change of spec.
    StatusCountsAsSpec,
    /// A write that quotes an old resourceVersion is taken.
    TakesStaleWrites,
    /// Status can be written through the path of the object.
    StatusThroughObject,
    /// Spec can be written through the path of status.
    SpecThroughStatus,
    /// A delete takes no notice of the uid that it names.
    IgnoresUid,
    /// Watches are told of no deletion.
    HidesDeletions,
    /// Fields that the schema does not know are kept.
    KeepsUnknownFields,
    /// Nothing is checked against the schema.
    ChecksNothing,
    /// A write that changes nothing is a write.
    CountsEmptyWrites,
    /// A list that is continued shows the present, not the state of its first part.
    ContinuesWithThePresent,
    /// Watches may begin at revisions that were compacted away.
    ForgetsCompaction,
    /// Creating what is there replaces it.
    CreatesTwice,
    /// A watch that has a selector is not told when an object ceases to match.
    LosesLeavers,
}

impl Flaw {
    /// All of them.
    pub const ALL: [Self; 13] = [
        Self::StatusCountsAsSpec,
        Self::TakesStaleWrites,
        Self::StatusThroughObject,
        Self::SpecThroughStatus,
        Self::IgnoresUid,
        Self::HidesDeletions,
        Self::KeepsUnknownFields,
        Self::ChecksNothing,
        Self::CountsEmptyWrites,
        Self::ContinuesWithThePresent,
        Self::ForgetsCompaction,
        Self::CreatesTwice,
        Self::LosesLeavers,
    ];
}
