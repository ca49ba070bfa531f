//! Answers that the proxy makes itself.
//! It must not be taken for the server's: the history names the rule that made one.

use http::{HeaderValue, Response, StatusCode, header};
use hyper::body::Bytes;
use serde_json::{Value, json};

use super::act::Act;
use super::body::{ResponseBody, Written};
use crate::history::Source;
use stationmaster_testkit_basics::usual_reason;

/// The answer of [`Act::Answer`]; `None` for any other act.
pub(crate) fn answer(act: &Act, source: Source) -> Option<Response<Bytes>> {
    let Act::Answer {
        status,
        retry_after_seconds,
        reason,
        body,
        ..
    } = act
    else {
        return None;
    };
    let body: Bytes = match (body, source) {
        (Some(Value::String(text)), _) => text.clone().into(),
        (Some(value), _) => value.to_string().into(),
        (None, Source::Kubernetes) => {
            let reason = reason.as_deref().unwrap_or_else(|| usual_reason(*status));
            kubernetes_status(*status, reason, *retry_after_seconds)
                .to_string()
                .into()
        }
        (None, Source::Provider) => Bytes::new(),
    };
    let mut response = json_response(StatusCode::from_u16(*status).ok()?, body);
    if let Some(seconds) = retry_after_seconds {
        response.headers_mut().insert(header::RETRY_AFTER, (*seconds).into());
    }
    Some(response)
}

/// A JSON answer.
pub(crate) fn json_response(status: StatusCode, body: Bytes) -> Response<Bytes> {
    let mut response = Response::new(body);
    *response.status_mut() = status;
    let json = HeaderValue::from_static("application/json");
    response.headers_mut().insert(header::CONTENT_TYPE, json);
    response
}

/// An answer that is whole, as it goes to the client.
pub(crate) fn whole(response: Response<Bytes>) -> (Response<ResponseBody>, Written) {
    let (parts, bytes) = response.into_parts();
    let (body, written) = ResponseBody::whole(bytes);
    (Response::from_parts(parts, body), written)
}

fn kubernetes_status(code: u16, reason: &str, retry_after: Option<u32>) -> Value {
    let mut status = json!({
        "kind": "Status", "apiVersion": "v1", "metadata": {},
        "status": if code < 300 { "Success" } else { "Failure" },
        "message": format!("the fault proxy answers {code}"), "reason": reason, "code": code,
    });
    if let Some(seconds) = retry_after {
        status["details"] = json!({ "retryAfterSeconds": seconds });
    }
    status
}
