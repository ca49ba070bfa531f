//! Error codes of OCP with HTTP status and a text in two languages (`docs/vendors/ocp.md#errors`).
//! It must not decide which code a situation has.

/// A refused call.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Refused {
    pub(super) status: u16,
    pub(super) code: String,
    /// Instead of the code's own text.
    pub(super) text: Option<String>,
    /// A refusal without a trace id.
    pub(super) untraced: bool,
}

impl Refused {
    /// With the status and text of its code.
    pub(super) fn new(code: &str) -> Self {
        Self {
            status: describe(code).0,
            code: code.into(),
            text: None,
            untraced: false,
        }
    }

    pub(super) fn with(code: &str, text: impl Into<String>) -> Self {
        Self {
            text: Some(text.into()),
            ..Self::new(code)
        }
    }

    /// The documented form: code 0 and an empty trace id.
    pub(super) fn too_many() -> Self {
        Self {
            status: 429,
            code: "0".into(),
            text: Some("Too many requests.".into()),
            untraced: true,
        }
    }

    /// Its text in a language.
    pub(super) fn message(&self, chinese: bool) -> String {
        let (_, english, own) = describe(&self.code);
        let known = if chinese { own } else { english };
        self.text.clone().unwrap_or_else(|| known.into())
    }
}

/// Status and texts. Codes that are not listed answer 400 and a general text.
fn describe(code: &str) -> (u16, &'static str, &'static str) {
    match code {
        "COM10001" => (400, "An argument is missing or not valid.", "参数缺失或不合法。"),
        "COM10002" => (404, "The record was not found.", "记录不存在。"),
        "COM10003" => (400, "The request is not valid.", "请求不合法。"),
        "COM10004" => (500, "The operation timed out. Try again.", "操作超时，请重试。"),
        "COM10005" => (
            409,
            "The operation conflicts with another one. Try again.",
            "操作冲突，请重试。",
        ),
        "COM10006" => (409, "The name exists already.", "名称已存在。"),
        "COM10009" => (403, "Access is denied.", "拒绝访问。"),
        "COM10999" => (500, "Unknown error.", "未知错误。"),
        "IAM10000" => (401, "You have not logged in.", "用户未登录。"),
        "IAM10004" => (401, "User name or password is wrong.", "用户名或密码错误。"),
        "IAM10006" | "IAM10007" => (401, "The login is blocked for now.", "登录已被暂时禁止。"),
        "OBE10001" => (500, "OceanBase cannot be reached.", "无法连接 OceanBase。"),
        "OBE10002" => (500, "The OceanBase operation failed.", "OceanBase 操作失败。"),
        "OBE11001" => (404, "The cluster was not found.", "集群不存在。"),
        "OBE11007" | "OBE11008" => (
            400,
            "The state of the cluster does not allow this.",
            "集群状态不允许该操作。",
        ),
        "OBE11020" => (409, "The previous operation is still running.", "上一个操作仍在执行。"),
        "OBE12000" => (500, "The sys tenant cannot be reached.", "无法连接 sys 租户。"),
        "OBE21002" | "OBE21003" => (404, "The tenant was not found.", "租户不存在。"),
        "OBE21004" => (404, "The tenant has been deleted.", "租户已删除。"),
        "OBE21005" | "OBE22122" => (
            400,
            "The status of the tenant does not allow this.",
            "租户状态不允许该操作。",
        ),
        "OBE21009" => (400, "The tenant is locked.", "租户已锁定。"),
        "OBE22000" => (500, "The tenant cannot be reached.", "无法连接租户。"),
        "OBE22123" => (400, "The tenant still has standby tenants.", "租户仍有备租户。"),
        "OBE26007" => (
            400,
            "The log synchronization of the tenant is not normal.",
            "租户日志同步状态异常。",
        ),
        "OBE26013" => (
            400,
            "The role of the tenant does not allow this.",
            "租户角色不允许该操作。",
        ),
        "OBE26014" => (500, "The failover of the tenant failed.", "租户故障切换失败。"),
        "OBE26017" => (400, "The database refused the verification.", "数据库校验未通过。"),
        "OBE26019" => (
            400,
            "The primary tenant of the standby is alive.",
            "备租户的主租户仍然存活。",
        ),
        "OBE26021" => (400, "The tenant is not available.", "租户不可用。"),
        "OBE26025" => (404, "The primary tenant was not found.", "未找到主租户。"),
        "TSK10001" => (404, "The task was not found.", "任务不存在。"),
        "TSK10007" | "TSK10016" | "TSK10017" => (
            400,
            "The state of the task does not allow this.",
            "任务状态不允许该操作。",
        ),
        "TSK10009" => (400, "The task cannot be rolled back.", "任务不可回滚。"),
        "TSK10010" => (400, "The subtask cannot be skipped.", "子任务不可跳过。"),
        _ => (400, "The operation is refused.", "操作被拒绝。"),
    }
}
