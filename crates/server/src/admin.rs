//! For operators and their monitoring: `/health` and `/metrics`. Neither names a counterpart.

use std::sync::Arc;

use detente_core::Code;
use hyper::{HeaderMap, StatusCode};

use crate::{
    answer::{Answer, Gone, TEXT},
    door::{Door, Request, Service},
    metrics::Gauge,
    representation::{Cache, represent},
};

const METRICS: &str = "text/plain; version=0.0.4; charset=utf-8";

/// What is said of the service behind another door.
#[derive(Debug)]
pub(crate) struct Admin<S>(pub(crate) Arc<Door<S>>);

impl<S: Service> Service for Admin<S> {
    fn endpoint(&self, path: &str) -> &'static str {
        match path {
            "/health" => "health",
            "/metrics" => "metrics",
            _ => "other",
        }
    }

    fn is_open(&self, _: &str) -> bool {
        true
    }

    async fn answer(&self, request: Request) -> Result<Answer, Gone> {
        let answer = match self.endpoint(&request.path) {
            "other" => Answer::not_published(),
            _ if !request.is_read() => Answer::other_method("GET, HEAD"),
            "health" if self.0.service.is_healthy().await => {
                represent(&HeaderMap::new(), b"ok\n".to_vec(), TEXT, Cache::No)
            }
            "health" => Answer::text(StatusCode::SERVICE_UNAVAILABLE, TEXT, "not ok\n"),
            _ => {
                let page = self.0.metrics.page(&self.0.service.gauges());
                represent(&request.headers, page.into_bytes(), METRICS, Cache::No)
            }
        };
        Ok(answer)
    }

    fn too_slow(&self) -> Code {
        Code::Unavailable
    }

    async fn is_healthy(&self) -> bool {
        true
    }

    fn gauges(&self) -> Vec<Gauge> {
        Vec::new()
    }
}
