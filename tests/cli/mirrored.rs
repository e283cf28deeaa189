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
