//! A server as ECS shows it.
//! Must not show anything that the state does not have, but for constants of an ordinary server.

use jiff::Timestamp;
use serde_json::{Value, json};

use crate::scenario::derived_uuid;
use crate::world::World;
use crate::world::model::{Server, power};

fn time(time: Timestamp) -> String {
    time.strftime("%Y-%m-%dT%H:%M:%SZ").to_string()
}

/// Disks of the server: the side of each attached pair that lies at the server's site.
fn volumes(world: &World, server: &Server) -> Vec<Value> {
    let attached = |instance: &str, at_source: bool| {
        world
            .pairs
            .values()
            .filter(|p| p.attachment.as_ref().is_some_and(|a| a.instance == instance))
            .map(|p| {
                let id = if at_source { &p.source_volume } else { &p.target_volume };
                json!({
                    "id": id, "delete_on_termination": "false",
                    "device": p.attachment.as_ref().map(|a| a.device.as_str()),
                    "bootIndex": if p.bootable { json!("0") } else { Value::Null },
                })
            })
            .collect::<Vec<_>>()
    };
    let owner = world
        .instances
        .values()
        .find(|i| i.source_server == server.id || i.target_server == server.id);
    owner
        .map(|i| attached(&i.id, i.source_server == server.id))
        .unwrap_or_default()
}

/// The `server` object.
pub(super) fn server(world: &World, server: &Server) -> Value {
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
        "os-extended-volumes:volumes_attached": volumes(world, server),
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
