//! A server as ECS shows it.
//! It must not show anything that the state does not have, but for constants of an ordinary server.

use std::collections::HashMap;

use jiff::Timestamp;
use serde_json::{Value, json};

use crate::scenario::derived_uuid;
use crate::world::World;
use crate::world::model::{AttachedPairs, Instance, Pair, Server, power};

fn time(time: Timestamp) -> String {
    time.strftime("%Y-%m-%dT%H:%M:%SZ").to_string()
}

/// Which instance each server belongs to, and its disks, found once for a whole list.
pub(super) struct Owners<'w> {
    instances: HashMap<&'w str, &'w Instance>,
    pairs: AttachedPairs<'w>,
}

impl<'w> Owners<'w> {
    pub(super) fn of(world: &'w World) -> Self {
        let mut instances = HashMap::new();
        for instance in world.instances.values() {
            instances.insert(instance.source_server.as_str(), instance);
            instances.insert(instance.target_server.as_str(), instance);
        }
        Self {
            instances,
            pairs: AttachedPairs::of_all(world),
        }
    }

    /// Disks of the server: the side of each attached pair that lies at the server's site.
    fn volumes(&self, server: &Server) -> Vec<Value> {
        let Some(owner) = self.instances.get(server.id.as_str()) else {
            return Vec::new();
        };
        let disk = |(pair, device): (&Pair, &str)| {
            let at_source = owner.source_server == server.id;
            let id = if at_source {
                &pair.source_volume
            } else {
                &pair.target_volume
            };
            let boot = if pair.bootable { json!("0") } else { Value::Null };
            json!({"id": id, "delete_on_termination": "false", "device": device, "bootIndex": boot})
        };
        self.pairs.of(&owner.id).map(disk).collect()
    }
}

/// The `server` object.
pub(super) fn server(owners: &Owners<'_>, server: &Server) -> Value {
    let (vm_state, power_state) = match server.status.as_str() {
        power::ACTIVE => ("active", 1),
        power::SHUTOFF => ("stopped", 4),
        "ERROR" => ("error", 0),
        _ => ("active", 0),
    };
    let address = json!([{
        "version": "4", "addr": "192.168.0.10", "OS-EXT-IPS:type": "fixed",
        "OS-EXT-IPS-MAC:mac_addr": "fa:16:3e:00:00:01", "OS-EXT-IPS:port_id": derived_uuid(&format!("port/{}", server.id)),
    }]);
    let addresses = json!({server.vpc_id.clone(): address});
    json!({
        "id": server.id,
        "name": server.name,
        "status": server.status,
        "updated": time(server.updated_at),
        "created": time(server.created_at),
        "addresses": addresses,
        "flavor": {"id": "s3.large.2", "name": "s3.large.2", "vcpus": "2", "ram": "4096", "disk": "0"},
        "image": {"id": derived_uuid("image")},
        "metadata": {"vpc_id": server.vpc_id, "os_type": "Linux", "os_bit": "64", "charging_mode": "0"},
        "tags": [],
        "sys_tags": [{"key": "_sys_enterprise_project_id", "value": "0"}],
        "security_groups": [{"id": derived_uuid("security-group"), "name": "default"}],
        "description": "",
        "locked": false,
        "fault": null,
        "progress": 0,
        "accessIPv4": "",
        "accessIPv6": "",
        "config_drive": "",
        "key_name": null,
        "tenant_id": server.project,
        "user_id": "",
        "hostId": "",
        "host_status": "UP",
        "os-extended-volumes:volumes_attached": owners.volumes(server),
        "os:scheduler_hints": {},
        "OS-DCF:diskConfig": "MANUAL",
        "OS-EXT-AZ:availability_zone": server.availability_zone,
        "OS-EXT-STS:task_state": server.task,
        "OS-EXT-STS:power_state": power_state,
        "OS-EXT-STS:vm_state": vm_state,
        "OS-EXT-SRV-ATTR:hostname": server.name,
        "OS-EXT-SRV-ATTR:root_device_name": "/dev/vda",
        "OS-SRV-USG:launched_at": null,
        "OS-SRV-USG:terminated_at": null,
    })
}
