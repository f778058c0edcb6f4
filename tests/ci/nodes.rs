//! `ci check --nodes`: documents as kubectl prints them.

use serde_json::{Value, json};

use crate::support::Sandbox;
use crate::{json as parsed, stocked, write};

/// A node with all that a real one has besides, as far as it makes a document long or a parser stumble.
fn node(name: &str, os: &str, arch: &str, kernel: &str) -> Value {
    let images: Vec<Value> = (0..30)
        .map(|n| json!({"names": [format!("images.example.org/app{n}@sha256:{:064x}", n)], "sizeBytes": 52_000_000 + n}))
        .collect();
    json!({
        "apiVersion": "v1",
        "kind": "Node",
        "metadata": {
            "name": name,
            "uid": "8f2c9b1e-58c2-4b0e-9d4e-0a5f6f4c3b21",
            "resourceVersion": "184467440737",
            "creationTimestamp": "2026-03-01T09:12:44Z",
            "annotations": {"node.alpha.kubernetes.io/ttl": "0", "volumes.kubernetes.io/controller-managed-attach-detach": "true"},
            "labels": {"kubernetes.io/arch": arch, "kubernetes.io/os": os, "kubernetes.io/hostname": name},
        },
        "spec": {"podCIDR": "10.244.3.0/24", "taints": [{"effect": "NoSchedule", "key": "node-role.kubernetes.io/control-plane"}]},
        "status": {
            "addresses": [{"address": "192.0.2.17", "type": "InternalIP"}, {"address": name, "type": "Hostname"}],
            "allocatable": {"cpu": "7910m", "memory": "29317244Ki", "pods": "110"},
            "capacity": {"cpu": "8", "memory": "32463004Ki", "pods": "110"},
            "conditions": [{"type": "Ready", "status": "True", "reason": "KubeletReady", "message": "kubelet is posting ready status"}],
            "daemonEndpoints": {"kubeletEndpoint": {"Port": 10250}},
            "images": images,
            "nodeInfo": {
                "architecture": arch,
                "bootID": "3b0b8a0e-6f0a-4b0e-8d4c-1f2e3d4c5b6a",
                "containerRuntimeVersion": "containerd://1.7.20",
                "kernelVersion": kernel,
                "kubeProxyVersion": "v1.31.2",
                "kubeletVersion": "v1.31.2",
                "machineID": "ec2c1f0a9b8d4e7f",
                "operatingSystem": os,
                "osImage": "Debian GNU/Linux 12 (bookworm)",
                "systemUUID": "ec2c1f0a-9b8d-4e7f-8a1b-2c3d4e5f6a7b",
            },
        },
    })
}

fn list(nodes: Vec<Value>) -> String {
    json!({"apiVersion": "v1", "items": nodes, "kind": "List", "metadata": {"resourceVersion": ""}})
        .to_string()
}

/// Hundreds of nodes of several kinds, all of which run go1.27.
fn cluster() -> Vec<Value> {
    let kinds = [
        ("linux", "amd64", "6.1.0-28-amd64"),
        ("linux", "amd64", "5.10.226-214.880.amzn2.x86_64"),
        ("linux", "arm64", "5.15.0-1071-aws"),
        ("linux", "amd64", "3.10.0-1160.119.1.el7.x86_64"),
        ("windows", "amd64", "10.0.20348.2762"),
        ("linux", "s390x", "5.14.0-427.el9.s390x"),
    ];
    (0..480)
        .map(|n| (n, kinds[n % kinds.len()]))
        .map(|(n, (os, arch, kernel))| node(&format!("node-{n}"), os, arch, kernel))
        .collect()
}

fn check(sandbox: &Sandbox, document: &str, args: &[&str]) -> crate::support::Run {
    write(&sandbox.home(), "nodes.json", document);
    sandbox.gvm(&[&["ci", "check", "--nodes", "nodes.json"], args].concat())
}

#[test]
fn a_release_is_admitted_only_if_every_node_runs_it() {
    let (_mirror, sandbox) = stocked();
    let run = check(&sandbox, &list(cluster()), &["--go", "1.27"]).ok();
    assert_eq!(run.stdout, "go1.27.0 runs on all 480 nodes\n");
    for (os, arch, kernel, why, newest) in [
        ("linux", "amd64", "2.6.32-754.el6.x86_64", "needs Linux 3.2 or later", Some("1.23.1")),
        ("linux", "loong64", "5.10.9", "needs Linux 5.19", None),
        ("linux", "mips64le", "4.4.0", "needs Linux 4.8", None),
        ("linux", "amd64", "", "what is there is not known", None),
        ("linux", "amd64", "weird", "has no number", None),
        ("linux", "amd64", "4.4.0-19041-Microsoft", "WSL 1", None),
        ("", "", "6.1.0", "does not say what it runs", None),
        ("windows", "amd64", "6.3.9600", "needs Windows 10", None),
    ] {
        let document = list([cluster(), vec![node("the-odd-one", os, arch, kernel)]].concat());
        let run = check(&sandbox, &document, &["--go", "1.27"]).fails(1);
        assert!(run.stdout.starts_with("go1.27.0 is not admitted: 1 of 481 nodes"), "{run}");
        assert!(run.stdout.contains("1 node (the-odd-one)") && run.stdout.contains(why), "{kernel}: {run}");
        assert_eq!(run.stdout.lines().count(), 2, "{run}");
        if let Some(newest) = newest {
            assert!(run.stdout.contains(&format!("the newest that all admit is {newest}")), "{run}");
        }
    }
    // 5.10 is above 5.9, and 3.10 above 3.2.
    for kernel in ["3.10.0", "3.2", "4.19.0-27-amd64"] {
        check(&sandbox, &list(vec![node("a", "linux", "amd64", kernel)]), &["--go", "1.27"]).ok();
    }
    // Of releases after the table nothing is known yet.
    let run = check(&sandbox, &list(cluster()), &["--go", "1.30.0"]).fails(1);
    assert!(run.stdout.contains("newer than this table"), "{run}");
}

#[test]
fn few_words_tell_of_many_nodes_and_json_of_all() {
    let (_mirror, sandbox) = stocked();
    let old = (0..600)
        .map(|n| node(&format!("old-{n}\u{1b}[2J"), "linux", "amd64", &format!("2.6.{}-{}", n % 32, n % 40)));
    let document = list(old.chain(cluster()).collect());
    let run = check(&sandbox, &document, &["--go", "1.27"]).fails(1);
    assert!(run.stdout.lines().count() == 12 && run.stdout.len() < 4000, "{run}");
    assert!(run.stdout.contains("600 of 1080 nodes") && !run.stdout.contains('\u{1b}'), "{run}");
    assert!(run.stdout.contains("more nodes with") && run.stdout.contains("other kernels"), "{run}");
    let run = check(&sandbox, &document, &["--go", "1.27", "--json"]).fails(1);
    let value = parsed(&run);
    assert_eq!((&value["nodes"], &value["refusing"]), (&Value::from(1080), &Value::from(600)));
    let named =
        value["groups"].as_array().unwrap().iter().map(|group| group["nodes"].as_array().unwrap().len());
    assert_eq!(named.sum::<usize>(), 1080);
}

#[test]
fn one_node_and_the_projects_pin_will_do() {
    let (_mirror, sandbox) = stocked();
    let document = node("alone", "linux", "amd64", "2.6.32-1").to_string();
    write(&sandbox.home(), "go.mod", "module m\ngo 1.27\n");
    let run = check(&sandbox, &document, &["--format", "github"]).fails(1);
    assert!(
        run.stdout.contains("::error file=go.mod,title=gvm-rs node-too-old::go1.27.0 does not run on"),
        "{run}"
    );
    let run = check(&sandbox, &document, &["--format", "sarif"]).fails(1);
    assert_eq!(parsed(&run)["runs"][0]["results"][0]["ruleId"], "node-too-old");
    write(&sandbox.home(), ".go-version", "1.22.5\n");
    let run = sandbox.sh(&format!("{} ci check --nodes - <nodes.json", env!("CARGO_BIN_EXE_gvm-rs"))).ok();
    assert_eq!(run.stdout, "go1.22.5 runs on the one node there is\n");
}

#[test]
fn what_is_not_a_list_of_nodes_admits_nothing() {
    let (_mirror, sandbox) = stocked();
    let pod = json!({"kind": "List", "items": [{"kind": "Pod", "metadata": {"name": "p"}}]}).to_string();
    for (document, why) in [
        ("", "cannot read the nodes as JSON"),
        ("NAME STATUS\nnode-1 Ready\n", "cannot read the nodes as JSON"),
        ("{\"kind\": \"List\", \"items\": []}", "there is no node"),
        ("{\"kind\": \"Status\", \"status\": \"Failure\"}", "cannot"),
        ("{}", "of no kind"),
        ("[]", "cannot"),
        (&pod, "a list with something of kind `Pod`"),
        (&"[".repeat(100_000), "cannot read the nodes as JSON"),
        (&list(cluster())[..5000], "cannot read the nodes as JSON"),
    ] {
        let run = check(&sandbox, document, &["--go", "1.27"]).fails(2);
        assert!(run.stdout.is_empty() && run.stderr.contains(why), "{why}: {run}");
    }
    sandbox.gvm(&["ci", "check", "--nodes", "none.json", "--go", "1.27"]).fails(2);
    sandbox.gvm(&["ci", "check", "--go", "1.27"]).fails(2);
    let run = check(&sandbox, &list(vec![node("a", "linux", "arm", "4.4.59")]), &["--go", "1.26.2"]).ok();
    assert!(run.stdout.contains("may fail on 1 node (a)"), "{run}");
    check(&sandbox, &list(vec![node("a", "linux", "arm", "3.4.35_hi3535")]), &["--go", "1.26.4"]).fails(1);
}
