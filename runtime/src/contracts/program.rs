//! The contracts of all packages of the program.

use std::{
    collections::BTreeSet,
    env, io, iter,
    path::{Path, PathBuf},
};

use super::{ContractFinding, in_package, is_defined_in, without_contract};
use crate::{event::EventDefinition, registry};

/// Returns the current folder, and each folder below it that holds a package with events of the program, such as a member of
/// a workspace. The paths are relative to the current folder, which is `.`.
pub(crate) fn packages() -> io::Result<Vec<PathBuf>> {
    let folder = env::current_dir()?;
    let below = registry::events().filter_map(|event| package_below(event, &folder));
    let below = below.filter_map(|package| package.strip_prefix(&folder).ok().map(Path::to_owned));
    let below: BTreeSet<PathBuf> = below.collect();
    Ok(iter::once(PathBuf::from(".")).chain(below).collect())
}

/// Returns the folder of the package that defines the event, if it is below `folder`.
pub(crate) fn package_below(event: &EventDefinition, folder: &Path) -> Option<PathBuf> {
    super::packages(event, folder).find(|package| package != folder && package.starts_with(folder))
}

/// Returns what [`in_package`] finds in each package, and a finding for each event of another package that has no contract. The
/// findings name the folders of all packages but the first.
pub(crate) fn findings(packages: &[PathBuf]) -> io::Result<Vec<ContractFinding>> {
    let mut findings = Vec::new();
    for (package, name) in named(packages) {
        findings.extend(in_package(package)?.into_iter().map(|finding| below(finding, name)));
    }
    let packages = packages.iter().map(std::path::absolute).collect::<io::Result<Vec<_>>>()?;
    let elsewhere =
        registry::events().filter(|event| !packages.iter().any(|package| is_defined_in(event, package)));
    let folder = packages.first().map_or(Path::new("."), PathBuf::as_path);
    findings.extend(elsewhere.filter_map(|event| without_contract(event, folder)));
    Ok(findings)
}

/// Returns what [`changed_since`] finds in each package, with the names of their folders in the same way.
pub(crate) fn changed_since(packages: &[PathBuf], revision: &str) -> io::Result<Vec<ContractFinding>> {
    let mut findings = Vec::new();
    for (package, name) in named(packages) {
        findings
            .extend(super::changed_since(package, revision)?.into_iter().map(|finding| below(finding, name)));
    }
    Ok(findings)
}

fn named(packages: &[PathBuf]) -> impl Iterator<Item = (&Path, &Path)> {
    let name = |(index, package)| if index == 0 { Path::new("") } else { package };
    packages.iter().map(PathBuf::as_path).enumerate().map(move |one| (one.1, name(one)))
}

/// Puts the folder of the package before the path of the contract.
fn below(mut finding: ContractFinding, package: &Path) -> ContractFinding {
    match &mut finding {
        ContractFinding::WithoutEvent { file }
        | ContractFinding::Broken { file, .. }
        | ContractFinding::Changed { file, .. }
        | ContractFinding::Deleted { file, .. } => *file = package.join(&*file).display().to_string(),
        // It names the folder already.
        ContractFinding::Missing { .. } => {}
    }
    finding
}
