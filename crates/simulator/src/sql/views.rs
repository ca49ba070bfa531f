//! The views of a cluster, as its sys tenant shows them (`docs/vendors/ocp.md#sql`).
//! It must not know a statement.

use jiff::Timestamp;

use super::evaluate::Cell;
use super::packets::Kind;
use crate::world::World;
use crate::world::ocp::local;
use crate::world::ocp::model::{Role, Tenant};

/// `RECOVERY_UNTIL_SCN` of a tenant that goes on.
const UNLIMITED: i64 = 4_611_686_018_427_387_903;

/// A view with its rows of now.
#[derive(Debug, Clone)]
pub(super) struct View {
    pub(super) name: &'static str,
    pub(super) columns: &'static [(&'static str, Kind)],
    pub(super) rows: Vec<Vec<Cell>>,
}

macro_rules! columns {
    ($name:ident: $($column:ident $kind:ident),+ $(,)?) => {
        const $name: &[(&str, Kind)] = &[$((stringify!($column), Kind::$kind)),+];
    };
}

columns!(TENANTS: TENANT_ID Number, TENANT_NAME Text, TENANT_TYPE Text, CREATE_TIME Time, MODIFY_TIME Time, PRIMARY_ZONE Text,
    LOCALITY Text, COMPATIBILITY_MODE Text, STATUS Text, IN_RECYCLEBIN Text, LOCKED Text, TENANT_ROLE Text, SWITCHOVER_STATUS Text,
    SWITCHOVER_EPOCH Number, SYNC_SCN Number, REPLAYABLE_SCN Number, READABLE_SCN Number, RECOVERY_UNTIL_SCN Number, LOG_MODE Text,
    UNIT_NUM Number, COMPATIBLE Text);
columns!(RESTORE: TENANT_ID Number, LS_ID Number, SYNC_SCN Number, SYNC_STATUS Text);
columns!(SOURCES: TENANT_ID Number, ID Number, TYPE Text, VALUE Text, RECOVERY_UNTIL_SCN Number);
columns!(SERVICES: TENANT_ID Number, SERVICE_NAME_ID Number, SERVICE_NAME Text, SERVICE_STATUS Text);
columns!(PARAMETERS: NAME Text, VALUE Text);

/// The view of that name, in the schema `oceanbase`.
pub(super) fn find(world: &World, cluster: u64, name: &str) -> Option<View> {
    let own = || world.ocp.tenants.values().filter(|t| t.cluster == cluster);
    let view = |name, columns, rows| Some(View { name, columns, rows });
    match &*name.to_uppercase() {
        "DBA_OB_TENANTS" => {
            let mut rows = vec![internal(world, cluster, 1, "sys")];
            for tenant in own() {
                let id = tenant.ob_tenant_id;
                rows.push(internal(world, cluster, id - 1, &format!("META${id}")));
                rows.push(tenant_row(world, tenant));
            }
            view("DBA_OB_TENANTS", TENANTS, rows)
        }
        "V$OB_LS_LOG_RESTORE_STATUS" => {
            let standbys = own().filter(|t| t.role == Role::Standby);
            view(
                "V$OB_LS_LOG_RESTORE_STATUS",
                RESTORE,
                standbys.flat_map(|t| restore(world, t)).collect(),
            )
        }
        "CDB_OB_LOG_RESTORE_SOURCE" => {
            let rows = own().filter_map(|t| source(world, t)).collect();
            view("CDB_OB_LOG_RESTORE_SOURCE", SOURCES, rows)
        }
        "CDB_OB_SERVICES" => {
            let row = |t: &Tenant| {
                let name = t.service.clone()?;
                let id = t.ob_tenant_id as i64;
                Some(vec![
                    Cell::Int(id),
                    Cell::Int(id),
                    Cell::Text(name),
                    Cell::text_of("STARTED"),
                ])
            };
            view("CDB_OB_SERVICES", SERVICES, own().filter_map(row).collect())
        }
        "GV$OB_PARAMETERS" => {
            let known = world.ocp.clusters.get(&cluster)?;
            let row = |name: &str, value: String| vec![Cell::text_of(name), Cell::Text(value)];
            let rows = vec![
                row("cluster", known.name.clone()),
                row("cluster_id", known.ob_cluster_id.to_string()),
            ];
            view("GV$OB_PARAMETERS", PARAMETERS, rows)
        }
        _ => None,
    }
}

/// A time as the database writes it, in its own time zone.
pub(super) fn datetime(world: &World, at: Timestamp) -> String {
    local(&world.switches.ocp, at)
        .strftime("%Y-%m-%d %H:%M:%S%.6f")
        .to_string()
}

/// The sys tenant, or what the database keeps beside each tenant.
fn internal(world: &World, cluster: u64, id: u64, name: &str) -> Vec<Cell> {
    let text = Cell::text_of;
    let known = world.ocp.clusters.get(&cluster);
    let created = known.map(|c| datetime(world, c.created_at)).unwrap_or_default();
    let kind = if id == 1 { "SYS" } else { "META" };
    let version = known.map(|c| c.ob_version.clone()).unwrap_or_default();
    vec![
        Cell::Int(id as i64),
        text(name),
        text(kind),
        Cell::Text(created.clone()),
        Cell::Text(created),
        text("RANDOM"),
        text("FULL{1}@zone1"),
        text("MYSQL"),
        text("NORMAL"),
        text("NO"),
        text("NO"),
        text("PRIMARY"),
        text("NORMAL"),
        Cell::Int(0),
        Cell::Null,
        Cell::Null,
        Cell::Null,
        Cell::Null,
        text("NOARCHIVELOG"),
        Cell::Int(1),
        Cell::Text(version),
    ]
}

fn tenant_row(world: &World, tenant: &Tenant) -> Vec<Cell> {
    let text = Cell::text_of;
    let scn = world.ocp.sync_scn(tenant, world.now);
    let behind = (world.switches.ocp.readable_behind_ms * 1e6) as i64;
    let until = if tenant.paused { scn } else { UNLIMITED };
    let zones = world
        .ocp
        .clusters
        .get(&tenant.cluster)
        .map(|c| c.zones.clone())
        .unwrap_or_default();
    let locality: Vec<String> = zones.iter().map(|zone| format!("FULL{{1}}@{zone}")).collect();
    // OCP's words for what the database says in its own.
    let status = match &*tenant.status {
        "DELETING" => "DROPPING",
        "CREATING" => "CREATING",
        _ => "NORMAL",
    };
    vec![
        Cell::Int(tenant.ob_tenant_id as i64),
        text(&tenant.name),
        text("USER"),
        Cell::Text(datetime(world, tenant.created_at)),
        Cell::Text(datetime(world, tenant.created_at)),
        Cell::Text(zones.join(";")),
        Cell::Text(locality.join(", ")),
        text(&tenant.mode),
        text(status),
        text("NO"),
        text(if tenant.locked { "YES" } else { "NO" }),
        text(tenant.role.word()),
        text(&tenant.switchover_status),
        Cell::Int(tenant.switchover_epoch),
        Cell::Int(scn),
        Cell::Int(scn),
        Cell::Int(scn.saturating_sub(behind)),
        Cell::Int(until),
        text(&tenant.log_mode),
        Cell::Int(1),
        text(&tenant.data_version),
    ]
}

/// Two log streams of a standby.
fn restore(world: &World, tenant: &Tenant) -> Vec<Vec<Cell>> {
    let source = tenant.source.and_then(|id| world.ocp.tenants.get(&id));
    let word = match (&tenant.sync_status, source) {
        (Some(word), _) => word.clone(),
        (None, None) => "NOT AVAILABLE".into(),
        (None, Some(_)) if tenant.paused => "RESTORE SUSPEND".into(),
        (None, Some(source)) if world.ocp.down_since(source).is_some() => "CHECK NETWORK".into(),
        _ => "NORMAL".into(),
    };
    let scn = world.ocp.sync_scn(tenant, world.now);
    let stream = |ls: i64| {
        vec![
            Cell::Int(tenant.ob_tenant_id as i64),
            Cell::Int(ls),
            Cell::Int(scn),
            Cell::Text(word.clone()),
        ]
    };
    [1, 1001].map(stream).into()
}

fn source(world: &World, tenant: &Tenant) -> Option<Vec<Cell>> {
    let source = world.ocp.tenants.get(&tenant.source?)?;
    let value = format!(
        "IP_LIST=127.0.0.1:2881,USER=standbyro@{},TENANT_ID={}",
        source.name, source.ob_tenant_id
    );
    Some(vec![
        Cell::Int(tenant.ob_tenant_id as i64),
        Cell::Int(1),
        Cell::text_of("SERVICE"),
        Cell::Text(value),
        Cell::Int(UNLIMITED),
    ])
}
