//! Instances and pairs: creating, attaching, expanding, deleting, and their refusals.
//! It must not test group actions.

mod support;

use serde_json::{Value, json};
use stationmaster_simulator::scenario::{self, PAYMENTS_DB_ID as GROUP};
use stationmaster_simulator::{Station, scenario::Volume};
use support::{Cloud, HttpReply};

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

async fn done(cloud: &Cloud, answer: HttpReply) -> Value {
    let id = answer.json()["job_id"].as_str().expect("job_id").to_owned();
    cloud.simulator.advance(200.0);
    let job = cloud.job(&id).await;
    assert_eq!(job["status"], "SUCCESS", "{job}");
    job["entities"].clone()
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
