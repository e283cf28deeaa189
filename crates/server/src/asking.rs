//! The witnesses of a policy, asked over HTTP before anything is published (`specs/log.md` "Cosigning").

mod address;
mod client;

use std::{
    collections::BTreeMap,
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
    time::Duration,
};

use detente_checkpoint::{
    Ed25519Signer, KeyType, NoteKey, Policy, SignatureLine, UnverifiedCheckpoint, UnverifiedNote, cosignature,
};
use detente_core::{Origin, TreeSize};
use detente_log::{CosignAnswer, CosignRequest, Cosigner};
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
    /// The log's own key: what it signed is the only proof that it was larger once.
    log: NoteKey,
    origin: Origin,
    runtime: Handle,
    client: Arc<Client>,
    rolled_back: Arc<AtomicBool>,
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

/// What a witness said.
enum Said {
    Lines(Vec<SignatureLine>),
    Size(TreeSize),
    Fault(String),
}

impl WitnessClient {
    /// A client for the witnesses of a policy. `rolled_back` is set when one shows a larger checkpoint of the log.
    ///
    /// # Errors
    /// [`ServerError::WitnessAddress`].
    pub fn new(
        origin: &Origin,
        key: &dyn Ed25519Signer,
        policy: &Policy,
        runtime: Handle,
        rolled_back: Arc<AtomicBool>,
    ) -> Result<Self, ServerError> {
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
            log: NoteKey::new(origin.key_name().clone(), KeyType::Log, key.public()),
            origin: origin.clone(),
            runtime,
            client: Arc::new(Client::new(tls)),
            rolled_back,
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

    /// A note of the log's own, larger than what it knows of: nobody but the log can have made it.
    fn shown(&self, asked: &Asked, above: TreeSize) -> Option<TreeSize> {
        let path = format!("{}/checkpoint", digest(self.origin.as_str().as_bytes()));
        let get = self.client.get(&asked.address, &path, self.patience);
        let got = self.runtime.block_on(get).ok().filter(|got| got.status == 200)?;
        let shown = UnverifiedCheckpoint::parse(&got.body).ok()?;
        let (head, note) = (shown.claimed(), shown.note());
        let signed = note.signatures().iter().filter(|line| line.is_of(&self.log)).any(|line| {
            let signature = <&[u8; 64]>::try_from(line.blob());
            signature.is_ok_and(|signature| self.log.key().verify(note.text().as_bytes(), signature).is_ok())
        });
        (signed && *head.origin() == self.origin && head.size() > above).then(|| head.size())
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
                    Said::Size(size) if size > request.size() => match self.shown(asked, request.size()) {
                        Some(shown) => {
                            self.rolled_back.store(true, Ordering::Relaxed);
                            answer.larger = Some((shown, asked.name.clone()));
                        }
                        None => {
                            let fault =
                                format!("{}: says that it cosigned size {size}, and shows none", asked.name);
                            answer.faults.push(fault);
                        }
                    },
                    Said::Size(size) if last_round => {
                        last = Some(size);
                        answer.faults.push(format!("{}: cosigned size {size} meanwhile", asked.name));
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
        for fault in &answer.faults {
            tracing::warn!(what = "witness", "{fault}");
        }
        answer
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
        status => return Said::Fault(format!("status {status}")),
    };
    match (got.status, expected) {
        (200, Ok(Answer::Cosigned(lines))) => Said::Lines(lines),
        (409, Ok(Answer::Conflict(size))) => Said::Size(size),
        (status, _) => Said::Fault(format!("status {status} with another body than that has")),
    }
}
