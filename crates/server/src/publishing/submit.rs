//! `POST /add`: a signed statement in, a receipt out.

use std::time::Duration;

use detente_core::{Class, Code};
use detente_log::{Outcome, Refused, Sequencer};
use detente_statement::ENTRY_LIMIT;
use hyper::{StatusCode, header::CONTENT_TYPE};
use tokio::sync::oneshot;

use crate::{
    answer::{Answer, BYTES, Gone, TEXT},
    door::Request,
    witnessing::blocking,
};

/// Submits the body, and waits for the receipt when that is asked for.
pub(super) async fn submit(sequencer: &Sequencer, request: Request, wait: bool) -> Result<Answer, Gone> {
    if request.headers.get(CONTENT_TYPE).is_none_or(|content_type| content_type != BYTES) {
        return Ok(Answer::refusal_with(StatusCode::UNSUPPORTED_MEDIA_TYPE, Code::Misuse));
    }
    let body = match request.read_body(ENTRY_LIMIT).await? {
        Ok(body) => body,
        Err(refusal) => return Ok(refusal),
    };
    if !wait {
        return Ok(match sequencer.offer(&body) {
            Ok(()) => Answer::empty(StatusCode::ACCEPTED),
            Err(refused) => refusal(&refused),
        });
    }
    let (reply, outcome) = oneshot::channel();
    // One signature is verified here, which takes less time than handing it to another thread would be worth.
    let submitted = sequencer.submit_with(&body, move |outcome| {
        // Whoever has gone away may ask again: the same bytes give the same receipt.
        let _ = reply.send(outcome);
    });
    match submitted {
        Err(refused) => return Ok(refusal(&refused)),
        // It is in the log: nobody waits for a batch, and the queue is left to others.
        Ok(Some(known)) => return Ok(answer(blocking(move || known.receipt()).await)),
        Ok(None) => {}
    }
    Ok(outcome.await.map_or_else(|_| refusal(&Refused::Ended), answer))
}

fn answer(outcome: Outcome) -> Answer {
    match outcome.map(|receipt| receipt.proof()) {
        Ok(Ok(proof)) => Answer::text(StatusCode::OK, TEXT, proof),
        Ok(Err(error)) => {
            tracing::error!(what = "receipt", code = error.code().as_str(), "{error}");
            Answer::refusal(Code::Unavailable)
        }
        Err(refused) => refusal(&refused),
    }
}

fn refusal(refused: &Refused) -> Answer {
    match refused {
        Refused::Statement(error) => Answer::refusal(error.code()),
        Refused::OtherGenesis { code, .. } => Answer::refusal(*code),
        Refused::Busy { retry_after } => Answer::busy(*retry_after),
        // Whatever else it is, it is no fault of the statement, and so none of its codes.
        other => {
            let code = other.code();
            let own = code.class() == Class::Unavailable || code == Code::UnderWitnessed;
            tracing::error!(what = "sequencer", code = code.as_str(), "{other}");
            let mut answer = Answer::busy(Duration::from_secs(1));
            let refusal = Answer::refusal(if own { code } else { Code::Unavailable });
            (answer.code, answer.body) = (refusal.code, refusal.body);
            answer
        }
    }
}
