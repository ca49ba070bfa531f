//! The same histories in the words of another provider: the checks know them through its dialect alone.
//! It must not use a path, a body or a status of the first one.

use serde_json::{Value, json};

use super::script::*;
use crate::history::dialect::{Active, At, Call, Class, Dialect, Of, Reading, Sent};
use crate::history::{Invariant, Source, check};
use crate::vendors::Sdrs;

/// The provider for proof, if its wire were HTTP: the words of a call stand in its path, a refusal is a 200, a gate answers 503.
struct Proof;

impl Dialect for Proof {
    fn is_login(&self, path: &str) -> bool {
        path == "/connect"
    }

    fn call<'a>(&self, sent: Sent<'a>) -> Option<Call<'a>> {
        let (_, rest) = sent.path.split_once("/call/")?;
        let (object, action) = rest.split_once('/')?;
        (sent.method == "PUT").then_some(Call {
            at: At::object(Some(object)),
            action: Some(action),
        })
    }

    fn readings<'a>(&self, sent: Sent<'a>, _: u16, answer: &'a Value) -> Vec<Reading<'a>> {
        let object = sent.path.strip_prefix("/observe/");
        let reading = |object: &'a str| Reading {
            of: Of::Object(object.into()),
            active: answer["runsAt"].as_str().map_or(Active::Untold, Active::At),
        };
        object.map(reading).into_iter().collect()
    }

    fn class(&self, status: u16, answer: &Value) -> Class {
        match status {
            200 if answer["done"] == false => Class::Refused,
            200 => Class::Taken,
            503 => Class::TurnedAway,
            _ => Class::Refused,
        }
    }
}

const CALL: &str = "/second/call/g-1/reverse-server-group";

fn answered(status: u16, done: bool) -> End {
    End::Answered(status, json!({ "done": done }))
}

/// What speaks with the provider, in the other words.
fn said(steps: Vec<Step>) -> Vec<Step> {
    let other = |step: Step| match (step.source, step.method, &step.end) {
        (Source::Provider, "GET", End::Answered(_, shown)) => Step {
            path: format!("/observe/{GROUP}"),
            end: End::Answered(200, json!({"runsAt": shown["server_group"]["priority_station"]})),
            ..step
        },
        (Source::Provider, "POST", _) => Step {
            method: "PUT",
            path: CALL.into(),
            body: Value::Null,
            end: answered(200, true),
            ..step
        },
        _ => step,
    };
    steps.into_iter().map(other).collect()
}

fn broken(steps: &[Step]) -> Vec<Invariant> {
    let report = check(&Proof, &history(steps), &[], &[]);
    report.violations.iter().map(|violation| violation.invariant).collect()
}

/// The call of a good history, ended in another way and made again.
fn twice(first: End, state: &str) -> Vec<Step> {
    let mut steps = said(super::again(End::Lost, state));
    let call = steps.iter_mut().find(|step| step.path == CALL).unwrap();
    call.end = first;
    steps
}

#[test]
fn good_histories_pass_and_their_calls_are_seen() {
    let report = check(&Proof, &history(&said(good())), &[], &[]);
    assert_eq!((report.calls, report.violations.as_slice()), (1, [].as_slice()));
    assert_eq!(broken(&twice(answered(503, false), "notSent")), [], "turned away");
    assert_eq!(broken(&twice(answered(200, false), "notSent")), [], "refused by a 200");
}

#[test]
fn forgeries_are_found() {
    use Invariant::{FreshReads, OneCallInFlight, OneExecution, RecordFirst, VerifiedSuccess};
    let good = said(good());
    let read: Vec<usize> = (0..good.len())
        .filter(|i| good[*i].path.starts_with("/observe/"))
        .collect();
    assert_eq!(broken(&super::without(good.clone(), read[0])), [FreshReads]);
    let mut unseen = good.clone();
    unseen[read[1]].end = End::Answered(200, json!({"runsAt": "source"}));
    assert_eq!(broken(&unseen), [VerifiedSuccess]);
    let mut another = good.clone();
    let call = another.iter_mut().find(|step| step.path == CALL).unwrap();
    call.path = format!("/second/call/{GROUP}/failover-server-group");
    assert_eq!(broken(&another), [RecordFirst]);
    let executed = broken(&twice(answered(200, true), "notSent"));
    assert!(executed.contains(&OneExecution), "{executed:?}");
    assert_eq!(broken(&twice(End::Lost, "ambiguous")), [OneCallInFlight]);
}

#[test]
fn the_words_of_one_provider_are_nothing_in_those_of_another() {
    let steps = good();
    assert_eq!(check(&Proof, &history(&steps), &[], &[]).calls, 0);
    let report = check(&Sdrs, &history(&said(steps)), &[], &[]);
    let found = |invariant| report.violations.iter().any(|v| v.invariant == invariant);
    assert!(
        found(Invariant::RecordFirst) && found(Invariant::VerifiedSuccess),
        "{report}"
    );
}
