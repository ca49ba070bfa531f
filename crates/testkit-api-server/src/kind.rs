//! The kinds that the in-process API server serves: those of `crds/`, and the few of Kubernetes that operator and tests use.
//! It must not hold objects.

use std::sync::{Arc, OnceLock};

use serde_json::Value;

use super::schema::Schema;

/// The committed CustomResourceDefinitions.
const CRDS: [&str; 5] = [
    include_str!("../../../crds/groupledgers.yaml"),
    include_str!("../../../crds/operationdecisions.yaml"),
    include_str!("../../../crds/protectiongroups.yaml"),
    include_str!("../../../crds/protectionproviders.yaml"),
    include_str!("../../../crds/recoveryoperations.yaml"),
];

/// One kind, and how the API server treats its objects.
#[derive(Debug)]
pub(crate) struct Kind {
    pub group: String,
    pub version: String,
    pub plural: String,
    pub kind: String,
    pub namespaced: bool,
    /// Whether status is written through a path of its own, and only there.
    pub has_status: bool,
    /// Whether it is defined by a CustomResourceDefinition.
    pub custom: bool,
    /// Whether a PUT on a name that is not there creates it.
    pub put_creates: bool,
    /// Whether a PUT may leave out the resourceVersion.
    pub put_unguarded: bool,
    /// The schema as it was read; `None` for kinds of Kubernetes, whose fields are not checked.
    pub schema: Option<Schema>,
    /// What a field selector may name, beside the object's name and namespace.
    pub selectable: Vec<Vec<String>>,
}

impl Kind {
    /// `<group>/<version>`, or the version alone.
    pub fn api_version(&self) -> String {
        if self.group.is_empty() {
            self.version.clone()
        } else {
            format!("{}/{}", self.group, self.version)
        }
    }

    /// The plural with its group, as messages name it.
    pub fn qualified(&self) -> String {
        qualify(&self.plural, &self.group)
    }

    /// The kind with its group, as messages about invalid objects name it.
    pub fn qualified_kind(&self) -> String {
        qualify(&self.kind, &self.group)
    }
}

fn qualify(word: &str, group: &str) -> String {
    if group.is_empty() {
        word.to_owned()
    } else {
        format!("{word}.{group}")
    }
}

/// All kinds.
#[derive(Debug)]
pub(crate) struct Kinds(Vec<Arc<Kind>>);

impl Kinds {
    /// The kinds of this project and those of Kubernetes, read once.
    ///
    /// # Errors
    ///
    /// When a committed CustomResourceDefinition says something that is not understood here.
    pub fn committed() -> Result<&'static Self, String> {
        static KINDS: OnceLock<Result<Kinds, String>> = OnceLock::new();
        KINDS.get_or_init(Self::read).as_ref().map_err(Clone::clone)
    }

    fn read() -> Result<Self, String> {
        let mut kinds = vec![
            builtin("", "v1", "namespaces", "Namespace", (false, true)),
            builtin("", "v1", "secrets", "Secret", (false, true)),
            builtin("", "v1", "configmaps", "ConfigMap", (false, true)),
            builtin("coordination.k8s.io", "v1", "leases", "Lease", (true, false)),
            builtin("events.k8s.io", "v1", "events", "Event", (true, true)),
        ];
        for text in CRDS {
            let crd: Value = serde_saphyr::from_str(text).map_err(|error| error.to_string())?;
            let name = crd["metadata"]["name"].as_str().unwrap_or_default().to_owned();
            kinds.push(defined(&crd).map_err(|problem| format!("{name}: {problem}"))?);
        }
        Ok(Self(kinds.into_iter().map(Arc::new).collect()))
    }

    /// The kind that a path names.
    pub fn find(&self, group: &str, version: &str, plural: &str) -> Option<&Arc<Kind>> {
        self.0
            .iter()
            .find(|kind| kind.group == group && kind.version == version && kind.plural == plural)
    }

    /// The kind that an object says it is of.
    pub fn of(&self, api_version: &str, kind: &str) -> Option<&Arc<Kind>> {
        self.0
            .iter()
            .find(|known| known.kind == kind && known.api_version() == api_version)
    }
}

fn builtin(group: &str, version: &str, plural: &str, kind: &str, (put_creates, put_unguarded): (bool, bool)) -> Kind {
    Kind {
        group: group.into(),
        version: version.into(),
        plural: plural.into(),
        kind: kind.into(),
        namespaced: plural != "namespaces",
        has_status: false,
        custom: false,
        put_creates,
        put_unguarded,
        schema: None,
        selectable: Vec::new(),
    }
}

fn defined(crd: &Value) -> Result<Kind, String> {
    let spec = &crd["spec"];
    let [version] = spec["versions"].as_array().map(Vec::as_slice).unwrap_or_default() else {
        return Err("exactly one version is served".into());
    };
    let word = |value: &Value| {
        value
            .as_str()
            .map(ToOwned::to_owned)
            .ok_or("a name is missing".to_owned())
    };
    let text = &version["schema"]["openAPIV3Schema"];
    let selectable = version["selectableFields"]
        .as_array()
        .map(Vec::as_slice)
        .unwrap_or_default();
    Ok(Kind {
        group: word(&spec["group"])?,
        version: word(&version["name"])?,
        plural: word(&spec["names"]["plural"])?,
        kind: word(&spec["names"]["kind"])?,
        namespaced: spec["scope"] == "Namespaced",
        has_status: version["subresources"]["status"].is_object(),
        custom: true,
        put_creates: false,
        put_unguarded: false,
        schema: Some(Schema::read(text)?),
        selectable: selectable
            .iter()
            .map(|field| {
                Ok(word(&field["jsonPath"])?
                    .split('.')
                    .skip(1)
                    .map(ToOwned::to_owned)
                    .collect())
            })
            .collect::<Result<_, String>>()?,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_committed_definitions_are_understood() {
        let kinds = Kinds::committed().unwrap();
        let group = kinds.of("stationmaster.dev/v1alpha1", "ProtectionGroup").unwrap();
        assert!(group.namespaced && group.has_status && group.custom);
        assert_eq!(group.qualified(), "protectiongroups.stationmaster.dev");
        assert!(
            group
                .selectable
                .contains(&vec!["status".to_owned(), "activeStation".to_owned()])
        );
        let ledger = kinds.find("stationmaster.dev", "v1alpha1", "groupledgers").unwrap();
        assert!(!ledger.has_status, "a ledger has no status");
        assert_eq!(kinds.of("v1", "Secret").unwrap().qualified(), "secrets");
    }
}
