//! Groups, instances, pairs, drills, tags, quotas and servers: creating, changing, deleting, and their refusals.
//! Must not test group actions.

mod support;

use serde_json::{Value, json};
use stationmaster_simulator::scenario::{self, ARCHIVE_ID, DOMAIN_ID, PAYMENTS_DB_ID as GROUP};
use stationmaster_simulator::{Station, scenario::Volume};
use support::{Answer, Cloud};

const VOLUME: &str = "d2f1c6a0-0000-4000-8000-000000000001";

async fn cloud() -> Cloud {
    let mut scenario = scenario::three_groups();
    let server = |name: &str, zone: &str| scenario::Server {
        id: name.into(),
        name: name.into(),
        availability_zone: zone.into(),
        ..Default::default()
    };
    scenario.servers = vec![server("new-server", ""), server("wrong-zone", "eu-de-02")];
    scenario.servers.push(scenario::Server {
        vpc_id: "other".into(),
        ..server("wrong-vpc", "")
    });
    scenario.volumes = vec![Volume {
        id: VOLUME.into(),
        size_gb: 20,
        ..Default::default()
    }];
    Cloud::of(scenario).await
}

async fn done(cloud: &Cloud, answer: Answer) -> Value {
    let id = answer.json()["job_id"].as_str().expect("job_id").to_owned();
    cloud.simulator.advance(200.0);
    let job = cloud.job(&id).await;
    assert_eq!(job["status"], "SUCCESS", "{job}");
    job["entities"].clone()
}

fn new_group(name: &str) -> Value {
    json!({"server_group": {
        "name": name, "source_availability_zone": "eu-de-01", "target_availability_zone": "eu-de-02",
        "domain_id": DOMAIN_ID, "source_vpc_id": "vpc",
    }})
}

#[tokio::test]
async fn a_group_lives_and_dies() {
    let cloud = cloud().await;
    let created = cloud.post("server-groups", new_group("fresh")).await;
    let listed = cloud.get("server-groups?name=fresh").await.json();
    assert_eq!(listed["server_groups"][0]["status"], "creating");
    let id = done(&cloud, created).await["server_group_id"]
        .as_str()
        .expect("id")
        .to_owned();
    let group = cloud.group(&id).await;
    assert_eq!(
        (&group["status"], &group["priority_station"]),
        (&json!("available"), &json!("source"))
    );
    for key in [
        "protected_status",
        "replication_status",
        "health_status",
        "test_vpc_id",
        "description",
    ] {
        assert!(
            group[key].is_null() && group.get(key).is_some(),
            "{key} is null: {group}"
        );
    }
    let renamed = cloud
        .send(
            "PUT",
            &format!("server-groups/{id}"),
            json!({"server_group": {"name": "other"}}),
        )
        .await;
    assert_eq!(renamed.json()["server_group"]["name"], "other");
    let deleted = cloud.send("DELETE", &format!("server-groups/{id}"), Value::Null).await;
    assert_eq!(cloud.group(&id).await["status"], "deleting");
    done(&cloud, deleted).await;
    cloud
        .get(&format!("server-groups/{id}"))
        .await
        .refused(400, "SDRS.1013");
}

#[tokio::test]
async fn group_refusals() {
    let cloud = cloud().await;
    let with = |key: &str, value: &str| {
        let mut body = new_group("fresh");
        body["server_group"][key] = json!(value);
        body
    };
    for (key, value, code) in [
        ("name", "bad name", "SDRS.0202"),
        ("description", "<b>", "SDRS.0212"),
        ("domain_id", "nope", "SDRS.0205"),
        ("source_availability_zone", "eu-de-09", "SDRS.0203"),
        ("target_availability_zone", "eu-de-01", "SDRS.0203"),
        ("source_vpc_id", "", "SDRS.0204"),
        ("dr_type", "other", "SDRS.0217"),
    ] {
        cloud.post("server-groups", with(key, value)).await.refused(400, code);
    }
    cloud.post("server-groups", json!({})).await.refused(400, "SDRS.0201");
    cloud
        .send("DELETE", &format!("server-groups/{GROUP}"), Value::Null)
        .await
        .refused(400, "SDRS.1001");
    let mut scenario = scenario::three_groups();
    scenario.quotas.server_groups = 3;
    Cloud::of(scenario)
        .await
        .post("server-groups", new_group("fresh"))
        .await
        .refused(400, "SDRS.0305");
}

#[tokio::test]
async fn an_instance_brings_a_pair_and_a_server_and_joins_its_group() {
    let cloud = cloud().await;
    let body = |server: &str| {
        json!({"protected_instance": {"server_group_id": GROUP, "server_id": server, "name": "pi",
               "tags": [{"key": "team", "value": "db"}]}})
    };
    for (server, code) in [
        ("nope", "SDRS.1326"),
        ("wrong-zone", "SDRS.1303"),
        ("wrong-vpc", "SDRS.1304"),
    ] {
        cloud.post("protected-instances", body(server)).await.refused(400, code);
    }
    let created = cloud.post("protected-instances", body("new-server")).await;
    assert_eq!(created.status, 200);
    let id = done(&cloud, created).await["protected_instance_id"]
        .as_str()
        .expect("id")
        .to_owned();
    let instance = cloud.get(&format!("protected-instances/{id}")).await.json()["protected_instance"].clone();
    assert_eq!(
        instance["status"], "protected",
        "a protected group synchronizes its new member"
    );
    assert_eq!(instance["source_server"], "new-server");
    assert_eq!(instance["tags"], json!([{"key": "team", "value": "db"}]));
    assert_eq!(instance["attachment"].as_array().expect("list").len(), 1);
    let twin = instance["target_server"].as_str().expect("id");
    let twin = cloud.get(&format!("cloudservers/{twin}")).await.json();
    assert_eq!(twin["server"]["status"], "SHUTOFF");
    assert_eq!(twin["server"]["OS-EXT-AZ:availability_zone"], "eu-de-02");
    cloud
        .post("protected-instances", body("new-server"))
        .await
        .refused(400, "SDRS.1305");

    let rename = json!({"protected_instance": {"name": "renamed"}});
    let renamed = cloud.send("PUT", &format!("protected-instances/{id}"), rename).await;
    assert_eq!(renamed.json()["protected_instance"]["name"], "renamed");

    let deletion = json!({"delete_target_server": true, "delete_target_eip": false});
    let deleted = cloud
        .send("DELETE", &format!("protected-instances/{id}"), deletion.clone())
        .await;
    done(&cloud, deleted).await;
    cloud
        .get(&format!("protected-instances/{id}"))
        .await
        .refused(400, "SDRS.1320");
    cloud
        .send("DELETE", &format!("protected-instances/{id}"), deletion)
        .await
        .refused(400, "SDRS.1301");
    assert_eq!(cloud.group(GROUP).await["protected_instance_num"], 2);
    assert_eq!(cloud.group(GROUP).await["replication_num"], 3);
}

#[tokio::test]
async fn the_live_server_cannot_be_deleted_with_its_instance() {
    let cloud = cloud().await;
    let answer = cloud.act(GROUP, "failover").await;
    cloud.run(answer, 45.0).await;
    let id = cloud.instances(GROUP).await[0]["id"].as_str().expect("id").to_owned();
    let delete = async |body| cloud.send("DELETE", &format!("protected-instances/{id}"), body).await;
    delete(json!({"delete_target_server": true}))
        .await
        .refused(400, "SDRS.1330");
    delete(json!({"delete_target_eip": true}))
        .await
        .refused(400, "SDRS.1338");
    assert_eq!(delete(json!({})).await.status, 200);
}

#[tokio::test]
async fn batches_answer_202() {
    let cloud = cloud().await;
    let body = json!({"protected_instances": {"name_prefix": "b", "server_group_id": GROUP,
                      "servers": [{"server_id": "new-server"}]}});
    let created = cloud.post("protected-instances/batch", body).await;
    assert_eq!(created.status, 202);
    done(&cloud, created).await;
    let made = cloud.get("protected-instances?name=b-0001").await.json();
    assert_eq!(made["count"], 1);
    let ids: Vec<_> = cloud
        .instances(GROUP)
        .await
        .iter()
        .map(|i| json!({"id": i["id"]}))
        .collect();
    let deleted = cloud
        .post("protected-instances/delete", json!({"protected_instances": ids}))
        .await;
    assert_eq!(deleted.status, 202);
    done(&cloud, deleted).await;
    assert!(cloud.instances(GROUP).await.is_empty());
}

#[tokio::test]
async fn a_pair_is_made_attached_expanded_detached_and_deleted() {
    let cloud = cloud().await;
    let body = json!({"replication": {"server_group_id": GROUP, "volume_id": VOLUME, "name": "rp"}});
    let created = cloud.post("replications", body.clone()).await;
    let entities = done(&cloud, created).await;
    assert!(
        entities.as_object().expect("map").values().all(Value::is_string),
        "a string map: {entities}"
    );
    let id = entities["replication_pair_id"].as_str().expect("id").to_owned();
    let show = async || cloud.get(&format!("replications/{id}")).await.json()["replication"].clone();
    assert_eq!(show().await["status"], "protected");
    assert_eq!(show().await["volume_ids"].as_str().expect("text").split(',').count(), 2);
    cloud.post("replications", body).await.refused(400, "SDRS.1811");

    let instance = cloud.instances(GROUP).await[0]["id"].as_str().expect("id").to_owned();
    let attach = |device: &str| json!({"replicationAttachment": {"replication_id": id, "device": device}});
    let path = format!("protected-instances/{instance}/attachreplication");
    cloud.post(&path, attach("/dev/vda")).await.refused(400, "SDRS.1603");
    let attached = cloud.post(&path, attach("/dev/vdz")).await;
    assert_eq!(show().await["status"], "attaching");
    done(&cloud, attached).await;
    assert_eq!(
        show().await["attachment"],
        json!([{"device": "/dev/vdz", "protected_instance": instance}])
    );
    let delete = json!({"replication": {"server_group_id": GROUP, "delete_target_volume": false}});
    cloud
        .send("DELETE", &format!("replications/{id}"), delete.clone())
        .await
        .refused(400, "SDRS.1605");

    let expand = |size: f64| json!({"extend-replication": {"new_size": size}});
    cloud
        .post(&format!("replications/{id}/action"), expand(20.0))
        .await
        .refused(400, "SDRS.1816");
    let expanded = cloud.post(&format!("replications/{id}/action"), expand(40.9)).await;
    done(&cloud, expanded).await;
    assert_eq!(
        show().await["record_metadata"]["volume_size"],
        40,
        "decimals are cut off"
    );

    let path = format!("protected-instances/{instance}/detachreplication/{id}");
    let detached = cloud.send("DELETE", &path, Value::Null).await;
    done(&cloud, detached).await;
    cloud.send("DELETE", &path, Value::Null).await.refused(400, "SDRS.1604");
    let deleted = cloud.send("DELETE", &format!("replications/{id}"), delete).await;
    done(&cloud, deleted).await;
    cloud.get(&format!("replications/{id}")).await.refused(400, "SDRS.1608");
}

#[tokio::test]
async fn a_system_disk_is_detached_from_a_stopped_server_only() {
    let cloud = cloud().await;
    let pair = cloud.pairs(GROUP).await[0].clone();
    let instance = pair["attachment"][0]["protected_instance"].as_str().expect("id");
    let path = format!(
        "protected-instances/{instance}/detachreplication/{}",
        pair["id"].as_str().expect("id")
    );
    cloud.send("DELETE", &path, Value::Null).await.refused(400, "SDRS.1316");
    cloud.stop_servers(GROUP, Station::Source);
    assert_eq!(cloud.send("DELETE", &path, Value::Null).await.status, 200);
}

#[tokio::test]
async fn drills() {
    let cloud = cloud().await;
    let body =
        |vpc: Value| json!({"disaster_recovery_drill": {"server_group_id": GROUP, "name": "d", "drill_vpc_id": vpc}});
    let own = cloud.group(GROUP).await["source_vpc_id"].clone();
    cloud
        .post("disaster-recovery-drills", body(own))
        .await
        .refused(400, "SDRS.1907");
    let created = cloud.post("disaster-recovery-drills", body(json!("drill-vpc"))).await;
    let id = done(&cloud, created).await["disaster_recovery_drill_id"]
        .as_str()
        .expect("id")
        .to_owned();
    cloud
        .post("disaster-recovery-drills", body(json!("drill-vpc")))
        .await
        .refused(400, "SDRS.1921");
    let drill = cloud.get(&format!("disaster-recovery-drills/{id}")).await.json()["disaster_recovery_drill"].clone();
    assert_eq!(drill["status"], "available");
    assert_eq!(drill["drill_servers"].as_array().expect("list").len(), 2);
    assert_eq!(cloud.group(GROUP).await["disaster_recovery_drill_num"], 1);
    assert_eq!(
        cloud
            .get(&format!("disaster-recovery-drills?server_group_id={GROUP}"))
            .await
            .json()["count"],
        1
    );
    let rename = json!({"disaster_recovery_drill": {"name": "e"}});
    assert_eq!(
        cloud
            .send("PUT", &format!("disaster-recovery-drills/{id}"), rename)
            .await
            .status,
        200
    );
    let deleted = cloud
        .send("DELETE", &format!("disaster-recovery-drills/{id}"), Value::Null)
        .await;
    done(&cloud, deleted).await;
    cloud
        .get(&format!("disaster-recovery-drills/{id}"))
        .await
        .refused(400, "SDRS.1902");
    cloud
        .send("DELETE", &format!("disaster-recovery-drills/{id}"), Value::Null)
        .await
        .refused(400, "SDRS.1913");
}

#[tokio::test]
async fn tags() {
    let cloud = cloud().await;
    let id = cloud.instances(GROUP).await[0]["id"].as_str().expect("id").to_owned();
    let path = format!("protected-instances/{id}/tags");
    assert_eq!(
        cloud
            .post(&path, json!({"tag": {"key": "a", "value": "1"}}))
            .await
            .status,
        204
    );
    let two = json!({"action": "create", "tags": [{"key": "a", "value": "2"}, {"key": "b", "value": "3"}]});
    assert_eq!(cloud.post(&format!("{path}/action"), two).await.status, 204);
    assert_eq!(cloud.get(&path).await.json()["tags"].as_array().expect("list").len(), 2);
    let all = cloud.get("protected-instances/tags").await.json();
    assert_eq!(all["tags"][0], json!({"key": "a", "values": ["2"]}));
    assert_eq!(
        cloud.send("DELETE", &format!("{path}/a"), Value::Null).await.status,
        204
    );
    let missing = cloud.send("DELETE", &format!("{path}/a"), Value::Null).await;
    missing.refused(404, "SDRS.2206");
    assert!(missing.json().get("itemNotFound").is_some());
    cloud
        .post(
            &format!("{path}/action"),
            json!({"action": "x", "tags": [{"key": "a"}]}),
        )
        .await
        .refused(400, "SDRS.2201");
    cloud
        .post(&format!("{path}/action"), json!({"action": "create", "tags": []}))
        .await
        .refused(400, "SDRS.2202");
}

#[tokio::test]
async fn versions_domains_and_quotas() {
    let cloud = cloud().await;
    assert_eq!(cloud.anonymous("GET", "/", "").await.json()["versions"][0]["id"], "v1");
    assert_eq!(
        cloud.anonymous("GET", "/v1", "").await.json()["version"]["status"],
        "CURRENT"
    );
    cloud.anonymous("GET", "/v9", "").await.refused(404, "APIG.0101");
    let domain = cloud.get("active-domains").await.json()["domains"][0].clone();
    assert_eq!(domain["id"], DOMAIN_ID);
    assert_eq!(domain["remote_replication_cluster"]["availability_zone"], "eu-de-02");
    let quotas = cloud.get("sdrs/quotas").await.json();
    assert_eq!(
        quotas["quotas"]["resources"][0],
        json!({"type": "server_groups", "used": 3, "quota": 50, "min": 0, "max": -1})
    );
    assert_eq!(quotas["quotas"]["resources"][1]["used"], 9);
}

#[tokio::test]
async fn servers_are_stopped_and_started() {
    let cloud = cloud().await;
    let server = cloud.instances(ARCHIVE_ID).await[0]["source_server"]
        .as_str()
        .expect("id")
        .to_owned();
    let show = async || cloud.get(&format!("cloudservers/{server}")).await.json()["server"].clone();
    assert_eq!(
        (&show().await["status"], &show().await["OS-EXT-STS:vm_state"]),
        (&json!("ACTIVE"), &json!("active"))
    );
    let body = |action: &str| json!({action: {"servers": [{"id": server}], "type": "SOFT"}});
    cloud
        .post("cloudservers/action", body("os-start"))
        .await
        .refused(400, "Ecs.0100");
    let stopping = cloud.post("cloudservers/action", body("os-stop")).await;
    assert_eq!(show().await["OS-EXT-STS:task_state"], "powering-off");
    let answer = cloud.reverse(ARCHIVE_ID, "target").await;
    answer.refused(400, "SDRS.1319");
    done(&cloud, stopping).await;
    let stopped = show().await;
    assert_eq!(
        (
            &stopped["status"],
            &stopped["OS-EXT-STS:vm_state"],
            &stopped["OS-EXT-STS:power_state"]
        ),
        (&json!("SHUTOFF"), &json!("stopped"), &json!(4))
    );
    assert_eq!(
        stopped["os-extended-volumes:volumes_attached"]
            .as_array()
            .expect("list")
            .len(),
        2
    );
    let starting = cloud.post("cloudservers/action", body("os-start")).await;
    done(&cloud, starting).await;
    assert_eq!(show().await["status"], "ACTIVE");
    cloud.get("cloudservers/nope").await.refused(404, "Ecs.0114");
    cloud
        .post("cloudservers/action", json!({"os-stop": {"servers": []}}))
        .await
        .refused(400, "Ecs.0005");
    cloud
        .post("cloudservers/action", json!({"reboot": {}}))
        .await
        .refused(400, "Ecs.0005");
}
