//! Takes in a whole answer, up to its cap.
//! It must not interpret it, nor unpack a compressed one.

use crate::error::{ErrorKind, TransportError, Written};
use crate::headers::Headers;
use crate::request::Response;
use http_body_util::{BodyExt, Limited};
use hyper::body::Incoming;

/// Reads the body. `written` is what an error says of the request.
pub(crate) async fn take_in(
    answer: http::Response<Incoming>,
    cap: usize,
    host: &str,
    written: Written,
) -> Result<Response, TransportError> {
    let (head, body) = answer.into_parts();
    if let Some(encoding) = head.headers.get(http::header::CONTENT_ENCODING)
        && encoding != "identity"
    {
        let message = format!(
            "{host} answered HTTP {} in an encoding that was not accepted",
            head.status.as_u16()
        );
        return Err(TransportError::new(ErrorKind::Protocol, written, message));
    }
    let body = Limited::new(body, cap)
        .collect()
        .await
        .map_err(|error| TransportError::exchanging(host, written, error.as_ref()))?
        .to_bytes();
    Ok(Response {
        status: head.status,
        headers: Headers::from_answer(head.headers),
        body,
    })
}
