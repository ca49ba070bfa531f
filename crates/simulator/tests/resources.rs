//! Groups, instances, pairs, drills, tags, quotas and servers: creating, changing, deleting, and their refusals.
//! It must not test group actions.

mod support;

use serde_json::{Value, json};
use stationmaster_simulator::scenario::Volume;
use stationmaster_simulator::scenario::{self, ARCHIVE_ID, DOMAIN_ID, PAYMENTS_DB_ID as GROUP};
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
