//! The layer around every request to the Kubernetes API: a deadline over the whole answer, and counting.
//! It must not send anything itself, nor know a header or a body.

use super::call::ApiCall;
use crate::metrics::Metrics;
use axum::body::{Bytes, HttpBody};
use http::{Request, Response};
use kube::client::Body;
use std::collections::HashMap;
use std::future::Future;
use std::pin::Pin;
use std::sync::{Arc, Mutex, PoisonError};
use std::task::{Context, Poll, ready};
use std::time::Duration;
use tokio::time::{Instant, Sleep, sleep_until, timeout_at};
use tower::{BoxError, Layer, Service};

/// How long the head of a watch is waited for: longer than the API server keeps a request in its queue (15 s), short enough to try a second
/// connection before the cache counts as stale.
const WATCH_HEAD: Duration = Duration::from_secs(16);

/// The pause between two starts of a watch of one kind. kube-runtime starts one that was ended in good order again at once, and whoever
/// stands between may end each as soon as it began.
const WATCH_PAUSE: Duration = Duration::from_secs(1);

/// No whole answer came in time. A write may have been applied.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the API server did not answer within {limit:?}")]
pub struct TimedOut {
    /// How long it was waited for.
    pub limit: Duration,
}

/// Makes [`Guarded`] services.
#[derive(Clone)]
pub(super) struct Guard {
    limit: Duration,
    host: Arc<str>,
    metrics: Arc<Metrics>,
    /// When the watches of each kind were last started.
    started: Arc<Mutex<HashMap<String, Instant>>>,
}

impl Guard {
    pub(super) fn new(limit: Duration, host: String, metrics: Arc<Metrics>) -> Guard {
        Guard {
            limit,
            host: host.into(),
            metrics,
            started: Arc::default(),
        }
    }

    /// When a request may go: at once, but for watches.
    fn may_go(&self, call: &ApiCall) -> Instant {
        let now = Instant::now();
        if !call.is_watch() {
            return now;
        }
        let mut started = self.started.lock().unwrap_or_else(PoisonError::into_inner);
        let before = started.get(&call.resource);
        let at = before.map_or(now, |before| (*before + WATCH_PAUSE).max(now));
        started.insert(call.resource.clone(), at);
        at
    }
}

impl<S> Layer<S> for Guard {
    type Service = Guarded<S>;

    fn layer(&self, inner: S) -> Guarded<S> {
        Guarded {
            inner,
            guard: self.clone(),
        }
    }
}

/// A service with deadline and counting.
#[derive(Clone)]
pub(super) struct Guarded<S> {
    inner: S,
    guard: Guard,
}

impl<S, B> Service<Request<Body>> for Guarded<S>
where
    S: Service<Request<Body>, Response = Response<B>>,
    S::Future: Send + 'static,
    S::Error: Into<BoxError>,
{
    type Response = Response<Bounded<B>>;
    type Error = BoxError;
    type Future = Pin<Box<dyn Future<Output = Result<Self::Response, BoxError>> + Send>>;

    fn poll_ready(&mut self, cx: &mut Context<'_>) -> Poll<Result<(), BoxError>> {
        self.inner.poll_ready(cx).map_err(Into::into)
    }

    fn call(&mut self, request: Request<Body>) -> Self::Future {
        let call = ApiCall::of(request.method(), request.uri().path(), request.uri().query());
        let guard = self.guard.clone();
        let limit = if call.is_watch() {
            guard.limit.min(WATCH_HEAD)
        } else {
            guard.limit
        };
        let began = guard.may_go(&call);
        let answer = self.inner.call(request);
        Box::pin(async move {
            if began > Instant::now() {
                sleep_until(began).await;
            }
            let deadline = began + limit;
            let answer = match timeout_at(deadline, answer).await {
                Ok(answer) => answer.map_err(Into::into),
                Err(_) => Err(TimedOut { limit }.into()),
            };
            let code = answer.as_ref().ok().map(|answer| answer.status().as_u16());
            guard.metrics.api_request(&call, &guard.host, code, began.elapsed());
            Ok(answer?.map(|body| {
                if !call.is_watch() {
                    return Bounded {
                        body,
                        end: End::At(Box::pin(sleep_until(deadline)), limit),
                    };
                }
                let alive = code == Some(200);
                let watched = alive.then(|| Watched {
                    metrics: guard.metrics,
                    resource: call.resource,
                });
                Bounded {
                    body,
                    end: End::Never(watched),
                }
            }))
        })
    }
}

struct Watched {
    metrics: Arc<Metrics>,
    resource: String,
}

impl Watched {
    fn sign_of_life(&self) {
        self.metrics.watch_alive(&self.resource);
    }
}

enum End {
    At(Pin<Box<Sleep>>, Duration),
    Never(Option<Watched>),
}

/// A body that must arrive in time, or one of a watch: its whole lines and its orderly end are signs of life. Its head is none, since
/// whoever stands between may take every watch and then say nothing; nor is a piece of a line.
pub(super) struct Bounded<B> {
    body: B,
    end: End,
}

impl<B> HttpBody for Bounded<B>
where
    B: HttpBody<Data = Bytes> + Unpin,
    B::Error: Into<BoxError>,
{
    type Data = Bytes;
    type Error = BoxError;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
    ) -> Poll<Option<Result<http_body::Frame<Bytes>, BoxError>>> {
        let this = &mut *self;
        if let Poll::Ready(frame) = Pin::new(&mut this.body).poll_frame(cx) {
            let says_something = match &frame {
                Some(Ok(frame)) => frame.data_ref().is_some_and(|data| data.contains(&b'\n')),
                Some(Err(_)) => false,
                None => true,
            };
            if let (End::Never(Some(watched)), true) = (&this.end, says_something) {
                watched.sign_of_life();
            }
            return Poll::Ready(frame.map(|frame| frame.map_err(Into::into)));
        }
        match &mut this.end {
            End::Never(_) => Poll::Pending,
            End::At(sleep, limit) => {
                ready!(sleep.as_mut().poll(cx));
                Poll::Ready(Some(Err(TimedOut { limit: *limit }.into())))
            }
        }
    }

    fn is_end_stream(&self) -> bool {
        self.body.is_end_stream()
    }

    fn size_hint(&self) -> http_body::SizeHint {
        self.body.size_hint()
    }
}
