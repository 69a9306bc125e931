//! The shape of the tree, held by tests: which way the arrows point, that the README tells the truth about what is where.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use groat_tests::{cargo, read, root, sources_below, top_folders};
use serde_json::Value;

/// The workspace's crates and which of each other they may use.
const ARROWS: [(&str, &[&str]); 9] = [
    ("groat-checkout", &["groat-core"]),
    ("groat-core", &[]),
    ("groat-edge", &["groat-checkout", "groat-core"]),
    ("groat-fuzz", &["groat-core", "groat-edge"]),
    ("groat-widget", &["groat-checkout", "groat-core"]),
    ("groat-tests", &["groat-core"]),
    ("groat-simulator", &["groat-core", "groat-edge"]),
    ("groat-walletconnect", &[]),
    ("xtask", &[]),
];

#[test]
fn crates_use_only_what_the_arrows_allow() {
    let metadata: Value = serde_json::from_str(&cargo(&["metadata", "--no-deps", "--format-version", "1"])).unwrap();
    let names = |value: &Value| value["name"].as_str().unwrap().to_owned();
    let packages = metadata["packages"].as_array().unwrap();
    let ours: BTreeSet<String> = packages.iter().map(names).collect();
    assert_eq!(ours, ARROWS.iter().map(|(name, _)| (*name).to_owned()).collect(), "a crate without its arrows");
    for package in packages {
        let uses: BTreeSet<String> = package["dependencies"].as_array().unwrap().iter().map(names).collect();
        let (name, allowed) = ARROWS.iter().find(|(name, _)| *name == names(package)).unwrap();
        for used in uses.intersection(&ours) {
            assert!(allowed.contains(&used.as_str()), "{name} must not use {used}");
        }
    }
}

/// Everything that a crate is built of, on any platform, by the names that code uses.
fn built_of(package: &str) -> BTreeSet<String> {
    let tree =
        cargo(&["tree", "-p", package, "-e", "normal", "--target", "all", "--prefix", "none", "--format", "{lib}"]);
    tree.lines().filter_map(|line| line.split(' ').next()).map(str::to_owned).collect()
}

#[test]
fn core_is_built_of_nothing_that_touches_the_world() {
    let parts = built_of("groat-core");
    assert!(parts.contains("alloy_primitives"), "the question was not understood: {parts:?}");
    for part in ["worker", "leptos", "wasm_bindgen", "js_sys", "web_sys", "tokio", "getrandom", "rusqlite", "chrono"] {
        assert!(!parts.contains(part), "core is built of {part}");
    }
}

/// What the edge prints is made of neither of the two worlds in which it is shown.
#[test]
fn the_checkouts_views_know_no_browser_and_no_framework() {
    let parts = built_of("groat-checkout");
    assert!(parts.contains("qrcodegen"), "the question was not understood: {parts:?}");
    for part in ["worker", "leptos", "wasm_bindgen", "js_sys", "web_sys"] {
        assert!(!parts.contains(part), "the views are built of {part}");
    }
    assert!(!built_of("groat-edge").contains("leptos"), "the Worker carries Leptos");
}

#[test]
fn the_checkout_carries_nothing_of_the_edge() {
    let parts = built_of("groat-widget");
    assert!(parts.contains("leptos"), "the question was not understood: {parts:?}");
    for part in ["groat_edge", "worker", "worker_sys", "rusqlite", "alloy_sol_types"] {
        assert!(!parts.contains(part), "the checkout is built of {part}");
    }
}

/// Time, files and the network are passed in, and money is never a float.
#[test]
fn core_reads_no_clock_no_file_and_no_float() {
    let sources = sources_below("core/src");
    assert!(sources.iter().any(|path| path.ends_with("invoice/apply.rs")), "the sources were not found: {sources:?}");
    for path in sources.iter().filter(|path| is_rust(path)) {
        let text = read(path);
        for word in ["SystemTime", "Instant", "std::fs", "std::net", "std::env", "std::process", "f64", "f32"] {
            let found = text.split(|character: char| !(character.is_alphanumeric() || "_:".contains(character)));
            assert!(found.into_iter().all(|found| !found.contains(word)), "{path} says {word}");
        }
    }
}

#[test]
fn the_readme_maps_every_folder_and_no_other() {
    let readme = read("README.md");
    let (_, after) = readme.split_once("\n## Code map\n").expect("README.md has no code map");
    let section = after.split("\n## ").next().unwrap_or_default();
    let rows = section.lines().filter_map(|line| line.strip_prefix("| `")?.split_once("/` |"));
    let mapped: BTreeMap<String, &str> = rows.map(|(folder, purpose)| (folder.to_owned(), purpose)).collect();
    assert!(mapped.values().all(|purpose| purpose.trim_matches(['|', ' ']).len() > 10), "a folder without its purpose");
    assert_eq!(mapped.into_keys().collect::<BTreeSet<_>>(), top_folders());
}

#[test]
fn links_in_the_documents_lead_somewhere() {
    let documents: Vec<String> = sources_below(".").into_iter().filter(|path| has_ending(path, "md")).collect();
    assert!(documents.contains(&"README.md".to_owned()) && documents.len() > 3, "not all found: {documents:?}");
    for document in documents {
        let folder = root().join(&document).parent().unwrap().to_path_buf();
        for link in links(&read(&document)) {
            let path = link.split('#').next().unwrap_or_default();
            assert!(path.is_empty() || folder.join(path).exists(), "{document} links to {link}, which is not there");
        }
    }
}

/// Whoever reads that a complaint can't be made here can see what shows it.
#[test]
fn every_complaint_names_tests_that_exist() {
    let page = read("docs/complaints.md");
    let rows: Vec<&str> =
        page.lines().filter(|line| line.starts_with("| ") && !line.starts_with("| complaint")).collect();
    let rows: Vec<&str> = rows.into_iter().filter(|line| !line.starts_with("| fault |")).collect();
    assert!(rows.len() > 20, "only {} rows were found", rows.len());
    for row in rows {
        let cells: Vec<&str> = row.trim_matches(['|', ' ']).split(" | ").collect();
        let [_, _, shown_by] = cells.as_slice() else { panic!("not three cells: {row}") };
        for named in shown_by.split("; `") {
            let (path, name) = named.trim_start_matches('`').split_once("`: \"").unwrap_or_else(|| panic!("{named}"));
            let name =
                name.strip_suffix('"').unwrap_or_else(|| panic!("no name of a test: {named}")).replace("\\\"", "\"");
            let text = read(path);
            let written = [format!("(\"{name}\""), format!("(`{name}`"), format!("('{name}'"), format!("fn {name}(")];
            assert!(written.iter().any(|written| text.contains(written)), "{path} has no test \"{name}\"");
        }
    }
}

/// Relative targets of `[words](target)`.
fn links(text: &str) -> Vec<String> {
    let targets = text.split("](").skip(1).filter_map(|rest| rest.split(')').next());
    targets.filter(|target| !target.contains("://") && !target.contains(' ')).map(str::to_owned).collect()
}

/// What is not done is an issue, not a comment.
#[test]
fn nothing_is_put_off_in_the_sources() {
    // Written apart, or this file would find itself.
    let words = [concat!("TO", "DO"), concat!("FIX", "ME"), concat!("todo", "!("), concat!("unimplemented", "!(")];
    let sources = sources_below(".");
    assert!(sources.len() > 100, "only {} sources were found", sources.len());
    for path in sources.iter().filter(|path| !path.ends_with("package-lock.json")) {
        let Ok(text) = std::fs::read_to_string(root().join(path)) else { continue };
        for word in words {
            assert!(!text.contains(word), "{path} says {word}");
        }
    }
}

/// Bugs that the simulator must find are compiled into nothing that ships: only the simulator can ask for them, and it
/// does so only if asked itself.
#[test]
fn planted_bugs_are_in_nothing_that_ships() {
    let asks = |path: &str| read(path).lines().filter(|line| line.contains("planted")).map(str::to_owned).collect();
    let is_manifest = |path: &String| path.ends_with("Cargo.toml");
    for manifest in sources_below(".").into_iter().filter(is_manifest) {
        let lines: Vec<String> = asks(&manifest);
        let lines: Vec<&str> = lines.iter().map(|line| line.trim()).filter(|line| !line.starts_with('#')).collect();
        let allowed: &[&str] = match manifest.as_str() {
            "core/Cargo.toml" => &["planted = []"],
            "tests/simulator/Cargo.toml" => &["planted = [\"groat-core/planted\"]"],
            _ => &[],
        };
        assert_eq!(lines, allowed, "{manifest}");
        assert!(!read(&manifest).contains("default = ["), "{manifest} has default features, which could bring it in");
    }
    for path in sources_below("xtask/src").iter().filter(|path| !path.ends_with("/sim.rs")) {
        let text = read(path);
        let asks = text.lines().find(|line| line.contains("--features") && line.contains("planted"));
        assert_eq!(asks, None, "{path}");
    }
}

#[test]
fn every_crate_obeys_the_one_lint_table() {
    for (name, _) in ARROWS {
        let folder = match name {
            "groat-simulator" => "tests/simulator",
            name => name.strip_prefix("groat-").unwrap_or(name),
        };
        let manifest = read(&format!("{folder}/Cargo.toml"));
        assert!(manifest.contains("[lints]\nworkspace = true"), "{folder}/Cargo.toml has lints of its own");
    }
}

fn is_rust(path: &str) -> bool {
    has_ending(path, "rs")
}

fn has_ending(path: &str, ending: &str) -> bool {
    Path::new(path).extension().is_some_and(|found| found == ending)
}
