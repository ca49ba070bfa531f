//! Whether the process ends, and what that cuts short: readings end at once, what is on its way out or must be written down goes on.
//! It must not cut short a write, nor a call once it may have left.

use tokio::sync::watch as signal;

/// Tells everybody who works that the process ends.
#[derive(Debug)]
pub struct Ending(signal::Sender<bool>);

impl Default for Ending {
    fn default() -> Ending {
        Ending(signal::Sender::new(false))
    }
}

impl Ending {
    /// From here on nothing is begun, and no reading goes on.
    pub fn begin(&self) {
        self.0.send_replace(true);
    }

    /// Whether it has begun.
    pub fn has_begun(&self) -> bool {
        *self.0.borrow()
    }

    /// Done when it has begun.
    pub fn begun(&self) -> impl Future<Output = ()> + Send + Sync + 'static {
        let mut begun = self.0.subscribe();
        async move {
            // A sender that is gone can never begin it.
            if begun.wait_for(|begun| *begun).await.is_err() {
                std::future::pending::<()>().await;
            }
        }
    }

    /// What a reading brought; none where it was cut short.
    pub async fn cuts<T>(&self, reading: impl Future<Output = T>) -> Option<T> {
        tokio::select! {
            biased;
            () = self.begun() => None,
            read = reading => Some(read),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::sync::Arc;
    use std::time::Duration;
    use tokio::time::{Instant, sleep};

    #[tokio::test(start_paused = true)]
    async fn a_reading_ends_at_once_and_none_is_begun() {
        let ending = Arc::new(Ending::default());
        assert_eq!(ending.cuts(async { 1 }).await, Some(1));
        let hanging = Arc::clone(&ending);
        let hanging = tokio::spawn(async move { hanging.cuts(std::future::pending::<()>()).await });
        sleep(Duration::from_secs(5)).await;
        assert!(!hanging.is_finished());
        let begun = Instant::now();
        ending.begin();
        assert_eq!(hanging.await.unwrap(), None);
        assert_eq!(begun.elapsed(), Duration::ZERO);
        assert_eq!(ending.cuts(async { 1 }).await, None);
        ending.begun().await;
    }
}
