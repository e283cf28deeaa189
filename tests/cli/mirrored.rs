//! A log at an address, served by `log serve` and read by the commands that take a log.

use std::fs;
use std::os::unix::fs::PermissionsExt as _;

use detente_core::json::{Object, Value};

use crate::{command::World, schema, serving::Server};

/// The exit code, and the object that a command prints.
fn run(world: &World, arguments: &str) -> (i32, Object) {
    let output = world.detente(&format!("{arguments} --json")).output().unwrap();
    let value = Value::parse_file(&output.stdout)
        .unwrap_or_else(|error| panic!("{arguments}: {error}: {}", String::from_utf8_lossy(&output.stderr)));
    schema::check(&value);
    (output.status.code().unwrap(), value.as_object().unwrap().clone())
}

fn member<'a>(object: &'a Object, name: &str) -> &'a str {
    object[name].as_str().unwrap()
}

#[test]
fn a_private_log_at_an_address_is_mirrored_checked_and_anchored() {
    let world = World::new();
    let (_, added) = run(&world, "log access add b.example --file access.json");
    let token = world.path().join("b.token");
    fs::write(&token, format!("{}\n", member(&added, "token"))).unwrap();
    fs::set_permissions(&token, fs::Permissions::from_mode(0o600)).unwrap();
    let serve = "log serve a/log --read-only --listen 127.0.0.1:0 --access access.json";
    let server = Server::start(&world, serve);
    let url = server.url();
    let with = format!("{url} --token-file b.token --policy b/trusted/a.policy");

    let (exit, failure) = run(&world, &format!("log mirror {url} copy"));
    assert_eq!((exit, member(&failure, "code")), (2, "UNAUTHENTICATED"));
    assert_ne!(failure["hint"], Value::Null);
    let (exit, mirrored) = run(&world, &format!("log mirror {with} copy"));
    assert_eq!((exit, member(&mirrored, "size"), &mirrored["before"]), (0, "12", &Value::Null));
    assert_eq!(
        fs::read(world.path().join("copy/checkpoint")).unwrap(),
        fs::read(world.path().join("a/log/checkpoint")).unwrap()
    );
    let (exit, checked) = run(&world, &format!("log check {with}"));
    assert_eq!((exit, member(&checked, "size"), checked["checkpoints"].as_u64()), (0, "12", Some(3)));
    let (exit, made) = run(
        &world,
        &format!("finding make a/log/checkpoint a/log/history/11 --log {url} --token-file b.token"),
    );
    assert_eq!((exit, member(&made, "code")), (1, "NO-OFFENCE"));

    // The log grows under the server.
    fs::write(world.path().join("more.json"), "{\"incident_id\":\"n-1\"}\n").unwrap();
    run(&world, "commit --party a --unlock a.key --no-receipts more.json");
    let (exit, anchored) = run(&world, &format!("anchor {with} --mirror copy --party b --unlock b.key"));
    assert_eq!((exit, member(&anchored, "size")), (0, "13"));
    let (exit, mirrored) = run(&world, &format!("log mirror {with} copy"));
    assert_eq!((exit, member(&mirrored, "before"), member(&mirrored, "files")), (0, "13", "0"));
    let (exit, checked) = run(&world, "log check copy --policy b/trusted/a.policy");
    assert_eq!((exit, member(&checked, "size")), (0, "13"));

    // No temporary copy stays behind.
    let address = format!("log check {with}");
    let output = world.detente(&address).env("TMPDIR", world.path().join("b")).output().unwrap();
    assert_eq!(output.status.code(), Some(0));
    let left = fs::read_dir(world.path().join("b")).unwrap();
    assert!(
        left.map(|entry| entry.unwrap().file_name())
            .all(|name| !name.to_string_lossy().starts_with("detente-"))
    );

    // Without the server nothing is known, and the copy stays.
    let gone = format!("log check {with} --mirror copy");
    drop(server);
    let (exit, failure) = run(&world, &gone);
    assert_eq!((exit, member(&failure, "code")), (2, "UNAVAILABLE"));
    assert_eq!(run(&world, "log check copy").0, 0);
}

/// One log in a folder, the other at an address that wants credentials: the same report as from two folders.
#[test]
fn an_audit_reads_addresses_and_folders() {
    let world = World::new();
    run(&world, "demo --out story");
    let (_, added) = run(&world, "log access add a.example --file access.json");
    let token = world.path().join("a.token");
    fs::write(&token, format!("{}\n", member(&added, "token"))).unwrap();
    fs::set_permissions(&token, fs::Permissions::from_mode(0o600)).unwrap();
    let serve = "log serve story/b/log --read-only --listen 127.0.0.1:0 --access access.json";
    let server = Server::start(&world, serve);
    let url = server.url();

    let audit = |b: &str, more: &str| {
        run(&world, &format!("audit story/terms.toml --log a=story/a/log --log b={b} --at 2099-01-01 {more}"))
    };
    let (exit, of_folders) = audit("story/b/log", "--scoreboard");
    assert_eq!(exit, 3);
    let (exit, refused) = audit(url, "--threads");
    assert_eq!((exit, member(&refused, "code")), (2, "UNAUTHENTICATED"));
    let (exit, misused) = audit("story/b/log", "--token-file a.token");
    assert_eq!((exit, member(&misused, "code")), (2, "MISUSE"));
    for more in
        ["--token-file a.token", "--token-file a.token --notebook nb", "--token-file a.token --notebook nb"]
    {
        let (exit, of_address) = audit(url, more);
        assert_eq!((exit, &of_address["report"]), (3, &of_folders["report"]), "{more}");
    }
    let mirror = fs::read_dir(world.path().join("nb")).unwrap();
    assert_eq!(mirror.filter(|entry| entry.as_ref().unwrap().path().is_dir()).count(), 1);

    let inbox =
        format!("inbox story/terms.toml --party story/a --log {url} --token-file a.token --at 2099-01-01");
    let (exit, inbox) = run(&world, &inbox);
    assert_eq!((exit, inbox["owe"].as_array().unwrap().len()), (0, 1));
    fs::write(world.path().join("ack.toml"), "kind = \"request.ack\"\nrequest = \"22\"\n").unwrap();
    let issue = format!(
        "issue request.ack --from ack.toml --party story/a --unlock story/a.key --log {url} --token-file a.token"
    );
    let (exit, issued) = run(&world, &issue);
    assert_eq!((exit, member(&issued, "kind")), (0, "request.ack"));

    // The log grows under the server, and an auditor that has a notebook reads what is new.
    let more = "issue party.declare --from story/declare.toml --party story/b --unlock story/b.key";
    assert_eq!(run(&world, more).0, 0);
    let (exit, again) = audit(url, "--token-file a.token --notebook nb");
    assert_eq!(
        (exit, &again["report"].as_object().unwrap()["logs"]),
        (3, &of_folders["report"].as_object().unwrap()["logs"])
    );
}
