//! The design as it is, and designs that are known to be wrong: the model must find each of them.
//! It must not be used but by the model: each variant bends what the engine reads or writes, and copies no rule.

use super::state::{Operator, State};
use jiff::SignedDuration;
use stationmaster_engine::{
    Decided, Input, Ledger, Observation, OperationType, Reason, Request, StepKind, StepSpec, Token, decide,
};

/// Which design is explored.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Design {
    /// As it is.
    AsItIs,
    /// As it is where many forced failovers wait: what was seen last is good enough to record a call by, and the last look reads anew.
    ByTheList,
    /// The last look is content with what was seen last.
    LooksAtTheList,
    /// What was seen last counts as seen now.
    ForgetsTheListsAge,
    /// The station alone is read as an intent.
    StationOnly,
    /// The token is kept in the group's status.
    TokenInStatus,
    /// Changes of the spec that nobody saw are not noticed.
    NoGenerationRule,
    /// An intent never lapses.
    NoLapse,
    /// A forced failover need not quote the present token.
    ForcedWithoutToken,
    /// The ledger is part of backups.
    LedgerInBackup,
    /// The token is consumed by the result, and the next one is issued by a write of its own.
    TokenIssuedAfterTheResult,
    /// Nobody asks whether an operator was watching.
    NoAbsenceRule,
    /// A revision that moved alone is noise, however long nobody looked.
    AnyRevisionIsNoise,
    /// The question of a plan counts as answered.
    AsksNobody,
    /// The operator's own operation is made again whenever it is not there.
    MakesAgain,
    /// Forced failovers that wait are not noted.
    ForgetsOrders,
    /// A forced failover may quote any token that was ever issued.
    OrdersOutliveChanges,
    /// After an absence a forced failover stands also where nothing tells of a change.
    OrdersOutliveAbsence,
    /// A forced failover that waited behind a planned one stands for ever.
    AdmitsForGood,
    /// Of the edits between two looks only the last one is judged, though all were delivered.
    JudgesTheLastEdit,
    /// An object is known by the spelling of its endpoint: each has a ledger of its own.
    LedgerBySpelling,
}

impl Design {
    /// Whether it is how the product is.
    pub fn is_shipped(self) -> bool {
        matches!(self, Design::AsItIs | Design::ByTheList)
    }

    /// Whether a forced failover may be recorded by what was seen last.
    pub fn begins_by_the_list(self) -> bool {
        matches!(
            self,
            Design::ByTheList | Design::LooksAtTheList | Design::ForgetsTheListsAge
        )
    }

    /// Decides.
    pub fn decide(self, state: &State, input: &Input<'_>) -> Decided {
        if self.is_shipped() || self.begins_by_the_list() {
            return decide(input);
        }
        let mut group = input.group.clone();
        let mut ledger = input.ledger.cloned();
        let mut requests = input.requests.to_vec();
        let mut absent_until = input.absent_until;
        let mut watch = input.watch;
        if self == Design::AnyRevisionIsNoise {
            watch.gap = Some(SignedDuration::ZERO);
            watch.there_and_back = Some(SignedDuration::MAX);
        }
        if let Some(ledger) = &mut ledger {
            match self {
                Design::AsItIs
                | Design::ByTheList
                | Design::LooksAtTheList
                | Design::ForgetsTheListsAge
                | Design::LedgerInBackup
                | Design::TokenIssuedAfterTheResult
                | Design::AnyRevisionIsNoise
                | Design::OrdersOutliveChanges
                | Design::OrdersOutliveAbsence
                | Design::AdmitsForGood
                | Design::AsksNobody => {}
                Design::JudgesTheLastEdit => group.edits.iter_mut().for_each(|e| e.intent.clone_from(&group.intent)),
                Design::ForgetsOrders => ledger.noted.clear(),
                Design::MakesAgain => {
                    if let Some(operation) = &mut ledger.operation {
                        operation.to_make = operation.uid.is_none().then_some(input.now);
                    }
                }
                Design::LedgerBySpelling => {
                    if let Some(endpoint) = input.endpoint {
                        endpoint.clone_into(&mut ledger.endpoint);
                    }
                }
                Design::StationOnly => group.intent.iter_mut().for_each(|w| w.token = ledger.token.clone()),
                Design::TokenInStatus => {
                    let shown: Option<Token> = state.shown().and_then(|s| s.token.clone());
                    if ledger.token.is_some() && shown.is_some() {
                        ledger.token = shown;
                    }
                }
                Design::NoGenerationRule => ledger.judged_generation = group.generation,
                Design::NoLapse => group.starting_deadline_seconds = u32::MAX,
                Design::ForcedWithoutToken => {
                    let forced = requests.iter_mut().filter(|r| r.operation == OperationType::Failover);
                    forced.for_each(|r| r.token = ledger.token.clone());
                }
                Design::NoAbsenceRule => absent_until = None,
            }
        }
        let unasked = |operation, target, seen: &Observation| {
            let mut plan = (input.plan)(operation, target, seen)?;
            if self == Design::AsksNobody {
                without_questions(&mut plan.steps);
            }
            Some(plan)
        };
        let asked = Input {
            group: &group,
            plan: &unasked,
            ledger: ledger.as_ref(),
            requests: &requests,
            absent_until,
            watch,
            ..*input
        };
        if let Some(decided) = self.keep_orders(&asked) {
            return decided;
        }
        let mut decision = decide(&asked);
        if let (Design::TokenIssuedAfterTheResult, Some(before), Some(after)) =
            (self, input.ledger, decision.ledger.as_mut())
        {
            keep_the_token(before, after);
        }
        if decision.ledger.is_none() && ledger.as_ref() != input.ledger {
            decision.ledger = ledger;
        }
        decision
    }

    /// What is voided for the orders that wait is kept: they are judged only when that is written.
    fn keep_orders(self, input: &Input<'_>) -> Option<Decided> {
        if !matches!(
            self,
            Design::OrdersOutliveChanges | Design::OrdersOutliveAbsence | Design::AdmitsForGood
        ) {
            return None;
        }
        let others: Vec<Request> = input
            .requests
            .iter()
            .filter(|r| r.operation != OperationType::Failover)
            .cloned()
            .collect();
        let mut decided = decide(&Input {
            requests: &others,
            ..*input
        });
        let (before, after) = (input.ledger?, decided.ledger.as_mut()?);
        if before.token == after.token || after.operation.is_some() {
            return None;
        }
        let absent = after.issued.why == Reason::OperatorAbsent;
        if self == Design::OrdersOutliveChanges || (self == Design::OrdersOutliveAbsence && absent) {
            after.standing.clone_from(&before.standing);
            after.standing.extend(before.token.clone());
        }
        for note in &mut after.noted {
            note.taken_back = false;
            note.admitted |=
                self == Design::AdmitsForGood && before.note(&note.name, &note.uid).is_some_and(|n| n.admitted);
        }
        after
            .completed
            .retain(|c| before.completed.contains(c) || c.started_at.is_some());
        Some(decided)
    }

    /// What the process does before it looks.
    pub fn before(self, state: &mut State) {
        if self != Design::TokenIssuedAfterTheResult {
            return;
        }
        let Operator::Up { owes_a_token, .. } = &mut state.operator else {
            return;
        };
        if std::mem::take(owes_a_token)
            && let Some(ledger) = &mut state.cluster.ledger
        {
            state.tokens += 1;
            let fresh = Token::quoted(format!("t{}", state.tokens));
            let before = ledger.clone();
            ledger.issue(&fresh, Reason::OperationEnded, state.now);
            state.witness.ledger_written(Some(&before), ledger, &state.provider);
        }
    }

    /// What the process does when the ledger is written.
    pub fn recorded(self, state: &mut State, before: Option<&Ledger>) {
        let ended = |l: &Ledger| l.operation.is_none();
        let moved = before
            .and_then(|l| l.operation.as_ref())
            .is_some_and(|o| o.kind.moves_production() && o.submitted());
        if self == Design::TokenIssuedAfterTheResult
            && moved
            && state.cluster.ledger.as_ref().is_some_and(ended)
            && let Operator::Up { owes_a_token, .. } = &mut state.operator
        {
            *owes_a_token = true;
        }
    }
}

fn without_questions(plan: &mut Vec<StepSpec>) {
    plan.retain(|step| !matches!(step.kind, StepKind::Confirm { .. }));
}

fn keep_the_token(before: &Ledger, after: &mut Ledger) {
    let Some(moved) = &before.operation else { return };
    if after.operation.is_none() && moved.kind.moves_production() && moved.submitted() {
        after.token = Some(moved.token.clone());
        after.issued = before.issued.clone();
    }
}
