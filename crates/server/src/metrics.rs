//! Counters for Prometheus, text format 0.0.4. No label holds a name, an address or a path that a client chose.

use std::{
    collections::BTreeMap,
    fmt::Write as _,
    sync::{
        Mutex, PoisonError,
        atomic::{AtomicI64, Ordering},
    },
    time::Duration,
};

/// Upper bounds of a histogram's buckets, in milliseconds.
const BUCKETS: [u64; 10] = [1, 2, 5, 10, 25, 50, 100, 500, 2_500, 10_000];

/// What a server has done since it started.
#[derive(Debug, Default)]
pub(crate) struct Metrics {
    requests: Mutex<BTreeMap<(&'static str, u16), u64>>,
    times: Mutex<BTreeMap<&'static str, Times>>,
    pub(crate) connections: AtomicI64,
}

#[derive(Debug, Default, Clone)]
struct Times {
    counts: [u64; BUCKETS.len()],
    count: u64,
    sum: Duration,
}

/// One value of the service behind the door, as of now.
#[derive(Debug, Clone)]
pub(crate) struct Gauge {
    pub(crate) name: &'static str,
    pub(crate) help: &'static str,
    pub(crate) value: u64,
}

impl Metrics {
    pub(crate) fn answered(&self, what: &'static str, status: u16, time: Duration) {
        *self.requests.lock().unwrap_or_else(PoisonError::into_inner).entry((what, status)).or_default() += 1;
        let mut times = self.times.lock().unwrap_or_else(PoisonError::into_inner);
        let times = times.entry(what).or_default();
        for (count, bound) in times.counts.iter_mut().zip(BUCKETS) {
            *count += u64::from(time <= Duration::from_millis(bound));
        }
        times.count += 1;
        times.sum += time;
    }

    /// The whole page.
    pub(crate) fn page(&self, gauges: &[Gauge]) -> String {
        let mut page = String::new();
        head(&mut page, "detente_requests_total", "counter", "Requests answered, by endpoint and status.");
        for ((what, status), count) in &*self.requests.lock().unwrap_or_else(PoisonError::into_inner) {
            line(
                &mut page,
                format_args!("detente_requests_total{{endpoint=\"{what}\",status=\"{status}\"}} {count}"),
            );
        }
        head(&mut page, "detente_request_seconds", "histogram", "Time from the header to the answer.");
        for (what, times) in &*self.times.lock().unwrap_or_else(PoisonError::into_inner) {
            for (count, bound) in times.counts.iter().zip(BUCKETS) {
                let bound = Duration::from_millis(bound).as_secs_f64();
                line(
                    &mut page,
                    format_args!(
                        "detente_request_seconds_bucket{{endpoint=\"{what}\",le=\"{bound}\"}} {count}"
                    ),
                );
            }
            let (count, sum) = (times.count, times.sum.as_secs_f64());
            line(
                &mut page,
                format_args!("detente_request_seconds_bucket{{endpoint=\"{what}\",le=\"+Inf\"}} {count}"),
            );
            line(&mut page, format_args!("detente_request_seconds_sum{{endpoint=\"{what}\"}} {sum}"));
            line(&mut page, format_args!("detente_request_seconds_count{{endpoint=\"{what}\"}} {count}"));
        }
        head(&mut page, "detente_connections", "gauge", "Connections that are open.");
        let open = self.connections.load(Ordering::Relaxed);
        line(&mut page, format_args!("detente_connections {open}"));
        for Gauge { name, help, value } in gauges {
            head(&mut page, name, "gauge", help);
            line(&mut page, format_args!("{name} {value}"));
        }
        page
    }
}

fn head(page: &mut String, name: &str, kind: &str, help: &str) {
    line(page, format_args!("# HELP {name} {help}\n# TYPE {name} {kind}"));
}

fn line(page: &mut String, text: std::fmt::Arguments<'_>) {
    // Writing to memory does not fail.
    let _ = writeln!(page, "{text}");
}
