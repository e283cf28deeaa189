//! Both adopt terms, ask each other, answer, and audit; then a request that nobody answers.

use std::path::Path;

use detente_core::{UnixSeconds, json::Value};

use super::cast::{BOTH, WITNESSES, companion};
use super::story::{Stop, Story, Told, make_folder, read, write};
use super::witnesses::copy_folder;
use crate::commands::{time, witness};

/// Both logs in one policy, and the same three witnesses.
const POLICY: &str = "terms.policy";

/// Seconds.
const DAY: u64 = 86_400;

impl Story<'_> {
    pub(super) fn terms(&mut self) -> Result<(), Stop> {
        self.scene(
            "Terms",
            "Words like \"in a timely manner\" cannot be audited. a and b write down what they mean as a file that a \
             machine reads: requests are answered in ten days, and each records the other's log as often. Each \
             adopts exactly this file, by its digest, in its own log.",
        );
        self.write_terms()?;
        self.by_hand(
            "(They write terms.policy, with both logs in it, and terms.toml. A form is printed by `detente form`.)",
        );
        self.command("agreement check terms.toml --policy terms.policy")?;
        write("adopt.toml", b"kind = \"agreement.adopt\"\nagreement = \"terms.toml\"\n")?;
        for (party, _) in BOTH {
            self.command(&format!(
                "issue agreement.adopt --from adopt.toml --party {party} --unlock {party}.key"
            ))?;
        }
        for (party, _) in BOTH {
            self.sign_one(party, "", "adopted", None)?;
        }
        for (party, other) in BOTH {
            self.anchor_and_cosign(party, other, "", "adopted", None)?;
        }
        self.shows(
            "from when on the terms are in force, and that both mean the same file.",
            "that the terms are good. A fault that would leave a duty undecided is found by `detente agreement check`.",
        );
        Ok(())
    }

    pub(super) fn asked_and_answered(&mut self) -> Result<(), Stop> {
        self.scene(
            "A request, and its answer, both ways",
            "a asks b for help, and b asks a. The log holds a commitment to what is asked for, and nothing that could be \
             guessed; the content goes from hand to hand. Each side sees in its inbox what is due, and answers.",
        );
        let mut told = Told::All;
        for (party, other) in BOTH {
            let asked = self.request(party, other, "", None, told)?;
            self.anchor_and_cosign(other, party, "", &format!("asked.{party}"), None)?;
            self.told(&format!("inbox terms.toml --party {other} --log {party}/log"), told)?;
            let form = format!(
                "kind = \"request.answer\"\nrequest = \"{asked}\"\noutcome = \"investigated\"\n\n[content]\ntext = \"The machines are off.\"\n"
            );
            write(&format!("{other}.answer.toml"), form.as_bytes())?;
            let line = format!(
                "issue request.answer --from {other}.answer.toml --party {other} --unlock {other}.key --log {party}/log"
            );
            self.told(&line, told)?;
            self.sign_one(other, "", &format!("answered.{party}"), None)?;
            told = Told::CommandOnly;
        }
        self.shows(
            "who asked when, who answered what when, in two logs that name each other's entries.",
            "what was asked, to anybody who was not given the content; and that the answer is a good one.",
        );
        Ok(())
    }

    pub(super) fn audited_both_ways(&mut self) -> Result<(), Stop> {
        self.scene(
            "The audit, both ways",
            "a audits b, and b audits a: it is one command, and one table. Each gets the same report, byte for byte, \
             and so does anybody else who has the two logs.",
        );
        let at = time::now();
        let lines = [("a", "b"), ("b", "a")].map(|(first, second)| {
            format!("audit terms.toml --log {first}={first}/log --log {second}={second}/log --at {}", rfc(at))
        });
        let mut reports = Vec::new();
        let mut told = Told::All;
        for line in &lines {
            let report = self.told(line, told)?;
            reports.push(report.json.get("report").cloned().unwrap_or(Value::Null));
            told = Told::CommandOnly;
        }
        self.require(reports.first() == reports.last(), || "expected one report, got two".to_owned())?;
        let cells = cells(reports.first());
        for (party, _) in BOTH {
            self.require(has(&cells, "O1", party, "MET"), || {
                format!("O1 of {party}: expected MET, got {cells:?}")
            })?;
            let missed = cells.iter().any(|(_, of, verdict)| of == party && verdict == "MISSED");
            self.require(!missed, || format!("{party}: expected nothing MISSED, got {cells:?}"))?;
        }
        self.told(&format!("{} --annex a.annex", lines[0]), Told::CommandOnly)?;
        let check = self.told("audit --check a.annex --policy terms.policy", Told::CommandOnly)?;
        self.require(check.json.get("report") == reports.first(), || {
            "a.annex: expected the same report, got another".to_owned()
        })?;
        self.meanwhile("a.annex: its files give its report, byte for byte");
        self.shows(
            "that both answered in time, by the clocks of neutral witnesses. The folder a.annex holds everything that a third \
             person needs to compute it again.",
            "that the answers are true, or that no other duty was agreed on.",
        );
        Ok(())
    }

    pub(super) fn nobody_answers(&mut self) -> Result<(), Stop> {
        self.scene(
            "A request that nobody answers, and one that never arrived",
            "a asks b once more; b records a's log, so it knows, and does not answer. Nine days later both record the \
             other's log; then b asks a, and a never records that. Two more days go by, and each publishes something, \
             so that both logs show that they go on. All this happens in later/, a copy of everything: only there the \
             institutes' clocks are set ahead.",
        );
        let now = time::now();
        let [nine, eleven] = [9, 11].map(|days| now.get() + days * DAY);
        let (nine, then) = (UnixSeconds::new(nine)?, UnixSeconds::new(eleven)?);
        make_folder("later")?;
        for folder in BOTH.map(|(party, _)| party).iter().chain(&WITNESSES) {
            copy_folder(Path::new(folder), Path::new(&format!("later/{folder}")))?;
        }
        let asked = self.request("a", "b", "later/", None, Told::CommandOnly)?;
        self.anchor_and_cosign("b", "a", "later/", "unanswered", None)?;
        for (party, other) in BOTH {
            self.anchor_and_cosign(party, other, "later/", "nine", Some(nine))?;
        }
        let undelivered = self.request("b", "a", "later/", Some(nine), Told::CommandOnly)?;
        write(
            "declare.toml",
            b"kind = \"party.declare\"\ndiplomatic = \"the hotline\"\ntechnical = \"the response team\"\n",
        )?;
        for (party, _) in BOTH {
            self.told(
                &format!(
                    "issue party.declare --from declare.toml --party later/{party} --unlock {party}.key"
                ),
                Told::CommandOnly,
            )?;
            self.sign_one(party, "later/", "declared", Some(then))?;
        }
        let line = format!("audit terms.toml --log a=later/a/log --log b=later/b/log --at {}", rfc(then));
        let report = self.command(&line)?;
        let cells = cells(report.json.get("report"));
        for (party, verdict, about) in [("b", "OVERDUE", asked), ("a", "UNDELIVERED", undelivered)] {
            self.require(has(&cells, "O1", party, verdict), || {
                format!("entry {about}: expected {verdict} of {party}, got {cells:?}")
            })?;
        }
        self.shows(
            "that no answer is in b's log, and that ten days have passed since b recorded the question. Of a nothing is shown: \
             a request that does not arrive makes nobody late.",
            "that b did nothing. A log shows what was said in it.",
        );
        Ok(())
    }

    fn write_terms(&self) -> Result<(), Stop> {
        let lines = |party: &str, other: &str| -> Result<Vec<String>, Stop> {
            let bytes = read(&format!("{other}/trusted/{party}.witnessed.policy"))?;
            Ok(String::from_utf8_lossy(&bytes).lines().map(str::to_owned).collect())
        };
        let (of_a, of_b) = (lines("a", "b")?, lines("b", "a")?);
        let is_log = |line: &&String| line.starts_with("log ");
        let all = of_a.iter().filter(is_log).chain(of_b.iter().filter(is_log));
        let all = all.chain(of_a.iter().filter(|line| !is_log(line)));
        let policy: String = all.map(|line| format!("{line}\n")).collect();
        let companion = companion(&policy);
        write(POLICY, policy.as_bytes())?;
        write(&format!("{POLICY}.json"), &companion)?;
        let mut terms = format!(
            "agreement = \"detente-agreement/v1\"\nname = \"two-party-example\"\ntitle = \"requests are answered in ten days\"\n\
             policy = \"{}\"\ncompanion = \"{}\"\n",
            digest(policy.as_bytes()),
            digest(&companion)
        );
        for (party, _) in BOTH {
            let log = log_id(party)?;
            terms.push_str(&format!(
                "\n[[party]]\nid = \"{party}\"\nname = \"{party}.example\"\nlog = \"{log}\"\norigin = \"{party}.example/log\"\n"
            ));
        }
        terms.push_str(
            "\n[[obligation]]\nid = \"O1\"\nkind = \"respond-within\"\n\
             text = \"requests for assistance are answered, or refused on a listed ground, in ten days\"\n\
             of = [\"request.assistance\"]\nstart = \"anchor\"\nperiod = \"P10D\"\n\
             \n[[obligation]]\nid = \"O2\"\nkind = \"anchor-within\"\n\
             text = \"each records the other's log every ten days\"\nperiod = \"P10D\"\n",
        );
        Ok(write("terms.toml", terms.as_bytes())?)
    }

    /// A request of a party, published and signed by the witnesses; its index.
    fn request(
        &mut self,
        party: &str,
        other: &str,
        below: &str,
        at: Option<UnixSeconds>,
        told: Told,
    ) -> Result<String, Stop> {
        let form = format!(
            "kind = \"request.assistance\"\nto = \"{other}.example\"\n\n[content]\nauthority = \"{party}.example, response team\"\n\
             offence = \"a botnet that floods a hospital\"\ndata = \"who pays for the machines that steer it\"\n"
        );
        write(&format!("{party}.request.toml"), form.as_bytes())?;
        let line = format!(
            "issue request.assistance --from {party}.request.toml --party {below}{party} --unlock {party}.key --log {below}{other}/log"
        );
        let report = self.told(&line, told)?;
        let index = report.json.get("entry").and_then(Value::as_str).unwrap_or_default().to_owned();
        self.sign_one(party, below, &format!("request.{index}"), at)?;
        Ok(index)
    }

    /// One party records the other's log, and the witnesses sign that.
    fn anchor_and_cosign(
        &mut self,
        party: &str,
        other: &str,
        below: &str,
        round: &str,
        at: Option<UnixSeconds>,
    ) -> Result<(), Stop> {
        let line = format!(
            "anchor {below}{other}/log --party {below}{party} --unlock {party}.key --policy {POLICY}"
        );
        self.told(&line, Told::CommandOnly)?;
        self.sign_one(party, below, &format!("{round}.anchored"), at)
    }

    /// A quorum of witnesses signs a log. It was told before how; with clocks of their own it cannot be typed.
    fn sign_one(&self, party: &str, below: &str, round: &str, at: Option<UnixSeconds>) -> Result<(), Stop> {
        let log = format!("{below}{party}/log");
        // Two are a quorum, and the story has signed often enough.
        for witness in WITNESSES.into_iter().take(2) {
            let answer =
                format!("answers/{witness}.{party}.{round}{}", if below.is_empty() { "" } else { ".later" });
            let now = at.unwrap_or_else(time::now);
            witness::cosign_at(&log, &format!("{below}{witness}"), &answer, now)?;
            witness::add_answer(&answer, &log, POLICY)?;
        }
        self.meanwhile(&format!("(Two of the three institutes sign {log}.)"));
        Ok(())
    }
}

fn rfc(time: UnixSeconds) -> String {
    crate::show::time(time)
}

fn digest(bytes: &[u8]) -> String {
    use sha2::{Digest as _, Sha256};
    detente_core::Digest::from_bytes(Sha256::digest(bytes).into()).to_string()
}

fn log_id(party: &str) -> Result<String, Stop> {
    let log = detente_log::LogDirectory::open(format!("{party}/log"))?;
    let genesis = log.entry(detente_core::LeafIndex::ZERO)?;
    Ok(detente_merkle::leaf_hash(&genesis).digest().to_string())
}

/// Obligation, party and verdict of every cell of a report.
fn cells(report: Option<&Value>) -> Vec<(String, String, String)> {
    let member = |value: &Value, name: &str| {
        let members = value.as_object();
        members.and_then(|members| members.get(name)).and_then(Value::as_str).unwrap_or_default().to_owned()
    };
    let agreements = report.and_then(Value::as_object).and_then(|report| report.get("agreements"));
    let agreements = agreements.and_then(Value::as_array).unwrap_or_default();
    let cells = agreements.iter().filter_map(|agreement| agreement.as_object()?.get("cells")?.as_array());
    cells
        .flatten()
        .map(|cell| (member(cell, "obligation"), member(cell, "party"), member(cell, "verdict")))
        .collect()
}

fn has(cells: &[(String, String, String)], obligation: &str, party: &str, verdict: &str) -> bool {
    cells.iter().any(|(of, by, is)| of == obligation && by == party && is == verdict)
}
