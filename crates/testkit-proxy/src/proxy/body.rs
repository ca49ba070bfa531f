//! The body of an answer on its way to the client, and word of when the client has it.
//! It must not hold more than one piece of it.

use std::convert::Infallible;
use std::pin::Pin;
use std::task::{Context, Poll};

use hyper::body::{Body, Bytes, Frame};
use tokio::sync::{mpsc, oneshot};

/// The server's connection ended in the middle of the body; so does the client's.
#[derive(Debug, thiserror::Error)]
#[error("the body broke off")]
pub(crate) struct BrokenOff;

type Piece = Result<Bytes, BrokenOff>;

/// A body that is made while it is sent.
#[derive(Debug)]
pub(crate) struct ResponseBody {
    pieces: mpsc::Receiver<Piece>,
    /// Dropped with the body: then all of it was written, or the client is gone.
    _done: oneshot::Sender<Infallible>,
}

/// The other end of a body.
#[derive(Debug)]
pub(crate) struct Filling(mpsc::Sender<Piece>);

/// Resolves when the body was written or the client has gone.
#[derive(Debug)]
pub(crate) struct Written(oneshot::Receiver<Infallible>);

impl ResponseBody {
    pub fn new() -> (Self, Filling, Written) {
        let (filling, pieces) = mpsc::channel(1);
        let (done, written) = oneshot::channel();
        (Self { pieces, _done: done }, Filling(filling), Written(written))
    }

    /// A body that is there already.
    pub fn whole(bytes: Bytes) -> (Self, Written) {
        let (body, filling, written) = Self::new();
        // There is room for one.
        let _ = filling.0.try_send(Ok(bytes));
        (body, written)
    }
}

impl Filling {
    /// False when the client has gone.
    pub async fn push(&self, bytes: Bytes) -> bool {
        bytes.is_empty() || self.0.send(Ok(bytes)).await.is_ok()
    }

    pub async fn break_off(&self) {
        let _ = self.0.send(Err(BrokenOff)).await;
    }

    /// Resolves when the client has gone.
    pub async fn gone(&self) {
        self.0.closed().await;
    }
}

impl Written {
    pub async fn wait(self) {
        let _ = self.0.await;
    }
}

impl Body for ResponseBody {
    type Data = Bytes;
    type Error = BrokenOff;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, BrokenOff>>> {
        self.pieces
            .poll_recv(context)
            .map(|piece| Some(piece?.map(Frame::data)))
    }
}
