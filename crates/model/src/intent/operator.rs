//! The operator of the model: one pass as the shell makes it, over the real decision, ledger and report; it may die between any two writes.
//! It must not decide anything itself.

use super::design::Design;
use super::state::{ABSENT_AFTER, Cluster, GROUP, OBJECT, Operator, STARTING_DEADLINE, Shown, State};
use jiff::SignedDuration;
use stationmaster_engine::decide::Submit;
use stationmaster_engine::journal::{self, Outcome};
use stationmaster_engine::look::{differs, look};
use stationmaster_engine::report::report;
use stationmaster_engine::{
    Act, Answer, ClaimRight, Decision, Depth, Group, Input, JobReport, Ledger, OwnRequest, Request, Sight, Token, check,
};
use stationmaster_provider_proof as proof;

/// Where the operator dies.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Death {
    /// The ledger was written, nothing else was done.
    Recorded,
    /// The act was done, its answer was not written down.
    Acted,
    /// The answer was written down, the statuses were not.
    Answered,
}

/// What was read for a pass.
struct Reading {
    group: Group,
    requests: Vec<Request>,
    answers: Vec<Answer>,
    ledger: Option<Ledger>,
    sight: Sight,
    jobs: Vec<JobReport>,
    found: Option<JobReport>,
    fresh: Token,
}

/// The operator starts and takes the lease.
pub fn start(state: &mut State) {
    let silent = state.now.duration_since(state.cluster.renewed).as_secs() > ABSENT_AFTER;
    if silent {
        state.cluster.absent_until = Some(state.now);
    }
    state.cluster.renewed = state.now;
    state.operator = Operator::Up {
        absent_until: state.cluster.absent_until,
        owes_a_token: false,
    };
}

/// One pass: fetch, observe, decide, record, act once, record, report.
pub fn pass(state: &mut State, design: Design, dies: Option<Death>) {
    let Operator::Up { .. } = state.operator else { return };
    state.cluster.renewed = state.now;
    state.witness.operator_looks(state.now);
    design.before(state);
    let Some(reading) = read(state) else {
        if dies.is_some() {
            state.operator = Operator::Down;
        }
        return;
    };
    let decision = with_input(state, &reading, |input| design.decide(state, input));
    if let Some(ledger) = &decision.ledger {
        write(state, ledger.clone(), Some(&reading.fresh));
        design.recorded(state, reading.ledger.as_ref());
    }
    if dies == Some(Death::Recorded) {
        state.operator = Operator::Down;
        return;
    }
    match &decision.act {
        Act::None => {}
        Act::CreateOperation(own) => create(state, own),
        Act::Submit(submit) => {
            let outcome = send(state, submit);
            if dies == Some(Death::Acted) {
                state.operator = Operator::Down;
                return;
            }
            let ledger = state.cluster.ledger.clone().expect("a call is recorded in a ledger");
            let (operation, step) = (&submit.operation_name, &submit.step);
            if let Ok(ledger) = journal::answer(&ledger, operation, step, submit.attempt, outcome, state.now) {
                write(state, ledger, None);
            }
        }
    }
    if dies.is_some() {
        state.operator = Operator::Down;
        return;
    }
    publish(state, &reading, &decision);
}

/// Looks until nothing changes any more, a few times at most.
pub fn passes(state: &mut State, design: Design) {
    for _ in 0..8 {
        let before = state.cluster.clone();
        pass(state, design, None);
        if before.same_objects(&state.cluster) {
            return;
        }
    }
}

impl Cluster {
    /// Whether all but the lease's time is the same.
    fn same_objects(&self, other: &Cluster) -> bool {
        self.group == other.group
            && self.requests == other.requests
            && self.answers == other.answers
            && self.ledger == other.ledger
    }
}

fn read(state: &State) -> Option<Reading> {
    let object = state.cluster.group.as_ref()?;
    let group = Group {
        namespace: "ns".to_owned(),
        name: GROUP.to_owned(),
        uid: object.uid.clone(),
        generation: object.generation,
        wish: object.wish.clone(),
        starting_deadline_seconds: STARTING_DEADLINE,
        suspend: false,
    };
    let ledger = state.cluster.ledger.clone();
    let requests = state.cluster.requests.clone();
    let look = look(&group, ledger.as_ref(), &requests);
    let see = |depth| Sight::Seen(state.provider.observe(OBJECT, depth).expect("the object is there"));
    let listed = see(Depth::Listed);
    let full = look.depth == Depth::Full || differs(ledger.as_ref(), &listed);
    let jobs = look.jobs.iter();
    let found = look.lost.as_ref();
    Some(Reading {
        sight: if full { see(Depth::Full) } else { listed },
        jobs: jobs
            .filter_map(|j| state.provider.poll(&j.action, j.operation, &j.job))
            .collect(),
        found: found.and_then(|l| state.provider.find(OBJECT, &l.action, l.operation, l.recorded_at)),
        fresh: Token::quoted(format!("t{}", state.tokens + 1)),
        group,
        requests,
        answers: state.cluster.answers.clone(),
        ledger,
    })
}

fn with_input<T>(state: &State, reading: &Reading, use_it: impl FnOnce(&Input<'_>) -> T) -> T {
    let variant = state.provider.variant;
    let plan = move |operation, target| variant.plan(operation, target);
    let absent_until = match &state.operator {
        Operator::Up { absent_until, .. } => *absent_until,
        Operator::Down => None,
    };
    use_it(&Input {
        group: &reading.group,
        ledger: reading.ledger.as_ref(),
        holder_exists: false,
        right: &|_| ClaimRight::FirstCome,
        endpoint: Some(state.endpoint),
        sight: &reading.sight,
        requests: &reading.requests,
        answers: &reading.answers,
        jobs: &reading.jobs,
        found: reading.found.as_ref(),
        plan: &plan,
        fresh: &reading.fresh,
        instance: "operator",
        absent_until,
        now: state.now,
    })
}

fn write(state: &mut State, ledger: Ledger, fresh: Option<&Token>) {
    if ledger.token.is_some() && ledger.token.as_ref() == fresh {
        state.tokens += 1;
    }
    let before = state.cluster.ledger.take();
    state.witness.ledger_written(before.as_ref(), &ledger, &state.provider);
    state.cluster.ledger = Some(ledger);
}

fn create(state: &mut State, own: &OwnRequest) {
    if state.cluster.requests.iter().any(|r| r.name == own.name) {
        return;
    }
    let uid = state.new_uid("operation");
    let group_uid = state.cluster.group.as_ref().map(|g| g.uid.clone()).unwrap_or_default();
    let filed = own.filed(uid, group_uid, state.now);
    state.cluster.requests.push(filed);
}

/// The last look and the sending, with nothing between them: what can come between is the other model's.
fn send(state: &mut State, submit: &Submit) -> Outcome {
    let ledger = state.cluster.ledger.clone().expect("a call is recorded in a ledger");
    let seen = state
        .provider
        .observe(OBJECT, Depth::Full)
        .expect("the object is there");
    if let Err((reason, message)) = check::still_true(&ledger, &submit.step, submit.attempt, &seen) {
        return Outcome::NotSent {
            reason,
            message,
            after_seconds: None,
        };
    }
    let token = ledger
        .operation
        .as_ref()
        .expect("it records an operation")
        .token
        .clone();
    state.witness.judges(submit, &token, &state.provider, state.now);
    let delivered = state.provider.deliver(&proof::Request::submitted(OBJECT, submit));
    if delivered.executed() {
        let entry = state.provider.journal().last().expect("it was carried out").clone();
        state.witness.done(&entry);
    }
    delivered.into()
}

fn publish(state: &mut State, reading: &Reading, decision: &Decision) {
    let report = with_input(state, reading, |input| {
        report(input, state.cluster.ledger.as_ref(), decision)
    });
    for operation in report.operations.iter().filter(|o| o.finished_at.is_some()) {
        let of = |r: &&mut Request| Some(&r.uid) == operation.uid.as_ref();
        state
            .cluster
            .requests
            .iter_mut()
            .filter(of)
            .for_each(|r| r.ended = true);
    }
    for answer in &mut state.cluster.answers {
        answer.ended |= report.answers.iter().any(|reported| reported.uid == answer.uid);
    }
    if let Some(group) = &mut state.cluster.group {
        group.shown = Some(Shown {
            token: report.group.token,
            active: report.group.active,
        });
    }
}

/// Time passes. Whoever leads renews the lease; nobody looks.
pub fn wait(state: &mut State, seconds: i64) {
    state.now += SignedDuration::from_secs(seconds);
    let before = state.provider.journal().len();
    state.provider.advance_to(state.now);
    debug_assert_eq!(
        before,
        state.provider.journal().len(),
        "nothing is on its way in this model"
    );
    if let Operator::Up { .. } = state.operator {
        state.cluster.renewed = state.now;
    }
}
