//! A web service with an agent behind it, which asks another service: one trace from the first request to the last answer.
//!
//! ```text
//! cargo run --bin web                                                     # as trees on the console
//! SYN_OBSERVABILITY__TRACING_BACKEND=jaeger cargo run --bin web           # to a Jaeger on this machine
//! curl 'localhost:3000/api/query?query=Lisbon'
//! curl localhost:3000/health
//! ```
//!
//! Ctrl-C lets the requests end that are being answered. The first argument is the address to listen on.

use anyhow::Result;
use axum::extract::{Query, State};
use axum::http::StatusCode;
use axum::http::header::HeaderName;
use axum::routing::{get, post};
use axum::{Json, Router};
use serde::Deserialize;
use serde_json::{Value, json};
use synndicate::reqwest::SendTraced as _;
use synndicate::tower::TraceLayer;
use synndicate::{traced, traced_service};
use tokio::net::TcpListener;

/// Answers questions with what a search finds, which is a service of its own. (Here it is a route of the same one.)
#[derive(Clone)]
struct Planner {
    client: reqwest::Client,
    search: String,
}

#[traced]
impl Planner {
    async fn process(&self, query: &str) -> Result<String> {
        let request = self.client.get(&self.search).query(&[("query", query)]);
        let found: Vec<String> = request.send_traced().await?.error_for_status()?.json().await?;
        Ok(found.join(" and "))
    }
}

#[derive(Deserialize)]
struct Question {
    query: String,
}

async fn query(
    State(planner): State<Planner>,
    Query(question): Query<Question>,
) -> Result<Json<Value>, StatusCode> {
    let answer = planner.process(&question.query).await;
    answer.map(|result| Json(json!({ "result": result }))).map_err(|_| StatusCode::BAD_GATEWAY)
}

async fn search(Query(question): Query<Question>) -> Json<Vec<String>> {
    Json(["a train", "a flight"].map(|way| format!("{way} to {}", question.query)).to_vec())
}

/// A request that this service is to send on.
#[derive(Deserialize)]
struct Errand {
    url: String,
    arguments: Value,
}

/// Sends requests to whatever address it is given, as the W3C asks of services whose trace context it tests. Only with the
/// argument `--errands`: no service should do that for strangers.
async fn errands(State(planner): State<Planner>, Json(errands): Json<Vec<Errand>>) -> StatusCode {
    for Errand { url, arguments } in errands {
        if planner.client.post(url).json(&arguments).send_traced().await.is_err() {
            return StatusCode::BAD_GATEWAY;
        }
    }
    StatusCode::OK
}

#[traced_service(
    service_name = "web",
    tracing_backend = "console",
    tracing_http_exclude = "/health"
)]
async fn main() -> Result<()> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let address = arguments.first().map_or("127.0.0.1:3000", String::as_str);
    let listener = TcpListener::bind(address).await?;
    let address = listener.local_addr()?;
    println!("listening on http://{address}");

    let mut routes = Router::new()
        .route("/api/query", get(query))
        .route("/api/search", get(search))
        .route("/health", synndicate::axum::health_route());
    if arguments.contains(&"--errands".to_owned()) {
        routes = routes.route("/errands", post(errands));
    }
    let planner =
        Planner { client: reqwest::Client::new(), search: format!("http://{address}/api/search") };
    let trace = TraceLayer::new().with_response_header(HeaderName::from_static("x-trace-id"));
    let service = routes.layer(trace).with_state(planner);
    axum::serve(listener, service).with_graceful_shutdown(synndicate::shutdown_requested()).await?;
    Ok(())
}
