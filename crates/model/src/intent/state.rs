//! The state of the intent model: cluster, Git, backups, provider, operator, and the witness's notes.
//! It must not hold anything that neither a person, nor a program, nor the witness could know.

use super::witness::Witness;
use jiff::Timestamp;
use stationmaster_engine::pass::Watched;
use stationmaster_engine::{ActiveStation, DecisionRequest, Edit, Intent, Ledger, Observation, Request, Token};
use stationmaster_provider_proof::{Variant, World};

/// The one object at the provider.
pub const OBJECT: &str = "object";
/// The group's name.
pub const GROUP: &str = "group";
/// `spec.startingDeadlineSeconds`.
pub const STARTING_DEADLINE: u32 = 600;
/// Two ways to write where the object is reached.
pub const SPELLINGS: [&str; 2] = ["127.0.0.1", "localhost"];
/// For how long nobody may have led before a new leader calls it an absence, in seconds.
pub const ABSENT_AFTER: i64 = 120;

/// Everything there is.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct State {
    /// The time of all clocks.
    pub now: Timestamp,
    /// What etcd holds.
    pub cluster: Cluster,
    /// A snapshot of etcd.
    pub snapshot: Option<Box<Cluster>>,
    /// The filed operation that was deleted last: a program can put it back.
    pub deleted: Option<Box<Request>>,
    /// A backup of objects.
    pub backup: Option<Box<Backup>>,
    /// The revisions of the group's manifest in Git, oldest first; the last one is the head.
    pub git: Vec<Revision>,
    /// The provider.
    pub provider: World,
    /// Whether it cannot be read.
    pub dark: bool,
    /// Which of the two spellings of its endpoint the connection has.
    pub endpoint: &'static str,
    /// Only of a design that is known to be wrong: the ledger under the other spelling.
    pub elsewhere: Option<Box<Ledger>>,
    /// The operator's process.
    pub operator: Operator,
    /// What a witness has put down.
    pub witness: Witness,
    /// How much of each kind of trouble there has been.
    pub spent: Spent,
    /// How many tokens were ever issued, also those that no store remembers.
    pub tokens: u16,
    /// How many objects were ever made.
    pub objects: u16,
}

/// What etcd holds.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Cluster {
    /// The ProtectionGroup.
    pub group: Option<GroupObject>,
    /// The RecoveryOperations.
    pub requests: Vec<Request>,
    /// The OperationDecisions.
    pub decisions: Vec<DecisionRequest>,
    /// The GroupLedger.
    pub ledger: Option<Ledger>,
    /// The Lease: when it was renewed last.
    pub renewed: Timestamp,
    /// The Lease: until when nobody was watching.
    pub absent_until: Option<Timestamp>,
}

/// A ProtectionGroup.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct GroupObject {
    /// Its uid.
    pub uid: String,
    /// `metadata.generation`.
    pub generation: i64,
    /// The intent in its spec.
    pub intent: Option<Intent>,
    /// Its status.
    pub shown: Option<Shown>,
}

/// What a status shows.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Shown {
    /// The token.
    pub token: Option<Token>,
    /// Where production runs.
    pub active: ActiveStation,
}

/// A backup of objects.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Backup {
    /// The group's intent.
    pub intent: Option<Intent>,
    /// The group's status.
    pub shown: Option<Shown>,
    /// The operations.
    pub requests: Vec<Request>,
    /// The ledger: it is excluded from backups, but for a design that is known to be wrong.
    pub ledger: Option<Ledger>,
}

/// A revision of the manifest.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Revision {
    /// Its intent.
    pub intent: Option<Intent>,
    /// Whether a person asks by it for a move, and the cluster has not seen it yet.
    pub asks: bool,
}

/// The operator's process.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum Operator {
    /// It leads.
    Up {
        /// Until when nobody was watching, as it was told.
        absent_until: Option<Timestamp>,
        /// Only of a design that is known to be wrong: it still has to issue.
        owes_a_token: bool,
        /// The edits of the group's spec that its watch has delivered.
        edits: Vec<Edit>,
        /// What it saw last, where that tells anything.
        watched: Option<Watched>,
        /// What it saw last and when, only where a design begins by it.
        earlier: Option<Box<(Observation, Timestamp)>>,
    },
    /// It does not run.
    Down,
}

/// How much of each kind of trouble there has been, or may be.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub struct Spent {
    /// What people ask for and answer: switches, withdrawals, filed operations, a yes.
    pub people: u8,
    /// Reverts in Git.
    pub git: u8,
    /// What people do at the console, and jobs that fail.
    pub console: u8,
    /// How often the provider goes dark or comes back.
    pub dark: u8,
    /// Servers that are started or stopped.
    pub servers: u8,
    /// Deletions, backups, snapshots, restores, lost ledgers.
    pub cluster: u8,
    /// Deaths of the operator.
    pub deaths: u8,
    /// Pauses.
    pub pauses: u8,
}

impl State {
    /// A protected group whose production runs at source, which the operator has not looked at yet.
    pub fn new(variant: Variant) -> State {
        let now = Timestamp::UNIX_EPOCH;
        State {
            now,
            cluster: Cluster {
                group: Some(GroupObject {
                    uid: "group-1".to_owned(),
                    generation: 1,
                    intent: None,
                    shown: None,
                }),
                requests: Vec::new(),
                decisions: Vec::new(),
                ledger: None,
                renewed: now,
                absent_until: None,
            },
            snapshot: None,
            deleted: None,
            backup: None,
            git: vec![Revision {
                intent: None,
                asks: false,
            }],
            provider: World::new(variant, &[OBJECT], now),
            dark: false,
            endpoint: SPELLINGS[0],
            elsewhere: None,
            operator: Operator::Up {
                absent_until: None,
                owes_a_token: false,
                edits: Vec::new(),
                watched: None,
                earlier: None,
            },
            witness: Witness::default(),
            spent: Spent::default(),
            tokens: 0,
            objects: 1,
        }
    }

    /// The head of Git.
    pub fn head(&self) -> &Revision {
        self.git.last().expect("the first revision is never removed")
    }

    /// What the group's status shows.
    pub fn shown(&self) -> Option<&Shown> {
        self.cluster.group.as_ref()?.shown.as_ref()
    }

    /// The watch of an operator that is up delivers the group as it is; of a group that was made again it knows nothing before.
    pub fn is_delivered(&mut self, made_again: bool) {
        let (Operator::Up { edits, .. }, Some(group)) = (&mut self.operator, &self.cluster.group) else {
            return;
        };
        if made_again {
            edits.clear();
        }
        edits.push(Edit {
            generation: group.generation,
            intent: group.intent.clone(),
        });
    }

    /// A uid that no object ever had.
    pub fn new_uid(&mut self, kind: &str) -> String {
        self.objects += 1;
        format!("{kind}-{}", self.objects)
    }
}
