//! Takes in a whole answer, up to its cap; a large one when there is room for it.
//! It must not interpret it, nor unpack a compressed one.

use crate::error::{ErrorKind, TransportError, Written};
use crate::headers::Headers;
use crate::request::Response;
use crate::room::{FREE, Share, keep};
use http_body_util::{BodyExt, Limited};
use hyper::body::Incoming;

/// Reads the body. `written` is what an error says of the request.
pub(crate) async fn take_in(
    answer: http::Response<Incoming>,
    cap: usize,
    host: &str,
    written: Written,
    room: &Share,
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
    let told = head.headers.get(http::header::CONTENT_LENGTH);
    let told = told.and_then(|length| length.to_str().ok()?.parse::<usize>().ok());
    let whole = told.unwrap_or(cap).min(cap);
    let mut body = Limited::new(body, cap);
    let (mut text, mut taken) = (Vec::new(), None);
    while let Some(frame) = body.frame().await {
        let frame = frame.map_err(|error| TransportError::exchanging(host, written, error.as_ref()))?;
        let Ok(data) = frame.into_data() else { continue };
        if taken.is_none() && text.len() + data.len() > FREE {
            taken = room.take(whole).await;
            // In one piece: growing would need it twice.
            text.reserve_exact(whole.saturating_sub(text.len()));
        }
        text.extend_from_slice(&data);
    }
    Ok(Response {
        status: head.status,
        headers: Headers::from_answer(head.headers),
        body: keep(text, taken),
    })
}
