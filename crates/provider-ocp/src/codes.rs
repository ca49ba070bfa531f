//! The error codes of OCP, and what each says of a call and of a read (`docs/vendors/ocp.md#errors`): the one place for them.
//! It must not take a code that is not in the table for harmless.

/// What is asked of OCP that changes something.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Kind {
    /// A batch failover.
    Failover,
    /// A batch switchover.
    Switchover,
    /// Something about a task that there is: retry, skip, rollback.
    Task,
}

impl Kind {
    #[cfg(test)]
    pub(crate) const ALL: [Kind; 3] = [Kind::Failover, Kind::Switchover, Kind::Task];
}

/// What a code says.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Says {
    /// The order or the object is wrong. Nothing was done, and nothing will be.
    Wrong,
    /// There is no such thing.
    Absent,
    /// The credentials are good and do not suffice.
    Forbidden,
    /// The credentials are not taken.
    Unknown,
    /// Not now. Nothing was done; the same may be asked again.
    NotNow,
    /// The primary is alive. Nothing was done. OCP looks for itself, and how long it takes to see that a primary is dead is not documented.
    PrimaryAlive,
    /// Something may have begun.
    Begun,
}

use Says::{Absent, Begun, Forbidden, NotNow, PrimaryAlive, Unknown, Wrong};

/// The documented codes. `COM10004` ("timed out, try again") is `NotNow` of a read alone: of a call nobody says that what timed out had not
/// begun, and a second one could be carried out beside it.
const CODES: &[(&str, Says)] = &[
    ("COM10001", Wrong),
    ("COM10002", Absent),
    ("COM10003", Wrong),
    ("COM10004", Begun),
    ("COM10005", NotNow),
    ("COM10006", Wrong),
    ("COM10009", Forbidden),
    ("COM10999", Begun),
    ("IAM10000", Unknown),
    ("IAM10004", Unknown),
    ("IAM10006", Unknown),
    ("IAM10007", Unknown),
    ("IAM10017", Forbidden),
    ("IAM10018", Wrong),
    ("IAM11000", Forbidden),
    ("OBE10001", Begun),
    ("OBE10002", Begun),
    ("OBE11001", Absent),
    ("OBE11007", Wrong),
    ("OBE11008", Wrong),
    ("OBE11020", NotNow),
    ("OBE12000", Begun),
    ("OBE21002", Absent),
    ("OBE21003", Absent),
    ("OBE21004", Absent),
    ("OBE21005", Wrong),
    ("OBE21009", Wrong),
    ("OBE21031", Begun),
    ("OBE22000", Begun),
    ("OBE22122", Wrong),
    ("OBE22123", Wrong),
    ("OBE26001", Wrong),
    ("OBE26007", Wrong),
    ("OBE26013", Wrong),
    ("OBE26014", Begun),
    ("OBE26015", Wrong),
    ("OBE26017", Wrong),
    ("OBE26019", PrimaryAlive),
    ("OBE26021", Wrong),
    ("OBE26025", Wrong),
    ("TSK10001", Absent),
    ("TSK10007", Wrong),
    ("TSK10009", Wrong),
    ("TSK10010", Wrong),
    ("TSK10011", Wrong),
    ("TSK10012", Begun),
    ("TSK10013", Begun),
    ("TSK10014", Begun),
    ("TSK10015", Begun),
    ("TSK10016", Wrong),
    ("TSK10017", Wrong),
];

fn documented(code: &str) -> Option<Says> {
    CODES.iter().find(|(known, _)| *known == code).map(|(_, says)| *says)
}

/// Whether it is spelled like a code of OCP: letters, then digits.
fn spelled(code: &str) -> bool {
    let digits = code.trim_start_matches(|c: char| c.is_ascii_uppercase());
    let letters = code.len() - digits.len();
    (2..=8).contains(&letters) && digits.len() >= 3 && digits.chars().all(|c| c.is_ascii_digit())
}

/// What OCP says of a call by a status and a code. A documented code tells more than the status, since no document says which status comes
/// with which code. None: nobody says that OCP did not get the request.
pub(crate) fn of_call(kind: Kind, status: u16, code: Option<&str>) -> Option<Says> {
    let told = match code {
        // A login page or a gate in front of OCP refuses without a code.
        None => match status {
            401 => Some(Unknown),
            403 => Some(Forbidden),
            429 => Some(NotNow),
            _ => None,
        },
        Some(code) => match documented(code) {
            Some(says) => Some(says),
            None if status == 401 => Some(Unknown),
            None if status == 403 => Some(Forbidden),
            None if status == 429 => Some(NotNow),
            // A code of a later version, in OCP's own envelope, and a status that says that the request is at fault.
            None if spelled(code) && matches!(status, 400 | 404 | 405 | 415 | 422) => Some(Wrong),
            None => None,
        },
    };
    match told {
        Some(Begun) => None,
        Some(PrimaryAlive) if kind != Kind::Failover => Some(Wrong),
        told => told,
    }
}

/// What OCP says of a read. None: it may be asked again.
pub(crate) fn of_read(status: u16, code: Option<&str>) -> Option<Says> {
    match code.and_then(documented) {
        Some(Begun) => None,
        Some(says) => Some(says),
        None => match status {
            401 => Some(Unknown),
            403 => Some(Forbidden),
            429 => Some(NotNow),
            400..=499 if code.is_some_and(spelled) => Some(Wrong),
            _ => None,
        },
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Each code with each call: what is expected stands here once more, in another order, so that a slip of the table shows.
    #[test]
    fn each_code_with_each_call() {
        let wrong = "COM10001 COM10003 COM10006 IAM10018 OBE11007 OBE11008 OBE21005 OBE21009 OBE22122 OBE22123 OBE26001 OBE26007 OBE26013 \
                     OBE26015 OBE26017 OBE26021 OBE26025 TSK10007 TSK10009 TSK10010 TSK10011 TSK10016 TSK10017";
        let absent = "COM10002 OBE11001 OBE21002 OBE21003 OBE21004 TSK10001";
        let begun = "COM10004 COM10999 OBE10001 OBE10002 OBE12000 OBE21031 OBE22000 OBE26014 TSK10012 TSK10013 TSK10014 TSK10015";
        let groups = [
            (wrong, Some(Wrong)),
            (absent, Some(Absent)),
            (begun, None),
            ("COM10009 IAM10017 IAM11000", Some(Forbidden)),
            ("IAM10000 IAM10004 IAM10006 IAM10007", Some(Unknown)),
            ("COM10005 OBE11020", Some(NotNow)),
        ];
        let mut seen = 1;
        for (codes, says) in groups {
            for code in codes.split_whitespace() {
                seen += 1;
                for kind in Kind::ALL {
                    for status in [200, 400, 401, 403, 404, 409, 500, 503] {
                        assert_eq!(of_call(kind, status, Some(code)), says, "{code} {kind:?} {status}");
                    }
                }
            }
        }
        assert_eq!(seen, CODES.len(), "a code of the table is not tried here");
        assert_eq!(of_call(Kind::Failover, 400, Some("OBE26019")), Some(PrimaryAlive));
        assert_eq!(of_call(Kind::Switchover, 400, Some("OBE26019")), Some(Wrong));
        assert_eq!(of_call(Kind::Task, 500, Some("OBE26019")), Some(Wrong));
    }

    #[test]
    fn without_a_documented_code_only_what_the_status_alone_says_counts() {
        for kind in Kind::ALL {
            for code in [None, Some("OBE99999"), Some("nginx"), Some("404")] {
                assert_eq!(of_call(kind, 429, code), Some(NotNow));
                assert_eq!(of_call(kind, 401, code), Some(Unknown));
                assert_eq!(of_call(kind, 403, code), Some(Forbidden));
                for status in [200, 202, 302, 408, 409, 425, 500, 502, 503, 504] {
                    assert_eq!(of_call(kind, status, code), None, "{status} {code:?}");
                }
            }
            assert_eq!(of_call(kind, 400, Some("OBE99999")), Some(Wrong));
            for code in [None, Some("nginx"), Some("404"), Some("X1"), Some("OBE")] {
                assert_eq!(
                    of_call(kind, 400, code),
                    None,
                    "a page of something before OCP: {code:?}"
                );
                assert_eq!(of_call(kind, 404, code), None);
            }
        }
    }

    #[test]
    fn a_read_may_be_asked_again_unless_ocp_itself_says_why_not() {
        assert_eq!(of_read(404, Some("TSK10001")), Some(Absent));
        assert_eq!(of_read(500, Some("COM10005")), Some(NotNow));
        for (status, code) in [
            (500, None),
            (404, None),
            (302, None),
            (200, Some("COM10004")),
            (500, Some("OBE99999")),
        ] {
            assert_eq!(of_read(status, code), None, "{status} {code:?}");
        }
        assert_eq!(of_read(400, Some("OBE99999")), Some(Wrong));
        assert_eq!(of_read(401, None), Some(Unknown));
    }
}
