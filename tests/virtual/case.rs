//! One case: an operation, a provider, a fault and the point at which it strikes, with the name that replays it.
//! It must not hold anything that the name does not tell.

use crate::wrong::Wrong;
use stationmaster_engine::OperationType;
use stationmaster_provider_proof::Variant;
use std::fmt;
use std::str::FromStr;

/// What goes wrong.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Fault {
    /// Nothing.
    None,
    /// The operator dies at a moment, and is started again as the same replica a second later.
    Crash,
    /// The operator dies at a moment, and another replica takes over at once.
    Takeover,
    /// A request, or its answer, is lost.
    Drop,
    /// A request, or its answer, never arrives, and the connection stays open.
    Hang,
    /// A write, or a call, arrives three quarters of a minute late; another replica has begun meanwhile, and the first one goes on.
    Late,
    /// Somebody else writes the object right before a write.
    Conflict,
    /// A write is carried out twice, and the answer to the second one is heard.
    Repeat,
    /// Somebody touches the group at a write, so that a pass is made once more.
    Touch,
    /// Every event of every watch comes twice.
    Twice,
    /// An event of a watch never comes; the list is taken anew within a minute.
    Hide,
    /// An event, and all that follow in its watch, come twenty seconds late.
    Delay,
    /// A read is answered from the past.
    Stale,
    /// Two replicas without election, all the time, with delays drawn from the seed.
    Pair,
    /// Two replicas with election; the leader dies at a moment.
    Election,
    /// The API server is put back, ledger and all, to how it was before anybody asked.
    Restore,
    /// The same, to how it was right after somebody had asked.
    RestoreAsked,
    /// Somebody moves production at the provider's console.
    Console,
}

impl Fault {
    /// All of them.
    pub const ALL: [Fault; 18] = [
        Fault::None,
        Fault::Crash,
        Fault::Takeover,
        Fault::Drop,
        Fault::Hang,
        Fault::Late,
        Fault::Conflict,
        Fault::Repeat,
        Fault::Touch,
        Fault::Twice,
        Fault::Hide,
        Fault::Delay,
        Fault::Stale,
        Fault::Pair,
        Fault::Election,
        Fault::Restore,
        Fault::RestoreAsked,
        Fault::Console,
    ];

    /// In one word.
    pub fn word(self) -> &'static str {
        match self {
            Fault::None => "none",
            Fault::Crash => "crash",
            Fault::Takeover => "takeover",
            Fault::Drop => "drop",
            Fault::Hang => "hang",
            Fault::Late => "late",
            Fault::Conflict => "conflict",
            Fault::Repeat => "repeat",
            Fault::Touch => "touch",
            Fault::Twice => "twice",
            Fault::Hide => "hide",
            Fault::Delay => "delay",
            Fault::Stale => "stale",
            Fault::Pair => "pair",
            Fault::Election => "election",
            Fault::Restore => "restore",
            Fault::RestoreAsked => "restore-asked",
            Fault::Console => "console",
        }
    }

    /// Whether the world itself is turned: then only safety is asked for, since what was asked may not make sense any more.
    pub fn turns_the_world(self) -> bool {
        matches!(self, Fault::Restore | Fault::RestoreAsked | Fault::Console)
    }
}

/// One case.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Case {
    /// What is asked for.
    pub operation: OperationType,
    /// Of which provider.
    pub variant: Variant,
    /// What goes wrong.
    pub fault: Fault,
    /// At which moment or event, counted from 0.
    pub point: u64,
    /// Where randomness begins.
    pub seed: u64,
    /// How operator, provider or API server are wrong. Nothing is, where something is proven.
    pub wrong: Wrong,
}

impl Case {
    /// The undisturbed run.
    pub fn calm(operation: OperationType, variant: Variant) -> Case {
        Case {
            operation,
            variant,
            fault: Fault::None,
            point: 0,
            seed: 1,
            wrong: Wrong::No,
        }
    }

    /// The same with a fault.
    pub fn with(self, fault: Fault, point: u64) -> Case {
        Case { fault, point, ..self }
    }
}

impl fmt::Display for Case {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (operation, fault) = (self.operation.as_str(), self.fault.word());
        write!(f, "{operation}/{}/{fault}/{}/{}", self.variant, self.point, self.seed)?;
        match self.wrong {
            Wrong::No => Ok(()),
            wrong => write!(f, "/{}", wrong.word()),
        }
    }
}

impl FromStr for Case {
    type Err = anyhow::Error;

    fn from_str(text: &str) -> anyhow::Result<Case> {
        let wrong = || {
            anyhow::anyhow!(
                "{text:?} names no case; names are like {}",
                Case::calm(OperationType::Failover, Variant::sdrs())
            )
        };
        let mut words: Vec<&str> = text.split('/').collect();
        if words.len() == 5 {
            words.push(Wrong::No.word());
        }
        let [operation, variant, fault, point, seed, flaw] = words[..] else {
            return Err(wrong());
        };
        let named = |o: &OperationType| o.as_str() == operation;
        Ok(Case {
            operation: OperationType::ALL.into_iter().find(named).ok_or_else(wrong)?,
            variant: Variant::named(variant)?,
            fault: Fault::ALL.into_iter().find(|f| f.word() == fault).ok_or_else(wrong)?,
            point: point.parse()?,
            seed: seed.parse()?,
            wrong: Wrong::ALL.into_iter().find(|w| w.word() == flaw).ok_or_else(wrong)?,
        })
    }
}
