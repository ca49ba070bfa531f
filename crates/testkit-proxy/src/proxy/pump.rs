//! Carries the body of an answer from the server to the client, and spoils it where a rule wants that.
//! It must not keep a watch's bytes back, nor let the client have the end of any other answer before it is written down.

use std::time::Duration;

use http_body_util::BodyExt;
use hyper::body::{Bytes, Incoming};

use super::act::Act;
use super::body::Filling;
use super::exchange::Exchange;
use super::redact;

/// How much of an answer is kept for the tape, in bytes.
const LONGEST: usize = 32 * 1024 * 1024;

/// How a body ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum End {
    /// All of it was passed on.
    Whole,
    /// The server broke off.
    BrokenOff,
    /// The client went away.
    ClientGone,
    /// A rule ended it.
    Ended,
}

impl Exchange {
    /// Any answer but a watch's. The last piece is passed on after `written_down` was called with what there was.
    pub(crate) async fn pump(
        &self,
        mut body: Incoming,
        to: Filling,
        slow: Option<u32>,
        written_down: impl FnOnce(&Self, End, Option<Bytes>),
    ) {
        let mut kept = Some(Vec::new());
        let mut last = Bytes::new();
        let mut gone = false;
        let end = loop {
            match body.frame().await {
                None => break End::Whole,
                Some(Err(_)) => break End::BrokenOff,
                Some(Ok(frame)) => {
                    let Ok(bytes) = frame.into_data() else { continue };
                    if let Some(so_far) = &mut kept {
                        so_far.extend_from_slice(&bytes);
                    }
                    kept = kept.filter(|kept| kept.len() <= LONGEST);
                    // A client that has gone changes nothing of what the server did: the rest is read for the history.
                    gone = gone || !pour(&to, std::mem::replace(&mut last, bytes), slow).await;
                }
            }
        };
        let end = if gone && end == End::Whole {
            End::ClientGone
        } else {
            end
        };
        written_down(self, end, kept.map(Bytes::from).filter(|_| end != End::BrokenOff));
        pour(&to, last, slow).await;
        if end == End::BrokenOff {
            to.break_off().await;
        }
    }

    /// A watch, event by event.
    pub(crate) async fn pump_watch(&self, mut body: Incoming, to: Filling, act: Option<&Act>) -> End {
        let mut waiting = Vec::new();
        let mut events = 0;
        loop {
            if let Some(Act::GoneInStream { after_events }) = act
                && events >= *after_events
            {
                to.push(gone()).await;
                return End::Ended;
            }
            if let Some(Act::FreezeWatch { after_events }) = act
                && events >= *after_events
            {
                to.gone().await;
                return End::ClientGone;
            }
            let frame = tokio::select! {
                frame = body.frame() => frame,
                () = to.gone() => return End::ClientGone,
            };
            match frame {
                None => return End::Whole,
                Some(Err(_)) => {
                    to.break_off().await;
                    return End::BrokenOff;
                }
                Some(Ok(frame)) => waiting.extend_from_slice(&frame.into_data().unwrap_or_default()),
            }
            while let Some(at) = waiting.iter().position(|byte| *byte == b'\n') {
                let line = Bytes::from(waiting.drain(..=at).collect::<Vec<u8>>());
                self.shared.tape().event(&self.asked, &line);
                events += 1;
                let hidden = matches!(act, Some(Act::HideEvents { from, to })
                    if events >= *from && to.is_none_or(|to| events <= to));
                let late = matches!(act, Some(Act::FreezeWatch { after_events } | Act::GoneInStream { after_events })
                    if events > *after_events);
                let slow = match act {
                    Some(Act::SlowBody { bytes_per_second }) => Some(*bytes_per_second),
                    _ => None,
                };
                if !hidden && !late && !pour(&to, line, slow).await {
                    return End::ClientGone;
                }
            }
        }
    }

    /// A body as it may be written down.
    pub(crate) fn shown(&self, bytes: Option<&Bytes>) -> Option<serde_json::Value> {
        match redact::is_secret(&self.asked) {
            true => None,
            false => redact::body(bytes?),
        }
    }
}

/// Passes a piece on; slowly, byte by byte, if that is wanted. False when the client has gone.
async fn pour(to: &Filling, bytes: Bytes, slow: Option<u32>) -> bool {
    let Some(speed) = slow else {
        return to.push(bytes).await;
    };
    for byte in bytes {
        tokio::time::sleep(Duration::from_secs(1) / speed.max(1)).await;
        if !to.push(Bytes::copy_from_slice(&[byte])).await {
            return false;
        }
    }
    true
}

/// What the API server sends when a watch's version has been compacted.
fn gone() -> Bytes {
    let event = serde_json::json!({"type": "ERROR", "object": {
        "kind": "Status", "apiVersion": "v1", "metadata": {}, "status": "Failure",
        "message": "too old resource version: 1 (2)", "reason": "Expired", "code": 410,
    }});
    format!("{event}\n").into()
}
