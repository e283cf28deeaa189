//! The witnesses of a policy, asked over HTTP before anything is published (`specs/log.md` "Cosigning").

mod address;
mod client;

use std::{collections::BTreeMap, sync::Arc, time::Duration};

use detente_checkpoint::{NoteKey, Policy, SignatureLine, UnverifiedNote, cosignature};
use detente_core::{Origin, TreeSize};
use detente_log::{CosignAnswer, CosignRequest, Cosigner, Heard, Newest, Shown};
use detente_witness::{AddCheckpoint, answer::Answer};
use tokio::runtime::Handle;

use crate::{ServerError, access::digest};
use address::Address;
use client::{Client, Got};

/// How long one witness may take for one answer. All are asked at once.
const PATIENCE: Duration = Duration::from_secs(5);

/// Asks all witnesses of a policy that have an address, in parallel; whoever is slow or gone is a fault and no more.
#[derive(Debug)]
pub struct WitnessClient {
    witnesses: Vec<Asked>,
    origin: Origin,
    runtime: Handle,
    client: Arc<Client>,
    patience: Duration,
}

#[derive(Debug)]
struct Asked {
    /// By the policy's name.
    name: String,
    key: NoteKey,
    address: Address,
    /// What it cosigned last, as far as the log knows.
    last: Option<TreeSize>,
}

/// The newest note that a witness holds, if any; or why it does not say.
type Holds = Result<Option<Vec<u8>>, String>;

/// What a witness said.
enum Said {
    Lines(Vec<SignatureLine>),
    Size(TreeSize),
    /// The log's newest note does not go on from what it holds, or the proof does not show that.
    Contradiction,
    Fault(String),
}

impl WitnessClient {
    /// A client for the witnesses of a policy, about the log of an origin.
    ///
    /// # Errors
    /// [`ServerError::WitnessAddress`].
    pub fn new(origin: &Origin, policy: &Policy, runtime: Handle) -> Result<Self, ServerError> {
        let mut witnesses = Vec::new();
        for witness in policy.witnesses() {
            // One without an address answers file by file, or not at all; the quorum decides whether that will do.
            let Some(url) = witness.url() else { continue };
            let name = witness.name().to_string();
            let address = Address::parse(url)
                .ok_or_else(|| ServerError::WitnessAddress { witness: name.clone(), url: url.to_owned() })?;
            witnesses.push(Asked { name, key: witness.key().clone(), address, last: None });
        }
        let tls = witnesses.iter().any(|asked| asked.address.is_secure());
        Ok(Self {
            witnesses,
            origin: origin.clone(),
            runtime,
            client: Arc::new(Client::new(tls)),
            patience: PATIENCE,
        })
    }

    /// Asks these witnesses, by position, at once.
    fn ask(&self, requests: BTreeMap<usize, Vec<u8>>, note: &UnverifiedNote) -> BTreeMap<usize, Said> {
        let jobs: Vec<_> = requests
            .into_iter()
            .filter_map(|(at, body)| Some((at, self.witnesses.get(at)?.address.clone(), body)))
            .map(|(at, address, body)| {
                let (client, patience) = (Arc::clone(&self.client), self.patience);
                let job = async move { client.post(&address, "add-checkpoint", body, patience).await };
                (at, self.runtime.spawn(job))
            })
            .collect();
        let answers = jobs.into_iter().map(|(at, job)| (at, self.runtime.block_on(job)));
        answers
            .map(|(at, got)| {
                let said = match got {
                    Ok(Ok(got)) => understand(got, note),
                    Ok(Err(fault)) => Said::Fault(fault.to_string()),
                    Err(_) => Said::Fault("the request was given up".to_owned()),
                };
                (at, said)
            })
            .collect()
    }

    /// The newest notes that these witnesses hold, asked at once.
    fn shown(&self, witnesses: &[usize], origin: &Origin) -> Vec<(usize, Holds)> {
        let path = format!("{}/checkpoint", digest(origin.as_str().as_bytes()));
        let asked = witnesses.iter().filter_map(|at| Some((*at, self.witnesses.get(*at)?.address.clone())));
        let jobs: Vec<_> = asked
            .map(|(at, address)| {
                let (client, path, patience) = (Arc::clone(&self.client), path.clone(), self.patience);
                (at, self.runtime.spawn(async move { client.get(&address, &path, patience).await }))
            })
            .collect();
        let answers = jobs.into_iter().map(|(at, job)| (at, self.runtime.block_on(job)));
        answers
            .map(|(at, got)| match got {
                Ok(Ok(got)) if got.status == 200 => (at, Ok(Some(got.body.to_vec()))),
                Ok(Ok(got)) if got.status == 404 => (at, Ok(None)),
                Ok(Ok(got)) => (at, Err(format!("status {} when asked for its newest note", got.status))),
                Ok(Err(fault)) => (at, Err(fault.to_string())),
                Err(_) => (at, Err("the request was given up".to_owned())),
            })
            .collect()
    }
}

impl Cosigner for WitnessClient {
    fn cosign(&mut self, request: &CosignRequest<'_>) -> CosignAnswer {
        let note = request.note();
        let mut answer = CosignAnswer::default();
        let mut waiting: BTreeMap<usize, TreeSize> = self
            .witnesses
            .iter()
            .enumerate()
            .filter(|(_, asked)| !note.signatures().iter().any(|line| line.is_of(&asked.key)))
            .map(|(at, asked)| (at, asked.last.unwrap_or(request.published()).min(request.size())))
            .collect();
        let mut contradicting = Vec::new();
        // Once from what the log knows, once from what the witness says.
        for last_round in [false, true] {
            let mut bodies = BTreeMap::new();
            for (at, old) in core::mem::take(&mut waiting) {
                match body(request, old) {
                    Ok(body) => drop(bodies.insert(at, body)),
                    Err(fault) => answer.faults.push(fault),
                }
            }
            for (at, said) in self.ask(bodies, note) {
                let Some(asked) = self.witnesses.get(at) else { continue };
                let mut last = None;
                match said {
                    Said::Lines(lines) => {
                        let own = lines.into_iter().filter(|line| {
                            line.is_of(&asked.key)
                                && cosignature::verify(&asked.key, line, note.text()).is_ok()
                        });
                        let before = answer.lines.len();
                        answer.lines.extend(own);
                        match answer.lines.len() > before {
                            true => last = Some(request.size()),
                            false => answer.faults.push(format!("{}: no valid line of its key", asked.name)),
                        }
                    }
                    Said::Size(size) if size > request.size() || last_round => {
                        last = Some(size);
                        contradicting.push(at);
                        answer.faults.push(format!("{}: says that it cosigned size {size}", asked.name));
                    }
                    Said::Contradiction => {
                        contradicting.push(at);
                        answer.faults.push(format!("{}: says that this is another tree", asked.name));
                    }
                    Said::Size(size) => {
                        last = Some(size);
                        waiting.insert(at, size);
                    }
                    Said::Fault(fault) => answer.faults.push(format!("{}: {fault}", asked.name)),
                }
                if let (Some(asked), Some(last)) = (self.witnesses.get_mut(at), last) {
                    asked.last = Some(last);
                }
            }
        }
        // Its word alone is nothing; a note that the log has signed is.
        for (at, shown) in self.shown(&contradicting, &self.origin) {
            let Some(asked) = self.witnesses.get(at) else { continue };
            match shown {
                Ok(Some(note)) => answer.shown.push(Shown { who: asked.name.clone(), note }),
                Ok(None) => answer.faults.push(format!("{}: shows no note", asked.name)),
                Err(fault) => answer.faults.push(format!("{}: shows no note: {fault}", asked.name)),
            }
        }
        warn(&answer.faults);
        answer
    }

    fn newest(&mut self, origin: &Origin) -> Newest {
        let all: Vec<usize> = (0..self.witnesses.len()).collect();
        let mut newest = Newest::default();
        for (at, shown) in self.shown(&all, origin) {
            let Some(Asked { name, key, .. }) = self.witnesses.get(at) else { continue };
            match shown {
                Ok(note) => newest.heard.push(Heard { witness: key.clone(), who: name.clone(), note }),
                Err(fault) => newest.faults.push(format!("{name}: {fault}")),
            }
        }
        warn(&newest.faults);
        newest
    }
}

fn warn(faults: &[String]) {
    for fault in faults {
        tracing::warn!(what = "witness", "{fault}");
    }
}

fn body(request: &CosignRequest<'_>, old: TreeSize) -> Result<Vec<u8>, String> {
    let proof = match old == TreeSize::ZERO || old == request.size() {
        true => Vec::new(),
        false => request.consistency_proof(old).map_err(|error| error.to_string())?,
    };
    AddCheckpoint::new(old, &proof, request.note())
        .map(|request| request.to_bytes())
        .map_err(|error| error.to_string())
}

fn understand(got: Got, note: &UnverifiedNote) -> Said {
    let expected = match got.status {
        200 | 409 => Answer::parse(note, &got.body),
        422 => return Said::Contradiction,
        status => return Said::Fault(format!("status {status}")),
    };
    match (got.status, expected) {
        (200, Ok(Answer::Cosigned(lines))) => Said::Lines(lines),
        (409, Ok(Answer::Conflict(size))) => Said::Size(size),
        (status, _) => Said::Fault(format!("status {status} with another body than that has")),
    }
}
