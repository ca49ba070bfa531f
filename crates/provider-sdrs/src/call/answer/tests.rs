//! Answers to a call, and what each says of it.
//! They must not send anything.

use super::*;
use http::StatusCode;
use stationmaster_transport::Headers;

fn answer(status: u16, body: &str) -> CallOutcome {
    answer_with(status, body, None)
}

fn answer_with(status: u16, body: &str, retry: Option<&str>) -> CallOutcome {
    let mut headers = Headers::new();
    if let Some(retry) = retry {
        headers.set(http::header::RETRY_AFTER, retry).unwrap();
    }
    let status = StatusCode::from_u16(status).unwrap();
    let response = Response {
        status,
        headers,
        body: body.to_owned().into(),
    };
    class(
        "StartReverseProtectionGroup",
        &response,
        Timestamp::UNIX_EPOCH,
        |text| text.replace("hunter2", "*"),
    )
}

fn error(code: &str) -> String {
    format!(r#"{{"error":{{"message":"no, hunter2","code":"{code}"}}}}"#)
}

#[test]
fn accepted_needs_a_job_id() {
    let job = CallOutcome::Accepted {
        jobs: vec!["j1".to_owned()],
    };
    assert_eq!(answer(200, r#"{"job_id":"j1"}"#), job);
    assert_eq!(answer(202, r#"{"job_id":"j1","more":1}"#), job);
    for body in [
        "",
        "{}",
        r#"{"job_id":null}"#,
        r#"{"job_id":""}"#,
        "<html>",
        r#"{"job_id":"j1""#,
    ] {
        assert!(matches!(answer(200, body), CallOutcome::Ambiguous { .. }), "{body}");
    }
}

#[test]
fn a_refusal_needs_a_code_of_the_provider() {
    for (status, code) in [
        (400, "SDRS.1002"),
        (400, "SDRS.1013"),
        (403, "APIG.0302"),
        (404, "APIG.0101"),
        (400, "SDRS.0216"),
    ] {
        let CallOutcome::Refused { code: told, message } = answer(status, &error(code)) else {
            panic!("{code}")
        };
        assert_eq!(told, code);
        assert_eq!(message, format!("no, * (HTTP {status})"));
    }
    assert!(matches!(
        answer(403, "<html>Forbidden</html>"),
        CallOutcome::Refused { .. }
    ));
    for status in [400, 404, 405, 418, 301, 302, 307] {
        assert!(
            matches!(answer(status, "<html>proxy</html>"), CallOutcome::Ambiguous { .. }),
            "{status}"
        );
    }
}

#[test]
fn what_may_have_begun_is_ambiguous() {
    for status in [408, 409, 500, 502, 503, 504] {
        assert!(
            matches!(answer(status, &error("SDRS.0013")), CallOutcome::Ambiguous { .. }),
            "{status}"
        );
    }
    for code in BEGUN {
        assert!(
            matches!(answer(400, &error(code)), CallOutcome::Ambiguous { .. }),
            "{code}"
        );
    }
    assert!(matches!(answer_with(503, "", Some("5")), CallOutcome::Ambiguous { .. }));
}

#[test]
fn the_gate_turns_away() {
    let throttled = answer_with(429, r#"{"error_msg":"slow","error_code":"APIG.0308"}"#, Some("7"));
    let CallOutcome::TurnedAway {
        reason, after_seconds, ..
    } = throttled
    else {
        panic!()
    };
    assert_eq!((reason, after_seconds), (Reason::CallTurnedAway, Some(7)));
    let cases = [
        (r#"{"error_msg":"token expires","error_code":"APIG.0307"}"#, None),
        (
            r#"{"error_msg":"verify aksk signature fail","error_code":"APIG.0301"}"#,
            Some(30),
        ),
        (
            r#"{"error_msg":"AK access failed to reach the limit,forbidden","error_code":"APIG.0301"}"#,
            Some(300),
        ),
        ("", Some(30)),
    ];
    for (body, wait) in cases {
        let CallOutcome::TurnedAway {
            reason, after_seconds, ..
        } = answer(401, body)
        else {
            panic!("{body}")
        };
        assert_eq!((after_seconds, reason), (wait, Reason::AuthenticationFailed), "{body}");
    }
}
