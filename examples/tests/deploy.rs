//! Tests `deploy/`: parses the Dockerfile, the Tutor plugin and the Kubernetes manifest, and gives the worker's arguments and
//! settings to its own parsers.

use std::{
    collections::BTreeMap,
    fs,
    path::{Path, PathBuf},
    process::Command,
    time::Duration,
};

use clap::Parser;
use openedx_events::{
    event_bus::{
        Settings,
        settings::{ConsumerExtra, SettingsBuilder},
    },
    management, registry,
};
use serde_json::Value;

/// The default of `Consumer::stop_timeout`, the time for the running message after a stop.
const STOP_TIMEOUT: Duration = Duration::from_secs(30);
const TOPIC: &str = "learning-enrollments";

#[derive(Debug, Parser)]
struct Worker {
    #[command(subcommand)]
    command: management::Command,
}

/// Asserts that the worker accepts these arguments.
fn assert_arguments(arguments: &[String]) {
    let parsed = Worker::try_parse_from([&["worker".to_owned()], arguments].concat());
    assert!(parsed.is_ok(), "{arguments:?}: {}", parsed.unwrap_err());
}

fn deploy(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("deploy").join(name)
}

fn read(path: impl AsRef<Path>) -> String {
    let path = path.as_ref();
    fs::read_to_string(path).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
}

fn strings(list: &Value) -> Vec<String> {
    let items = list.as_array().unwrap_or_else(|| panic!("expected a list, found {list}")).iter();
    items.map(|item| item.as_str().expect("a string").to_owned()).collect()
}

/// Reads the settings from a container's environment.
fn settings(variables: &BTreeMap<String, String>) -> Settings {
    let settings = SettingsBuilder::new().variables(variables.clone()).build().unwrap();
    assert!(settings.warnings().is_empty(), "{:?}", settings.warnings());
    settings
}

fn assert_event_types(text: &str) {
    for event_type in text.split_whitespace() {
        assert!(registry::get(event_type).is_some(), "{event_type}");
    }
}

/// Returns the instructions of a Dockerfile, without comments and with continued lines joined.
fn instructions(dockerfile: &str) -> Vec<(String, String)> {
    let lines: Vec<&str> = dockerfile.lines().filter(|line| !line.trim_start().starts_with('#')).collect();
    let joined = lines.join("\n").replace("\\\n", " ");
    let instructions = joined.lines().filter(|line| !line.trim().is_empty());
    instructions
        .map(|line| {
            let (name, rest) = line.split_once(' ').unwrap_or_else(|| panic!("`{line}` has no arguments"));
            (name.to_owned(), rest.trim().to_owned())
        })
        .collect()
}

#[test]
fn the_container_runs_a_static_binary_of_any_repository() {
    const KNOWN: [&str; 9] = ["ARG", "FROM", "RUN", "ENV", "WORKDIR", "COPY", "ENTRYPOINT", "CMD", "USER"];
    let dockerfile = read(deploy("Dockerfile"));
    let instructions = instructions(&dockerfile);
    for (name, _) in &instructions {
        assert!(KNOWN.contains(&&**name), "{name}");
    }
    let all = |name: &str| -> Vec<&str> {
        instructions.iter().filter(|(other, _)| other == name).map(|(_, rest)| &**rest).collect()
    };
    let one = |name| match all(name)[..] {
        [one] => one,
        ref several => panic!("{name}: {several:?}"),
    };

    // The image uses the toolchain of the project.
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap();
    let toolchain = read(root.join("rust-toolchain.toml"));
    let toolchain = toolchain.lines().find_map(|line| line.strip_prefix("channel = ")).unwrap();
    assert_eq!(one("ENV"), format!("RUSTUP_TOOLCHAIN={}", toolchain.trim_matches('"')));
    let stages = all("FROM");
    let [first, last] = stages[..] else { panic!("{stages:?}") };
    let minor = env!("CARGO_PKG_RUST_VERSION");
    assert_eq!(first, format!("docker.io/library/rust:{minor}-alpine AS build"), "musl, and so static");
    assert!(last.ends_with("/static-debian12:nonroot"), "{last}");

    // It builds a program of the user's repository, copies it and runs it. Nothing in it names a package of ours.
    let arguments: BTreeMap<&str, &str> = all("ARG").iter().map(|one| one.split_once('=').unwrap()).collect();
    assert_eq!(arguments, BTreeMap::from([("BIN", "worker"), ("KIND", "bin"), ("FOLDER", "")]));
    assert!(instructions.iter().all(|(_, rest)| !rest.contains("openedx")), "{instructions:?}");
    let built = |given: &[(&str, &str)]| {
        let built = *all("RUN").iter().find(|run| run.contains("cargo build")).expect("cargo builds");
        let mut built = built.to_owned();
        for (name, default) in &arguments {
            let value = given.iter().find(|(other, _)| other == name).map_or(*default, |(_, value)| *value);
            built = built.replace(&format!("${{{name}}}"), value);
        }
        built.split_once("cargo build").unwrap().1.split_whitespace().collect::<Vec<_>>().join(" ")
    };
    assert_eq!(
        built(&[("BIN", "my-worker")]),
        "--release --locked --bin my-worker && cp target/release/my-worker /worker"
    );
    assert!(all("COPY").contains(&"--from=build /worker /worker"));
    // The guide names what librdkafka and OpenSSL need to build.
    let guide = read(root.join("runtime/src/guide/kafka.md"));
    let (_, needed) = guide.split_once("on Alpine `apk add ").expect("the packages");
    let installed =
        *all("RUN").iter().find(|run| run.starts_with("apk add")).expect("packages are installed");
    for package in needed.split('`').next().unwrap().split_whitespace() {
        assert!(installed.split_whitespace().any(|one| one == package), "{package}");
    }

    // The example in the comment builds an existing example.
    let given: Vec<(&str, &str)> = dockerfile
        .split("--build-arg ")
        .skip(2)
        .map(|rest| rest.split_whitespace().next().unwrap().split_once('=').unwrap())
        .collect();
    assert_eq!(
        built(&given),
        "--release --locked --example 03_webhook && cp target/release/examples/03_webhook /worker"
    );
    assert!(root.join("examples/03_webhook/main.rs").is_file());

    // A list, because a shell would not forward SIGTERM.
    assert_eq!(one("ENTRYPOINT"), r#"["/worker"]"#);
    assert_arguments(&strings(&serde_json::from_str(one("CMD")).unwrap()));
}

/// Returns the documents of a YAML file by kind.
fn documents(yaml: &str) -> BTreeMap<String, Value> {
    let documents = yaml.split("\n---\n").skip(1).map(|text| serde_saphyr::from_str::<Value>(text).unwrap());
    documents.map(|document| (document["kind"].as_str().unwrap().to_owned(), document)).collect()
}

#[test]
fn the_kubernetes_manifest_has_stable_names_and_a_grace_period() {
    let documents = documents(&read(deploy("kubernetes.yml")));
    assert_eq!(documents.keys().collect::<Vec<_>>(), ["ConfigMap", "Service", "StatefulSet"]);
    let (map, service, set) = (&documents["ConfigMap"], &documents["Service"], &documents["StatefulSet"]);
    assert_eq!(set["spec"]["serviceName"], service["metadata"]["name"]);
    let template = &set["spec"]["template"];
    assert_eq!(set["spec"]["selector"]["matchLabels"], template["metadata"]["labels"]);
    assert_eq!(service["spec"]["selector"], template["metadata"]["labels"]);
    let pod = &template["spec"];
    let [container] = &pod["containers"].as_array().unwrap()[..] else { panic!("one container") };

    // The consumer name is the pod's name, which is stable in a StatefulSet.
    let arguments = strings(&container["args"]);
    assert_arguments(&arguments);
    assert!(arguments.join(" ").ends_with("--consumer-name $(POD_NAME)"), "{arguments:?}");
    let variables = container["env"].as_array().unwrap();
    let variable = |name: &str| variables.iter().find(|variable| variable["name"] == name).unwrap();
    assert_eq!(variable("POD_NAME")["valueFrom"]["fieldRef"]["fieldPath"], "metadata.name");
    assert!(pod["terminationGracePeriodSeconds"].as_u64().unwrap() > STOP_TIMEOUT.as_secs());

    // The settings file is mounted at the path that the worker reads, and it names the topic.
    let [mount] = &container["volumeMounts"].as_array().unwrap()[..] else { panic!("one mount") };
    let [volume] = &pod["volumes"].as_array().unwrap()[..] else { panic!("one volume") };
    assert_eq!((&mount["name"], &volume["configMap"]["name"]), (&volume["name"], &map["metadata"]["name"]));
    let file = variable("OPENEDX_EVENTS_SETTINGS")["value"].as_str().unwrap();
    let name = file.strip_prefix(mount["mountPath"].as_str().unwrap()).unwrap().trim_start_matches('/');
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join("deploy");
    fs::create_dir_all(&folder).unwrap();
    fs::write(folder.join(name), map["data"][name].as_str().unwrap()).unwrap();
    let settings = SettingsBuilder::new()
        .file(folder.join(name))
        // From the secret.
        .variables([("EVENT_BUS_REDIS_CONNECTION_URL", "redis://redis:6379")])
        .build()
        .unwrap();
    assert!(settings.warnings().is_empty(), "{:?}", settings.warnings());
    assert_eq!(settings.consuming_bus().unwrap(), "redis");
    let consumed = &settings.consumer.config[TOPIC];
    assert!(consumed.enabled && settings.consumer.receiver_timeout < consumed.extra.claim_msgs_older_than);
    for name in ["WEBHOOK_EVENTS", "WEBHOOK_PERSONAL_DATA"] {
        assert_event_types(variable(name)["value"].as_str().unwrap());
    }

    // The probe queries the consumed topic.
    let probe = strings(&container["livenessProbe"]["exec"]["command"]);
    assert_eq!(probe[0], "/worker");
    assert_arguments(&probe[1..]);
    assert_eq!(probe[1..], ["pending", "-t", TOPIC, "-g", &*consumed.group_id]);
}

/// Runs the plugin with a fake `tutor.hooks` that records the added items, and prints them as JSON.
const LOAD_PLUGIN: &str = r#"
import collections, json, runpy, sys, types

class Filter:
    def __init__(self):
        self.items = []
    def add_item(self, item):
        self.items.append(item)
    def add_items(self, items):
        self.items.extend(items)

added = collections.defaultdict(Filter)

class Filters:
    def __getattr__(self, name):
        return added[name]

tutor = types.ModuleType("tutor")
tutor.hooks = types.SimpleNamespace(Filters=Filters())
sys.modules["tutor"] = tutor
sys.dont_write_bytecode = True
runpy.run_path(sys.argv[1])
print(json.dumps({name: dict(filter.items) for name, filter in added.items()}))
"#;

/// Renders a template that contains only names, as Tutor would.
fn render(template: &str, values: &BTreeMap<String, String>) -> String {
    let mut rendered = String::new();
    let mut rest = template;
    while let Some((before, after)) = rest.split_once("{{") {
        let (name, after) = after.split_once("}}").expect("`{{` ends with `}}`");
        let value = values.get(name.trim()).unwrap_or_else(|| panic!("`{}` is not a setting", name.trim()));
        rendered += before;
        // Values of the configuration are templates too.
        rendered += &render(value, values);
        rest = after;
    }
    rendered += rest;
    assert!(!rendered.contains("{%"), "this test renders names only");
    rendered
}

#[test]
fn the_tutor_plugin_adds_a_worker_and_a_route() {
    let loaded =
        Command::new("python3").args(["-c", LOAD_PLUGIN]).arg(deploy("openedx_events_worker.py")).output();
    let loaded = loaded.expect("python3 is installed");
    assert!(loaded.status.success(), "{}", String::from_utf8_lossy(&loaded.stderr));
    let added: BTreeMap<String, BTreeMap<String, String>> = serde_json::from_slice(&loaded.stdout).unwrap();
    assert_eq!(added.keys().collect::<Vec<_>>(), ["CONFIG_DEFAULTS", "ENV_PATCHES"]);
    let mut values = added["CONFIG_DEFAULTS"].clone();
    assert!(values.keys().all(|name| name.starts_with("EVENTS_WORKER_")), "the plugin's prefix");
    // Tutor's settings.
    values
        .extend([("REDIS_HOST", "redis"), ("REDIS_PORT", "6379")].map(|(k, v)| (k.to_owned(), v.to_owned())));
    let patches = &added["ENV_PATCHES"];
    assert_eq!(
        patches.keys().collect::<Vec<_>>(),
        ["local-docker-compose-services", "openedx-lms-common-settings"]
    );

    let service = render(&patches["local-docker-compose-services"], &values);
    let service: Value = serde_saphyr::from_str(&service).unwrap();
    let service = &service["openedx-events-worker"];
    let arguments = strings(&service["command"]);
    assert_arguments(&arguments);
    assert!(arguments.contains(&"--consumer-name=tutor".to_owned()), "{arguments:?}");
    let grace = service["stop_grace_period"].as_str().unwrap().strip_suffix('s').unwrap();
    assert!(grace.parse::<u64>().unwrap() > STOP_TIMEOUT.as_secs());
    let environment: BTreeMap<String, String> =
        serde_json::from_value(service["environment"].clone()).unwrap();
    for name in ["WEBHOOK_EVENTS", "WEBHOOK_PERSONAL_DATA"] {
        assert_event_types(&environment[name]);
    }
    let bus = environment.into_iter().filter(|(name, _)| !name.starts_with("WEBHOOK_")).collect();
    let settings = settings(&bus);
    assert_eq!(settings.consuming_bus().unwrap(), "redis");
    let extra = arguments.iter().find_map(|argument| argument.strip_prefix("--extra=")).unwrap();
    assert!(settings.read_extra(ConsumerExtra::default(), extra).unwrap().check_backlog);

    // The settings of the LMS are Python code. They contain a route that this crate accepts, to the topic of the worker.
    let python = render(&patches["openedx-lms-common-settings"], &values);
    let program = format!(
        "import json\nEVENT_BUS_PRODUCER_CONFIG = {{}}\n{python}\nprint(json.dumps(EVENT_BUS_PRODUCER_CONFIG))"
    );
    let routes = Command::new("python3").args(["-c", &program]).output().unwrap();
    assert!(routes.status.success(), "{}", String::from_utf8_lossy(&routes.stderr));
    let routes: Value = serde_json::from_slice(&routes.stdout).unwrap();
    let settings = Settings::from_value(
        serde_json::json!({"EVENT_BUS_PRODUCER": "memory", "EVENT_BUS_PRODUCER_CONFIG": routes}),
    );
    let settings = settings.unwrap();
    assert!(settings.warnings().is_empty(), "{:?}", settings.warnings());
    let topics = settings.producer.config.enabled(&values["EVENTS_WORKER_EVENT_TYPE"]);
    assert_eq!(topics.map(|(topic, _)| topic).collect::<Vec<_>>(), [TOPIC]);
    assert!(arguments.contains(&format!("--topic={TOPIC}")));
}
