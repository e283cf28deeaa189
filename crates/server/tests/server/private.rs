//! Private logs: who gets in, by what, and what the others see.

use std::fs;

use detente_core::Name;
use detente_server::{AccessFile, Token};

use crate::{
    scene::{OCTETS, Served, Unusual, scratch, until},
    wire::{get, get_with, post, request, send},
};

#[test]
fn a_token_lets_in_and_everybody_else_gets_one_answer() {
    let folder = scratch();
    let path = folder.path().join("access.json");
    let (token, other) = (Token::random().unwrap(), Token::random().unwrap());
    let mut access = AccessFile::default();
    access.add(&Name::parse("b.example").unwrap(), Some(token.digest()), None);
    access.write(&path).unwrap();
    let served = Served::with(&[14], |_| Unusual { access: Some(path.clone()), ..Unusual::default() });
    let address = served.address();
    let bearer = |token: &str| format!("Bearer {token}");
    let mine = bearer(token.expose());
    let reply = get_with(address, "/tile/0/000.p/14", &[("Authorization", &mine)]);
    assert_eq!(reply.status, 200);
    assert_eq!(reply.header("cache-control"), Some("private, max-age=31536000, immutable"));
    assert_eq!(get_with(address, "/checkpoint", &[("Authorization", &mine)]).status, 200);
    assert_eq!(
        post(address, "/add", &[OCTETS, ("Authorization", &mine)], &served.party.sealed(50)).status,
        200
    );

    let strangers = [
        String::new(),
        bearer(other.expose()),
        bearer(""),
        bearer(&token.digest().to_string()),
        format!("Basic {}", token.expose()),
        token.expose().to_owned(),
        bearer(&token.expose().to_lowercase()),
        bearer(&token.expose()[..43]),
    ];
    let mut answers = Vec::new();
    for stranger in &strangers {
        for (method, target) in [
            ("GET", "/checkpoint"),
            ("GET", "/tile/0/000.p/14"),
            ("GET", "/nowhere"),
            ("POST", "/add"),
            ("DELETE", "/checkpoint"),
            ("GET", "/history?x"),
            ("GET", "/status/"),
        ] {
            let headers = [("Authorization", stranger.as_str())];
            let headers = if stranger.is_empty() { &[][..] } else { &headers[..] };
            let reply = send(address, &request(method, target, headers, b"")).unwrap();
            assert_eq!((reply.status, reply.code().as_str()), (401, "UNAUTHENTICATED"), "{method} {target}");
            answers.push(reply.body);
        }
    }
    answers.dedup();
    assert_eq!(answers.len(), 1, "one answer to all, whatever they ask for");
    let twice = [("Authorization", mine.as_str()), ("Authorization", mine.as_str())];
    assert_eq!(get_with(address, "/checkpoint", &twice).status, 401, "two are none");
    assert_eq!(get(address, "/status").status, 200, "whether the log lives is for everybody");
}

#[test]
fn who_is_taken_out_of_the_file_is_out_without_a_new_start() {
    let folder = scratch();
    let path = folder.path().join("access.json");
    let (b, c) = (Token::random().unwrap(), Token::random().unwrap());
    let mut access = AccessFile::default();
    access.add(&Name::parse("b.example").unwrap(), Some(b.digest()), None);
    access.add(&Name::parse("c.example").unwrap(), Some(c.digest()), None);
    access.write(&path).unwrap();
    let served = Served::with(&[14], |_| Unusual { access: Some(path.clone()), ..Unusual::default() });
    let status = |token: &Token| {
        let bearer = format!("Bearer {}", token.expose());
        get_with(served.address(), "/checkpoint", &[("Authorization", &bearer)]).status
    };
    assert_eq!((status(&b), status(&c)), (200, 200));
    access.remove("b.example").unwrap();
    access.write(&path).unwrap();
    until("out", || status(&b) == 401);
    assert_eq!(status(&c), 200);
    fs::write(&path, b"damaged").unwrap();
    until("nobody gets in by a file that cannot be read", || status(&c) == 401);
    access.write(&path).unwrap();
    until("in again", || status(&c) == 200);
}

#[test]
fn a_file_that_others_can_read_starts_nothing() {
    use std::os::unix::fs::PermissionsExt as _;
    let folder = scratch();
    let path = folder.path().join("access.json");
    AccessFile::default().write(&path).unwrap();
    fs::set_permissions(&path, fs::Permissions::from_mode(0o640)).unwrap();
    let party = crate::scene::Party::new();
    party.create(&folder.path().join("log"), &[1]);
    let refused = |unusual| crate::scene::serve(&party, &folder.path().join("log"), unusual).unwrap_err();
    let open = refused(Unusual { access: Some(path), ..Unusual::default() });
    assert!(open.to_string().contains("expected mode 600, got 640"), "{open}");
    let missing = refused(Unusual { access: Some(folder.path().join("none.json")), ..Unusual::default() });
    assert_eq!(missing.code(), detente_core::Code::Unavailable);
}

#[test]
fn a_private_log_that_is_read_only_has_no_path_for_everybody() {
    let folder = scratch();
    let path = folder.path().join("access.json");
    let token = Token::random().unwrap();
    let mut access = AccessFile::default();
    access.add(&Name::parse("b.example").unwrap(), Some(token.digest()), None);
    access.write(&path).unwrap();
    let served =
        Served::with(&[14], |_| Unusual { access: Some(path), read_only: true, ..Unusual::default() });
    for target in ["/status", "/checkpoint", "/add", "/nowhere"] {
        assert_eq!(get(served.address(), target).code(), "UNAUTHENTICATED", "{target}");
    }
    let bearer = format!("Bearer {}", token.expose());
    let status = get_with(served.address(), "/status", &[("Authorization", &bearer)]);
    assert_eq!((status.status, status.code().as_str()), (404, "NOT-PUBLISHED"), "nobody can sign it");
}
