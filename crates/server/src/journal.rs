//! Log lines: one JSON object a line (`specs/server.md` "Around both").

use std::{io::Write as _, sync::Arc};

use detente_core::json::{Object, Value};
use tracing::{
    Event, Subscriber,
    field::{Field, Visit},
};
use tracing_subscriber::{Layer, layer::Context, layer::SubscriberExt as _, registry};

/// Where a line goes, its line feed included.
type Sink = Arc<dyn Fn(&[u8]) + Send + Sync>;

/// From now on the lines of this process go to standard error. A second call changes nothing.
pub fn to_stderr() {
    // Nobody is left to tell when standard error is gone.
    let journal = to(|line| drop(std::io::stderr().lock().write_all(line)));
    let _ = tracing::subscriber::set_global_default(journal);
}

/// A subscriber that hands each line to `sink`.
pub fn to(sink: impl Fn(&[u8]) + Send + Sync + 'static) -> impl Subscriber + Send + Sync {
    registry().with(Journal { sink: Arc::new(sink) })
}

struct Journal {
    sink: Sink,
}

impl<S: Subscriber> Layer<S> for Journal {
    fn enabled(&self, metadata: &tracing::Metadata<'_>, _: Context<'_, S>) -> bool {
        // What libraries say of themselves may name addresses and paths.
        metadata.target().starts_with("detente") && *metadata.level() <= tracing::Level::INFO
    }

    fn on_event(&self, event: &Event<'_>, _: Context<'_, S>) {
        let mut members = Members(Object::new());
        event.record(&mut members);
        members.0.insert("time".to_owned(), jiff::Timestamp::now().to_string().into());
        let level = event.metadata().level().as_str().to_ascii_lowercase();
        members.0.insert("level".to_owned(), level.into());
        (self.sink)(&Value::Object(members.0).to_file());
    }
}

struct Members(Object);

impl Members {
    fn put(&mut self, field: &Field, value: impl Into<Value>) {
        self.0.insert(field.name().to_owned(), value.into());
    }
}

impl Visit for Members {
    fn record_str(&mut self, field: &Field, value: &str) {
        self.put(field, value);
    }

    fn record_u64(&mut self, field: &Field, value: u64) {
        self.put(field, u32::try_from(value).unwrap_or(u32::MAX));
    }

    fn record_debug(&mut self, field: &Field, value: &dyn core::fmt::Debug) {
        self.put(field, format!("{value:?}"));
    }
}
