//! Files in the checkout that are made from other sources: write them, or tell which are stale.
//! It must not know how any of them is made; that is the business of `crds`, `manifests` and `references`.

use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result};

/// A set of generated files that fills one directory.
pub struct Generated {
    /// The directory that holds these files, relative to the workspace root.
    pub directory: PathBuf,
    /// Extension of the files in the directory that belong to the set; one of them that the source no longer gives is stale.
    pub extension: &'static str,
    /// File name and content, as the sources give them now.
    pub files: Vec<(String, String)>,
}

impl Generated {
    /// Writes every file and removes those that the source no longer gives; returns the paths that changed.
    pub fn write(&self, root: &Path) -> Result<Vec<PathBuf>> {
        let stale = self.stale(root)?;
        let directory = root.join(&self.directory);
        fs::create_dir_all(&directory).with_context(|| format!("create {}", directory.display()))?;
        for path in &stale {
            let full = root.join(path);
            match self.files.iter().find(|(name, _)| self.directory.join(name) == *path) {
                Some((_, content)) => {
                    fs::write(&full, content).with_context(|| format!("write {}", full.display()))?;
                }
                None => fs::remove_file(&full).with_context(|| format!("remove {}", full.display()))?,
            }
        }
        Ok(stale)
    }

    /// Paths, relative to the workspace root, that are missing, differ or should not be there.
    pub fn stale(&self, root: &Path) -> Result<Vec<PathBuf>> {
        let mut stale = Vec::new();
        for (name, content) in &self.files {
            let path = self.directory.join(name);
            if fs::read_to_string(root.join(&path)).ok().as_ref() != Some(content) {
                stale.push(path);
            }
        }
        let directory = root.join(&self.directory);
        if directory.is_dir() {
            for entry in fs::read_dir(&directory).with_context(|| format!("read {}", directory.display()))? {
                let name = PathBuf::from(entry?.file_name());
                let ours = name.extension().is_some_and(|extension| extension == self.extension);
                if ours && !self.files.iter().any(|(file, _)| Path::new(file) == name) {
                    stale.push(self.directory.join(name));
                }
            }
        }
        stale.sort();
        Ok(stale)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn set() -> Generated {
        Generated {
            directory: PathBuf::from("out"),
            extension: "yaml",
            files: vec![("a.yaml".into(), "a: 1\n".into())],
        }
    }

    #[test]
    fn a_missing_a_changed_and_an_extra_file_are_stale_and_written_ones_are_not() {
        let root = tempfile::tempdir().unwrap();
        assert_eq!(set().stale(root.path()).unwrap(), [PathBuf::from("out/a.yaml")]);
        assert_eq!(set().write(root.path()).unwrap(), [PathBuf::from("out/a.yaml")]);
        assert!(set().stale(root.path()).unwrap().is_empty());

        fs::write(root.path().join("out/a.yaml"), "a: 2\n").unwrap();
        fs::write(root.path().join("out/old.yaml"), "b: 1\n").unwrap();
        fs::write(root.path().join("out/README.md"), "by hand").unwrap();
        let expected = [PathBuf::from("out/a.yaml"), PathBuf::from("out/old.yaml")];
        assert_eq!(set().stale(root.path()).unwrap(), expected);

        set().write(root.path()).unwrap();
        assert!(set().stale(root.path()).unwrap().is_empty());
        assert!(
            root.path().join("out/README.md").exists(),
            "files of another kind are left alone"
        );
    }
}
