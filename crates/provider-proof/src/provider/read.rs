//! A read over the wire: what it meets on its way, and what is read.
//! It must not change the world.

use super::{Access, ProofProvider, fault};
use crate::World;
use crate::wire::{Disturb, What};
use stationmaster_provider::Fault;
use std::time::Duration;
use tokio::time::sleep;

impl ProofProvider {
    /// Reads, within the deadline.
    pub(super) async fn read<T>(
        &self,
        what: What,
        take: impl FnOnce(&World) -> Result<T, Fault> + Send,
    ) -> Result<T, Fault> {
        if self.access != Access::Good {
            return Err(fault::of_access(self.access));
        }
        let asked = self.wire.ask(&self.name, what);
        let lost = || fault::transient("the connection closed without an answer");
        match asked.disturb {
            Disturb::Go | Disturb::AndAgain { .. } | Disturb::Doubled => {}
            Disturb::NeverLeaves => return Err(fault::unsent()),
            Disturb::TurnedAway { after_seconds } => {
                let after = after_seconds.map(|s| Duration::from_secs(u64::from(s)));
                return Err(fault::throttled(after));
            }
            Disturb::CredentialsLapse => {
                self.wire.lapse_credentials();
                return Err(fault::denied());
            }
            Disturb::Refused { text } => return Err(fault::rejected(fault::scrubbed(&text, &self.secret))),
            Disturb::Redirect => return Err(fault::error("a redirect is not followed")),
            Disturb::LoseRequest | Disturb::LoseAnswer => return Err(lost()),
            Disturb::Status(status) => return Err(fault::error(format!("HTTP {status}"))),
            Disturb::Unreadable => return Err(fault::error("the answer cannot be read")),
            Disturb::Later { .. } | Disturb::Hang => return self.silence().await,
            Disturb::Delay { seconds } => {
                if self.outlasts(seconds) {
                    return self.silence().await;
                }
                sleep(Duration::from_secs(u64::from(seconds))).await;
            }
        }
        // What is read is of the moment at which the provider answers, not of the one at which the answer is heard.
        let taken = self.wire.world(|world| take(world));
        match self.wire.answered(asked.exchange) {
            Disturb::LoseAnswer => Err(lost()),
            Disturb::Status(status) => Err(fault::error(format!("HTTP {status}"))),
            Disturb::Unreadable => Err(fault::error("the answer cannot be read")),
            Disturb::Hang => self.silence().await,
            Disturb::Delay { seconds } if self.outlasts(seconds) => self.silence().await,
            Disturb::Delay { seconds } => {
                sleep(Duration::from_secs(u64::from(seconds))).await;
                taken
            }
            _ => taken,
        }
    }

    fn outlasts(&self, seconds: u32) -> bool {
        Duration::from_secs(u64::from(seconds)) >= self.timeout
    }

    async fn silence<T>(&self) -> Result<T, Fault> {
        sleep(self.timeout).await;
        Err(fault::transient("no answer within the deadline"))
    }
}
