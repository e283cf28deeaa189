//! The read path: exactly what the published checkpoint implies, in the form that was asked for.

use std::{fs, io::Read as _};

use detente_core::TreeSize;
use detente_log::{LogDirectory, check_log};
use detente_merkle::tile::tiles;

use crate::{
    scene::{Served, Unusual},
    wire::{get, get_with, post, request, send},
};

#[test]
fn every_file_of_the_published_log_is_served_as_it_is_on_disk() {
    let served = Served::at(&[1, 14, 300]);
    let (address, log) = (served.address(), served.log());
    let checkpoint = get(address, "/checkpoint");
    assert_eq!(checkpoint.status, 200);
    assert_eq!(checkpoint.body, fs::read(log.join("checkpoint")).unwrap());
    assert_eq!(checkpoint.header("content-type"), Some("text/plain; charset=utf-8"));
    assert_eq!(checkpoint.header("cache-control"), Some("no-cache"));
    let size = TreeSize::new(300).unwrap();
    let mut count = 0;
    for tile in tiles(size) {
        for path in [tile.path()].into_iter().chain((tile.level().get() == 0).then(|| tile.entries_path())) {
            let reply = get(address, &format!("/{path}"));
            assert_eq!(reply.body, fs::read(log.join(&path)).unwrap(), "{path}");
            assert_eq!(reply.header("content-type"), Some("application/octet-stream"));
            assert_eq!(reply.header("cache-control"), Some("public, max-age=31536000, immutable"));
            count += 1;
        }
    }
    assert_eq!(count, 5, "two tiles of level 0 with their bundles, one of level 1");
    assert_eq!(get(address, "/history").text(), "1\n14\n300\n");
    assert_eq!(get(address, "/history?after=1").text(), "14\n300\n");
    assert_eq!(get(address, "/history?after=300").text(), "");
    for size in [1, 14, 300] {
        let note = get(address, &format!("/history/{size}"));
        assert_eq!(note.body, fs::read(log.join(format!("history/{size}"))).unwrap());
        assert_eq!(note.header("cache-control"), Some("no-cache"));
    }
}

#[test]
fn what_is_served_is_a_whole_log_to_whoever_copies_it() {
    let served = Served::at(&[1, 14, 300]);
    let copy = crate::scene::scratch();
    let fetch = |path: &str| {
        let target = copy.path().join(path);
        fs::create_dir_all(target.parent().unwrap()).unwrap();
        fs::write(target, get(served.address(), &format!("/{path}")).body).unwrap();
    };
    fetch("checkpoint");
    for tile in tiles(TreeSize::new(300).unwrap()) {
        fetch(&tile.path());
        if tile.level().get() == 0 {
            fetch(&tile.entries_path());
        }
    }
    for size in get(served.address(), "/history").text().lines() {
        fetch(&format!("history/{size}"));
    }
    let report =
        check_log(&LogDirectory::open(copy.path()).unwrap(), Some(&served.party.policy()), |_, _| {});
    assert_eq!(report.unwrap().size().get(), 300);
}

#[test]
fn nothing_beyond_the_published_checkpoint_is_served_even_if_it_is_there() {
    let served = Served::at(&[1, 14]);
    let (address, log) = (served.address(), served.log());
    for path in ["tile/0/000.p/15", "tile/0/000", "tile/entries/000.p/15", "tile/1/000.p/1", "history/15"] {
        fs::create_dir_all(log.join(path).parent().unwrap()).unwrap();
        fs::write(log.join(path), b"not published yet").unwrap();
        let reply = get(address, &format!("/{path}"));
        assert_eq!((reply.status, reply.code().as_str()), (404, "NOT-PUBLISHED"), "{path}");
    }
    assert_eq!(get(address, "/history").text(), "1\n14\n");
    for path in
        ["state", "lock", "staging", "index", "", "tile", "tile/", "history/", "history/2", "favicon.ico"]
    {
        assert_eq!(get(address, &format!("/{path}")).code(), "NOT-PUBLISHED", "{path}");
    }
    fs::remove_file(log.join("tile/0/000.p/1")).unwrap();
    assert_eq!(get(address, "/tile/0/000.p/1").status, 404, "a partial tile that was removed");
}

#[test]
fn paths_are_matched_byte_for_byte() {
    let served = Served::at(&[14]);
    for path in [
        "/%63heckpoint",
        "/checkpoint%00",
        "/checkpoint/",
        "//checkpoint",
        "/./checkpoint",
        "/x/../checkpoint",
        "/tile/0/000.p%2f14",
        "/tile/0/../0/000.p/14",
        "/tile/0/000.p/014",
        "/tile/entries/../../state",
        "/tile/entries/..%2f..%2fstate",
        "/history/014",
        "/history/..",
        "/../log/checkpoint",
    ] {
        assert_eq!(get(served.address(), path).code(), "NOT-PUBLISHED", "{path}");
    }
    let absolute = get(served.address(), "http://elsewhere.example/checkpoint");
    assert_eq!(absolute.status, 200, "the absolute form names the same path");
    for (target, code) in [
        ("/history?after=01", "MALFORMED-NUMBER"),
        ("/history?after=", "MALFORMED-NUMBER"),
        ("/history?from=1", "MISUSE"),
        ("/checkpoint?x", "MISUSE"),
        ("/status?x", "MISUSE"),
    ] {
        let reply = get(served.address(), target);
        assert_eq!((reply.status, reply.code().as_str()), (400, code), "{target}");
    }
}

#[test]
fn head_says_what_get_says_without_the_body() {
    let served = Served::at(&[14]);
    for path in
        ["/checkpoint", "/tile/0/000.p/14", "/tile/entries/000.p/14", "/history", "/history/14", "/status"]
    {
        let whole = get(served.address(), path);
        let head = send(served.address(), &request("HEAD", path, &[], b"")).unwrap();
        assert!(head.body.is_empty() && head.status == 200, "{path}");
        let but_date = |reply: &crate::wire::Reply| {
            reply.headers.iter().filter(|(name, _)| name != "date").cloned().collect::<Vec<_>>()
        };
        assert_eq!(but_date(&head), but_date(&whole), "{path}");
        assert_eq!(head.header("content-length").unwrap(), whole.body.len().to_string());
    }
}

#[test]
fn one_range_is_served_and_the_parts_make_the_whole() {
    let served = Served::at(&[14]);
    let path = "/tile/0/000.p/14";
    let whole = get(served.address(), path);
    assert_eq!(whole.body.len(), 448);
    let part = |range: &str| get_with(served.address(), path, &[("Range", range)]);
    let (first, second) = (part("bytes=0-99"), part("bytes=100-"));
    assert_eq!((first.status, first.header("content-range")), (206, Some("bytes 0-99/448")));
    assert_eq!([first.body, second.body].concat(), whole.body);
    assert_eq!(part("bytes=-48").body, whole.body[400..]);
    assert_eq!(part("bytes=447-999").body, whole.body[447..]);
    let outside = part("bytes=448-");
    assert_eq!((outside.status, outside.header("content-range")), (416, Some("bytes */448")));
    for ignored in ["bytes=0-1,5-6", "bytes=5-4", "lines=1-2", "bytes=x"] {
        let reply = part(ignored);
        assert_eq!((reply.status, reply.body.len()), (200, 448), "{ignored}");
    }
    let tag = whole.header("etag").unwrap();
    let with = |tag: &str| get_with(served.address(), path, &[("Range", "bytes=0-9"), ("If-Range", tag)]);
    assert_eq!((with(tag).status, with("\"other\"").status), (206, 200));
}

#[test]
fn a_validator_that_still_holds_spares_the_body() {
    let served = Served::at(&[1, 14]);
    let address = served.address();
    for path in ["/checkpoint", "/tile/0/000.p/14", "/history", "/history/14"] {
        let tag = get(address, path).header("etag").unwrap().to_owned();
        for asked in [tag.clone(), format!("\"x\", {tag}"), format!("W/{tag}"), "*".to_owned()] {
            let again = get_with(address, path, &[("If-None-Match", &asked)]);
            assert_eq!((again.status, again.body.len()), (304, 0), "{path} {asked}");
            assert_eq!(again.header("etag"), Some(tag.as_str()));
        }
        assert_eq!(get_with(address, path, &[("If-None-Match", "\"x\"")]).status, 200);
    }
    let before = get(address, "/checkpoint").header("etag").unwrap().to_owned();
    assert_eq!(served.add(&served.party.sealed(99)).status, 200);
    assert_eq!(get_with(address, "/checkpoint", &[("If-None-Match", &before)]).status, 200, "it has changed");
}

#[test]
fn gzip_is_another_form_of_the_same_bytes() {
    let served = Served::at(&[14]);
    for path in
        ["/checkpoint", "/tile/0/000.p/14", "/tile/entries/000.p/14", "/history", "/history/14", "/status"]
    {
        let plain = get(served.address(), path);
        let packed = get_with(served.address(), path, &[("Accept-Encoding", "br;q=1, gzip;q=0.3")]);
        assert_eq!(packed.header("content-encoding"), Some("gzip"), "{path}");
        let mut whole = Vec::new();
        flate2::read::GzDecoder::new(packed.body.as_slice()).read_to_end(&mut whole).unwrap();
        assert_eq!(whole, plain.body, "{path}");
        assert_ne!(packed.header("etag"), plain.header("etag"), "another form has another validator");
        for reply in [&plain, &packed] {
            assert_eq!(reply.header("vary"), Some("accept-encoding"));
        }
        assert_eq!(plain.header("content-encoding"), None);
    }
    let part = get_with(
        served.address(),
        "/tile/0/000.p/14",
        &[("Accept-Encoding", "gzip"), ("Range", "bytes=0-9")],
    );
    assert_eq!((part.status, part.body.len(), part.header("content-encoding")), (206, 10, None));
}

#[test]
fn other_methods_are_named() {
    let served = Served::at(&[14]);
    for path in ["/checkpoint", "/history", "/status", "/tile/0/000.p/14"] {
        let reply = post(served.address(), path, &[], b"x");
        assert_eq!((reply.status, reply.header("allow")), (405, Some("GET, HEAD")), "{path}");
        assert_eq!(reply.code(), "MISUSE");
    }
    let reply = get(served.address(), "/add");
    assert_eq!((reply.status, reply.header("allow"), reply.code().as_str()), (405, Some("POST"), "MISUSE"));
    assert_eq!(post(served.address(), "/elsewhere", &[], b"x").code(), "NOT-PUBLISHED");
}

#[test]
fn a_log_without_entries_has_nothing_to_serve_yet() {
    let served = Served::at(&[]);
    for path in ["/checkpoint", "/history", "/history/0", "/tile/0/000.p/1"] {
        assert_eq!(get(served.address(), path).status, 404, "{path}");
    }
    let reply = served.add(&served.party.genesis);
    assert_eq!(reply.status, 200);
    assert_eq!(get(served.address(), "/history").text(), "1\n");
}

#[test]
fn a_folder_is_served_without_its_key() {
    let read_only = |_: &_| Unusual { read_only: true, ..Unusual::default() };
    let served = Served::with(&[14], read_only);
    assert_eq!(get(served.address(), "/checkpoint").status, 200);
    assert_eq!(get(served.address(), "/status").code(), "NOT-PUBLISHED", "nobody can sign it");
    assert_eq!(served.add(&served.party.sealed(99)).code(), "NOT-PUBLISHED");
    // A writer beside it is no matter: there is no lock.
    let mut writer = detente_log::LogWriter::open(served.log()).unwrap();
    let signer = detente_log::LogSigner::new(served.party.origin.clone(), crate::scene::checkpoint_key());
    writer.append(&[served.party.sealed(99)], &signer).unwrap();
    assert_eq!(get(served.address(), "/history").text(), "14\n15\n");
}

#[test]
fn a_page_of_the_history_is_what_comes_after_and_no_more() {
    let sizes: Vec<u64> = (1..=40).collect();
    for read_only in [false, true] {
        let served = Served::with(&sizes, |_| Unusual { read_only, ..Unusual::default() });
        let lines =
            |after: u64| get(served.address(), &format!("/history?after={after}")).text().lines().count();
        crate::scene::until("all", || lines(0) == 40);
        assert_eq!((lines(39), lines(40), lines(u64::MAX >> 1)), (1, 0, 0));
        assert_eq!(get(served.address(), "/history?after=37").text(), "38\n39\n40\n");
        if read_only {
            let mut writer = detente_log::LogWriter::open(served.log()).unwrap();
            let key = crate::scene::checkpoint_key();
            let signer = detente_log::LogSigner::new(served.party.origin.clone(), key);
            writer.append(&[served.party.sealed(99)], &signer).unwrap();
            // The list is at most a second old.
            crate::scene::until("new", || get(served.address(), "/history?after=39").text() == "40\n41\n");
        } else {
            assert_eq!(served.add(&served.party.sealed(99)).status, 200);
            assert_eq!(get(served.address(), "/history?after=39").text(), "40\n41\n");
            // No folder is listed for it.
            fs::rename(served.log().join("history"), served.log().join("away")).unwrap();
            assert_eq!(get(served.address(), "/history?after=39").text(), "40\n41\n");
            fs::rename(served.log().join("away"), served.log().join("history")).unwrap();
        }
    }
}
