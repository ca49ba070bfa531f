//! The subtasks of each kind of task: names in two languages, timeouts, what forbids a rollback (`docs/vendors/ocp.md#graphs`).
//! It must not run anything.

use crate::switches::{ServiceStep, Switches};

/// The work of one subtask.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Step {
    ResetSource,
    Activate,
    UpgradeData,
    CreateService,
    UpdateInfo,
    CheckSwitchover,
    ToStandby,
    ToPrimary,
    SetSource,
    PreparePool,
    PrepareCreate,
    CreateTenant,
    SyncInfo,
    SetPassword,
    SetWhitelist,
    SetVariables,
    SetParameters,
    UpdateStatus,
    ImportSrs,
    ImportTimeZone,
    WaitInSync,
    CheckDrop,
    DropTenant,
    RemoveInfo,
}

/// What a task is made for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Kind {
    Failover,
    Switchover,
    CreateStandby,
    CreateTenant,
    DeleteTenant,
}

impl Kind {
    pub(crate) fn name(self, chinese: bool) -> &'static str {
        let (english, own) = match self {
            Self::Failover => ("Failover tenant", "租户故障切换"),
            Self::Switchover => ("Switchover ob tenant for network mode", "网络模式租户主备切换"),
            Self::CreateStandby => ("Create standby tenant", "创建备租户"),
            Self::CreateTenant => ("Create tenant", "创建租户"),
            Self::DeleteTenant => ("Delete tenant", "删除租户"),
        };
        if chinese { own } else { english }
    }

    /// The subtasks in an order of execution.
    pub(crate) fn plan(self, switches: &Switches, with_service: bool, zones: usize) -> Vec<Planned> {
        use Step as S;
        match self {
            Self::Failover => {
                let service = with_service || switches.ocp.service_step == ServiceStep::Always;
                let mut steps = vec![S::ResetSource, S::Activate, S::UpgradeData, S::UpdateInfo];
                if service {
                    steps.insert(3, S::CreateService);
                }
                line(&steps)
            }
            Self::Switchover => line(&[
                S::CheckSwitchover,
                S::ToStandby,
                S::ToPrimary,
                S::SetSource,
                S::UpdateInfo,
            ]),
            Self::CreateStandby => split(zones, &[S::CreateTenant, S::WaitInSync, S::UpdateInfo]),
            Self::CreateTenant => line(&[
                S::PrepareCreate,
                S::CreateTenant,
                S::SyncInfo,
                S::SetPassword,
                S::SetWhitelist,
                S::SetVariables,
                S::SetParameters,
                S::UpdateStatus,
                S::ImportSrs,
                S::ImportTimeZone,
            ]),
            Self::DeleteTenant => line(&[S::CheckDrop, S::DropTenant, S::RemoveInfo]),
        }
    }
}

/// A subtask before it has an id.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Planned {
    pub(crate) step: Step,
    /// Its place among those that one node was split into; -1 when it was not.
    pub(crate) parallel: i64,
    /// Places of those that it waits for.
    pub(crate) after: Vec<usize>,
}

/// Each waits for the one before it.
fn line(steps: &[Step]) -> Vec<Planned> {
    let planned = |(place, step): (usize, &Step)| Planned {
        step: *step,
        parallel: -1,
        after: place.checked_sub(1).into_iter().collect(),
    };
    steps.iter().enumerate().map(planned).collect()
}

/// A pool for each zone side by side, then a line that waits for them all.
fn split(zones: usize, rest: &[Step]) -> Vec<Planned> {
    let zones = zones.max(1);
    let pool = |zone: usize| Planned {
        step: Step::PreparePool,
        parallel: zone as i64,
        after: Vec::new(),
    };
    let mut plan: Vec<Planned> = (0..zones).map(pool).collect();
    for (place, mut planned) in line(rest).into_iter().enumerate() {
        planned.after = if place == 0 {
            (0..zones).collect()
        } else {
            vec![zones + place - 1]
        };
        plan.push(planned);
    }
    plan
}

impl Step {
    pub(crate) fn name(self, chinese: bool) -> &'static str {
        let (english, own) = match self {
            Self::ResetSource => ("Reset log restore source", "重置日志恢复源"),
            Self::Activate => ("Failover to primary tenant", "故障切换为主租户"),
            Self::UpgradeData => ("Upgrade tenant data version", "升级租户数据版本"),
            Self::CreateService => ("Create tenant service name", "创建租户服务名"),
            Self::UpdateInfo => ("Update primary tenant info task", "更新主租户信息"),
            Self::CheckSwitchover => ("Check tenant switchover", "检查租户主备切换"),
            Self::ToStandby => ("Switchover to standby tenant", "主租户切换为备租户"),
            Self::ToPrimary => ("Switchover to primary tenant", "备租户切换为主租户"),
            Self::SetSource => ("Set log restore source", "设置日志恢复源"),
            Self::PreparePool => ("Prepare resource pool", "准备资源池"),
            Self::PrepareCreate => ("Prepare create tenant", "准备创建租户"),
            Self::CreateTenant => ("Create ob tenant", "创建 OB 租户"),
            Self::SyncInfo => ("Sync tenant information", "同步租户信息"),
            Self::SetPassword => ("Set super user password", "设置超级用户密码"),
            Self::SetWhitelist => ("Set whitelist", "设置白名单"),
            Self::SetVariables => ("Set system variables", "设置系统变量"),
            Self::SetParameters => ("Set ob tenant parameters", "设置租户参数"),
            Self::UpdateStatus => ("Update tenant status", "更新租户状态"),
            Self::ImportSrs => ("Import tenant srs info", "导入租户 SRS 信息"),
            Self::ImportTimeZone => ("Import tenant time zone info", "导入租户时区信息"),
            Self::WaitInSync => ("Wait standby tenant in sync", "等待备租户同步"),
            Self::CheckDrop => ("Check tenant before deletion", "删除前检查租户"),
            Self::DropTenant => ("Drop tenant in cluster", "在集群中删除租户"),
            Self::RemoveInfo => ("Remove tenant info", "清理租户信息"),
        };
        if chinese { own } else { english }
    }

    /// In seconds. Those of a failover and of making a tenant are documented.
    pub(crate) fn timeout(self) -> u32 {
        match self {
            Self::PrepareCreate => 30,
            Self::CreateTenant => 1200,
            Self::SyncInfo
            | Self::SetPassword
            | Self::SetWhitelist
            | Self::SetVariables
            | Self::SetParameters
            | Self::UpdateStatus => 300,
            Self::ImportSrs | Self::ImportTimeZone => 600,
            _ => 1800,
        }
    }

    /// Once such a subtask has begun, the task cannot roll back.
    pub(crate) fn prohibits_rollback(self) -> bool {
        matches!(
            self,
            Self::Activate | Self::UpdateInfo | Self::ToPrimary | Self::DropTenant | Self::RemoveInfo
        )
    }

    /// How long a run takes.
    pub(crate) fn seconds(self, switches: &Switches) -> f64 {
        match self {
            Self::Activate | Self::ToStandby | Self::ToPrimary => switches.ocp.role_seconds,
            Self::CreateTenant | Self::DropTenant => switches.ocp.create_seconds,
            _ => switches.ocp.step_seconds,
        }
    }
}
