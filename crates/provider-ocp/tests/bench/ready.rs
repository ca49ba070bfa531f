//! A set made ready for an operation at the simulator.
//! It must not go through OCP: what it does is no call.

use super::suite::{cluster, tenant};
use super::{SET, SimulatorBench};
use stationmaster_engine::{OperationType, Station};
use stationmaster_provider::contract::Ready;
use stationmaster_simulator::scenario::{OCP_EAST, OCP_PRIMARY_IDS, OCP_TENANTS, OCP_WEST, two_sites};
use stationmaster_simulator::{TenantAct, TenantAction};

/// Whether these are the tenants of the set at one of its stations.
pub(super) fn is_side(set: &str, tenants: &str) -> bool {
    let (_, pairs) = set.split_once(':').unwrap();
    let pairs = pairs
        .split(',')
        .map(|pair| pair.split('=').next().unwrap().split_once('>').unwrap());
    let (sources, targets): (Vec<&str>, Vec<&str>) = pairs.unzip();
    [sources, targets].iter().any(|side| side.join(",") == tenants)
}

impl SimulatorBench {
    /// All as at the beginning.
    fn load(&self) {
        self.simulator.load(two_sites()).unwrap();
        self.simulator.set_speed(0.0);
    }

    pub(super) fn made_ready(&self, operation: OperationType) -> Ready {
        self.load();
        let (mut object, mut active) = (SET.to_owned(), Station::Source);
        match operation {
            OperationType::Failover => self.act(&TenantAct {
                down: Some(true),
                ..cluster(OCP_EAST)
            }),
            OperationType::Reprotect => {
                active = Station::Target;
                for (name, old) in OCP_TENANTS.iter().zip(OCP_PRIMARY_IDS) {
                    self.act(&TenantAct {
                        action: Some(TenantAction::Failover),
                        ..tenant(OCP_WEST, name)
                    });
                    self.act(&TenantAct {
                        action: Some(TenantAction::Recreate),
                        standby_of: Some(format!("{OCP_WEST}/{name}")),
                        ..tenant(OCP_EAST, name)
                    });
                    // The new one has another id, and the person has named it.
                    let new = self.simulator.tenant_id(&format!("{OCP_EAST}/{name}")).unwrap();
                    object = object.replace(&format!("{old}>"), &format!("{new}>"));
                }
            }
            _ => {}
        }
        Ready { object, active }
    }
}
