//! What becomes of exchanges with the provider.
//! It must not decide when: the count does.

use super::{Faults, News};
use crate::case::Fault;
use crate::moments::Moment;
use serde_json::Value;
use stationmaster_provider_proof::Disturb;
use stationmaster_provider_proof::wire::{self, Exchange, What};

impl Faults {
    /// What becomes of an exchange with the provider.
    pub fn exchange(&self, exchange: &Exchange) -> Disturb {
        let leaving = exchange.moment == wire::Moment::Leaving;
        if self.state().dead.contains(&exchange.connection) {
            return if leaving {
                Disturb::NeverLeaves
            } else {
                Disturb::LoseAnswer
            };
        }
        let call = matches!(exchange.what, What::Call(_));
        let moment = if leaving {
            Moment::Leaves { call }
        } else {
            Moment::Answered { call }
        };
        if self.count(&[moment], &Value::Null).is_none() {
            return Disturb::Go;
        }
        let lost = if leaving {
            Disturb::LoseRequest
        } else {
            Disturb::LoseAnswer
        };
        match self.case.fault {
            Fault::Crash | Fault::Takeover | Fault::Election => {
                self.kill(&exchange.connection);
                lost
            }
            Fault::Drop => lost,
            Fault::Hang if leaving && call => Disturb::Later { seconds: 20 },
            Fault::Hang => Disturb::Hang,
            Fault::Late => {
                let _ = self.news.send(News::Joins);
                Disturb::Later { seconds: 45 }
            }
            Fault::Restore | Fault::RestoreAsked => {
                self.restore();
                Disturb::Go
            }
            Fault::Console => {
                self.flip();
                Disturb::Go
            }
            _ => Disturb::Go,
        }
    }
}
