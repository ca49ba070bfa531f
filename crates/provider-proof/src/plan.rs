//! What a variant plans: its calls by name, where they go, and the steps around them.
//! It must not know the state of an object.

use crate::{Count, FirstCall, Jobs, PlannedEnd, Variant};
use stationmaster_engine::plan::{Holds, Plan, PlannedOutcome};
use stationmaster_engine::{
    CallSpec, Effect, Observation, OperationType, Phase, Resolution, Station, StepKind, StepSpec,
};

/// The fact that a planned failover asks for.
pub const SERVERS_STOPPED: &str = "ServersStopped";

/// The step at which a person is asked before a forced failover and a reprotection.
pub const PERSON_AGREES: &str = "PersonAgrees";

/// The endpoint where there is one.
pub const CONTROL: &str = "control";
/// The first endpoint where there are two.
pub const PRIMARY: &str = "primary";
/// The second endpoint where there are two.
pub const REPLICA: &str = "replica";

const FOLLOW_DEADLINE: u32 = 600;

/// A call of an operation.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Planned {
    /// The step's name.
    pub step: &'static str,
    /// The provider's word.
    pub action: &'static str,
    /// Where it goes.
    pub endpoint: &'static str,
    /// Its place among the calls of its operation.
    pub place: Place,
}

/// The place of a call among those of its operation.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Place {
    /// The first of two: it makes ready.
    Before,
    /// The one that the operation is about.
    Itself,
    /// It follows a move: production runs at its target already.
    After,
}

impl Place {
    /// The place of an action.
    pub fn of(action: &str) -> Place {
        match action {
            "quiesce-server-group" | "isolate-server-group" | "restore-link" => Place::Before,
            CONFIRM => Place::After,
            _ => Place::Itself,
        }
    }
}

/// Whether an action moves production.
pub fn moves(action: &str) -> bool {
    matches!(action, "reverse-server-group" | "failover-server-group")
}

/// The action that follows a move.
const CONFIRM: &str = "confirm-server-group";

impl Variant {
    /// The calls of an operation, in their order; none of one that it does not have. The words are those of SDRS where SDRS has them.
    pub fn calls_of(&self, operation: OperationType) -> Vec<Planned> {
        if self.lacks == Some(operation) {
            return Vec::new();
        }
        let (before, last) = match operation {
            OperationType::PlannedFailover => (
                Some(("QuiesceServerGroup", "quiesce-server-group")),
                ("ReverseServerGroup", "reverse-server-group"),
            ),
            OperationType::Failover => (
                Some(("IsolateServerGroup", "isolate-server-group")),
                ("FailoverServerGroup", "failover-server-group"),
            ),
            OperationType::Reprotect if self.calls == Count::Two => (
                Some(("RestoreLink", "restore-link")),
                ("BeginRecovery", "begin-recovery"),
            ),
            OperationType::Reprotect | OperationType::EnableProtection => {
                (None, ("StartServerGroup", "start-server-group"))
            }
            OperationType::DisableProtection => (None, ("StopServerGroup", "stop-server-group")),
        };
        let before = before.filter(|_| self.calls == Count::Two);
        let far = match self.endpoints {
            Count::One => CONTROL,
            Count::Two => REPLICA,
        };
        let near = match self.endpoints {
            Count::One => CONTROL,
            Count::Two => PRIMARY,
        };
        let after = (self.after_move && operation.moves_production()).then_some(("ConfirmServerGroup", CONFIRM));
        let calls = before.into_iter().chain([last]).chain(after);
        calls
            .map(|(step, action)| Planned {
                step,
                action,
                // What moves production, and what follows, goes to the side that takes over, all others to the one that gives.
                endpoint: if moves(action) || action == CONFIRM { far } else { near },
                place: Place::of(action),
            })
            .collect()
    }

    /// The plan of an operation. The target changes nothing: a call that names it takes it from the operation. Where the object stands half-way
    /// through the operation, its first call has been made.
    pub fn plan(&self, operation: OperationType, _target: Station, seen: &Observation) -> Option<Plan> {
        if self.lacks == Some(operation) {
            return None;
        }
        let ends_failed_over = operation == OperationType::PlannedFailover && self.outcome == PlannedEnd::FailedOver;
        let outcome = match ends_failed_over {
            true => PlannedOutcome::FailedOver,
            false => PlannedOutcome::usual(operation),
        };
        let steps = self.steps(operation, seen.phase == Phase::Partway(operation));
        Some(Plan { outcome, steps })
    }

    fn steps(&self, operation: OperationType, half_way: bool) -> Vec<StepSpec> {
        let mut steps: Vec<(&'static str, StepKind)> = Vec::new();
        if operation == OperationType::PlannedFailover {
            let fact = SERVERS_STOPPED.to_owned();
            let holds = Holds::Step("ReverseServerGroup".to_owned());
            steps.push((SERVERS_STOPPED, StepKind::Check { fact, holds }));
        }
        if self.person && matches!(operation, OperationType::Failover | OperationType::Reprotect) {
            let question = match operation {
                OperationType::Failover => "Is the other site lost, and will nobody write there?",
                _ => "May everything at the other site be overwritten?",
            };
            let question = question.to_owned();
            steps.push((PERSON_AGREES, StepKind::Confirm { question }));
        }
        let calls = self.calls_of(operation);
        for call in calls.iter().filter(|c| !(half_way && c.place == Place::Before)) {
            steps.push((call.step, StepKind::Call(self.spec(operation, call))));
            if self.jobs != Jobs::AtOnce {
                let name = match call.place {
                    Place::Before => "FollowFirstJob",
                    Place::Itself => "FollowJob",
                    Place::After => "FollowConfirmation",
                };
                let call = call.step.to_owned();
                steps.push((name, StepKind::Follow { call }));
            }
        }
        steps.push(("VerifyOutcome", StepKind::Verify));
        chain(steps)
    }

    fn spec(&self, operation: OperationType, call: &Planned) -> CallSpec {
        CallSpec {
            action: call.action.to_owned(),
            endpoint: call.endpoint.to_owned(),
            resolution: self.resolution_of(operation),
            dead_time_seconds: self.dead_time_seconds,
            dedupe_seconds: (self.resolution_of(operation) == Resolution::Token).then_some(self.dedupe_seconds),
            effect: self.effect(call),
            follows_the_move: call.place == Place::After,
            harmless_twice: self.harmless && !moves(call.action),
        }
    }

    fn effect(&self, call: &Planned) -> Effect {
        match call.place {
            Place::Before if self.first_call == FirstCall::Nothing => Effect::Nothing,
            Place::Before if self.partway => Effect::Partway,
            Place::Itself if self.after_move && moves(call.action) => Effect::Moved,
            Place::Before | Place::Itself | Place::After => Effect::Outcome,
        }
    }
}

fn chain(steps: Vec<(&'static str, StepKind)>) -> Vec<StepSpec> {
    let mut specs = Vec::new();
    for (name, kind) in steps {
        let follows = matches!(kind, StepKind::Follow { .. });
        specs.push(StepSpec {
            name: name.to_owned(),
            kind,
            deadline_seconds: follows.then_some(FOLLOW_DEADLINE),
        });
    }
    specs
}

#[cfg(test)]
mod tests {
    use super::*;
    use stationmaster_engine::Depth;

    fn names(variant: Variant, operation: OperationType) -> Vec<String> {
        variant
            .steps(operation, false)
            .into_iter()
            .map(|step| step.name)
            .collect()
    }

    #[test]
    fn sdrs_makes_one_call_and_follows_its_job() {
        let planned = ["ServersStopped", "ReverseServerGroup", "FollowJob", "VerifyOutcome"];
        assert_eq!(names(Variant::sdrs(), OperationType::PlannedFailover), planned);
        let forced = ["FailoverServerGroup", "FollowJob", "VerifyOutcome"];
        assert_eq!(names(Variant::sdrs(), OperationType::Failover), forced);
        for operation in OperationType::ALL {
            let person = Variant::sdrs().resolution_of(operation) == Resolution::Person;
            assert_eq!(person, operation == OperationType::Failover);
        }
    }

    #[test]
    fn two_calls_at_two_endpoints_with_a_person_before_them() {
        let variant = Variant {
            calls: Count::Two,
            endpoints: Count::Two,
            person: true,
            ..Variant::sdrs()
        };
        let wanted = [
            "PersonAgrees",
            "IsolateServerGroup",
            "FollowFirstJob",
            "FailoverServerGroup",
            "FollowJob",
            "VerifyOutcome",
        ];
        assert_eq!(names(variant, OperationType::Failover), wanted);
        let calls = variant.calls_of(OperationType::Failover);
        assert_eq!([calls[0].endpoint, calls[1].endpoint], [PRIMARY, REPLICA]);
    }

    #[test]
    fn a_move_is_confirmed_and_nothing_else_is() {
        let variant = Variant {
            after_move: true,
            ..Variant::sdrs()
        };
        let wanted = [
            "FailoverServerGroup",
            "FollowJob",
            "ConfirmServerGroup",
            "FollowConfirmation",
            "VerifyOutcome",
        ];
        assert_eq!(names(variant, OperationType::Failover), wanted);
        assert_eq!(variant.calls_of(OperationType::Reprotect).len(), 1);
    }

    #[test]
    fn what_is_lacking_has_no_plan() {
        let variant = Variant {
            lacks: Some(OperationType::Reprotect),
            ..Variant::sdrs()
        };
        let seen = crate::World::new(variant, &["g1"], jiff::Timestamp::UNIX_EPOCH).observe("g1", Depth::Full);
        assert_eq!(
            variant.plan(OperationType::Reprotect, Station::Target, &seen.unwrap()),
            None
        );
        assert!(variant.calls_of(OperationType::Reprotect).is_empty());
        assert_eq!(variant.calls_of(OperationType::EnableProtection).len(), 1);
    }

    #[test]
    fn what_works_at_once_is_not_followed() {
        let variant = Variant {
            jobs: Jobs::AtOnce,
            ..Variant::sdrs()
        };
        let wanted = ["StopServerGroup", "VerifyOutcome"];
        assert_eq!(names(variant, OperationType::DisableProtection), wanted);
    }
}
