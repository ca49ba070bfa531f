//! Which file lies where in the directory of a control plane.
//! It must not know what is in the files.

use std::fs::{self, OpenOptions};
use std::io::Write;
use std::os::unix::fs::{DirBuilderExt, OpenOptionsExt, PermissionsExt};
use std::path::{Path, PathBuf};

use super::{Component, Error};

/// The directory of a control plane, absolute.
#[derive(Clone, Debug)]
pub(crate) struct Layout {
    pub root: PathBuf,
}

impl Layout {
    /// Makes the directories, readable by the owner only: private keys lie in them.
    pub fn create(root: &Path) -> Result<Self, Error> {
        let make = |path: &Path| {
            fs::DirBuilder::new()
                .recursive(true)
                .mode(0o700)
                .create(path)
                .map_err(Error::io(path))
        };
        make(root)?;
        let root = fs::canonicalize(root).map_err(Error::io(root))?;
        let layout = Self { root };
        for directory in [layout.pki(), layout.users(), layout.logs(), layout.etcd_data()] {
            make(&directory)?;
        }
        Ok(layout)
    }

    pub fn pki(&self) -> PathBuf {
        self.root.join("pki")
    }

    pub fn users(&self) -> PathBuf {
        self.root.join("users")
    }

    pub fn logs(&self) -> PathBuf {
        self.root.join("logs")
    }

    pub fn etcd_data(&self) -> PathBuf {
        self.root.join("etcd")
    }

    pub fn log(&self, component: Component) -> PathBuf {
        self.logs().join(format!("{component}.log"))
    }

    /// The administrator's kubeconfig.
    pub fn kubeconfig(&self) -> PathBuf {
        self.root.join("kubeconfig")
    }

    pub fn controller_manager_kubeconfig(&self) -> PathBuf {
        self.root.join("kube-controller-manager.kubeconfig")
    }

    pub fn audit_policy(&self) -> PathBuf {
        self.root.join("audit-policy.yaml")
    }

    pub fn audit_log(&self) -> PathBuf {
        self.logs().join("audit.log")
    }

    /// What runs from this directory, for `status` and `down` of another process.
    pub fn state(&self) -> PathBuf {
        self.root.join("control-plane.json")
    }

    /// Held by the process that starts, stops or (where it does not run in the background) owns the control plane.
    pub fn lock(&self) -> PathBuf {
        self.root.join("lock")
    }
}

/// Writes a file that only its owner can read, all of it or nothing.
pub(crate) fn write_private(path: &Path, content: &str) -> Result<(), Error> {
    let mut unfinished = path.as_os_str().to_owned();
    unfinished.push(".unfinished");
    let write = || -> std::io::Result<()> {
        let mut file = OpenOptions::new()
            .write(true)
            .create(true)
            .truncate(true)
            .mode(0o600)
            .open(&unfinished)?;
        // The mode above only counts for a new file.
        file.set_permissions(fs::Permissions::from_mode(0o600))?;
        file.write_all(content.as_bytes())?;
        fs::rename(&unfinished, path)
    };
    write().map_err(Error::io(path))
}
