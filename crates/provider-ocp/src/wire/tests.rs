//! The documented sample of a failover, literally, other documented shapes, and shapes that strain them.
//! They must not say what a word means.

use super::*;

const FAILOVER: &[u8] = include_bytes!("golden/failover.json");
const PAGE: &[u8] = include_bytes!("golden/tasks_page.json");

fn tasks(body: &[u8]) -> Vec<Task> {
    let many = many::<Task>(body).unwrap().unwrap();
    many.entries.into_iter().flatten().collect()
}

#[test]
fn the_documented_failover() {
    let meta = meta(FAILOVER);
    assert_eq!(
        (meta.successful, meta.trace_id.as_deref(), meta.server.as_deref()),
        (Some(true), Some("2692bd8d54b25810"), Some("3af57a8e6b"))
    );
    let [task] = &tasks(FAILOVER)[..] else {
        panic!("one task")
    };
    assert_eq!((task.id, task.tenant()), (Some(12_022_226), Some(2_000_025)));
    assert_eq!(
        (task.creator.as_deref(), task.kind.as_deref()),
        (Some("admin"), Some("MANUAL"))
    );
    assert_eq!(
        (task.parts().count(), task.prohibit_rollback, &task.create_time),
        (5, Some(false), &None)
    );
    let (id, first) = task.parts().next().unwrap();
    assert_eq!(
        (id, first.prohibit_rollback, first.split()),
        (13_025_788, Some(true), None)
    );
    assert_eq!(
        (&first.upstreams[..], first.after().collect::<Vec<_>>()),
        (&[13_025_787][..], vec![13_025_785])
    );
}

#[test]
fn a_page_of_tasks_has_objects_for_creator_and_tenant() {
    let page = many::<Task>(PAGE).unwrap().unwrap();
    assert_eq!((page.counted.total_elements, page.counted.pages()), (Some(1), Some(1)));
    let [task] = &tasks(PAGE)[..] else { panic!("one task") };
    assert_eq!(
        (task.creator.as_deref(), task.tenant()),
        (Some("admin"), Some(2_000_025))
    );
    assert!(moment(task.start_time.as_deref()) < moment(task.finish_time.as_deref()));
}

#[test]
fn both_spellings_of_misprinted_fields() {
    let text = br#"{"data":{"contents":[],"page":{"totalPage":"3","totalElements":null}}}"#;
    let page = many::<Task>(text).unwrap().unwrap().counted;
    assert_eq!((page.pages(), page.total_elements), (Some(3), None));
    let both = br#"{"data":{"id":1,"downstream":[2],"downstreams":[3],"paralleIdx":0,"upstreams":["4"]}}"#;
    let part: Subtask = one(both).unwrap().unwrap();
    assert_eq!(
        (part.after().collect::<Vec<_>>(), part.split(), part.upstreams),
        (vec![3, 2], Some(0), vec![4])
    );
}

#[test]
fn codes_are_text_or_numbers_and_zero_is_none() {
    let code = |body: &str| meta(body.as_bytes()).error.code();
    assert_eq!(
        code(r#"{"error":{"code":"OBE26019","message":"no"}}"#).as_deref(),
        Some("OBE26019")
    );
    assert_eq!(code(r#"{"error":{"code":26019}}"#).as_deref(), Some("26019"));
    for none in [
        r#"{"error":{"code":0}}"#,
        r#"{"error":{}}"#,
        r#"{"error":null}"#,
        r#"{"error":"no"}"#,
        "<html>",
        "",
    ] {
        assert_eq!(code(none), None, "{none}");
    }
    assert_eq!(meta(include_bytes!("golden/throttled.json")).error.code(), None);
    let sub = r#"{"error":{"code":"COM10001","message":"bad","subErrors":[{"field":"tenantId","message":"must not be null"}]}}"#;
    assert_eq!(meta(sub.as_bytes()).error.words(), "bad; tenantId: must not be null");
    let long = format!(
        r#"{{"error":{{"code":"{}","message":"{}"}}}}"#,
        "X".repeat(5000),
        "y".repeat(5000)
    );
    let error = meta(long.as_bytes()).error;
    assert!(error.code().unwrap().len() <= 64 && error.words().len() <= 300);
}

#[test]
fn an_object_a_list_and_nothing_are_told_apart() {
    let id = |body: &str| one::<Task>(body.as_bytes()).unwrap().map(|task| task.id);
    assert_eq!(id(r#"{"data":{"id":1}}"#), Some(Some(1)));
    assert_eq!(id(r#"{"data":{"contents":[{"id":1}]}}"#), Some(Some(1)));
    for none in [
        r#"{"data":{"contents":[{"id":1},{"id":2}]}}"#,
        r#"{"data":null}"#,
        "{}",
        r#"{"data":[]}"#,
        r#"{"data":7}"#,
    ] {
        assert_eq!(id(none), None, "{none}");
    }
    for none in [
        "{}",
        r#"{"data":{}}"#,
        r#"{"data":{"contents":null}}"#,
        r#"{"data":{"contents":{}}}"#,
        r#"{"data":[1]}"#,
    ] {
        assert!(many::<Task>(none.as_bytes()).unwrap().is_none(), "{none}");
    }
    assert!(many::<Task>(b"<html>").is_err() && one::<Task>(b"").is_err());
}

#[test]
fn one_bad_entry_does_not_cost_the_others() {
    let text = br#"{"data":{"contents":[7,null,{"id":1,"status":["x"]},{"id":"2"}]}}"#;
    let many = many::<Task>(text).unwrap().unwrap();
    let ids: Vec<_> = many
        .entries
        .iter()
        .map(|task| task.as_ref().map(|task| (task.id, task.status.clone())))
        .collect();
    assert_eq!(ids, [None, None, Some((Some(1), None)), Some((Some(2), None))]);
}

#[test]
fn a_word_that_is_too_long_is_named_and_an_unknown_one_kept() {
    let task = Task {
        status: Some("S".repeat(WORD + 1)),
        ..Task::default()
    };
    assert_eq!(
        task.too_long().as_deref(),
        Some("status has 513 bytes where at most 512 are expected")
    );
    let odd: Task = one(br#"{"data":{"id":1,"status":"PAUSED_BY_MOON"}}"#).unwrap().unwrap();
    assert_eq!((odd.too_long(), odd.status.as_deref()), (None, Some("PAUSED_BY_MOON")));
}

#[test]
fn prechecks() {
    let text = br#"{"data":{"valid":false,"tenantId":1,"standbyCheckResults":{"valid":false,"checkResults":[{"message":"lag 9 s"}]}}}"#;
    let check: SwitchoverPrecheck = one(text).unwrap().unwrap();
    assert!(!check.passed());
    let listed = br#"{"data":{"valid":true,"tenantId":1,"standbyCheckResults":[{"valid":false,"checkResults":[{"description":"lag 9 s"},{"valid":true,"name":"fine"}]}]}}"#;
    let check: SwitchoverPrecheck = one(listed).unwrap().unwrap();
    assert_eq!((check.passed(), check.why_not().as_str()), (false, "lag 9 s"));
    let silent: SwitchoverPrecheck = one(br#"{"data":{"tenantId":1}}"#).unwrap().unwrap();
    assert!(!silent.passed(), "who says nothing has not passed");
    let good: SwitchoverPrecheck = one(br#"{"data":{"valid":true,"tenantId":1}}"#).unwrap().unwrap();
    assert!(good.passed());
    let many = many::<Precheck>(br#"{"data":{"contents":[{"valid":true,"tenantId":2000025}]}}"#)
        .unwrap()
        .unwrap();
    assert_eq!(
        many.entries[0].as_ref().map(|check| (check.valid, check.tenant_id)),
        Some((Some(true), Some(2_000_025)))
    );
}
