//! The words that everything else is said in: station, active station, operation type, token.
//! It must not hold rules; a word only knows what it is called.

use serde::{Deserialize, Serialize};
use std::fmt;

/// One of the two sites of a protection group. Stations never swap names; only the active one changes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Station {
    /// The production site when the group was created.
    Source,
    /// The disaster-recovery site when the group was created.
    Target,
}

impl Station {
    /// The opposite station.
    pub fn other(self) -> Station {
        match self {
            Station::Source => Station::Target,
            Station::Target => Station::Source,
        }
    }

    /// The provider's own spelling: `source` or `target`.
    pub fn as_str(self) -> &'static str {
        match self {
            Station::Source => "source",
            Station::Target => "target",
        }
    }
}

impl fmt::Display for Station {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// Where production runs as far as the provider tells. An intent acts only on the first two.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
pub enum ActiveStation {
    /// Production runs at the source station.
    #[serde(rename = "source")]
    Source,
    /// Production runs at the target station.
    #[serde(rename = "target")]
    Target,
    /// Neither station takes production (for example between the two halves of a recovery).
    None,
    /// Both stations take writes: split brain.
    Both,
    /// The members of the group disagree.
    Mixed,
    /// The provider does not tell, or tells something that no one knows.
    Unknown,
}

impl ActiveStation {
    /// The one station where production surely runs, if there is exactly one.
    pub fn known(self) -> Option<Station> {
        match self {
            ActiveStation::Source => Some(Station::Source),
            ActiveStation::Target => Some(Station::Target),
            ActiveStation::None | ActiveStation::Both | ActiveStation::Mixed | ActiveStation::Unknown => None,
        }
    }

    /// The API's spelling.
    pub fn as_str(self) -> &'static str {
        match self {
            ActiveStation::Source => "source",
            ActiveStation::Target => "target",
            ActiveStation::None => "None",
            ActiveStation::Both => "Both",
            ActiveStation::Mixed => "Mixed",
            ActiveStation::Unknown => "Unknown",
        }
    }
}

impl From<Station> for ActiveStation {
    fn from(station: Station) -> Self {
        match station {
            Station::Source => ActiveStation::Source,
            Station::Target => ActiveStation::Target,
        }
    }
}

impl fmt::Display for ActiveStation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// What an operation does to a group.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
pub enum OperationType {
    /// Production moves without data loss; both sites work (SDRS *reverse*, OCP *switchover*).
    PlannedFailover,
    /// Production moves and the other side is taken for lost.
    Failover,
    /// Replication starts again from the active station to the other, which is overwritten. Never moves production.
    Reprotect,
    /// Replication starts for the first time, or again after it was switched off.
    EnableProtection,
    /// Replication is switched off; both copies stay.
    DisableProtection,
}

impl OperationType {
    /// All types, in the order in which they are shown.
    pub const ALL: [OperationType; 5] = [
        OperationType::PlannedFailover,
        OperationType::Failover,
        OperationType::Reprotect,
        OperationType::EnableProtection,
        OperationType::DisableProtection,
    ];

    /// Whether the operation moves production. Such an operation consumes the token.
    pub fn moves_production(self) -> bool {
        match self {
            OperationType::PlannedFailover | OperationType::Failover => true,
            OperationType::Reprotect | OperationType::EnableProtection | OperationType::DisableProtection => false,
        }
    }

    /// The API's spelling.
    pub fn as_str(self) -> &'static str {
        match self {
            OperationType::PlannedFailover => "PlannedFailover",
            OperationType::Failover => "Failover",
            OperationType::Reprotect => "Reprotect",
            OperationType::EnableProtection => "EnableProtection",
            OperationType::DisableProtection => "DisableProtection",
        }
    }

    /// What a person reads when it has succeeded, with production at `target`.
    pub fn done(self, target: Station) -> String {
        match self {
            OperationType::PlannedFailover => format!("production runs at {target} and is replicated"),
            OperationType::Failover => format!("production runs at {target}; nothing is replicated"),
            OperationType::Reprotect => format!("{target} is replicated to {}", target.other()),
            OperationType::EnableProtection => "replication runs".to_owned(),
            OperationType::DisableProtection => "replication is off".to_owned(),
        }
    }
}

impl fmt::Display for OperationType {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// What a person answers to a running operation.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum DecisionAction {
    /// The step's question is answered with yes.
    Confirm,
    /// The step is tried again.
    Retry,
    /// The step is left out.
    Skip,
    /// The operation is taken back.
    Rollback,
    /// The call without an answer was executed.
    Executed,
    /// The call without an answer was not executed.
    NotExecuted,
    /// The operation is ended as it stands.
    Abandon,
}

impl DecisionAction {
    /// The API's spelling.
    pub fn as_str(self) -> &'static str {
        match self {
            DecisionAction::Confirm => "Confirm",
            DecisionAction::Retry => "Retry",
            DecisionAction::Skip => "Skip",
            DecisionAction::Rollback => "Rollback",
            DecisionAction::Executed => "Executed",
            DecisionAction::NotExecuted => "NotExecuted",
            DecisionAction::Abandon => "Abandon",
        }
    }
}

/// A random word that stands for "the state that I saw". Quoting it is a compare-and-swap.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Token(String);

/// No letters or digits that are read for one another at three in the morning; 32 of them, so that a byte maps evenly.
const ALPHABET: &[u8; 32] = b"abcdefghjkmnpqrstuvwxyz023456789";

impl Token {
    /// A token from eight random bytes (40 bits are used): `k7m2-9xqd`.
    pub fn issue(random: [u8; 8]) -> Token {
        let letter = |byte: u8| char::from(ALPHABET[usize::from(byte % 32)]);
        let mut text: String = random[..4].iter().copied().map(letter).collect();
        text.push('-');
        text.extend(random[4..].iter().copied().map(letter));
        Token(text)
    }

    /// A token as somebody wrote it. Any text is taken: it is only ever compared.
    pub fn quoted(text: impl Into<String>) -> Token {
        Token(text.into())
    }

    /// The text.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for Token {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_token_is_two_fours_of_the_alphabet_and_depends_on_every_byte() {
        let base = Token::issue([0; 8]);
        assert_eq!(base.as_str(), "aaaa-aaaa");
        for index in 0..8 {
            let mut bytes = [0; 8];
            bytes[index] = 1;
            assert_ne!(Token::issue(bytes), base, "byte {index} is ignored");
        }
        let every: std::collections::BTreeSet<_> = (0..=255u8).map(|b| Token::issue([b; 8])).collect();
        assert_eq!(every.len(), 32);
    }

    #[test]
    fn only_one_certain_station_is_known() {
        let known: Vec<_> = [
            ActiveStation::Source,
            ActiveStation::Target,
            ActiveStation::None,
            ActiveStation::Both,
            ActiveStation::Mixed,
            ActiveStation::Unknown,
        ]
        .into_iter()
        .filter_map(ActiveStation::known)
        .collect();
        assert_eq!(known, [Station::Source, Station::Target]);
        assert_eq!(Station::Source.other(), Station::Target);
        assert_eq!(Station::Target.other(), Station::Source);
    }

    /// Status and ledger spell a word in the same way, so that a person finds in one what stands in the other.
    #[test]
    fn a_word_is_spelled_in_the_status_as_in_the_ledger() {
        use crate::ReplicationState::{self, Active, Broken, Stopped, Synchronizing};
        fn same<T: Serialize + Copy>(words: &[T], spelled: impl Fn(T) -> &'static str) {
            for word in words {
                let stored = serde_json::to_value(word).unwrap();
                assert_eq!(stored, spelled(*word));
            }
        }
        let replication = [Active, Synchronizing, Stopped, Broken, ReplicationState::Unknown];
        same(&replication, ReplicationState::as_str);
        use crate::ledger::{Ending, StepState};
        let steps = [
            StepState::Pending,
            StepState::Waiting,
            StepState::Running,
            StepState::Unknown,
        ];
        same(&steps, StepState::as_str);
        same(&[StepState::Succeeded, StepState::Failed], StepState::as_str);
        let endings = [Ending::Succeeded, Ending::Failed, Ending::Refused, Ending::Unknown];
        same(&endings, Ending::as_str);
        same(&[Ending::Expired, Ending::Cancelled], Ending::as_str);
        same(&OperationType::ALL, OperationType::as_str);
        same(&[Station::Source, Station::Target], Station::as_str);
        same(
            &[
                ActiveStation::None,
                ActiveStation::Both,
                ActiveStation::Mixed,
                ActiveStation::Unknown,
            ],
            ActiveStation::as_str,
        );
    }
}
