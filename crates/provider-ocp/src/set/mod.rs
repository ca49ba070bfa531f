//! A set of tenant pairs: what a group is at OCP.
//! It must not be read from OCP: a person names the pairs, and nothing that OCP shows adds one.

pub(crate) mod lag;
pub(crate) mod member;
pub(crate) mod role;
pub(crate) mod stand;

use stationmaster_engine::Station;
use std::collections::HashSet;
use std::fmt;
use std::str::FromStr;

/// No set has more pairs.
pub const MOST_PAIRS: usize = 64;

/// A set of pairs of tenants, between two clusters.
///
/// As text: `3000010>3000020:2000025>2000125=orders,2000026>2000126`: source and target cluster, then of each pair the source and the target
/// tenant, and the service name of the new primary where it has one. All numbers are OCP's own ids.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct TenantSet {
    source_cluster: i64,
    target_cluster: i64,
    pairs: Vec<Pair>,
}

/// One pair: of its two tenants one is the primary, and the other its standby.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Pair {
    /// OCP's id of the tenant at the source station.
    pub source: i64,
    /// OCP's id of the tenant at the target station.
    pub target: i64,
    /// The service name that a failover gives to the new primary: it deletes those that there are.
    pub service: Option<String>,
}

/// Why a text is no set.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NoSet(String);

impl fmt::Display for NoSet {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "this names no set of tenants: {}", self.0)
    }
}

impl std::error::Error for NoSet {}

impl Pair {
    /// The tenant at a station.
    pub fn at(&self, station: Station) -> i64 {
        match station {
            Station::Source => self.source,
            Station::Target => self.target,
        }
    }
}

impl TenantSet {
    /// A set. The order of the pairs means nothing.
    ///
    /// # Errors
    /// Where the clusters are one, there is no pair or too many, a tenant is named twice, or a service name is none.
    pub fn new(source_cluster: i64, target_cluster: i64, mut pairs: Vec<Pair>) -> Result<TenantSet, NoSet> {
        let wrong = |why: String| Err(NoSet(why));
        if source_cluster <= 0 || target_cluster <= 0 {
            return wrong("a cluster's id is a positive number".to_owned());
        }
        if source_cluster == target_cluster {
            return wrong("a failover of several tenants needs primary and standby in different clusters".to_owned());
        }
        if pairs.is_empty() || pairs.len() > MOST_PAIRS {
            return wrong(format!("it has {} pairs; 1 to {MOST_PAIRS} are allowed", pairs.len()));
        }
        let mut seen = HashSet::new();
        for pair in &pairs {
            for tenant in [pair.source, pair.target] {
                if tenant <= 0 || !seen.insert(tenant) {
                    return wrong(format!("tenant {tenant} is no id, or is named twice"));
                }
            }
            if let Some(service) = &pair.service
                && !is_service(service)
            {
                return wrong(format!("the service name of tenant {} is none", pair.target));
            }
        }
        pairs.sort();
        Ok(TenantSet {
            source_cluster,
            target_cluster,
            pairs,
        })
    }

    /// The pairs, in the order of their source tenants.
    pub fn pairs(&self) -> &[Pair] {
        &self.pairs
    }

    /// OCP's id of the cluster of a station.
    pub fn cluster(&self, station: Station) -> i64 {
        match station {
            Station::Source => self.source_cluster,
            Station::Target => self.target_cluster,
        }
    }

    /// What is claimed: each tenant, in the order of names, all or none.
    pub fn claims(&self) -> Vec<String> {
        let tenants = self.pairs.iter().flat_map(|pair| [pair.source, pair.target]);
        let mut names: Vec<String> = tenants.map(|tenant| format!("tenant/{tenant}")).collect();
        names.sort();
        names
    }

    /// What the set is known by: everything but the service names, which may change.
    pub fn identity(&self) -> String {
        let pairs: Vec<String> = self
            .pairs
            .iter()
            .map(|pair| format!("{}>{}", pair.source, pair.target))
            .collect();
        format!("{}>{}:{}", self.source_cluster, self.target_cluster, pairs.join(","))
    }
}

/// OceanBase takes letters, digits and underscores, not first a digit, at most 64.
fn is_service(name: &str) -> bool {
    let first = |c: char| c.is_ascii_alphabetic() || c == '_';
    name.len() <= 64 && name.starts_with(first) && name.chars().all(|c| first(c) || c.is_ascii_digit())
}

impl fmt::Display for TenantSet {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}>{}:", self.source_cluster, self.target_cluster)?;
        for (place, pair) in self.pairs.iter().enumerate() {
            let comma = if place == 0 { "" } else { "," };
            write!(f, "{comma}{}>{}", pair.source, pair.target)?;
            if let Some(service) = &pair.service {
                write!(f, "={service}")?;
            }
        }
        Ok(())
    }
}

impl FromStr for TenantSet {
    type Err = NoSet;

    fn from_str(text: &str) -> Result<TenantSet, NoSet> {
        let wrong = |what: &str| NoSet(format!("{what} cannot be read"));
        let two = |text: &str| {
            let (source, target) = text.split_once('>')?;
            Some((source.parse::<i64>().ok()?, target.parse::<i64>().ok()?))
        };
        let (clusters, pairs) = text.split_once(':').ok_or_else(|| wrong("the text"))?;
        let (source, target) = two(clusters).ok_or_else(|| wrong("the pair of clusters"))?;
        let pair = |text: &str| {
            let (ids, service) = match text.split_once('=') {
                Some((ids, service)) => (ids, Some(service.to_owned())),
                None => (text, None),
            };
            let (source, target) = two(ids).ok_or_else(|| wrong("a pair of tenants"))?;
            Ok(Pair {
                source,
                target,
                service,
            })
        };
        let pairs = pairs.split(',').take(MOST_PAIRS + 1).map(pair);
        TenantSet::new(source, target, pairs.collect::<Result<_, NoSet>>()?)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_set_is_one_text_whatever_the_order_and_its_names_are_no_part_of_what_it_is() {
        let set: TenantSet = "1>2:12>22=orders,11>21".parse().unwrap();
        assert_eq!(set.to_string(), "1>2:11>21,12>22=orders");
        assert_eq!(set.identity(), "1>2:11>21,12>22");
        assert_eq!(set.to_string().parse::<TenantSet>(), Ok(set.clone()));
        assert_eq!(set.claims(), ["tenant/11", "tenant/12", "tenant/21", "tenant/22"]);
        assert_eq!((set.cluster(Station::Source), set.cluster(Station::Target)), (1, 2));
        assert_eq!(set.pairs()[1].at(Station::Target), 22);
    }

    #[test]
    fn what_is_no_set_is_refused() {
        let many: Vec<String> = (0..65).map(|n| format!("{}>{}", 100 + n, 300 + n)).collect();
        let many = format!("1>2:{}", many.join(","));
        for wrong in [
            "",
            "1>2",
            "1>2:",
            "1:11>21",
            "1>1:11>21",
            "1>2:11",
            "1>2:11>11",
            "1>2:11>21,11>22",
            "1>2:11>21,12>21",
            "1>2:-1>21",
            "1>2:11>21=",
            "1>2:11>21=a b",
            "1>2:11>21=1a",
            "x>2:11>21",
            &many,
        ] {
            assert!(wrong.parse::<TenantSet>().is_err(), "{wrong}");
        }
    }
}
