//! Builds programs from the pinned Go modules into a directory outside the checkout, once for each set of sources and flags.
//! It must not leave half a program under its final name, nor let two runs build at the same time.

use std::collections::BTreeMap;
use std::fs::{self, File, TryLockError};
use std::path::{Path, PathBuf};
use std::process::{Command, ExitStatus, Stdio};

use super::progress::{Progress, say};
use super::recipe::Recipe;
use super::{Binary, Error, Family, Origin, Places, Tool, golang};
use crate::tether;

/// The tools, built now or by an earlier run.
pub fn obtain(tools: &[Tool], places: &Places) -> Result<BTreeMap<Tool, Binary>, Error> {
    let mut built = BTreeMap::new();
    for family in [Family::Kubernetes, Family::Etcd] {
        let of_family: Vec<Tool> = tools.iter().copied().filter(|tool| tool.family() == family).collect();
        if of_family.is_empty() {
            continue;
        }
        let recipe = Recipe::read(family, &places.modules)?;
        let directory = places.cache.join(&recipe.key);
        if of_family.iter().any(|tool| !directory.join(tool.name()).is_file()) {
            build_missing(&of_family, &recipe, &places.cache)?;
        }
        built.extend(of_family.into_iter().map(|tool| {
            let path = directory.join(tool.name());
            (
                tool,
                Binary {
                    path,
                    version: recipe.version.clone(),
                    origin: Origin::Built,
                },
            )
        }));
    }
    Ok(built)
}

fn build_missing(tools: &[Tool], recipe: &Recipe, cache: &Path) -> Result<(), Error> {
    let names: Vec<&str> = tools.iter().map(|tool| tool.name()).collect();
    golang::check(&recipe.go, &names)?;
    let directory = cache.join(&recipe.key);
    fs::create_dir_all(&directory).map_err(Error::io(&directory))?;
    // One lock for all families: two Go builds side by side only take the processors from each other.
    let _lock = lock(&cache.join("build.lock"))?;
    remove_leftovers(&directory)?;
    let missing: Vec<Tool> = tools
        .iter()
        .copied()
        .filter(|tool| !directory.join(tool.name()).is_file())
        .collect();
    if !missing.is_empty() {
        let names: Vec<&str> = missing.iter().map(|tool| tool.name()).collect();
        say(&format!(
            "building {} {} with Go into {}: once; the first build takes about four minutes on two cores, most of it for kube-apiserver\n",
            names.join(", "),
            recipe.version,
            directory.display()
        ));
    }
    for (number, tool) in missing.iter().enumerate() {
        let progress = Progress::new(format!(
            "building {} ({} of {})",
            tool.name(),
            number + 1,
            missing.len()
        ));
        build(*tool, recipe, &directory, progress)?;
    }
    Ok(())
}

/// Builds one program to a temporary name and renames it: a reader sees all of it or nothing.
fn build(tool: Tool, recipe: &Recipe, directory: &Path, mut progress: Progress) -> Result<(), Error> {
    let unfinished = directory.join(format!(".{}.unfinished", tool.name()));
    let log_path = directory.join(format!("{}.log", tool.name()));
    let log = File::create(&log_path).map_err(Error::io(&log_path))?;
    let status = wait(command(tool, recipe, &unfinished, log)?, &mut progress)?;
    if !status.success() {
        progress.done("failed");
        let output = crate::control_plane::log::tail(&log_path);
        return Err(Error::Build {
            tool: tool.name(),
            output,
        });
    }
    let finished = directory.join(tool.name());
    fs::rename(&unfinished, &finished).map_err(Error::io(&finished))?;
    progress.done("done");
    Ok(())
}

/// Tethered: a run that is interrupted does not leave a compiler at work for minutes.
fn command(tool: Tool, recipe: &Recipe, output: &Path, log: File) -> Result<Command, Error> {
    let mut command = tether::command("go")?;
    command
        .current_dir(&recipe.module)
        .env("CGO_ENABLED", "0")
        .env("GOTOOLCHAIN", "local")
        // A workspace around the checkout, or flags of the user, would change what is built under the same key.
        .env("GOWORK", "off")
        .env("GOFLAGS", "")
        .arg("build")
        .args(&recipe.flags)
        .arg("-o")
        .arg(output)
        .arg(tool.package())
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .stderr(log);
    Ok(command)
}

fn wait(command: Command, progress: &mut Progress) -> Result<ExitStatus, Error> {
    let mut child = tether::spawn(command)?;
    loop {
        if let Some(status) = child.try_wait().map_err(Error::io(Path::new("go")))? {
            return Ok(status);
        }
        progress.tick();
        std::thread::sleep(Progress::PAUSE);
    }
}

/// What a build that was killed has left; the lock is held, so nobody works on it.
fn remove_leftovers(directory: &Path) -> Result<(), Error> {
    for entry in fs::read_dir(directory).map_err(Error::io(directory))?.flatten() {
        if entry.file_name().to_string_lossy().ends_with(".unfinished") {
            fs::remove_file(entry.path()).map_err(Error::io(&entry.path()))?;
        }
    }
    Ok(())
}

/// The lock goes with the file handle, so also with a killed process.
fn lock(path: &PathBuf) -> Result<File, Error> {
    let file = File::create(path).map_err(Error::io(path))?;
    match file.try_lock() {
        Ok(()) => {}
        Err(TryLockError::WouldBlock) => {
            let mut progress = Progress::new("another run is building the control plane; waiting for it".into());
            while let Err(TryLockError::WouldBlock) = file.try_lock() {
                progress.tick();
                std::thread::sleep(Progress::PAUSE);
            }
            progress.done("it has ended");
        }
        Err(TryLockError::Error(source)) => {
            return Err(Error::Io {
                path: path.clone(),
                source,
            });
        }
    }
    Ok(file)
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    /// A module whose only tool is a program with no dependencies, so that the real `go build` takes a second.
    fn module(modules: &Path, source: &str) {
        let module = modules.join("etcd");
        let package = module.join("server");
        fs::create_dir_all(&package).unwrap();
        fs::write(
            module.join("go.mod"),
            "module m\n\ngo 1.20\n\nrequire go.etcd.io/etcd/server/v3 v3.7.3\n\nreplace go.etcd.io/etcd/server/v3 => ./server\n",
        )
        .unwrap();
        fs::write(module.join("go.sum"), "").unwrap();
        fs::write(package.join("go.mod"), "module go.etcd.io/etcd/server/v3\n\ngo 1.20\n").unwrap();
        fs::write(package.join("main.go"), source).unwrap();
    }

    fn places(root: &Path) -> Places {
        Places {
            assets: None,
            path: Vec::new(),
            modules: root.join("tools"),
            cache: root.join("cache"),
        }
    }

    #[test]
    fn two_runs_at_once_build_once_and_both_get_the_program_under_our_name() {
        let root = tempfile::tempdir().unwrap();
        let places = places(root.path());
        module(&places.modules, "package main\n\nfunc main() { println(\"built\") }\n");
        let paths: BTreeSet<PathBuf> = std::thread::scope(|scope| {
            let runs: Vec<_> = (0..2)
                .map(|_| scope.spawn(|| obtain(&[Tool::Etcd], &places).unwrap()))
                .collect();
            runs.into_iter()
                .map(|run| run.join().unwrap()[&Tool::Etcd].path.clone())
                .collect()
        });
        assert_eq!(paths.len(), 1);
        let program = paths.first().unwrap();
        assert_eq!(program.file_name().unwrap(), "etcd");
        assert!(Command::new(program).status().unwrap().success());
        let before = fs::metadata(program).unwrap().modified().unwrap();
        obtain(&[Tool::Etcd], &places).unwrap();
        assert_eq!(
            fs::metadata(program).unwrap().modified().unwrap(),
            before,
            "a built program is not built again"
        );
    }

    #[test]
    fn a_build_that_fails_says_why_and_leaves_no_program() {
        let root = tempfile::tempdir().unwrap();
        let places = places(root.path());
        module(&places.modules, "package main\n\nfunc main() { undefinedFunction() }\n");
        let error = obtain(&[Tool::Etcd], &places).unwrap_err().to_string();
        assert!(error.contains("undefinedFunction"), "{error}");
        let key = Recipe::read(Family::Etcd, &places.modules).unwrap().key;
        assert!(!places.cache.join(key).join("etcd").exists());
    }
}
