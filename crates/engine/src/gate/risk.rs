//! What a forced failover would run into that its author can accept by name.
//! It must not let anything pass that was not named.

use super::call::undirected;
use super::case::{Case, suspended};
use crate::{Permit, Risk, Why};
use std::collections::BTreeMap;

/// What the order would run into, and its author does not accept.
pub(super) fn risk_not_accepted(case: &Case<'_>) -> Option<Why> {
    let risks = risks(case);
    let (risk, why) = risks.into_iter().find(|(risk, _)| !accepts(case, *risk))?;
    let Why { reason, message } = why;
    let to_do = match risk {
        Risk::Suspended if !case.orders_guarded => {
            "set it to false; acceptedRisks can overrule it only where the admission policy for forced orders is installed".to_owned()
        }
        _ => format!("who accepts that files a new operation with spec.acceptedRisks: [{risk}]; this one waits"),
    };
    Some(Why::new(reason, format!("{message}; {to_do}")))
}

/// The risks that the order's author accepts and may accept.
pub fn accepted(case: &Case<'_>) -> Vec<Risk> {
    Risk::ALL.into_iter().filter(|risk| accepts(case, *risk)).collect()
}

fn accepts(case: &Case<'_>, risk: Risk) -> bool {
    case.asked.accepted_risks.contains(&risk) && (risk != Risk::Suspended || case.orders_guarded)
}

/// The risks that a forced failover would take now, with what each means here.
pub fn risks(case: &Case<'_>) -> BTreeMap<Risk, Why> {
    let mut risks = BTreeMap::new();
    if let Some(why) = suspended(case) {
        risks.insert(Risk::Suspended, why);
    }
    if let Some(seen) = case.seen() {
        if let Some(why) = case.asked.target.and_then(|target| undirected(seen, target)) {
            risks.insert(Risk::DirectionUnknown, why);
        }
        if let Permit::AtRisk(more) = seen.permit(case.asked.operation) {
            risks.extend(more);
        }
    }
    risks
}
