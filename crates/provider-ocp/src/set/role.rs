//! The words of a tenant in `DBA_OB_TENANTS`, and what each means (`docs/vendors/ocp.md#roles`).
//! It must not take an unknown word for a known one.

/// Which part a tenant plays.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Role {
    Primary,
    Standby,
    /// It is being made from a backup.
    Restoring,
    Unknown,
}

impl Role {
    pub(crate) fn read(word: &str) -> Role {
        match word {
            "PRIMARY" => Role::Primary,
            "STANDBY" => Role::Standby,
            "RESTORE" => Role::Restoring,
            _ => Role::Unknown,
        }
    }

    pub(crate) fn as_str(self) -> &'static str {
        match self {
            Role::Primary => "PRIMARY",
            Role::Standby => "STANDBY",
            Role::Restoring => "RESTORE",
            Role::Unknown => "?",
        }
    }
}

/// What the database does with a role at this moment.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Switching {
    /// Nothing.
    No,
    /// It changes the role.
    Yes,
    Unknown,
}

impl Switching {
    pub(crate) fn read(word: &str) -> Switching {
        match word {
            "NORMAL" => Switching::No,
            "PREPARE SWITCHING TO STANDBY"
            | "SWITCHING TO STANDBY"
            | "PREPARE SWITCHING TO PRIMARY"
            | "SWITCHING TO PRIMARY"
            | "PREPARE FLASHBACK"
            | "FLASHBACK"
            | "FLASHBACK AND STAY STANDBY"
            | "PREPARE FLASHBACK FOR LOSSLESS FAILOVER" => Switching::Yes,
            _ => Switching::Unknown,
        }
    }
}

/// One tenant as its own database shows it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Shown {
    /// The tenant's id in OceanBase.
    pub(crate) ob_tenant: i64,
    pub(crate) name: String,
    /// When it was made, as read: with the id it says which tenant it is.
    pub(crate) created: String,
    pub(crate) role: Role,
    /// The tenant's own status word: `NORMAL`.
    pub(crate) status: String,
    pub(crate) switching: Switching,
    /// The word of it.
    pub(crate) switchover_status: String,
    /// The word for the role.
    pub(crate) role_word: String,
    /// It changes with each change of role.
    pub(crate) epoch: u64,
    /// Up to here all is there, in nanoseconds since 1970.
    pub(crate) sync_scn: u64,
    /// When the database was asked.
    pub(crate) read_at: jiff::Timestamp,
}

impl Shown {
    /// A word for its role, or for what the database does with it, that is not documented.
    pub(crate) fn strange(&self) -> Option<&str> {
        match (self.role, self.switching) {
            (Role::Unknown, _) => Some(&self.role_word),
            (_, Switching::Unknown) => Some(&self.switchover_status),
            _ => None,
        }
    }

    /// Whether nothing goes on with it.
    pub(crate) fn at_rest(&self) -> bool {
        self.switching == Switching::No && self.status == "NORMAL"
    }
}

/// What is known of a tenant.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Sight {
    Shown(Shown),
    /// The database of its station answers and does not have it, or OCP does not.
    Gone,
    /// Nothing is known of it now.
    Dark {
        why: String,
        /// What was shown last, where nothing at the other station says that it has changed since.
        last: Option<Last>,
    },
}

/// What is remembered of a tenant: what says where it stands, and nothing that says how well.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Last {
    pub(crate) role: Role,
    pub(crate) epoch: u64,
}

impl Sight {
    pub(crate) fn shown(&self) -> Option<&Shown> {
        match self {
            Sight::Shown(shown) => Some(shown),
            Sight::Gone | Sight::Dark { .. } => None,
        }
    }

    /// The role as it is read now.
    pub(crate) fn role(&self) -> Option<Role> {
        self.shown().map(|shown| shown.role)
    }

    /// Role and revision as they are read now, or were last.
    pub(crate) fn last(&self) -> Option<Last> {
        match self {
            Sight::Shown(shown) => Some(Last {
                role: shown.role,
                epoch: shown.epoch,
            }),
            Sight::Dark { last, .. } => *last,
            Sight::Gone => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_unknown_word_is_no_role_and_no_rest() {
        for word in ["", "primary", "PRIMARY ", "LEADER", "INVALID"] {
            assert_eq!(Role::read(word), Role::Unknown, "{word}");
        }
        for word in ["", "normal", "NORMAL ", "SWITCHING TO MOON"] {
            assert_eq!(Switching::read(word), Switching::Unknown, "{word}");
        }
        for role in [Role::Primary, Role::Standby, Role::Restoring] {
            assert_eq!(Role::read(role.as_str()), role);
        }
    }
}
