//! For operators: health, metrics and log lines, none of which says too much.

use std::sync::{Arc, Mutex};

use detente_core::{Name, json::Value};
use detente_server::{AccessFile, Token, journal};

use crate::{
    scene::{Served, Unusual, local, scratch, served_witness, until},
    wire::{get, get_with, post},
};

fn with_admin() -> Unusual {
    let mut unusual = Unusual::default();
    unusual.around.admin = Some(local().listen);
    unusual
}

#[test]
fn health_and_metrics_have_an_address_of_their_own() {
    let served = Served::with(&[14], |_| with_admin());
    let admin = served.running.admin().unwrap();
    let health = get(admin, "/health");
    assert_eq!((health.status, health.text()), (200, "ok\n"));
    assert_eq!(get(served.address(), "/health").status, 404);
    assert_eq!(get(served.address(), "/metrics").status, 404);
    assert_eq!(get(admin, "/checkpoint").status, 404);
    assert_eq!(post(admin, "/health", &[], b"x").header("allow"), Some("GET, HEAD"));
    assert_eq!(served.add(&served.party.sealed(99)).status, 200);
    get(served.address(), "/secret-path-that-a-client-chose");
    let page = get(admin, "/metrics");
    assert_eq!(page.header("content-type"), Some("text/plain; version=0.0.4; charset=utf-8"));
    for line in [
        "detente_requests_total{endpoint=\"add\",status=\"200\"} 1",
        "detente_requests_total{endpoint=\"other\",status=\"404\"} 3",
        "detente_request_seconds_count{endpoint=\"add\"} 1",
        "detente_request_seconds_bucket{endpoint=\"add\",le=\"+Inf\"} 1",
        "detente_log_size 15",
        "detente_log_degraded 0",
        "detente_log_waiting 0",
        "# TYPE detente_request_seconds histogram",
    ] {
        assert!(page.text().lines().any(|known| known == line), "{line} is not in\n{}", page.text());
    }
    assert!(!page.text().contains("secret"), "no label holds what a client chose");
    for line in page.text().lines().filter(|line| !line.starts_with('#')) {
        let (_, value) = line.rsplit_once(' ').unwrap();
        value.parse::<f64>().unwrap();
    }
}

#[test]
fn a_log_that_publishes_nothing_is_not_well() {
    let party = crate::scene::Party::new();
    let witness = served_witness(1, &party);
    let policy = party.witnessed(&[(&crate::scene::witness_key(1).0, crate::scene::url(&witness))], 1);
    let served = Served::with(&[1], |_| Unusual { policy: Some(policy), ..with_admin() });
    let admin = served.running.admin().unwrap();
    assert_eq!(get(admin, "/health").status, 200);
    witness.stop().unwrap();
    post(served.address(), "/add?wait=0", &[crate::scene::OCTETS], &served.party.sealed(1));
    until("not well", || get(admin, "/health").status == 503);
    assert!(get(admin, "/metrics").text().contains("\ndetente_log_degraded 1\n"));
}

#[test]
fn a_witness_has_both_too() {
    let mut around = local();
    around.admin = Some(local().listen);
    let witness =
        crate::scene::witness_of(1, &crate::scene::Party::new(), detente_witness::MemoryStore::new());
    let running = detente_server::serve_witness(witness, &around).unwrap();
    assert_eq!(get(running.admin().unwrap(), "/health").status, 200);
    assert!(get(running.admin().unwrap(), "/metrics").text().contains("\ndetente_witness_logs 1\n"));
    drop(served_witness(1, &crate::scene::Party::new()));
}

#[test]
fn a_line_names_the_counterpart_and_nothing_that_it_sent() {
    let lines = Arc::new(Mutex::new(Vec::new()));
    let heard = Arc::clone(&lines);
    let folder = scratch();
    let path = folder.path().join("access.json");
    let token = Token::random().unwrap();
    let mut access = AccessFile::default();
    access.add(&Name::parse("b.example").unwrap(), Some(token.digest()), None);
    access.write(&path).unwrap();
    // The only test that sets the subscriber of this process; other tests' lines come along.
    tracing::subscriber::set_global_default(journal::to(move |line| {
        heard.lock().unwrap().push(String::from_utf8(line.to_vec()).unwrap());
    }))
    .unwrap();
    let served = Served::with(&[14], |_| Unusual { access: Some(path), ..with_admin() });
    let bearer = format!("Bearer {}", token.expose());
    let headers = [("Authorization", bearer.as_str()), ("X-Unlikely", "header-f00ba4")];
    assert_eq!(get_with(served.address(), "/history?after=13", &headers).status, 200);
    assert_eq!(get_with(served.address(), "/path-f00ba4?query-f00ba4", &headers).status, 404);
    let body = [("Authorization", bearer.as_str()), crate::scene::OCTETS];
    assert_eq!(post(served.address(), "/add", &body, b"body-f00ba4").status, 403);
    served.running.stop().unwrap();
    let all = lines.lock().unwrap().concat();
    assert!(!all.contains("f00ba4") && !all.contains(token.expose()), "{all}");
    assert!(!all.contains("127.0.0.1") && !all.contains(folder.path().to_str().unwrap()), "{all}");
    let named: Vec<_> = lines
        .lock()
        .unwrap()
        .iter()
        .map(|line| Value::parse_file(line.as_bytes()).unwrap())
        .map(|line| line.as_object().unwrap().clone())
        .filter(|line| line.get("counterpart").and_then(Value::as_str) == Some("b.example"))
        .collect();
    let seen: Vec<_> = named
        .iter()
        .map(|line| {
            (line["what"].as_str().unwrap(), line["status"].as_u64().unwrap(), line["code"].as_str().unwrap())
        })
        .collect();
    assert_eq!(
        seen,
        [("history", 200, "OK"), ("other", 404, "NOT-PUBLISHED"), ("add", 403, "UNSUPPORTED-VERSION")]
    );
    for line in &named {
        let names: Vec<_> = line.keys().map(String::as_str).collect();
        assert_eq!(names, ["code", "counterpart", "level", "milliseconds", "status", "time", "what"]);
    }
}
