//! The status of a ProtectionProvider: what was found, or why there is no connection.
//! It must not hold a time of reading: idle means no writes.

use super::listed::Listed;
use super::lives::Made;
use crate::conditions::{Wanted, merge};
use crate::controllers::Context;
use crate::controllers::group::{self, put::put};
use crate::observe::NotReady;
use kube::ResourceExt;
use kube::api::Api;
use stationmaster_api::conditions;
use stationmaster_api::provider::Quota;
use stationmaster_api::{Condition, ProtectionProvider, ProtectionProviderStatus};
use stationmaster_engine::Reason;

/// Writes the status if it differs.
pub async fn write(
    context: &Context,
    object: &ProtectionProvider,
    made: Option<&Made>,
    outcome: &Result<Listed, NotReady>,
) -> Result<(), group::Error> {
    let namespace = object.namespace().unwrap_or_default();
    let live = made.and_then(|made| made.live.as_ref());
    let facts = live.map(|live| &live.facts);
    let before = object.status.clone().unwrap_or_default();
    let generation = object.metadata.generation.unwrap_or_default();
    let groups = match outcome {
        Ok(listed) => listed.count(),
        Err(_) => before.groups_seen,
    };
    let capabilities = live.map_or_else(
        || before.capabilities.clone(),
        |live| live.connection.provider.capabilities(),
    );
    let referring = context.stores.groups_over(&namespace, &object.name_any());
    let status = stationmaster_api::fit(ProtectionProviderStatus {
        observed_generation: Some(generation),
        conditions: merge(
            &before.conditions,
            wanted(outcome, groups, made),
            generation,
            context.clock.now(),
        ),
        api_version: facts.map_or(before.api_version.clone(), |f| f.api_version.clone()),
        project_id: facts.map_or(before.project_id.clone(), |f| Some(f.scope.clone())),
        groups: Some(u32::try_from(referring.len()).unwrap_or(u32::MAX)),
        groups_seen: groups,
        quota: facts.map_or(before.quota.clone(), |f| f.quotas.iter().map(quota).collect()),
        capabilities,
    });
    if object.status.as_ref() == Some(&status) {
        return Ok(());
    }
    // One series for one reason, however often and in however many words it is told.
    let told = outcome.as_ref().err().or_else(|| held(made));
    if let Some(why) = told.filter(|why| !shows(&before.conditions, why.reason)) {
        tracing::warn!(
            provider = object.name_any(),
            reason = why.reason.as_str(),
            "{}",
            why.message
        );
        context.events.publish(
            group::reference(object),
            true,
            why.reason.as_str(),
            "Connect",
            why.message.clone(),
        );
    }
    let api: Api<ProtectionProvider> = Api::namespaced(context.client.clone(), &namespace);
    let latest = api.get_opt(&object.name_any()).await;
    let latest = latest.map_err(group::Error::api("read the provider"))?;
    // Another replica may have written the same meanwhile.
    let differs = |latest: &ProtectionProvider| latest.uid() == object.uid() && latest.status.as_ref() != Some(&status);
    let Some(latest) = latest.filter(differs) else {
        return Ok(());
    };
    put(&api, &latest, status, "report the provider").await
}

/// Why the Secret or the CA bundle is not what the connection goes by.
fn held(made: Option<&Made>) -> Option<&NotReady> {
    made.and_then(|made| made.kept.as_ref()).map(|held| &held.why)
}

fn shows(conditions: &[Condition], reason: Reason) -> bool {
    conditions.iter().any(|condition| condition.reason == reason.as_str())
}

fn wanted(outcome: &Result<Listed, NotReady>, groups: Option<u32>, made: Option<&Made>) -> Vec<Wanted> {
    let condition = |kind, status, reason: Reason, message: String| Wanted {
        kind,
        status,
        reason: reason.as_str(),
        message,
    };
    let beside = made.and_then(|made| made.kept.as_ref()).map(|held| {
        let message = format!(
            "{}; the connection that was made before is kept until {:.0} for readings, operations that have begun, and forced failovers",
            held.why.message, held.until
        );
        condition(conditions::CREDENTIALS_CURRENT, "False", held.why.reason, message)
    });
    let mut told = match outcome {
        Ok(_) => {
            let seen = groups.unwrap_or_default();
            let word = if seen == 1 { "group" } else { "groups" };
            let message = format!("connected; the provider shows {seen} protection {word}");
            vec![condition("Ready", "True", Reason::Connected, message)]
        }
        Err(why) => {
            let waiting = matches!(
                why.reason,
                Reason::ProviderUnreachable
                    | Reason::ProviderThrottled
                    | Reason::ProviderError
                    | Reason::ProviderNotReady
            );
            let kind = if waiting { "Reconciling" } else { "Stalled" };
            vec![
                condition(kind, "True", why.reason, why.message.clone()),
                condition("Ready", "False", why.reason, why.message.clone()),
            ]
        }
    };
    told.extend(beside);
    told
}

fn quota(quota: &stationmaster_provider::Quota) -> Quota {
    Quota {
        resource: quota.resource.clone(),
        used: i64::try_from(quota.used).unwrap_or(i64::MAX),
        // The API's word for "unlimited" (SDRS quotas).
        limit: quota.limit.map_or(-1, |limit| i64::try_from(limit).unwrap_or(i64::MAX)),
    }
}
